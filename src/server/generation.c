#include "server/generation.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mask.h"
#include "proto.h"
#include "server/error_text.h"
#include "server/frame.h"
#include "server/http.h"
#include "server/learned.h"
#include "server/retry.h"
#include "server/split.h"
#include "server/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So many lines in the log about what was passed over in an answer. */
#define LOGGED_MAX 8

/* How long a server may take for its figures once it has given the reason of the end; some never
 * end the stream. */
#define LAST_WORDS_MS 5000

/* So often a model may refuse what is in a request: a field each time. */
#define REFUSALS_MAX 4

struct generation {
    struct generation_env env;
    const struct endpoint *endpoint;
    const struct dialect *dialect;
    enum endpoint_at at;
    const char *path;
    const char *model;
    const struct generation_callbacks *callbacks;
    void *ctx;
    struct trace *trace; /* or NULL */

    struct transfer *transfer; /* NULL once it has ended */
    struct frame frame;
    struct dialect_state state;
    struct buf error_body;
    struct ending_facts ending;  /* what came so far */
    char unread[DIALECT_REASON]; /* the first of what was passed over */
    int logged;                  /* lines in the log about that */
    struct split split;
    bool splits;

    uv_timer_t timer;       /* the watchdog, or the wait for another try */
    uint64_t last_token_ms; /* the loop's clock; 0 before the first token */
    struct retry retry;
    int refusals;
    bool paused;
    bool last_words; /* there was a finish reason, and no text behind it */
    bool over;       /* ended or stopped: freed as soon as the loop has closed the timer */
};

static void on_timer_closed(uv_handle_t *handle)
{
    struct generation *g = handle->data;
    frame_finish(&g->frame);
    dialect_state_finish(&g->state);
    buf_finish(&g->error_body);
    split_finish(&g->split);
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

/* ---- the ending ---------------------------------------------------------------- */

static void end(struct generation *g, const struct failure *failure)
{
    if (g->over) {
        return;
    }
    g->over = true;
    if (g->transfer != NULL) {
        trace_ended(g, failure == NULL ? TRACE_WHOLE : TRACE_CLOSED, NULL);
        if (failure == NULL) {
            http_release(g->transfer);
        } else {
            http_cancel(g->transfer);
        }
        g->transfer = NULL;
    }
    g->callbacks->on_end(g->ctx, failure, failure == NULL ? &g->ending : NULL);
    uv_close((uv_handle_t *)&g->timer, on_timer_closed);
}

/* Names the whole address that was asked. */
static void fail(struct generation *g, struct failure f)
{
    generation_flush(g);
    struct buf url;
    buf_init_secret(&url, SIZE_MAX);
    if (f.url == g->endpoint->url) {
        endpoint_url(g->endpoint, g->at, g->path, &url);
        f.url = url.data;
    }
    f.model = g->model;
    f.kept = g->ending.has_text || g->ending.has_thinking;
    end(g, &f);
    buf_finish(&url);
}

static void fail_with(struct generation *g, enum hum_error code, const char *text)
{
    fail(g, endpoint_failure(g->endpoint, code, text));
}

/* What came between the events may say why nothing followed. Returns whether it does. */
static bool fail_by_strays(struct generation *g)
{
    struct buf text;
    buf_init_secret(&text, SIZE_MAX);
    if (g->frame.strays.len > 0) {
        error_text(g->frame.strays.data, g->frame.strays.len, &text, NULL);
    }
    bool told = text.len > 0;
    if (told) {
        fail_with(g, HUM_ESERVER, text.data);
    }
    buf_finish(&text);
    return told;
}

/* What the reply tells of the next one. */
static void note_thinking(struct generation *g, bool is_cut)
{
    bool lone = split_is_lone(&g->split);
    if (g->splits && (lone || !is_cut)) {
        learned_note_thinking(g->endpoint, g->model, lone);
    }
}

static void complete(struct generation *g, const struct dialect_event *done)
{
    const struct ending_facts *e = &g->ending;
    g->ending.reason = done->text;
    g->ending.details = done->details;
    g->ending.widen = g->state.widen != NULL ? g->state.widen : g->dialect->widen;
    g->ending.unread = g->unread[0] != '\0' ? g->unread : NULL;
    bool is_cut = ending_is_limit(done->text);
    split_end(&g->split, !is_cut);
    note_thinking(g, is_cut);
    bool nothing = !e->has_text && !e->has_call && !e->has_thinking;
    if (!nothing || done->details != NULL || !fail_by_strays(g)) {
        end(g, NULL);
    }
}

void generation_flush(struct generation *g)
{
    if (!g->over) {
        split_end(&g->split, false);
    }
}

void generation_stop(struct generation *g)
{
    if (g->over) {
        return;
    }
    g->over = true;
    if (g->transfer != NULL) {
        trace_ended(g, TRACE_CLOSED, NULL);
        http_cancel(g->transfer);
        g->transfer = NULL;
    }
    uv_close((uv_handle_t *)&g->timer, on_timer_closed);
}

/* ---- limits of time ------------------------------------------------------------ */

static void on_watchdog(uv_timer_t *timer);
static void fail_unfinished(struct generation *g, struct failure f);

static void watch(struct generation *g, long ms)
{
    if (ms > 0) {
        uv_timer_start(&g->timer, on_watchdog, (uint64_t)ms, 0);
    } else {
        uv_timer_stop(&g->timer);
    }
}

static long limit_ms(const struct generation *g)
{
    long limit =
        g->last_token_ms > 0 ? g->endpoint->idle_timeout_ms : g->endpoint->first_timeout_ms;
    bool last = g->last_words && (limit == 0 || limit > LAST_WORDS_MS);
    return last ? LAST_WORDS_MS : limit;
}

static void end_silence(struct generation *g)
{
    bool idle = g->last_token_ms > 0;
    struct failure f = endpoint_failure(g->endpoint, HUM_ETIMEOUT, NULL);
    f.wait = idle ? WAIT_IDLE : WAIT_FIRST;
    f.waited_ms = limit_ms(g);
    fail_unfinished(g, f);
}

/* One timer for the whole wait, judged when it fires: tokens only note the time. */
static void on_watchdog(uv_timer_t *timer)
{
    struct generation *g = timer->data;
    uint64_t limit = (uint64_t)limit_ms(g), now = uv_now(g->env.loop);
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

static bool is_blank(const struct dialect_event *event)
{
    for (size_t i = 0; i < event->len; i++) {
        if ((unsigned char)event->text[i] > ' ') {
            return false;
        }
    }
    return true;
}

static void hand_on(struct generation *g, const struct dialect_event *event)
{
    struct ending_facts *ending = &g->ending;
    ending->has_text = ending->has_text || (event->type == DIALECT_TEXT && !is_blank(event));
    ending->has_thinking = ending->has_thinking || event->type == DIALECT_THINKING;
    ending->has_call = ending->has_call || event->type == DIALECT_TOOL_CALL;
    g->callbacks->on_event(g->ctx, event);
}

/* What was text by then is thinking, or the other way round; neither was blank. */
static void turn(struct generation *g, const struct dialect_event *event)
{
    g->ending.has_text = event->type == DIALECT_WAS_TEXT;
    g->ending.has_thinking = event->type == DIALECT_WAS_THOUGHT;
    if (g->ending.has_thinking) {
        learned_note_thinking(g->endpoint, g->model, true);
    }
    g->callbacks->on_event(g->ctx, event);
}

static void on_split(void *ctx, enum split_kind kind, const char *text, size_t len)
{
    static const enum dialect_event_type types[] = {
        [SPLIT_TEXT] = DIALECT_TEXT,
        [SPLIT_THINKING] = DIALECT_THINKING,
        [SPLIT_WAS_THOUGHT] = DIALECT_WAS_THOUGHT,
        [SPLIT_WAS_TEXT] = DIALECT_WAS_TEXT,
    };
    struct generation *g = ctx;
    const struct dialect_event event = {.type = types[kind], .text = text, .len = len};
    if (g->over) {
        return;
    }
    if (kind == SPLIT_TEXT || kind == SPLIT_THINKING) {
        hand_on(g, &event);
    } else {
        turn(g, &event);
    }
}

/* Text, and what comes in its place. */
static void take(struct generation *g, const struct dialect_event *event)
{
    /* Text behind the reason: one that the server sends with every piece. */
    g->last_words = g->last_words && event->type != DIALECT_TEXT;
    if (event->type != DIALECT_STATS) {
        note_token(g);
    }
    if (g->splits && event->type == DIALECT_TEXT) {
        split_text(&g->split, event->text, event->len);
        return;
    }
    if (event->type == DIALECT_THINKING || event->type == DIALECT_TOOL_CALL) {
        split_field(&g->split, event->type == DIALECT_THINKING);
    }
    hand_on(g, event);
}

/* Names of fields only: what the model says is not for the log. */
static void keep_unread(struct generation *g, const struct dialect_event *event)
{
    if (g->unread[0] == '\0') {
        snprintf(g->unread, sizeof g->unread, "%s", event->text);
    }
    if (g->logged++ < LOGGED_MAX) {
        log_write(LOG_INFO, "%s: passed over: %s", g->endpoint->name, event->text);
    }
}

/* A single word in the midst of a reply keeps the connection alive, and says nothing. */
static void keep_stray(struct generation *g, const struct dialect_event *event)
{
    if (g->last_token_ms == 0 || strchr(event->text, ' ') != NULL) {
        frame_keep_stray(&g->frame, event->text, event->len);
    }
    if (g->logged++ < LOGGED_MAX) {
        struct buf text;
        buf_init_secret(&text, SIZE_MAX);
        buf_add(&text, event->text, event->len);
        mask_text(&text, g->endpoint->secrets);
        log_write(LOG_INFO, "%s: %zu bytes between records", g->endpoint->name, event->len);
        log_write(LOG_DEBUG, "%s", text.data);
        buf_finish(&text);
    }
}

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
    case DIALECT_THOUGHT:
    case DIALECT_STATS:
        take(g, event);
        break;
    case DIALECT_TICK:
        note_token(g);
        break;
    case DIALECT_STRAY:
        keep_stray(g, event);
        break;
    case DIALECT_UNREAD:
        keep_unread(g, event);
        break;
    case DIALECT_ERROR:
        fail_with(g, HUM_ESERVER, event->text);
        break;
    case DIALECT_ODD:
        fail_with(g, HUM_EBAD, event->text);
        break;
    case DIALECT_DONE:
        complete(g, event);
        break;
    case DIALECT_WAS_THOUGHT: /* no dialect gives these */
    case DIALECT_WAS_TEXT:
        break;
    }
}

/* What comes behind the finish reason fails no reply. */
static void fail_unfinished(struct generation *g, struct failure f)
{
    g->dialect->end(&g->state, on_event, g);
    if (!g->over) {
        fail(g, f);
    }
}

static int on_record(void *ctx, char *record, size_t len)
{
    struct generation *g = ctx;
    g->state.event = g->frame.name;
    g->state.whole = g->frame.bare;
    bool finished = g->state.finished;
    g->dialect->record(&g->state, record, len, on_event, g);
    if (g->state.finished && !finished && g->ending.has_text && !g->over) {
        g->last_words = true;
        watch(g, limit_ms(g));
    }
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

static int on_body(void *ctx, long status, const char *data, size_t len)
{
    struct generation *g = ctx;
    if (g->trace != NULL) {
        trace_body(g->trace, uv_now(g->env.loop), data, len);
    }
    if (!is_success(status)) {
        note_token(g); /* an error has no tokens, and may not take for ever either */
        add_error_body(g, data, len);
        return 0;
    }
    int error = frame_feed(&g->frame, data, len, on_record, g);
    if (error < 0) {
        fail_unfinished(g, endpoint_failure(g->endpoint, (enum hum_error)error, NULL));
    }
    return 0;
}

/* Nothing more comes. A reply that had its finish reason is complete, whatever became of the
 * connection; of another one what came between the records may say why it broke off. */
static void end_of_answer(struct generation *g, struct failure f)
{
    if (!g->over) {
        g->dialect->end(&g->state, on_event, g);
    }
    if (!g->over && !fail_by_strays(g)) {
        fail(g, f);
    }
}

static void end_of_body(struct generation *g)
{
    int error = frame_end(&g->frame, on_record, g);
    if (error < 0) {
        fail_unfinished(g, endpoint_failure(g->endpoint, (enum hum_error)error, NULL));
    }
    if (!g->over) { /* else the endpoint is gone */
        end_of_answer(g, endpoint_failure(g->endpoint, HUM_ECUT, NULL));
    }
}

static void end_broken(struct generation *g, struct failure f)
{
    frame_break(&g->frame, on_record, g);
    end_of_answer(g, f);
}

/* ---- sending it, and sending it again ------------------------------------------ */

static void on_http_end(void *ctx, const struct http_result *result);

static const struct http_callbacks http_callbacks = {
    .on_body = on_body, .on_end = on_http_end, .on_head = on_head};

/* Returns false if the URL cannot be used. */
static bool start_transfer(struct generation *g, const char *body, size_t len)
{
    const struct endpoint_request post = {
        .method = "POST",
        .at = g->at,
        .path = g->path,
        .accept = g->dialect->accept,
        .body = body,
        .body_len = len,
    };
    g->transfer = endpoint_start(g->endpoint, g->env.http, &post, &http_callbacks, g);
    if (g->transfer == NULL) {
        return false;
    }
    trace_sent(g, body, len);
    frame_init(&g->frame, g->dialect->frame, LIMIT_RECORD);
    buf_init_secret(&g->error_body, LIMIT_ERROR_BODY); /* servers repeat keys */
    watch(g, g->endpoint->first_timeout_ms);
    return true;
}

/* Nothing is left of the refused try. Returns 0, or why there is no other one. */
static int send_again(struct generation *g)
{
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    int error = g->callbacks->body(g->ctx, learned_find(g->endpoint, g->model), &body);
    if (error == 0) {
        frame_finish(&g->frame);
        dialect_state_finish(&g->state);
        buf_finish(&g->error_body);
        g->state = (struct dialect_state){0};
        g->last_token_ms = 0;
        error = start_transfer(g, body.data, body.len) ? 0 : HUM_ESPEC;
    }
    buf_finish(&body);
    return error;
}

static void on_waited(uv_timer_t *timer)
{
    struct generation *g = timer->data;
    int error = send_again(g);
    if (error != 0) {
        fail_with(g, (enum hum_error)error, "it could not be made again");
    }
}

/* Returns whether the request is sent again later. */
static bool wait_for_server(struct generation *g, const struct retry_answer *answer,
                            const struct failure *f)
{
    int64_t ms = retry_next_ms(&g->retry, answer, time(NULL));
    if (ms < 0) {
        return false;
    }
    /* Never too early: the loop's clock stands while what came is handled, and knows whole
     * milliseconds only. */
    uv_update_time(g->env.loop);
    uv_timer_start(&g->timer, on_waited, (uint64_t)ms + 1, 0);
    g->callbacks->on_wait(g->ctx, ms, f);
    return true;
}

/* What is read from the refusal holds for the next body, which is made by it. */
static bool learn(struct generation *g, const struct failure *f, struct buf *told)
{
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    bool news = false;
    if (g->callbacks->body(g->ctx, learned_find(g->endpoint, g->model), &body) == 0) {
        const struct learned_facts facts = {
            .status = f->status,
            .error = g->error_body.data,
            .error_len = g->error_body.len,
            .text = f->text,
            .body = body.data,
            .body_len = body.len,
            .refusals = g->dialect->chat != NULL ? g->dialect->chat->refusals : NULL,
        };
        news = learned_read(g->endpoint, g->model, &facts, told);
    }
    buf_finish(&body);
    return news;
}

/* Returns whether the request is sent again at once, without what was refused. */
static bool do_without(struct generation *g, const struct failure *f)
{
    if ((f->status != 400 && f->status != 422) || g->refusals == REFUSALS_MAX) {
        return false;
    }
    struct buf told;
    buf_init(&told, LIMIT_ERROR_BODY);
    bool again = learn(g, f, &told) && send_again(g) == 0;
    if (again) {
        g->refusals++;
        g->callbacks->on_learned(g->ctx, told.data);
    }
    buf_finish(&told);
    return again;
}

static void end_status(struct generation *g, const struct http_result *result)
{
    struct buf text;
    char *signin_url = NULL;
    buf_init_secret(&text, SIZE_MAX);
    error_text(g->error_body.data, g->error_body.len, &text, &signin_url);
    struct failure f = endpoint_result_failure(g->endpoint, result, text.data);
    f.model = g->model;
    f.signin_url = signin_url;
    const struct retry_answer answer = {
        .status = result->status,
        .after = result->retry_after,
        .after_ms = result->retry_after_ms,
        .body = g->error_body.data,
        .text = f.text,
    };
    f.money = retry_is_money(&answer);
    bool again =
        g->callbacks->body != NULL && (wait_for_server(g, &answer, &f) || do_without(g, &f));
    if (!again) {
        end(g, &f);
    }
    free(signin_url);
    buf_finish(&text);
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct generation *g = ctx;
    g->transfer = NULL;
    trace_ended(g, end_of(result), result->error != 0 ? result->why : NULL);
    if (result->status > 0 && !is_success(result->status)) {
        struct http_result answered = *result;
        answered.error = 0; /* a status says more than how its body ended */
        end_status(g, &answered);
    } else if (result->error != 0) {
        end_broken(g, endpoint_result_failure(g->endpoint, result, NULL));
    } else {
        end_of_body(g);
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
    g->dialect = request->dialect;
    g->at = request->at;
    g->path = request->path;
    g->model = request->model;
    g->trace = request->trace;
    g->callbacks = callbacks;
    g->ctx = ctx;
    g->splits = request->splits;
    bool thinks = g->splits && learned_begins_thinking(learned_find(g->endpoint, g->model));
    split_init(&g->split, thinks, on_split, g);
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
