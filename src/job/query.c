#include "job/query.h"

#include "base/buf.h"
#include "base/fields.h"
#include "base/wipe.h"
#include "nvim/event.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/again.h"
#include "server/dialect.h"
#include "server/endpoint.h"
#include "server/error_text.h"
#include "server/frame.h"
#include "server/http.h"
#include "server/missing.h"

#include <stdlib.h>
#include <string.h>

struct query {
    struct job job; /* first: a query is one */
    struct job_env env;
    struct endpoint endpoint;
    char *model; /* that it is about, or NULL */
    char *url;   /* the whole address, for the words of failures; NULL: not known yet */
    enum failure_of of;
    bool quiet;                 /* it may fail */
    char *method, *path, *sent; /* sent: the request's body, or NULL */
    enum endpoint_at at;
    struct again again;
    struct transfer *transfer; /* NULL once it has ended */
    struct buf body;           /* all of it, or, of a stream, that of a refusal */
    struct frame frame;        /* of a stream: its lines are records ... */
    struct sink *sink;         /* ... that leave by this; NULL: it is none */
    uv_timer_t deadline;
    long timeout_ms; /* 0: none */

    const char *ending; /* the event's name; NULL so far */
    struct buf told;    /* its fields, packed while what they are about exists */
};

static void on_timer_closed(uv_handle_t *handle)
{
    struct query *q = handle->data;
    endpoint_finish(&q->endpoint);
    frame_finish(&q->frame);
    buf_finish(&q->body);
    buf_finish(&q->told);
    again_finish(&q->again);
    free(q->model);
    wipe_text(q->url);
    free(q->method);
    free(q->path);
    free(q->sent);
    free(q);
}

static void free_query(struct job *j)
{
    struct query *q = (struct query *)j;
    if (q->transfer != NULL) {
        http_cancel(q->transfer);
    }
    sink_free(q->sink);
    uv_close((uv_handle_t *)&q->deadline, on_timer_closed);
}

/* ---- the ending ---------------------------------------------------------------- */

static void end(struct query *q)
{
    q->env.on_end(q->env.ctx, &q->job);
    free_query(&q->job);
}

static void send_ending(struct query *q)
{
    bool failed = strcmp(q->ending, EVENT_ERROR) == 0;
    struct buf *out = event_begin(q->env.rpc, q->ending, q->job.id);
    wire_map(out, failed ? EVENT_FAILURE_FIELDS : 2);
    buf_add(out, q->told.data, q->told.len);
    end(q);
}

/* The query may be gone when it returns; a stream's is once Neovim has handled the records. */
static void finish(struct query *q, const char *ending)
{
    q->ending = ending;
    uv_timer_stop(&q->deadline);
    if (q->transfer != NULL) {
        http_cancel(q->transfer);
        q->transfer = NULL;
    }
    if (q->sink != NULL) {
        sink_end(q->sink);
    } else {
        send_ending(q);
    }
}

static void fail(struct query *q, struct failure f)
{
    f.of = q->of;
    f.model = q->model;
    f.quiet = q->quiet;
    f.url = f.url == q->endpoint.url && q->url != NULL ? q->url : f.url;
    event_failure(&q->told, &f);
    finish(q, EVENT_ERROR);
}

static bool start_transfer(struct query *q);

/* The endpoint has another address, which is asked once. */
static bool try_again(struct query *q, const struct failure *f)
{
    int64_t ms = 0;
    const struct again_facts facts = {
        .endpoint = &q->endpoint,
        .answer = {.status = f->status, .body = q->body.data, .text = f->text},
        .body_len = q->body.len,
        .url = f->url,
        .moves = endpoint_has_other(&q->endpoint, q->at),
    };
    if (again_judge(&q->again, &facts, &ms, NULL) != AGAIN_NOW) {
        return false;
    }
    buf_clear(&q->body);
    return start_transfer(q);
}

/* A page that stands at every address says nothing; the API's answer is JSON. */
static void note_address(struct query *q)
{
    struct buf told;
    buf_init_secret(&told, SIZE_MAX);
    bool is_json = q->body.len > 0 && (q->body.data[0] == '{' || q->body.data[0] == '[');
    if (is_json && again_held(&q->again, &q->endpoint, &told)) {
        event_learned(q->env.rpc, q->job.id, q->endpoint.name, told.data, q->endpoint.secrets);
    }
    buf_finish(&told);
}

static void fail_status(struct query *q, const struct http_result *result)
{
    struct buf text;
    char *signin_url = NULL;
    if (q->body.len > LIMIT_ERROR_BODY) {
        q->body.data[q->body.len = LIMIT_ERROR_BODY] = '\0';
    }
    buf_init_secret(&text, SIZE_MAX);
    error_text(q->body.data, q->body.len, &text, &signin_url);
    struct failure f = endpoint_result_failure(&q->endpoint, result, q->body.data, text.data);
    f.signin_url = signin_url;
    f.lost = missing_is_address(f.status, q->body.data, q->body.len, text.data);
    if (!try_again(q, &f)) {
        if (f.lost) {
            again_add_missing(&q->again, &text);
            f.text = text.data;
        }
        fail(q, f);
    }
    free(signin_url);
    buf_finish(&text);
}

/* ---- the answer ---------------------------------------------------------------- */

/* Neovim gets each line with its end, so that it can tell those apart that came in one piece. */
static int on_record(void *ctx, char *record, size_t len)
{
    struct query *q = ctx;
    record[len] = '\n'; /* in the place of the NUL */
    sink_text(q->sink, record, len + 1);
    return 0;
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct query *q = ctx;
    q->transfer = NULL;
    if (result->status > 0 && !http_is_success(result->status)) {
        fail_status(q, result);
        return;
    }
    if (result->error != 0) {
        fail(q, endpoint_result_failure(&q->endpoint, result, NULL, NULL));
        return;
    }
    int error = q->sink != NULL ? frame_end(&q->frame, on_record, q) : 0;
    if (error != 0) {
        fail(q, endpoint_failure(&q->endpoint, (enum hum_error)error, NULL));
        return;
    }
    note_address(q);
    wire_cstr(&q->told, "status");
    wire_int(&q->told, result->status);
    wire_cstr(&q->told, "body");
    wire_str(&q->told, q->body.data, q->body.len);
    finish(q, EVENT_RESULT);
}

/* Called within on_pressure, too: see sink.h. */
static int on_body(void *ctx, long status, const char *data, size_t len)
{
    struct query *q = ctx;
    int error;
    if (q->sink != NULL && http_is_success(status)) {
        error = frame_feed(&q->frame, data, len, on_record, q);
    } else {
        buf_add(&q->body, data, len);
        error = q->body.error;
    }
    if (error != 0) {
        q->transfer = NULL; /* ended by what is returned */
        fail(q, endpoint_failure(&q->endpoint, (enum hum_error)error, NULL));
    }
    return error;
}

static const struct http_callbacks http_callbacks = {.on_body = on_body, .on_end = on_http_end};

static void on_deadline(uv_timer_t *timer)
{
    struct query *q = timer->data;
    struct failure f = endpoint_failure(&q->endpoint, HUM_ETIMEOUT, NULL);
    f.wait = WAIT_ANSWER;
    f.waited_ms = q->timeout_ms;
    fail(q, f);
}

/* ---- sink ---------------------------------------------------------------------- */

static void on_pressure(void *ctx, bool high)
{
    struct query *q = ctx;
    if (q->transfer != NULL) {
        http_pause(q->transfer, high);
    }
}

static void on_drained(void *ctx)
{
    send_ending(ctx);
}

static void on_gone(void *ctx, const char *why)
{
    struct query *q = ctx;
    if (q->ending == NULL) {
        fail(q, endpoint_failure(&q->endpoint, HUM_EGONE, why));
    }
    send_ending(q);
}

static const struct sink_callbacks sink_callbacks = {
    .on_pressure = on_pressure,
    .on_drained = on_drained,
    .on_gone = on_gone,
};

/* ---- life ---------------------------------------------------------------------- */

static enum endpoint_at read_at(const struct value *spec)
{
    if (value_bool(value_get(spec, "at_root"), false)) {
        return AT_ROOT;
    }
    return value_bool(value_get(spec, "at_fill"), false) ? AT_FILL : AT_API;
}

static bool start_transfer(struct query *q)
{
    const struct endpoint_request request = {
        .method = q->method,
        .at = q->at,
        .path = q->path,
        .as_written = q->again.as_written,
        .accept = "application/json",
        .body = q->sent,
        .body_len = q->sent != NULL ? strlen(q->sent) : 0,
    };
    struct buf url;
    buf_init_secret(&url, SIZE_MAX);
    endpoint_url(&q->endpoint, &request, &url);
    wipe_text(q->url);
    q->url = url.data;
    q->transfer = endpoint_start(&q->endpoint, q->env.http, &request, &http_callbacks, q);
    return q->transfer != NULL;
}

static int read_spec(struct query *q, const struct value *spec, const char **why)
{
    int error = endpoint_init(&q->endpoint, value_get(spec, "endpoint"), why);
    if (error != 0) {
        return error;
    }
    q->model = value_strdup(value_get(spec, "model"));
    q->of = value_bool(value_get(spec, "fills"), false) ? OF_FILL : OF_QUERY;
    q->quiet = value_bool(value_get(spec, "quiet"), false);
    struct fields f = {.map = spec};
    again_init(&q->again, &q->endpoint);
    q->at = read_at(spec);
    q->method = fields_text(&f, FIELD("query", "method"));
    q->path = fields_text(&f, FIELD("query", "path"));
    q->sent = value_strdup(value_get(spec, "body"));
    q->timeout_ms = fields_ms(&f, FIELD("query", "timeout"));
    *why = f.why;
    if (f.why == NULL && strcmp(q->method, "GET") != 0 && strcmp(q->method, "POST") != 0) {
        *why = "query.method is neither \"GET\" nor \"POST\"";
    }
    if (*why == NULL && !start_transfer(q)) {
        *why = "endpoint.url is not a URL that can be used";
    }
    return *why == NULL ? 0 : HUM_ESPEC;
}

static void stop(struct job *j, bool discard)
{
    (void)discard;
    struct query *q = (struct query *)j;
    wire_map(event_begin(q->env.rpc, EVENT_CANCELLED, q->job.id), 0);
    end(q);
}

static void describe(const struct job *j, struct job_info *info)
{
    const struct query *q = (const struct query *)j;
    info->bytes = q->sink != NULL ? sink_stats(q->sink)->bytes : q->body.len;
    info->state = q->ending != NULL ? JOB_ENDING : info->bytes > 0 ? JOB_READING : JOB_WAITING;
    info->endpoint = q->endpoint.name;
}

static void suspect(struct job *j)
{
    struct query *q = (struct query *)j;
    if (q->sink != NULL) {
        sink_suspect(q->sink);
    }
}

static const struct job_ops query_ops = {
    .kind = "query",
    .stop = stop,
    .free = free_query,
    .describe = describe,
    .suspect = suspect,
};

struct job *query_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct query *q = xcalloc(1, sizeof *q);
    q->job = (struct job){.ops = &query_ops, .id = id, .started_ns = uv_hrtime()};
    q->env = *env;
    buf_init(&q->body, LIMIT_QUERY_BODY);
    buf_init(&q->told, SIZE_MAX); /* what is bounded already */
    frame_init(&q->frame, FRAME_LINES, LIMIT_RECORD);
    uv_timer_init(env->loop, &q->deadline);
    q->deadline.data = q;

    const char *why = NULL;
    if (read_spec(q, spec, &why) != 0) {
        struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
        event_error(env->rpc, id, &f);
        free_query(&q->job);
        return NULL;
    }
    if (value_bool(value_get(spec, "stream"), false)) {
        const struct sink_env sink_env = {
            .loop = env->loop,
            .rpc = env->rpc,
            .target = target_event(id, EVENT_RECORD),
        };
        q->sink = sink_new(&sink_env, &sink_callbacks, q);
    }
    if (q->timeout_ms > 0) {
        uv_timer_start(&q->deadline, on_deadline, (uint64_t)q->timeout_ms, 0);
    }
    return &q->job;
}
