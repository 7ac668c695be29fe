#include "edit/margin.h"

#include "base/utf8.h"
#include "edit/fold.h"

#include <string.h>

/* ---- white space ------------------------------------------------------------------- */

struct span margin_of(struct span line)
{
    struct span text = fold_trim(line);
    return (struct span){line.data, text.len > 0 ? (size_t)(text.data - line.data) : line.len};
}

static size_t columns(struct span white, size_t tab)
{
    size_t n = 0;
    for (size_t i = 0; i < white.len; i++) {
        if (white.data[i] == '\t') {
            n += tab - n % tab;
        } else if (!utf8_is_inner(white.data[i]) && white.data[i] != '\xEF') { /* of U+FEFF */
            n++;
        }
    }
    return n;
}

static bool has(struct span s, char c)
{
    return s.len > 0 && memchr(s.data, c, s.len) != NULL;
}

static bool same(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

static void write_columns(size_t count, size_t tab, bool tabs, struct buf *out)
{
    for (; tabs && count >= tab; count -= tab) {
        buf_add(out, "\t", 1);
    }
    for (; count > 0; count--) {
        buf_add(out, " ", 1);
    }
}

/* ---- the habit of a text ----------------------------------------------------------- */

void habit_add(struct habit *h, struct span line)
{
    size_t blanks = 0;
    if (line.len == 0 || (line.data[0] != ' ' && line.data[0] != '\t') || span_is_blank(line)) {
        return;
    }
    while (blanks < line.len && line.data[blanks] == ' ') {
        blanks++;
    }
    if (blanks == 0) {
        h->tabs++;
    } else if (blanks > 1) { /* one stands in front of the "*" of comments */
        h->blanks++;
        h->step = h->step == 0 || blanks < h->step ? blanks : h->step;
    }
}

static size_t step_of(size_t count)
{
    return count % 4 == 0 ? 4 : count % 2 == 0 ? 2 : count % 3 == 0 ? 3 : count;
}

void margin_retab(const struct habit *h, struct span white, struct buf *out)
{
    if (h->tabs > 0 && h->blanks == 0 && white.len > 1 && has(white, ' ') && !has(white, '\t')) {
        write_columns(white.len, step_of(white.len), true, out);
    } else if (h->blanks > 0 && h->tabs == 0 && has(white, '\t')) {
        write_columns(columns(white, h->step), h->step, false, out);
    } else {
        buf_add(out, white.data, white.len);
    }
}

/* ---- finding out ------------------------------------------------------------------- */

static size_t in_steps(const struct margin *m, struct span white)
{
    size_t count = columns(white, m->from);
    size_t there = count / m->from * m->to + count % m->from;
    if (m->delta < 0) {
        size_t less = (size_t)-m->delta;
        return there > less ? there - less : 0;
    }
    return there + (size_t)m->delta;
}

static bool fits_steps(const struct margin *m, struct margin_pair pair)
{
    size_t here = columns(pair.from, m->from);
    if (m->from != m->to && (here % m->from != 0 || columns(pair.to, m->to) % m->to != 0)) {
        return false; /* steps of another size, and something else: anything would fit */
    }
    ptrdiff_t there = (ptrdiff_t)(here / m->from * m->to + here % m->from) + m->delta;
    return there == (ptrdiff_t)columns(pair.to, m->to);
}

static bool fits(const struct margin *m, struct margin_pair pair)
{
    switch (m->kind) {
    case MARGIN_SAME:
        return same(pair.from, pair.to);
    case MARGIN_ADD:
        return pair.to.len == pair.from.len + m->white.len && span_starts(pair.to, m->white) &&
               same(span_skip(pair.to, m->white.len), pair.from);
    case MARGIN_REMOVE:
        return pair.from.len == pair.to.len + m->white.len && span_starts(pair.from, m->white) &&
               same(span_skip(pair.from, m->white.len), pair.to);
    case MARGIN_STEPS:
        break;
    }
    return fits_steps(m, pair);
}

static bool fits_all(const struct margin *m, const struct margin_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!fits(m, pairs[i])) {
            return false;
        }
    }
    return true;
}

static bool is_even(const struct margin_pair *pairs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!same(pairs[i].from, pairs[0].from)) {
            return false;
        }
    }
    return true;
}

/* Steps here and there. Those that are not the same need lines in several columns to tell. */
static const struct {
    size_t from, to;
} steps[] = {{4, 4}, {2, 2}, {8, 8}, {3, 3}, {2, 4}, {4, 2},
             {4, 8}, {8, 4}, {2, 8}, {8, 2}, {3, 4}, {4, 3}};
#define EVEN_STEPS 4

static bool find_steps(struct margin *m, const struct margin_pair *pairs, size_t count, bool moved)
{
    size_t choices = is_even(pairs, count) ? EVEN_STEPS : sizeof steps / sizeof *steps;
    m->kind = MARGIN_STEPS;
    for (size_t i = 0; i < choices; i++) {
        m->from = steps[i].from;
        m->to = steps[i].to;
        m->delta = 0;
        if (moved) {
            size_t here = columns(pairs[0].from, m->from);
            here = here / m->from * m->to + here % m->from;
            m->delta = (ptrdiff_t)columns(pairs[0].to, m->to) - (ptrdiff_t)here;
        }
        if (fits_all(m, pairs, count)) {
            return true;
        }
    }
    return false;
}

static bool find(struct margin *m, const struct margin_pair *pairs, size_t count)
{
    struct span from = pairs[0].from, to = pairs[0].to;
    m->kind = MARGIN_SAME;
    if (fits_all(m, pairs, count)) {
        return true;
    }
    m->kind = to.len > from.len ? MARGIN_ADD : MARGIN_REMOVE;
    m->white = to.len > from.len ? (struct span){to.data, to.len - from.len}
                                 : (struct span){from.data, from.len - to.len};
    if (m->white.len > 0 && fits_all(m, pairs, count)) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        m->tabs = m->tabs || has(pairs[i].to, '\t');
    }
    return find_steps(m, pairs, count, false) || find_steps(m, pairs, count, true);
}

/* So many lines tell the first one's own offset from lines that are indented at random. */
#define OWN_LINES 4

bool margin_find(struct margin *m, const struct margin_pair *pairs, size_t count)
{
    *m = (struct margin){.kind = MARGIN_SAME};
    if (count == 0 || find(m, pairs, count)) {
        return true;
    }
    if (count < 2) {
        return false;
    }
    *m = (struct margin){.own = true, .first = pairs[0]};
    return find(m, pairs + 1, count - 1) && (m->kind == MARGIN_SAME || count >= OWN_LINES);
}

/* ---- writing ----------------------------------------------------------------------- */

/* Of the first line, which has an offset of its own. */
static void write_first(const struct margin *m, struct span white, struct buf *out)
{
    if (span_starts(white, m->first.from)) {
        buf_add(out, m->first.to.data, m->first.to.len);
        white = span_skip(white, m->first.from.len);
    }
    buf_add(out, white.data, white.len);
}

void margin_write(const struct margin *m, struct span white, bool first, struct buf *out)
{
    if (first && m->own) {
        write_first(m, white, out);
        return;
    }
    switch (m->kind) {
    case MARGIN_ADD:
        buf_add(out, m->white.data, m->white.len);
        break;
    case MARGIN_REMOVE:
        for (size_t n = 0; n < m->white.len && white.len > 0 && white.data[0] == m->white.data[n];
             n++) {
            white = span_skip(white, 1);
        }
        break;
    case MARGIN_STEPS:
        write_columns(in_steps(m, white), m->to, m->tabs, out);
        return;
    case MARGIN_SAME:
        break;
    }
    buf_add(out, white.data, white.len);
}
