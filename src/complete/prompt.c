#include "complete/prompt.h"

#include "base/around.h"
#include "complete/ring.h"
#include "nvim/mirror.h"

#include <string.h>

/* Left of the cursor, in quarters of the excerpt. */
#define LEFT_SHARE 3

/* Of what is left of the cursor, for the imports at the file's head. */
#define HEAD_SHARE 4

/* How much of a chunk is searched for. */
#define PROBE 80

void prompt_init(struct prompt *p)
{
    *p = (struct prompt){.chunk_version = UINT64_MAX};
    excerpt_init(&p->excerpt);
}

void prompt_edit(struct prompt *p, int64_t first, int64_t last, size_t count)
{
    excerpt_edit(&p->excerpt, first, last, count);
}

/* Whether text from the middle of the chunk stands there. */
static bool contains(struct span text, const struct chunk *chunk)
{
    size_t at = chunk->len / 2;
    size_t len = chunk->len - at < PROBE ? chunk->len - at : PROBE;
    return memmem(text.data, text.len, chunk->text + at, len) != NULL;
}

/* The excerpt's own text is not shown twice. */
static void choose_chunks(struct prompt *p, const struct ring *ring, const char *name,
                          struct around around)
{
    if (p->chunk_version == ring_version(ring) && p->chunk_anchor == p->excerpt.anchor) {
        return;
    }
    p->chunk_version = ring_version(ring);
    p->chunk_anchor = p->excerpt.anchor;
    p->chunk_mask = 0;
    for (size_t i = 0; i < ring_count(ring) && i < PROMPT_CHUNKS; i++) {
        const struct chunk *chunk = ring_chunk(ring, i);
        bool own = strcmp(chunk->name, name) == 0;
        if (!own || (!contains(around.before, chunk) && !contains(around.after, chunk))) {
            p->chunk_mask |= (uint32_t)1 << i;
        }
    }
}

bool prompt_is_empty(const struct mirror *m, struct ring *ring)
{
    for (size_t row = 0; row < mirror_lines(m); row++) {
        struct span line;
        line.data = mirror_line(m, row, &line.len);
        if (!span_is_blank(line)) {
            return false;
        }
    }
    ring_settle(ring); /* of no prompt is anything kept that could be lost */
    return ring_count(ring) == 0;
}

size_t prompt_read(struct prompt *p, struct ring *ring, const struct prompt_request *request,
                   struct around_text *text, const struct chunk *chunks[PROMPT_MOST])
{
    size_t anchor = p->excerpt.anchor, left = request->max_bytes * LEFT_SHARE / 4, count = 0;
    const struct excerpt_budget whole = {
        .left = left,
        .after = request->max_bytes - left,
        .head = request->prose ? 0 : left / HEAD_SHARE,
    };
    const struct excerpt_budget budget =
        excerpt_share(request->mirror, request->row, request->col, whole);
    excerpt_read(&p->excerpt, request->mirror, request->row, request->col, budget, text);
    if (request->cold || p->excerpt.anchor != anchor || ring_count(ring) == 0) {
        ring_settle(ring);
    }
    choose_chunks(p, ring, request->name, around_text_view(text));
    for (size_t i = 0; i < ring_count(ring) && i < PROMPT_CHUNKS; i++) {
        if (p->chunk_mask & (uint32_t)1 << i) {
            chunks[count++] = ring_chunk(ring, i);
        }
    }
    const struct extras *const more[] = {request->edits, request->extras};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        count = more[i] != NULL ? extras_append(more[i], chunks, count, PROMPT_MOST) : count;
    }
    return count;
}
