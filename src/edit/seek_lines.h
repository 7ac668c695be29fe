/* The lines of a text with what they are found by. Pure. */
#ifndef HUM_SEEK_LINES_H
#define HUM_SEEK_LINES_H

#include "edit/margin.h"
#include "edit/text.h"

#include <stddef.h>
#include <stdint.h>

struct seek_line {
    struct span text;
    uint64_t key; /* fold_key */
    size_t old;   /* line of the text as it was at first, or SEEK_NEW */
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

#endif
