/* One question to the model of a way: what may stand at this place? The answer grows in the
 * cache while it streams in; trim says how much of it may be shown, and when it is enough. */
#ifndef HUM_FETCH_H
#define HUM_FETCH_H

#include "base/buf.h"
#include "base/failure.h"
#include "complete/cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct fetch;
struct chunk;
struct http;
struct pace;
struct backend;

/* What questions stand on; must outlive them. */
struct fetch_env {
    uv_loop_t *loop;
    struct http *http; /* NULL: nothing can be asked */
    struct cache *cache;
    struct pace *pace; /* learns how long the first token takes */
    const struct backend *backend;
};

/* The text around a place as prompts show it, see excerpt_read. */
struct gap {
    struct buf before;
    struct buf line;
    struct buf after;
};

void gap_init(struct gap *g);
void gap_finish(struct gap *g);

/* The place moves behind this text, as if it had been typed. */
void gap_type(struct gap *g, const char *text, size_t len);

struct fetch_request {
    struct gap gap; /* taken over, also on failure */
    const struct cache_place *place;
    unsigned variant; /* 0: what is most likely; others are to differ from it */
    bool prose;       /* see trim_is_prose */
    const char *path;
    const char *comment;
    const struct chunk *const *chunks;
    size_t chunk_count;
};

struct fetch_callbacks {
    /* Another part of the answer's text, up to answer->shown, may be shown now. */
    void (*on_grow)(void *ctx);
    /* The ending, exactly once unless fetch_stop came first; the ask is gone with it. failure is
     * NULL when the answer is complete, which holds just what is to be shown; else the answer
     * is gone. */
    void (*on_end)(void *ctx, const struct failure *failure);
};

/* No callback runs before it returns. Returns NULL with *why a text if the way cannot be
 * asked so. */
struct fetch *fetch_start(const struct fetch_env *env, struct fetch_request *q,
                          const struct fetch_callbacks *callbacks, void *ctx, const char **why);

/* Closes the connection at once; no callback follows. Whole lines that were shown stay in the
 * cache for who comes back, the rest of the answer is dropped. */
void fetch_stop(struct fetch *a);

/* Whether the model has said something. */
bool fetch_has_begun(const struct fetch *a);

struct answer *fetch_answer(const struct fetch *a);

/* How many bytes and tokens the prompt had; false while the server has not told, and of a
 * prompt so short that this says nothing about others. */
bool fetch_prompt(const struct fetch *a, size_t *bytes, size_t *tokens);

#endif
