/* Suggestions in one attached buffer: what fits where the user is, whether to ask the model,
 * when, and what to tell Lua. Never more than one question is under way for a buffer. */
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
    int64_t requests;   /* all questions sent */
    int64_t prefetched; /* those of them for a place where the user is not yet */
    int64_t cancelled;
    int64_t done;
    int64_t failed;
};

/* What sessions share. complete.c owns it; it must outlive them. */
struct typing_env {
    uv_loop_t *loop;
    struct rpc *rpc;
    struct backend *backend; /* NULL: there is none, nothing is asked */
    struct cache *cache;
    struct ring *ring;
    struct pace pace;
    double bytes_per_token; /* as measured where text is densest */
    uint64_t asked_ms;      /* when the last question went out; the loop's clock */
    struct typing *asker;   /* and whose it was */
    struct typing_counts counts;

    /* Whether a question may be sent now; if not, typing_resume follows when it may. */
    bool (*may_ask)(void *ctx);
    /* NULL if there can be none. */
    struct http *(*http)(void *ctx);
    void (*on_done)(void *ctx);
    void (*on_failed)(void *ctx, const struct failure *failure);
    void *ctx;
};

/* about: {name, filetype?, comment?}. on_gone: the buffer is unloaded or gone; the owner
 * is to free the session then. */
struct typing *typing_new(struct typing_env *env, int64_t buf, const struct value *about,
                          void (*on_gone)(void *ctx, struct typing *s), void *ctx);
void typing_free(struct typing *s);

int64_t typing_buf(const struct typing *s);
struct attached *typing_attached(struct typing *s);
const char *typing_name(const struct typing *s);
bool typing_is_fetching(const struct typing *s);

/* Something happened in insert mode. */
void typing_key(struct typing *s, const struct key *key);

/* The alternative after (step 1) or before (-1) the one that is shown; asked for if there is
 * none yet. What Lua shows is taken to be what it was last told. */
void typing_cycle(struct typing *s, const struct key *key, int step);

/* No suggestion is wanted any more, until the next key. */
void typing_leave(struct typing *s);

/* Insert mode begins, and the buffer has so many lines: if the mirror has not, it is made
 * anew. Neovim does not tell every edit (see mirror.h). */
void typing_check(struct typing *s, size_t lines);

/* Lines [first, last) are worth remembering for prompts at other places. */
void typing_collect(struct typing *s, int64_t first, int64_t last);

/* The way is about to be another: nothing that is under way or shown counts any more. */
void typing_forget(struct typing *s);

/* Asking became impossible (a chat began): what is under way is stopped, and asked again ... */
void typing_interrupt(struct typing *s);
/* ... when it is possible. */
void typing_resume(struct typing *s);

#endif
