#include "nvim/rpc.h"

#include "base/log.h"
#include "nvim/wire.h"
#include "proto.h"

#include <stdlib.h>
#include <string.h>

/* The memory of a longer message is freed: most are short. */
#define KEPT_ROOM (256u << 10)

struct waiting {
    uint32_t id;
    rpc_on_answer on_answer; /* NULL: forgotten */
    void *ctx;
};

struct write {
    uv_write_t request;
    struct rpc *rpc;
    struct buf bytes;
};

struct rpc {
    uv_pipe_t in;
    uv_pipe_t out;
    uv_prepare_t before_sleep;
    uv_check_t after_events;
    const struct rpc_handlers *handlers;
    void *ctx;
    struct wire_reader *reader;
    struct buf outbox; /* messages of this turn */
    struct waiting *waiting;
    size_t waiting_count;
    size_t waiting_room;
    uint32_t next_id;
    int open_handles;
    bool closing;
};

static void close_once(struct rpc *rpc, const char *why)
{
    if (!rpc->closing) {
        uv_read_stop((uv_stream_t *)&rpc->in);
        rpc->handlers->on_closed(rpc->ctx, why);
    }
}

static void on_written(uv_write_t *request, int status)
{
    struct write *w = (struct write *)request;
    if (status < 0 && status != UV_ECANCELED) {
        close_once(w->rpc, NULL);
    }
    buf_finish(&w->bytes);
    free(w);
}

/* The pipe is full: libuv keeps what is left. Its size stays bounded because each sink
 * bounds its unacknowledged edits and everything else is small. */
static void write_later(struct rpc *rpc, const char *data, size_t len)
{
    struct write *w = xcalloc(1, sizeof *w);
    w->rpc = rpc;
    buf_init(&w->bytes, SIZE_MAX);
    buf_add(&w->bytes, data, len);
    uv_buf_t piece = uv_buf_init(w->bytes.data, (unsigned)w->bytes.len);
    int error = uv_write(&w->request, (uv_stream_t *)&rpc->out, &piece, 1, on_written);
    if (error < 0) {
        on_written(&w->request, error);
    }
}

static void flush(struct rpc *rpc)
{
    if (rpc->outbox.len == 0 || rpc->closing) {
        return;
    }
    uv_buf_t piece = uv_buf_init(rpc->outbox.data, (unsigned)rpc->outbox.len);
    int written = uv_try_write((uv_stream_t *)&rpc->out, &piece, 1);
    if (written < 0 && written != UV_EAGAIN) {
        buf_clear(&rpc->outbox);
        close_once(rpc, NULL);
        return;
    }
    size_t done = written > 0 ? (size_t)written : 0;
    if (done < rpc->outbox.len) {
        write_later(rpc, rpc->outbox.data + done, rpc->outbox.len - done);
    }
    buf_clear(&rpc->outbox);
    if (rpc->outbox.room > KEPT_ROOM) {
        buf_finish(&rpc->outbox);
        buf_init(&rpc->outbox, SIZE_MAX);
    }
}

static void before_sleep(uv_prepare_t *handle)
{
    flush(handle->data);
}

static void after_events(uv_check_t *handle)
{
    flush(handle->data);
}

static void read_answer(struct rpc *rpc, const struct wire_message *m)
{
    /* Neovim answers a channel's requests in order: it is nearly always the first. */
    for (size_t i = 0; i < rpc->waiting_count; i++) {
        struct waiting w = rpc->waiting[i];
        if (w.id != m->id) {
            continue;
        }
        rpc->waiting_count--;
        memmove(&rpc->waiting[i], &rpc->waiting[i + 1], (rpc->waiting_count - i) * sizeof w);
        if (w.on_answer != NULL) {
            w.on_answer(w.ctx, m->error, m->result);
        }
        return;
    }
    log_write(LOG_WARN, "rpc: answer to an unknown request %u", m->id);
}

static void skip_too_big(struct rpc *rpc, const struct wire_message *m)
{
    log_write(LOG_ERROR, "rpc: a message over %u MB was not read: %s", LIMIT_MESSAGE >> 20,
              m->is_request       ? "a request"
              : m->method != NULL ? m->method
                                  : "no notification of a known form");
    if (m->is_request) {
        rpc_respond_error(rpc, m->id, "hum cannot read this request: it is too long");
    } else if (m->method != NULL) {
        rpc->handlers->on_too_big(rpc->ctx, m->method, m->first);
    }
}

static void on_message(void *ctx, const struct wire_message *m)
{
    struct rpc *rpc = ctx;
    if (rpc->closing) {
        return;
    }
    switch (m->type) {
    case WIRE_REQUEST:
        rpc->handlers->on_request(rpc->ctx, m->id, m->method, m->params);
        break;
    case WIRE_NOTIFICATION:
        rpc->handlers->on_notification(rpc->ctx, m->method, m->params);
        break;
    case WIRE_RESPONSE:
        read_answer(rpc, m);
        break;
    case WIRE_BAD_REQUEST:
        rpc_respond_error(rpc, m->id, "hum cannot read this request");
        break;
    case WIRE_TOO_BIG:
        skip_too_big(rpc, m);
        break;
    case WIRE_INVALID:
        log_write(LOG_WARN, "rpc: a message that is not msgpack-RPC was ignored");
        break;
    }
}

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *piece)
{
    (void)suggested;
    struct rpc *rpc = handle->data;
    size_t room = 0;
    char *space = wire_reader_space(rpc->reader, &room);
    *piece = uv_buf_init(space, (unsigned)room);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *piece)
{
    (void)piece;
    struct rpc *rpc = stream->data;
    if (len == 0) {
        return;
    }
    if (len < 0) {
        close_once(rpc, NULL);
        return;
    }
    int error = wire_reader_feed(rpc->reader, (size_t)len, on_message, rpc);
    if (error != 0 && !rpc->closing) {
        close_once(rpc, error == HUM_ETOOBIG ? "a message is far over the size limit"
                                             : "the input is not msgpack-RPC");
    }
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct rpc *rpc = handle->data;
    if (--rpc->open_handles > 0) {
        return;
    }
    wire_reader_free(rpc->reader);
    buf_finish(&rpc->outbox);
    free(rpc->waiting);
    free(rpc);
}

struct rpc *rpc_new(uv_loop_t *loop, int in_fd, int out_fd, const struct rpc_handlers *handlers,
                    void *ctx, int *error)
{
    struct rpc *rpc = xcalloc(1, sizeof *rpc);
    rpc->handlers = handlers;
    rpc->ctx = ctx;
    rpc->reader = wire_reader_new(LIMIT_MESSAGE);
    buf_init(&rpc->outbox, SIZE_MAX);

    uv_pipe_init(loop, &rpc->in, 0);
    uv_pipe_init(loop, &rpc->out, 0);
    uv_prepare_init(loop, &rpc->before_sleep);
    uv_check_init(loop, &rpc->after_events);
    rpc->in.data = rpc->out.data = rpc->before_sleep.data = rpc->after_events.data = rpc;
    rpc->open_handles = 4;

    *error = uv_pipe_open(&rpc->in, in_fd);
    if (*error == 0) {
        *error = uv_pipe_open(&rpc->out, out_fd);
    }
    if (*error == 0) {
        *error = uv_read_start((uv_stream_t *)&rpc->in, on_space, on_read);
    }
    if (*error != 0) {
        rpc_close(rpc);
        return NULL;
    }
    uv_prepare_start(&rpc->before_sleep, before_sleep);
    uv_check_start(&rpc->after_events, after_events);
    return rpc;
}

void rpc_close(struct rpc *rpc)
{
    if (rpc->closing) {
        return;
    }
    flush(rpc); /* the last words, if the pipe takes them */
    rpc->closing = true;
    uv_close((uv_handle_t *)&rpc->in, on_handle_closed);
    uv_close((uv_handle_t *)&rpc->out, on_handle_closed);
    uv_close((uv_handle_t *)&rpc->before_sleep, on_handle_closed);
    uv_close((uv_handle_t *)&rpc->after_events, on_handle_closed);
}

struct buf *rpc_notify(struct rpc *rpc, const char *method, uint32_t args)
{
    wire_notification(&rpc->outbox, method, args);
    return &rpc->outbox;
}

struct buf *rpc_request(struct rpc *rpc, const char *method, uint32_t args, rpc_on_answer on_answer,
                        void *ctx)
{
    if (rpc->waiting_count == rpc->waiting_room) {
        rpc->waiting_room = rpc->waiting_room > 0 ? rpc->waiting_room * 2 : 16;
        rpc->waiting = xrealloc(rpc->waiting, rpc->waiting_room * sizeof *rpc->waiting);
    }
    uint32_t id = rpc->next_id++;
    rpc->waiting[rpc->waiting_count++] = (struct waiting){id, on_answer, ctx};
    wire_request(&rpc->outbox, id, method, args);
    return &rpc->outbox;
}

struct buf *rpc_respond(struct rpc *rpc, uint32_t id)
{
    wire_result(&rpc->outbox, id);
    return &rpc->outbox;
}

void rpc_respond_error(struct rpc *rpc, uint32_t id, const char *text)
{
    wire_error(&rpc->outbox, id, text);
}

void rpc_forget(struct rpc *rpc, void *ctx)
{
    for (size_t i = 0; i < rpc->waiting_count; i++) {
        if (rpc->waiting[i].ctx == ctx) {
            rpc->waiting[i].on_answer = NULL;
        }
    }
}
