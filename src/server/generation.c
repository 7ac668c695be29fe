#include "server/generation.h"

#include "base/buf.h"
#include "proto.h"
#include "server/error_text.h"
#include "server/frame.h"
#include "server/http.h"

#include <stdlib.h>

struct generation {
    uv_loop_t *loop;
    const struct endpoint *endpoint;
    const struct dialect *dialect;
    const char *model;
    const struct generation_callbacks *callbacks;
    void *ctx;

    struct transfer *transfer; /* NULL once it has ended */
    struct frame frame;
    struct dialect_state state;
    struct buf error_body;
    uv_timer_t watchdog;
    uint64_t last_byte_ms; /* the loop's clock; 0 before the first byte */
    bool paused;
    bool over; /* ended or stopped: freed as soon as the loop has closed the timer */
};

static void on_watchdog_closed(uv_handle_t *handle)
{
    struct generation *g = handle->data;
    frame_finish(&g->frame);
    dialect_state_finish(&g->state);
    buf_finish(&g->error_body);
    free(g);
}

/* ---- the ending ---------------------------------------------------------------- */

static void end(struct generation *g, const struct failure *failure, const char *reason)
{
    if (g->over) {
        return;
    }
    g->over = true;
    if (g->transfer != NULL) {
        if (failure == NULL) {
            http_release(g->transfer);
        } else {
            http_cancel(g->transfer);
        }
        g->transfer = NULL;
    }
    g->callbacks->on_end(g->ctx, failure, reason);
    uv_close((uv_handle_t *)&g->watchdog, on_watchdog_closed);
}

static void fail(struct generation *g, struct failure f)
{
    f.model = g->model;
    end(g, &f, NULL);
}

static void fail_with(struct generation *g, enum hum_error code, const char *text)
{
    fail(g, endpoint_failure(g->endpoint, code, text));
}

void generation_stop(struct generation *g)
{
    if (g->over) {
        return;
    }
    g->over = true;
    if (g->transfer != NULL) {
        http_cancel(g->transfer);
        g->transfer = NULL;
    }
    uv_close((uv_handle_t *)&g->watchdog, on_watchdog_closed);
}

/* ---- the answer ---------------------------------------------------------------- */

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct generation *g = ctx;
    if (g->over) { /* stopped by the event before, in the same record */
        return;
    }
    switch (event->type) {
    case DIALECT_TEXT:
    case DIALECT_THINKING:
    case DIALECT_TOOL_CALL:
    case DIALECT_STATS:
        g->callbacks->on_event(g->ctx, event);
        break;
    case DIALECT_ERROR:
        fail_with(g, HUM_ESERVER, event->text);
        break;
    case DIALECT_ODD:
        fail_with(g, HUM_EBAD, event->text);
        break;
    case DIALECT_DONE:
        end(g, NULL, event->text);
        break;
    }
}

static int on_record(void *ctx, char *record, size_t len)
{
    struct generation *g = ctx;
    g->dialect->record(&g->state, record, len, on_event, g);
    return g->over;
}

static bool is_success(long status)
{
    return status >= 200 && status <= 299;
}

static void add_error_body(struct generation *g, const char *data, size_t len)
{
    size_t room = LIMIT_ERROR_BODY - g->error_body.len;
    buf_add(&g->error_body, data, len < room ? len : room);
}

/* ---- limits of time ------------------------------------------------------------ */

static void on_watchdog(uv_timer_t *timer);

static void watch(struct generation *g, long ms)
{
    if (ms > 0) {
        uv_timer_start(&g->watchdog, on_watchdog, (uint64_t)ms, 0);
    } else {
        uv_timer_stop(&g->watchdog);
    }
}

/* One timer for the whole wait, judged when it fires: bytes only note the time. */
static void on_watchdog(uv_timer_t *timer)
{
    struct generation *g = timer->data;
    bool idle = g->last_byte_ms > 0;
    long limit_ms = idle ? g->endpoint->idle_timeout_ms : g->endpoint->first_timeout_ms;
    uint64_t now = uv_now(g->loop);
    if (g->paused) {
        g->last_byte_ms = now;
    }
    uint64_t silent_ms = idle ? now - g->last_byte_ms : (uint64_t)limit_ms;
    if (silent_ms < (uint64_t)limit_ms) {
        uv_timer_start(timer, on_watchdog, (uint64_t)limit_ms - silent_ms, 0);
        return;
    }
    struct failure f = endpoint_failure(g->endpoint, HUM_ETIMEOUT, NULL);
    f.wait = idle ? WAIT_IDLE : WAIT_FIRST;
    f.waited_ms = limit_ms;
    fail(g, f);
}

static void note_bytes(struct generation *g)
{
    bool first = g->last_byte_ms == 0;
    g->last_byte_ms = uv_now(g->loop);
    if (first) {
        watch(g, g->endpoint->idle_timeout_ms);
    }
}

/* ---- http ---------------------------------------------------------------------- */

static int on_body(void *ctx, long status, const char *data, size_t len)
{
    struct generation *g = ctx;
    note_bytes(g);
    if (!is_success(status)) {
        add_error_body(g, data, len);
        return 0;
    }
    int error = frame_feed(&g->frame, data, len, on_record, g);
    if (error < 0) {
        fail_with(g, (enum hum_error)error, NULL);
    }
    return 0;
}

static void fail_status(struct generation *g, const struct http_result *result)
{
    struct buf text;
    char *signin_url = NULL;
    buf_init(&text, SIZE_MAX);
    error_text(g->error_body.data, g->error_body.len, &text, &signin_url);
    struct failure f = endpoint_result_failure(g->endpoint, result, text.data);
    f.signin_url = signin_url;
    fail(g, f);
    free(signin_url);
    buf_finish(&text);
}

static void end_of_body(struct generation *g)
{
    int error = frame_end(&g->frame, on_record, g);
    if (error < 0) {
        fail_with(g, (enum hum_error)error, NULL);
    }
    if (!g->over) {
        g->dialect->end(&g->state, on_event, g);
    }
    if (!g->over) {
        fail_with(g, HUM_ECUT, NULL);
    }
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct generation *g = ctx;
    g->transfer = NULL;
    if (result->status > 0 && !is_success(result->status)) {
        struct http_result answered = *result;
        answered.error = 0; /* a status says more than how its body ended */
        fail_status(g, &answered);
    } else if (result->error != 0) {
        fail(g, endpoint_result_failure(g->endpoint, result, NULL));
    } else {
        end_of_body(g);
    }
}

static const struct http_callbacks http_callbacks = {on_body, on_http_end};

struct generation *generation_start(const struct generation_env *env,
                                    const struct generation_request *request,
                                    const struct generation_callbacks *callbacks, void *ctx)
{
    struct generation *g = xcalloc(1, sizeof *g);
    const struct endpoint_request post = {
        .method = "POST",
        .path = request->path,
        .accept = request->dialect->accept,
        .body = request->body,
        .body_len = request->body_len,
    };
    g->transfer = endpoint_start(request->endpoint, env->http, &post, &http_callbacks, g);
    if (g->transfer == NULL) {
        free(g);
        return NULL;
    }
    g->loop = env->loop;
    g->endpoint = request->endpoint;
    g->dialect = request->dialect;
    g->model = request->model;
    g->callbacks = callbacks;
    g->ctx = ctx;
    frame_init(&g->frame, g->dialect->frame, LIMIT_RECORD);
    buf_init(&g->error_body, LIMIT_ERROR_BODY);
    uv_timer_init(env->loop, &g->watchdog);
    g->watchdog.data = g;
    watch(g, g->endpoint->first_timeout_ms);
    return g;
}

void generation_pause(struct generation *g, bool paused)
{
    g->paused = paused;
    if (g->transfer != NULL) {
        http_pause(g->transfer, paused);
    }
}
