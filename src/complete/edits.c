#include "complete/edits.h"

#include "base/span.h"
#include "nvim/mirror.h"

/* Lines between two edits that are one. */
#define NEAR 3

/* Lines of one, before or behind it. */
#define MOST 24

struct rows {
    size_t first, last; /* not included */
};

void edits_init(struct edits *e)
{
    *e = (struct edits){.open = false};
    buf_init(&e->was, SIZE_MAX);
}

void edits_finish(struct edits *e)
{
    buf_finish(&e->was);
}

void edits_clear(struct edits *e)
{
    buf_clear(&e->was);
    e->open = false;
}

static struct rows rows_of(const struct mirror *m, int64_t first, int64_t last)
{
    size_t lines = mirror_lines(m);
    size_t to = last < 0 || (size_t)last > lines ? lines : (size_t)last;
    size_t from = first < 0 ? 0 : (size_t)first;
    return (struct rows){from < to ? from : to, to};
}

/* The lines of both, and what is between them. */
static struct rows join(const struct edits *e, struct rows rows)
{
    size_t end = e->first + e->count;
    return (struct rows){rows.first < e->first ? rows.first : e->first,
                         rows.last > end ? rows.last : end};
}

static bool is_small(struct rows rows, size_t count)
{
    return rows.last - rows.first <= MOST && count <= MOST;
}

bool edits_joins(const struct edits *e, const struct mirror *m, int64_t first, int64_t last,
                 size_t count)
{
    struct rows rows = rows_of(m, first, last);
    if (!e->open) {
        return true;
    }
    bool is_near = rows.first <= e->first + e->count + NEAR && rows.last + NEAR >= e->first;
    struct rows all = join(e, rows);
    return is_near && is_small(all, all.last - all.first - (rows.last - rows.first) + count);
}

void edits_join(struct edits *e, const struct mirror *m, int64_t first, int64_t last, size_t count)
{
    struct rows rows = rows_of(m, first, last);
    if (!e->open) {
        e->open = is_small(rows, count);
        if (e->open) {
            mirror_range(m, rows.first, rows.last, &e->was);
        }
        e->first = rows.first;
        e->count = count;
        return;
    }
    struct rows all = join(e, rows);
    struct buf was;
    buf_init(&was, SIZE_MAX);
    mirror_range(m, all.first, e->first, &was);
    buf_add(&was, e->was.data, e->was.len);
    mirror_range(m, e->first + e->count, all.last, &was);
    buf_finish(&e->was);
    e->was = was;
    e->first = all.first;
    e->count = all.last - all.first - (rows.last - rows.first) + count;
}

/* ---- the diff ------------------------------------------------------------------ */

/* How many bytes of whole lines two texts begin with in common. */
static size_t same_head(struct span a, struct span b)
{
    size_t at = 0, same = 0;
    while (at < a.len && at < b.len && a.data[at] == b.data[at]) {
        same = a.data[at] == '\n' ? at + 1 : same;
        at++;
    }
    return same;
}

static size_t same_tail(struct span a, struct span b)
{
    size_t at = 0, same = 0;
    while (at < a.len && at < b.len && a.data[a.len - 1 - at] == b.data[b.len - 1 - at]) {
        at++;
        bool begins = (at == a.len || a.data[a.len - 1 - at] == '\n') &&
                      (at == b.len || b.data[b.len - 1 - at] == '\n');
        same = begins ? at : same;
    }
    return same;
}

static void write_lines(struct buf *out, const char *mark, struct span text)
{
    size_t at = 0;
    while (at < text.len) {
        struct span line = span_next_line(text, &at);
        buf_add_str(out, mark);
        buf_add(out, line.data, line.len);
        buf_add_str(out, "\n");
    }
}

void edits_write(const struct edits *e, const struct mirror *m, struct buf *out)
{
    struct buf now;
    buf_init(&now, SIZE_MAX);
    if (e->open) {
        mirror_range(m, e->first, e->first + e->count, &now);
    }
    struct span was = {e->was.data, e->was.len}, is = {now.data, now.len};
    size_t head = same_head(was, is);
    was = span_skip(was, head);
    is = span_skip(is, head);
    size_t tail = same_tail(was, is);
    was.len -= tail;
    is.len -= tail;
    write_lines(out, "-", was);
    write_lines(out, "+", is);
    buf_finish(&now);
}
