#include "complete/backend.h"

#include "base/buf.h"
#include "base/fields.h"
#include "base/hash.h"
#include "complete/cache.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/generation.h"
#include "server/http.h"
#include "server/json.h"
#include "server/learned.h"

#include <stdlib.h>

/* Bounds of what the configuration allows, so that nothing overflows. */
#define MAX_COUNT ((size_t)1 << 20)
#define MAX_CACHE ((size_t)1 << 30)

/* Ollama keeps a model for 5 minutes unless the request says how long. A minute less is counted on:
 * our clock and the server's begin at different moments of a request. */
#define KEPT_MS (4 * 60 * 1000)

/* A model that leaves sooner than this may be gone before the fetch that its load was for. */
#define LEAST_KEPT_MS 50

/* What is shown is found in the cache, so it must hold the longest answer; and what was found just
 * now must outlive the end of the fetch that it makes needless (obey in typing.c). */
#define LEAST_CACHE ((size_t)4 * CACHE_TEXT)

enum token { PREFIX, SUFFIX, MIDDLE, REPO, FILE_, HEAD, OWN, TOKENS };

static int read_tokens(struct backend *b, const struct value *tokens, const char **why)
{
    static const char *const names[TOKENS] = {"prefix", "suffix", "middle", "repo",
                                              "file",   "head",   "own"};
    b->texts = xcalloc(TOKENS, sizeof *b->texts);
    if (tokens == NULL) {
        return 0;
    }
    for (size_t i = 0; i < TOKENS; i++) {
        b->texts[i] = value_strdup(value_get(tokens, names[i]));
    }
    if (b->texts[PREFIX] == NULL || b->texts[SUFFIX] == NULL || b->texts[MIDDLE] == NULL) {
        *why = "backend.tokens needs prefix, suffix and middle";
        return HUM_ESPEC;
    }
    b->raw = true;
    b->tokens = (struct fim_tokens){
        .prefix = b->texts[PREFIX],
        .suffix = b->texts[SUFFIX],
        .middle = b->texts[MIDDLE],
        .repo = b->texts[REPO],
        .file = b->texts[FILE_],
        .head = b->texts[HEAD],
        .own = b->texts[OWN],
        .suffix_first = value_bool(value_get(tokens, "suffix_first"), false),
        .line_before = value_bool(value_get(tokens, "line_before"), false),
    };
    return 0;
}

/* Without ends those are the tokens' stop. Where the server has the tokens it knows what ends an
 * answer, and stop strings would replace that. */
static void read_ends(struct backend *b, const struct value *spec, const struct value *tokens)
{
    const struct value *ends = value_get(spec, "ends");
    ends = ends != NULL ? ends : value_get(tokens, "stop");
    size_t count = ends != NULL && ends->type == VALUE_ARRAY ? ends->as.array.count : 0;
    b->ends = xcalloc(BACKEND_ENDS, sizeof *b->ends);
    for (size_t i = 0; i < count && b->end_count < BACKEND_ENDS; i++) {
        const char *text = value_strdup(&ends->as.array.items[i]);
        if (text != NULL) {
            b->ends[b->end_count++] = text;
        }
    }
    int64_t most = value_int(value_get(spec, "stop_max"), BACKEND_ENDS);
    b->stop_count = most < 0 || tokens == NULL ? 0 : (size_t)most;
    b->stop_count = b->stop_count < b->end_count ? b->stop_count : b->end_count;
}

static void gather_spellings(struct backend *b)
{
    b->spellings = xcalloc((size_t)TOKENS + BACKEND_ENDS, sizeof *b->spellings);
    for (size_t i = 0; i < TOKENS; i++) {
        if (b->texts[i] != NULL) {
            b->spellings[b->spelling_count++] = b->texts[i];
        }
    }
    for (size_t i = 0; i < b->end_count; i++) {
        b->spellings[b->spelling_count++] = b->ends[i];
    }
}

static void read_limits(struct backend *b, struct fields *f)
{
    b->kept_ms = value_int(value_get(f->map, "kept_ms"), KEPT_MS);
    b->load = fields_bool(f, FIELD("backend", "load")) && b->kept_ms >= LEAST_KEPT_MS;
    b->edits = value_bool(value_get(f->map, "edits"), false);
    b->prefetch = fields_bool(f, FIELD("backend", "prefetch"));
    b->during_chat = fields_bool(f, FIELD("backend", "during_chat"));
    b->debounce_ms = value_int(value_get(f->map, "debounce_ms"), -1);
    b->max_tokens = (int64_t)fields_size(f, MAX_COUNT, FIELD("backend", "max_tokens"));
    b->max_lines = fields_size(f, MAX_COUNT, FIELD("backend", "max_lines"));
    fields_size(f, MAX_COUNT, FIELD("backend", "window_tokens"));
    fields_size(f, MAX_COUNT, FIELD("backend", "ring_tokens")); /* see window.h */
    b->cache_bytes = fields_size(f, MAX_CACHE, FIELD("backend", "cache_bytes"));
    b->cache_bytes = b->cache_bytes > LEAST_CACHE ? b->cache_bytes : LEAST_CACHE;
    b->min_confidence = fields_share(f, FIELD("backend", "confidence"));
}

/* Of all that makes another answer to the same prompt. What the prompt itself shows beside the text
 * around the cursor (names of project and files, chunks) may change: answers stay for that text. */
static uint64_t hash_backend(const struct backend *b)
{
    const struct value *const maps[] = {b->options, b->extra};
    uint64_t hash = hash_text(HASH_START, b->endpoint.url);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_printf(&text, "%lld %zu %g %d %d ", (long long)b->max_tokens, b->max_lines,
               b->min_confidence, b->tokens.suffix_first, b->tokens.line_before);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        if (maps[i] != NULL) {
            json_write(&text, maps[i]);
        }
        buf_add_str(&text, " ");
    }
    hash = hash_text(hash, b->dialect->name);
    hash = hash_text(hash, b->model);
    hash = hash_text(hash, text.data);
    for (size_t i = 0; i < TOKENS; i++) {
        hash = hash_text(hash, b->texts[i] != NULL ? b->texts[i] : "");
    }
    for (size_t i = 0; i < b->end_count; i++) {
        hash = hash_text(hash, b->ends[i]);
    }
    buf_finish(&text);
    return hash;
}

static const struct value *map_or_null(const struct value *v)
{
    return v != NULL && v->type == VALUE_MAP ? v : NULL;
}

static int read_spec(struct backend *b, const struct value *spec, const char **why)
{
    const struct value *tokens = value_get(spec, "tokens");
    int error = endpoint_init(&b->endpoint, value_get(spec, "endpoint"), why);
    if (error != 0) {
        return error;
    }
    struct fields f = {.map = spec};
    char *api = fields_text(&f, FIELD("backend", "api"));
    b->dialect = api != NULL ? dialect_for_fill_api(api) : NULL;
    free(api);
    b->model = fields_text(&f, FIELD("backend", "model"));
    b->project = fields_text(&f, FIELD("backend", "project"));
    read_limits(b, &f);
    *why = f.why;
    if (f.why == NULL && b->dialect == NULL) {
        *why = dialect_fill_apis_why();
    }
    if (*why != NULL || b->dialect == NULL) {
        return HUM_ESPEC;
    }
    b->options = value_copy(map_or_null(value_get(spec, "options")));
    b->extra = value_copy(map_or_null(value_get(spec, "extra")));
    b->keep_alive = value_copy(value_get(spec, "keep_alive"));
    read_ends(b, spec, tokens);
    error = read_tokens(b, tokens, why);
    gather_spellings(b);
    b->hash = hash_backend(b);
    return error;
}

struct backend *backend_new(const struct value *spec, const char **why)
{
    struct backend *b = xcalloc(1, sizeof *b);
    if (read_spec(b, spec, why) != 0) {
        backend_free(b);
        return NULL;
    }
    return b;
}

void backend_free(struct backend *b)
{
    if (b == NULL) {
        return;
    }
    for (size_t i = 0; b->texts != NULL && i < TOKENS; i++) {
        free(b->texts[i]);
    }
    for (size_t i = 0; i < b->end_count; i++) {
        free((void *)(uintptr_t)b->ends[i]);
    }
    free(b->texts);
    free(b->ends);
    free(b->spellings);
    free(b->model);
    free(b->project);
    endpoint_finish(&b->endpoint);
    value_free(b->options);
    value_free(b->extra);
    value_free(b->keep_alive);
    free(b);
}

size_t backend_stop(const struct backend *b, const struct around *around, const char **stop)
{
    size_t count = 0;
    for (size_t i = 0; i < b->end_count && count < b->stop_count; i++) {
        if (!around_has(around, span_of(b->ends[i]))) {
            stop[count++] = b->ends[i];
        }
    }
    return count;
}

struct fill backend_fill(const struct backend *b)
{
    return (struct fill){
        .model = b->model[0] != '\0' ? b->model : NULL,
        .tokens = b->raw ? &b->tokens : NULL,
        .project = b->project,
        .max_tokens = b->max_tokens,
        .temperature = 0,
        .seed = -1,
        .logprobs = b->min_confidence > 0,
        .stop = b->ends,
        .stop_count = b->stop_count,
        .options = b->options,
        .extra = b->extra,
        .keep_alive = b->keep_alive,
    };
}

struct generation *backend_start(const struct backend *b, const struct generation_env *env,
                                 const struct fill *fill,
                                 const struct generation_callbacks *callbacks, void *ctx,
                                 const char **why)
{
    struct generation *g = NULL;
    struct buf body;
    if (env->http == NULL) {
        *why = http_trouble();
        return NULL;
    }
    buf_init(&body, LIMIT_MESSAGE);
    *why = "the prompt is too long";
    const struct learned known = learned_of(&b->endpoint, b->model);
    if (b->dialect->fill->body(fill, &known, &body, why) == 0) {
        const struct generation_request request = {
            .endpoint = &b->endpoint,
            .dialect = b->dialect,
            .at = b->dialect->fill->at,
            .path = b->dialect->fill->path,
            .body = body.data,
            .body_len = body.len,
            .revises = true,
            .model = b->model,
        };
        *why = "endpoint.url is not a URL that can be used";
        g = generation_start(env, &request, callbacks, ctx);
    }
    buf_finish(&body);
    return g;
}
