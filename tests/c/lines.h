/* For tests of diffs: random texts, and what hunks must always be. */
#ifndef HUM_LINES_H
#define HUM_LINES_H

#include "check.h"

#include "edit/align.h"
#include "edit/text.h"

/* A small generator of its own, so that a seed is the same text everywhere. */
static inline uint32_t lines_random(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static inline bool lines_equal(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

/* The old lines with those hunks taken that `take` has a bit for, the first in its lowest; from
 * `taken` on none. */
static inline void lines_mix(const struct text *old, const struct text *new,
                             const struct hunk *hunks, size_t taken, uint64_t take,
                             struct text *out)
{
    size_t at = 0;
    for (size_t i = 0; i < taken; i++) {
        for (; at < hunks[i].first; at++) {
            text_add(out, text_line(old, at));
        }
        bool is_taken = (take >> (i % 64) & 1) != 0;
        for (size_t j = 0; is_taken && j < hunks[i].new_count; j++) {
            text_add(out, text_line(new, hunks[i].new_first + j));
        }
        at += is_taken ? hunks[i].count : 0;
    }
    for (; at < old->count; at++) {
        text_add(out, text_line(old, at));
    }
}

static inline bool lines_same(const struct text *a, const struct text *b)
{
    return a->count == b->count && a->bytes.len == b->bytes.len &&
           (a->bytes.len == 0 || memcmp(a->bytes.data, b->bytes.data, a->bytes.len) == 0);
}

#endif
