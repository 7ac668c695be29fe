#include "edit/locate.h"

#include "edit/anchor.h"
#include "edit/dots.h"
#include "edit/filled.h"
#include "edit/partial.h"

#include <stdlib.h>

/* ---- lines as they are ------------------------------------------------------------------ */

static enum spots_end end_of(enum seek_end end)
{
    switch (end) {
    case SEEK_FOUND:
        return SPOTS_FOUND;
    case SEEK_SEVERAL:
        return SPOTS_SEVERAL;
    case SEEK_ELSEWHERE:
        return SPOTS_ELSEWHERE;
    case SEEK_ABSENT:
        break;
    }
    return SPOTS_ABSENT;
}

struct
try {
    const struct seek_lines *lines;
    const struct patch_block *block;
    struct spots *spots;
    struct spots_why *why;
};

static enum seek_end seek_block(const struct try *t, const struct text *search,
                                struct seek_found *found)
{
    const struct patch_block *b = t->block;
    const struct seek_want want = {search, &b->anchors, b->weak_anchors, b->number, b->at_end};
    return seek(t->lines, &want, found);
}

static enum spots_end try_lines(const struct try *t, const struct text *search,
                                const struct text *replace)
{
    struct seek_found found;
    enum spots_end end = end_of(seek_block(t, search, &found));
    if (end == SPOTS_FOUND) {
        spots_recast(t->spots, t->lines, &found, replace);
    } else if (end == SPOTS_SEVERAL) {
        spots_note(t->why, &found);
    }
    seek_found_finish(&found);
    return end;
}

/* ---- search and replace ------------------------------------------------------------------- */

/* The last divider with which the search part is found: a line of signs that stands there in the text,
 * too, is no divider, but a heading's underline. The first, if it is found with none. */
static size_t choose_divider(const struct try *t)
{
    const struct patch_block *b = t->block;
    struct text search, replace;
    size_t chosen = 0;
    text_init(&search);
    text_init(&replace);
    for (size_t i = 0; i < b->divider_count; i++) {
        struct seek_found found;
        patch_divide(b, i, &search, &replace);
        chosen = seek_block(t, &search, &found) == SEEK_FOUND ? i : chosen;
        seek_found_finish(&found);
    }
    text_finish(&search);
    text_finish(&replace);
    return chosen;
}

static enum spots_end find_divided(const struct try *t)
{
    struct text search, replace;
    text_init(&search);
    text_init(&replace);
    patch_divide(t->block, choose_divider(t), &search, &replace);
    enum spots_end end = try_lines(t, &search, &replace);
    text_finish(&search);
    text_finish(&replace);
    return end;
}

/* The replacement leaves lines out that the search has. */
static enum spots_end find_elided(const struct try *t)
{
    const struct patch_block *b = t->block;
    struct text replace;
    text_init(&replace);
    text_add_lines(&replace, text_lines(&b->replace, 0, b->replace.count));
    bool fine = filled(&b->search, "code", &replace) && !dots_added(&b->search, &replace);
    enum spots_end end = fine ? try_lines(t, &b->search, &replace) : SPOTS_ELIDED;
    text_finish(&replace);
    return end;
}

static enum spots_end find_search(const struct try *t)
{
    const struct patch_block *b = t->block;
    if (b->divider_count > 1) {
        return find_divided(t);
    }
    if (dots_added(&b->search, &b->replace)) {
        return find_elided(t);
    }
    enum spots_end end = try_lines(t, &b->search, &b->replace);
    if (end == SPOTS_ABSENT) {
        end = dots_find(t->lines, &b->search, &b->replace, t->spots, t->why);
    }
    if (end == SPOTS_ABSENT) {
        end = partial_find(t->lines, &b->search, &b->replace, t->spots, t->why);
    }
    return end;
}

/* ---- hunks ---------------------------------------------------------------------------------- */

/* Lines are added, and nothing says where but a line above them, or the end of the file. */
static enum spots_end find_added(const struct try *t)
{
    const struct patch_block *b = t->block;
    size_t at = t->lines->count;
    if (b->anchors.count > 0) {
        at = anchor_line(t->lines, &b->anchors);
        if (at == SIZE_MAX) {
            return SPOTS_NOWHERE;
        }
        at++;
    } else if (b->form != PATCH_V4A && !b->at_end && t->lines->count > 0) {
        return SPOTS_NOWHERE;
    }
    struct spot *spot = spots_add(t->spots, at, 0);
    struct buf line;
    buf_init(&line, SIZE_MAX);
    for (size_t i = 0; i < b->replace.count; i++) {
        struct span s = text_line(&b->replace, i), white = margin_of(s);
        buf_clear(&line);
        margin_retab(&t->lines->habit, white, &line);
        buf_add(&line, s.data + white.len, s.len - white.len);
        text_add(&spot->lines, (struct span){line.data, line.len});
    }
    buf_finish(&line);
    return SPOTS_FOUND;
}

/* Indented as they are in the file. */
static bool is_in_place(const struct seek_found *found)
{
    return found->margin.kind == MARGIN_SAME && !found->margin.own;
}

/* Models forget the blank in front of context: then the lines fit as they are. */
static enum spots_end find_hunk(const struct try *t)
{
    const struct patch_block *b = t->block;
    struct seek_found found, loose;
    enum seek_end end = seek_block(t, &b->search, &found);
    enum seek_end other = SEEK_ABSENT;
    if (end != SEEK_FOUND || !is_in_place(&found)) {
        other = seek_block(t, &b->loose_search, &loose);
        bool fits = other == SEEK_FOUND && is_in_place(&loose);
        if (fits && (end == SEEK_ABSENT || loose.exact)) {
            spots_recast(t->spots, t->lines, &loose, &b->loose_replace);
            end = SEEK_ABSENT;
        } else {
            other = SEEK_ABSENT;
        }
        seek_found_finish(&loose);
    }
    if (end == SEEK_FOUND) {
        spots_recast(t->spots, t->lines, &found, &b->replace);
    } else if (end == SEEK_SEVERAL) {
        spots_note(t->why, &found);
    }
    seek_found_finish(&found);
    return other == SEEK_FOUND ? SPOTS_FOUND : end_of(end);
}

static bool has_text(const struct text *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!span_is_blank(text_line(t, i))) {
            return true;
        }
    }
    return false;
}

enum spots_end locate(const struct seek_lines *lines, const struct patch_block *block,
                      struct spots *spots, struct spots_why *why)
{
    *spots = (struct spots){.items = NULL};
    *why = (struct spots_why){.place_count = 0};
    const struct try t = {lines, block, spots, why};
    if (block->form == PATCH_SEARCH) {
        bool empty = block->divider_count < 2 && !has_text(&block->search);
        return empty ? SPOTS_NOWHERE : find_search(&t);
    }
    if (dots_added(&block->search, &block->replace)) {
        return SPOTS_ELIDED;
    }
    if (block->search.count > 0 && !has_text(&block->search)) {
        return SPOTS_NOWHERE; /* blank lines are no place */
    }
    return block->search.count == 0 ? find_added(&t) : find_hunk(&t);
}
