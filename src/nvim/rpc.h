/* The msgpack-RPC channel to Neovim on two descriptors (stdin and stdout). Messages
 * written in one turn of the loop leave in one write at the turn's end, before the
 * loop sleeps: many tokens cost one system call, and none waits.
 *
 * Neovim crashes on a response that it did not ask for (versions up to 0.12 at
 * least), so a request is answered exactly once and nothing else is. */
#ifndef HUM_RPC_H
#define HUM_RPC_H

#include "base/buf.h"
#include "base/value.h"

#include <uv.h>

struct rpc;

/* The answer of one request. error is NULL for success, result NULL for nil; both are
 * gone when it returns. */
typedef void (*rpc_on_answer)(void *ctx, const struct value *error, const struct value *result);

struct rpc_handlers {
    /* Must call rpc_respond exactly once before it returns. */
    void (*on_request)(void *ctx, uint32_t id, const char *method, const struct value *params);
    void (*on_notification)(void *ctx, const char *method, const struct value *params);
    /* A notification over LIMIT_MESSAGE was passed over; method and first as in wire.h. */
    void (*on_too_big)(void *ctx, const char *method, int64_t first);
    /* Neovim has gone, or sent what is not RPC (why, else NULL). Called at most once. */
    void (*on_closed)(void *ctx, const char *why);
};

/* Takes over both descriptors. Returns NULL with *error a libuv error code. */
struct rpc *rpc_new(uv_loop_t *loop, int in_fd, int out_fd, const struct rpc_handlers *handlers,
                    void *ctx, int *error);

/* Stops all callbacks; frees itself when the loop has closed the handles. */
void rpc_close(struct rpc *rpc);

/* Begin a message; the caller appends exactly args values with wire_*. on_answer may be NULL:
 * nobody wants to know. */
struct buf *rpc_notify(struct rpc *rpc, const char *method, uint32_t args);
struct buf *rpc_request(struct rpc *rpc, const char *method, uint32_t args, rpc_on_answer on_answer,
                        void *ctx);

/* Answers a request with a result, which the caller appends (one value) ... */
struct buf *rpc_respond(struct rpc *rpc, uint32_t id);
/* ... or with an error text. */
void rpc_respond_error(struct rpc *rpc, uint32_t id, const char *text);

/* Answers to requests that were made with this ctx are no longer wanted. */
void rpc_forget(struct rpc *rpc, void *ctx);

#endif
