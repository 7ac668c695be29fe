#include "edit/slide.h"

/* How far a run is moved at most for its looks, and how many blank lines are looked at. */
#define WAY_MOST 100
#define BLANKS_MOST 20

/* Moving ends when so many lines were looked at for each line of the parts. */
#define STEPS_MOST 64

/* The weights that git has found by people's judgement of thousands of places (diff.indentHeuristic,
 * 2016). Large ones are bad places to begin or end. */
enum {
    AT_START = 1,
    AT_END = 21,
    PER_BLANK = -30,
    PER_BLANK_BEHIND = 6,
    INDENTED = -4,
    INDENTED_BLANK = 10,
    OUTDENTED = 24,
    OUTDENTED_BLANK = 17,
    DEDENTED = 23,
    DEDENTED_BLANK = 17,
    PER_INDENT = 60,
};

#define NO_INDENT (-1)

/* A run of changed lines of the part, or the place between two lines where there is none. */
struct run {
    size_t start, end;
};

struct mover {
    const struct classes *classes;
    const struct slide_side *side, *other;
    size_t steps, steps_most;
};

/* ---- judging a place ---- */

struct score {
    int indent, penalty;
};

static int indent_at(const struct mover *m, size_t line)
{
    uint16_t indent = m->classes->list[m->side->lines[line]].indent;
    return indent == INDENT_NONE ? NO_INDENT : indent;
}

/* How many blank lines stand in front of (step -1) or behind a place, and the indentation of what
 * follows them; NO_INDENT: the text ends there. */
static int look(struct mover *m, size_t line, int step, int *blanks)
{
    for (*blanks = 0; line < m->side->line_count; line += (size_t)step) {
        m->steps++;
        int indent = indent_at(m, line);
        if (indent != NO_INDENT) {
            return indent;
        }
        if (++*blanks == BLANKS_MOST) {
            return 0;
        }
    }
    return NO_INDENT;
}

static int penalty_of_step(int indent, int before, int behind, bool blanks)
{
    if (indent == NO_INDENT || before == NO_INDENT || indent == before) {
        return 0;
    }
    if (indent > before) {
        return blanks ? INDENTED_BLANK : INDENTED;
    }
    if (behind != NO_INDENT && behind > indent) {
        return blanks ? OUTDENTED_BLANK : OUTDENTED;
    }
    return blanks ? DEDENTED_BLANK : DEDENTED;
}

/* Adds what there is to say about dividing the text in front of a line. */
static void judge(struct mover *m, size_t line, struct score *s)
{
    bool at_end = line >= m->side->line_count;
    int indent = at_end ? NO_INDENT : indent_at(m, line);
    int blanks_before, blanks_behind = 0, behind = NO_INDENT;
    /* Behind line 0 the number wraps around and is beyond the text. */
    int before = look(m, line - 1, -1, &blanks_before);
    if (!at_end) {
        behind = look(m, line + 1, 1, &blanks_behind);
    }
    if (before == NO_INDENT && blanks_before == 0) {
        s->penalty += AT_START;
    }
    if (at_end) {
        s->penalty += AT_END;
    }
    blanks_behind = indent == NO_INDENT ? 1 + blanks_behind : 0;
    int blanks = blanks_before + blanks_behind;
    s->penalty += PER_BLANK * blanks + PER_BLANK_BEHIND * blanks_behind;
    indent = indent == NO_INDENT ? behind : indent;
    s->indent += indent;
    s->penalty += penalty_of_step(indent, before, behind, blanks > 0);
}

static bool is_no_worse(const struct score *a, const struct score *b)
{
    int indent = (a->indent > b->indent) - (a->indent < b->indent);
    return PER_INDENT * indent + (a->penalty - b->penalty) <= 0;
}

/* The best end of a run that ends at `end` and may end at `earliest`. */
static size_t best_end(struct mover *m, size_t earliest, size_t end, size_t size)
{
    size_t way = end - earliest;
    way = way > size + 1 ? size + 1 : way;
    way = way > WAY_MOST ? WAY_MOST : way;
    size_t best = end;
    struct score least = {0};
    for (size_t at = end - way; at <= end; at++) {
        struct score s = {0};
        judge(m, m->side->first + at, &s);
        judge(m, m->side->first + at - size, &s);
        if (at == end - way || is_no_worse(&s, &least)) {
            least = s;
            best = at;
        }
    }
    return best;
}

/* ---- runs ---- */

static void grow(const struct slide_side *s, struct run *r)
{
    while (r->end < s->count && s->changed[r->end]) {
        r->end++;
    }
    while (r->start > 0 && s->changed[r->start - 1]) {
        r->start--;
    }
}

/* The run, empty or not, behind the next line that is not changed. */
static bool next_run(const struct slide_side *s, struct run *r)
{
    if (r->end == s->count) {
        return false;
    }
    r->start = r->end = r->end + 1;
    while (r->end < s->count && s->changed[r->end]) {
        r->end++;
    }
    return true;
}

static void previous_run(const struct slide_side *s, struct run *r)
{
    r->start = r->end = r->start - 1;
    grow(s, r);
}

static const uint32_t *lines_of(const struct slide_side *s)
{
    return s->lines + s->first;
}

/* One line up, if that is the same change; runs that meet become one. */
static bool move_up(struct mover *m, struct run *r)
{
    const struct slide_side *s = m->side;
    const uint32_t *lines = lines_of(s);
    if (r->start == 0 || lines[r->start - 1] != lines[r->end - 1] || m->steps >= m->steps_most) {
        return false;
    }
    m->steps++;
    s->changed[--r->start] = true;
    s->changed[--r->end] = false;
    grow(s, r);
    return true;
}

static bool move_down(struct mover *m, struct run *r)
{
    const struct slide_side *s = m->side;
    const uint32_t *lines = lines_of(s);
    if (r->end == s->count || lines[r->start] != lines[r->end] || m->steps >= m->steps_most) {
        return false;
    }
    m->steps++;
    s->changed[r->start++] = false;
    s->changed[r->end++] = true;
    grow(s, r);
    return true;
}

static bool is_empty(const struct run *r)
{
    return r->start == r->end;
}

/* Moves a run up and down as far as it goes, until it meets no other one any more. earliest: where
 * it may end; beside: where it ends beside a run of the other side, 0 for nowhere. */
static void explore(struct mover *m, struct run *r, struct run *o, size_t *earliest, size_t *beside)
{
    size_t size;
    do {
        size = r->end - r->start;
        while (move_up(m, r)) {
            previous_run(m->other, o);
        }
        *earliest = r->end;
        *beside = is_empty(o) ? 0 : r->end;
        while (move_down(m, r)) {
            next_run(m->other, o);
            *beside = is_empty(o) ? *beside : r->end;
        }
    } while (size != r->end - r->start && m->steps < m->steps_most);
}

/* Where it is best: beside a run of the other side, so that both are one hunk; else where it looks
 * best. */
static void settle(struct mover *m, struct run *r, struct run *o)
{
    size_t earliest, beside;
    explore(m, r, o, &earliest, &beside);
    if (r->end == earliest) {
        return;
    }
    size_t end = beside != 0 ? beside : best_end(m, earliest, r->end, r->end - r->start);
    while (r->end > end && move_up(m, r)) {
        previous_run(m->other, o);
    }
}

static size_t slide_side(const struct classes *c, const struct slide_side *side,
                         const struct slide_side *other)
{
    size_t most = STEPS_MOST * (side->count + other->count + 1);
    struct mover m = {c, side, other, 0, most};
    struct run r = {0}, o = {0};
    grow(side, &r);
    grow(other, &o);
    do {
        if (!is_empty(&r)) {
            settle(&m, &r, &o);
        }
        m.steps++;
    } while (next_run(side, &r) && next_run(other, &o));
    return m.steps;
}

size_t slide_runs(const struct classes *c, const struct slide_side *old,
                  const struct slide_side *new)
{
    return slide_side(c, old, new) + slide_side(c, new, old);
}
