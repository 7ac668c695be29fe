/* What runs in the helper under an id: the reply of a chat, a query, a request of completion. Each
 * kind is a struct whose first member is a struct job, with a table of operations. Lua gives the
 * ids, from 1 on, and gets an ending for each; completion's requests have ids of the helper's own,
 * below 0, and Lua is told of no ending. */
#ifndef HUM_JOB_H
#define HUM_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct http;
struct inspection;
struct inspections;
struct job;
struct rpc;

enum job_state {
    JOB_WAITING,  /* for the first byte that means something */
    JOB_LOADING,  /* for a model that is only to be loaded */
    JOB_THINKING, /* a model's thinking comes */
    JOB_TEXT,     /* its text comes */
    JOB_READING,  /* a query's answer comes */
    JOB_STOPPING, /* it was stopped, Neovim has not handled yet what had arrived */
    JOB_ENDING,   /* the server has said all, Neovim has not handled it yet */
};

/* What the list of jobs says of one. Texts are the job's own. */
struct job_info {
    enum job_state state;
    const char *endpoint;
    const char *model; /* NULL: none is meant */
    uint64_t bytes;    /* of the answer, that arrived */
};

/* The last four are NULL in a kind that has nothing to do then. */
struct job_ops {
    const char *kind; /* as the list of jobs calls it */
    /* Closes the connection now; the ending "cancelled", where one is due, follows, at once or when
     * Neovim has handled the text that had arrived. discard: what Neovim has not been sent yet is
     * dropped, and no edit is repaired any more: there is no place for it. */
    void (*stop)(struct job *j, bool discard);
    /* Drops everything at once, without an ending: Neovim has gone. */
    void (*free)(struct job *j);
    void (*describe)(const struct job *j, struct job_info *info);
    /* As sink_join. */
    void (*join)(struct job *j, bool join);
    /* Neovim refused some notification. */
    void (*suspect)(struct job *j);
    /* Whether a model generates for it, which is that one at that base URL. */
    bool (*uses)(const struct job *j, const char *url, const char *model);
    /* What it asked and was answered so far, and the secrets that are in there. */
    const struct inspection *(*inspection)(const struct job *j, char *const **secrets);
};

struct job {
    const struct job_ops *ops;
    int64_t id;
    uint64_t started_ns;
    struct job *next; /* the registry's */
};

/* What a job stands on. Must outlive it. */
struct job_env {
    uv_loop_t *loop;
    struct http *http;
    struct rpc *rpc;
    struct inspections *inspections; /* of those that have ended */
    /* The job has sent its ending, and is freed behind this call. */
    void (*on_end)(void *ctx, struct job *j);
    void *ctx;
};

/* "waiting", "thinking", ...: what Lua has words for, lua/hum/status.lua. */
const char *job_state_name(enum job_state state);

#endif
