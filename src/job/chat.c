#include "job/chat.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"
#include "job/stats.h"
#include "nvim/event.h"
#include "nvim/rpc.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/endpoint.h"
#include "server/generation.h"

#include <stdlib.h>
#include <string.h>

enum part { PART_NONE, PART_THINKING, PART_TEXT };

enum ending { END_NONE, END_DONE, END_ERROR, END_CANCELLED };

struct chat {
    struct chat_env env;
    int64_t id;
    struct endpoint endpoint;
    char *model;
    char *thinking_open;
    char *thinking_close;

    struct generation *generation; /* NULL once it has ended */
    struct stats figures;
    struct utf8 utf8;
    struct buf piece; /* scratch: one event's text on its way to the sink */
    struct sink *sink;

    enum part part;
    bool at_line_start; /* the last byte given to the sink was a line break */
    bool told_first;

    enum ending ending;
    struct buf failure; /* the error event's fields, packed while what they tell of exists */
    char *reason;
    bool drained; /* the sink has nothing left, or nowhere to put it */
    bool told;    /* the ending event was sent */
    int busy;     /* inside one of its own callbacks: must not be freed */
};

static void finish(struct chat *s, enum ending ending);

static void tell_ending(struct chat *s);

/* Every way into a stream is between these; leave may free it. */
static void enter(struct chat *s)
{
    s->busy++;
}

static void leave(struct chat *s)
{
    if (--s->busy > 0) {
        return;
    }
    if (s->ending != END_NONE && s->drained && !s->told) {
        s->told = true;
        tell_ending(s);
    }
    if (s->told) {
        s->env.on_end(s->env.ctx, s);
        chat_free(s);
    }
}

/* ---- the ending ---------------------------------------------------------------- */

static void fail(struct chat *s, const struct failure *f)
{
    event_failure(&s->failure, f);
    finish(s, END_ERROR);
}

static void fail_with(struct chat *s, enum hum_error code, const char *text)
{
    struct failure f = endpoint_failure(&s->endpoint, code, text);
    f.model = s->model;
    fail(s, &f);
}

static void tell_ending(struct chat *s)
{
    struct buf *out;
    switch (s->ending) {
    case END_DONE:
        out = event_begin(s->env.rpc, EVENT_DONE, s->id);
        wire_map(out, 2);
        wire_cstr(out, "reason");
        wire_cstr(out, s->reason != NULL ? s->reason : "");
        break;
    case END_ERROR:
        out = event_begin(s->env.rpc, EVENT_ERROR, s->id);
        wire_map(out, EVENT_FAILURE_FIELDS + 1);
        buf_add(out, s->failure.data, s->failure.len);
        break;
    case END_CANCELLED:
    case END_NONE:
    default:
        out = event_begin(s->env.rpc, EVENT_CANCELLED, s->id);
        wire_map(out, 1);
        break;
    }
    wire_cstr(out, "stats");
    stats_pack(&s->figures, s->sink != NULL ? sink_stats(s->sink) : NULL, out);
    log_write(LOG_INFO, "stream %lld: ended, %lld pieces", (long long)s->id,
              (long long)s->figures.pieces);
}

/* ---- text ---------------------------------------------------------------------- */

static void close_thinking(struct chat *s)
{
    const char *close = s->thinking_close;
    bool at_line_start =
        s->piece.len > 0 ? s->piece.data[s->piece.len - 1] == '\n' : s->at_line_start;
    buf_add_str(&s->piece, close + (at_line_start && close[0] == '\n'));
}

static void give_piece(struct chat *s)
{
    if (s->piece.len > 0) {
        s->at_line_start = s->piece.data[s->piece.len - 1] == '\n';
        sink_text(s->sink, s->piece.data, s->piece.len);
        buf_clear(&s->piece);
    }
}

/* What the part still needs goes out before anything of the next. */
static void end_part(struct chat *s)
{
    utf8_end(&s->utf8, &s->piece);
    if (s->part == PART_THINKING) {
        close_thinking(s);
    }
    s->part = PART_NONE;
    give_piece(s);
}

static void begin_part(struct chat *s, enum part part)
{
    s->part = part;
    if (s->figures.first_ns == 0) {
        s->figures.first_ns = uv_hrtime();
    }
    sink_notice(s->sink, (int)part);
    if (part == PART_THINKING) {
        buf_add_str(&s->piece, s->thinking_open);
    }
}

/* Lua takes the end of the buffer for the place where a part begins, so the event must
 * not overtake text. */
static void on_notice(void *ctx, int part)
{
    struct chat *s = ctx;
    struct buf *out = event_begin(s->env.rpc, EVENT_PART, s->id);
    wire_map(out, s->told_first ? 1 : 2);
    wire_cstr(out, "part");
    wire_cstr(out, part == PART_THINKING ? "thinking" : "text");
    if (!s->told_first) {
        wire_cstr(out, "ttft_ms");
        wire_float(out, stats_ms(&s->figures, s->figures.first_ns));
    }
    s->told_first = true;
}

static void add_text(struct chat *s, enum part part, const char *text, size_t len)
{
    if (s->part != part) {
        end_part(s);
        begin_part(s, part);
    }
    utf8_feed(&s->utf8, text, len, &s->piece);
    s->figures.pieces++;
    give_piece(s);
}

/* No tools are offered yet, so a call is nothing to act on; it is shown, not dropped. */
static void add_tool_call(struct chat *s, const char *call, size_t len)
{
    static const char open[] = "\n```json\n", close[] = "\n```\n";
    add_text(s, PART_TEXT, open, sizeof open - 1);
    add_text(s, PART_TEXT, call, len);
    add_text(s, PART_TEXT, close, sizeof close - 1);
}

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct chat *s = ctx;
    enter(s);
    switch (event->type) {
    case DIALECT_TEXT:
        add_text(s, PART_TEXT, event->text, event->len);
        break;
    case DIALECT_THINKING:
        add_text(s, PART_THINKING, event->text, event->len);
        break;
    case DIALECT_TOOL_CALL:
        add_tool_call(s, event->text, event->len);
        break;
    case DIALECT_STATS:
        stats_add(&s->figures, &event->stats);
        break;
    case DIALECT_ERROR: /* the generation ends with these */
    case DIALECT_ODD:
    case DIALECT_DONE:
        break;
    }
    leave(s);
}

static void on_generation_end(void *ctx, const struct failure *failure, const char *reason)
{
    struct chat *s = ctx;
    enter(s);
    s->generation = NULL;
    if (failure != NULL) {
        fail(s, failure);
    } else {
        s->reason = xstrdup(reason);
        finish(s, END_DONE);
    }
    leave(s);
}

static const struct generation_callbacks generation_callbacks = {on_event, on_generation_end};

/* ---- sink ---------------------------------------------------------------------- */

static void on_pressure(void *ctx, bool high)
{
    struct chat *s = ctx;
    enter(s);
    if (s->generation != NULL) {
        generation_pause(s->generation, high);
    }
    leave(s);
}

static void on_drained(void *ctx)
{
    struct chat *s = ctx;
    enter(s);
    s->drained = true;
    leave(s);
}

static void on_gone(void *ctx, const char *why)
{
    struct chat *s = ctx;
    enter(s);
    if (s->ending == END_NONE) {
        fail_with(s, HUM_EGONE, why);
    }
    s->drained = true;
    leave(s);
}

static const struct sink_callbacks sink_callbacks = {on_pressure, on_drained, on_notice, on_gone};

/* The one place where a stream ends; what arrived still goes to Neovim. */
static void finish(struct chat *s, enum ending ending)
{
    if (s->ending != END_NONE) {
        return;
    }
    s->ending = ending;
    s->figures.ended_ns = uv_hrtime();
    if (s->generation != NULL) {
        generation_stop(s->generation);
        s->generation = NULL;
    }
    if (s->sink == NULL || s->drained) {
        s->drained = true;
        return;
    }
    end_part(s);
    sink_end(s->sink);
}

/* ---- life ---------------------------------------------------------------------- */

static int make_body(struct chat *s, const struct value *spec, struct buf *body, const char **why)
{
    const struct value *request = value_get(spec, "request");
    *why = "request is missing";
    return request != NULL ? s->endpoint.dialect->chat_body(request, body, why) : HUM_ESPEC;
}

static void start(struct chat *s, const struct value *spec)
{
    const char *why = NULL;
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    int64_t buffer = value_int(value_get(spec, "buf"), 0);
    int error = endpoint_init(&s->endpoint, value_get(spec, "endpoint"), &why);
    if (error == 0) {
        error = make_body(s, spec, &body, &why);
    }
    if (error == 0 && buffer <= 0) {
        why = "buf is missing";
        error = HUM_ESPEC;
    }
    if (error == 0) {
        const struct dialect *d = s->endpoint.dialect;
        const struct generation_request request = {
            .endpoint = &s->endpoint,
            .dialect = d,
            .path = d->chat_path,
            .body = body.data,
            .body_len = body.len,
            .model = s->model,
        };
        s->generation =
            generation_start(s->env.loop, s->env.http, &request, &generation_callbacks, s);
        why = "endpoint.url is not a URL that can be used";
        error = s->generation != NULL ? 0 : HUM_ESPEC;
    }
    buf_finish(&body);
    if (error != 0) {
        static const struct dialect unknown = {.name = "unknown"};
        s->endpoint.dialect = s->endpoint.dialect != NULL ? s->endpoint.dialect : &unknown;
        s->endpoint.name = s->endpoint.name != NULL ? s->endpoint.name : xstrdup("?");
        s->endpoint.url = s->endpoint.url != NULL ? s->endpoint.url : xstrdup("?");
        fail_with(s, HUM_ESPEC, why);
        return;
    }
    s->sink = sink_new(s->env.loop, s->env.rpc, buffer, value_bool(value_get(spec, "join"), false),
                       &sink_callbacks, s);
    log_write(LOG_INFO, "stream %lld: %s at %s, model %s", (long long)s->id, s->endpoint.name,
              s->endpoint.url, s->model);
}

struct chat *chat_start(const struct chat_env *env, int64_t id, const struct value *spec)
{
    struct chat *s = xcalloc(1, sizeof *s);
    s->env = *env;
    s->id = id;
    stats_init(&s->figures, uv_hrtime());
    utf8_init(&s->utf8);
    buf_init(&s->piece, SIZE_MAX); /* a record's text, which has its cap */
    buf_init(&s->failure, SIZE_MAX);

    const struct value *thinking = value_get(value_get(spec, "parts"), "thinking");
    s->thinking_open = value_strdup_or(value_get(thinking, "open"), "");
    s->thinking_close = value_strdup_or(value_get(thinking, "close"), "");
    s->model = value_strdup_or(value_get(value_get(spec, "request"), "model"), "");

    start(s, spec);
    if (s->ending != END_NONE) {
        tell_ending(s);
        chat_free(s);
        return NULL;
    }
    return s;
}

void chat_free(struct chat *s)
{
    if (s->generation != NULL) {
        generation_stop(s->generation);
    }
    sink_free(s->sink);
    endpoint_finish(&s->endpoint);
    buf_finish(&s->piece);
    buf_finish(&s->failure);
    free(s->thinking_open);
    free(s->thinking_close);
    free(s->model);
    free(s->reason);
    free(s);
}

static void tell_stopping(struct chat *s)
{
    struct buf *out = event_begin(s->env.rpc, EVENT_STOPPING, s->id);
    wire_map(out, 1);
    wire_cstr(out, "unacked");
    sink_pack_unacked(s->sink, out);
}

void chat_stop(struct chat *s, bool discard)
{
    enter(s);
    if (s->ending == END_NONE) {
        tell_stopping(s);
    }
    if (discard) {
        sink_discard(s->sink);
        s->drained = true;
    }
    finish(s, END_CANCELLED);
    leave(s);
}

/* Ollama adds this tag to a name without one. */
static size_t length_without_tag(const char *model)
{
    static const char tag[] = ":latest";
    size_t len = strlen(model), tag_len = sizeof tag - 1;
    bool tagged = len > tag_len && strcmp(model + len - tag_len, tag) == 0;
    return tagged ? len - tag_len : len;
}

bool chat_uses(const struct chat *s, const char *url, const char *model)
{
    size_t len = length_without_tag(model);
    return strcmp(s->endpoint.url, url) == 0 && length_without_tag(s->model) == len &&
           memcmp(s->model, model, len) == 0;
}

void chat_join(struct chat *s, bool join)
{
    if (s->sink != NULL) {
        sink_join(s->sink, join);
    }
}

void chat_suspect(struct chat *s)
{
    if (s->sink != NULL) {
        sink_suspect(s->sink);
    }
}
