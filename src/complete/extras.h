/* What a prompt may show beside the text and the ring: of Lua what is known of the place
 * (diagnostics, definitions), and of the helper the last edits as small diffs. All of it is pseudo
 * files: a name and a text. */
#ifndef HUM_EXTRAS_H
#define HUM_EXTRAS_H

#include "server/fill.h"

#include <stddef.h>

struct value;

#define EXTRAS_MOST 8     /* of one kind */
#define EXTRAS_BYTES 2048 /* of the text of one; it ends with a whole line */

/* The owner embeds it. Each chunk owns name and text. */
struct extras {
    struct chunk chunks[EXTRAS_MOST];
    size_t count;
};

void extras_finish(struct extras *x); /* none are left; it may be used again */

/* From a list of {name, text}, in their order; what is wrong in it, or too much, is left out. */
void extras_set(struct extras *x, const struct value *list);

/* One more, behind the others; the first leaves for it. Nothing without a text. */
void extras_add(struct extras *x, const char *name, const char *text, size_t len);

/* Those of this name are no more. */
void extras_forget(struct extras *x, const char *name);

/* Appends pointers to them to chunks, of which there are count and never more than max. Returns how
 * many there are now. */
size_t extras_append(const struct extras *x, const struct chunk **chunks, size_t count, size_t max);

#endif
