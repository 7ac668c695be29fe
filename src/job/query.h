/* One request to an endpoint, such as for its list of models: its whole answer goes
 * to Lua as the event "result". */
#ifndef HUM_QUERY_H
#define HUM_QUERY_H

#include "base/value.h"

#include <stdint.h>
#include <uv.h>

struct http;
struct rpc;
struct query;

struct query_env {
    uv_loop_t *loop;
    struct http *http;
    struct rpc *rpc;
    /* The query has sent its ending and is gone when this returns. */
    void (*on_end)(void *ctx, struct query *q);
    void *ctx;
};

/* spec: {endpoint, method, path, body?, model?, fills?, timeout}, in seconds, 0: none. Returns NULL if it is wrong; the
 * error event was then sent already. */
struct query *query_start(const struct query_env *env, int64_t id, const struct value *spec);

/* Drops it without an ending. */
void query_free(struct query *q);

#endif
