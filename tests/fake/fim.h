/* Prompts with fill-in tokens: which tokens a model has, and what stands between them. */
#ifndef FAKE_FIM_H
#define FAKE_FIM_H

#include "script.h"

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
