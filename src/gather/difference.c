#include "gather/difference.h"

#include "base/buf.h"
#include "edit/align.h"
#include "edit/text.h"
#include "gather/stopped.h"

/* Between two looks at whether to stop. */
#define STEP 4096

/* What a diff says behind a last line that has no end. Taken as part of that line, it makes it
 * another one than the same line with an end, and stands where it has to. */
#define NO_END "\n\\ No newline at end of file"

static void split(struct span s, struct text *out)
{
    for (size_t at = 0; at < s.len;) {
        struct span line = span_next_line(s, &at);
        if (line.data + line.len == s.data + s.len) {
            struct buf last;
            buf_init(&last, SIZE_MAX);
            buf_add(&last, line.data, line.len);
            buf_add_str(&last, NO_END);
            text_add(out, (struct span){last.data, last.len});
            buf_finish(&last);
        } else {
            text_add(out, line);
        }
    }
}

static void add_lines(const struct text *t, size_t from, size_t to, char sign, struct buf *out)
{
    for (size_t i = from; i < to; i++) {
        struct span line = text_line(t, i);
        buf_add(out, &sign, 1);
        buf_add(out, line.data, line.len);
        buf_add(out, "\n", 1);
    }
}

/* A range of a hunk's head. One without lines is named by the line in front of it. */
static void add_range(size_t first, size_t count, struct buf *out)
{
    size_t number = count > 0 ? first + 1 : first;
    if (count == 1) {
        buf_printf(out, "%zu", number);
    } else {
        buf_printf(out, "%zu,%zu", number, count);
    }
}

struct pair {
    const struct text *old, *new;
};

static size_t less(size_t n, size_t by)
{
    return n > by ? n - by : 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Hunks of which each begins where the lines round the one before end, or earlier, are one. */
static void add_group(const struct pair *t, const struct hunk *hunks, size_t count, struct buf *out)
{
    const struct hunk *last = &hunks[count - 1];
    size_t from = less(hunks->first, DIFFERENCE_CONTEXT);
    size_t new_from = hunks->new_first - (hunks->first - from);
    size_t end = last->first + last->count;
    size_t to = least(end + DIFFERENCE_CONTEXT, t->old->count);
    size_t new_to = last->new_first + last->new_count + (to - end);
    buf_add_str(out, "@@ -");
    add_range(from, to - from, out);
    buf_add_str(out, " +");
    add_range(new_from, new_to - new_from, out);
    buf_add_str(out, " @@\n");
    for (size_t i = 0; i < count; i++) {
        const struct hunk *h = &hunks[i];
        add_lines(t->old, from, h->first, ' ', out);
        add_lines(t->old, h->first, h->first + h->count, '-', out);
        add_lines(t->new, h->new_first, h->new_first + h->new_count, '+', out);
        from = h->first + h->count;
    }
    add_lines(t->old, from, to, ' ', out);
}

static void add_hunks(const struct pair *t, const struct hunk *hunks, size_t count, struct buf *out)
{
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count; n++) {
            size_t end = hunks[i + n - 1].first + hunks[i + n - 1].count;
            if (hunks[i + n].first > end + 2 * (size_t)DIFFERENCE_CONTEXT) {
                break;
            }
        }
        add_group(t, hunks + i, n, out);
    }
}

static bool compare(const struct pair *t, const atomic_bool *stop, struct buf *out,
                    struct difference *count)
{
    struct align *a = align_new(t->old);
    bool goes_on = true;
    for (size_t i = 0; goes_on && i < t->new->count; i++) {
        align_line(a, text_line(t->new, i));
        goes_on = i % STEP != 0 || !is_stopped(stop);
    }
    if (goes_on) {
        size_t n;
        align_end(a, false);
        const struct hunk *hunks = align_hunks(a, &n);
        for (size_t i = 0; i < n; i++) {
            count->added += hunks[i].new_count;
            count->removed += hunks[i].count;
        }
        add_hunks(t, hunks, n, out);
    }
    align_free(a);
    return goes_on;
}

bool difference(struct span old, struct span new, const atomic_bool *stop, struct buf *out,
                struct difference *count)
{
    struct text a, b;
    *count = (struct difference){0};
    text_init(&a);
    text_init(&b);
    split(old, &a);
    split(new, &b);
    const struct pair t = {&a, &b};
    bool ok = a.bytes.error == 0 && b.bytes.error == 0 && compare(&t, stop, out, count);
    text_finish(&a);
    text_finish(&b);
    return ok;
}
