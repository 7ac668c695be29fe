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

const char *fill_prompt(const struct fill *f); /* the whole, maybe "" */

/* Whether the prompt is as expect_prompt of the answer wants it; else why tells. */
bool fill_expected(const struct fill *f, const cJSON *answer, char why[ANSWER_ERROR]);

/* An answer with the field "continue" becomes a new one with what follows in that document;
 * NULL if the document cannot be read. */
cJSON *fill_continue(struct server *s, const struct fill *f, const cJSON *answer,
                     char why[ANSWER_ERROR]);

#endif
