/* The dialects and json: a stream of any bytes gives the same events however it is split,
 * in a right order, and a text put into JSON comes out again. The seeds are recorded HTTP
 * responses, whose head and chunks are taken off. */
#include "fuzz.h"

#include "../c/fixture.h"
#include "dialect.h"
#include "json.h"
#include "utf8.h"

struct stream {
    const struct dialect *dialect;
    struct dialect_state state;
    struct buf log;
    bool ended;
};

static int on_event(void *ctx, const struct dialect_event *event)
{
    struct stream *s = ctx;

    MUST(!s->ended);
    s->ended =
        event->type == DIALECT_ERROR || event->type == DIALECT_ODD || event->type == DIALECT_DONE;
    MUST(event->type == DIALECT_STATS || event->text[event->len] == '\0');
    MUST(event->type >= DIALECT_STATS || strlen(event->text) == event->len);
    MUST(event->type >= DIALECT_STATS || event->len > 0);
    if (event->type == DIALECT_ERROR || event->type == DIALECT_ODD) {
        MUST(event->len > 0 && fuzz_is_utf8(event->text, event->len));
    }
    buf_printf(&s->log, "{%d ", (int)event->type);
    if (event->type == DIALECT_STATS) {
        buf_add(&s->log, &event->stats, sizeof(event->stats));
    } else {
        buf_add(&s->log, event->text, event->len);
    }
    return buf_add(&s->log, "}", 1);
}

static int on_record(void *ctx, char *record, size_t len)
{
    struct stream *s = ctx;

    return s->dialect->record(&s->state, record, len, on_event, s);
}

static void run(struct stream *s, const char *name, const char *data, size_t len, bool whole)
{
    struct split split = {whole, fuzz_hash(data, len), len};
    struct frame frame;

    memset(s, 0, sizeof(*s));
    s->dialect = dialect_find(name);
    buf_init(&s->log, (size_t)4 * LIMIT_RECORD);
    frame_init(&frame, s->dialect->frame, LIMIT_RECORD);
    while (split.left > 0) {
        size_t n = split_next(&split);

        MUST(frame_feed(&frame, data + len - split.left - n, n, on_record, s) == 0);
    }
    MUST(frame_end(&frame, on_record, s) == 0);
    MUST(s->dialect->end(&s->state, on_event, s) == 0);
    MUST(s->ended == s->state.done);
    frame_finish(&frame);
    dialect_state_finish(&s->state);
}

static void check_stream(const char *name, const char *data, size_t len)
{
    struct stream whole, pieces;

    run(&whole, name, data, len, true);
    run(&pieces, name, data, len, false);
    MUST(whole.log.len == pieces.log.len);
    MUST(whole.log.len == 0 || memcmp(whole.log.data, pieces.log.data, whole.log.len) == 0);
    buf_finish(&whole.log);
    buf_finish(&pieces.log);
}

static void check_error_text(const char *data, size_t len)
{
    struct buf text;
    char *url;

    buf_init(&text, LIMIT_ERROR_BODY);
    dialect_error_text(data, len, &text, &url);
    MUST(text.len <= 2000 && fuzz_is_utf8(text.data, text.len));
    for (size_t i = 0; i < text.len; i++) {
        MUST((unsigned char)text.data[i] >= ' ' && text.data[i] != 0x7F);
    }
    MUST(!url || strncmp(url, "http", 4) == 0);
    free(url);
    buf_finish(&text);
}

/* NUL cannot come back as itself, and comes as U+FFFD. */
static void check_round_trip(const char *data, size_t len)
{
    struct buf wanted, json;
    cJSON *back;

    buf_init(&wanted, LIMIT_RECORD);
    buf_init(&json, LIMIT_RECORD);
    for (size_t from = 0, to; from <= len; from = to + 1) {
        for (to = from; to < len && data[to] != '\0';) {
            to++;
        }
        MUST(utf8_clean(data + from, to - from, &wanted) == 0);
        if (to < len) {
            buf_add_str(&wanted, "\xEF\xBF\xBD");
        }
    }
    MUST(json_write_string(&json, data, len) == 0);
    MUST(fuzz_is_utf8(json.data, json.len));
    back = json_parse(json.data, json.len);
    MUST(cJSON_IsString(back) && strcmp(back->valuestring, wanted.data ? wanted.data : "") == 0);
    cJSON_Delete(back);
    buf_finish(&wanted);
    buf_finish(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *data = xstrndup((const char *)bytes, len);
    const char *body = data;
    struct fixture f;

    if (fixture_parse(&f, data, len)) {
        body = f.body.data ? f.body.data : "";
        len = f.body.len;
    }
    check_stream("ollama", body, len);
    check_stream("openai", body, len);
    check_error_text(body, len);
    check_round_trip(body, len);
    fixture_finish(&f);
    free(data);
    return 0;
}
