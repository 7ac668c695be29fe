#include "text/estimate.h"

#include <string.h>

size_t estimate_tokens(const struct estimate *e)
{
    uint64_t n = 0;
    for (size_t i = 0; i < ESTIMATE_KINDS * ESTIMATE_KINDS; i++) {
        n += e->pairs[i];
    }
    return (size_t)((n + 3) / 4);
}

void estimate_add(struct estimate *e, const char *text, size_t len)
{
    (void)text;
    e->pairs[0] += len;
}

size_t estimate(const char *text, size_t len)
{
    struct estimate e = {0};
    estimate_add(&e, text, len);
    return estimate_tokens(&e);
}
