#include "complete/excerpt.h"

#include "base/around.h"
#include "base/utf8.h"
#include "complete/head.h"
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
    return size <= max && size >= max / 8 * 3;
}

/* The text's first line if seven eighths of the budget reach it, else about three quarters of the
 * budget are used: from the topmost line between 5/8 and 7/8 that begins a block, for a
 * prompt reads better so and a cursor that comes back finds the same line again; failing
 * that from the last that keeps to three quarters. */
static size_t choose_anchor(const struct mirror *m, size_t row, size_t col, size_t max)
{
    size_t size = col, most = row, block = NO_ANCHOR, at = row;
    for (; at > 0; at--) {
        size += line_size(m, at - 1);
        if (size > max - max / 8) {
            break;
        }
        if (size <= max / 4 * 3) {
            most = at - 1;
        }
        if (at > 1 && size >= max / 8 * 5 && begins_block(m, at - 1)) {
            block = at - 1;
        }
    }
    if (at == 0) {
        return 0;
    }
    return block != NO_ANCHOR ? block : most;
}

/* Where a line too long for the budget begins: where a step of half a budget ends, so that
 * between a half and all of it is used. */
static size_t cut_left(const char *text, size_t col, size_t max)
{
    size_t step = max > 1 ? max / 2 : 1;
    return utf8_ceil(text, col, (col - max + step - 1) / step * step);
}

/* The imports above the excerpt, apart from it. */
static void read_head(const struct excerpt *e, const struct mirror *m, size_t max, struct buf *left)
{
    size_t begun = left->len;
    head_read(m, e->anchor, max, left);
    if (left->len > begun && !span_is_blank(span_at(m, e->anchor))) {
        buf_add_str(left, "\n");
    }
}

/* What the imports above the cursor take, whether or not they are shown: so the anchor does not
 * depend on itself. */
static size_t head_size(const struct mirror *m, size_t row, size_t max)
{
    struct buf head;
    buf_init(&head, SIZE_MAX);
    head_read(m, row, max, &head);
    size_t size = head.len > 0 ? head.len + 1 : 0;
    buf_finish(&head);
    return size;
}

static void read_left(struct excerpt *e, const struct mirror *m, size_t row, size_t col,
                      struct excerpt_budget budget, struct buf *left)
{
    size_t len, head = budget.head > 0 ? head_size(m, row, budget.head) : 0;
    size_t max = budget.left > head ? budget.left - head : 0;
    const char *text = mirror_line(m, row, &len);
    size_t cut = 0;
    if (col > max) {
        cut = cut_left(text, col, max);
        e->anchor = row;
    } else if (!anchor_holds(e, m, row, col, max)) {
        e->anchor = choose_anchor(m, row, col, max);
    }
    if (head > 0) {
        read_head(e, m, budget.head, left);
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

/* Seven eighths of the budget: the text below mostly stays as it is. */
static size_t choose_end(const struct mirror *m, size_t row, size_t right, size_t max)
{
    size_t size = right, end = row + 1;
    while (end < mirror_lines(m)) {
        size += line_size(m, end);
        if (size > max - max / 8) {
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

/* ---- both ---------------------------------------------------------------------- */

/* What of a budget is left over, in quarters of it: so that what is typed does not move the
 * other side with each character. */
static size_t spare(size_t budget, size_t used)
{
    size_t quarter = budget / 4;
    return quarter > 0 && used < budget ? (budget - used) / quarter * quarter : 0;
}

/* How many bytes stand above and left of the cursor; more than max may be any number above it. */
static size_t count_left(const struct mirror *m, size_t row, size_t col, size_t max)
{
    size_t size = col;
    while (row > 0 && size <= max) {
        size += line_size(m, --row);
    }
    return size;
}

static size_t count_after(const struct mirror *m, size_t row, size_t col, size_t max)
{
    size_t size = span_at(m, row).len - col;
    while (++row < mirror_lines(m) && size <= max) {
        size += line_size(m, row);
    }
    return size;
}

/* Inside the text. */
static void clamp(const struct mirror *m, size_t *row, size_t *col)
{
    if (*row >= mirror_lines(m)) {
        *row = mirror_lines(m) - 1;
        *col = SIZE_MAX;
    }
    size_t len = span_at(m, *row).len;
    *col = *col < len ? *col : len;
}

struct excerpt_budget excerpt_share(const struct mirror *m, size_t row, size_t col,
                                    struct excerpt_budget budget)
{
    clamp(m, &row, &col);
    size_t left = count_left(m, row, col, budget.left);
    size_t after = count_after(m, row, col, budget.after);
    return (struct excerpt_budget){
        .left = budget.left + spare(budget.after, after),
        .after = budget.after + spare(budget.left, left),
        .head = budget.head,
    };
}

void excerpt_read(struct excerpt *e, const struct mirror *m, size_t row, size_t col,
                  struct excerpt_budget budget, struct around_text *text)
{
    clamp(m, &row, &col);
    read_left(e, m, row, col, budget, &text->left);
    read_after(e, m, row, col, budget.after, &text->after);
}
