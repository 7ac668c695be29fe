#include "complete/ring.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/span.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Fewer lines that say something are of no use to a model. */
#define LEAST_LINES 3

/* That part of the ring is the most that one chunk may take. */
#define CHUNK_SHARE 2

struct piece {
    struct chunk chunk; /* owns name and text */
    uint64_t *lines;    /* hashes of the lines that say something, in ascending order */
    size_t line_count;
    uint64_t collected; /* when, by the ring's clock */
};

enum relation { BOTH, REPLACES, LEFT_OUT };

/* Pieces in the order in which they came. */
struct list {
    struct piece **pieces; /* room for max_chunks and one more */
    size_t count, bytes;
};

struct ring {
    struct list ring, queue;
    size_t max_chunks, max_bytes;
    uint64_t clock; /* counts what was collected */
    uint64_t version;
};

/* ---- pieces -------------------------------------------------------------------- */

static bool says_something(char c)
{
    return is_word(c) && c != '_';
}

/* A line without the blanks around it; false if it says nothing. Two lines taken for equal by
 * mistake could at most cost one chunk. */
static bool hash_line(struct span line, uint64_t *hash)
{
    bool useful = false;
    line = span_rtrim(span_ltrim(line));
    *hash = HASH_START;
    for (size_t i = 0; i < line.len; i++) {
        useful = useful || says_something(line.data[i]);
        *hash = hash_byte(*hash, line.data[i]);
    }
    return useful;
}

/* Narrows text to whole lines, those at its ends not blank. */
static struct span trim(struct span text)
{
    size_t from = 0, to = 0;
    for (size_t at = 0, next = 0; at < text.len; at = next) {
        if (!span_is_blank(span_next_line(text, &next))) {
            to = next < text.len ? next : text.len;
        } else if (to == 0) {
            from = next;
        }
    }
    return to > 0 ? (struct span){text.data + from, to - from} : (struct span){NULL, 0};
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;
    return (one > two) - (one < two);
}

static void find_lines(struct piece *p)
{
    const struct span text = {p->chunk.text, p->chunk.len};
    size_t most = 0;
    for (size_t at = 0; at < text.len; most++) {
        span_next_line(text, &at);
    }
    p->lines = xcalloc(most, sizeof *p->lines);
    for (size_t at = 0; at < text.len;) {
        p->line_count += hash_line(span_next_line(text, &at), &p->lines[p->line_count]);
    }
    qsort(p->lines, p->line_count, sizeof *p->lines, compare_hashes);
}

static struct piece *piece_new(const char *name, struct span text)
{
    struct piece *p = xcalloc(1, sizeof *p);
    bool ends = text.len > 0 && text.data[text.len - 1] == '\n';
    char *copy = xmalloc(text.len + 2);
    memcpy(copy, text.data, text.len);
    memcpy(copy + text.len, "\n", 2);
    p->chunk = (struct chunk){xstrdup(name), copy, ends ? text.len : text.len + 1};
    copy[p->chunk.len] = '\0';
    find_lines(p);
    return p;
}

static void piece_free(struct piece *p)
{
    free((char *)p->chunk.name);
    free((char *)p->chunk.text);
    free(p->lines);
    free(p);
}

static size_t piece_bytes(const struct piece *p)
{
    return strlen(p->chunk.name) + p->chunk.len;
}

/* How many lines two pieces have in common; a line that is there twice counts twice. */
static size_t count_common(const struct piece *a, const struct piece *b)
{
    size_t i = 0, j = 0, common = 0;
    while (i < a->line_count && j < b->line_count) {
        uint64_t one = a->lines[i], two = b->lines[j];
        common += one == two;
        i += one <= two;
        j += two <= one;
    }
    return common;
}

/* Whether the lines of part are lines of whole, in one piece. Both end with '\n'. */
static bool contains(const struct chunk *whole, const struct chunk *part)
{
    const char *at = whole->text, *end = at + whole->len;
    while (at != NULL) {
        at = memmem(at, (size_t)(end - at), part->text, part->len);
        if (at != NULL && (at == whole->text || at[-1] == '\n')) {
            return true;
        }
        at = at != NULL ? at + 1 : NULL;
    }
    return false;
}

static bool is_most(size_t common, const struct piece *p)
{
    return common * 10 > p->line_count * 9;
}

/* What becomes of an earlier piece and a later one, see ring.h. */
static enum relation relate(const struct piece *earlier, const struct piece *later)
{
    size_t common = count_common(earlier, later);
    if (contains(&earlier->chunk, &later->chunk)) {
        return LEFT_OUT;
    }
    if (strcmp(earlier->chunk.name, later->chunk.name) == 0) {
        return common * 2 > earlier->line_count || is_most(common, later) ? REPLACES : BOTH;
    }
    return is_most(common, earlier) ? REPLACES : is_most(common, later) ? LEFT_OUT : BOTH;
}

/* ---- lists ---------------------------------------------------------------------- */

static void list_append(struct list *list, struct piece *p)
{
    list->pieces[list->count++] = p;
    list->bytes += piece_bytes(p);
}

static void list_remove(struct list *list, size_t i)
{
    struct piece *p = list->pieces[i];
    list->count--;
    list->bytes -= piece_bytes(p);
    memmove(list->pieces + i, list->pieces + i + 1, (list->count - i) * sizeof *list->pieces);
    piece_free(p);
}

static void list_clear(struct list *list)
{
    while (list->count > 0) {
        list_remove(list, list->count - 1);
    }
}

/* The one that was collected longest ago. */
static size_t list_oldest(const struct list *list)
{
    size_t oldest = 0;
    for (size_t i = 1; i < list->count; i++) {
        if (list->pieces[i]->collected < list->pieces[oldest]->collected) {
            oldest = i;
        }
    }
    return oldest;
}

/* Those leave that were collected longest ago. True if any did. */
static bool list_fit(const struct ring *limits, struct list *list)
{
    size_t before = list->count;
    while (list->count > 0 &&
           (list->count > limits->max_chunks || list->bytes > limits->max_bytes)) {
        list_remove(list, list_oldest(list));
    }
    return list->count < before;
}

/* Takes over p, which was collected after all in the list. False if it is left out. */
static bool list_insert(const struct ring *limits, struct list *list, struct piece *p)
{
    for (size_t i = 0; i < list->count; i++) {
        if (relate(list->pieces[i], p) == LEFT_OUT) {
            list->pieces[i]->collected = p->collected;
            piece_free(p);
            return false;
        }
    }
    for (size_t i = list->count; i-- > 0;) {
        if (relate(list->pieces[i], p) == REPLACES) {
            list_remove(list, i);
        }
    }
    list_append(list, p);
    list_fit(limits, list);
    return true;
}

/* ---- the ring ------------------------------------------------------------------ */

struct ring *ring_new(size_t max_chunks, size_t max_bytes)
{
    struct ring *r = xcalloc(1, sizeof *r);
    r->max_chunks = max_chunks;
    r->max_bytes = max_bytes;
    r->ring.pieces = xcalloc(max_chunks + 1, sizeof(struct piece *));
    r->queue.pieces = xcalloc(max_chunks + 1, sizeof(struct piece *));
    return r;
}

void ring_free(struct ring *r)
{
    if (r == NULL) {
        return;
    }
    list_clear(&r->ring);
    list_clear(&r->queue);
    free(r->ring.pieces);
    free(r->queue.pieces);
    free(r);
}

void ring_resize(struct ring *r, size_t max_bytes)
{
    r->max_bytes = max_bytes;
    list_fit(r, &r->queue);
    r->version += list_fit(r, &r->ring);
}

/* The whole lines around that byte that have no more than max bytes: as many above as below,
 * where there are as many. */
static struct span cut_around(struct span text, size_t focus, size_t max)
{
    size_t from = focus > max / 2 ? focus - max / 2 : 0;
    if (text.len <= max) {
        return text;
    }
    if (from > text.len - max) {
        from = text.len - max;
    }
    size_t to = from + max;
    while (from > 0 && from < to && text.data[from - 1] != '\n') {
        from++;
    }
    while (to > from && to < text.len && text.data[to - 1] != '\n') {
        to--;
    }
    return (struct span){text.data + from, to - from};
}

void ring_collect(struct ring *r, const char *name, struct span text, size_t focus)
{
    size_t most = r->max_bytes / CHUNK_SHARE, named = strlen(name);
    if (r->max_chunks == 0 || named >= most) {
        return;
    }
    struct span lines = trim(cut_around(text, focus, most - named));
    if (lines.len == 0) {
        return;
    }
    struct piece *p = piece_new(name, lines);
    if (p->line_count < LEAST_LINES) {
        piece_free(p);
        return;
    }
    p->collected = ++r->clock;
    list_insert(r, &r->queue, p);
}

static int compare_times(const void *a, const void *b)
{
    const struct piece *one = *(struct piece *const *)a, *two = *(struct piece *const *)b;
    return (one->collected > two->collected) - (one->collected < two->collected);
}

bool ring_settle(struct ring *r)
{
    struct list *waiting = &r->queue;
    if (waiting->count > 0) {
        qsort(waiting->pieces, waiting->count, sizeof *waiting->pieces, compare_times);
    }
    bool changed = false;
    for (size_t i = 0; i < waiting->count; i++) {
        changed = list_insert(r, &r->ring, waiting->pieces[i]) || changed;
    }
    waiting->count = 0;
    waiting->bytes = 0;
    r->version += changed;
    return changed;
}

static void list_forget(struct list *list, const char *name)
{
    for (size_t i = list->count; i-- > 0;) {
        if (strcmp(list->pieces[i]->chunk.name, name) == 0) {
            list_remove(list, i);
        }
    }
}

void ring_forget(struct ring *r, const char *name)
{
    list_forget(&r->ring, name);
    list_forget(&r->queue, name);
    r->version++;
}

uint64_t ring_version(const struct ring *r)
{
    return r->version;
}

size_t ring_count(const struct ring *r)
{
    return r->ring.count;
}

const struct chunk *ring_chunk(const struct ring *r, size_t i)
{
    return &r->ring.pieces[i]->chunk;
}
