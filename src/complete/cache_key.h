/* What the cache knows a position in a text by: the text around it, and hashes of that. Not by a
 * buffer and a row: so an answer is found again after undo, `:e!` and a move of the code. */
#ifndef HUM_CACHE_KEY_H
#define HUM_CACHE_KEY_H

#include "base/around.h"
#include "base/span.h"

#include <stddef.h>
#include <stdint.h>

/* What a position is known by, in bytes: so much left of it and so much behind it. */
#define CACHE_LEFT 512
#define CACHE_AFTER 128
/* How far before the cursor the position may lie that an answer was fetched for. */
#define CACHE_BACK 1024
/* How much text may have come between the cursor and what stood behind it, by a plugin
 * that closes brackets and quotes: so many closers, each maybe after blanks and line
 * ends, in so many bytes. */
#define CACHE_CLOSERS 4
#define CACHE_PAIR 64

/* How much text a key needs; more changes nothing. */
#define CACHE_LEFT_MAX ((size_t)CACHE_LEFT + CACHE_BACK)
#define CACHE_AFTER_MAX ((size_t)CACHE_AFTER + CACHE_PAIR)

/* Only read during a call. */
struct cache_key {
    /* All else that an answer depends on: server, model, kind of request, file type. */
    uint64_t backend;
    /* The last CACHE_LEFT_MAX bytes left of the cursor and the first CACHE_AFTER_MAX behind it, at
     * least. Fewer only where the text begins or ends there, or by a character that would have
     * been cut. */
    struct around around;
};

/* The text behind the cursor as it is, and what follows each of the first closers. */
#define CACHE_AFTERS (1 + CACHE_CLOSERS)

/* What may have stood behind the cursor when an answer was fetched. */
struct cache_after {
    struct span text; /* in the key's own */
    uint64_t hash;    /* of the backend too; all bits are good */
};

/* What counts of the text left of the position that lies back bytes before the key's. */
struct span cache_key_left(const struct cache_key *key, size_t back);

/* hashes[n] becomes that of cache_key_left(key, n), for all n up to the one returned:
 * CACHE_BACK, or less at the beginning of a text. Linear in the bytes. */
size_t cache_key_left_hashes(const struct cache_key *key, uint64_t hashes[CACHE_BACK + 1]);

/* The same of a text alone. */
uint64_t cache_key_left_hash(struct span left);

/* What counts of the text behind the cursor, from its byte at on. */
struct cache_after cache_key_after(const struct cache_key *key, size_t at);

/* All that may have stood there; returns how many, 1 at least, what stands there now first. */
size_t cache_key_afters(const struct cache_key *key, struct cache_after afters[CACHE_AFTERS]);

/* Of both, all bits good. left: from cache_key_left_hashes or cache_key_left_hash. */
uint64_t cache_key_hash(uint64_t left, const struct cache_after *after);

#endif
