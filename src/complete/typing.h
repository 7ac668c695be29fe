/* Suggestions in one attached buffer: what fits where the user is, whether and when to fetch
 * more from the model, and what to send Lua. Never more than one fetch is under way for a
 * buffer. */
#ifndef HUM_TYPING_H
#define HUM_TYPING_H

#include "base/value.h"
#include "complete/pace.h"
#include "complete/suggestion.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct attached;
struct cache;
struct failure;
struct http;
struct ring;
struct rpc;
struct typing;
struct backend;

/* Since the start; for tests, the benchmark and the curious. */
struct typing_counts {
    int64_t keys;
    int64_t through;    /* keys that typed what was suggested */
    int64_t hits;       /* keys after which an answer was known already */
    int64_t requests;   /* all fetches */
    int64_t prefetched; /* those of them for a position where the user is not yet */
    int64_t cancelled;
    int64_t done;
    int64_t failed;
};

/* What all buffers share. engine.c owns it; it must outlive them. */
struct typing_env {
    uv_loop_t *loop;
    struct rpc *rpc;
    struct backend *backend; /* NULL: there is none, nothing is fetched */
    struct cache *cache;
    struct ring *ring;
    struct pace pace;
    double bytes_per_token;    /* as measured where text is densest */
    uint64_t fetched_ms;       /* when the last fetch began; the loop's clock */
    struct typing *fetched_by; /* and whose it was */
    struct typing_counts counts;

    /* Whether a fetch may begin now; if not, typing_resume follows when it may. */
    bool (*may_fetch)(void *ctx);
    /* NULL if there can be none. */
    struct http *(*http)(void *ctx);
    void (*on_done)(void *ctx);
    void (*on_failed)(void *ctx, const struct failure *failure);
    void *ctx;
};

/* about: {name, filetype?, comment?}. on_gone: the buffer is unloaded or gone; the owner
 * is to free it then. */
struct typing *typing_new(struct typing_env *env, int64_t buf, const struct value *about,
                          void (*on_gone)(void *ctx, struct typing *t), void *ctx);
void typing_free(struct typing *t);

int64_t typing_buf(const struct typing *t);
struct attached *typing_attached(struct typing *t);
const char *typing_name(const struct typing *t);
bool typing_is_fetching(const struct typing *t);

/* Something happened in insert mode. */
void typing_key(struct typing *t, const struct key *key);

/* The alternative after (step 1) or before (-1) the one that is shown; fetched if there is
 * none yet. What Lua shows is taken to be what it was last sent. */
void typing_cycle(struct typing *t, const struct key *key, int step);

/* No suggestion is wanted any more, until the next key. */
void typing_leave(struct typing *t);

/* Insert mode begins, and the buffer has so many lines: if the mirror has not, it is made
 * again. Neovim does not report every edit (see mirror.h). */
void typing_check(struct typing *t, size_t lines);

/* Lines [first, last) are worth remembering for prompts elsewhere. */
void typing_collect(struct typing *t, int64_t first, int64_t last);

/* The backend is about to be another: nothing that is under way or shown counts any more. */
void typing_forget(struct typing *t);

/* Fetching became impossible (a chat began): what is under way is stopped, and begun again ... */
void typing_interrupt(struct typing *t);
/* ... when it is possible. */
void typing_resume(struct typing *t);

#endif
