#include "complete/ring.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Fewer lines that say something tell a model nothing. */
#define LEAST_LINES 3

struct piece {
    struct chunk chunk; /* owns name and text */
    uint64_t *lines;    /* hashes of the lines that say something, in ascending order */
    size_t line_count;
    uint64_t collected; /* when, by the ring's clock */
};

enum relation { BOTH, REPLACES, LEFT_OUT };

/* Pieces in the order in which they came. */
struct row {
    struct piece **pieces; /* room for max_chunks and one more */
    size_t count, bytes;
};

struct ring {
    struct row ring, queue;
    size_t max_chunks, max_bytes;
    uint64_t clock; /* counts what was collected */
    uint64_t version;
};

/* ---- pieces -------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_telling(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (unsigned char)c >= 0x80;
}

/* A line without the blanks around it; false if it says nothing. 64 bits of FNV-1a: two
 * lines taken for equal by mistake could at most cost one chunk. */
static bool hash_line(const char *line, size_t len, uint64_t *hash)
{
    while (len > 0 && is_blank(line[len - 1])) {
        len--;
    }
    while (len > 0 && is_blank(*line)) {
        line++;
        len--;
    }
    *hash = UINT64_C(0xCBF29CE484222325);
    bool telling = false;
    for (size_t i = 0; i < len; i++) {
        telling = telling || is_telling(line[i]);
        *hash = (*hash ^ (unsigned char)line[i]) * UINT64_C(0x100000001B3);
    }
    return telling;
}

/* Where the line at text ends, behind its '\n'. */
static const char *line_end(const char *text, const char *end)
{
    const char *lf = memchr(text, '\n', (size_t)(end - text));
    return lf != NULL ? lf + 1 : end;
}

static bool is_blank_line(const char *line, const char *end)
{
    while (line < end && (is_blank(*line) || *line == '\n')) {
        line++;
    }
    return line == end;
}

/* Narrows text to whole lines, those at its ends not blank. */
static void trim(const char **text, size_t *len)
{
    const char *from = *text, *end = from + *len, *stop = from;
    while (from < end && is_blank_line(from, line_end(from, end))) {
        from = line_end(from, end);
    }
    for (const char *line = from, *next; line < end; line = next) {
        next = line_end(line, end);
        if (!is_blank_line(line, next)) {
            stop = next;
        }
    }
    *text = from;
    *len = stop > from ? (size_t)(stop - from) : 0;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;
    return (one > two) - (one < two);
}

static void find_lines(struct piece *p)
{
    const char *text = p->chunk.text, *end = text + p->chunk.len;
    size_t most = 0;
    for (const char *line = text; line < end; line = line_end(line, end)) {
        most++;
    }
    p->lines = xcalloc(most, sizeof *p->lines);
    for (const char *line = text, *next; line < end; line = next) {
        next = line_end(line, end);
        if (hash_line(line, (size_t)(next - 1 - line), &p->lines[p->line_count])) {
            p->line_count++;
        }
    }
    qsort(p->lines, p->line_count, sizeof *p->lines, compare_hashes);
}

static struct piece *piece_new(const char *name, const char *text, size_t len)
{
    struct piece *p = xcalloc(1, sizeof *p);
    bool ends = len > 0 && text[len - 1] == '\n';
    char *copy = xmalloc(len + 2);
    memcpy(copy, text, len);
    memcpy(copy + len, "\n", 2);
    p->chunk = (struct chunk){xstrdup(name), copy, ends ? len : len + 1};
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

/* ---- rows ---------------------------------------------------------------------- */

static void row_append(struct row *row, struct piece *p)
{
    row->pieces[row->count++] = p;
    row->bytes += piece_bytes(p);
}

static void row_remove(struct row *row, size_t i)
{
    struct piece *p = row->pieces[i];
    row->count--;
    row->bytes -= piece_bytes(p);
    memmove(row->pieces + i, row->pieces + i + 1, (row->count - i) * sizeof *row->pieces);
    piece_free(p);
}

static void row_clear(struct row *row)
{
    while (row->count > 0) {
        row_remove(row, row->count - 1);
    }
}

/* The one that was collected longest ago. */
static size_t row_oldest(const struct row *row)
{
    size_t oldest = 0;
    for (size_t i = 1; i < row->count; i++) {
        if (row->pieces[i]->collected < row->pieces[oldest]->collected) {
            oldest = i;
        }
    }
    return oldest;
}

/* Takes over p, which was collected after all in the row. False if it is left out. */
static bool row_take(const struct ring *limits, struct row *row, struct piece *p)
{
    for (size_t i = 0; i < row->count; i++) {
        if (relate(row->pieces[i], p) == LEFT_OUT) {
            row->pieces[i]->collected = p->collected;
            piece_free(p);
            return false;
        }
    }
    for (size_t i = row->count; i-- > 0;) {
        if (relate(row->pieces[i], p) == REPLACES) {
            row_remove(row, i);
        }
    }
    row_append(row, p);
    while (row->count > 0 && (row->count > limits->max_chunks || row->bytes > limits->max_bytes)) {
        row_remove(row, row_oldest(row));
    }
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
    row_clear(&r->ring);
    row_clear(&r->queue);
    free(r->ring.pieces);
    free(r->queue.pieces);
    free(r);
}

void ring_collect(struct ring *r, const char *name, const char *text, size_t len)
{
    trim(&text, &len);
    if (r->max_chunks == 0 || len == 0 || len > r->max_bytes) {
        return;
    }
    struct piece *p = piece_new(name, text, len);
    if (p->line_count < LEAST_LINES || piece_bytes(p) > r->max_bytes) {
        piece_free(p);
        return;
    }
    p->collected = ++r->clock;
    row_take(r, &r->queue, p);
}

static int compare_times(const void *a, const void *b)
{
    const struct piece *one = *(struct piece *const *)a, *two = *(struct piece *const *)b;
    return (one->collected > two->collected) - (one->collected < two->collected);
}

bool ring_settle(struct ring *r)
{
    struct row *waiting = &r->queue;
    if (waiting->count > 0) {
        qsort(waiting->pieces, waiting->count, sizeof *waiting->pieces, compare_times);
    }
    bool changed = false;
    for (size_t i = 0; i < waiting->count; i++) {
        changed = row_take(r, &r->ring, waiting->pieces[i]) || changed;
    }
    waiting->count = 0;
    waiting->bytes = 0;
    r->version += changed;
    return changed;
}

static void row_forget(struct row *row, const char *name)
{
    for (size_t i = row->count; i-- > 0;) {
        if (strcmp(row->pieces[i]->chunk.name, name) == 0) {
            row_remove(row, i);
        }
    }
}

void ring_forget(struct ring *r, const char *name)
{
    row_forget(&r->ring, name);
    row_forget(&r->queue, name);
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
