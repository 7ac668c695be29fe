/* What a model's answer to an edit makes of a range of lines: bytes in, hunks out. Cleans the answer,
 * finds out its form, compares new lines with old ones. Nothing that was given out is taken back,
 * and nothing depends on the pieces in which the answer came. Pure. */
#ifndef HUM_ANSWER_H
#define HUM_ANSWER_H

#include "base/span.h"
#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>

struct answer;

/* What is known of the place, borrowed: it must outlive the answer. */
struct answer_context {
    const struct text *old;            /* the lines of the range */
    const struct text *before, *after; /* some of the lines around it */
    struct span head,
        foot; /* what stands left and right of a range that begins or ends in mid-line */
    struct span filetype, name, instruction;
    bool insert; /* there is no old line: all is new */
};

/* Lines of old, from 0 on: count of them, from first on, become these new ones. */
struct answer_hunk {
    size_t first, count;
    size_t new_first, new_count; /* lines of answer_text */
};

/* The part behind what has finished: rows that are certain to be added, behind so many old lines. */
struct answer_open {
    size_t at;
    size_t new_first, new_count;
};

enum answer_ending {
    ANSWER_WHOLE, /* the model has said all */
    ANSWER_CUT,   /* it was cut, or the request failed */
};

struct answer *answer_new(const struct answer_context *context);
void answer_free(struct answer *a); /* NULL is fine */

/* A piece of the answer: valid UTF-8. */
void answer_feed(struct answer *a, struct span piece);

/* No more comes. */
void answer_end(struct answer *a, enum answer_ending ending);

/* New lines, which only grow. */
const struct text *answer_text(const struct answer *a);

/* What has finished, in order of place: it only grows. */
const struct answer_hunk *answer_hunks(const struct answer *a, size_t *count);

struct answer_open answer_open(const struct answer *a);

/* So many old lines have been passed. */
size_t answer_reached(const struct answer *a);

/* The beginning of the line that grows, as far as it cannot change any more. */
struct span answer_tail(const struct answer *a);

#endif
