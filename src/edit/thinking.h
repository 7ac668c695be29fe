/* Thoughts of a model that came as text, in an answer that should be code. Pure. */
#ifndef HUM_THINKING_H
#define HUM_THINKING_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct place;

/* The tag that closes the thought which a line begins with, NULL: it begins none. words: the line
 * without blanks at its beginning; *len: bytes of the tag that opens it. */
const char *thinking_opens(const struct place *p, struct span words, size_t *len);

/* Whether it begins with a tag that closes one; *len: its bytes. */
bool thinking_closes(const struct place *p, struct span words, size_t *len);

/* Where this tag stands in a line, its length: nowhere. *len: bytes of the tag. */
size_t thinking_find(struct span line, const char *close, size_t *len);

#endif
