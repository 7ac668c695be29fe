/* What is suggested where the user is: the answer that fits there, how much of it stands in
 * the buffer already, and how much of it Lua knows. Knows nothing of when to fetch. */
#ifndef HUM_SUGGESTION_H
#define HUM_SUGGESTION_H

#include "complete/cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rpc;

enum key_kind {
    KEY_FOLLOWED,  /* as typed, but what is not known is not fetched */
    KEY_TYPED,     /* the text or the cursor is another */
    KEY_ACCEPTED,  /* because a suggestion, or a part of it, was accepted */
    KEY_SOURCE,    /* another completion plugin wants to know, also that there is nothing */
    KEY_REQUESTED, /* the user requests a suggestion; likewise */
};

/* Something happened in insert mode. */
struct key {
    int64_t tick;
    size_t row, col;
    enum key_kind kind;
    uint64_t serial; /* of the answer that Lua shows, 0: none ... */
    size_t length;   /* ... and how much of its text Lua knows, from its beginning */
    size_t used; /* how much of it stands in the buffer in other words: with other indentation, or
                        with what a plugin put below the cursor; 0: byte for byte */
};

/* The owner embeds it, zeroed but for the first three; nothing is to be freed. */
struct suggestion {
    struct rpc *rpc;
    struct cache *cache;
    int64_t buf;
    struct key at;       /* the last key; serial and length are kept up to date */
    uint64_t serial;     /* of the answer that fits, 0: none */
    size_t used;         /* bytes of it that stand before the cursor */
    bool silent;         /* there is nothing left of it, and no more will come */
    bool lags;           /* not all used bytes have come: nobody knows whether they agree */
    uint64_t sent_final; /* serial of the answer that Lua last got as final */
};

void suggestion_move(struct suggestion *s, const struct key *key);

/* Nothing is shown any more. */
void suggestion_clear(struct suggestion *s);

/* Finds the answer that fits at the key's position, NULL if none is known: the one that Lua
 * shows if it still fits, else growing, the one that streams in for here (or NULL), else
 * another. While growing has no text and the user types on, nobody can say that it fits, so
 * it does not. */
struct answer *suggestion_fit(struct suggestion *s, const struct cache_key *here,
                              const struct answer *growing);

/* This answer was fetched for here, so it fits. */
void suggestion_set(struct suggestion *s, const struct answer *a);

/* The alternative that fits and has something to show, or NULL; it is the suggestion then. */
struct answer *suggestion_switch(struct suggestion *s, const struct cache_key *here,
                                 unsigned variant);

/* Sends Lua what it does not know yet of the suggestion, which a is. here: where alternatives
 * are counted, which costs a search, so only if something is sent; NULL: a grows, so Lua knows. */
void suggestion_send(struct suggestion *s, const struct answer *a, const struct cache_key *here);

/* How much of an answer may be shown by now. */
size_t suggestion_shown(const struct answer *a);

#endif
