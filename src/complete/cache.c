#include "complete/cache.h"

#include <stdlib.h>
#include <string.h>

/* The index is at most half full, so that a search at a position where nothing was fetched,
 * as nearly all are, ends at the first or second slot. */
#define FIRST_SLOTS 16
/* Variants that cache_variants can count. */
#define VARIANTS 64

struct entry {
    struct answer answer; /* first: a pointer to one is a pointer to the other */
    uint64_t hash, after_hash;
    uint64_t backend;
    struct entry *newer, *older; /* by use, of those that are not pinned */
    size_t left_len, after_len;
    char around[]; /* the text left of the position, then that behind it */
};

/* With the hash, so that an entry is read only if it is, very likely, the right one. */
struct slot {
    uint64_t hash;
    struct entry *entry; /* NULL: free */
};

/* Of memory, with the counter that goes with it. */
#define SLOT_BYTES (sizeof(struct slot) + sizeof(uint32_t))

struct cache {
    struct slot *slots; /* open addressing, linear probing; NULL while there are no entries */
    uint32_t *afters;   /* how many entries there are by their after_hash: as many as slots */
    size_t slot_count;  /* a power of two, or 0 */
    size_t count;
    struct entry *newest, *oldest;
    size_t bytes, max_bytes;
    uint64_t last_serial;
};

/* How well an answer fits at a position, the best last. */
enum fit {
    FIT_NOT,
    FIT_LAGS,  /* what there is of it agrees, but more was typed already */
    FIT_EMPTY, /* final, and nothing was suggested */
    FIT_EVEN,  /* used up, but more may come */
    FIT_LEFT,  /* there is text to show */
};

/* A search shows each answer that may fit to visit, those fetched nearest first, until
 * enough is set and all those as near have been shown. */
struct search {
    void (*visit)(struct search *s, struct entry *e, enum fit fit, size_t used);
    bool enough;
    bool closers;    /* may have come in behind the cursor */
    uint64_t wanted; /* a variant or a serial */
    struct entry *best;
    enum fit best_fit;
    size_t best_used;
    uint64_t variants; /* a bit for each that fits */
};

/* ---- the index ----------------------------------------------------------------- */

static size_t entry_bytes(const struct entry *e)
{
    return sizeof *e + e->left_len + e->after_len + e->answer.text.room;
}

static void index_put(struct cache *c, struct entry *e)
{
    size_t mask = c->slot_count - 1, i = e->hash & mask;
    while (c->slots[i].entry != NULL) {
        i = (i + 1) & mask;
    }
    c->slots[i] = (struct slot){e->hash, e};
    c->afters[e->after_hash & mask]++;
}

static size_t index_wanted(const struct cache *c)
{
    if (c->count == 0) {
        return 0;
    }
    if (c->count * 2 > c->slot_count) {
        return c->slot_count > 0 ? c->slot_count * 2 : FIRST_SLOTS;
    }
    return c->slot_count > FIRST_SLOTS && c->count * 8 < c->slot_count ? c->slot_count / 2
                                                                       : c->slot_count;
}

/* Makes the index as large as the count of entries demands. */
static void index_fit(struct cache *c)
{
    struct slot *old = c->slots;
    size_t old_count = c->slot_count, wanted = index_wanted(c);
    if (wanted == old_count) {
        return;
    }
    free(c->afters);
    c->slots = NULL;
    c->afters = NULL;
    c->slot_count = wanted;
    c->bytes += wanted * SLOT_BYTES;
    c->bytes -= old_count * SLOT_BYTES;
    if (wanted > 0) {
        c->slots = xcalloc(wanted, sizeof *c->slots);
        c->afters = xcalloc(wanted, sizeof *c->afters);
        for (size_t i = 0; i < old_count; i++) {
            if (old[i].entry != NULL) {
                index_put(c, old[i].entry);
            }
        }
    }
    free(old);
}

/* A search ends at the first free slot, so those behind the hole move up where it would hide
 * them. */
static void index_remove(struct cache *c, const struct entry *e)
{
    size_t mask = c->slot_count - 1, hole = e->hash & mask;
    c->afters[e->after_hash & mask]--;
    while (c->slots[hole].entry != e) {
        hole = (hole + 1) & mask;
    }
    for (size_t i = (hole + 1) & mask; c->slots[i].entry != NULL; i = (i + 1) & mask) {
        size_t home = c->slots[i].hash & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            c->slots[hole] = c->slots[i];
            hole = i;
        }
    }
    c->slots[hole].entry = NULL;
}

/* ---- the order of use ---------------------------------------------------------- */

static void link_newest(struct cache *c, struct entry *e)
{
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void unlink_entry(struct cache *c, struct entry *e)
{
    *(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void touch(struct cache *c, struct entry *e)
{
    if (!e->answer.pinned) {
        unlink_entry(c, e);
        link_newest(c, e);
    }
}

static void remove_entry(struct cache *c, struct entry *e)
{
    if (!e->answer.pinned) {
        unlink_entry(c, e);
    }
    index_remove(c, e);
    c->count--;
    c->bytes -= entry_bytes(e);
    buf_finish(&e->answer.text);
    free(e);
    index_fit(c);
}

/* keep may be NULL. */
static void evict(struct cache *c, const struct entry *keep)
{
    while (c->bytes > c->max_bytes && c->oldest != NULL && c->oldest != keep) {
        remove_entry(c, c->oldest);
    }
}

/* ---- searching ----------------------------------------------------------------- */

/* Those that some answer may have been fetched with; at most positions there are none. */
static size_t find_afters(const struct cache *c, const struct cache_key *key, bool closers,
                          struct cache_after *afters)
{
    size_t all = 1, count = 0;
    if (closers) {
        all = cache_key_afters(key, afters);
    } else {
        afters[0] = cache_key_after(key, 0);
    }
    for (size_t i = 0; i < all; i++) {
        if (c->afters[afters[i].hash & (c->slot_count - 1)] > 0) {
            afters[count++] = afters[i];
        }
    }
    return count;
}

static bool is_at(const struct entry *e, const struct cache_key *key, size_t back,
                  const struct cache_after *after)
{
    struct span left = cache_key_left(key, back);
    size_t len = after->text.len;
    return e->backend == key->backend && e->left_len == left.len && e->after_len == len &&
           (left.len == 0 || memcmp(e->around, left.data, left.len) == 0) &&
           (len == 0 || memcmp(e->around + left.len, after->text.data, len) == 0);
}

static enum fit fit_of(const struct answer *a, const char *typed, size_t used)
{
    size_t common = a->text.len < used ? a->text.len : used;
    if (common > 0 && memcmp(a->text.data, typed, common) != 0) {
        return FIT_NOT;
    }
    if (a->text.len > used) {
        return FIT_LEFT;
    }
    if (!a->final) {
        return a->text.len == used ? FIT_EVEN : FIT_LAGS;
    }
    return used == 0 ? FIT_EMPTY : FIT_NOT;
}

static void search_slots(const struct cache *c, const struct cache_key *key, size_t back,
                         uint64_t left_hash, const struct cache_after *after, struct search *s)
{
    uint64_t hash = cache_key_hash(left_hash, after);
    size_t mask = c->slot_count - 1;
    for (size_t i = hash & mask; c->slots[i].entry != NULL; i = (i + 1) & mask) {
        struct entry *e = c->slots[i].entry;
        if (c->slots[i].hash != hash) {
            continue;
        }
        struct span left = around_left(&key->around);
        enum fit fit = fit_of(&e->answer, left.data + left.len - back, back);
        if (fit != FIT_NOT && is_at(e, key, back, after)) {
            s->visit(s, e, fit, back);
        }
    }
}

static void search_run(const struct cache *c, const struct cache_key *key, struct search *s)
{
    if (c->count == 0) {
        return;
    }
    struct cache_after afters[CACHE_AFTERS];
    size_t after_count = find_afters(c, key, s->closers, afters);
    if (after_count == 0) {
        return;
    }
    uint64_t hashes[CACHE_BACK + 1];
    size_t back = cache_key_left_hashes(key, hashes);
    for (size_t n = 0; n <= back && !s->enough; n++) {
        for (size_t i = 0; i < after_count; i++) {
            search_slots(c, key, n, hashes[n], &afters[i], s);
        }
    }
}

static void keep_better(struct search *s, struct entry *e, enum fit fit, size_t used)
{
    bool is_as_near =
        used == s->best_used && s->best != NULL && e->answer.serial > s->best->answer.serial;
    if (fit > s->best_fit || (fit == s->best_fit && is_as_near)) {
        s->best = e;
        s->best_fit = fit;
        s->best_used = used;
    }
    s->enough = s->best_fit == FIT_LEFT;
}

static void visit_variant(struct search *s, struct entry *e, enum fit fit, size_t used)
{
    if (e->answer.variant == s->wanted && fit != FIT_LAGS) {
        keep_better(s, e, fit, used);
    }
}

static void visit_serial(struct search *s, struct entry *e, enum fit fit, size_t used)
{
    if (e->answer.serial == s->wanted) {
        keep_better(s, e, fit, used);
    }
}

static void visit_all(struct search *s, struct entry *e, enum fit fit, size_t used)
{
    (void)used;
    if (e->answer.variant < VARIANTS && fit != FIT_LAGS) {
        s->variants |= UINT64_C(1) << e->answer.variant;
    }
}

static struct answer *search_best(struct cache *c, const struct cache_key *key, struct search *s,
                                  size_t *used)
{
    search_run(c, key, s);
    if (s->best == NULL) {
        return NULL;
    }
    touch(c, s->best);
    *used = s->best_used;
    return &s->best->answer;
}

struct answer *cache_find(struct cache *c, const struct cache_key *key, unsigned variant,
                          size_t *used)
{
    struct search s = {.visit = visit_variant, .wanted = variant};
    return search_best(c, key, &s, used);
}

struct answer *cache_follow(struct cache *c, const struct cache_key *key, uint64_t serial,
                            size_t *used)
{
    struct search s = {.visit = visit_serial, .wanted = serial};
    return search_best(c, key, &s, used);
}

struct answer *cache_follow_shown(struct cache *c, const struct cache_key *key, uint64_t serial,
                                  size_t *used)
{
    struct search s = {.visit = visit_serial, .closers = true, .wanted = serial};
    return search_best(c, key, &s, used);
}

struct answer *cache_by_serial(struct cache *c, uint64_t serial)
{
    for (size_t i = 0; i < c->slot_count; i++) {
        struct entry *e = c->slots[i].entry;
        if (e != NULL && e->answer.serial == serial) {
            touch(c, e);
            return &e->answer;
        }
    }
    return NULL;
}

unsigned cache_variants(const struct cache *c, const struct cache_key *key)
{
    struct search s = {.visit = visit_all};
    search_run(c, key, &s);
    unsigned n = 0;
    while (n < VARIANTS && s.variants >> n & 1) {
        n++;
    }
    return n;
}

/* ---- answers ------------------------------------------------------------------- */

struct cache *cache_new(size_t max_bytes)
{
    struct cache *c = xcalloc(1, sizeof *c);
    c->max_bytes = max_bytes;
    return c;
}

void cache_free(struct cache *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->slot_count; i++) {
        if (c->slots[i].entry != NULL) {
            buf_finish(&c->slots[i].entry->answer.text);
            free(c->slots[i].entry);
        }
    }
    free(c->slots);
    free(c->afters);
    free(c);
}

void cache_resize(struct cache *c, size_t max_bytes)
{
    c->max_bytes = max_bytes;
    evict(c, NULL);
}

size_t cache_bytes(const struct cache *c)
{
    return c->bytes;
}

/* One that is not pinned, of just this position and variant, or NULL. */
static struct entry *find_replaced(const struct cache *c, const struct entry *like)
{
    size_t mask = c->slot_count - 1;
    if (c->count == 0) {
        return NULL;
    }
    for (size_t i = like->hash & mask; c->slots[i].entry != NULL; i = (i + 1) & mask) {
        struct entry *e = c->slots[i].entry;
        if (c->slots[i].hash == like->hash && !e->answer.pinned &&
            e->answer.variant == like->answer.variant && e->backend == like->backend &&
            e->left_len == like->left_len && e->after_len == like->after_len &&
            memcmp(e->around, like->around, e->left_len + e->after_len) == 0) {
            return e;
        }
    }
    return NULL;
}

static struct entry *new_entry(const struct cache_key *key)
{
    struct span left = cache_key_left(key, 0);
    struct cache_after after = cache_key_after(key, 0);
    struct entry *e = xcalloc(1, sizeof *e + left.len + after.text.len);
    e->after_hash = after.hash;
    e->hash = cache_key_hash(cache_key_left_hash(left), &after);
    e->backend = key->backend;
    e->left_len = left.len;
    e->after_len = after.text.len;
    if (left.len > 0) {
        memcpy(e->around, left.data, left.len);
    }
    if (after.text.len > 0) {
        memcpy(e->around + left.len, after.text.data, after.text.len);
    }
    return e;
}

struct answer *cache_add(struct cache *c, const struct cache_key *key, unsigned variant)
{
    struct entry *e = new_entry(key);
    e->answer.serial = ++c->last_serial;
    e->answer.variant = variant;
    e->answer.pinned = true;
    buf_init(&e->answer.text, CACHE_TEXT);
    struct entry *replaced;
    while ((replaced = find_replaced(c, e)) != NULL) {
        remove_entry(c, replaced);
    }
    c->count++;
    c->bytes += entry_bytes(e);
    index_fit(c);
    index_put(c, e);
    evict(c, NULL);
    return &e->answer;
}

int cache_extend(struct cache *c, struct answer *a, const char *data, size_t len)
{
    size_t room = a->text.room;
    buf_add(&a->text, data, len);
    c->bytes += a->text.room - room;
    evict(c, NULL);
    return a->text.error;
}

void cache_cut(struct cache *c, struct answer *a, size_t len)
{
    struct buf *text = &a->text;
    if (len < text->len) {
        c->bytes -= text->room - (len + 1);
        text->data = xrealloc(text->data, len + 1);
        text->data[len] = '\0';
        text->len = len;
        text->room = len + 1;
    }
}

void cache_finalize(struct cache *c, struct answer *a)
{
    struct entry *e = (struct entry *)a;
    a->final = true;
    a->pinned = false;
    link_newest(c, e);
    evict(c, e);
}

void cache_drop(struct cache *c, struct answer *a)
{
    remove_entry(c, (struct entry *)a);
}
