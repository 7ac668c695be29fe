/* The dialects and json: a stream of any bytes gives the same events however it is split,
 * in a right order, and none that fails a finished reply; a text put into JSON comes out again, and
 * a gap in any bytes makes a body that is JSON and has all of them. The seeds are recorded HTTP
 * responses, whose head and chunks are taken off. */
#include "fuzz.h"

#include "../c/fixture.h"
#include "base/utf8.h"
#include "server/dialect.h"
#include "server/fill.h"
#include "server/json.h"

struct chat {
    struct frame frame;
    const struct dialect *dialect;
    struct dialect_state state;
    struct buf log;
    bool ended;
    bool finished; /* before the record */
};

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct chat *s = ctx;
    MUST(!s->ended);
    s->ended =
        event->type == DIALECT_ERROR || event->type == DIALECT_ODD || event->type == DIALECT_DONE;
    MUST(!s->finished || (event->type != DIALECT_ERROR && event->type != DIALECT_ODD));
    MUST(event->type == DIALECT_STATS || event->text[event->len] == '\0');
    MUST(event->type >= DIALECT_STATS || strlen(event->text) == event->len);
    MUST(event->type >= DIALECT_THOUGHT || event->len > 0);
    if (event->type >= DIALECT_ERROR) {
        MUST(fuzz_is_utf8(event->text, event->len));
        MUST(event->type == DIALECT_DONE ? event->len <= 64 : event->len > 0);
    }
    MUST(event->logprobs >= 0 && (event->logprobs == 0 || event->type == DIALECT_TEXT));
    MUST((event->type == DIALECT_THOUGHT) || event->signature == NULL);
    MUST(event->type != DIALECT_PROGRESS || (event->read >= 0 && event->read <= event->total));
    buf_printf(&s->log, "{%d %lld %g ", (int)event->type, (long long)event->logprobs,
               event->logprob_sum);
    if (event->type == DIALECT_STATS) {
        buf_add(&s->log, &event->stats, sizeof event->stats);
    } else {
        buf_add(&s->log, event->text, event->len);
    }
    buf_add(&s->log, "}", 1);
}

static int on_record(void *ctx, char *record, size_t len)
{
    struct chat *s = ctx;
    s->state.event = s->frame.name;
    s->state.whole = s->frame.bare || s->frame.page;
    s->finished = s->state.finished;
    s->dialect->record(&s->state, record, len, on_event, s);
    return 0;
}

static void begin(struct chat *s, const struct dialect *dialect)
{
    memset(s, 0, sizeof *s);
    s->dialect = dialect;
    buf_init(&s->log, (size_t)8 * LIMIT_RECORD);
    frame_init(&s->frame, s->dialect->frame, LIMIT_RECORD);
}

static void finish(struct chat *s)
{
    s->dialect->end(&s->state, on_event, s);
    MUST(s->ended == s->state.done);
    frame_finish(&s->frame);
    dialect_state_finish(&s->state);
}

static void run(struct chat *s, const struct dialect *dialect, const char *data, size_t len,
                bool whole)
{
    struct fuzz_pieces split = {whole, fuzz_hash(data, len), len};
    begin(s, dialect);
    while (split.left > 0) {
        size_t n = fuzz_piece(&split);
        MUST(frame_feed(&s->frame, data + len - split.left - n, n, on_record, s) == 0);
    }
    MUST(frame_end(&s->frame, on_record, s) == 0);
    finish(s);
}

static void check_stream(const struct dialect *dialect, const char *data, size_t len)
{
    struct chat whole;
    run(&whole, dialect, data, len, true);
    struct chat pieces;
    run(&pieces, dialect, data, len, false);
    MUST(whole.log.len == pieces.log.len);
    MUST(whole.log.len == 0 || memcmp(whole.log.data, pieces.log.data, whole.log.len) == 0);
    buf_finish(&whole.log);
    buf_finish(&pieces.log);
}

/* The connection breaks at the end, whatever stands there. */
static void check_broken(const struct dialect *dialect, const char *data, size_t len)
{
    struct chat s;
    begin(&s, dialect);
    MUST(frame_feed(&s.frame, data, len, on_record, &s) == 0);
    MUST(frame_break(&s.frame, on_record, &s) == 0);
    finish(&s);
    buf_finish(&s.log);
}

/* Records as servers glue them: without line breaks, in a string, in a list. */
static void check_glued(const struct dialect *dialect, const char *data, size_t len)
{
    static const char *const heads[] = {"", "data: ", "data: [", "["}, *const tails[] = {"", "\n\n",
                                                                                         "]", "]"};
    struct buf glued;
    uint32_t how = fuzz_hash(data, len) % 4;
    buf_init(&glued, (size_t)8 * LIMIT_RECORD);
    buf_add_str(&glued, heads[how]);
    if (how == 1) {
        json_write_string(&glued, data, len);
    }
    for (size_t i = 0; how != 1 && i < len; i++) {
        buf_add(&glued, data[i] != '\n' ? &data[i] : ",", how > 1 || data[i] != '\n');
    }
    buf_add_str(&glued, tails[how]);
    MUST(glued.error == 0);
    check_stream(dialect, glued.len > 0 ? glued.data : "", glued.len);
    buf_finish(&glued);
}

/* NUL cannot come back as itself, and comes as U+FFFD. */
static void check_round_trip(const char *data, size_t len)
{
    struct buf wanted;
    buf_init(&wanted, LIMIT_RECORD);
    struct buf json;
    buf_init(&json, LIMIT_RECORD);
    for (size_t from = 0, to; from <= len; from = to + 1) {
        for (to = from; to < len && data[to] != '\0';) {
            to++;
        }
        utf8_clean(data + from, to - from, &wanted);
        if (to < len) {
            buf_add_str(&wanted, "\xEF\xBF\xBD");
        }
    }
    json_write_string(&json, data, len);
    MUST(wanted.error == 0 && json.error == 0);
    MUST(fuzz_is_utf8(json.data, json.len));
    cJSON *back = json_parse(json.data, json.len);
    MUST(cJSON_IsString(back) &&
         strcmp(back->valuestring, wanted.data != NULL ? wanted.data : "") == 0);
    cJSON_Delete(back);
    buf_finish(&wanted);
    buf_finish(&json);
}

/* Every byte is in the body, or what became of it: U+FFFD is no shorter than it. */
static void check_fill(const struct dialect *dialect, const char *data, size_t len)
{
    static const struct fim_tokens tokens = {
        .prefix = "<P>", .suffix = "<S>", .middle = "<M>", .file = "<F>"};
    struct fill fill = {.model = "m", .max_tokens = 1, .temperature = -1, .seed = -1};
    size_t third = len / 3;
    fill.tokens = len % 2 ? &tokens : NULL;
    fill.around = (struct around){
        .before = {data, third},
        .line = {data + third, third},
        .after = {data + 2 * third, len - 2 * third},
    };
    struct buf body;
    buf_init(&body, (size_t)8 * LIMIT_RECORD);
    const char *why;
    MUST(dialect->fill->body(&fill, NULL, &body, &why) == 0);
    MUST(body.len > len && fuzz_is_utf8(body.data, body.len));
    cJSON *json = json_parse(body.data, body.len);
    MUST(cJSON_IsTrue(json_get(json, "stream")) && cJSON_IsString(json_get(json, "prompt")));
    cJSON_Delete(json);
    buf_finish(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *data = xstrndup((const char *)bytes, len);
    const char *body = data;
    struct fixture f;
    if (fixture_parse(&f, data, len)) {
        body = f.body.data != NULL ? f.body.data : "";
        len = f.body.len;
    }
    static const struct dialect *const dialects[] = {&dialect_ollama, &dialect_openai,
                                                     &dialect_anthropic, &dialect_llamacpp};
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        check_stream(dialects[i], body, len);
    }
    check_broken(dialects[len % 4], body, len);
    check_glued(dialects[len % 3], body, len);
    check_fill(&dialect_ollama, body, len);
    check_fill(&dialect_openai, body, len);
    check_fill(&dialect_llamacpp, body, len);
    check_round_trip(body, len);
    fixture_finish(&f);
    free(data);
    return 0;
}
