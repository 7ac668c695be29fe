/* Suggestions in one attached buffer: what fits where the user is, whether and when to fetch
 * more from the model, and what to send Lua. Never more than one fetch is under way for a
 * buffer. */
#ifndef HUM_TYPING_H
#define HUM_TYPING_H

#include "base/value.h"
#include "complete/suggestion.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attached;
struct supply;
struct typing;

/* supply must outlive it. about: {name, filetype?, comment?, indent?}, see indent.h. on_gone: the
 * buffer is unloaded or gone; the owner is to free it then. */
struct typing *typing_new(struct supply *supply, int64_t buf, const struct value *about,
                          void (*on_gone)(void *ctx, struct typing *t), void *ctx);
void typing_free(struct typing *t);

/* The same buffer under the same name has another file type, comments or indentation. */
void typing_describe(struct typing *t, const struct value *about);

int64_t typing_buf(const struct typing *t);
struct attached *typing_attached(struct typing *t);
const char *typing_name(const struct typing *t);
bool typing_is_fetching(const struct typing *t);

/* Something happened in insert mode. */
void typing_key(struct typing *t, const struct key *key);

/* The alternative after (step 1) or before (-1) the one that is shown; fetched if there is
 * none yet. What Lua shows is taken to be what it was last sent. */
void typing_cycle(struct typing *t, const struct key *key, int step);

/* Tells Lua, if it wants to know (supply->watched), whether a request for the place where the user
 * is is under way, unless it knows. */
void typing_tell(struct typing *t);

/* A definition (a function, a class ...) that begins at this column, -1: not known, is the
 * innermost around that row, until lines come or go above it. */
void typing_scope(struct typing *t, size_t row, int64_t column);

/* No suggestion is wanted any more, until the next key. */
void typing_leave(struct typing *t);

/* Insert mode begins, and the buffer has so many lines: if the mirror has not, it is made
 * again. Neovim does not report every edit (see mirror.h). */
void typing_check(struct typing *t, size_t lines);

/* Lines [first, last) are worth remembering for prompts elsewhere, above all those in their
 * middle. */
void typing_collect(struct typing *t, int64_t first, int64_t last);

/* What is known of its text is shown in no prompt any more. */
void typing_disown(struct typing *t);

/* What prompts of this buffer show beside the ring, from now on: see extras_set. */
void typing_extras(struct typing *t, const struct value *list);

/* The backend is about to be another: nothing that is under way or shown counts any more. */
void typing_forget(struct typing *t);

/* Fetching became impossible (a chat began): what is under way is stopped, and begun again ... */
void typing_interrupt(struct typing *t);
/* ... when it is possible. */
void typing_resume(struct typing *t);

#endif
