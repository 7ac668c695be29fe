/* What happened, in order: one JSON object for each event, kept in memory and
 * read through the control routes. The moments of tokens are
 * kept apart as plain numbers, so that noting half a million a second costs little. */
#ifndef FAKE_JOURNAL_H
#define FAKE_JOURNAL_H

#include "base/buf.h"

#include <stdint.h>

/* When each token of one request was handed to write(). */
struct token_times {
    struct token_times *next;
    unsigned request;
    uint64_t *ns;
    size_t count;
    size_t room;
};

struct entry {
    char *event;
    char *json;
    unsigned seq;
};

struct journal {
    struct entry *entries; /* the oldest go when there are too many */
    size_t count;
    size_t room;
    size_t bytes;
    unsigned next_seq;            /* counts from 1 */
    uint64_t tokens;              /* written since the start or the last reset */
    struct token_times *times;    /* newest first */
    void (*on_change)(void *ctx); /* after each event and each batch of tokens */
    void *ctx;
};

void journal_init(struct journal *j);
void journal_finish(struct journal *j);
void journal_reset(struct journal *j);

/* Adds {"seq":..,"ns":..,"event":event,<more>}; more is the inside of a JSON object. */
void journal_add(struct journal *j, const char *event, const char *more);
void journal_addf(struct journal *j, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The nth (from 1) entry of that event that is still there, or NULL. */
const struct entry *journal_find(const struct journal *j, const char *event, unsigned n);

void journal_tokens(struct journal *j, unsigned request, size_t n, uint64_t ns);

const struct token_times *journal_times(const struct journal *j, unsigned request);
void journal_print_times(const struct token_times *t, struct buf *out);

#endif
