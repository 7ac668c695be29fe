/* The special tokens of families of models, as they come in text when a server or a prompt does
 * not know them. */
#ifndef HUM_TOKEN_H
#define HUM_TOKEN_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

enum token_match {
    TOKEN_NONE,
    TOKEN_MAYBE, /* with more text it may become one */
    TOKEN_PLAIN, /* it is one, and in other texts it is markup or a placeholder */
    TOKEN_IS,
};

/* Whether s begins with one. used: the texts of the prompts that are in use, in which the
 * tokens of a family stand; a plain token of that family is TOKEN_IS. bars: names between
 * bars, such as <|x|>, count though no family has them. *len: of the token, where there is one. */
enum token_match token_at_start(struct span s, const char *const *used, size_t used_count,
                                bool bars, size_t *len);

/* What a token can begin with. */
#define TOKEN_BEGINNINGS "<[>]\xE2"

#endif
