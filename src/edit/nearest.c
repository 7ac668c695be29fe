#include "edit/nearest.h"

#include "edit/fold.h"

#include <stdlib.h>
#include <string.h>

#define SHARE_MIN 0.6 /* aider's */

bool nearest_has(const struct seek_lines *lines, const struct text *wanted, size_t *line)
{
    struct seek_found found;
    const struct seek_want want = {.search = wanted};
    bool text = false;
    for (size_t i = 0; i < wanted->count && !text; i++) {
        text = fold_key(text_line(wanted, i)) != FOLD_BLANK;
    }
    if (!text) {
        return false;
    }
    enum seek_end end = seek(lines, &want, &found);
    *line = found.first;
    seek_found_finish(&found);
    return end == SEEK_FOUND || end == SEEK_SEVERAL;
}

/* ---- two lines ---------------------------------------------------------------------------- */

/* How often each pair of bytes stands in a line: what two lines share says how alike they are,
 * whatever is inserted where. */
#define PAIRS 1024

struct profile {
    uint16_t pairs[PAIRS];
    size_t total;
};

static size_t slot(const char *s)
{
    return ((size_t)(unsigned char)s[0] * 31 + (unsigned char)s[1]) % PAIRS;
}

static void profile(struct profile *p, struct span line)
{
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i + 1 < line.len; i++) {
        uint16_t *n = &p->pairs[slot(line.data + i)];
        *n = (uint16_t)(*n + (*n < UINT16_MAX));
        p->total++;
    }
}

/* From 0 to 1. p is as before afterwards. */
static double alike(struct profile *p, struct span line)
{
    size_t shared = 0, total = line.len > 0 ? line.len - 1 : 0;
    if (total == 0 || p->total == 0 || total > 3 * p->total || p->total > 3 * total) {
        return 0;
    }
    for (size_t i = 0; i + 1 < line.len; i++) {
        uint16_t *n = &p->pairs[slot(line.data + i)];
        shared += *n > 0 && *n != UINT16_MAX;
        *n = (uint16_t)(*n - 1);
    }
    for (size_t i = 0; i + 1 < line.len; i++) {
        uint16_t *n = &p->pairs[slot(line.data + i)];
        *n = (uint16_t)(*n + 1);
    }
    return 2.0 * (double)shared / (double)(total + p->total);
}

/* The line that is most like another, SIZE_MAX: none is. */
static size_t most_alike(const struct seek_lines *lines, struct span line)
{
    struct profile p;
    size_t best = SIZE_MAX;
    double most = SHARE_MIN;
    profile(&p, fold_trim(line));
    for (size_t i = 0; i < lines->count; i++) {
        double share = alike(&p, fold_trim(lines->items[i].text));
        if (share > most) {
            most = share;
            best = i;
        }
    }
    return best;
}

/* ---- places ------------------------------------------------------------------------------- */

/* The place where most lines are the same: each line that is the same speaks for one. */
static size_t most_equal(const struct seek_lines *lines, const struct text *search, size_t *equal)
{
    uint16_t *votes = xcalloc(lines->count + search->count + 1, sizeof *votes);
    size_t best = SIZE_MAX;
    *equal = 0;
    for (size_t n = 0; n < search->count && n < 200; n++) {
        uint64_t key = fold_key(text_line(search, n));
        for (size_t i = n; key != FOLD_BLANK && i < lines->count; i++) {
            if (lines->items[i].key == key && ++votes[i - n] > *equal) {
                *equal = votes[i - n];
                best = i - n;
            }
        }
    }
    free(votes);
    return best;
}

static size_t count_text(const struct text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++) {
        n += fold_key(text_line(t, i)) != FOLD_BLANK;
    }
    return n;
}

static void note(const struct seek_lines *lines, const struct text *search, struct nearest *found)
{
    struct span there = fold_trim(lines->items[found->line].text);
    struct span here = fold_trim(text_line(search, found->search));
    found->cut = here.len > 0 && there.len > here.len && span_starts(there, here);
}

bool nearest_find(const struct seek_lines *lines, const struct text *search, struct nearest *found)
{
    size_t equal, place = most_equal(lines, search, &equal);
    *found = (struct nearest){.line = SIZE_MAX};
    if (place != SIZE_MAX && equal * 2 >= count_text(search)) {
        for (size_t n = 0; n < search->count && place + n < lines->count; n++) {
            if (lines->items[place + n].key != fold_key(text_line(search, n))) {
                *found = (struct nearest){.line = place + n, .search = n};
                note(lines, search, found);
                return true;
            }
        }
    }
    for (size_t n = 0; n < search->count && n < 20; n++) {
        struct span line = text_line(search, n);
        size_t i = fold_trim(line).len > 3 ? most_alike(lines, line) : SIZE_MAX;
        if (i != SIZE_MAX) {
            *found = (struct nearest){.line = i, .search = n};
            note(lines, search, found);
            return true;
        }
    }
    return false;
}
