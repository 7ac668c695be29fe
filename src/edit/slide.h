/* Where a run of changed lines is shown: lines added between "}" and "}" may begin with the first
 * of them or end with the last. Runs are moved as git does it (its indent heuristic), so that
 * they are what a reader would call the change. Pure. */
#ifndef HUM_SLIDE_H
#define HUM_SLIDE_H

#include "edit/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a text, in which lines may be moved, and what is known around it. */
struct slide_side {
    const uint32_t *lines; /* classes of all lines that are known of the text */
    size_t line_count;
    size_t first, count; /* the part */
    bool *changed;       /* of each line of the part */
};

/* Both parts have the same lines that are not changed. Returns the work done: lines looked at. */
size_t slide_runs(const struct classes *c, const struct slide_side *old,
                  const struct slide_side *new);

#endif
