#include "complete/spot.h"

#include "nvim/mirror.h"

#define BEFORE_MAX ((size_t)CACHE_BEFORE + CACHE_BACK)

void spot_init(struct spot *spot, const struct mirror *m, size_t row, size_t col, uint64_t backend,
               const char *typed, size_t len)
{
    buf_init(&spot->before, SIZE_MAX);
    buf_init(&spot->after, SIZE_MAX);
    buf_add(&spot->after, "", 0);
    mirror_before(m, row, col, BEFORE_MAX, &spot->before);
    mirror_after(m, row, col, CACHE_AFTER + CACHE_PAIR, &spot->after);
    buf_add(&spot->before, typed, len);
    if (spot->before.len > BEFORE_MAX) {
        buf_drop(&spot->before, spot->before.len - BEFORE_MAX);
    }
    spot->place = (struct cache_place){
        .backend = backend,
        .before = spot->before.data,
        .before_len = spot->before.len,
        .after = spot->after.data,
        .after_len = spot->after.len,
    };
}

void spot_finish(struct spot *spot)
{
    buf_finish(&spot->before);
    buf_finish(&spot->after);
}
