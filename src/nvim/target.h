/* Where the text of a sink goes, as a table of operations. They write what Neovim is to do,
 * which is always a call of nvim_exec_lua: two values, the code and its arguments. What all
 * targets have in common (when an edit leaves, fences, merging, repair) is in sink.c. Pure.
 *
 *   target_end.c    at the end of a buffer: a chat's reply
 *   target_mark.c   at an extmark, wherever that has gone by then
 *   target_event.c  to no buffer: each piece is an event */
#ifndef HUM_TARGET_H
#define HUM_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct target;

/* Text of which Neovim may have refused a part, behind what it surely has. */
struct target_gap {
    uint64_t acked;        /* bytes that are surely there */
    const char *acked_end; /* the last of them: finds the place in text that was edited */
    size_t acked_end_len;
    const char *unacked;
    size_t unacked_len;
};

/* A change of all the text that is there. */
struct target_turn {
    enum target_turn_how {
        TURN_WRAP,   /* before and behind are put around it */
        TURN_UNWRAP, /* before, with which it begins, is taken away */
        TURN_CLEAR,  /* it is taken away */
    } how;
    const char *before;
    const char *behind;
};

struct target_ops {
    /* Before the first edit; NULL: nothing is to be done. */
    void (*begin)(const struct target *t, struct buf *out);
    void (*edit)(struct target *t, const char *text, size_t len, struct buf *out);
    /* Makes sure that the unacked text is there, once, whatever of it was refused. Fails while
     * Neovim refuses text; then it is sent again. */
    void (*repair)(const struct target *t, const struct target_gap *gap, struct buf *out);
    /* Everything else is handled when it is sent. Fails as repair does, and then has done nothing.
     * NULL: there is nothing to be changed. */
    void (*turn)(const struct target *t, const struct target_turn *turn, struct buf *out);
};

/* The fields are the targets' own, but for ops and buffer. */
struct target {
    const struct target_ops *ops;
    int64_t buffer;      /* a fence asks for its tick; 0: the current one, which is always there */
    int64_t key;         /* end: of the anchor in Lua; mark: of the place; event: the job's id */
    const char *event;   /* its name */
    uint64_t sent;       /* event: bytes so far */
    size_t unfollowed;   /* end: bytes since windows last followed */
    bool join;           /* end: edits must join the open undo block */
    bool takes_thoughts; /* whether thinking may go there, too */
};

/* At the end of a buffer. join as sink_join. */
struct target target_end(int64_t buffer, bool join);

/* Where lua/hum/place/init.lua has the place with that key, in that buffer. */
struct target target_mark(int64_t buffer, int64_t key);

/* Events {at, text} of that name (a static text), with the job's id; at counts the bytes before. */
struct target target_event(int64_t id, const char *name);

#endif
