#include "edit/seek_lines.h"

#include "edit/fold.h"

#include <stdlib.h>

struct seek_line seek_line_of(struct span text, size_t old)
{
    return (struct seek_line){text, fold_key(text), old};
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
