#include "job/query.h"

#include "base/buf.h"
#include "base/fields.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/endpoint.h"
#include "server/error_text.h"
#include "server/http.h"

#include <stdlib.h>
#include <string.h>

struct query {
    struct job job; /* first: a query is one */
    struct job_env env;
    struct endpoint endpoint;
    char *model; /* that it is about, or NULL */
    enum failure_of of;
    struct transfer *transfer;
    struct buf body;
    uv_timer_t deadline;
    long timeout_ms; /* 0: none */
};

static void on_timer_closed(uv_handle_t *handle)
{
    struct query *q = handle->data;
    endpoint_finish(&q->endpoint);
    buf_finish(&q->body);
    free(q->model);
    free(q);
}

static void free_query(struct job *j)
{
    struct query *q = (struct query *)j;
    if (q->transfer != NULL) {
        http_cancel(q->transfer);
    }
    uv_close((uv_handle_t *)&q->deadline, on_timer_closed);
}

static void end(struct query *q)
{
    q->env.on_end(q->env.ctx, &q->job);
    free_query(&q->job);
}

static void fail(struct query *q, struct failure f)
{
    f.of = q->of;
    f.model = q->model;
    event_error(q->env.rpc, q->job.id, &f);
    end(q);
}

/* A status says more than how the body behind it ended. */
static void fail_status(struct query *q, const struct http_result *result)
{
    struct http_result answered = *result;
    struct buf text;
    char *signin_url = NULL;
    size_t len = q->body.len < LIMIT_ERROR_BODY ? q->body.len : LIMIT_ERROR_BODY;
    answered.error = 0;
    buf_init(&text, SIZE_MAX);
    error_text(q->body.data, len, &text, &signin_url);
    struct failure f = endpoint_result_failure(&q->endpoint, &answered, text.data);
    f.signin_url = signin_url;
    fail(q, f);
    free(signin_url);
    buf_finish(&text);
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct query *q = ctx;
    q->transfer = NULL;
    if (result->status > 0 && (result->status < 200 || result->status > 299)) {
        fail_status(q, result);
        return;
    }
    if (result->error != 0) {
        fail(q, endpoint_result_failure(&q->endpoint, result, NULL));
        return;
    }
    struct buf *out = event_begin(q->env.rpc, EVENT_RESULT, q->job.id);
    wire_map(out, 2);
    wire_cstr(out, "status");
    wire_int(out, result->status);
    wire_cstr(out, "body");
    wire_str(out, q->body.data, q->body.len);
    end(q);
}

static int on_body(void *ctx, long status, const char *data, size_t len)
{
    (void)status;
    struct query *q = ctx;
    buf_add(&q->body, data, len);
    int error = q->body.error;
    if (error != 0) {
        q->transfer = NULL; /* ended by what is returned */
        fail(q, endpoint_failure(&q->endpoint, (enum hum_error)error, NULL));
    }
    return error;
}

static const struct http_callbacks http_callbacks = {on_body, on_http_end};

static void on_deadline(uv_timer_t *timer)
{
    struct query *q = timer->data;
    struct failure f = endpoint_failure(&q->endpoint, HUM_ETIMEOUT, NULL);
    f.wait = WAIT_ANSWER;
    f.waited_ms = q->timeout_ms;
    fail(q, f);
}

static int read_spec(struct query *q, const struct value *spec, const char **why)
{
    int error = endpoint_init(&q->endpoint, value_get(spec, "endpoint"), why);
    if (error != 0) {
        return error;
    }
    q->model = value_strdup(value_get(spec, "model"));
    q->of = value_bool(value_get(spec, "fills"), false) ? OF_FILL : OF_QUERY;
    struct fields f = {.map = spec};
    char *method = fields_text(&f, FIELD("query", "method"));
    char *path = fields_text(&f, FIELD("query", "path"));
    char *body = value_strdup(value_get(spec, "body"));
    q->timeout_ms = fields_ms(&f, FIELD("query", "timeout"));
    *why = f.why;
    if (f.why == NULL && strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0) {
        *why = "query.method is neither \"GET\" nor \"POST\"";
    }
    if (*why == NULL) {
        const struct endpoint_request request = {
            .method = method,
            .path = path,
            .accept = "application/json",
            .body = body,
            .body_len = body != NULL ? strlen(body) : 0,
        };
        q->transfer = endpoint_start(&q->endpoint, q->env.http, &request, &http_callbacks, q);
        *why = "endpoint.url is not a URL that can be used";
    }
    free(method);
    free(path);
    free(body);
    return q->transfer != NULL ? 0 : HUM_ESPEC;
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
    info->state = q->body.len > 0 ? JOB_READING : JOB_WAITING;
    info->endpoint = q->endpoint.name;
    info->bytes = q->body.len;
}

static const struct job_ops query_ops = {
    .kind = "query",
    .stop = stop,
    .free = free_query,
    .describe = describe,
};

struct job *query_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct query *q = xcalloc(1, sizeof *q);
    q->job = (struct job){.ops = &query_ops, .id = id, .started_ns = uv_hrtime()};
    q->env = *env;
    buf_init(&q->body, LIMIT_QUERY_BODY);
    uv_timer_init(env->loop, &q->deadline);
    q->deadline.data = q;

    const char *why = NULL;
    if (read_spec(q, spec, &why) != 0) {
        struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
        event_error(env->rpc, id, &f);
        free_query(&q->job);
        return NULL;
    }
    if (q->timeout_ms > 0) {
        uv_timer_start(&q->deadline, on_deadline, (uint64_t)q->timeout_ms, 0);
    }
    return &q->job;
}
