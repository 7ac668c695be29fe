/* difference: of any two texts, it makes the second of the first. Input: both with 0xFF between. */
#include "fuzz.h"

#include "../c/applied.h"
#include "gather/difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static atomic_bool stop;
    const uint8_t *end = len > 0 ? memchr(bytes, 0xFF, len) : NULL;
    if (end == NULL) {
        return 0;
    }
    size_t n = (size_t)(end - bytes);
    struct span old = {(const char *)bytes, n}, new = {(const char *)end + 1, len - n - 1};
    struct buf diff, made;
    struct difference count;
    buf_init(&diff, SIZE_MAX);
    buf_init(&made, SIZE_MAX);
    MUST(difference(old, new, &stop, &diff, &count));
    MUST(applied(old, (struct span){diff.data, diff.len}, &made));
    MUST(made.len == new.len && (made.len == 0 || memcmp(made.data, new.data, made.len) == 0));
    MUST((diff.len == 0) == (count.added + count.removed == 0));
    buf_finish(&diff);
    buf_finish(&made);
    return 0;
}
