/* A text that goes to the model: how long it is, and its lines. Pure. */
#ifndef HUM_CONTENT_H
#define HUM_CONTENT_H

#include "base/span.h"
#include "gather/keep.h"

#include <stdbool.h>
#include <stdint.h>

struct content {
    char kept[KEEP_NAME]; /* "": it is not kept */
    uint64_t bytes, lines, tokens;
};

/* Bytes, lines and tokens. */
void content_measure(struct content *c, struct span s);

/* What was measured is the beginning alone of a text of so many bytes: lines and tokens become what
 * the whole has if it goes on like that. */
void content_extrapolate(struct content *c, uint64_t bytes);

/* A last line without its end counts. */
uint64_t content_lines(struct span s);

/* The longest run of backquotes. */
uint64_t content_fence(struct span s);

/* Cuts the lines first to last (from 1; last 0: to the end) out. False: they are not all there, s is
 * as it was. */
bool content_cut(struct span *s, uint64_t first, uint64_t last);

#endif
