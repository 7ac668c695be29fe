/* The way suggestions come: which server fills in, with which model and kind of request,
 * and within which limits. Lua finds it out (lua/hum/complete/backend.lua) and says it once. */
#ifndef HUM_BACKEND_H
#define HUM_BACKEND_H

#include "base/value.h"
#include "server/endpoint.h"
#include "server/fill.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct dialect;
struct generation;
struct generation_callbacks;
struct http;

struct backend {
    struct endpoint endpoint;
    const struct dialect *dialect; /* of the fill requests */
    char *model;                   /* "" where the server has but one */
    char *project;
    bool raw; /* tokens are given */
    struct fim_tokens tokens;
    char **texts; /* behind the tokens */
    const char **stop;
    size_t stop_count;
    struct value *options, *extra, *keep_alive; /* NULL: none */
    uint64_t hash;                              /* answers of one way are not those of another */

    bool load;             /* the model must be loaded before it is asked, and stays for that */
    int64_t kept_ms;       /* how long the server keeps it loaded, at least */
    bool prefetch;         /* ask for the place behind a suggestion, too */
    bool during_chat;      /* also while a chat streams from the same model */
    int64_t debounce_ms;   /* negative: adapted to the server */
    int64_t max_tokens;    /* of an answer */
    size_t max_lines;      /* of an answer */
    size_t window_tokens;  /* of the text around the cursor */
    size_t ring_tokens;    /* of chunks of other places */
    size_t cache_bytes;    /* of answers kept */
    double min_confidence; /* 0 to 1: the least probability, on average, of a first line's tokens */
};

/* From the spec of the "backend" method (doc/hum.txt, hum-protocol). Returns NULL with *why a
 * static text if it is wrong. */
struct backend *backend_new(const struct value *spec, const char **why);
void backend_free(struct backend *w); /* NULL is fine */

/* Goes on with a hash, 0 to begin one; neighbours differ, and nothing hangs on more. */
uint64_t backend_hash_text(uint64_t hash, const char *text);

/* What all fills of this way have in common. */
struct fill backend_fill(const struct backend *w);

/* Sends this fill. No callback runs before it returns. http may be NULL: there is none. Returns
 * NULL with *why a static text if it cannot be sent. */
struct generation *backend_start(const struct backend *w, const struct fill *fill, uv_loop_t *loop,
                                 struct http *http, const struct generation_callbacks *callbacks,
                                 void *ctx, const char **why);

#endif
