#include "edit/below.h"

#include "edit/place.h"
#include "text/line.h"

#include <stdlib.h>

#define LINES_MAX 4096
#define WEIGHT_LINE 8     /* letters of a line that is no chance */
#define WEIGHT_STRANGE 3  /* ... of one that the range does not have */
#define WEIGHT_LINES 4    /* ... of several */
#define LINES_OUTSIDE 4   /* lines of the file that are no chance ... */
#define WEIGHT_OUTSIDE 30 /* ... with so many letters */

static bool is_same(struct span a, struct span b)
{
    a = span_rtrim(a);
    b = span_rtrim(b);
    return a.len == b.len && span_starts(a, b);
}

static struct span line_below(const struct below *b, size_t i)
{
    return text_line(b->stage.place->context.after, b->lines[i]);
}

/* How many of the first lines end at that place, if the next one is this. */
static size_t advance(const struct below *b, size_t matched, struct span line)
{
    if (b->count == 0) {
        return 0;
    }
    while (matched == b->count || (matched > 0 && !is_same(line_below(b, matched), line))) {
        matched = b->fallback[matched - 1];
    }
    return matched + is_same(line_below(b, matched), line);
}

void below_init(struct below *b, const struct stage *stage)
{
    const struct text *after = stage->place->context.after;
    size_t count = after->count < LINES_MAX ? after->count : LINES_MAX;
    *b = (struct below){.stage = *stage};
    text_init(&b->held);
    b->lines = xcalloc(count + 1, sizeof *b->lines);
    b->fallback = xcalloc(count + 1, sizeof *b->fallback);
    for (size_t i = 0; i < count; i++) {
        if (!span_is_blank(text_line(after, i))) {
            b->lines[b->count++] = i;
        }
    }
    for (size_t i = 1; i < b->count; i++) {
        size_t n = b->fallback[i - 1];
        while (n > 0 && !is_same(line_below(b, n), line_below(b, i))) {
            n = b->fallback[n - 1];
        }
        b->fallback[i] = n + is_same(line_below(b, n), line_below(b, i));
    }
}

void below_finish(struct below *b)
{
    text_finish(&b->held);
    free(b->lines);
    free(b->fallback);
}

static long depth_of(struct span line)
{
    long depth = 0;
    for (size_t i = 0; i < line.len; i++) {
        depth += is_opening_bracket(line.data[i]) - is_closing_bracket(line.data[i]);
    }
    return depth;
}

static void give(struct below *b, struct span line)
{
    b->begun = true;
    b->depth += depth_of(line);
    stage_pass(&b->stage, line);
}

/* Gives what is held but for its last lines, so many, that are not blank, and what stands behind. */
static void release(struct below *b, size_t kept)
{
    size_t to = b->held.count, words = 0;
    while (to > 0 && words < kept) {
        words += !span_is_blank(text_line(&b->held, --to));
    }
    while (to > 0 && kept > 0 && span_is_blank(text_line(&b->held, to - 1))) {
        to--;
    }
    if (to == 0) {
        return;
    }
    struct text rest;
    text_init(&rest);
    for (size_t i = 0; i < b->held.count; i++) {
        if (i < to) {
            give(b, text_line(&b->held, i));
        } else {
            text_add(&rest, text_line(&b->held, i));
        }
    }
    text_finish(&b->held);
    b->held = rest;
}

/* Letters of the first lines below, so many, but for those that only close a block. */
static size_t weight_of(const struct below *b, size_t lines)
{
    size_t weight = 0;
    for (size_t i = 0; i < lines; i++) {
        struct span line = line_below(b, i);
        weight += line_only_closes(span_ltrim(span_rtrim(line))) ? 0 : line_weight(line_of(line));
    }
    return weight;
}

/* Of all lines below enough came to be sure. */
static bool is_all(const struct below *b)
{
    return b->matched == b->count && b->count >= LINES_OUTSIDE &&
           weight_of(b, b->count) >= WEIGHT_OUTSIDE;
}

void below_line(struct below *b, struct span line)
{
    const struct place *p = b->stage.place;
    if (b->over) {
        return;
    }
    if (span_is_blank(line)) {
        text_add(&b->held, line);
        return;
    }
    size_t was = b->matched;
    b->matched = advance(b, was, line);
    bool strays = b->matched < was && was >= LINES_OUTSIDE && b->matched == 0 &&
                  weight_of(b, was) >= WEIGHT_OUTSIDE && !p->context.insert;
    if (strays) {
        stage_fail(&b->stage, CLEAN_OUTSIDE);
        return;
    }
    text_add(&b->held, line);
    release(b, b->matched);
    b->over = is_all(b);
}

bool below_passes(const struct below *b, struct span line)
{
    line = span_rtrim(line);
    return b->held.count == 0 && b->begun &&
           (b->count == 0 || !span_starts(line_below(b, 0), line));
}

/* ---- the end ------------------------------------------------------------------- */

/* The range ends with the same lines, so that they are its own. */
static bool are_own(const struct below *b)
{
    const struct text *old = b->stage.place->context.old;
    size_t i = old->count, matched = b->matched;
    while (i > 0 && matched > 0) {
        struct span line = text_line(old, --i);
        if (!span_is_blank(line) && !is_same(line, line_below(b, --matched))) {
            return false;
        }
    }
    return matched == 0;
}

static long depth_of_old(const struct below *b)
{
    const struct text *old = b->stage.place->context.old;
    long depth = 0;
    for (size_t i = 0; i < old->count; i++) {
        depth += depth_of(text_line(old, i));
    }
    return depth;
}

static size_t column_below(const struct below *b, size_t i)
{
    return indent_columns(&b->stage.place->style.indent, line_below(b, i));
}

/* "}" that closes a block around the range: it stands left of it, or the brackets of the range are
 * even without it. */
static bool closes_outer(const struct below *b)
{
    const struct place *p = b->stage.place;
    bool left = p->old_words > 0 && column_below(b, 0) < p->base;
    for (size_t i = 1; i < b->matched && p->old_words > 0; i++) {
        left = left || column_below(b, i) < p->least;
    }
    return left || (depth_of(line_below(b, 0)) < 0 && b->depth == depth_of_old(b));
}

static bool is_echo(const struct below *b)
{
    if (b->matched == 0 || are_own(b)) {
        return false;
    }
    size_t weight = weight_of(b, b->matched);
    bool strange = linemap_find(&b->stage.place->old, line_below(b, 0)) == NULL;
    size_t enough = b->matched > 1 ? WEIGHT_LINES : strange ? WEIGHT_STRANGE : WEIGHT_LINE;
    return weight >= enough || closes_outer(b);
}

static void drop_blanks(struct below *b, size_t *count)
{
    while (*count > 0 && span_is_blank(text_line(&b->held, *count - 1))) {
        (*count)--;
    }
}

/* All of the answer is what stands below. */
static bool is_nothing_else(const struct below *b)
{
    size_t words = 0;
    for (size_t i = 0; i < b->held.count; i++) {
        words += !span_is_blank(text_line(&b->held, i));
    }
    return !b->begun && words == b->matched;
}

void below_end(struct below *b, bool cut)
{
    const struct place *p = b->stage.place;
    size_t count = b->held.count, matched = b->over || (!cut && is_echo(b)) ? b->matched : 0;
    if (matched > 0 && is_nothing_else(b)) {
        if (matched >= LINES_OUTSIDE) {
            stage_fail(&b->stage, CLEAN_OUTSIDE);
        }
        matched = 0;
    }
    size_t all = count;
    drop_blanks(b, &count);
    size_t blanks = matched > 0 ? 0 : all - count;
    while (matched > 0 && count > 0) {
        matched -= !span_is_blank(text_line(&b->held, --count));
    }
    drop_blanks(b, &count);
    for (size_t i = 0; i < count; i++) {
        give(b, text_line(&b->held, i));
    }
    text_clear(&b->held);
    bool own = b->begun && p->old_words > 0 && !p->wish.blanks && !cut;
    for (size_t i = p->last + 1; own && i < p->context.old->count; i++) {
        give(b, text_line(p->context.old, i));
    }
    for (size_t i = 0; p->wish.blanks && b->begun && !cut && i < blanks; i++) {
        give(b, (struct span){NULL, 0});
    }
}
