#include "reply_parts.h"

#include "models.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 64 * 1024 }; /* one write of a reply without pauses */

static void step(void *ctx);

size_t reply_thinking(const struct reply *r)
{
    return r->answer.thinking.count;
}

size_t reply_tokens(const struct reply *r)
{
    return reply_thinking(r) + r->answer.text.count;
}

bool reply_streams(const struct reply *r)
{
    return r->stream && r->shape && !r->answer.replay && !r->answer.status;
}

const char *reply_phase(const struct reply *r)
{
    if (!r->running) {
        return "queued";
    }
    return r->conn->wire ? "streaming" : "waiting";
}

/* The queue: a reply waits for earlier ones of the same model. */

static bool must_wait(const struct reply *r)
{
    for (const struct reply *e = r->conn->server->replies; e != r; e = e->next) {
        if (r->queue && e->queue && strcmp(e->queue, r->queue) == 0) {
            return true;
        }
    }
    return false;
}

static void run(struct reply *r)
{
    uint64_t load = models_load_time(r->conn->server, r->model, r->settings);
    r->running = true;
    r->begun = uv_hrtime();
    r->state.load_ns = load;
    r->due = r->begun + load + r->answer.first_ns;
    if (!r->stream) {
        r->due += r->answer.interval_ns * reply_tokens(r);
    }
    pace_at(&r->conn->server->pace, &r->timer, r->begun, step, r);
}

static void run_ready(struct server *server)
{
    for (struct reply *r = server->replies; r; r = r->next) {
        if (!r->running && !must_wait(r)) {
            run(r);
        }
    }
}

static void enqueue(struct reply *r)
{
    struct reply **at = &r->conn->server->replies;
    while (*at) {
        at = &(*at)->next;
    }
    *at = r;
    if (must_wait(r)) {
        journal_addf(&r->conn->server->journal, "queued", "\"request\":%u", r->conn->request);
    } else {
        run(r);
    }
}

void reply_free(struct reply *r)
{
    struct server *server = r->conn->server;
    pace_cancel(&server->pace, &r->timer);
    for (struct reply **at = &server->replies; *at; at = &(*at)->next) {
        if (*at == r) {
            *at = r->next;
            break;
        }
    }
    journal_tokens_done(&server->journal, r->conn->request);
    r->conn->reply = NULL;
    r->conn->pieces = NULL;
    answer_finish(&r->answer);
    buf_finish(&r->payload);
    buf_finish(&r->state.model);
    free(r->queue);
    free(r->settings);
    free(r->model);
    free(r);
    run_ready(server);
}

/* Tokens */

static void add_token(struct reply *r)
{
    struct piece thinking = {0}, text = {0};
    size_t before = reply_thinking(r), i = r->sent;
    payload_head(r);
    if (i < before) {
        thinking.text = tokens_at(&r->answer.thinking, i, &thinking.len);
    } else {
        text.text = tokens_at(&r->answer.text, i - before, &text.len);
    }
    r->sent++;
    if (r->answer.together && r->sent == before && r->answer.text.count) {
        text.text = tokens_at(&r->answer.text, 0, &text.len);
        r->sent++;
    }
    r->shape->record(&r->state, thinking, text, &r->payload);
    payload_record(r);
}

/* As many tokens as belong into this write; then on to the next moment. */
static void send_tokens(struct reply *r)
{
    size_t before = r->sent, stop = fault_place(r), total = reply_tokens(r);
    size_t limit = r->answer.burst ? r->answer.burst : SIZE_MAX;
    stop = stop < total ? stop : total;
    while (r->sent < stop && r->sent - before < limit && r->conn->out.len < BATCH_BYTES) {
        add_token(r);
    }
    if (r->sent == total) {
        payload_write(r);
    }
    if (!before) {
        journal_addf(&r->conn->server->journal, "first", "\"request\":%u", r->conn->request);
    }
    uint64_t now = uv_hrtime();
    if (!before) {
        r->first_token = now;
    }
    conn_flush(r->conn);
    r->due = r->answer.interval_ns ? r->due + r->answer.interval_ns : now;
    journal_tokens(&r->conn->server->journal, r->conn->request, r->sent - before, now);
}

/* Sends what is due and comes back for the rest. */
static void step(void *ctx)
{
    struct reply *r = ctx;
    struct pace *pace = &r->conn->server->pace;
    if (r->stalled || conn_pending(r->conn)) {
        return;
    }
    if (r->answer.early_headers && reply_streams(r) && !r->headed) {
        payload_head(r);
        conn_flush(r->conn);
    }
    if (!fault_do_due(r)) {
        return;
    }
    if (uv_hrtime() < r->due) {
        pace_at(pace, &r->timer, r->due, step, r);
        return;
    }
    if (!r->sent) {
        models_loaded(r->conn->server, r->model, r->settings);
    }
    if (!reply_streams(r)) {
        finish_at_once(r);
        return;
    }
    if (r->sent < reply_tokens(r)) {
        send_tokens(r);
        if (!conn_pending(r->conn)) {
            pace_at(pace, &r->timer, r->due, step, r);
        }
        return;
    }
    if (r->answer.tool_calls && !r->answer.tools_in_done) {
        r->shape->tools(&r->state, &r->payload);
        payload_write(r);
    }
    finish_stream(r);
}

void reply_drained(struct reply *r)
{
    pace_at(&r->conn->server->pace, &r->timer, r->due, step, r);
}

/* Start */

static void make_id(struct reply *r)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned request = r->conn->request;
    uint64_t x = uv_hrtime() * 0x9e3779b97f4a7c15u + request;
    if (!r->llama) {
        bool chat = r->shape == &shape_compat_chat;
        snprintf(r->state.id, sizeof r->state.id, "%s-%u", chat ? "chatcmpl" : "cmpl",
                 request % 999);
        return;
    }
    strcpy(r->state.id, "chatcmpl-");
    for (size_t i = 9; i < 41; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        r->state.id[i] = letters[x % 62];
    }
    r->state.id[41] = '\0';
}

void reply_start(struct conn *c, const cJSON *src, const struct reply_spec *spec)
{
    char why[ANSWER_ERROR];
    struct reply *r = xcalloc(1, sizeof *r);
    bool good = answer_init(&r->answer, src, c->server->fixtures, why);
    if (good && !spec->shape && !r->answer.status && !r->answer.replay) {
        snprintf(why, sizeof why, "this path takes only a status or a replay");
        answer_finish(&r->answer);
        good = false;
    }
    if (!good) {
        free(r);
        free(spec->settings);
        routes_unexpected(c, why);
        return;
    }
    uv_timeval64_t now;
    uv_gettimeofday(&now);
    r->conn = c;
    r->shape = spec->shape;
    r->stream = spec->stream;
    r->llama = spec->llama;
    if (!spec->think) {
        tokens_finish(&r->answer.thinking);
    }
    r->model = xstrdup(spec->model);
    r->queue = spec->queue ? xstrdup(spec->queue) : NULL;
    r->settings = spec->settings;
    r->state.answer = &r->answer;
    r->state.created = now.tv_sec;
    r->state.usage = spec->usage;
    r->state.raw = spec->raw;
    r->state.prompt_tokens = spec->prompt_tokens;
    buf_init(&r->payload, SIZE_MAX / 2);
    buf_init(&r->state.model, SIZE_MAX / 2);
    quote(&r->state.model, spec->model, strlen(spec->model),
          spec->shape ? spec->shape->style : QUOTE_PLAIN);
    make_id(r);
    c->reply = r;
    c->pieces = &r->answer;
    enqueue(r);
}
