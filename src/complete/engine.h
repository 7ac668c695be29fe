/* Suggestions for the code being typed: the buffers they are for, the backend they come
 * from, and what all buffers share. The methods of proto.h that are about completion end here. */
#ifndef HUM_ENGINE_H
#define HUM_ENGINE_H

#include "base/value.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct buf;
struct engine;
struct http;
struct rpc;

struct engine_env {
    uv_loop_t *loop;
    struct rpc *rpc;
    /* Made at the first use; NULL if there can be none. */
    struct http *(*http)(void *ctx);
    /* Whether a chat streams from that model. */
    bool (*chats)(void *ctx, const char *url, const char *model);
    void *ctx;
};

struct engine *engine_new(const struct engine_env *env);
void engine_free(struct engine *e);

/* A chat has begun or ended. */
void engine_on_chat(struct engine *e);

/* Notifications of Lua and Neovim, with their parameters. Returns false for a method that
 * is none of them. */
bool engine_handle(struct engine *e, const char *method, const struct value *params);

/* A notification was too long to be read; its first parameter was buf. */
void engine_on_too_big(struct engine *e, const char *method, int64_t buf);

/* Appends the text of the attached buffer that is the first parameter, each line with its
 * "\n", or nil. */
void engine_mirror(struct engine *e, const struct value *params, struct buf *out);

/* Appends a map of counts. */
void engine_info(const struct engine *e, struct buf *out);

#endif
