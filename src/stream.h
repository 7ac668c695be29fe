/* One generation, from the request to its single ending: bytes from http through
 * frame, dialect and utf8 into a sink, and events to Lua. */
#ifndef HUM_STREAM_H
#define HUM_STREAM_H

#include "value.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct http;
struct rpc;
struct stream;

/* What a stream stands on. Must outlive it. */
struct stream_env {
    uv_loop_t *loop;
    struct http *http;
    struct rpc *rpc;
    /* The stream has sent its ending and is gone when this returns. */
    void (*on_end)(void *ctx, struct stream *s);
    void *ctx;
};

/* Starts from the spec of the "chat" method (doc/hum.txt, hum-protocol). Returns NULL
 * if the spec is wrong; the ending event was then sent already. */
struct stream *stream_start(const struct stream_env *env, int64_t id, const struct value *spec);

/* Drops everything at once, without an ending: Neovim has gone. */
void stream_free(struct stream *s);

/* Closes the connection now. The ending "cancelled" follows when Neovim has handled
 * the text that had arrived. */
void stream_stop(struct stream *s);

/* Whether it is a generation of that model at that base URL. */
bool stream_uses(const struct stream *s, const char *url, const char *model);

void stream_join(struct stream *s, bool join);

/* Neovim refused some notification. */
void stream_suspect(struct stream *s);

#endif
