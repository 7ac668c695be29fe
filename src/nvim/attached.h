/* A buffer of Neovim whose text is mirrored here: attaches to it, follows its edits, and
 * attaches again after what ends an attachment but not the buffer (`:e!`). */
#ifndef HUM_ATTACHED_H
#define HUM_ATTACHED_H

#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mirror;
struct rpc;

struct attached_callbacks {
    /* The whole text has come, for the first time or again. */
    void (*on_text)(void *ctx);
    /* Lines [first, last) are about to become count others; last -1: to the end. */
    void (*on_edit)(void *ctx, int64_t first, int64_t last, size_t count);
    /* The buffer is unloaded or gone; nothing follows. */
    void (*on_gone)(void *ctx);
};

/* The owner embeds it. */
struct attached {
    struct rpc *rpc;
    int64_t buf;
    struct mirror *mirror; /* NULL until the text has come */
    bool gone;             /* there is nothing to detach from */
    const struct attached_callbacks *callbacks;
    void *ctx;
};

/* Attaches; the text comes later. callbacks and ctx must live until attached_finish. */
void attached_init(struct attached *a, struct rpc *rpc, int64_t buf,
                   const struct attached_callbacks *callbacks, void *ctx);

/* Drops the text and requests it again. */
void attached_renew(struct attached *a);

/* Detaches, unless the buffer is gone. No callback follows. */
void attached_finish(struct attached *a);

/* The parameters of nvim_buf_lines_event: buf, tick, first, last, lines, more. */
void attached_lines(struct attached *a, const struct value *params);

/* An edit was too long to be read: the text is not known until Neovim sends it whole. */
void attached_missed(struct attached *a);

/* nvim_buf_detach_event came. */
void attached_detached(struct attached *a);

#endif
