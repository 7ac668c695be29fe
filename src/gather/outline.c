#include "gather/outline.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "gather/heading.h"
#include "gather/stopped.h"

#include <stdint.h>
#include <stdlib.h>

#define LINE 120 /* bytes of a line that are shown */

/* Lines between two looks at whether to stop. */
#define STEP 1024

/* Fewer lines tell nothing of a long text. */
#define FEWEST 3

/* A line that begins something. */
struct entry {
    struct span text;
    size_t number, level;
};

struct entries {
    struct entry *items;
    size_t count, room;
    size_t lines; /* of the whole text */
};

static void find(struct span text, const char *name, const atomic_bool *stop, struct entries *all)
{
    struct heading h = {.kind = heading_kind(name)};
    for (size_t at = 0; at < text.len && (all->lines % STEP != 0 || !is_stopped(stop));) {
        size_t level;
        struct span line = span_next_line(text, &at);
        all->lines++;
        if (!heading_is(&h, line, &level)) {
            continue;
        }
        if (all->count == all->room) {
            all->room = all->room > 0 ? 2 * all->room : 64;
            all->items = xrealloc(all->items, all->room * sizeof *all->items);
        }
        all->items[all->count++] = (struct entry){line, all->lines, level};
    }
}

/* ---- lines that begin something -------------------------------------------------------------- */

static size_t shown(struct span s)
{
    return s.len <= LINE ? s.len : utf8_floor(s.data, s.len, LINE);
}

/* "  123: text\n" */
static size_t cost(const struct entry *e)
{
    return shown(e->text) + 10;
}

/* The deepest level up to which all fit; of the first level alone those may be too many. */
static size_t deepest_that_fits(const struct entries *all)
{
    size_t level = SIZE_MAX;
    for (;;) {
        size_t bytes = 0, deepest = 0, shallowest = SIZE_MAX;
        for (size_t i = 0; i < all->count; i++) {
            size_t l = all->items[i].level;
            if (l <= level) {
                bytes += cost(&all->items[i]);
                deepest = l > deepest ? l : deepest;
                shallowest = l < shallowest ? l : shallowest;
            }
        }
        if (bytes <= OUTLINE_BYTES || deepest == shallowest) {
            return deepest;
        }
        level = deepest - 1;
    }
}

static void add_entries(const struct entries *all, struct buf *out)
{
    size_t level = deepest_that_fits(all), start = out->len, left_out = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct entry *e = &all->items[i];
        if (e->level > level || out->len - start + cost(e) > OUTLINE_BYTES) {
            left_out++;
            continue;
        }
        size_t n = shown(e->text);
        buf_printf(out, "%zu: %.*s%s\n", e->number, (int)n, e->text.data,
                   n < e->text.len ? "..." : "");
    }
    if (left_out > 0) {
        buf_printf(out, "[%zu more are left out]\n", left_out);
    }
}

/* ---- the beginning and the end --------------------------------------------------------------- */

static size_t lines_in(struct span s)
{
    size_t count = 0;
    for (size_t at = 0; at < s.len;) {
        span_next_line(s, &at);
        count++;
    }
    return count;
}

/* As many whole lines as fit into so many bytes; of a line that is longer a part. */
static struct span head_of(struct span s, size_t most)
{
    if (s.len <= most) {
        return s;
    }
    const char *end = span_find_last((struct span){s.data, most}, '\n');
    size_t len = end != NULL ? (size_t)(end - s.data) + 1 : utf8_floor(s.data, s.len, most);
    return (struct span){s.data, len};
}

static struct span tail_of(struct span s, size_t most)
{
    if (s.len <= most) {
        return s;
    }
    size_t from = s.len - most;
    const char *start = memchr(s.data + from - 1, '\n', most);
    size_t at = start != NULL ? (size_t)(start - s.data) + 1 : utf8_ceil(s.data, s.len, from);
    if (at == s.len) { /* the last line alone is longer */
        at = utf8_ceil(s.data, s.len, from);
    }
    return (struct span){s.data + at, s.len - at};
}

static void add_piece(struct span s, struct buf *out)
{
    buf_add(out, s.data, s.len);
    if (s.len > 0 && s.data[s.len - 1] != '\n') {
        buf_add_str(out, "\n");
    }
}

static void add_ends(struct span text, bool sampled, struct buf *out)
{
    struct span head = head_of(text, sampled ? OUTLINE_BYTES : OUTLINE_BYTES / 2);
    struct span rest = {text.data + head.len, text.len - head.len};
    struct span tail = tail_of(rest, sampled ? 0 : OUTLINE_BYTES / 2);
    struct span gap = {rest.data, rest.len - tail.len};
    add_piece(head, out);
    if (sampled) {
        buf_add_str(out, "[the rest is left out]\n");
    } else if (gap.len > 0) {
        size_t lines = lines_in(gap);
        buf_printf(out, "[%zu line%s left out]\n", lines, lines == 1 ? " is" : "s are");
    }
    add_piece(tail, out);
}

void outline(struct span text, const char *name, bool sampled, const atomic_bool *stop,
             struct buf *out)
{
    struct entries all = {0};
    find(text, name, stop, &all);
    buf_printf(out, "%s%zu lines", sampled ? "more than " : "", all.lines);
    if (all.count >= FEWEST) {
        buf_add_str(out, "; what begins at which:\n");
        add_entries(&all, out);
    } else {
        buf_add_str(out, "; the first and the last of them:\n");
        add_ends(text, sampled, out);
    }
    free(all.items);
}
