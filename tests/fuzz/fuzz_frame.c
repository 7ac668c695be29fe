/* frame and utf8: the same bytes give the same records and the same text however they are
 * split, and the text is valid UTF-8. */
#include "fuzz.h"

#include "base/utf8.h"
#include "proto.h"
#include "server/frame.h"

#define NO_RECORD 0x1E /* between the records of a log */

static int on_record(void *ctx, char *record, size_t len)
{
    struct buf *log = ctx;
    MUST(record[len] == '\0');
    buf_add(log, record, len);
    MUST(log->error == 0);
    memset(record, NO_RECORD, len);
    buf_add(log, "\x1E", 1);
    return log->error;
}

static int feed_frame(enum frame_kind kind, size_t cap, const char *data, size_t len, bool whole,
                      struct buf *log)
{
    struct fuzz_pieces split = {whole, fuzz_hash(data, len), len};
    struct frame f;
    frame_init(&f, kind, cap);
    int error = 0;
    while (error == 0 && split.left > 0) {
        size_t n = fuzz_piece(&split);
        error = frame_feed(&f, data + len - split.left - n, n, on_record, log);
    }
    if (error == 0) {
        error = frame_end(&f, on_record, log);
    }
    frame_finish(&f);
    return error;
}

static void check_frame(enum frame_kind kind, size_t cap, const char *data, size_t len)
{
    struct buf whole;
    buf_init(&whole, LIMIT_RECORD);
    struct buf pieces;
    buf_init(&pieces, LIMIT_RECORD);
    int error = feed_frame(kind, cap, data, len, true, &whole);
    MUST(feed_frame(kind, cap, data, len, false, &pieces) == error);
    /* Of a line that is too long in the end, values at its beginning may have been read by then. */
    MUST(error != 0 ? whole.len <= pieces.len : whole.len == pieces.len);
    MUST(whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0);
    buf_finish(&whole);
    buf_finish(&pieces);
}

static void check_utf8(const char *data, size_t len)
{
    struct fuzz_pieces split = {false, fuzz_hash(data, len), len};
    struct buf whole;
    buf_init(&whole, LIMIT_RECORD);
    struct buf pieces;
    buf_init(&pieces, LIMIT_RECORD);
    struct buf again;
    buf_init(&again, LIMIT_RECORD);
    utf8_clean(data, len, &whole);
    MUST(whole.error == 0);
    struct utf8 u;
    utf8_init(&u);
    while (split.left > 0) {
        size_t n = fuzz_piece(&split), before = pieces.len;
        utf8_feed(&u, data + len - split.left - n, n, &pieces);
        MUST(fuzz_is_utf8(pieces.data + before, pieces.len - before));
    }
    utf8_end(&u, &pieces);
    MUST(pieces.error == 0);
    MUST(whole.len == pieces.len);
    MUST(whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0);
    MUST(whole.len >= len || !fuzz_is_utf8(data, len));
    /* What is clean stays as it is. */
    utf8_clean(whole.data, whole.len, &again);
    MUST(again.error == 0);
    MUST(again.len == whole.len);
    buf_finish(&whole);
    buf_finish(&pieces);
    buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes;
    if (len == 0) {
        return 0;
    }
    for (int kind = FRAME_LINES; kind <= FRAME_EVENTS; kind++) {
        check_frame((enum frame_kind)kind, LIMIT_RECORD, data, len);
        check_frame((enum frame_kind)kind, 16, data, len);
    }
    check_utf8(data, len);
    return 0;
}
