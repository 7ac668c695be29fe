/* Suggestions for the code being typed: the buffers they are for, the way they come, and
 * what all buffers share. The methods of proto.h that are about completion end here. */
#ifndef HUM_COMPLETE_H
#define HUM_COMPLETE_H

#include "value.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct buf;
struct complete;
struct http;
struct rpc;

struct complete_env {
    uv_loop_t *loop;
    struct rpc *rpc;
    /* Made at the first use; NULL if there can be none. */
    struct http *(*http)(void *ctx);
    /* Whether a chat streams from that model. */
    bool (*chats)(void *ctx, const char *url, const char *model);
    void *ctx;
};

struct complete *complete_new(const struct complete_env *env);
void complete_free(struct complete *c);

/* A chat has begun or ended. */
void complete_note_chat(struct complete *c);

/* Notifications of Lua and Neovim, with their parameters. Returns false for a method that
 * is none of them. */
bool complete_take(struct complete *c, const char *method, const struct value *params);

/* Appends the text of the attached buffer that is the first parameter, each line with its
 * "\n", or nil. */
void complete_mirror(struct complete *c, const struct value *params, struct buf *out);

/* Appends a map of counts. */
void complete_info(const struct complete *c, struct buf *out);

#endif
