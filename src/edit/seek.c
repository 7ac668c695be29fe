#include "edit/seek.h"

#include "edit/anchor.h"
#include "edit/fold.h"

#include <stdlib.h>
#include <string.h>

/* ---- one place --------------------------------------------------------------------- */

/* The lower the better; FOLDED is added. */
enum rank {
    RANK_EXACT,
    RANK_ENDS,
    RANK_MARGIN,
    RANK_OWN,
    RANK_FOLDED,
    RANK_NONE = 2 * RANK_FOLDED
};

static bool same(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

/* Whether the lines stand there otherwise than byte by byte, and how they are indented there. */
static int rank_margin(const struct seek_line *at, const struct text *search,
                       struct seek_found *found)
{
    struct margin_pair *pairs = xcalloc(search->count, sizeof *pairs);
    size_t count = 0;
    found->plain = true;
    for (size_t i = 0; i < search->count; i++) {
        struct span line = text_line(search, i);
        if (at[i].key == FOLD_BLANK) {
            continue;
        }
        pairs[count] = (struct margin_pair){margin_of(line), margin_of(at[i].text)};
        found->plain = found->plain && pairs[count].from.len == 0;
        count++;
    }
    bool fits = margin_find(&found->margin, pairs, count);
    free(pairs);
    return !fits                               ? RANK_NONE
           : found->margin.own                 ? RANK_OWN
           : found->margin.kind != MARGIN_SAME ? RANK_MARGIN
                                               : RANK_ENDS;
}

static bool is_exact(const struct seek_line *at, const struct text *search)
{
    for (size_t i = 0; i < search->count; i++) {
        if (!same(text_line(search, i), at[i].text)) {
            return false;
        }
    }
    return true;
}

/* Of a place where keys are equal, but not all bytes. */
static int rank_at(const struct seek_line *at, const struct text *search, struct seek_found *found)
{
    found->exact = false;
    found->folded = false;
    for (size_t i = 0; i < search->count; i++) {
        struct span a = fold_trim(text_line(search, i)), b = fold_trim(at[i].text);
        bool alike = same(a, b);
        found->folded = found->folded || !alike;
        if (!alike && !fold_equal(a, b)) {
            return RANK_NONE; /* two texts with one hash */
        }
    }
    int rank = rank_margin(at, search, found);
    return rank == RANK_NONE ? RANK_NONE : rank + (found->folded ? RANK_FOLDED : 0);
}

/* How the lines stand at the place that was chosen. */
static void describe(const struct seek_line *at, struct seek_found *found)
{
    if (is_exact(at, &found->search)) {
        rank_margin(at, &found->search, found);
        found->exact = true;
        found->folded = false;
    } else {
        rank_at(at, &found->search, found);
    }
}

/* ---- all places -------------------------------------------------------------------- */

/* Where many lines are alike: so many places, and so many lines of places that are not exact, are
 * looked at. More places than one are enough to refuse. */
#define PLACES_MAX 1000
#define LINES_MAX 200000

/* Of the best rank so far. */
struct hits {
    size_t *items;
    size_t count, room;
    int rank;
    size_t looked; /* lines of places that are not exact */
    bool partly;   /* there may be more places */
};

static void add_hit(struct hits *h, size_t first, int rank)
{
    if (rank >= RANK_NONE || rank > h->rank) {
        return;
    }
    if (rank < h->rank) {
        h->count = 0;
        h->rank = rank;
    }
    if (h->count == h->room) {
        h->room = h->room == 0 ? 8 : h->room * 2;
        h->items = xrealloc(h->items, h->room * sizeof *h->items);
    }
    h->items[h->count++] = first;
}

/* A place where all keys are equal. */
static void judge_place(const struct seek_lines *lines, size_t first, const struct text *search,
                        struct hits *hits)
{
    struct seek_found found;
    const struct seek_line *at = lines->items + first;
    if (hits->count >= PLACES_MAX && hits->rank == RANK_EXACT) {
        hits->partly = true;
    } else if (is_exact(at, search)) {
        add_hit(hits, first, RANK_EXACT);
    } else if (hits->rank > RANK_EXACT && hits->looked > LINES_MAX) {
        hits->partly = true;
    } else if (hits->rank > RANK_EXACT) {
        hits->looked += search->count;
        add_hit(hits, first, rank_at(at, search, &found));
    }
}

/* Knuth, Morris and Pratt's, so that overlapping places are seen and equal lines cost no more. */
static void find_all(const struct seek_lines *lines, const struct text *search, struct hits *hits)
{
    size_t n = search->count, matched = 0;
    uint64_t *keys = xcalloc(n + 1, sizeof *keys);
    size_t *border = xcalloc(n + 1, sizeof *border);
    for (size_t i = 0; i < n; i++) {
        keys[i] = fold_key(text_line(search, i));
    }
    for (size_t i = 1, k = 0; i < n; i++) {
        while (k > 0 && keys[i] != keys[k]) {
            k = border[k - 1];
        }
        k += keys[i] == keys[k];
        border[i] = k;
    }
    for (size_t i = 0; n > 0 && i < lines->count; i++) {
        while (matched > 0 && (matched == n || lines->items[i].key != keys[matched])) {
            matched = border[matched - 1];
        }
        matched += lines->items[i].key == keys[matched];
        if (matched == n) {
            judge_place(lines, i + 1 - n, search, hits);
        }
    }
    free(keys);
    free(border);
}

/* ---- the lines as they may be meant -------------------------------------------------- */

bool seek_unnumber(struct span *line)
{
    struct span s = span_ltrim(*line);
    size_t n = 0;
    while (n < s.len && s.data[n] >= '0' && s.data[n] <= '9') {
        n++;
    }
    struct span rest = span_skip(s, n);
    if (n == 0 || n > 6) {
        return false;
    }
    struct span mark = span_ltrim(rest);
    if (rest.len > 0 && rest.data[0] == '\t') {
        *line = span_skip(rest, 1);
        return true;
    }
    if (mark.len == 0 || (mark.data[0] != '|' && mark.data[0] != ':')) {
        return false;
    }
    mark = span_skip(mark, 1);
    *line = mark.len > 0 && mark.data[0] == ' ' ? span_skip(mark, 1) : mark;
    return true;
}

static bool unnumber_all(const struct text *from, struct text *to)
{
    bool any = false;
    for (size_t i = 0; i < from->count; i++) {
        struct span line = text_line(from, i);
        bool numbered = seek_unnumber(&line);
        if (!numbered && !span_is_blank(line)) {
            return false;
        }
        any = any || numbered;
        text_add(to, line);
    }
    return any;
}

static bool decode_all(const struct text *from, struct text *to)
{
    bool any = false;
    if (from->bytes.len == 0 || memchr(from->bytes.data, '&', from->bytes.len) == NULL) {
        return false;
    }
    struct buf line;
    buf_init(&line, SIZE_MAX);
    for (size_t i = 0; i < from->count; i++) {
        buf_clear(&line);
        any = fold_decode(text_line(from, i), &line) || any;
        text_add(to, (struct span){line.data, line.len});
    }
    buf_finish(&line);
    return any;
}

static bool is_blank_at(const struct text *t, size_t i)
{
    return fold_key(text_line(t, i)) == FOLD_BLANK;
}

static bool strip(const struct text *from, struct text *to, struct seek_found *found)
{
    size_t first = 0, end = from->count;
    while (first < end && is_blank_at(from, first)) {
        first++;
    }
    while (end > first && is_blank_at(from, end - 1)) {
        end--;
    }
    for (size_t i = first; i < end; i++) {
        text_add(to, text_line(from, i));
    }
    found->skipped = first;
    found->left = from->count - end;
    return end > first && end - first < from->count;
}

enum variant { AS_IS, STRIPPED, DECODED, UNNUMBERED, VARIANTS };

/* Whether there is something else to seek than before. */
static bool make(enum variant variant, const struct text *search, struct seek_found *found)
{
    text_clear(&found->search);
    switch (variant) {
    case STRIPPED:
        return strip(search, &found->search, found);
    case DECODED:
        found->skipped = found->left = 0;
        return found->decoded = decode_all(search, &found->search);
    case UNNUMBERED:
        found->decoded = false;
        return found->numbered = unnumber_all(search, &found->search);
    default:
        break;
    }
    for (size_t i = 0; i < search->count; i++) {
        text_add(&found->search, text_line(search, i));
    }
    return search->count > 0;
}

/* ---- the place that is meant --------------------------------------------------------- */

static bool choose(const struct hits *h, size_t place, struct seek_found *found)
{
    for (size_t i = 0; i < h->count; i++) {
        if (h->items[i] == place) {
            found->first = place;
            return true;
        }
    }
    return false;
}

static enum seek_end decide(const struct seek_lines *lines, const struct seek_want *want,
                            struct hits *hits, struct seek_found *found)
{
    size_t length = found->search.count;
    found->count = length;
    if (want->anchors != NULL && want->anchors->count > 0) {
        size_t all = hits->count;
        hits->count = anchor_filter(lines, want->anchors, hits->items, hits->count);
        if (hits->count == 0 && !want->weak) {
            return SEEK_ELSEWHERE;
        }
        hits->count = hits->count == 0 ? all : hits->count;
    }
    found->first = hits->items[0];
    found->place_count = hits->count;
    for (size_t i = 0; i < hits->count && i < SEEK_PLACES; i++) {
        found->places[i] = hits->items[i];
    }
    if ((hits->count == 1 && !hits->partly) ||
        (want->at_end && choose(hits, lines->count - length, found)) ||
        (want->number > 0 && choose(hits, want->number - 1, found))) {
        describe(lines->items + found->first, found);
        return SEEK_FOUND;
    }
    return SEEK_SEVERAL;
}

enum seek_end seek(const struct seek_lines *lines, const struct seek_want *want,
                   struct seek_found *found)
{
    struct hits hits = {.rank = RANK_NONE};
    enum seek_end end = SEEK_ABSENT;
    *found = (struct seek_found){.first = 0};
    text_init(&found->search);
    for (int v = 0; v < VARIANTS && hits.count == 0; v++) {
        if (make((enum variant)v, want->search, found)) {
            find_all(lines, &found->search, &hits);
        }
    }
    if (hits.count > 0) {
        end = decide(lines, want, &hits, found);
    }
    free(hits.items);
    return end;
}

void seek_found_finish(struct seek_found *found)
{
    text_finish(&found->search);
}
