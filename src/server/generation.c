#include "server/generation.h"

#include "base/buf.h"
#include "base/span.h"
#include "proto.h"
#include "server/again.h"
#include "server/error_text.h"
#include "server/http.h"
#include "server/learned.h"
#include "server/missing.h"
#include "server/refusal.h"
#include "server/stream.h"
#include "server/trace.h"

#include <stdlib.h>

/* How long a server may take for its figures once it has given the reason of the end; some never
 * end the stream. */
#define LAST_WORDS_MS 5000

struct generation {
    struct generation_env env;
    const struct endpoint *endpoint;
    const char *model;
    struct stream_source source; /* of the answer */
    enum endpoint_at at;
    const char *path;
    const struct generation_callbacks *callbacks;
    void *ctx;
    struct trace *trace; /* or NULL */

    struct transfer *transfer; /* NULL once it has ended */
    struct stream stream;      /* stopped when this try is over */
    struct buf error_body;

    uv_timer_t timer;       /* the watchdog, or the wait for another try */
    uint64_t last_token_ms; /* the loop's clock; 0 before the first token */
    struct again again;
    struct buf sent; /* the body as it was first, of those that revise it */
    long bad_status; /* of the error whose body comes */
    bool has_come;   /* something was handed on: it is not sent again */
    bool paused;
    bool over; /* ended or stopped: freed as soon as the loop has closed the timer */
};

static void on_timer_closed(uv_handle_t *handle)
{
    struct generation *g = handle->data;
    stream_finish(&g->stream);
    buf_finish(&g->error_body);
    buf_finish(&g->sent);
    again_finish(&g->again);
    free(g);
}

/* ---- what is kept of it -------------------------------------------------------- */

static void trace_sent(struct generation *g, const char *body, size_t len)
{
    if (g->trace == NULL) {
        return;
    }
    struct buf head;
    buf_init_secret(&head, SIZE_MAX);
    http_head(g->transfer, &head);
    uv_update_time(g->env.loop); /* the first request has loaded libcurl */
    trace_request(g->trace, uv_now(g->env.loop), &head, body, len);
    buf_finish(&head);
}

static void trace_ended(struct generation *g, enum trace_end how, const char *why)
{
    if (g->trace != NULL) {
        trace_close(g->trace, uv_now(g->env.loop), how, why);
    }
}

static enum trace_end end_of(const struct http_result *result)
{
    if (result->error == 0) {
        return TRACE_WHOLE;
    }
    if (result->error == HUM_ECUT) {
        return result->reset ? TRACE_RESET : TRACE_CUT;
    }
    return result->status == 0 ? TRACE_NONE : TRACE_CUT;
}

static void on_head(void *ctx, const char *line, size_t len)
{
    struct generation *g = ctx;
    if (g->trace != NULL) {
        trace_head(g->trace, uv_now(g->env.loop), line, len);
    }
}

/* Without its body. */
static struct endpoint_request request_of(const struct generation *g)
{
    return (struct endpoint_request){
        .method = "POST",
        .at = g->at,
        .path = g->path,
        .as_written = g->again.as_written,
        .accept = g->source.dialect->accept,
    };
}

/* ---- the ending ---------------------------------------------------------------- */

static void end(struct generation *g, const struct failure *failure)
{
    if (g->over) {
        return;
    }
    g->over = true;
    stream_stop(&g->stream);
    if (g->transfer != NULL) {
        trace_ended(g, failure == NULL ? TRACE_WHOLE : TRACE_CLOSED, NULL);
        if (failure == NULL) {
            http_release(g->transfer);
        } else {
            http_cancel(g->transfer);
        }
        g->transfer = NULL;
    }
    g->callbacks->on_end(g->ctx, failure, failure == NULL ? &g->stream.ending : NULL);
    uv_close((uv_handle_t *)&g->timer, on_timer_closed);
}

static bool try_again(struct generation *g, struct again_facts *facts, const struct failure *f);

/* Names the whole address that was asked. */
static void fail(struct generation *g, struct failure f)
{
    generation_flush(g);
    struct buf url;
    const struct span said = stream_said(&g->stream);
    struct again_facts facts = {
        .answer = {.body = said.data, .text = f.text},
        .body_len = said.len,
    };
    buf_init_secret(&url, SIZE_MAX);
    if (f.url == g->endpoint->url) {
        const struct endpoint_request request = request_of(g);
        endpoint_url(g->endpoint, &request, &url);
        f.url = url.data;
    }
    f.model = g->model;
    f.kept = g->stream.ending.has_text || g->stream.ending.has_thinking;
    f.money = f.money || (f.code == HUM_ESERVER && retry_is_money(&facts.answer));
    char *record = NULL;
    if (f.code == HUM_ESERVER && said.len > 0 && said.len < LIMIT_ERROR_BODY) {
        record = xstrndup(said.data, said.len);
        f.body = record;
    }
    if (f.code != HUM_ESERVER || g->over || !try_again(g, &facts, &f)) {
        end(g, &f);
    }
    free(record);
    buf_finish(&url);
}

static void fail_with(struct generation *g, enum hum_error code, const char *text)
{
    fail(g, endpoint_failure(g->endpoint, code, text));
}

void generation_flush(struct generation *g)
{
    stream_flush(&g->stream);
}

void generation_stop(struct generation *g)
{
    if (g->over) {
        return;
    }
    g->over = true;
    stream_stop(&g->stream);
    if (g->transfer != NULL) {
        trace_ended(g, TRACE_CLOSED, NULL);
        http_cancel(g->transfer);
        g->transfer = NULL;
    }
    uv_close((uv_handle_t *)&g->timer, on_timer_closed);
}

/* ---- limits of time ------------------------------------------------------------ */

static void on_watchdog(uv_timer_t *timer);

static void watch(struct generation *g, long ms)
{
    if (ms > 0) {
        uv_timer_start(&g->timer, on_watchdog, (uint64_t)ms, 0);
    } else {
        uv_timer_stop(&g->timer);
    }
}

/* An error that goes on and on is told as far as it has come. */
static void fail_slow_status(struct generation *g)
{
    struct buf text;
    buf_init_secret(&text, SIZE_MAX);
    error_text(g->error_body.data, g->error_body.len, &text, NULL);
    struct failure f = endpoint_failure(g->endpoint, HUM_EHTTP, text.data);
    f.status = g->bad_status;
    fail(g, f);
    buf_finish(&text);
}

static long limit_ms(const struct generation *g)
{
    long limit =
        g->last_token_ms > 0 ? g->endpoint->idle_timeout_ms : g->endpoint->first_timeout_ms;
    bool last = g->stream.last_words && (limit == 0 || limit > LAST_WORDS_MS);
    return last ? LAST_WORDS_MS : limit;
}

static void end_silence(struct generation *g)
{
    if (g->error_body.len > 0) {
        fail_slow_status(g);
        return;
    }
    bool idle = g->last_token_ms > 0;
    struct failure f = endpoint_failure(g->endpoint, HUM_ETIMEOUT, NULL);
    f.wait = idle ? WAIT_IDLE : WAIT_FIRST;
    f.waited_ms = limit_ms(g);
    if (!stream_settle(&g->stream)) {
        fail(g, f);
    }
}

/* One timer for the whole wait, judged when it fires: tokens only note the time. */
static void on_watchdog(uv_timer_t *timer)
{
    struct generation *g = timer->data;
    uint64_t limit = (uint64_t)limit_ms(g), now = uv_now(g->env.loop);
    if (limit == 0) {
        return; /* text has come behind what were taken for the last words */
    }
    if (g->paused) {
        g->last_token_ms = now;
    }
    uint64_t silent_ms = g->last_token_ms > 0 ? now - g->last_token_ms : limit;
    if (silent_ms < limit) {
        uv_timer_start(timer, on_watchdog, limit - silent_ms, 0);
    } else {
        end_silence(g);
    }
}

/* The model is at work. Headers, comments and pings do not say that. */
static void note_token(struct generation *g)
{
    bool first = g->last_token_ms == 0;
    g->last_token_ms = uv_now(g->env.loop);
    if (first) {
        watch(g, g->endpoint->idle_timeout_ms);
    }
}

/* ---- the answer ---------------------------------------------------------------- */

/* The API itself has answered. */
static void note_address(struct generation *g)
{
    struct buf told;
    buf_init_secret(&told, SIZE_MAX);
    if (again_held(&g->again, g->endpoint, &told) && g->callbacks->on_learned != NULL) {
        g->callbacks->on_learned(g->ctx, told.data);
    }
    buf_finish(&told);
}

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct generation *g = ctx;
    bool said = event->type != DIALECT_STATS && event->type != DIALECT_PROGRESS;
    g->has_come = g->has_come || said;
    note_address(g);
    if (!g->over) {
        g->callbacks->on_event(g->ctx, event);
    }
}

static void on_token(void *ctx)
{
    note_token(ctx);
}

static void on_complete(void *ctx)
{
    end(ctx, NULL);
}

static void on_failure(void *ctx, enum hum_error code, const char *text)
{
    fail_with(ctx, code, text);
}

static const struct stream_callbacks stream_callbacks = {
    .on_event = on_event,
    .on_token = on_token,
    .on_end = on_complete,
    .on_failure = on_failure,
};

static void add_error_body(struct generation *g, const char *data, size_t len)
{
    size_t room = LIMIT_ERROR_BODY - g->error_body.len;
    buf_add(&g->error_body, data, len < room ? len : room);
}

static int on_body(void *ctx, long status, const char *data, size_t len)
{
    struct generation *g = ctx;
    if (g->trace != NULL) {
        trace_body(g->trace, uv_now(g->env.loop), data, len);
    }
    if (!http_is_success(status)) {
        if (g->error_body.len == 0) {
            note_token(g); /* an error has no tokens, and may not take for ever either */
        }
        g->bad_status = status;
        add_error_body(g, data, len);
        return 0;
    }
    bool last = g->stream.last_words;
    stream_feed(&g->stream, data, len);
    if (g->stream.last_words && !last && !g->stream.over) {
        watch(g, limit_ms(g));
    }
    return 0;
}

/* ---- sending it, and sending it again ------------------------------------------ */

static void on_http_end(void *ctx, const struct http_result *result);

static const struct http_callbacks http_callbacks = {
    .on_body = on_body, .on_end = on_http_end, .on_head = on_head};

/* Returns false if the URL cannot be used. */
static bool start_transfer(struct generation *g, const char *body, size_t len)
{
    struct endpoint_request post = request_of(g);
    post.body = body;
    post.body_len = len;
    g->transfer = endpoint_start(g->endpoint, g->env.http, &post, &http_callbacks, g);
    if (g->transfer == NULL) {
        return false;
    }
    trace_sent(g, body, len);
    buf_init_secret(&g->error_body, LIMIT_ERROR_BODY); /* servers repeat keys */
    watch(g, g->endpoint->first_timeout_ms);
    return true;
}

/* Appends the body of the next try. Returns 0, or why there is none. */
static int make_body(struct generation *g, struct buf *out)
{
    const struct learned known = learned_of(g->endpoint, g->model);
    if (g->callbacks->body != NULL) {
        return g->callbacks->body(g->ctx, &known, out);
    }
    learned_revise(&known, g->sent.data, g->sent.len, out);
    return out->error;
}

/* Nothing is left of the try before. Returns 0, or why there is no other one. */
static int send_again(struct generation *g)
{
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    int error = make_body(g, &body);
    if (error == 0) {
        stream_finish(&g->stream);
        stream_init(&g->stream, &g->source, &stream_callbacks, g);
        buf_finish(&g->error_body);
        g->last_token_ms = 0;
        error = start_transfer(g, body.data, body.len) ? 0 : HUM_ESPEC;
    }
    buf_finish(&body);
    return error;
}

static void on_rested(uv_timer_t *timer)
{
    struct generation *g = timer->data;
    int error = send_again(g);
    if (error != 0) {
        fail_with(g, (enum hum_error)error, "it could not be made again");
    }
}

/* Never too early: the loop's clock stands while what came is handled, and knows whole
 * milliseconds only. */
static void rest(struct generation *g, uint64_t ms)
{
    if (g->transfer != NULL) {
        trace_ended(g, TRACE_CLOSED, NULL);
        http_cancel(g->transfer);
        g->transfer = NULL;
    }
    stream_stop(&g->stream);
    uv_update_time(g->env.loop);
    uv_timer_start(&g->timer, on_rested, ms > 0 ? ms + 1 : 0, 0);
}

/* The rest of the facts are in *facts. */
static enum again_how judge(struct generation *g, struct again_facts *facts, int64_t *ms,
                            struct buf *told)
{
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    int error = make_body(g, &body);
    facts->endpoint = g->endpoint;
    facts->model = g->model;
    facts->refusals = g->source.dialect->chat != NULL ? g->source.dialect->chat->refusals : NULL;
    facts->request = error == 0 ? body.data : NULL;
    facts->request_len = body.len;
    facts->waits = g->callbacks->on_wait != NULL;
    enum again_how how = again_judge(&g->again, facts, ms, told);
    buf_finish(&body);
    return how;
}

/* Returns whether it is sent again, because of this failure. */
static bool try_again(struct generation *g, struct again_facts *facts, const struct failure *f)
{
    struct buf told;
    int64_t ms = 0;
    if (g->has_come || (g->callbacks->body == NULL && g->sent.len == 0)) {
        return false;
    }
    buf_init_secret(&told, LIMIT_ERROR_BODY);
    enum again_how how = judge(g, facts, &ms, &told);
    if (how != AGAIN_NOT) {
        rest(g, how == AGAIN_LATER ? (uint64_t)ms : 0);
    }
    if (how == AGAIN_LATER) {
        g->callbacks->on_wait(g->ctx, ms, f);
    } else if (how == AGAIN_NOW && told.len > 0 && g->callbacks->on_learned != NULL) {
        g->callbacks->on_learned(g->ctx, told.data);
    }
    buf_finish(&told);
    return how != AGAIN_NOT;
}

/* Of a status. The words are completed by the address that was asked before this one. */
static void fail_status(struct generation *g, struct again_facts *facts, struct failure *f,
                        struct buf *text)
{
    bool missing =
        missing_is_address(f->status, facts->answer.body, facts->body_len, facts->answer.text);
    f->lost = missing;
    if (!missing) {
        note_address(g);
    }
    if (g->over || try_again(g, facts, f)) {
        return;
    }
    if (missing) {
        again_add_missing(&g->again, text);
        f->text = text->data;
    }
    end(g, f);
}

static void end_status(struct generation *g, const struct http_result *result)
{
    struct buf text;
    char *signin_url = NULL;
    buf_init_secret(&text, SIZE_MAX);
    error_text(g->error_body.data, g->error_body.len, &text, &signin_url);
    struct failure f = endpoint_result_failure(g->endpoint, result, g->error_body.data, text.data);
    f.model = g->model;
    f.body = g->error_body.data;
    f.signin_url = signin_url;
    struct again_facts facts = {
        .answer =
            {
                .status = result->status,
                .after = result->retry_after,
                .after_ms = result->retry_after_ms,
                .should = result->should_retry,
                .body = g->error_body.data,
                .text = f.text,
            },
        .body_len = g->error_body.len,
        .url = result->url,
        .moves = endpoint_has_other(g->endpoint, g->at),
    };
    fail_status(g, &facts, &f, &text);
    free(signin_url);
    buf_finish(&text);
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct generation *g = ctx;
    g->transfer = NULL;
    trace_ended(g, end_of(result), result->error != 0 ? result->why : NULL);
    if (result->status > 0 && !http_is_success(result->status)) {
        end_status(g, result);
    } else if (result->error != 0) {
        if (!stream_break(&g->stream)) {
            fail(g, endpoint_result_failure(g->endpoint, result, NULL, NULL));
        }
    } else {
        stream_end(&g->stream);
    }
}

/* ---- life ---------------------------------------------------------------------- */

struct generation *generation_start(const struct generation_env *env,
                                    const struct generation_request *request,
                                    const struct generation_callbacks *callbacks, void *ctx)
{
    struct generation *g = xcalloc(1, sizeof *g);
    g->env = *env;
    g->endpoint = request->endpoint;
    g->model = request->model;
    g->source = (struct stream_source){
        .endpoint = request->endpoint,
        .dialect = request->dialect,
        .model = request->model,
        .splits = request->splits,
        .unthinking = request->unthinking,
        .goes_on = request->goes_on,
    };
    g->at = request->at;
    g->path = request->path;
    g->trace = request->trace;
    g->callbacks = callbacks;
    g->ctx = ctx;
    stream_init(&g->stream, &g->source, &stream_callbacks, g);
    buf_init(&g->sent, LIMIT_MESSAGE);
    if (request->revises) {
        buf_add(&g->sent, request->body, request->body_len);
    }
    again_init(&g->again, g->endpoint);
    uv_timer_init(env->loop, &g->timer);
    g->timer.data = g;
    if (!start_transfer(g, request->body, request->body_len)) {
        g->over = true;
        uv_close((uv_handle_t *)&g->timer, on_timer_closed);
        return NULL;
    }
    return g;
}

void generation_pause(struct generation *g, bool paused)
{
    g->paused = paused;
    if (g->transfer != NULL) {
        http_pause(g->transfer, paused);
    }
}
