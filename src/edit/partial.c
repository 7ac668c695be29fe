#include "edit/partial.h"

#include <string.h>

#define TEXT_MIN 4 /* so much of it is no blank */

/* Where the search part begins and ends within lines. */
struct place {
    size_t first;
    struct span head, tail; /* what of its first and last line is no part of it */
};

static bool has_substance(const struct text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count && n < TEXT_MIN; i++) {
        struct span line = text_line(t, i);
        for (size_t at = 0; at < line.len; at++) {
            n += !is_space(line.data[at]);
        }
    }
    return n >= TEXT_MIN;
}

/* ---- places -------------------------------------------------------------------------------- */

static bool ends_with(struct span line, struct span end)
{
    return line.len >= end.len && span_starts(span_skip(line, line.len - end.len), end);
}

static bool same(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

/* Of one line: how often it stands in that line; the place is the first. */
static size_t within(struct span line, struct span part, struct place *place)
{
    size_t count = 0;
    for (size_t at = 0; count < 2 && part.len > 0 && at + part.len <= line.len;) {
        const char *hit = memmem(line.data + at, line.len - at, part.data, part.len);
        if (hit == NULL) {
            break;
        }
        size_t found = (size_t)(hit - line.data);
        if (count++ == 0) {
            place->head = (struct span){line.data, found};
            place->tail = span_skip(line, found + part.len);
        }
        at = found + 1;
    }
    return count;
}

/* Of several: whether it ends that line, goes on in the next ones, and begins the last. */
static size_t across(const struct seek_line *at, const struct text *search, struct place *place)
{
    size_t last = search->count - 1;
    struct span begin = text_line(search, 0), end = text_line(search, last);
    if (!ends_with(at[0].text, begin) || !span_starts(at[last].text, end)) {
        return 0;
    }
    for (size_t i = 1; i < last; i++) {
        if (!same(at[i].text, text_line(search, i))) {
            return 0;
        }
    }
    place->head = (struct span){at[0].text.data, at[0].text.len - begin.len};
    place->tail = span_skip(at[last].text, end.len);
    return 1;
}

/* How often it stands in the text, of which two places are told. */
static size_t find(const struct seek_lines *lines, const struct text *search, struct place *place,
                   struct spots_why *why)
{
    size_t count = 0;
    uint64_t pairs = seek_pairs(text_line(search, 0));
    for (size_t i = 0; count < 2 && i + search->count <= lines->count; i++) {
        struct place here = {.first = i};
        const struct seek_line *at = lines->items + i;
        if (!seek_may_have(at, pairs)) {
            continue;
        }
        size_t n = search->count == 1 ? within(at->text, text_line(search, 0), &here)
                                      : across(at, search, &here);
        for (; n > 0 && count < 2; n--) {
            why->places[count++] = i;
            *place = count == 1 ? here : *place;
        }
    }
    why->place_count = count;
    return count;
}

/* ---- what is certain ------------------------------------------------------------------------- */

static struct span first_of(const struct text *t)
{
    return t->count > 0 ? text_line(t, 0) : (struct span){"", 0};
}

static struct span last_of(const struct text *t)
{
    return t->count > 0 ? text_line(t, t->count - 1) : (struct span){"", 0};
}

static bool shares_start(struct span a, struct span b)
{
    a = span_ltrim(a);
    b = span_ltrim(b);
    return a.len > 0 && b.len > 0 && a.data[0] == b.data[0];
}

static bool shares_end(struct span a, struct span b)
{
    a = span_rtrim(a);
    b = span_rtrim(b);
    return a.len > 0 && b.len > 0 && a.data[a.len - 1] == b.data[b.len - 1];
}

static bool splits_word(struct span before, struct span behind)
{
    return before.len > 0 && behind.len > 0 && is_word(before.data[before.len - 1]) &&
           is_word(behind.data[0]);
}

/* Whether the replacement holds what is left of the lines already, so that it is of whole lines. */
static bool is_of_whole_lines(const struct place *place, const struct text *replace)
{
    struct span head = span_rtrim(span_ltrim(place->head)), tail = span_rtrim(place->tail);
    return (head.len > 0 && span_starts(span_ltrim(first_of(replace)), head)) ||
           (tail.len > 0 && ends_with(span_rtrim(last_of(replace)), tail));
}

static bool is_certain(const struct place *place, const struct text *search,
                       const struct text *replace)
{
    bool begins = !span_is_blank(place->head), ends = !span_is_blank(place->tail);
    if ((!begins && !ends) || is_of_whole_lines(place, replace) ||
        splits_word(place->head, first_of(search)) || splits_word(last_of(search), place->tail)) {
        return false;
    }
    if (begins && ends && search->count == 1 && replace->count == 1) {
        return true;
    }
    return (!begins || shares_start(first_of(search), first_of(replace))) &&
           (!ends || shares_end(last_of(search), last_of(replace)));
}

static void take(const struct place *place, const struct text *search, const struct text *replace,
                 struct spots *spots)
{
    struct spot *spot = spots_add(spots, place->first, search->count);
    struct span all = text_lines(replace, 0, replace->count);
    struct buf lines;
    buf_init(&lines, SIZE_MAX);
    buf_add(&lines, place->head.data, place->head.len);
    buf_add(&lines, all.data, all.len > 0 ? all.len - 1 : 0);
    buf_add(&lines, place->tail.data, place->tail.len);
    buf_add(&lines, "\n", 1);
    text_add_lines(&spot->lines, (struct span){lines.data, lines.len});
    buf_finish(&lines);
}

enum spots_end partial_find(const struct seek_lines *lines, const struct text *search,
                            const struct text *replace, struct spots *spots, struct spots_why *why)
{
    struct place place = {.first = 0};
    if (!has_substance(search)) {
        return SPOTS_ABSENT;
    }
    size_t count = find(lines, search, &place, why);
    if (count != 1) {
        return count == 0 ? SPOTS_ABSENT : SPOTS_SEVERAL;
    }
    if (!is_certain(&place, search, replace)) {
        return SPOTS_PART;
    }
    take(&place, search, replace, spots);
    return SPOTS_FOUND;
}
