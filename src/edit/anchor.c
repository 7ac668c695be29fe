#include "edit/anchor.h"

#include "edit/fold.h"

#include <stdlib.h>

/* Anchors are often cut: "@@ class Cart" for "class Cart:". */
static bool is_anchor(const struct seek_line *line, struct span anchor, uint64_t key)
{
    if (line->key == key) {
        return true;
    }
    struct span text = fold_trim(line->text);
    return span_starts(text, anchor) && (text.len == anchor.len || !is_word(text.data[anchor.len]));
}

/* In front of that line, or that line itself; SIZE_MAX: nowhere. */
static size_t nearest(const struct seek_lines *lines, struct span anchor, size_t below)
{
    anchor = fold_trim(anchor);
    uint64_t key = fold_key(anchor);
    for (size_t i = below; i-- > 0;) {
        if (is_anchor(&lines->items[i], anchor, key)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Whether nothing begins between the two lines that stands where the first does, or further left. */
static bool encloses(const struct seek_lines *lines, size_t line, size_t place)
{
    size_t depth = margin_of(lines->items[line].text).len;
    for (size_t i = line + 1; i < place; i++) {
        struct span white = margin_of(lines->items[i].text);
        struct span text = fold_trim(lines->items[i].text);
        if (text.len > 0 && white.len <= depth && is_word(text.data[0])) {
            return false;
        }
    }
    return true;
}

struct judged {
    bool below;    /* of all anchors */
    bool enclosed; /* by all */
    size_t last;   /* the line of the innermost anchor */
};

static struct judged judge(const struct seek_lines *lines, const struct text *anchors, size_t place)
{
    struct judged j = {true, true, SIZE_MAX};
    size_t below = place + 1;
    for (size_t i = anchors->count; i-- > 0;) {
        size_t line = nearest(lines, text_line(anchors, i), below);
        if (line == SIZE_MAX) {
            bool nowhere = nearest(lines, text_line(anchors, i), lines->count) == SIZE_MAX;
            j.below = j.below && nowhere;
            j.enclosed = j.enclosed && nowhere;
            continue;
        }
        j.last = j.last == SIZE_MAX ? line : j.last;
        j.enclosed = j.enclosed && encloses(lines, line, place);
        below = line + 1;
    }
    return j;
}

size_t anchor_filter(const struct seek_lines *lines, const struct text *anchors, size_t *places,
                     size_t count)
{
    struct judged *all = xcalloc(count, sizeof *all);
    size_t enclosed = 0, kept = 0, last = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        all[i] = judge(lines, anchors, places[i]);
        enclosed += all[i].below && all[i].enclosed;
    }
    for (size_t i = 0; i < count; i++) {
        bool first = all[i].last == SIZE_MAX || all[i].last != last;
        bool fits = all[i].below && (enclosed > 0 ? all[i].enclosed : first);
        last = all[i].last;
        if (fits) {
            places[kept++] = places[i];
        }
    }
    free(all);
    return kept;
}

size_t anchor_line(const struct seek_lines *lines, const struct text *anchors)
{
    size_t found = SIZE_MAX;
    struct span anchor = fold_trim(text_line(anchors, anchors->count - 1));
    uint64_t key = fold_key(anchor);
    for (size_t i = 0; i < lines->count; i++) {
        if (!is_anchor(&lines->items[i], anchor, key) || !judge(lines, anchors, i).enclosed) {
            continue;
        }
        if (found != SIZE_MAX) {
            return SIZE_MAX;
        }
        found = i;
    }
    return found;
}
