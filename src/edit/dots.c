#include "edit/dots.h"

#include "edit/elision.h"
#include "edit/fold.h"

#include <string.h>

static bool is_bare(struct span line)
{
    struct span s = fold_trim(line);
    return span_equals(s, "...") || span_equals(s, "\u2026");
}

/* ---- dots in one part alone ----------------------------------------------------------------- */

static bool has_line(const struct text *t, struct span line)
{
    uint64_t key = fold_key(line);
    for (size_t i = 0; i < t->count; i++) {
        if (fold_key(text_line(t, i)) == key) {
            return true;
        }
    }
    return false;
}

static bool ends_with_colon(const struct text *t, size_t count)
{
    while (count > 0) {
        struct span line = span_rtrim(text_line(t, --count));
        if (line.len > 0) {
            return line.data[line.len - 1] == ':';
        }
    }
    return false;
}

bool dots_added(const struct text *search, const struct text *replace)
{
    for (size_t i = 0; i < replace->count; i++) {
        struct span line = text_line(replace, i);
        if (elision_is(line) && !has_line(search, line) &&
            !(is_bare(line) && ends_with_colon(replace, i))) {
            return true;
        }
    }
    return false;
}

/* ---- pairs of pieces ------------------------------------------------------------------------- */

/* The lines from *at on up to the next dots; *at moves behind these. */
static void take_piece(const struct text *from, size_t *at, struct text *piece)
{
    text_clear(piece);
    for (; *at < from->count && !elision_is(text_line(from, *at)); ++*at) {
        text_add(piece, text_line(from, *at));
    }
    ++*at;
}

static size_t count_dots(const struct text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++) {
        n += elision_is(text_line(t, i));
    }
    return n;
}

static bool is_same(const struct text *a, const struct text *b)
{
    struct span x = text_lines(a, 0, a->count), y = text_lines(b, 0, b->count);
    return x.len == y.len && span_starts(x, y);
}

/* Behind the piece before, one of several places is meant if it ends the block that that piece
 * begins, or if nothing is changed there. */
static bool is_next(const struct seek_lines *lines, const struct seek_found *found, size_t begun,
                    bool changed)
{
    struct span there = margin_of(lines->items[found->first].text);
    struct span here = margin_of(lines->items[begun].text);
    return !changed || (there.len == here.len && span_starts(there, here));
}

struct pieces {
    const struct seek_lines *lines;
    struct spots *spots;
    struct spots_why *why;
    size_t at;    /* line behind the piece before */
    size_t begun; /* its first one; SIZE_MAX: this is the first */
};

static enum spots_end find_piece(struct pieces *p, const struct text *search,
                                 const struct text *replace)
{
    struct seek_lines rest = *p->lines;
    struct seek_found found;
    const struct seek_want want = {.search = search};
    bool changed = !is_same(search, replace);
    if (search->count == 0) {
        return changed ? SPOTS_ABSENT : SPOTS_FOUND;
    }
    rest.items += p->at;
    rest.count -= p->at;
    enum seek_end end = seek(&rest, &want, &found);
    found.first += p->at;
    for (size_t i = 0; i < SEEK_PLACES; i++) {
        found.places[i] += p->at;
    }
    if (end == SEEK_SEVERAL && p->begun != SIZE_MAX &&
        is_next(p->lines, &found, p->begun, changed)) {
        end = SEEK_FOUND;
    } else if (end == SEEK_SEVERAL) {
        spots_note(p->why, &found);
    }
    if (end == SEEK_FOUND && changed) {
        spots_recast(p->spots, p->lines, &found, replace);
    }
    p->begun = found.first;
    p->at = found.first + found.count;
    seek_found_finish(&found);
    return end == SEEK_FOUND ? SPOTS_FOUND : end == SEEK_SEVERAL ? SPOTS_SEVERAL : SPOTS_ABSENT;
}

enum spots_end dots_find(const struct seek_lines *lines, const struct text *search,
                         const struct text *replace, struct spots *spots, struct spots_why *why)
{
    size_t dots = count_dots(search), from = 0, to = 0;
    if (dots != count_dots(replace)) {
        return dots > 0 && replace->count > 0 ? SPOTS_ELIDED : SPOTS_ABSENT;
    }
    if (dots == 0) {
        return SPOTS_ABSENT;
    }
    struct pieces p = {lines, spots, why, 0, SIZE_MAX};
    struct text a, b;
    enum spots_end end = SPOTS_FOUND;
    text_init(&a);
    text_init(&b);
    for (size_t i = 0; i <= dots && end == SPOTS_FOUND; i++) {
        take_piece(search, &from, &a);
        take_piece(replace, &to, &b);
        end = find_piece(&p, &a, &b);
    }
    text_finish(&a);
    text_finish(&b);
    if (end != SPOTS_FOUND) {
        spots_finish(spots);
    }
    return end;
}
