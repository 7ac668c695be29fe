/* Text to edits: sends text to a target, and knows what Neovim has handled. Each edit is a call
 * of nvim_exec_lua, which the target writes.
 *
 * Each piece of text leaves at once as an edit of its own, while fewer than
 * LIMIT_UNACKED edits are unacknowledged; beyond that text gathers and leaves as one
 * edit when an acknowledgement comes. An acknowledgement is the answer to a fence, a
 * cheap request behind the edits. Text is kept until then: if Neovim refused an edit
 * (it does so under textlock, and reports it by nvim_error_event only), the target's repair puts
 * what was not acknowledged behind what was. */
#ifndef HUM_SINK_H
#define HUM_SINK_H

#include "nvim/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct rpc;
struct sink;

/* Re-entry: on_pressure may give the sink more text before it returns (curl hands over what it
 * kept as soon as it goes on), and the end. It is not called again meanwhile. The sink may be freed
 * within on_drained and on_gone, and not within the others. */
struct sink_callbacks {
    /* More text is waiting for Neovim than LIMIT_PENDING, or (false) less than half. */
    void (*on_pressure)(void *ctx, bool high);
    /* After sink_end: every edit was handled. */
    void (*on_drained)(void *ctx);
    /* What was given to sink_notice, once Neovim has been sent all text before it. */
    void (*on_notice)(void *ctx, int notice);
    /* The target is gone or stays locked; nothing can be delivered any more. why is gone
     * when it returns. */
    void (*on_gone)(void *ctx, const char *why);
};

struct sink_stats {
    uint64_t bytes;
    uint64_t edits;       /* sent */
    uint64_t merged;      /* those of them that carried more than one piece */
    uint64_t redelivered; /* times that refused text had to be mended */
    unsigned max_unacked;
};

struct sink_env {
    uv_loop_t *loop;
    struct rpc *rpc;
    struct target target;
};

struct sink *sink_new(const struct sink_env *env, const struct sink_callbacks *callbacks,
                      void *ctx);

/* No callback follows. Undelivered text is dropped. NULL is fine. */
void sink_free(struct sink *s);

/* Appends one piece: valid UTF-8, any line breaks. */
void sink_text(struct sink *s, const char *text, size_t len);

/* Asks for on_notice behind the text so far: at once, unless some of it waits. */
void sink_notice(struct sink *s, int notice);

/* Changes the text so far, once Neovim has handled all of it, in one edit of the same undo step; then
 * on_notice is called. Text that is given meanwhile waits. What turn points to must outlive the sink.
 * Once at most. */
void sink_turn(struct sink *s, const struct target_turn *turn, int notice);

/* No more text comes. on_drained may run before this returns. */
void sink_end(struct sink *s);

/* Nothing more is delivered, and no callback follows: what waits is dropped, and what is on
 * its way is not looked after. */
void sink_discard(struct sink *s);

/* Whether edits at the end of a buffer must join Neovim's open undo block: needed while the buffer
 * is the current one and the user is not inserting, because Neovim then closes the block after each
 * event. */
void sink_join(struct sink *s, bool join);

/* Neovim reported an error for some notification: unacknowledged edits are suspect. */
void sink_suspect(struct sink *s);

const struct sink_stats *sink_stats(const struct sink *s);

#endif
