#include "reply_parts.h"

#include "head.h"

#include <stdlib.h>
#include <string.h>

void finish_body(struct reply *r, enum conn_end end)
{
    bool close = !r->conn->parser.request.keep_alive || !r->chunked;
    if (r->chunked && end == CONN_KEEP) {
        conn_write(r->conn, "0\r\n\r\n", 5);
    }
    conn_answered(r->conn, end == CONN_KEEP && close ? CONN_CLOSE : end);
}

static void read_clock(struct reply *r)
{
    uint64_t now = uv_hrtime(), first = r->first_token ? r->first_token : now;
    r->state.tokens = r->sent;
    r->state.total_ns = now - r->asked;
    r->state.prompt_ns = first - r->begun;
    r->state.eval_ns = now - first;
}

void finish_stream(struct reply *r)
{
    struct buf last;
    buf_init(&last, SIZE_MAX / 2);
    read_clock(r);
    payload_head(r);
    r->shape->finish(&r->state, &r->payload, &last);
    struct buf *end = last.len ? &last : &r->payload;
    while (!r->answer.last_newline && end->len && strchr("\r\n", end->data[end->len - 1])) {
        end->len--;
    }
    payload_write(r);
    if (last.len) {
        buf_add(&r->payload, last.data, last.len);
    }
    payload_write(r);
    buf_finish(&last);
    finish_body(r, CONN_KEEP);
}

static void finish_whole(struct reply *r)
{
    struct buf body;
    buf_init(&body, SIZE_MAX / 2);
    r->sent = reply_tokens(r);
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
    if (!end) {
        return true;
    }
    char *head = xstrndup(b->data, (size_t)(end - b->data));
    bool closes = strncmp(head, "HTTP/1.0", 8) == 0 || strstr(head, "Connection: close") ||
                  !(strstr(head, "Content-Length:") || strstr(head, "Transfer-Encoding:"));
    free(head);
    return closes;
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
        fault_stall(r);
    } else {
        conn_answered(r->conn, fault->type == FAULT_RESET ? CONN_RESET : CONN_CLOSE);
    }
}

void finish_at_once(struct reply *r)
{
    if (r->answer.replay) {
        finish_replay(r);
    } else if (r->answer.status) {
        finish_fixed(r);
    } else {
        finish_whole(r);
    }
}
