/* What the cache knows a place of a buffer by: the text around it, copied. */
#ifndef HUM_SPOT_H
#define HUM_SPOT_H

#include "base/buf.h"
#include "complete/cache.h"

#include <stddef.h>
#include <stdint.h>

struct mirror;

struct spot {
    struct buf before;
    struct buf after;
    struct cache_place place; /* views of both */
};

/* The cursor's place, with len bytes more taken to be typed there (NULL with 0). way: of the
 * cache_place. spot_finish is due. */
void spot_init(struct spot *spot, const struct mirror *m, size_t row, size_t col, uint64_t backend,
               const char *typed, size_t len);
void spot_finish(struct spot *spot);

#endif
