/* What the suggestions of all buffers come from: the backend, whether it may be asked now, and
 * what is known already. It knows none of the buffers. */
#ifndef HUM_SUPPLY_H
#define HUM_SUPPLY_H

#include "base/span.h"
#include "base/value.h"
#include "complete/extras.h"
#include "complete/pace.h"
#include "complete/window.h"
#include "job/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct backend;
struct cache;
struct failure;
struct fill;
struct generation;
struct generation_callbacks;
struct http;
struct registry;
struct ring;
struct rpc;

/* Since the start; for tests, the benchmark and the curious. */
struct supply_counts {
    int64_t keys;
    int64_t through;    /* keys that typed what was suggested */
    int64_t hits;       /* keys after which an answer was known already */
    int64_t requests;   /* all fetches */
    int64_t prefetched; /* those of them for a position where the user is not yet */
    int64_t cancelled;
    int64_t done;
    int64_t failed;
    int64_t warmed; /* loads of the model */
};

/* What it stands on; must outlive it. */
struct supply_env {
    uv_loop_t *loop;
    struct rpc *rpc;
    struct registry *jobs; /* of the chats, which go first, and of the requests made here */
    /* Made at the first use; NULL if there can be none. */
    struct http *(*http)(void *ctx);
    void *ctx;
};

/* The loading of the model, a job of kind SUPPLY_KIND; never cancelled by keys. */
struct supply_load {
    struct job job;
    struct supply *supply;
    struct generation *generation; /* NULL: it is not being loaded */
};

#define SUPPLY_KIND "completion"

/* The owner embeds it. The first group is for all to use, the rest for supply.c alone. */
struct supply {
    struct supply_env env;
    struct backend *backend; /* NULL: there is none, nothing is fetched */
    struct cache *cache;
    struct ring *ring;
    struct pace pace;
    double bytes_per_token; /* as measured; of dense text at once, of other text in the long run */
    struct extras edits;    /* the last edits in all buffers, as diffs */
    struct window window;   /* how much of a prompt there is */
    struct supply_counts counts;
    bool watched; /* Lua wants to know when requests begin and end */

    void (*on_ready)(void *ctx);
    void *ctx;
    struct supply_load loading;
    void (*close_edits)(void *ctx); /* of the buffer where the user is at work, NULL: nowhere */
    void *editing;                  /* that buffer's typing */
    bool told;                      /* Lua, that the backend has answered */
    uint64_t loaded_ms;             /* when the model was last known to be loaded, 0: never */
    uint64_t fetched_ms;            /* when the last fetch began ... */
    int64_t fetched_for;            /* ... and for which buffer, 0: none */
};

/* on_ready: what supply_may_fetch refused because the model was not loaded may be fetched now. */
void supply_init(struct supply *s, const struct supply_env *env, void (*on_ready)(void *ctx),
                 void *ctx);
void supply_finish(struct supply *s);

/* Another backend, or none, by the parameter of the "backend" method; what is wrong with it is
 * told. No fetch may be under way. */
void supply_set_backend(struct supply *s, const struct value *spec);

/* All below is for when there is a backend. */

/* A chat streams from the same model, and goes first. */
bool supply_yields(const struct supply *s);

/* Loads the model, should that be needed, so that the first fetch need not wait for it. */
void supply_warm(struct supply *s);

/* Tells Lua whether the model is being loaded now, if it watches. */
void supply_tell_loading(const struct supply *s);

/* How many milliseconds nothing may be fetched after failures; 0: it may. */
uint64_t supply_closed(const struct supply *s);

/* Whether a fetch may begin now. If it may not, a chat is in the way or the model is being loaded,
 * and on_ready or the end of that chat says when it may. */
bool supply_may_fetch(struct supply *s);

/* Sends this fill, see backend_start. */
struct generation *supply_start(struct supply *s, const struct fill *fill,
                                const struct generation_callbacks *callbacks, void *ctx,
                                const char **why);

/* Another bound of the window, by the parameter of the "window" method: what the server keeps of
 * prompts stays of use where it can. */
void supply_bound(struct supply *s, const struct value *spec);

/* How many bytes of text around the cursor a prompt may have. */
size_t supply_text_bytes(const struct supply *s);

/* The first token came so many milliseconds after a request with so many bytes to be read, see
 * window_read. */
void supply_first(struct supply *s, size_t bytes, double ms);

/* There is an edit in the buffer of ctx, and those of the buffer before are closed: what they were
 * is to be added to edits. supply_edits_end: the buffer goes. */
void supply_edits(struct supply *s, void (*close)(void *ctx), void *ctx);
void supply_edits_end(struct supply *s, const void *ctx);

/* This was edited in the file of that name. */
void supply_add_edits(struct supply *s, const char *name, struct span diff);

/* What was collected of the file of that name, and its edits, are in no prompt from now on. */
void supply_disown(struct supply *s, const char *name);

/* Whether the server has likely lost its state of this buffer's prompts: a good moment to begin
 * them differently. */
bool supply_is_cold(const struct supply *s, int64_t buf);

/* What the list of jobs says of any request: whom it goes to. */
void supply_describe(const struct supply *s, struct job_info *info);

/* What becomes of fetches: one begins for this buffer; its prompt had so many bytes and tokens; its
 * answer is whole; it failed, which is told. */
void supply_fetched(struct supply *s, int64_t buf);
void supply_measured(struct supply *s, size_t bytes, size_t tokens);
void supply_answered(struct supply *s);
void supply_failed(struct supply *s, const struct failure *failure);

/* What was learned of the backend's endpoint or model is told, a sentence. */
void supply_learned(const struct supply *s, const char *told);

#endif
