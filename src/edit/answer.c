#include "edit/answer.h"

#include "base/buf.h"
#include "proto.h"

#include <stdlib.h>

struct answer {
    struct answer_context context;
    struct buf line; /* that grows */
    bool begun;      /* a line has come */
    bool fenced;     /* it was a fence */
    bool closed;     /* the fence that ends the code has come */
    bool ended;
    struct text text;
    struct answer_hunk hunk; /* the only one */
    size_t hunk_count;
};

struct answer *answer_new(const struct answer_context *context)
{
    struct answer *a = xcalloc(1, sizeof *a);
    a->context = *context;
    buf_init(&a->line, LIMIT_MESSAGE);
    text_init(&a->text);
    return a;
}

void answer_free(struct answer *a)
{
    if (a != NULL) {
        buf_finish(&a->line);
        text_finish(&a->text);
        free(a);
    }
}

static struct span line_of(const struct answer *a)
{
    return (struct span){a->line.data, a->line.len};
}

static void take_line(struct answer *a)
{
    struct span line = line_of(a);
    bool is_fence = span_starts_with(span_ltrim(line), "```");
    if (!a->begun && is_fence) {
        a->fenced = true;
    } else if (a->fenced && is_fence) {
        a->closed = true;
    } else if (!a->closed) {
        text_add(&a->text, line);
    }
    a->begun = true;
    buf_clear(&a->line);
}

void answer_feed(struct answer *a, struct span piece)
{
    size_t at = 0;
    while (at <= piece.len) {
        struct span line = span_next_line(piece, &at);
        buf_add(&a->line, line.data, line.len);
        if (at <= piece.len) {
            take_line(a);
        }
    }
}

static bool is_same(const struct answer *a, size_t old, size_t new)
{
    struct span x = text_line(a->context.old, old), y = text_line(&a->text, new);
    return x.len == y.len && span_starts(x, y);
}

/* One hunk, without the lines that are the same at both ends. */
static void decide(struct answer *a)
{
    size_t first = 0, old = a->context.old->count, new = a->text.count;
    while (first < old && first < new &&is_same(a, first, first)) {
        first++;
    }
    while (old > first && new > first && is_same(a, old - 1, new - 1)) {
        old--;
        new --;
    }
    a->hunk = (struct answer_hunk){first, old - first, first, new - first};
    a->hunk_count = old > first || new > first;
}

void answer_end(struct answer *a, enum answer_ending ending)
{
    if (a->line.len > 0) {
        take_line(a);
    }
    if (ending == ANSWER_WHOLE && a->text.count > 0) {
        decide(a);
    }
    a->ended = true;
}

const struct text *answer_text(const struct answer *a)
{
    return &a->text;
}

const struct answer_hunk *answer_hunks(const struct answer *a, size_t *count)
{
    *count = a->hunk_count;
    return &a->hunk;
}

struct answer_open answer_open(const struct answer *a)
{
    return (struct answer_open){0, 0, a->ended ? 0 : a->text.count};
}

size_t answer_reached(const struct answer *a)
{
    return a->ended ? a->context.old->count : 0;
}

struct span answer_tail(const struct answer *a)
{
    bool is_code = !a->closed && !span_starts_with(span_ltrim(line_of(a)), "`");
    return is_code ? line_of(a) : (struct span){NULL, 0};
}
