/* The lines of a text with what they are found by. Pure. */
#ifndef HUM_SEEK_LINES_H
#define HUM_SEEK_LINES_H

#include "edit/margin.h"
#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seek_line {
    struct span text;
    uint64_t key;   /* fold_key */
    uint64_t pairs; /* seek_pairs */
    size_t old;     /* line of the text as it was at first, or SEEK_NEW */
};
#define SEEK_NEW SIZE_MAX

/* A text to seek in. */
struct seek_lines {
    struct seek_line *items;
    size_t count;
    struct habit habit;
};

/* All lines of a text, which must outlive them and stay as it is. */
void seek_lines_init(struct seek_lines *lines, const struct text *text);
void seek_lines_finish(struct seek_lines *lines);

struct seek_line seek_line_of(struct span text, size_t old);

/* Which pairs of bytes stand in a text, as bits. Most lines that do not have a part are told by it. */
uint64_t seek_pairs(struct span text);
static inline bool seek_may_have(const struct seek_line *line, uint64_t part)
{
    return (part & ~line->pairs) == 0;
}

#endif
