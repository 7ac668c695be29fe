/* What the cache knows a place in a text by: the text around it, and hashes of that. */
#ifndef HUM_PLACE_H
#define HUM_PLACE_H

#include "complete/cache.h"

#include <stddef.h>
#include <stdint.h>

/* The text after a place as it is, and behind each of the first closers. */
#define PLACE_SIDES (1 + CACHE_CLOSERS)

/* What may have stood after the cursor when an answer was asked for. */
struct side {
    const char *text; /* in the place's after */
    size_t len;
    uint64_t hash; /* of the way too; all bits are good */
};

/* What counts of the text before the place that lies `back` bytes before p. */
const char *place_before(const struct cache_place *p, size_t back, size_t *len);

/* hashes[n] becomes that of place_before(p, n), for all n up to the one returned: CACHE_BACK,
 * or less at the beginning of a text. Linear in the bytes. */
size_t place_hashes(const struct cache_place *p, uint64_t hashes[CACHE_BACK + 1]);

/* The same of a text alone. */
uint64_t place_hash_text(const char *text, size_t len);

/* What counts of the text from p->after + at on. */
struct side place_side(const struct cache_place *p, size_t at);

/* All that there may have been; returns how many, 1 at least, that as it is now first. */
size_t place_sides(const struct cache_place *p, struct side sides[PLACE_SIDES]);

/* Of both, all bits good. before: from place_hashes or place_hash_text. */
uint64_t place_hash(uint64_t before, const struct side *side);

#endif
