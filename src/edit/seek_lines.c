#include "edit/seek_lines.h"

#include "edit/fold.h"

#include <stdlib.h>

uint64_t seek_pairs(struct span text)
{
    uint64_t pairs = 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        unsigned first = (unsigned char)text.data[i], second = (unsigned char)text.data[i + 1];
        pairs |= UINT64_C(1) << (first * 31 + second) % 64;
    }
    return pairs;
}

struct seek_line seek_line_of(struct span text, size_t old)
{
    return (struct seek_line){text, fold_key(text), seek_pairs(text), old};
}

void seek_lines_init(struct seek_lines *lines, const struct text *text)
{
    *lines = (struct seek_lines){.count = text->count};
    lines->items = xcalloc(text->count + 1, sizeof *lines->items);
    for (size_t i = 0; i < text->count; i++) {
        lines->items[i] = seek_line_of(text_line(text, i), i);
        habit_add(&lines->habit, lines->items[i].text);
    }
}

void seek_lines_finish(struct seek_lines *lines)
{
    free(lines->items);
}
