/* seam: what comes is joined in the same way whatever pieces it comes in; what goes of it is its
 * beginning, what is added is a blank or a line break, and what comes of whole characters is whole
 * characters. A text that was given, and does not come again, passes, but for white space that was
 * not given. */
#include "fuzz.h"

#include "job/seam.h"

/* The input is what is there and, behind a NUL, what comes; its first byte says how it was asked,
 * and whether what comes breaks off. */
enum how { ASKED = 1, BREAKS = 2, TRIMMED = 4 };

static void join(const char *there, size_t there_len, const char *answer, size_t len, int how,
                 bool whole, struct buf *out)
{
    struct fuzz_pieces pieces = {whole, fuzz_hash(answer, len), len};
    struct seam s;
    seam_init(&s);
    seam_open(&s, there, there_len);
    seam_tell(&s, how & ASKED, how & TRIMMED);
    buf_init(out, SIZE_MAX);
    while (pieces.left > 0) {
        size_t n = fuzz_piece(&pieces);
        char *piece = malloc(n); /* so that a read beyond it is seen */
        memcpy(piece, answer + len - pieces.left - n, n);
        seam_feed(&s, piece, n, out);
        free(piece);
        MUST(s.held.len <= len);
    }
    if (how & BREAKS) {
        seam_break(&s);
    }
    seam_end(&s, out);
    seam_finish(&s);
}

static bool ends_with(const char *text, size_t len, const char *end, size_t n)
{
    return n <= len && memcmp(text + len - n, end, n) == 0;
}

/* Whether these bytes end as the text does. */
static bool is_repeated(const char *there, size_t there_len, const char *gone, size_t len)
{
    size_t at = 0;
    while (at < len && !ends_with(there, there_len, gone + at, len - at)) {
        at++;
    }
    return at < len;
}

static bool is_white(const char *gone, size_t len)
{
    size_t at = 0;
    while (at < len && is_space(gone[at])) {
        at++;
    }
    return at == len;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes, *cut;
    if (len < 2 || (cut = memchr(data + 1, '\0', len - 1)) == NULL) {
        return 0;
    }
    size_t there = (size_t)(cut - data) - 1, n = len - there - 2;
    int how = bytes[0];
    struct buf all, parts;
    join(data + 1, there, cut + 1, n, how, true, &all);
    join(data + 1, there, cut + 1, n, how, false, &parts);
    MUST(all.len == parts.len && (all.len == 0 || memcmp(all.data, parts.data, all.len) == 0));
    bool gap = all.len > 0 && (all.data[0] == ' ' || all.data[0] == '\n');
    MUST(all.len == 0 || ends_with(cut + 1, n, all.data, all.len) ||
         (how & ASKED && gap && ends_with(cut + 1, n, all.data + 1, all.len - 1)));
    if (fuzz_is_utf8(data + 1, there) && fuzz_is_utf8(cut + 1, n)) {
        MUST(fuzz_is_utf8(all.data, all.len));
    }
    MUST(how & (ASKED | BREAKS) || all.len == n ||
         is_repeated(data + 1, there, cut + 1, n - all.len) ||
         (how & TRIMMED && is_white(cut + 1, n - all.len)));
    buf_finish(&all);
    buf_finish(&parts);
    return 0;
}
