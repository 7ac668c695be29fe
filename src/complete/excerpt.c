#include "complete/excerpt.h"

#include "base/around.h"
#include "base/utf8.h"
#include "nvim/mirror.h"

#include <stdbool.h>

#define NO_ANCHOR SIZE_MAX
#define NO_END 0

void excerpt_init(struct excerpt *e)
{
    *e = (struct excerpt){.anchor = NO_ANCHOR, .end = NO_END};
}

/* A border between two lines keeps its row if what is replaced lies below it or has as
 * many lines as before. Lines put exactly at the border stay outside of the excerpt, save
 * above the text's first line. */
void excerpt_edit(struct excerpt *e, int64_t first, int64_t last, size_t new_count)
{
    size_t from = (size_t)first, to = last < 0 ? SIZE_MAX : (size_t)last;
    if (first < 0 || to < from) {
        excerpt_init(e);
        return;
    }
    if (e->anchor != NO_ANCHOR && e->anchor >= to && e->anchor > 0) {
        e->anchor = e->anchor - (to - from) + new_count;
    } else if (e->anchor > from && new_count != to - from) {
        e->anchor = NO_ANCHOR;
    }
    if (e->end > from && e->end >= to) {
        e->end = e->end - (to - from) + new_count;
    } else if (e->end > from && new_count != to - from) {
        e->end = NO_END;
    }
}

/* ---- above the cursor ---------------------------------------------------------- */

static struct span span_at(const struct mirror *m, size_t row)
{
    struct span line;
    line.data = mirror_line(m, row, &line.len);
    return line;
}

/* With its "\n". */
static size_t line_size(const struct mirror *m, size_t row)
{
    return span_at(m, row).len + 1;
}

/* Whether a line is not indented and follows a blank one: a function or the like begins. */
static bool begins_block(const struct mirror *m, size_t row)
{
    struct span line = span_at(m, row);
    return span_is_blank(span_at(m, row - 1)) && line.len > 0 && !is_blank(line.data[0]);
}

/* All of these read no more lines than fit into the budget. */
static bool anchor_holds(const struct excerpt *e, const struct mirror *m, size_t row, size_t col,
                         size_t max)
{
    size_t size = col;
    if (e->anchor > row) {
        return false;
    }
    for (size_t at = row; at > e->anchor && size <= max; at--) {
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

static void read_left(struct excerpt *e, const struct mirror *m, size_t row, size_t col, size_t max,
                      struct buf *left)
{
    size_t len;
    const char *text = mirror_line(m, row, &len);
    size_t cut = 0;
    if (col > max) {
        cut = cut_left(text, col, max);
        e->anchor = row;
    } else if (!anchor_holds(e, m, row, col, max)) {
        e->anchor = choose_anchor(m, row, col, max);
    }
    mirror_range(m, e->anchor, row, left);
    buf_add(left, text + cut, col - cut);
}

/* ---- below the cursor ---------------------------------------------------------- */

static bool end_holds(const struct excerpt *e, const struct mirror *m, size_t row, size_t right,
                      size_t max)
{
    size_t size = right;
    if (e->end <= row || e->end > mirror_lines(m)) {
        return false;
    }
    for (size_t at = row + 1; at < e->end && size <= max; at++) {
        size += line_size(m, at);
    }
    return size <= max && size >= max / 2;
}

/* Three quarters of the budget, for the cursor mostly moves down. */
static size_t choose_end(const struct mirror *m, size_t row, size_t right, size_t max)
{
    size_t size = right, end = row + 1;
    while (end < mirror_lines(m)) {
        size += line_size(m, end);
        if (size > max - max / 4) {
            break;
        }
        end++;
    }
    return end;
}

static void read_after(struct excerpt *e, const struct mirror *m, size_t row, size_t col,
                       size_t max, struct buf *after)
{
    size_t len;
    mirror_line(m, row, &len);
    size_t size = len - col;
    if (!end_holds(e, m, row, size, max)) {
        e->end = choose_end(m, row, size, max);
    }
    /* Without one whole line below, a cut one has to do. */
    if (e->end > row + 1) {
        for (size_t at = row + 1; at < e->end; at++) {
            size += line_size(m, at);
        }
        max = size;
    }
    mirror_after(m, row, col, max, after);
}

void excerpt_read(struct excerpt *e, const struct mirror *m, size_t row, size_t col,
                  struct excerpt_budget budget, struct around_text *text)
{
    if (row >= mirror_lines(m)) {
        row = mirror_lines(m) - 1;
        col = SIZE_MAX;
    }
    size_t len = span_at(m, row).len;
    if (col > len) {
        col = len;
    }
    read_left(e, m, row, col, budget.left, &text->left);
    read_after(e, m, row, col, budget.after, &text->after);
}
