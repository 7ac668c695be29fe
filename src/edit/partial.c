#include "edit/partial.h"

#include <string.h>

#define TEXT_MIN 4 /* so much of it is no blank */

/* The lines of a text as one, and where it was found. */
struct whole {
    struct buf bytes;
    size_t at[2], count; /* byte of the first places */
};

static void join(const struct seek_lines *lines, struct buf *out)
{
    for (size_t i = 0; i < lines->count; i++) {
        buf_add(out, lines->items[i].text.data, lines->items[i].text.len);
        buf_add(out, "\n", 1);
    }
}

static struct span joined(const struct text *t)
{
    struct span s = text_lines(t, 0, t->count);
    return s.len > 0 ? (struct span){s.data, s.len - 1} : s;
}

static bool has_substance(struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        n += !is_space(s.data[i]);
    }
    return n >= TEXT_MIN;
}

static void find(struct whole *w, struct span part)
{
    for (size_t at = 0; w->count < 2 && at + part.len <= w->bytes.len;) {
        const char *hit = memmem(w->bytes.data + at, w->bytes.len - at, part.data, part.len);
        if (hit == NULL) {
            return;
        }
        w->at[w->count++] = (size_t)(hit - w->bytes.data);
        at = (size_t)(hit - w->bytes.data) + 1;
    }
}

static size_t line_at(struct span text, size_t at)
{
    size_t n = 0;
    for (size_t i = 0; i < at; i++) {
        n += text.data[i] == '\n';
    }
    return n;
}

static struct span first_line(struct span s)
{
    const char *end = s.len > 0 ? memchr(s.data, '\n', s.len) : NULL;
    return end != NULL ? (struct span){s.data, (size_t)(end - s.data)} : s;
}

static struct span last_line(struct span s)
{
    const char *end = s.len > 0 ? memrchr(s.data, '\n', s.len) : NULL;
    return end != NULL ? span_skip(s, (size_t)(end - s.data) + 1) : s;
}

/* What of their lines is left of the place, and right of it. */
struct rest {
    struct span head, tail;
};

static bool shares_start(struct span a, struct span b)
{
    a = span_ltrim(first_line(a));
    b = span_ltrim(first_line(b));
    return a.len > 0 && b.len > 0 && a.data[0] == b.data[0];
}

static bool shares_end(struct span a, struct span b)
{
    a = span_rtrim(last_line(a));
    b = span_rtrim(last_line(b));
    return a.len > 0 && b.len > 0 && a.data[a.len - 1] == b.data[b.len - 1];
}

static bool splits_word(char before, char behind)
{
    return is_word(before) && is_word(behind);
}

/* Whether the replacement holds what is left of the lines already, so that it is of whole lines. */
static bool is_of_whole_lines(const struct rest *rest, struct span replace)
{
    struct span head = span_ltrim(rest->head), tail = span_rtrim(rest->tail);
    struct span first = span_ltrim(first_line(replace)), last = span_rtrim(last_line(replace));
    return (head.len > 0 && span_starts(first, span_rtrim(head))) ||
           (tail.len > 0 && last.len >= tail.len &&
            span_starts(span_skip(last, last.len - tail.len), tail));
}

static bool is_certain(const struct rest *rest, struct span search, struct span replace)
{
    bool begins = !span_is_blank(rest->head), ends = !span_is_blank(rest->tail);
    bool one = first_line(search).len == search.len && first_line(replace).len == replace.len;
    if ((!begins && !ends) || is_of_whole_lines(rest, replace) ||
        (rest->head.len > 0 && splits_word(rest->head.data[rest->head.len - 1], search.data[0])) ||
        (rest->tail.len > 0 && splits_word(search.data[search.len - 1], rest->tail.data[0]))) {
        return false;
    }
    if (begins && ends && one) {
        return true;
    }
    return (!begins || shares_start(search, replace)) && (!ends || shares_end(search, replace));
}

static enum spots_end take(const struct whole *w, struct span search, struct span replace,
                           struct spots *spots, struct spots_why *why)
{
    struct span text = {w->bytes.data, w->bytes.len};
    size_t at = w->at[0], end = at + search.len;
    struct span head = last_line((struct span){text.data, at});
    struct rest rest = {head, first_line(span_skip(text, end))};
    size_t first = line_at(text, at);
    why->places[0] = first;
    why->place_count = 1;
    if (!is_certain(&rest, search, replace)) {
        return SPOTS_PART;
    }
    struct spot *spot = spots_add(spots, first, line_at(search, search.len) + 1);
    struct buf lines;
    buf_init(&lines, SIZE_MAX);
    buf_add(&lines, rest.head.data, rest.head.len);
    buf_add(&lines, replace.data, replace.len);
    buf_add(&lines, rest.tail.data, rest.tail.len);
    buf_add(&lines, "\n", 1);
    text_add_lines(&spot->lines, (struct span){lines.data, lines.len});
    buf_finish(&lines);
    return SPOTS_FOUND;
}

enum spots_end partial_find(const struct seek_lines *lines, const struct text *search,
                            const struct text *replace, struct spots *spots, struct spots_why *why)
{
    struct span part = joined(search);
    struct whole w = {.count = 0};
    enum spots_end end = SPOTS_ABSENT;
    if (!has_substance(part)) {
        return SPOTS_ABSENT;
    }
    buf_init(&w.bytes, SIZE_MAX);
    join(lines, &w.bytes);
    if (w.bytes.len > 0) {
        find(&w, part);
    }
    if (w.count == 1) {
        end = take(&w, part, joined(replace), spots, why);
    } else if (w.count > 1) {
        struct span text = {w.bytes.data, w.bytes.len};
        end = SPOTS_SEVERAL;
        why->place_count = 2;
        why->places[0] = line_at(text, w.at[0]);
        why->places[1] = line_at(text, w.at[1]);
    }
    buf_finish(&w.bytes);
    return end;
}
