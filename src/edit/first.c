#include "edit/first.h"

#include "edit/place.h"
#include "text/line.h"
#include "text/syntax.h"

#define NEAR 60 /* lines on either side of an insertion that are looked at */

/* ---- insertions ---------------------------------------------------------------- */

static bool is_text(struct span line, bool *closes)
{
    *closes = line_closes(span_ltrim(line));
    return !span_is_blank(line);
}

/* Where new lines stand between two others: in the block that the one above opens, else beside the
 * deeper one of both that is no closing bracket. */
static size_t column_between(const struct place *p, bool *any_root)
{
    const struct text *before = p->context.before, *after = p->context.after;
    const struct indent *indent = &p->style.indent;
    size_t above = 0, below = 0, i = before->count, j = 0;
    bool closes_above = false, closes_below = false;
    while (i > 0 && !is_text(text_line(before, i - 1), &closes_above)) {
        i--;
    }
    while (j < after->count && !is_text(text_line(after, j), &closes_below)) {
        j++;
    }
    bool has_above = i > 0, has_below = j < after->count;
    enum syntax_tail tail = TAIL_ENDS;
    if (has_above) {
        struct span line = text_line(before, i - 1);
        above = indent_columns(indent, line);
        tail = syntax_tail_of(p->language, span_rtrim(span_ltrim(line)));
    }
    if (has_below) {
        below = indent_columns(indent, text_line(after, j));
    }
    *any_root = !has_above || !has_below || above == 0 || (below == 0 && !closes_below);
    if (tail == TAIL_OPENS) {
        return above + p->style.step;
    }
    if (!has_below || closes_below) {
        return above;
    }
    return !has_above || below < above ? below : above;
}

/* The column at which new lines are to stand; column: the one that the answer has. */
static size_t base_of(const struct place *p, size_t column)
{
    const struct clean_context *c = &p->context;
    if (p->old_words > 0) {
        return p->base;
    }
    bool any_root;
    size_t cursor = c->old->count > 0 ? indent_columns(&p->style.indent, text_line(c->old, 0)) : 0;
    size_t base = cursor > 0 ? cursor : column_between(p, &any_root);
    if (cursor > 0) {
        return base;
    }
    /* The model has seen the lines around: where a block stands it may mean another one. */
    bool stands = column > 0 || any_root;
    for (size_t side = 0; stands && side < 2; side++) {
        const struct text *t = side == 0 ? c->before : c->after;
        for (size_t i = 0; i < t->count && i < NEAR; i++) {
            size_t at = side == 0 ? t->count - 1 - i : i;
            struct span other = text_line(t, at);
            if (!span_is_blank(other) && indent_columns(&p->style.indent, other) == column) {
                return column;
            }
        }
    }
    return base;
}

/* ---- ranges -------------------------------------------------------------------- */

static bool begin_alike(struct span a, struct span b)
{
    struct span x = span_first_word(span_ltrim(a)), y = span_first_word(span_ltrim(b));
    return x.len > 0 && x.len == y.len && span_starts(x, y);
}

/* A range may begin deeper than it goes on, and the answer where it goes on: at the margin only if a
 * line there begins alike, as first lines come without their indentation often. */
static bool leaves_first(const struct place *p, struct span line, size_t answer)
{
    const struct text *old = p->context.old;
    if (p->old_words == 0 || answer != p->least || begin_alike(line, place_first(p))) {
        return false;
    }
    for (size_t i = 0; i < old->count && answer == 0; i++) {
        struct span other = text_line(old, i);
        if (indent_columns(&p->style.indent, other) == 0 && begin_alike(line, other)) {
            return true;
        }
    }
    return answer > 0;
}

size_t first_column(const struct place *p, struct span line, size_t answer)
{
    size_t base = base_of(p, answer);
    const struct linemap_entry *known = linemap_find(&p->old, line);
    bool here = answer == base && !place_is_foreign(p, line);
    if (here || (known != NULL && known->first == p->first)) {
        return base;
    }
    if (known != NULL && !known->mixed) {
        return known->column;
    }
    return leaves_first(p, line, answer) ? answer : base;
}
