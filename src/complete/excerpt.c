#include "complete/excerpt.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "nvim/mirror.h"

#include <stdbool.h>

#define NO_ANCHOR SIZE_MAX
#define NO_END 0

void excerpt_init(struct excerpt *w)
{
    *w = (struct excerpt){.anchor = NO_ANCHOR, .end = NO_END};
}

/* The rows of a border between two lines stay if what is replaced lies below it or has as
 * many lines as before. Lines put exactly at the border stay outside of the window, save
 * above the text's first line. */
void excerpt_edit(struct excerpt *w, int64_t first, int64_t last, size_t new_count)
{
    size_t from = (size_t)first, to = last < 0 ? SIZE_MAX : (size_t)last;
    if (first < 0 || to < from) {
        excerpt_init(w);
        return;
    }
    if (w->anchor != NO_ANCHOR && w->anchor >= to && w->anchor > 0) {
        w->anchor = w->anchor - (to - from) + new_count;
    } else if (w->anchor > from && new_count != to - from) {
        w->anchor = NO_ANCHOR;
    }
    if (w->end > from && w->end >= to) {
        w->end = w->end - (to - from) + new_count;
    } else if (w->end > from && new_count != to - from) {
        w->end = NO_END;
    }
}

/* ---- above the cursor ---------------------------------------------------------- */

/* With its "\n". */
static size_t line_size(const struct mirror *m, size_t row)
{
    size_t len;
    mirror_line(m, row, &len);
    return len + 1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether a line is not indented and follows a blank one: a function or the like begins. */
static bool begins_block(const struct mirror *m, size_t row)
{
    size_t len, above_len;
    const char *line = mirror_line(m, row, &len);
    const char *above = mirror_line(m, row - 1, &above_len);
    while (above_len > 0 && is_blank(above[above_len - 1])) {
        above_len--;
    }
    return above_len == 0 && len > 0 && !is_blank(line[0]);
}

/* All of these look at no more lines than fit into the budget. */
static bool anchor_holds(const struct excerpt *w, const struct mirror *m, size_t row, size_t col,
                         size_t max)
{
    size_t size = col;
    if (w->anchor > row) {
        return false;
    }
    for (size_t at = row; at > w->anchor && size <= max; at--) {
        size += line_size(m, at - 1);
    }
    return size <= max && size >= max / 4;
}

/* The text's first line if three quarters of the budget reach it, else about half of the
 * budget is used: from the topmost line between 3/8 and 5/8 that begins a block, for a
 * prompt reads better so and a cursor that comes back finds the same line again; failing
 * that from the last that keeps to one half. */
static size_t choose_anchor(const struct mirror *m, size_t row, size_t col, size_t max)
{
    size_t size = col, half = row, block = NO_ANCHOR, at = row;
    for (; at > 0; at--) {
        size += line_size(m, at - 1);
        if (size > max - max / 4) {
            break;
        }
        if (size <= max / 2) {
            half = at - 1;
        }
        if (at > 1 && size >= max / 8 * 3 && size <= max / 8 * 5 && begins_block(m, at - 1)) {
            block = at - 1;
        }
    }
    if (at == 0) {
        return 0;
    }
    return block != NO_ANCHOR ? block : half;
}

/* Where a line too long for the budget begins: where a step of half a budget ends, so that
 * between a half and all of it is used. */
static size_t cut_left(const char *text, size_t col, size_t max)
{
    size_t step = max > 1 ? max / 2 : 1;
    return utf8_ceil(text, col, (col - max + step - 1) / step * step);
}

static void take_before(struct excerpt *w, const struct mirror *m, size_t row, size_t col,
                        size_t max, struct buf *before, struct buf *line)
{
    size_t len;
    const char *text = mirror_line(m, row, &len);
    size_t cut = 0;
    if (col > max) {
        cut = cut_left(text, col, max);
        w->anchor = row;
    } else if (!anchor_holds(w, m, row, col, max)) {
        w->anchor = choose_anchor(m, row, col, max);
    }
    mirror_range(m, w->anchor, row, before);
    buf_add(line, text + cut, col - cut);
}

/* ---- below the cursor ---------------------------------------------------------- */

static bool end_holds(const struct excerpt *w, const struct mirror *m, size_t row, size_t rest,
                      size_t max)
{
    size_t size = rest;
    if (w->end <= row || w->end > mirror_lines(m)) {
        return false;
    }
    for (size_t at = row + 1; at < w->end && size <= max; at++) {
        size += line_size(m, at);
    }
    return size <= max && size >= max / 2;
}

/* Three quarters of the budget, for the cursor mostly moves down. */
static size_t choose_end(const struct mirror *m, size_t row, size_t rest, size_t max)
{
    size_t size = rest, end = row + 1;
    while (end < mirror_lines(m)) {
        size += line_size(m, end);
        if (size > max - max / 4) {
            break;
        }
        end++;
    }
    return end;
}

static void take_after(struct excerpt *w, const struct mirror *m, size_t row, size_t col,
                       size_t max, struct buf *after)
{
    size_t len;
    mirror_line(m, row, &len);
    size_t size = len - col;
    if (!end_holds(w, m, row, size, max)) {
        w->end = choose_end(m, row, size, max);
    }
    /* Without one whole line below, a cut one has to do. */
    if (w->end > row + 1) {
        for (size_t at = row + 1; at < w->end; at++) {
            size += line_size(m, at);
        }
        max = size;
    }
    mirror_after(m, row, col, max, after);
}

void excerpt_read(struct excerpt *w, const struct mirror *m, size_t row, size_t col,
                  size_t before_max, size_t after_max, struct buf *before, struct buf *line,
                  struct buf *after)
{
    if (row >= mirror_lines(m)) {
        row = mirror_lines(m) - 1;
        col = SIZE_MAX;
    }
    size_t len;
    mirror_line(m, row, &len);
    if (col > len) {
        col = len;
    }
    take_before(w, m, row, col, before_max, before, line);
    take_after(w, m, row, col, after_max, after);
}
