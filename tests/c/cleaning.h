/* An answer played through clean, in pieces of several kinds, which must give the same lines and the
 * same fault; and nothing that was given out is taken back. */
#ifndef HUM_CLEANING_H
#define HUM_CLEANING_H

#include "check.h"
#include "edit/clean.h"

struct cleaning {
    struct text out;
    enum clean_fault fault;
    bool shrunk, complete;
};

static inline void cleaning_finish(struct cleaning *r)
{
    text_finish(&r->out);
}

/* Sizes of pieces: all in one, single bytes, at random. */
static inline size_t cleaning_piece(uint32_t *seed, size_t left)
{
    size_t n = left;
    if (*seed == 1) {
        n = 1;
    } else if (*seed > 1) {
        *seed = *seed * 1664525u + 1013904223u;
        n = 1 + (*seed >> 24) % ((*seed >> 16 & 3) == 0 ? 200 : 9);
    }
    return n < left ? n : left;
}

/* The tail is a beginning of the next line that is given. */
static inline void cleaning_check_tail(struct span tail, const struct text *out, size_t count)
{
    if (count < out->count) {
        CHECK(span_starts(text_line(out, count), tail));
    }
}

/* Plays the answer once. seed: 0: whole; 1: byte by byte; else at random. */
static inline struct cleaning cleaning_play(const struct clean_context *context, struct span answer,
                                            bool cut, uint32_t seed)
{
    struct cleaning r = {.fault = CLEAN_FINE};
    struct clean *c = clean_new(context);
    struct buf tail;
    buf_init(&tail, SIZE_MAX);
    text_init(&r.out);
    for (size_t at = 0; at < answer.len;) {
        size_t n = cleaning_piece(&seed, answer.len - at), count = r.out.count;
        clean_feed(c, (struct span){answer.data + at, n}, &r.out);
        at += n;
        cleaning_check_tail((struct span){tail.data, tail.len}, &r.out, count);
        struct span t = clean_tail(c);
        buf_clear(&tail);
        buf_add(&tail, t.data, t.len);
    }
    size_t count = r.out.count;
    clean_end(c, cut, &r.out);
    if (!cut && clean_fault(c) == CLEAN_FINE) {
        cleaning_check_tail((struct span){tail.data, tail.len}, &r.out, count);
    }
    r.fault = clean_fault(c);
    r.shrunk = clean_is_shrunk(c);
    r.complete = clean_is_complete(c);
    buf_finish(&tail);
    clean_free(c);
    return r;
}

static inline struct span cleaning_text(const struct text *t)
{
    return text_lines(t, 0, t->count);
}

static inline bool cleaning_same(const struct cleaning *a, const struct cleaning *b)
{
    struct span x = cleaning_text(&a->out), y = cleaning_text(&b->out);
    return a->fault == b->fault && a->shrunk == b->shrunk && x.len == y.len && span_starts(x, y);
}

/* Plays it in all ways; returns the result of the first. */
static inline struct cleaning cleaning_play_all(const struct clean_context *context,
                                                struct span answer, bool cut)
{
    struct cleaning r = cleaning_play(context, answer, cut, 0);
    for (uint32_t seed = 1; seed < 6; seed++) {
        struct cleaning other = cleaning_play(context, answer, cut, seed * (seed > 1 ? 7919 : 1));
        if (!cleaning_same(&r, &other)) {
            check_fail(__FILE__, __LINE__, "pieces give the same");
            printf("    whole: fault %d\n%.*s    seed %u: fault %d\n%.*s", (int)r.fault,
                   (int)cleaning_text(&r.out).len, cleaning_text(&r.out).data, seed,
                   (int)other.fault, (int)cleaning_text(&other.out).len,
                   cleaning_text(&other.out).data);
        }
        cleaning_finish(&other);
    }
    return r;
}

#endif
