/* What suggestions come from: the server that fills in, the model, the kind of request, and the
 * limits. Lua finds it out (lua/hum/complete/backend/init.lua) and says it once. */
#ifndef HUM_BACKEND_H
#define HUM_BACKEND_H

#include "base/value.h"
#include "server/endpoint.h"
#include "server/fill.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dialect;
struct generation;
struct generation_callbacks;
struct generation_env;

struct backend {
    struct endpoint endpoint;
    const struct dialect *dialect; /* of the fill requests */
    char *model;                   /* "" where the server has but one */
    char *project;
    bool raw; /* tokens are given */
    struct fim_tokens tokens;
    char **texts;      /* behind the tokens */
    const char **ends; /* all that ends an answer, what matters most first */
    size_t end_count;
    size_t stop_count;      /* so many of them a request takes as stop strings */
    const char **spellings; /* all of these texts that there are */
    size_t spelling_count;
    struct value *options, *extra, *keep_alive; /* NULL: none */
    uint64_t hash; /* answers of one backend are not those of another */

    bool load;             /* the model must be loaded before the first fetch, and stays for that */
    int64_t kept_ms;       /* how long the server keeps it loaded, at least */
    bool edits;            /* prompts show the last edits */
    bool prefetch;         /* fetch what comes behind a suggestion, too */
    bool during_chat;      /* also while a chat streams from the same model */
    int64_t debounce_ms;   /* negative: adapted to the server */
    int64_t max_tokens;    /* of an answer */
    size_t max_lines;      /* of an answer */
    size_t cache_bytes;    /* of answers kept */
    double min_confidence; /* 0 to 1: the least probability, on average, of a first line's tokens */
};

/* From the spec of the "backend" method (doc/hum.txt, hum-protocol). Returns NULL with *why a
 * static text if it is wrong. */
struct backend *backend_new(const struct value *spec, const char **why);
void backend_free(struct backend *b); /* NULL is fine */

/* Which texts are to end the answer of a request, at most BACKEND_ENDS; returns how many. What
 * stands around the cursor is text there. */
#define BACKEND_ENDS 64
size_t backend_stop(const struct backend *b, const struct around *around, const char **stop);

/* What all its fills have in common. */
struct fill backend_fill(const struct backend *b);

/* Sends this fill, without what the server is known to refuse. No callback runs before it returns.
 * env->http may be NULL. Returns NULL with *why a static text if it cannot be sent. */
struct generation *backend_start(const struct backend *b, const struct generation_env *env,
                                 const struct fill *fill,
                                 const struct generation_callbacks *callbacks, void *ctx,
                                 const char **why);

#endif
