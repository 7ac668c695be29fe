#include "edit/revision.h"

#include "edit/align.h"

#include <stdlib.h>
#include <string.h>

void revision_init(struct revision *r, const struct text *text)
{
    *r = (struct revision){.kept = NULL};
    seek_lines_init(&r->old, text);
    seek_lines_init(&r->now, text);
    r->room = text->count + 1;
}

void revision_finish(struct revision *r)
{
    for (size_t i = 0; i < r->kept_count; i++) {
        text_finish(r->kept[i]);
        free(r->kept[i]);
    }
    free(r->kept);
    seek_lines_finish(&r->old);
    seek_lines_finish(&r->now);
}

/* The text stays where it is from now on; t is empty afterwards. */
static const struct text *keep(struct revision *r, struct text *t)
{
    struct text *kept = xcalloc(1, sizeof *kept);
    *kept = *t;
    text_init(t);
    r->kept = xrealloc(r->kept, (r->kept_count + 1) * sizeof *r->kept);
    r->kept[r->kept_count++] = kept;
    return kept;
}

/* Lines first up to first + count become lines new_first up to new_first + new_count of a text. */
static void replace(struct revision *r, size_t first, size_t count, const struct text *lines,
                    const struct hunk *h)
{
    struct seek_lines *now = &r->now;
    size_t total = now->count - count + h->new_count;
    if (total + 1 > r->room) {
        r->room = total + 1 + total / 2;
        now->items = xrealloc(now->items, r->room * sizeof *now->items);
    }
    memmove(now->items + first + h->new_count, now->items + first + count,
            (now->count - first - count) * sizeof *now->items);
    for (size_t i = 0; i < h->new_count; i++) {
        now->items[first + i] = seek_line_of(text_line(lines, h->new_first + i), SEEK_NEW);
    }
    now->count = total;
}

/* ---- what differs ------------------------------------------------------------------------ */

static struct align *compare(const struct seek_lines *lines, const struct spot *spot,
                             const struct text *wanted, struct text *there)
{
    text_init(there);
    for (size_t i = 0; i < spot->count; i++) {
        text_add(there, lines->items[spot->first + i].text);
    }
    struct align *a = align_new(there);
    for (size_t i = 0; i < wanted->count; i++) {
        align_line(a, text_line(wanted, i));
    }
    align_end(a, false);
    return a;
}

/* ---- in the text as it was ----------------------------------------------------------------- */

/* Where an old line is now; SEEK_NEW: it is gone. */
static size_t find_old(const struct revision *r, size_t old)
{
    for (size_t i = 0; i < r->now.count; i++) {
        if (r->now.items[i].old == old) {
            return i;
        }
    }
    return SEEK_NEW;
}

/* Where lines first up to first + count of the old text are, all of them, and nothing in between. An
 * insertion stands behind what was inserted there before. */
static bool find_place(const struct revision *r, size_t first, size_t count, size_t *at)
{
    if (count == 0) {
        *at = first == r->old.count ? r->now.count : find_old(r, first);
        if (*at == SEEK_NEW && first > 0) {
            *at = find_old(r, first - 1);
            *at = *at == SEEK_NEW ? SEEK_NEW : *at + 1;
        }
        return *at != SEEK_NEW;
    }
    *at = find_old(r, first);
    for (size_t i = 0; *at != SEEK_NEW && i < count; i++) {
        if (*at + i >= r->now.count || r->now.items[*at + i].old != first + i) {
            return false;
        }
    }
    return *at != SEEK_NEW;
}

struct compared {
    struct align *align;
    struct text there;
    const struct hunk *hunks;
    size_t count;
};

bool revision_put_old(struct revision *r, struct spots *spots, bool *changes)
{
    struct compared *all = xcalloc(spots->count + 1, sizeof *all);
    bool fits = true;
    size_t at;
    *changes = false;
    for (size_t i = 0; i < spots->count; i++) {
        struct spot *spot = &spots->items[i];
        all[i].align = compare(&r->old, spot, &spot->lines, &all[i].there);
        all[i].hunks = align_hunks(all[i].align, &all[i].count);
        for (size_t h = 0; fits && h < all[i].count; h++) {
            const struct hunk *hunk = &all[i].hunks[h];
            fits = find_place(r, spot->first + hunk->first, hunk->count, &at);
        }
    }
    for (size_t i = 0; i < spots->count; i++) {
        const struct text *lines = fits ? keep(r, &spots->items[i].lines) : NULL;
        for (size_t h = 0; fits && h < all[i].count; h++) {
            const struct hunk *hunk = &all[i].hunks[h];
            find_place(r, spots->items[i].first + hunk->first, hunk->count, &at);
            replace(r, at, hunk->count, lines, hunk);
            *changes = true;
        }
        align_free(all[i].align);
        text_finish(&all[i].there);
    }
    free(all);
    return fits;
}

/* ---- in the text as it is ------------------------------------------------------------------- */

void revision_put_now(struct revision *r, struct spots *spots, bool *changes)
{
    *changes = false;
    for (size_t i = spots->count; i-- > 0;) { /* those behind do not move */
        struct spot *spot = &spots->items[i];
        struct text there;
        struct align *a = compare(&r->now, spot, &spot->lines, &there);
        size_t count;
        const struct hunk *hunks = align_hunks(a, &count);
        const struct text *lines = keep(r, &spot->lines);
        for (size_t h = count; h-- > 0;) {
            replace(r, spot->first + hunks[h].first, hunks[h].count, lines, &hunks[h]);
            *changes = true;
        }
        align_free(a);
        text_finish(&there);
    }
}

void revision_set(struct revision *r, const struct text *text)
{
    struct text copy;
    text_init(&copy);
    text_add_lines(&copy, text_lines(text, 0, text->count));
    const struct hunk all = {0, r->now.count, 0, copy.count};
    const struct text *lines = keep(r, &copy);
    replace(r, 0, r->now.count, lines, &all);
}

bool revision_is_touched(const struct revision *r)
{
    return r->kept_count > 0;
}

void revision_write(const struct revision *r, struct text *out)
{
    for (size_t i = 0; i < r->now.count; i++) {
        text_add(out, r->now.items[i].text);
    }
}
