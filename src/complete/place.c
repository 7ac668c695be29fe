#include "complete/place.h"

#include <stdbool.h>
#include <string.h>

/* Odd, and without a pattern in its bits. */
#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

_Static_assert((CACHE_BEFORE & (CACHE_BEFORE - 1)) == 0, "weight_leaving squares");

/* A polynomial modulo 2^64. Plus 1, so that a NUL counts. */
static uint64_t push(uint64_t hash, char c)
{
    return hash * FACTOR + (unsigned char)c + 1;
}

static uint64_t hash_on(uint64_t hash, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash = push(hash, text[i]);
    }
    return hash;
}

uint64_t place_hash_text(const char *text, size_t len)
{
    return hash_on(0, text, len);
}

/* Low bits of a polynomial come from low bits of the text only: high bits join them. */
static uint64_t fold(uint64_t hash)
{
    return hash ^ (hash >> 32);
}

uint64_t place_hash(uint64_t before, const struct side *side)
{
    uint64_t hash = fold(before) * UINT64_C(0xBF58476D1CE4E5B9) + side->hash;
    return fold(fold(hash) * UINT64_C(0x94D049BB133111EB));
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

const char *place_before(const struct cache_place *p, size_t back, size_t *len)
{
    *len = least(p->before_len - back, CACHE_BEFORE);
    return p->before + p->before_len - back - *len;
}

/* What a byte weighs when it leaves the window: FACTOR to the power of CACHE_BEFORE. */
static uint64_t weight_leaving(void)
{
    uint64_t weight = FACTOR;
    for (size_t power = 1; power < CACHE_BEFORE; power *= 2) {
        weight *= weight;
    }
    return weight;
}

/* A window slides over the text; at the beginning of the text it grows first. */
size_t place_hashes(const struct cache_place *p, uint64_t hashes[CACHE_BACK + 1])
{
    size_t back = least(p->before_len, CACHE_BACK), len;
    const char *from = place_before(p, back, &len);
    uint64_t hash = place_hash_text(from, len), weight = weight_leaving();
    hashes[back] = hash;
    for (size_t n = back; n > 0; n--) {
        hash = push(hash, from[len]);
        if (len < CACHE_BEFORE) {
            len++;
        } else {
            hash -= ((unsigned char)*from++ + UINT64_C(1)) * weight;
        }
        hashes[n - 1] = hash;
    }
    return back;
}

static bool is_closer(char c)
{
    return c != '\0' && strchr(")]}>\"'`", c) != NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

struct side place_side(const struct cache_place *p, size_t at)
{
    struct side side = {p->after + at, least(p->after_len - at, CACHE_AFTER), 0};
    side.hash = fold(hash_on(p->backend, side.text, side.len));
    return side;
}

size_t place_sides(const struct cache_place *p, struct side sides[PLACE_SIDES])
{
    size_t count = 0;
    sides[count++] = place_side(p, 0);
    for (size_t i = 0; i < least(p->after_len, CACHE_PAIR) && count < PLACE_SIDES; i++) {
        if (is_closer(p->after[i])) {
            sides[count++] = place_side(p, i + 1);
        } else if (!is_blank(p->after[i])) {
            break;
        }
    }
    return count;
}
