#include "reply_parts.h"

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
        return r->needs_load ? "loading" : "queued";
    }
    return r->conn->wire ? "streaming" : "waiting";
}

void reply_free(struct reply *r)
{
    struct server *server = r->conn->server;
    pace_cancel(&server->pace, &r->timer);
    turn_leave(r);
    journal_tokens_done(&server->journal, r->conn->request);
    r->conn->reply = NULL;
    r->conn->pieces = NULL;
    answer_finish(&r->answer);
    buf_finish(&r->payload);
    buf_finish(&r->state.model);
    tokens_finish(&r->prompt);
    cJSON_Delete(r->request);
    free(r->stopping_word);
    free(r->queue);
    free(r->settings);
    free(r->model);
    free(r);
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
    r->state.token = i < before ? 0 : i - before;
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

void reply_begin(struct reply *r)
{
    pace_at(&r->conn->server->pace, &r->timer, r->begun, step, r);
}

void reply_drained(struct reply *r)
{
    if (!r->running) {
        return;
    }
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

/* The prompt to fill in, and what the request's own limits leave of the text. */
static void read_prompt(struct reply *r, const struct reply_spec *spec)
{
    const char *word = "";
    tokens_cut(&r->prompt, spec->prompt->len ? spec->prompt->data : "", spec->prompt->len);
    r->request = cJSON_Duplicate(spec->request, true);
    r->state.stop = limit_apply(&spec->limit, &r->answer.text, &word);
    r->stopping_word = xstrdup(word);
    r->state.stopping_word = r->stopping_word;
    if (r->state.stop == STOP_LIMIT && !cJSON_GetObjectItem(r->answer.src, "done_reason")) {
        r->answer.done_reason = "length";
    }
    r->state.request = r->request;
    r->state.prompt = r->prompt.text.data ? r->prompt.text.data : "";
    r->state.prompt_tokens = r->prompt.count;
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
    tokens_init(&r->prompt);
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
    r->loads = spec->settings || spec->shape;
    r->unload = spec->unload;
    r->state.answer = &r->answer;
    r->state.created = now.tv_sec;
    r->state.usage = spec->usage;
    r->state.raw = spec->raw;
    r->state.prompt_tokens = spec->prompt_tokens;
    r->state.probs = spec->probs;
    if (spec->prompt) {
        read_prompt(r, spec);
    }
    buf_init(&r->payload, SIZE_MAX / 2);
    buf_init(&r->state.model, SIZE_MAX / 2);
    quote(&r->state.model, spec->model, strlen(spec->model),
          spec->shape ? spec->shape->style : QUOTE_PLAIN);
    make_id(r);
    c->reply = r;
    c->pieces = &r->answer;
    turn_ask(r);
}
