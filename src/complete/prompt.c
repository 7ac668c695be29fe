#include "complete/prompt.h"

#include "complete/ring.h"

#include <string.h>

/* Of the window, in quarters. */
#define BEFORE_SHARE 3

/* How much of a chunk is looked for. */
#define PROBE 80

void prompt_init(struct prompt *p)
{
    *p = (struct prompt){.chunk_version = UINT64_MAX};
    excerpt_init(&p->window);
}

void prompt_edit(struct prompt *p, int64_t first, int64_t last, size_t count)
{
    excerpt_edit(&p->window, first, last, count);
}

/* Whether text from the middle of the chunk stands there. */
static bool has(const struct buf *text, const struct chunk *chunk)
{
    size_t at = chunk->len / 2;
    size_t len = chunk->len - at < PROBE ? chunk->len - at : PROBE;
    return memmem(text->data, text->len, chunk->text + at, len) != NULL;
}

/* The window's own text is not told twice. */
static void choose(struct prompt *p, const struct ring *ring, const char *name,
                   const struct gap *gap)
{
    if (p->chunk_version == ring_version(ring) && p->chunk_anchor == p->window.anchor) {
        return;
    }
    p->chunk_version = ring_version(ring);
    p->chunk_anchor = p->window.anchor;
    p->chunk_mask = 0;
    for (size_t i = 0; i < ring_count(ring) && i < PROMPT_CHUNKS; i++) {
        const struct chunk *c = ring_chunk(ring, i);
        bool own = strcmp(c->name, name) == 0;
        if (!own || (!has(&gap->before, c) && !has(&gap->after, c))) {
            p->chunk_mask |= (uint32_t)1 << i;
        }
    }
}

size_t prompt_take(struct prompt *p, struct ring *ring, const struct prompt_place *at,
                   struct gap *gap, const struct chunk *chunks[PROMPT_CHUNKS])
{
    size_t anchor = p->window.anchor, before = at->max_bytes * BEFORE_SHARE / 4, count = 0;
    gap_init(gap);
    excerpt_read(&p->window, at->mirror, at->row, at->col, before, at->max_bytes - before,
                 &gap->before, &gap->line, &gap->after);
    if (at->anew || p->window.anchor != anchor) {
        ring_settle(ring);
    }
    choose(p, ring, at->name, gap);
    for (size_t i = 0; i < ring_count(ring) && i < PROMPT_CHUNKS; i++) {
        if (p->chunk_mask & (uint32_t)1 << i) {
            chunks[count++] = ring_chunk(ring, i);
        }
    }
    return count;
}
