#include "reply.h"

#include "head.h"
#include "models.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 64 * 1024 }; /* one write of a reply without pauses */

struct reply {
    struct conn *conn;
    struct reply *next; /* in the server's list */
    struct answer answer;
    const struct shape *shape;
    struct shape_state state;
    struct pace_timer timer;
    char *queue;
    char *settings;
    char *model;
    bool stream, llama, think;
    bool running; /* its turn in the queue has come */
    bool headed;  /* the head was appended */
    bool chunked;
    bool stalled;
    uint64_t begun;       /* when its turn came */
    uint64_t first_token; /* when the first token was sent, or 0 */
    uint64_t due;         /* of the next token or the end */
    size_t sent;          /* tokens */
    size_t next_fault;
    struct buf payload;  /* records for the next HTTP chunk */
    size_t records;      /* in payload */
    size_t payload_sent; /* body bytes before payload, for chunk_at */
};

static void step(void *ctx);

static size_t thinking_count(const struct reply *r)
{
    return r->think ? r->answer.thinking.count : 0;
}

static size_t token_count(const struct reply *r)
{
    return thinking_count(r) + r->answer.text.count;
}

const char *reply_phase(const struct reply *r)
{
    if (!r->running)
        return "queued";
    return r->conn->wire ? "streaming" : "waiting";
}

/* The queue: a reply waits for earlier ones of the same model. */

static bool must_wait(const struct reply *r)
{
    for (const struct reply *e = r->conn->server->replies; e != r; e = e->next) {
        if (r->queue && e->queue && strcmp(e->queue, r->queue) == 0)
            return true;
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
    if (!r->stream)
        r->due += r->answer.interval_ns * token_count(r);
    pace_at(&r->conn->server->pace, &r->timer, r->begun, step, r);
}

static void run_ready(struct server *server)
{
    for (struct reply *r = server->replies; r; r = r->next) {
        if (!r->running && !must_wait(r))
            run(r);
    }
}

static void enqueue(struct reply *r)
{
    struct reply **at = &r->conn->server->replies;
    while (*at)
        at = &(*at)->next;
    *at = r;
    if (must_wait(r))
        journal_addf(&r->conn->server->journal, "queued", "\"request\":%u", r->conn->request);
    else
        run(r);
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

/* Bytes: records go into the payload, the payload into chunks. */

static void write_head(struct reply *r)
{
    if (r->headed)
        return;
    r->headed = true;
    const struct request *request = &r->conn->parser.request;
    struct head head = {
        .status = 200,
        .type = r->shape->sse ? "text/event-stream" : "application/x-ndjson",
        .extra = r->answer.headers,
        .length = -1,
        .llama = r->llama,
        .stream = true,
        .close = !request->keep_alive && request->minor > 0,
    };
    head_write(r->conn, &head, &r->chunked);
    if (r->answer.bom)
        buf_add_str(&r->payload, "\xef\xbb\xbf");
}

static void write_chunk(struct reply *r, const char *data, size_t len)
{
    if (len == 0)
        return;
    if (r->chunked)
        buf_printf(&r->conn->out, "%zx\r\n", len);
    conn_write(r->conn, data, len);
    if (r->chunked)
        conn_write(r->conn, "\r\n", 2);
    r->payload_sent += len;
}

/* How many of the payload's bytes from at on form one chunk. */
static size_t chunk_length(const struct reply *r, size_t rest)
{
    const struct answer *a = &r->answer;
    size_t n = a->chunk_bytes && a->chunk_bytes < rest ? a->chunk_bytes : rest;
    for (size_t i = 0; i < a->chunk_at_count; i++) {
        if (a->chunk_at[i] > r->payload_sent && a->chunk_at[i] - r->payload_sent < n)
            return a->chunk_at[i] - r->payload_sent;
    }
    return n;
}

static void write_payload(struct reply *r)
{
    size_t at = 0;
    write_head(r);
    while (at < r->payload.len) {
        size_t n = chunk_length(r, r->payload.len - at);
        write_chunk(r, r->payload.data + at, n);
        at += n;
    }
    buf_clear(&r->payload);
    r->records = 0;
}

static void end_record(struct reply *r)
{
    if (++r->records >= r->answer.per_chunk)
        write_payload(r);
}

/* Ends of a reply. Nothing may touch r behind them. */

static void end_body(struct reply *r, enum conn_end end)
{
    bool close = !r->conn->parser.request.keep_alive || !r->chunked;
    if (r->chunked && end == CONN_KEEP)
        conn_write(r->conn, "0\r\n\r\n", 5);
    conn_answered(r->conn, end == CONN_KEEP && close ? CONN_CLOSE : end);
}

static void read_clock(struct reply *r)
{
    uint64_t now = uv_hrtime(), first = r->first_token ? r->first_token : now;
    r->state.tokens = r->sent;
    r->state.total_ns = now - r->begun;
    r->state.prompt_ns = first - r->begun - r->state.load_ns;
    r->state.eval_ns = now - first;
}

static void finish(struct reply *r)
{
    struct buf last;
    buf_init(&last, SIZE_MAX / 2);
    read_clock(r);
    write_head(r);
    r->shape->finish(&r->state, &r->payload, &last);
    struct buf *end = last.len ? &last : &r->payload;
    while (!r->answer.last_newline && end->len && strchr("\r\n", end->data[end->len - 1]))
        end->len--;
    write_payload(r);
    write_chunk(r, last.data, last.len);
    buf_finish(&last);
    end_body(r, CONN_KEEP);
}

static void finish_whole(struct reply *r)
{
    struct buf body;
    buf_init(&body, SIZE_MAX / 2);
    r->sent = token_count(r);
    read_clock(r);
    r->shape->whole(&r->state, &body);
    struct head head = {
        .status = 200,
        .type = "application/json; charset=utf-8",
        .extra = r->answer.headers,
        .length = !r->llama && body.len > 2048 ? -1 : (int64_t)body.len,
        .llama = r->llama,
    };
    head_answer(r->conn, &head, body.data, body.len);
    buf_finish(&body);
}

/* An answer that is given as it stands. */
static void finish_fixed(struct reply *r)
{
    struct answer *a = &r->answer;
    struct buf body = a->body;
    buf_init(&a->body, body.cap);
    struct head head = {
        .status = a->status,
        .type = body.len ? a->content_type : NULL,
        .extra = a->headers,
        .length = a->chunked ? -1 : (int64_t)body.len,
        .llama = r->llama,
        .close = r->llama && a->status >= 400,
    };
    head_answer(r->conn, &head, body.data, body.len);
    buf_finish(&body);
}

/* A recording says itself whether the connection stays open. */
static bool recording_closes(const struct buf *b)
{
    const char *end = b->len ? strstr(b->data, "\r\n\r\n") : NULL;
    if (!end)
        return true;
    char *head = xstrndup(b->data, (size_t)(end - b->data));
    bool closes = strncmp(head, "HTTP/1.0", 8) == 0 || strstr(head, "Connection: close") ||
                  !(strstr(head, "Content-Length:") || strstr(head, "Transfer-Encoding:"));
    free(head);
    return closes;
}

static void stall(struct reply *r)
{
    r->stalled = true;
    conn_flush(r->conn);
    journal_addf(&r->conn->server->journal, "stall", "\"request\":%u", r->conn->request);
}

/* A recording takes one fault: at so many bytes it is cut. */
static void finish_replay(struct reply *r)
{
    struct answer *a = &r->answer;
    const struct fault *fault = a->fault_count ? a->faults : NULL;
    size_t len = fault && fault->at < a->body.len ? fault->at : a->body.len;
    bool closes = recording_closes(&a->body);
    conn_write(r->conn, a->body.data, len);
    if (!fault) {
        conn_answered(r->conn, closes ? CONN_CLOSE : CONN_KEEP);
    } else if (fault->type == FAULT_STALL) {
        stall(r);
    } else {
        conn_answered(r->conn, fault->type == FAULT_RESET ? CONN_RESET : CONN_CLOSE);
    }
}

/* Tokens */

static void add_token(struct reply *r)
{
    struct piece thinking = {0}, text = {0};
    size_t before = thinking_count(r), i = r->sent;
    write_head(r);
    if (i < before)
        thinking.text = tokens_at(&r->answer.thinking, i, &thinking.len);
    else
        text.text = tokens_at(&r->answer.text, i - before, &text.len);
    r->sent++;
    if (r->answer.together && r->sent == before && r->answer.text.count) {
        text.text = tokens_at(&r->answer.text, 0, &text.len);
        r->sent++;
    }
    r->shape->record(&r->state, thinking, text, &r->payload);
    end_record(r);
}

static size_t fault_at(const struct reply *r)
{
    if (r->next_fault == r->answer.fault_count)
        return SIZE_MAX;
    size_t at = r->answer.faults[r->next_fault].at;
    return at < token_count(r) ? at : token_count(r);
}

/* As many tokens as belong into this write; then on to the next moment. */
static void send_tokens(struct reply *r)
{
    size_t before = r->sent, stop = fault_at(r), total = token_count(r);
    size_t limit = r->answer.burst ? r->answer.burst : SIZE_MAX;
    stop = stop < total ? stop : total;
    while (r->sent < stop && r->sent - before < limit && r->conn->out.len < BATCH_BYTES)
        add_token(r);
    uint64_t now = uv_hrtime();
    if (!before) {
        r->first_token = now;
        journal_addf(&r->conn->server->journal, "first", "\"request\":%u", r->conn->request);
    }
    if (r->sent == total)
        write_payload(r);
    conn_flush(r->conn);
    r->due = r->answer.interval_ns ? r->due + r->answer.interval_ns : now;
    journal_tokens(&r->conn->server->journal, r->conn->request, r->sent - before, now);
}

static void huge(struct reply *r, const struct fault *fault)
{
    char *text = xmalloc(fault->size + 1);
    memset(text, *fault->text ? *fault->text : 'x', fault->size);
    r->shape->record(&r->state, (struct piece){0}, (struct piece){text, fault->size}, &r->payload);
    free(text);
    write_payload(r);
}

static void truncated(struct reply *r)
{
    write_payload(r);
    r->shape->record(&r->state, (struct piece){0}, (struct piece){"never seen whole", 16},
                     &r->payload);
    if (r->chunked)
        buf_printf(&r->conn->out, "%zx\r\n", r->payload.len);
    conn_write(r->conn, r->payload.data, r->payload.len / 2);
    end_body(r, CONN_CLOSE);
}

/* Faults that need no stream. True if the reply goes on at once. */
static bool do_plain_fault(struct reply *r, const struct fault *fault)
{
    switch (fault->type) {
    case FAULT_CLOSE:
        conn_answered(r->conn, CONN_CLOSE);
        return false;
    case FAULT_RESET:
        conn_answered(r->conn, CONN_RESET);
        return false;
    case FAULT_STALL:
        stall(r);
        return false;
    case FAULT_PAUSE:
        conn_flush(r->conn);
        r->due = uv_hrtime() + fault->ns;
        return true;
    default:
        return true;
    }
}

/* Does the next fault. True if the reply goes on at once. */
static bool do_fault(struct reply *r)
{
    const struct fault *fault = &r->answer.faults[r->next_fault++];
    if (r->records)
        write_payload(r);
    switch (fault->type) {
    case FAULT_CUT:
        write_payload(r);
        end_body(r, CONN_KEEP);
        return false;
    case FAULT_ERROR:
        r->shape->error(&r->state, fault->text, &r->payload);
        write_payload(r);
        end_body(r, CONN_KEEP);
        return false;
    case FAULT_TRUNCATE:
        truncated(r);
        return false;
    case FAULT_RAW:
        buf_add_str(&r->payload, fault->text);
        write_payload(r);
        return true;
    case FAULT_HUGE:
        huge(r, fault);
        return true;
    case FAULT_EMPTY:
        r->shape->record(&r->state, (struct piece){0}, (struct piece){"", 0}, &r->payload);
        write_payload(r);
        return true;
    default:
        return do_plain_fault(r, fault);
    }
}

/* Whether the reply's tokens are streamed. */
static bool streams(const struct reply *r)
{
    return r->stream && r->shape && !r->answer.replay && !r->answer.status;
}

/* Does the faults whose place has come. True if the reply goes on. */
static bool do_faults(struct reply *r)
{
    while (!r->answer.replay && fault_at(r) == r->sent && (r->sent || uv_hrtime() >= r->due)) {
        bool goes_on =
            streams(r) ? do_fault(r) : do_plain_fault(r, &r->answer.faults[r->next_fault++]);
        if (!goes_on)
            return false;
    }
    return true;
}

static void finish_at_once(struct reply *r)
{
    if (r->answer.replay)
        finish_replay(r);
    else if (r->answer.status)
        finish_fixed(r);
    else
        finish_whole(r);
}

/* Sends what is due and comes back for the rest. */
static void step(void *ctx)
{
    struct reply *r = ctx;
    struct pace *pace = &r->conn->server->pace;
    if (r->stalled || conn_pending(r->conn))
        return;
    if (r->answer.early_headers && streams(r) && !r->headed) {
        write_head(r);
        conn_flush(r->conn);
    }
    if (!do_faults(r))
        return;
    if (uv_hrtime() < r->due) {
        pace_at(pace, &r->timer, r->due, step, r);
        return;
    }
    if (!r->sent)
        models_loaded(r->conn->server, r->model, r->settings);
    if (!streams(r)) {
        finish_at_once(r);
        return;
    }
    if (r->sent < token_count(r)) {
        send_tokens(r);
        if (!conn_pending(r->conn))
            pace_at(pace, &r->timer, r->due, step, r);
        return;
    }
    if (r->answer.tool_calls && !r->answer.tools_in_done) {
        r->shape->tools(&r->state, &r->payload);
        write_payload(r);
    }
    finish(r);
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
    if (!answer_init(&r->answer, src, c->server->fixtures, why)) {
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
    r->think = spec->think;
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
