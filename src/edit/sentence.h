/* Whether a line is a sentence, in any language. Pure. */
#ifndef HUM_SENTENCE_H
#define HUM_SENTENCE_H

#include "base/span.h"

#include <stdbool.h>

/* Words, and a sign that ends them. line: without blanks at its ends. */
bool sentence_is(struct span line);

/* NUL-terminated. */
bool sentence_ends_with(struct span s, const char *end);

#endif
