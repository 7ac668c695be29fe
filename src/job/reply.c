#include "job/reply.h"

#include "base/log.h"
#include "job/inline.h"
#include "job/inspect.h"
#include "job/reply_ending.h"
#include "job/reply_take.h"
#include "nvim/event.h"
#include "nvim/rpc.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/generation.h"
#include "server/learned.h"
#include "server/message.h"
#include "server/trace.h"

#include <stdlib.h>
#include <string.h>

static void finish(struct reply *r, enum reply_ending ending);

/* Every way into a reply is between these; leave may free it. */
static void enter(struct reply *r)
{
    r->busy++;
}

static void leave(struct reply *r)
{
    if (--r->busy > 0) {
        return;
    }
    if (r->ending != REPLY_RUNS && r->drained && !r->ended) {
        r->ended = true;
        reply_send_ending(r);
    }
    if (r->ended) {
        r->env.on_end(r->env.ctx, &r->job);
        reply_free(&r->job);
    }
}

/* ---- the ending ---------------------------------------------------------------- */

static void fail(struct reply *r, struct failure f)
{
    if (r->ending == REPLY_RUNS) {
        reply_tell_failure(r, f);
        finish(r, REPLY_ERROR);
    }
}

static void fail_with(struct reply *r, enum hum_error code, const char *text)
{
    struct failure f = endpoint_failure(&r->endpoint, code, text);
    f.model = r->model;
    fail(r, f);
}

/* ---- what comes ---------------------------------------------------------------- */

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct reply *r = ctx;
    enter(r);
    reply_take(r, event);
    leave(r);
}

static void on_generation_end(void *ctx, const struct failure *failure,
                              const struct ending_facts *ending)
{
    struct reply *r = ctx;
    enter(r);
    r->generation = NULL;
    if (failure != NULL) {
        fail(r, *failure);
    } else {
        struct ending_facts facts = *ending;
        int64_t read = r->stats.server.prompt_tokens;
        /* What goes on has text already: it may need no more. */
        facts.has_text = facts.has_text || r->goes_on;
        facts.is_edit = r->ops->of == OF_EDIT;
        reply_drop_request(r);
        if (ending->widen != NULL && overflow_is_cut(&r->overflow, read)) {
            facts.read = read;
            facts.sent = r->overflow.least;
            r->stats.is_cut = true;
        }
        event_ending(&r->told, &facts, r->endpoint.secrets);
        r->whole = ending_kind(&facts) == ENDING_GOOD;
        finish(r, REPLY_DONE);
    }
    leave(r);
}

static int make_body(void *ctx, const struct learned *learned, struct buf *out)
{
    struct reply *r = ctx;
    const char *why;
    return r->endpoint.dialect->chat->body(r->request, learned, out, &why);
}

static void on_wait(void *ctx, int64_t ms, const struct failure *failure)
{
    struct reply *r = ctx;
    struct buf *out = event_begin(r->env.rpc, EVENT_WAITING, r->job.id);
    wire_map(out, EVENT_FAILURE_FIELDS + 1);
    wire_cstr(out, "seconds");
    wire_float(out, (double)ms / 1000);
    event_failure(out, failure);
}

static void on_learned(void *ctx, const char *told)
{
    struct reply *r = ctx;
    event_learned(r->env.rpc, r->job.id, r->endpoint.name, told, r->endpoint.secrets);
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
    struct reply *r = ctx;
    enter(r);
    if (r->generation != NULL && r->ending == REPLY_RUNS) { /* one that is flushed gives no more */
        generation_pause(r->generation, high);
    }
    leave(r);
}

static void on_drained(void *ctx)
{
    struct reply *r = ctx;
    enter(r);
    r->drained = true;
    leave(r);
}

static void on_gone(void *ctx, const char *why)
{
    struct reply *r = ctx;
    enter(r);
    r->drained = true;
    if (r->ending == REPLY_DONE) { /* the last of its text is not there */
        buf_clear(&r->told);
        r->ending = REPLY_RUNS;
    }
    if (r->ending == REPLY_RUNS) {
        fail_with(r, HUM_EGONE, why);
    }
    leave(r);
}

static void on_notice(void *ctx, int notice)
{
    reply_notice(ctx, notice);
}

static const struct sink_callbacks sink_callbacks = {on_pressure, on_drained, on_notice, on_gone};

static void stop_inlining(struct reply *r)
{
    if (r->inlining != NULL) {
        inline_cancel(r->inlining);
        r->inlining = NULL;
    }
}

/* The only way to end; what arrived still goes to Neovim. */
static void finish(struct reply *r, enum reply_ending ending)
{
    if (r->ending != REPLY_RUNS) {
        return;
    }
    r->ending = ending;
    r->stats.ended_ns = uv_hrtime();
    stop_inlining(r);
    if (r->generation != NULL) {
        generation_flush(r->generation);
        generation_stop(r->generation);
        r->generation = NULL;
    }
    if (r->sink == NULL || r->drained) {
        r->drained = true;
        return;
    }
    r->ops->end(r, ending == REPLY_DONE && r->whole);
    sink_end(r->sink);
}

void reply_enough(struct reply *r)
{
    if (r->ending != REPLY_RUNS) {
        return;
    }
    const struct ending_facts facts = {.reason = "stop", .has_text = true};
    generation_stop(r->generation); /* it is not flushed: it is in the midst of its text */
    r->generation = NULL;
    event_ending(&r->told, &facts, r->endpoint.secrets);
    r->whole = true;
    finish(r, REPLY_DONE);
}

/* ---- life ---------------------------------------------------------------------- */

static int read_request(struct reply *r, const struct value *spec, const char **why)
{
    const struct value *request = value_get(spec, "request");
    if (request == NULL || r->endpoint.dialect->chat == NULL) {
        *why = request == NULL ? "request is missing" : DIALECT_CANNOT_CHAT;
        return HUM_ESPEC;
    }
    *why = messages_wrong(value_get(request, "messages"));
    r->request = value_copy(request);
    return *why == NULL ? 0 : HUM_ESPEC;
}

/* The first body: all that is wrong with the request is found here. */
static int make_first_body(struct reply *r, struct buf *body, const char **why)
{
    const struct learned known = learned_of(&r->endpoint, r->model);
    int error = r->endpoint.dialect->chat->body(r->request, &known, body, why);
    if (error == HUM_ETOOBIG) {
        *why = "it is longer than hum can send";
    }
    return error;
}

static bool is_unthinking(const struct value *think)
{
    return think != NULL && (!value_bool(think, true) || value_is_string(think, "none"));
}

static int start_generation(struct reply *r, const struct buf *body, const char **why)
{
    const struct dialect *d = r->endpoint.dialect;
    const struct generation_request request = {
        .endpoint = &r->endpoint,
        .dialect = d,
        .at = AT_CHAT,
        .path = d->chat->path,
        .body = body->data,
        .body_len = body->len,
        .model = r->model,
        .splits = true,
        .goes_on = r->goes_on,
        .unthinking = is_unthinking(value_get(r->request, "think")),
        .trace = inspection_trace(r->inspection),
    };
    const struct generation_env env = {r->env.loop, r->env.http};
    r->generation = generation_start(&env, &request, &generation_callbacks, r);
    *why = "endpoint.url is not a URL that can be used";
    return r->generation != NULL ? 0 : HUM_ESPEC;
}

static void note_image(void *ctx, const struct inline_image *image)
{
    struct reply *r = ctx;
    trace_image(inspection_trace(r->inspection), image->name, image->media, image->base64,
                image->len);
}

static void on_inlined(void *ctx, const struct inline_result *result)
{
    struct reply *r = ctx;
    const char *why = NULL;
    struct buf body;
    enter(r);
    r->inlining = NULL;
    if (result->error != 0) {
        fail_with(r, result->error == HUM_ETOOBIG ? HUM_ESPEC : HUM_EFILE, result->why);
        leave(r);
        return;
    }
    inline_images(r->request, note_image, r);
    buf_init(&body, LIMIT_MESSAGE);
    if (make_first_body(r, &body, &why) != 0 || start_generation(r, &body, &why) != 0) {
        fail_with(r, HUM_ESPEC, why);
    }
    buf_finish(&body);
    leave(r);
}

static void begin_inspection(struct reply *r, const struct value *spec)
{
    uv_update_time(r->env.loop); /* what this loop turn has done so far was not the request's */
    const struct inspection_facts facts = {
        .kind = r->job.ops->kind,
        .id = r->job.id,
        .buf = value_int(value_get(spec, "buf"), 0),
        .endpoint = &r->endpoint,
        .model = r->model,
        .now_ms = uv_now(r->env.loop),
    };
    r->inspection = inspection_new(&facts);
}

static void start(struct reply *r, const struct value *spec)
{
    const char *why = NULL;
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    struct sink_env sink_env = {.loop = r->env.loop, .rpc = r->env.rpc};
    int error = endpoint_init(&r->endpoint, value_get(spec, "endpoint"), &why);
    if (error == 0) {
        begin_inspection(r, spec);
        error = read_request(r, spec, &why);
    }
    bool inlines = error == 0 && inline_is_needed(r->request);
    if (error == 0 && !inlines) {
        error = make_first_body(r, &body, &why);
    }
    if (error == 0) {
        error = r->ops->begin(r, spec, &sink_env.target, &why);
    }
    if (error == 0 && !inlines) {
        error = start_generation(r, &body, &why);
    }
    buf_finish(&body);
    if (error != 0) {
        fail_with(r, HUM_ESPEC, why);
        return;
    }
    r->sink = sink_new(&sink_env, &sink_callbacks, r);
    if (inlines) {
        r->inlining = inline_start(r->env.loop, r->request, on_inlined, r);
    }
    log_write(LOG_INFO, "%s %lld: %s at %s, model %s", r->job.ops->kind, (long long)r->job.id,
              r->endpoint.name, r->endpoint.url, r->model);
}

struct job *reply_start(struct reply *r, const struct job_ops *job, const struct reply_ops *ops,
                        const struct job_env *env, int64_t id, const struct value *spec)
{
    r->job = (struct job){.ops = job, .id = id, .started_ns = uv_hrtime()};
    r->ops = ops;
    r->env = *env;
    stats_init(&r->stats, r->job.started_ns);
    buf_init(&r->told, SIZE_MAX);
    r->model = value_strdup_or(value_get(value_get(spec, "request"), "model"), "");
    start(r, spec);
    if (r->ending != REPLY_RUNS) {
        reply_send_ending(r);
        reply_free(&r->job);
        return NULL;
    }
    return &r->job;
}

/* ---- as a job ------------------------------------------------------------------ */

void reply_free(struct job *j)
{
    struct reply *r = (struct reply *)j;
    stop_inlining(r);
    if (r->generation != NULL) {
        generation_stop(r->generation);
    }
    sink_free(r->sink);
    inspection_free(r->inspection);
    r->ops->finish(r);
    endpoint_finish(&r->endpoint);
    buf_finish(&r->told);
    value_free(r->request);
    free(r->model);
    free(r);
}

void reply_stop(struct job *j, bool discard)
{
    struct reply *r = (struct reply *)j;
    enter(r);
    wire_map(event_begin(r->env.rpc, EVENT_STOPPING, r->job.id), 0);
    if (discard) {
        sink_discard(r->sink);
        r->drained = true;
    }
    finish(r, REPLY_CANCELLED);
    leave(r);
}

static enum job_state state_of(const struct reply *r)
{
    if (r->ending != REPLY_RUNS) {
        return r->ending == REPLY_CANCELLED ? JOB_STOPPING : JOB_ENDING;
    }
    switch (r->ops->now(r)) {
    case PART_THINKING:
        return JOB_THINKING;
    case PART_TEXT:
        return JOB_TEXT;
    case PART_NONE:
    default:
        return JOB_WAITING;
    }
}

void reply_describe(const struct job *j, struct job_info *info)
{
    const struct reply *r = (const struct reply *)j;
    info->state = state_of(r);
    info->endpoint = r->endpoint.name;
    info->model = r->model;
    info->bytes = sink_stats(r->sink)->bytes;
}

/* Ollama adds this tag to a name without one. */
static size_t length_without_tag(const char *model)
{
    static const char tag[] = ":latest";
    size_t len = strlen(model), tag_len = sizeof tag - 1;
    bool tagged = len > tag_len && strcmp(model + len - tag_len, tag) == 0;
    return tagged ? len - tag_len : len;
}

bool reply_uses(const struct job *j, const char *url, const char *model)
{
    const struct reply *r = (const struct reply *)j;
    size_t len = length_without_tag(model);
    return strcmp(r->endpoint.url, url) == 0 && length_without_tag(r->model) == len &&
           memcmp(r->model, model, len) == 0;
}

void reply_suspect(struct job *j)
{
    sink_suspect(((struct reply *)j)->sink);
}

const struct inspection *reply_inspection(const struct job *j, char *const **secrets)
{
    const struct reply *r = (const struct reply *)j;
    *secrets = r->endpoint.secrets;
    return r->inspection;
}
