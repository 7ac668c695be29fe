/* Why a block's lines are not in a text: what is most like them there, and whether the change has
 * been made already. For messages alone. Pure. */
#ifndef HUM_NEAREST_H
#define HUM_NEAREST_H

#include "edit/seek.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the lines stand in the text, found as seek finds them; *line: where. */
bool nearest_has(const struct seek_lines *lines, const struct text *wanted, size_t *line);

struct nearest {
    size_t line;   /* of the text, from 0: the first one that differs */
    size_t search; /* of the search part: what should stand there */
    bool cut;      /* the text's line goes on where that one ends */
};

/* The place that has most in common with the lines. Whether one has enough. */
bool nearest_find(const struct seek_lines *lines, const struct text *search, struct nearest *found);

#endif
