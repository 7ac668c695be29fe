#include "job/chat.h"

#include "base/buf.h"
#include "base/log.h"
#include "job/inspect.h"
#include "job/overflow.h"
#include "job/parts.h"
#include "job/stats.h"
#include "nvim/event.h"
#include "nvim/rpc.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/body.h"
#include "server/dialect.h"
#include "server/endpoint.h"
#include "server/generation.h"
#include "server/learned.h"
#include "server/prefill.h"

#include <stdlib.h>
#include <string.h>

/* What Lua is told behind text: a part begins, or all so far belongs to another. */
enum notice {
    NOTICE_THINKING = PART_THINKING,
    NOTICE_TEXT = PART_TEXT,
    NOTICE_WAS_THOUGHT,
    NOTICE_WAS_TEXT,
};

enum ending { END_NONE, END_DONE, END_ERROR, END_CANCELLED };

struct chat {
    struct job job; /* first: a chat is one */
    struct job_env env;
    struct endpoint endpoint;
    char *model;

    struct value *request;         /* what bodies are made of, until text comes */
    struct generation *generation; /* NULL once it has ended */
    struct inspection *inspection; /* NULL before there is an endpoint, and once it was handed on */
    struct overflow overflow;
    struct stats stats;
    struct parts parts;
    struct sink *sink;
    bool sent_first; /* the event of the first part */

    enum ending ending;
    struct buf told; /* the ending event's fields, packed while what they are about exists */
    bool drained;    /* the sink has nothing left, or nowhere to put it */
    bool ended;      /* the ending event was sent */
    int busy;        /* inside one of its own callbacks: must not be freed */
};

static void finish(struct chat *c, enum ending ending);

static const struct job_ops chat_ops, generate_ops;

static bool is_chat(const struct chat *c)
{
    return c->job.ops == &chat_ops;
}

static void free_chat(struct job *j);
static void send_ending(struct chat *c);

/* Every way into a chat is between these; leave may free it. */
static void enter(struct chat *c)
{
    c->busy++;
}

static void leave(struct chat *c)
{
    if (--c->busy > 0) {
        return;
    }
    if (c->ending != END_NONE && c->drained && !c->ended) {
        c->ended = true;
        send_ending(c);
    }
    if (c->ended) {
        c->env.on_end(c->env.ctx, &c->job);
        free_chat(&c->job);
    }
}

/* ---- the ending ---------------------------------------------------------------- */

static enum failure_of kind_of(const struct chat *c)
{
    return is_chat(c) ? OF_CHAT : OF_GENERATE;
}

static void fail(struct chat *c, struct failure f)
{
    if (c->ending == END_NONE) {
        f.of = kind_of(c);
        event_failure(&c->told, &f);
        finish(c, END_ERROR);
    }
}

static void fail_with(struct chat *c, enum hum_error code, const char *text)
{
    struct failure f = endpoint_failure(&c->endpoint, code, text);
    f.model = c->model;
    fail(c, f);
}

/* The name of the ending event, and how many fields were told for it. */
static const char *ending_event(const struct chat *c, uint32_t *fields)
{
    switch (c->ending) {
    case END_DONE:
        *fields = EVENT_ENDING_FIELDS;
        return EVENT_DONE;
    case END_ERROR:
        *fields = EVENT_FAILURE_FIELDS;
        return EVENT_ERROR;
    case END_CANCELLED:
    case END_NONE:
    default:
        *fields = 0;
        return EVENT_CANCELLED;
    }
}

static void send_ending(struct chat *c)
{
    uint32_t fields;
    const char *name = ending_event(c, &fields);
    struct buf data;
    buf_init(&data, SIZE_MAX);
    wire_map(&data, fields + 1);
    if (fields > 0) {
        buf_add(&data, c->told.data, c->told.len);
    }
    wire_cstr(&data, "stats");
    stats_pack(&c->stats, c->sink != NULL ? sink_stats(c->sink) : NULL, &data);
    struct buf *out = event_begin(c->env.rpc, name, c->job.id);
    buf_add(out, data.data, data.len);
    if (c->inspection != NULL) {
        inspections_keep(c->env.inspections, c->inspection, name, &data, c->endpoint.secrets);
        c->inspection = NULL;
    }
    buf_finish(&data);
    log_write(LOG_INFO, "%s %lld: ended, %lld pieces", c->job.ops->kind, (long long)c->job.id,
              (long long)c->stats.pieces);
}

/* ---- what comes ---------------------------------------------------------------- */

/* It is not sent again. It was not measured before it was sent: that takes a millisecond for each
 * megabyte. */
static void drop_request(struct chat *c)
{
    if (c->request != NULL) {
        overflow_measure(&c->overflow, c->request);
        value_free(c->request);
        c->request = NULL;
    }
}

static void tell_part(struct chat *c, enum part part)
{
    struct buf *out = event_begin(c->env.rpc, EVENT_PART, c->job.id);
    wire_map(out, c->sent_first ? 1 : 2);
    wire_cstr(out, "part");
    wire_cstr(out, part == PART_THINKING ? "thinking" : "text");
    if (!c->sent_first) {
        wire_cstr(out, "ttft_ms");
        wire_float(out, stats_ms(&c->stats, c->stats.first_ns));
    }
    c->sent_first = true;
}

/* Lua takes the end of the buffer for where a part begins, so the event must
 * not overtake text. */
static void on_notice(void *ctx, int notice)
{
    struct chat *c = ctx;
    if (notice == NOTICE_THINKING || notice == NOTICE_TEXT) {
        tell_part(c, (enum part)notice);
        return;
    }
    struct buf *out = event_begin(c->env.rpc, EVENT_RETHOUGHT, c->job.id);
    wire_map(out, 1);
    wire_cstr(out, "part");
    wire_cstr(out, notice == NOTICE_WAS_THOUGHT ? "thinking" : "text");
}

static void on_text(void *ctx, const char *text, size_t len)
{
    struct chat *c = ctx;
    sink_text(c->sink, text, len);
}

static void on_part(void *ctx, enum part part)
{
    struct chat *c = ctx;
    sink_notice(c->sink, (int)part);
}

static void on_turn(void *ctx, const struct target_turn *turn, enum part part)
{
    struct chat *c = ctx;
    sink_turn(c->sink, turn, part == PART_THINKING ? NOTICE_WAS_THOUGHT : NOTICE_WAS_TEXT);
}

/* Lua puts it before the text that was there. */
static void on_afterthought(void *ctx, const char *text, size_t len)
{
    struct chat *c = ctx;
    struct buf *out = event_begin(c->env.rpc, EVENT_AFTERTHOUGHT, c->job.id);
    wire_map(out, 1);
    wire_cstr(out, "text");
    wire_str(out, text, len);
}

static const struct parts_callbacks parts_callbacks = {
    .on_text = on_text,
    .on_part = on_part,
    .on_turn = on_turn,
    .on_afterthought = on_afterthought,
};

/* Right before the first of it: a refusal may have changed how the model was told to go on. */
static void begin_reply(struct chat *c)
{
    if (c->request != NULL) {
        const struct learned known = learned_of(&c->endpoint, c->model);
        bool asked = prefill_of(c->request, &known) == PREFILL_ASKED;
        parts_tell(&c->parts, asked, c->endpoint.dialect->chat->trims);
        drop_request(c);
    }
}

static void add_text(struct chat *c, enum part part, const char *text, size_t len)
{
    stats_piece(&c->stats, len, uv_hrtime());
    begin_reply(c);
    parts_add(&c->parts, part, text, len);
}

/* No tools are offered yet, so a call is nothing to act on; it is shown, not dropped. */
static void add_tool_call(struct chat *c, const char *call, size_t len)
{
    static const char open[] = "\n```json\n", close[] = "\n```\n";
    add_text(c, PART_TEXT, open, sizeof open - 1);
    add_text(c, PART_TEXT, call, len);
    add_text(c, PART_TEXT, close, sizeof close - 1);
}

/* What may have to go back to the service with the reply, and means nothing to anybody else. */
static void send_thought(struct chat *c, const struct dialect_event *event)
{
    bool readable = event->signature != NULL;
    struct buf *out = event_begin(c->env.rpc, EVENT_THOUGHT, c->job.id);
    wire_map(out, readable ? 2 : 1);
    wire_cstr(out, readable ? "text" : "redacted");
    wire_str(out, event->text, event->len);
    if (readable) {
        wire_cstr(out, "signature");
        wire_cstr(out, event->signature);
    }
}

/* For who waits in front of a chat. */
static void send_progress(struct chat *c, const struct dialect_event *event)
{
    if (!is_chat(c)) {
        return;
    }
    struct buf *out = event_begin(c->env.rpc, EVENT_PROGRESS, c->job.id);
    wire_map(out, 2);
    wire_cstr(out, "read");
    wire_int(out, event->read);
    wire_cstr(out, "total");
    wire_int(out, event->total);
}

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct chat *c = ctx;
    enter(c);
    switch (event->type) {
    case DIALECT_TEXT:
        add_text(c, PART_TEXT, event->text, event->len);
        break;
    case DIALECT_THINKING:
        add_text(c, PART_THINKING, event->text, event->len);
        break;
    case DIALECT_TOOL_CALL:
        add_tool_call(c, event->text, event->len);
        break;
    case DIALECT_STATS:
        stats_add(&c->stats, &event->stats);
        break;
    case DIALECT_THOUGHT:
        send_thought(c, event);
        break;
    case DIALECT_WAS_THOUGHT:
        parts_turn(&c->parts, PART_THINKING);
        break;
    case DIALECT_WAS_TEXT:
        parts_turn(&c->parts, PART_TEXT);
        break;
    case DIALECT_PROGRESS:
        send_progress(c, event);
        break;
    case DIALECT_TICK:
    case DIALECT_STRAY:
    case DIALECT_UNREAD:
    case DIALECT_ERROR: /* the generation ends with these */
    case DIALECT_ODD:
    case DIALECT_DONE:
        break;
    }
    leave(c);
}

static void on_generation_end(void *ctx, const struct failure *failure,
                              const struct ending_facts *ending)
{
    struct chat *c = ctx;
    enter(c);
    c->generation = NULL;
    if (failure != NULL) {
        fail(c, *failure);
    } else {
        struct ending_facts facts = *ending;
        int64_t read = c->stats.server.prompt_tokens;
        /* What goes on has text already: it may need no more. */
        facts.has_text = facts.has_text || c->parts.goes_on;
        drop_request(c);
        if (ending->widen != NULL && overflow_is_cut(&c->overflow, read)) {
            facts.read = read;
            facts.sent = c->overflow.least;
        }
        event_ending(&c->told, &facts, c->endpoint.secrets);
        if (ending_kind(&facts) != ENDING_GOOD) {
            parts_break(&c->parts);
        }
        finish(c, END_DONE);
    }
    leave(c);
}

static int make_body(void *ctx, const struct learned *learned, struct buf *out)
{
    struct chat *c = ctx;
    const char *why;
    return c->endpoint.dialect->chat->body(c->request, learned, out, &why);
}

static void on_wait(void *ctx, int64_t ms, const struct failure *failure)
{
    struct chat *c = ctx;
    struct buf *out = event_begin(c->env.rpc, EVENT_WAITING, c->job.id);
    wire_map(out, EVENT_FAILURE_FIELDS + 1);
    wire_cstr(out, "seconds");
    wire_float(out, (double)ms / 1000);
    event_failure(out, failure);
}

static void on_learned(void *ctx, const char *told)
{
    struct chat *c = ctx;
    event_learned(c->env.rpc, c->job.id, c->endpoint.name, told, c->endpoint.secrets);
}

static const struct generation_callbacks generation_callbacks = {
    .on_event = on_event,
    .on_end = on_generation_end,
    .body = make_body,
    .on_wait = on_wait,
    .on_learned = on_learned,
};

/* ---- sink ---------------------------------------------------------------------- */

static void on_pressure(void *ctx, bool high)
{
    struct chat *c = ctx;
    enter(c);
    if (c->generation != NULL && c->ending == END_NONE) { /* one that is flushed gives no more */
        generation_pause(c->generation, high);
    }
    leave(c);
}

static void on_drained(void *ctx)
{
    struct chat *c = ctx;
    enter(c);
    c->drained = true;
    leave(c);
}

static void on_gone(void *ctx, const char *why)
{
    struct chat *c = ctx;
    enter(c);
    c->drained = true;
    if (c->ending == END_DONE) { /* the last of its text is not there */
        buf_clear(&c->told);
        c->ending = END_NONE;
    }
    if (c->ending == END_NONE) {
        fail_with(c, HUM_EGONE, why);
    }
    leave(c);
}

static const struct sink_callbacks sink_callbacks = {on_pressure, on_drained, on_notice, on_gone};

/* The only way to end; what arrived still goes to Neovim. */
static void finish(struct chat *c, enum ending ending)
{
    if (c->ending != END_NONE) {
        return;
    }
    c->ending = ending;
    c->stats.ended_ns = uv_hrtime();
    if (c->generation != NULL) {
        generation_flush(c->generation);
        generation_stop(c->generation);
        c->generation = NULL;
    }
    if (c->sink == NULL || c->drained) {
        c->drained = true;
        return;
    }
    if (ending != END_DONE) {
        parts_break(&c->parts);
    }
    parts_end(&c->parts);
    sink_end(c->sink);
}

/* ---- life ---------------------------------------------------------------------- */

static int read_request(struct chat *c, const struct value *spec, struct buf *body,
                        const char **why)
{
    const struct value *request = value_get(spec, "request");
    const struct dialect_chat *chat = c->endpoint.dialect->chat;
    if (request == NULL || chat == NULL) {
        *why = request == NULL ? "request is missing" : DIALECT_CANNOT_CHAT;
        return HUM_ESPEC;
    }
    const struct learned known = learned_of(&c->endpoint, c->model);
    c->request = value_copy(request);
    int error = chat->body(request, &known, body, why);
    if (error == HUM_ETOOBIG) {
        *why = "it is longer than hum can send";
    }
    return error;
}

/* Where the text goes: to the end of buf, to mark in buf, or, of a job that may do without a
 * buffer, to Lua. */
static int make_target(struct chat *c, const struct value *spec, struct target *target,
                       const char **why)
{
    int64_t buffer = value_int(value_get(spec, "buf"), 0);
    int64_t mark = value_int(value_get(spec, "mark"), 0);
    if (is_chat(c)) {
        *target = target_end(buffer, value_bool(value_get(spec, "join"), false));
    } else if (value_get(spec, "mark") != NULL) {
        *target = target_mark(buffer, mark);
    } else {
        *target = target_event(c->job.id, EVENT_TEXT);
        return 0;
    }
    *why = buffer <= 0 ? "buf is missing" : "mark is not the number of a place";
    return buffer > 0 && (mark > 0 || is_chat(c)) ? 0 : HUM_ESPEC;
}

/* Of a request that goes on with its last message, the assistant's. */
static void go_on(struct chat *c)
{
    const struct value *messages = value_get(c->request, "messages");
    const struct value *last = &messages->as.array.items[messages->as.array.count - 1];
    struct buf text;
    buf_init(&text, SIZE_MAX);
    if (prefill_of(c->request, NULL) != PREFILL_NONE &&
        value_is_string(value_get(last, "role"), "assistant")) {
        body_text(last, &text);
    }
    if (text.len > 0) {
        parts_go_on(&c->parts, text.data, text.len);
    }
    buf_finish(&text);
}

static void begin_parts(struct chat *c, const struct value *spec, const struct target *target)
{
    const struct value *thinking = value_get(value_get(spec, "parts"), "thinking");
    char *open = value_strdup_or(value_get(thinking, "open"), "");
    char *close = value_strdup_or(value_get(thinking, "close"), "");
    const struct parts_form form = {open, close, is_chat(c), target->takes_thoughts};
    parts_init(&c->parts, &form, &parts_callbacks, c);
    free(open);
    free(close);
    if (is_chat(c)) {
        go_on(c);
    }
}

static bool is_unthinking(const struct value *think)
{
    return think != NULL && (!value_bool(think, true) || value_is_string(think, "none"));
}

static int start_generation(struct chat *c, const struct buf *body, const char **why)
{
    const struct dialect *d = c->endpoint.dialect;
    const struct generation_request request = {
        .endpoint = &c->endpoint,
        .dialect = d,
        .at = AT_CHAT,
        .path = d->chat->path,
        .body = body->data,
        .body_len = body->len,
        .model = c->model,
        .splits = true,
        .goes_on = c->parts.goes_on,
        .unthinking = is_unthinking(value_get(c->request, "think")),
        .trace = inspection_trace(c->inspection),
    };
    const struct generation_env env = {c->env.loop, c->env.http};
    c->generation = generation_start(&env, &request, &generation_callbacks, c);
    *why = "endpoint.url is not a URL that can be used";
    return c->generation != NULL ? 0 : HUM_ESPEC;
}

static void begin_inspection(struct chat *c, const struct value *spec)
{
    uv_update_time(c->env.loop); /* what this loop turn has done so far was not the request's */
    const struct inspection_facts facts = {
        .kind = c->job.ops->kind,
        .id = c->job.id,
        .buf = value_int(value_get(spec, "buf"), 0),
        .endpoint = &c->endpoint,
        .model = c->model,
        .now_ms = uv_now(c->env.loop),
    };
    c->inspection = inspection_new(&facts);
}

static void start(struct chat *c, const struct value *spec)
{
    const char *why = NULL;
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    struct sink_env sink_env = {.loop = c->env.loop, .rpc = c->env.rpc};
    int error = endpoint_init(&c->endpoint, value_get(spec, "endpoint"), &why);
    if (error == 0) {
        begin_inspection(c, spec);
        error = read_request(c, spec, &body, &why);
    }
    if (error == 0) {
        error = make_target(c, spec, &sink_env.target, &why);
    }
    if (error == 0) {
        begin_parts(c, spec, &sink_env.target);
        error = start_generation(c, &body, &why);
    }
    buf_finish(&body);
    if (error != 0) {
        fail_with(c, HUM_ESPEC, why);
        return;
    }
    c->sink = sink_new(&sink_env, &sink_callbacks, c);
    log_write(LOG_INFO, "%s %lld: %s at %s, model %s", c->job.ops->kind, (long long)c->job.id,
              c->endpoint.name, c->endpoint.url, c->model);
}

static void free_chat(struct job *j)
{
    struct chat *c = (struct chat *)j;
    if (c->generation != NULL) {
        generation_stop(c->generation);
    }
    sink_free(c->sink);
    inspection_free(c->inspection);
    endpoint_finish(&c->endpoint);
    parts_finish(&c->parts);
    buf_finish(&c->told);
    value_free(c->request);
    free(c->model);
    free(c);
}

static void stop(struct job *j, bool discard)
{
    struct chat *c = (struct chat *)j;
    enter(c);
    wire_map(event_begin(c->env.rpc, EVENT_STOPPING, c->job.id), 0);
    if (discard) {
        sink_discard(c->sink);
        c->drained = true;
    }
    finish(c, END_CANCELLED);
    leave(c);
}

/* ---- as a job ------------------------------------------------------------------ */

static enum job_state state_of(const struct chat *c)
{
    if (c->ending != END_NONE) {
        return c->ending == END_CANCELLED ? JOB_STOPPING : JOB_ENDING;
    }
    switch (parts_now(&c->parts)) {
    case PART_THINKING:
        return JOB_THINKING;
    case PART_TEXT:
        return JOB_TEXT;
    case PART_NONE:
    default:
        return JOB_WAITING;
    }
}

static void describe(const struct job *j, struct job_info *info)
{
    const struct chat *c = (const struct chat *)j;
    info->state = state_of(c);
    info->endpoint = c->endpoint.name;
    info->model = c->model;
    info->bytes = sink_stats(c->sink)->bytes;
}

/* Ollama adds this tag to a name without one. */
static size_t length_without_tag(const char *model)
{
    static const char tag[] = ":latest";
    size_t len = strlen(model), tag_len = sizeof tag - 1;
    bool tagged = len > tag_len && strcmp(model + len - tag_len, tag) == 0;
    return tagged ? len - tag_len : len;
}

static bool uses(const struct job *j, const char *url, const char *model)
{
    const struct chat *c = (const struct chat *)j;
    size_t len = length_without_tag(model);
    return strcmp(c->endpoint.url, url) == 0 && length_without_tag(c->model) == len &&
           memcmp(c->model, model, len) == 0;
}

static void join(struct job *j, bool join)
{
    sink_join(((struct chat *)j)->sink, join);
}

static void suspect(struct job *j)
{
    sink_suspect(((struct chat *)j)->sink);
}

static const struct inspection *inspection(const struct job *j, char *const **secrets)
{
    const struct chat *c = (const struct chat *)j;
    *secrets = c->endpoint.secrets;
    return c->inspection;
}

static const struct job_ops chat_ops = {
    .kind = "chat",
    .stop = stop,
    .free = free_chat,
    .describe = describe,
    .join = join,
    .suspect = suspect,
    .uses = uses,
    .inspection = inspection,
};

static const struct job_ops generate_ops = {
    .kind = "generate",
    .stop = stop,
    .free = free_chat,
    .describe = describe,
    .suspect = suspect,
    .uses = uses,
    .inspection = inspection,
};

static struct job *start_job(const struct job_ops *ops, const struct job_env *env, int64_t id,
                             const struct value *spec)
{
    struct chat *c = xcalloc(1, sizeof *c);
    c->job = (struct job){.ops = ops, .id = id, .started_ns = uv_hrtime()};
    c->env = *env;
    stats_init(&c->stats, c->job.started_ns);
    buf_init(&c->told, SIZE_MAX);

    c->model = value_strdup_or(value_get(value_get(spec, "request"), "model"), "");

    start(c, spec);
    if (c->ending != END_NONE) {
        send_ending(c);
        free_chat(&c->job);
        return NULL;
    }
    return &c->job;
}

struct job *chat_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    return start_job(&chat_ops, env, id, spec);
}

struct job *generate_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    return start_job(&generate_ops, env, id, spec);
}
