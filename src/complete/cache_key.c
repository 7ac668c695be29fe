#include "complete/cache_key.h"

#include <stdbool.h>
#include <string.h>

/* Odd, and without a pattern in its bits. */
#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

_Static_assert((CACHE_LEFT & (CACHE_LEFT - 1)) == 0, "weight_leaving squares");

/* A polynomial modulo 2^64. Plus 1, so that a NUL counts. */
static uint64_t push(uint64_t hash, char c)
{
    return hash * FACTOR + (unsigned char)c + 1;
}

static uint64_t hash_on(uint64_t hash, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        hash = push(hash, text.data[i]);
    }
    return hash;
}

uint64_t cache_key_left_hash(struct span left)
{
    return hash_on(0, left);
}

/* Low bits of a polynomial come from low bits of the text only: high bits join them. */
static uint64_t fold(uint64_t hash)
{
    return hash ^ (hash >> 32);
}

uint64_t cache_key_hash(uint64_t left, const struct cache_after *after)
{
    uint64_t hash = fold(left) * UINT64_C(0xBF58476D1CE4E5B9) + after->hash;
    return fold(fold(hash) * UINT64_C(0x94D049BB133111EB));
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct span cache_key_left(const struct cache_key *key, size_t back)
{
    struct span left = around_left(&key->around);
    size_t len = least(left.len - back, CACHE_LEFT);
    return (struct span){left.data + left.len - back - len, len};
}

/* What a byte weighs when it leaves the hashed bytes: FACTOR to the power of CACHE_LEFT. */
static uint64_t weight_leaving(void)
{
    uint64_t weight = FACTOR;
    for (size_t power = 1; power < CACHE_LEFT; power *= 2) {
        weight *= weight;
    }
    return weight;
}

/* CACHE_LEFT bytes are hashed, from one position to the next: one byte comes in and one leaves. At
 * the beginning of the text there are fewer, and none leaves. */
size_t cache_key_left_hashes(const struct cache_key *key, uint64_t hashes[CACHE_BACK + 1])
{
    size_t back = least(around_left(&key->around).len, CACHE_BACK);
    struct span left = cache_key_left(key, back);
    uint64_t hash = cache_key_left_hash(left), weight = weight_leaving();
    hashes[back] = hash;
    for (size_t n = back; n > 0; n--) {
        hash = push(hash, left.data[left.len]);
        if (left.len < CACHE_LEFT) {
            left.len++;
        } else {
            hash -= ((unsigned char)*left.data++ + UINT64_C(1)) * weight;
        }
        hashes[n - 1] = hash;
    }
    return back;
}

static bool is_closer(char c)
{
    return c != '\0' && strchr(")]}>\"'`", c) != NULL;
}

struct cache_after cache_key_after(const struct cache_key *key, size_t at)
{
    struct span text = key->around.after;
    text.data += at;
    text.len = least(text.len - at, CACHE_AFTER);
    return (struct cache_after){text, fold(hash_on(key->backend, text))};
}

size_t cache_key_afters(const struct cache_key *key, struct cache_after afters[CACHE_AFTERS])
{
    struct span after = key->around.after;
    size_t count = 0;
    afters[count++] = cache_key_after(key, 0);
    for (size_t i = 0; i < least(after.len, CACHE_PAIR) && count < CACHE_AFTERS; i++) {
        if (is_closer(after.data[i])) {
            afters[count++] = cache_key_after(key, i + 1);
        } else if (!is_space(after.data[i])) {
            break;
        }
    }
    return count;
}
