/* The search for an error: any bytes as the body of a status, or as what of a stream is no event,
 * give one line of UTF-8 that is short, and an error behind words is found. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "proto.h"
#include "server/error_text.h"
#include "server/frame.h"

#define ERROR "{\"error\":{\"message\":\"the boiler is cold\"}}"

static void check_line(const struct buf *text)
{
    MUST(text->len <= 2000 && fuzz_is_utf8(text->data, text->len));
    for (size_t i = 0; i < text->len; i++) {
        MUST((unsigned char)text->data[i] >= ' ' && text->data[i] != 0x7F);
    }
}

static void check_body(const char *data, size_t len)
{
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    char *url;
    error_text(data, len, &text, &url);
    check_line(&text);
    MUST(url == NULL || strncmp(url, "http", 4) == 0);
    free(url);
    buf_finish(&text);
}

static int pass_over(void *ctx, char *record, size_t len)
{
    (void)ctx;
    MUST(record[len] == '\0');
    return 0;
}

/* What is left of a stream that breaks off. */
static void check_strays(enum frame_kind kind, const char *data, size_t len)
{
    struct frame f;
    frame_init(&f, kind, LIMIT_RECORD);
    MUST(frame_feed(&f, data, len, pass_over, NULL) == 0);
    MUST(frame_break(&f, pass_over, NULL) == 0);
    MUST(f.strays.len <= LIMIT_ERROR_BODY);
    check_body(f.strays.len > 0 ? f.strays.data : "", f.strays.len);
    frame_finish(&f);
}

/* Words in front of an error do not hide it. */
static void check_found(const char *data, size_t len)
{
    struct buf body, text;
    buf_init(&body, SIZE_MAX);
    buf_init(&text, SIZE_MAX);
    for (size_t i = 0; i < len; i++) {
        buf_add(&body, strchr("{[<\"", data[i]) != NULL ? "." : &data[i], 1);
    }
    buf_add_str(&body, "\n" ERROR);
    error_text(body.data, body.len, &text, NULL);
    MUST(strcmp(text.data, "the boiler is cold") == 0);
    buf_finish(&body);
    buf_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes;
    check_body(data, len);
    check_strays(FRAME_LINES, data, len);
    check_strays(FRAME_EVENTS, data, len);
    check_found(data, len);
    return 0;
}
