#include "conn.h"

#include "head.h"
#include "reply.h"
#include "routes.h"

#include <stdlib.h>

enum {
    MAX_BODY = 64 << 20,   /* of a request */
    MAX_AHEAD = 1 << 20,   /* bytes read while an answer is under way */
    LINGER_NS = 500000000, /* as long as Go's server waits */
};

static bool pump(struct conn *c);
static void proceed(struct conn *c);

static void on_closed(uv_handle_t *h)
{
    struct conn *c = h->data;
    request_finish(&c->parser);
    buf_finish(&c->out);
    buf_finish(&c->flying);
    free(c);
}

static void close_conn(struct conn *c, bool reset)
{
    if (c->closing) {
        return;
    }
    c->closing = true;
    pace_cancel(&c->server->pace, &c->linger);
    pace_cancel(&c->server->pace, &c->poll);
    if (c->reply != NULL) {
        reply_free(c->reply);
    }
    for (struct conn **at = &c->server->conns; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    if (c->number) {
        journal_addf(&c->server->journal, "close", "\"conn\":%u", c->number);
    }
    if (!reset || uv_tcp_close_reset(&c->tcp, on_closed) != 0) {
        uv_close((uv_handle_t *)&c->tcp, on_closed);
    }
}

void conn_close_all(struct server *server)
{
    while (server->conns != NULL) {
        close_conn(server->conns, false);
    }
}

/* The client went away, by an end of input or an error. */
static void gone(struct conn *c, int err)
{
    if (c->closing) {
        return;
    }
    if (c->state != CONN_IDLE && c->request) {
        const char *phase = c->reply != NULL ? reply_phase(c->reply) : "streaming";
        journal_addf(&c->server->journal, "disconnect",
                     "\"request\":%u,\"conn\":%u,\"phase\":\"%s\",\"how\":\"%s\"", c->request,
                     c->number, phase, err == UV_EOF ? "eof" : uv_err_name(err));
    }
    close_conn(c, false);
}

static void on_lingered(void *ctx)
{
    close_conn(ctx, false);
}

/* The answer is out. */
static void complete(struct conn *c)
{
    if (c->request) {
        journal_addf(&c->server->journal, "done", "\"request\":%u,\"conn\":%u,\"bytes\":%zu",
                     c->request, c->number, c->wire);
    }
    if (c->reply != NULL) {
        reply_free(c->reply);
    }
    if (c->end == CONN_LINGER) {
        c->lingering = true;
        c->state = CONN_ANSWERED;
        uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, NULL);
        pace_at(&c->server->pace, &c->linger, uv_hrtime() + LINGER_NS, on_lingered, c);
        return;
    }
    if (c->end != CONN_KEEP) {
        close_conn(c, c->end == CONN_RESET);
        return;
    }
    c->state = CONN_IDLE;
    request_clear(&c->parser);
    if (!c->proceeding) {
        proceed(c);
    }
}

static void drained(struct conn *c)
{
    if (c->state == CONN_ANSWERED) {
        complete(c);
    } else if (c->reply != NULL) {
        reply_drained(c->reply);
    }
}

static void on_written(uv_write_t *w, int status)
{
    struct conn *c = w->data;
    c->writing = false;
    if (c->closing) {
        return;
    }
    if (status < 0) {
        gone(c, status);
    } else if (pump(c)) {
        drained(c);
    }
}

/* Writes what can be written now; true if nothing is left. */
static bool pump(struct conn *c)
{
    while (!c->writing && !c->closing) {
        if (c->at == c->flying.len) {
            struct buf empty = c->flying;
            buf_clear(&empty);
            c->flying = c->out;
            c->out = empty;
            c->at = 0;
            if (c->flying.len == 0) {
                return true;
            }
        }
        size_t rest = c->flying.len - c->at;
        size_t n = c->split != 0 && c->split < rest ? c->split : rest;
        uv_buf_t bytes = uv_buf_init(c->flying.data + c->at, (unsigned)n);
        int done = uv_try_write((uv_stream_t *)&c->tcp, &bytes, 1);
        if (done == UV_EAGAIN) {
            c->writing = true;
            c->write.data = c;
            c->at += n;
            c->wire += n;
            if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &bytes, 1, on_written) != 0) {
                c->writing = false;
            }
            return false;
        }
        if (done < 0) {
            /* Reading tells soon, with the loop's order of things kept. */
            c->at = c->flying.len;
            continue;
        }
        c->at += (size_t)done;
        c->wire += (size_t)done;
    }
    return false;
}

void conn_write(struct conn *c, const void *data, size_t len)
{
    if (len) {
        buf_add(&c->out, data, len);
    }
}

void conn_flush(struct conn *c)
{
    pump(c);
}

bool conn_pending(const struct conn *c)
{
    return c->writing || c->at < c->flying.len || c->out.len != 0;
}

void conn_answered(struct conn *c, enum conn_end end)
{
    c->end = end;
    c->state = CONN_ANSWERED;
    conn_flush(c);
    if (!conn_pending(c)) {
        complete(c);
    }
}

/* Takes up the requests that are there, one after the other. */
static void proceed(struct conn *c)
{
    c->proceeding = true;
    while (c->state == CONN_IDLE && !c->closing) {
        enum request_result result = request_next(&c->parser);
        if (result == REQUEST_MORE) {
            break;
        }
        if (result == REQUEST_CONTINUE) {
            static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
            conn_write(c, text, sizeof text - 1);
            conn_flush(c);
            continue;
        }
        c->state = CONN_ANSWERING;
        c->wire = 0;
        c->split = 0;
        c->request = 0;
        c->generates = c->fills = false;
        if (result == REQUEST_BAD) {
            head_bad_request(c);
        } else {
            routes_request(c);
        }
    }
    c->proceeding = false;
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *room)
{
    static char space[65536];
    (void)h;
    (void)hint;
    *room = uv_buf_init(space, sizeof space);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *room)
{
    struct conn *c = stream->data;
    if (n < 0) {
        gone(c, (int)n);
        return;
    }
    if (c->lingering) {
        return;
    }
    if (c->parser.in.len == 0 && c->state == CONN_IDLE) {
        c->began = uv_hrtime();
    }
    request_feed(&c->parser, room->base, (size_t)n);
    if (c->state == CONN_IDLE && !c->proceeding) {
        proceed(c);
    } else if (c->parser.in.len > MAX_AHEAD) {
        uv_read_stop(stream);
    }
}

void conn_accept(struct server *server)
{
    struct conn *c = xcalloc(1, sizeof *c);
    c->server = server;
    uv_tcp_init(server->loop, &c->tcp);
    c->tcp.data = c;
    request_init(&c->parser, MAX_BODY);
    buf_init(&c->out, SIZE_MAX / 2);
    buf_init(&c->flying, SIZE_MAX / 2);
    c->next = server->conns;
    server->conns = c;
    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&c->tcp) != 0) {
        close_conn(c, false);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}
