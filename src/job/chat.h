/* One reply in a chat, from the spec to its single ending: a generation's text goes through
 * utf8 into a sink, events go to Lua. */
#ifndef HUM_CHAT_H
#define HUM_CHAT_H

#include "base/value.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct http;
struct rpc;
struct chat;

/* What a chat stands on. Must outlive it. */
struct chat_env {
    uv_loop_t *loop;
    struct http *http;
    struct rpc *rpc;
    /* The chat has sent its ending and is freed behind this call. */
    void (*on_end)(void *ctx, struct chat *c);
    void *ctx;
};

/* Starts from the spec of the "chat" method (doc/hum.txt, hum-protocol). Returns NULL
 * if the spec is wrong; the ending event was then sent already. */
struct chat *chat_start(const struct chat_env *env, int64_t id, const struct value *spec);

/* Drops everything at once, without an ending: Neovim has gone. */
void chat_free(struct chat *c);

/* Closes the connection now. Lua learns at once that the stop was heard; the ending
 * "cancelled" follows when Neovim has handled the text that had arrived. discard: what
 * Neovim has not been sent yet is dropped, and no edit is repaired any more: there is no
 * place for it. */
void chat_stop(struct chat *c, bool discard);

/* Whether it is a chat with that model at that base URL. */
bool chat_uses(const struct chat *c, const char *url, const char *model);

/* As sink_join. */
void chat_join(struct chat *c, bool join);

/* Neovim refused some notification. */
void chat_suspect(struct chat *c);

#endif
