/* One request for a suggestion: what may stand at the cursor? The answer grows in the cache
 * while it streams in; trim says how much of it may be shown, and when it is enough. */
#ifndef HUM_FETCH_H
#define HUM_FETCH_H

#include "base/around.h"
#include "base/failure.h"
#include "complete/cache.h"
#include "text/indent.h"

#include <stdbool.h>
#include <stddef.h>

struct fetch;
struct chunk;
struct language;
struct supply;

struct fetch_request {
    struct around_text around; /* as the prompt shows it; taken over, also on failure */
    /* So many bytes left of the cursor are not typed yet, but suggested. The prompt has them where
     * a model takes them for its own answer so far, behind all that it was given for the typed
     * place: whatever the form of the prompt, what the server has in its prompt cache for that
     * place stays of use. */
    size_t ahead;
    const struct cache_key *key;
    unsigned variant; /* 0: what is most likely; others are to differ from it */
    const struct language *language;
    struct indent indent;
    int64_t definition; /* see trim_context, -1: not known */
    const char *path;
    const char *comment;
    const struct chunk *const *chunks;
    size_t chunk_count;
};

struct fetch_callbacks {
    /* Another part of the answer's text, up to answer->shown, may be shown now. */
    void (*on_grow)(void *ctx);
    /* The ending, exactly once unless fetch_stop came first; the fetch is gone with it. failure
     * is NULL when the answer is final, which holds just what is to be shown; else the answer
     * is gone. */
    void (*on_end)(void *ctx, const struct failure *failure);
    /* Instead: it was stopped as the job that it is. The answer is final, with what fetch_stop
     * keeps of it; if that is nothing, it is gone behind this call, as the fetch is. */
    void (*on_stop)(void *ctx);
};

/* Of the supply's backend and among its jobs, which must stay until the fetch is gone. No callback
 * runs before it returns. Returns NULL with *why a text if the backend cannot be sent such a
 * request. */
struct fetch *fetch_start(struct supply *supply, struct fetch_request *request,
                          const struct fetch_callbacks *callbacks, void *ctx, const char **why);

/* Closes the connection at once; no callback follows. Whole lines that were shown stay in the
 * cache, for a user who comes back; what follows them is dropped. */
void fetch_stop(struct fetch *f);

struct answer *fetch_answer(const struct fetch *f);

/* How many bytes and tokens the prompt had; false while the server has not said it, and of
 * a prompt so short that this says nothing about others. */
bool fetch_prompt(const struct fetch *f, size_t *bytes, size_t *tokens);

#endif
