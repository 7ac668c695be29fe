/* A request to fill in, whichever route it came by: what stands before and behind the
 * cursor, and the whole prompt as the model gets it. */
#ifndef FAKE_FILL_H
#define FAKE_FILL_H

#include "generate.h"

struct fill {
    struct buf before, after, prompt;
};

/* False, and nothing to finish, if the request is none (or is not good enough to tell). */
bool fill_read(struct fill *f, const struct context *x);
void fill_finish(struct fill *f);

/* Whether /v1/completions takes a suffix and makes nothing of it. */
bool fill_ignores_suffix(const struct script *s);

const char *fill_prompt(const struct fill *f); /* the whole, maybe "" */

/* Whether the prompt is as expect_prompt of the answer wants it; else why tells. */
bool fill_expected(const struct fill *f, const cJSON *answer, char why[WHY_SIZE]);

/* How many bytes the prompt shares with the beginning of the former one, which it replaces, if
 * that was for the same model. */
size_t fill_shared(const struct fill *f, struct server *s, const char *model);
void fill_forget(struct server *s); /* the former one */

/* An answer with the field "continue" becomes a new one with what follows in that document;
 * NULL if the document cannot be read. */
cJSON *fill_continue(struct server *s, const struct fill *f, const cJSON *answer,
                     char why[WHY_SIZE]);

/* fim.c: which fill-in tokens a model has, and what stands between them in a prompt. */
struct fim {
    const char *prefix, *suffix;
    const char *middle;      /* "": none, the text before the cursor comes last */
    const char *repo, *file; /* or NULL */
};

/* The tokens of that model (NULL: the script's); false if it has none. */
bool fim_of(const struct script *s, const cJSON *model, struct fim *out);

/* Finds what stands before and behind the cursor in a prompt with these tokens, or else with
 * those of a known family; false if there are none. What begins a file (f->file and its name)
 * is not part of the text before the cursor. */
bool fim_take_apart(const struct fim *f, const char *prompt, struct buf *before, struct buf *after);

#endif
