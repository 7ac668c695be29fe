/* Whether a server that cuts long prompts without a word has cut this one. Ollama drops the oldest
 * messages, or the middle of the last one, and only its count of the prompt's tokens tells. What
 * was sent is not counted but bounded: a word is a token at least, whatever the tokenizer. Pure. */
#ifndef HUM_OVERFLOW_H
#define HUM_OVERFLOW_H

#include <stdbool.h>
#include <stdint.h>

struct value;

struct overflow {
    int64_t least;      /* tokens that all the messages have at the least */
    int64_t last_least; /* the same of those behind the last reply ... */
    int64_t last_most;  /* ... and what they have at the most */
    int64_t window;     /* num_ctx of the request, 0 if it has none */
};

/* Of the spec of a chat's request, see dialect.h. Thoughts do not count: templates drop them. */
void overflow_measure(struct overflow *o, const struct value *request);

/* Whether a server that says that it read so many tokens was sent more. Old servers left
 * out what their cache held: a count that may be the rest of a cached prompt is not held against
 * them. */
bool overflow_is_cut(const struct overflow *o, int64_t read);

#endif
