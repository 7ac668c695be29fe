/* A unified diff of two texts, without a head: what `patch` takes behind "--- a" and "+++ b". */
#ifndef HUM_DIFFERENCE_H
#define HUM_DIFFERENCE_H

#include "base/span.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;

#define DIFFERENCE_CONTEXT 3 /* lines round a change */

struct difference {
    size_t added, removed; /* lines */
};

/* Appends the diff to out, nothing if they are equal. False: *stop was set meanwhile, or a text is
 * longer than LIMIT_MESSAGE, and nothing is appended. */
bool difference(struct span old, struct span new, const atomic_bool *stop, struct buf *out,
                struct difference *count);

#endif
