#include "server/generation.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mask.h"
#include "base/span.h"
#include "proto.h"
#include "server/again.h"
#include "server/error_text.h"
#include "server/frame.h"
#include "server/http.h"
#include "server/learned.h"
#include "server/missing.h"
#include "server/refusal.h"
#include "server/split.h"
#include "server/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many lines in the log about what was passed over in an answer. */
#define LOGGED_MAX 8

/* How long a server may take for its figures once it has given the reason of the end; some never
 * end the stream. */
#define LAST_WORDS_MS 5000

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
    struct split thoughts; /* of those in a field of their own: they may stand in tags as well */
    bool is_behind;        /* ... and there was text behind these, which is thought, too */
    bool splits;
    bool unthinking;

    uv_timer_t timer;       /* the watchdog, or the wait for another try */
    uint64_t last_token_ms; /* the loop's clock; 0 before the first token */
    struct again again;
    struct buf sent;    /* the body as it was first, of those that revise it */
    struct span record; /* the one that is being read, {NULL, 0} before and after */
    long bad_status;    /* of the error whose body comes */
    bool has_come;      /* something was handed on: it is not sent again */
    bool resting;       /* this try is over, another will follow */
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
    split_finish(&g->thoughts);
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

/* Nothing more is wanted of this answer. */
static bool is_over(const struct generation *g)
{
    return g->over || g->resting;
}

/* Without its body. */
static struct endpoint_request request_of(const struct generation *g)
{
    return (struct endpoint_request){
        .method = "POST",
        .at = g->at,
        .path = g->path,
        .as_written = g->again.as_written,
        .accept = g->dialect->accept,
    };
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

static bool try_again(struct generation *g, struct again_facts *facts, const struct failure *f);

/* What a failure within an answer stands in. */
static struct span said(const struct generation *g)
{
    const struct buf *strays = &g->frame.strays;
    return g->record.len > 0 ? g->record : (struct span){strays->data, strays->len};
}

/* Names the whole address that was asked. */
static void fail(struct generation *g, struct failure f)
{
    generation_flush(g);
    struct buf url;
    struct again_facts facts = {
        .answer = {.body = said(g).data, .text = f.text},
        .body_len = said(g).len,
    };
    buf_init_secret(&url, SIZE_MAX);
    if (f.url == g->endpoint->url) {
        const struct endpoint_request request = request_of(g);
        endpoint_url(g->endpoint, &request, &url);
        f.url = url.data;
    }
    f.model = g->model;
    f.kept = g->ending.has_text || g->ending.has_thinking;
    f.money = f.money || (f.code == HUM_ESERVER && retry_is_money(&facts.answer));
    if (f.code != HUM_ESERVER || g->over || !try_again(g, &facts, &f)) {
        end(g, &f);
    }
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
    if (g->splits && (lone || !(is_cut || g->unthinking))) {
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
    split_end(&g->thoughts, false);
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
        split_end(&g->thoughts, false);
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
    bool last = g->last_words && (limit == 0 || limit > LAST_WORDS_MS);
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

/* The API itself has answered. */
static void note_address(struct generation *g)
{
    struct buf told;
    buf_init(&told, SIZE_MAX);
    if (again_held(&g->again, g->endpoint, &told) && g->callbacks->on_learned != NULL) {
        g->callbacks->on_learned(g->ctx, told.data);
    }
    buf_finish(&told);
}

static bool is_white(const struct dialect_event *event)
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
    ending->has_text = ending->has_text || (event->type == DIALECT_TEXT && !is_white(event));
    ending->has_thinking = ending->has_thinking || event->type == DIALECT_THINKING;
    ending->has_call = ending->has_call || event->type == DIALECT_TOOL_CALL;
    g->has_come = g->has_come || event->type != DIALECT_STATS;
    note_address(g);
    if (!g->over) {
        g->callbacks->on_event(g->ctx, event);
    }
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

/* Whatever it is taken for: all of it is thought. */
static void on_split_thought(void *ctx, enum split_kind kind, const char *text, size_t len)
{
    struct generation *g = ctx;
    const struct dialect_event event = {.type = DIALECT_THINKING, .text = text, .len = len};
    const struct dialect_event apart = {.type = DIALECT_THINKING, .text = "\n\n", .len = 2};
    if (g->over) {
        return;
    }
    if (kind == SPLIT_TEXT && g->ending.has_thinking && g->thoughts.tag != NULL && !g->is_behind) {
        g->is_behind = true;
        hand_on(g, &apart);
    }
    hand_on(g, &event);
}

static void begin_split(struct generation *g)
{
    const struct learned known = learned_of(g->endpoint, g->model);
    bool expects = g->splits && !g->unthinking && learned_begins_thinking(&known);
    split_init(&g->split, expects, on_split, g);
    g->is_behind = false;
    split_init(&g->thoughts, false, on_split_thought, g);
    split_field(&g->thoughts, true); /* a closing tag alone is none of theirs */
}

/* Text, and what comes in its place. */
static void take(struct generation *g, const struct dialect_event *event)
{
    /* Text behind the reason: one that the server sends with every piece. */
    g->last_words = g->last_words && event->type != DIALECT_TEXT;
    if (event->type != DIALECT_STATS) {
        note_token(g);
        buf_clear(&g->frame.strays); /* what was said before it did not end the reply */
    }
    if (g->splits && event->type == DIALECT_TEXT) {
        split_end(&g->thoughts, false);
        split_text(&g->split, event->text, event->len);
        return;
    }
    if (event->type != DIALECT_TEXT && event->type != DIALECT_STATS) {
        split_field(&g->split, event->type != DIALECT_TOOL_CALL);
    }
    if (g->splits && event->type == DIALECT_THINKING) {
        split_text(&g->thoughts, event->text, event->len);
        return;
    }
    if (event->type != DIALECT_STATS) {
        split_end(&g->thoughts, false);
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
    if (is_over(g)) { /* by the event before, in the same record */
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
    if (!is_over(g)) {
        fail(g, f);
    }
}

static int on_record(void *ctx, char *record, size_t len)
{
    struct generation *g = ctx;
    g->state.event = g->frame.name;
    g->state.whole = g->frame.bare || g->frame.page;
    g->record = (struct span){record, len};
    /* Servers that give a reason with every piece give one with the first. */
    bool believed = !g->state.finished && g->ending.has_text;
    g->dialect->record(&g->state, record, len, on_event, g);
    g->record = (struct span){NULL, 0};
    if (g->state.finished && believed && !is_over(g)) {
        g->last_words = true;
        watch(g, limit_ms(g));
    }
    return is_over(g);
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
        if (g->error_body.len == 0) {
            note_token(g); /* an error has no tokens, and may not take for ever either */
        }
        g->bad_status = status;
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
    if (!is_over(g)) {
        g->dialect->end(&g->state, on_event, g);
    }
    if (!is_over(g) && !fail_by_strays(g)) {
        fail(g, f);
    }
}

static void end_of_body(struct generation *g)
{
    int error = frame_end(&g->frame, on_record, g);
    if (error < 0) {
        fail_unfinished(g, endpoint_failure(g->endpoint, (enum hum_error)error, NULL));
    }
    if (!is_over(g)) { /* else the endpoint is gone */
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
    struct endpoint_request post = request_of(g);
    post.body = body;
    post.body_len = len;
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
        frame_finish(&g->frame);
        dialect_state_finish(&g->state);
        buf_finish(&g->error_body);
        g->state = (struct dialect_state){0};
        g->last_token_ms = 0;
        g->last_words = false;
        split_finish(&g->split);
        split_finish(&g->thoughts);
        begin_split(g);
        g->unread[0] = '\0';
        error = start_transfer(g, body.data, body.len) ? 0 : HUM_ESPEC;
    }
    buf_finish(&body);
    return error;
}

static void on_rested(uv_timer_t *timer)
{
    struct generation *g = timer->data;
    g->resting = false;
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
    g->resting = true;
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
    facts->refusals = g->dialect->chat != NULL ? g->dialect->chat->refusals : NULL;
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
    buf_init(&told, LIMIT_ERROR_BODY);
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
    if (missing && g->again.missing != NULL) {
        buf_add_str(text, text->len == 0 ? "there is nothing" : "");
        buf_printf(text, "; nor at %s", g->again.missing);
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
    struct failure f = endpoint_result_failure(g->endpoint, result, text.data);
    f.model = g->model;
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
    f.money = retry_is_money(&facts.answer);
    fail_status(g, &facts, &f, &text);
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
    g->unthinking = request->unthinking;
    begin_split(g);
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
