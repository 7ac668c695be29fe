/* Lines that a model repeats for ever. Pure. */
#ifndef HUM_LOOP_H
#define HUM_LOOP_H

#include "base/span.h"
#include "edit/linemap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOP_LINES 16 /* of the longest block that is found */

struct loop {
    uint64_t past[LOOP_LINES]; /* hashes of the last lines that are not blank */
    size_t weights[LOOP_LINES];
    size_t count;
    size_t runs[LOOP_LINES + 1]; /* lines in a row that equal those n lines before */
};

/* Every line in turn; whether a block has come so often that it would come for ever. old: the range,
 * whose own repetitions are no sign. */
bool loop_line(struct loop *l, struct span line, const struct linemap *old);

/* Whether a line that grows goes on with the same few bytes. For a line of LOOP_LONG bytes, of twice
 * as many, and so on: it looks at the last LOOP_LONG / 2. */
#define LOOP_LONG 4096
bool loop_long(struct span line);

#endif
