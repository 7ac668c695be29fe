#include "reply.h"

#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *reply_phase(const struct reply *r)
{
    if (!r->running) {
        return r->needs_load ? "loading" : "queued";
    }
    return r->conn->wire != 0 ? "streaming" : "waiting";
}

void reply_free(struct reply *r)
{
    player_stop(&r->player);
    turn_leave(r);
    r->conn->reply = NULL;
    stream_finish(&r->stream);
    listed_finish(&r->listed);
    answer_finish(&r->answer);
    tokens_finish(&r->prompt);
    cJSON_Delete(r->request);
    free(r->stopping_word);
    free(r->queue);
    free(r->settings);
    free(r->model);
    free(r);
}

void reply_drained(struct reply *r)
{
    if (r->running) {
        player_drained(&r->player);
    }
}

void reply_begin(struct reply *r)
{
    const struct answer *a = &r->answer;
    uint64_t wait = a->first_ns;
    if (!a->fixed && r->stream.whole) {
        wait += a->interval_ns * stream_tokens(&r->stream);
    }
    player_start(&r->player, r->stream.begun + wait);
}

/* Start */

static void make_id(struct reply *r)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    struct shape_state *state = &r->stream.state;
    unsigned request = r->conn->request;
    uint64_t x = uv_hrtime() * 0x9e3779b97f4a7c15u + request;
    if (state->shape->id != NULL) {
        snprintf(state->id, sizeof state->id, "%s-%u", state->shape->id, request % 999);
        return;
    }
    strcpy(state->id, "chatcmpl-");
    for (size_t i = 9; i < 41; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state->id[i] = letters[x % 62];
    }
    state->id[41] = '\0';
}

/* The prompt to fill in, and what the request's own limits leave of the text. */
static void read_prompt(struct reply *r, const struct reply_spec *spec)
{
    struct shape_state *state = &r->stream.state;
    const char *word = "";
    tokens_cut(&r->prompt, spec->prompt->len != 0 ? spec->prompt->data : "", spec->prompt->len);
    r->request = cJSON_Duplicate(spec->request, true);
    state->stop = tokens_limit(&r->answer.text, &spec->limit, &word);
    state->stopping_word = r->stopping_word = xstrdup(word);
    state->request = r->request;
    state->prompt = r->prompt.text.data != NULL ? r->prompt.text.data : "";
    state->prompt_tokens = r->prompt.count;
}

static void use_stream(struct reply *r, const struct reply_spec *spec)
{
    struct shape_state *state = &r->stream.state;
    uv_timeval64_t now;
    uv_gettimeofday(&now);
    state->shape = spec->shape;
    state->model = r->model;
    state->created = (uint64_t)now.tv_sec;
    state->usage = spec->usage;
    state->raw = spec->raw;
    double per_token = field_number(r->answer.src, "bytes_per_token", 4); /* is near enough */
    state->prompt_tokens =
        (uint64_t)((double)spec->prompt_bytes / (per_token > 0 ? per_token : 4)) + 1;
    state->probs = spec->probs;
    if (spec->prompt != NULL) {
        read_prompt(r, spec);
    }
    if (!spec->think) {
        tokens_finish(&r->answer.thinking);
    }
    make_id(r);
    r->stream.whole = !spec->stream;
    stream_init(&r->stream, &r->player);
    r->player.source = &r->stream.source;
    r->player.early = r->answer.early_headers && spec->stream;
    r->player.head.stream = spec->stream;
    r->player.head.type = spec->stream ? spec->shape->type : "application/json; charset=utf-8";
    r->player.head.length = -1;
}

static void use_fixed(struct reply *r)
{
    const struct answer *a = &r->answer;
    struct head *head = &r->player.head;
    bool listed = a->pieces != NULL;
    if (listed) {
        listed_init(&r->listed, a->pieces);
    } else {
        fixed_init(&r->fixed, a);
    }
    r->player.source = listed ? &r->listed.source : &r->fixed.source;
    r->player.early = a->early_headers;
    head->type = listed || a->body.len != 0 ? a->content_type : NULL;
    head->length = listed ? -1 : (int64_t)a->body.len;
    head->close = head->llama && a->status >= 400;
}

static void use_answer(struct reply *r, const struct reply_spec *spec)
{
    const struct answer *a = &r->answer;
    r->stream.state.answer = a;
    r->player.conn = r->conn;
    r->player.raw = a->raw;
    r->player.chunk_bytes = a->chunk_bytes;
    r->player.head = (struct head){.status = a->status, .extra = a->headers, .llama = spec->llama};
    if (a->fixed) {
        use_fixed(r);
    } else {
        use_stream(r, spec);
    }
    r->conn->split = a->split;
}

static bool read_answer(struct reply *r, const cJSON *src, const struct reply_spec *spec,
                        char why[WHY_SIZE])
{
    if (!answer_init(&r->answer, src, r->conn->server->fixtures, why)) {
        return false;
    }
    if (spec->shape == NULL && !r->answer.fixed) {
        snprintf(why, WHY_SIZE, "this path takes only an answer as it stands");
        answer_finish(&r->answer);
        return false;
    }
    return true;
}

void reply_start(struct conn *c, const cJSON *src, const struct reply_spec *spec)
{
    char why[WHY_SIZE];
    struct reply *r = xcalloc(1, sizeof *r);
    r->conn = c;
    if (!read_answer(r, src, spec, why)) {
        free(r);
        free(spec->settings);
        routes_unexpected(c, why);
        return;
    }
    tokens_init(&r->prompt);
    r->model = xstrdup(spec->model);
    r->queue = spec->queue != NULL ? xstrdup(spec->queue) : NULL;
    r->settings = spec->settings;
    r->loads = spec->settings != NULL || spec->shape != NULL;
    r->unload = spec->unload;
    use_answer(r, spec);
    c->reply = r;
    turn_ask(r);
}
