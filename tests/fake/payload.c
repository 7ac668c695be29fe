#include "reply_parts.h"

#include "head.h"

void payload_head(struct reply *r)
{
    if (r->headed) {
        return;
    }
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
    if (r->answer.bom) {
        buf_add_str(&r->payload, "\xef\xbb\xbf");
    }
}

static void payload_chunk(struct reply *r, const char *data, size_t len)
{
    if (len == 0) {
        return;
    }
    if (r->chunked) {
        buf_printf(&r->conn->out, "%zx\r\n", len);
    }
    conn_write(r->conn, data, len);
    if (r->chunked) {
        conn_write(r->conn, "\r\n", 2);
    }
    r->payload_sent += len;
}

/* How many of the payload's bytes from at on form one chunk. */
static size_t chunk_length(const struct reply *r, size_t rest)
{
    const struct answer *a = &r->answer;
    size_t n = a->chunk_bytes && a->chunk_bytes < rest ? a->chunk_bytes : rest;
    for (size_t i = 0; i < a->chunk_at_count; i++) {
        if (a->chunk_at[i] > r->payload_sent && a->chunk_at[i] - r->payload_sent < n) {
            return a->chunk_at[i] - r->payload_sent;
        }
    }
    return n;
}

void payload_write(struct reply *r)
{
    size_t at = 0;
    payload_head(r);
    while (at < r->payload.len) {
        size_t n = chunk_length(r, r->payload.len - at);
        payload_chunk(r, r->payload.data + at, n);
        at += n;
    }
    buf_clear(&r->payload);
    r->records = 0;
}

void payload_record(struct reply *r)
{
    if (++r->records >= r->answer.per_chunk) {
        payload_write(r);
    }
}
