#include "complete/collect.h"

#include "base/buf.h"
#include "complete/ring.h"
#include "nvim/mirror.h"

#include <string.h>

/* Lua sends so many lines on each side of what is of interest, fewer where the text begins or
 * ends. */
#define LINES_AROUND 32

void collect_init(struct collect *c, struct ring *ring, const char *name)
{
    *c = (struct collect){.ring = ring, .name = name};
}

/* The line that is of interest. */
static size_t middle_of(size_t first, size_t last, size_t lines)
{
    size_t middle = (first + last) / 2;
    if (first == 0 && last < lines) {
        middle = last > LINES_AROUND ? last - LINES_AROUND - 1 : 0;
    } else if (first > 0 && last >= lines) {
        middle = first + LINES_AROUND;
    }
    return middle < last ? middle : last - 1;
}

static void add(struct collect *c, const struct mirror *m, size_t first, size_t last)
{
    size_t middle = middle_of(first, last, mirror_lines(m));
    struct buf text;
    buf_init(&text, SIZE_MAX);
    mirror_range(m, first, middle, &text);
    size_t focus = text.len;
    mirror_range(m, middle, last, &text);
    if (text.len > 0) {
        ring_collect(c->ring, c->name, (struct span){text.data, text.len}, focus);
    }
    buf_finish(&text);
}

void collect_lines(struct collect *c, const struct mirror *m, int64_t first, int64_t last)
{
    if (first < 0 || last <= first) {
        return;
    }
    if (m != NULL) {
        add(c, m, (size_t)first, (size_t)last);
        return;
    }
    if (c->count == COLLECT_WAITING) {
        memmove(c->waiting, c->waiting + 1, --c->count * sizeof *c->waiting);
    }
    c->waiting[c->count].first = first;
    c->waiting[c->count++].last = last;
}

void collect_waiting(struct collect *c, const struct mirror *m)
{
    for (size_t i = 0; i < c->count; i++) {
        add(c, m, (size_t)c->waiting[i].first, (size_t)c->waiting[i].last);
    }
    c->count = 0;
}
