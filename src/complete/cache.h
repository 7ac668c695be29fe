/* Answers of models, by the position in a text that they were fetched for. An answer is found
 * again at its position, and at those that are reached from there by typing what it says;
 * what was fetched elsewhere is found when the user goes back there. Answers leave by the
 * memory that they take, the least recently used one first. No hash is trusted, bytes are
 * compared. */
#ifndef HUM_CACHE_H
#define HUM_CACHE_H

#include "base/buf.h"
#include "complete/cache_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest answer. */
#define CACHE_TEXT (64 * 1024)

struct cache;

/* Only the last four fields are the caller's to write; they are kept and never read here.
 *
 * A pinned answer is the caller's until cache_finalize or cache_drop. One that is not
 * pinned may leave at the next call of cache_add, _extend, _finalize or _resize: to come
 * back to it later keep its serial, and see cache_follow. */
struct answer {
    uint64_t serial;  /* from 1 on, never used twice in a cache */
    unsigned variant; /* 0 is the first answer for its position, 1 the first alternative, ... */
    bool final;       /* all that the model says */
    bool pinned;      /* a live request fills it: never evicted, however much it grows */
    struct buf text;  /* changed by cache_extend and cache_cut only */
    double logprob_sum;
    int64_t logprobs; /* how many tokens logprob_sum is of, 0: the server gives none */
    size_t shown;     /* how much of text may be shown while more may come */
    bool cut;         /* a limit has ended it within its last line */
};

/* max_bytes: of everything, answers, their keys and the index. With 0 only pinned
 * answers are kept. */
struct cache *cache_new(size_t max_bytes);
void cache_free(struct cache *c); /* pinned answers too; NULL is nothing */
void cache_resize(struct cache *c, size_t max_bytes);
/* Over the limit only by pinned answers, or by the one made final last if alone it is. */
size_t cache_bytes(const struct cache *c);

/* A new answer for this position: empty, not final, pinned. One of the same position and
 * variant leaves; if that is pinned itself it stays its owner's, and the new one is found
 * first. */
struct answer *cache_add(struct cache *c, const struct cache_key *key, unsigned variant);

/* More text of a pinned answer. 0, or HUM_ETOOBIG when it would be over CACHE_TEXT; then
 * the text is as before. */
int cache_extend(struct cache *c, struct answer *a, const char *data, size_t len);

/* Leaves the first len bytes of the text, and frees the memory of what is cut off. */
void cache_cut(struct cache *c, struct answer *a, size_t len);

/* There will be no more text: unpins. It counts as used now. */
void cache_finalize(struct cache *c, struct answer *a);

/* Removes it, pinned or not; a is gone. */
void cache_drop(struct cache *c, struct answer *a);

/* The answer of that variant that fits here best, or NULL, and how many bytes of its text
 * stand before the cursor already: 0 if it was fetched for here, else what was typed since
 * agrees with its beginning, to the byte. In this order:
 *   1. one with text left (text.len > *used);
 *   2. one that is not final, all text so far is used;
 *   3. a final empty one fetched for here: the model has nothing to say.
 * Among these the one fetched nearest to the cursor, then the newest. A final answer
 * that is used up does not fit. The answer counts as used now. used may not be NULL. */
struct answer *cache_find(struct cache *c, const struct cache_key *key, unsigned variant,
                          size_t *used);

/* The answer with this serial if it still fits here, else NULL: whether a live request may run
 * on. As above, but an answer that is not final also fits while it lags behind the typing and
 * agrees as far as it goes: then *used > text.len. */
struct answer *cache_follow(struct cache *c, const struct cache_key *key, uint64_t serial,
                            size_t *used);

/* The same for the answer that Lua shows: closers may have come in behind the cursor, see
 * CACHE_PAIR. Lua saw them come, and knows which of them are the answer's own. Of any other answer
 * nobody knows that, so what stands there would be suggested once more. */
struct answer *cache_follow_shown(struct cache *c, const struct cache_key *key, uint64_t serial,
                                  size_t *used);

/* The answer with this serial wherever it was fetched for, or NULL. Searches all there are. */
struct answer *cache_by_serial(struct cache *c, uint64_t serial);

/* How many variants cache_find would find here: 0 to n-1 each fit, n does not. */
unsigned cache_variants(const struct cache *c, const struct cache_key *key);

#endif
