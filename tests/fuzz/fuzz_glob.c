/* glob, ignore: any pattern and any path. Input: lines; the first is a path, the others patterns. */
#include "fuzz.h"

#include "base/buf.h"
#include "gather/glob.h"
#include "gather/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const uint8_t *end = len > 0 ? memchr(bytes, '\n', len) : NULL;
    if (end == NULL || len > 1000) {
        return 0;
    }
    size_t path_len = (size_t)(end - bytes);
    char *path = xstrndup((const char *)bytes, path_len);
    char *patterns = xstrndup((const char *)end + 1, len - path_len - 1);
    struct globs all;
    if (globs_init(&all, patterns)) {
        for (size_t i = 0; i < all.count; i++) {
            MUST(all.items[i].count <= GLOB_PARTS);
            glob_matches(&all.items[i], path);
        }
    }
    MUST(all.count <= GLOB_ALTERNATIVES);
    globs_finish(&all);
    struct ignore ignore = {0};
    ignore_add(&ignore, (struct span){patterns, strlen(patterns)});
    enum ignored folder = ignore_says(&ignore, path, true);
    enum ignored file = ignore_says(&ignore, path, false);
    MUST(folder != IGNORED_UNKNOWN || file == IGNORED_UNKNOWN);
    ignore_finish(&ignore);
    free(path);
    free(patterns);
    return 0;
}
