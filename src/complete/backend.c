#include "complete/backend.h"

#include "base/buf.h"
#include "complete/cache.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/generation.h"
#include "server/json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STOP 32

/* Ollama's own default, less what clocks and slow requests may take. */
#define KEPT_MS (4 * 60 * 1000)

/* A model that leaves sooner than this may be gone before the question that its load was for. */
#define LEAST_KEPT_MS 50

/* What is shown is looked up in the cache, so it must hold the longest answer. */
#define LEAST_CACHE ((size_t)4 * CACHE_TEXT)

enum token { PREFIX, SUFFIX, MIDDLE, REPO, FILE_, TOKENS };

static size_t size_in(const struct value *spec, const char *key, int64_t fallback, int64_t max)
{
    int64_t n = value_int(value_get(spec, key), fallback);
    return (size_t)(n < 0 ? 0 : n > max ? max : n);
}

static int read_tokens(struct backend *w, const struct value *tokens, const char **why)
{
    static const char *const names[TOKENS] = {"prefix", "suffix", "middle", "repo", "file"};
    w->texts = xcalloc(TOKENS, sizeof *w->texts);
    if (tokens == NULL) {
        return 0;
    }
    for (size_t i = 0; i < TOKENS; i++) {
        w->texts[i] = value_strdup(value_get(tokens, names[i]));
    }
    if (w->texts[PREFIX] == NULL || w->texts[SUFFIX] == NULL || w->texts[MIDDLE] == NULL) {
        *why = "backend.tokens needs prefix, suffix and middle";
        return HUM_ESPEC;
    }
    w->raw = true;
    w->tokens = (struct fim_tokens){
        .prefix = w->texts[PREFIX],
        .suffix = w->texts[SUFFIX],
        .middle = w->texts[MIDDLE],
        .repo = w->texts[REPO],
        .file = w->texts[FILE_],
        .suffix_first = value_bool(value_get(tokens, "suffix_first"), false),
    };
    return 0;
}

static void read_stop(struct backend *w, const struct value *tokens)
{
    const struct value *stop = value_get(tokens, "stop");
    size_t count = stop != NULL && stop->type == VALUE_ARRAY ? stop->as.array.count : 0;
    w->stop = xcalloc(MAX_STOP, sizeof *w->stop);
    for (size_t i = 0; i < count && w->stop_count < MAX_STOP; i++) {
        const char *text = value_strdup(&stop->as.array.items[i]);
        if (text != NULL) {
            w->stop[w->stop_count++] = text;
        }
    }
}

/* FNV-1a. */
uint64_t backend_hash_text(uint64_t hash, const char *text)
{
    hash = hash != 0 ? hash : 14695981039346656037u;
    for (const char *c = text; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    }
    return (hash ^ 0xff) * 1099511628211u;
}

static void read_limits(struct backend *w, const struct value *spec)
{
    w->kept_ms = value_int(value_get(spec, "kept_ms"), KEPT_MS);
    w->load = value_bool(value_get(spec, "load"), false) && w->kept_ms >= LEAST_KEPT_MS;
    w->prefetch = value_bool(value_get(spec, "prefetch"), true);
    w->during_chat = value_bool(value_get(spec, "during_chat"), false);
    w->debounce_ms = value_int(value_get(spec, "debounce_ms"), -1);
    w->max_tokens = (int64_t)size_in(spec, "max_tokens", 128, 4096);
    w->max_tokens += w->max_tokens == 0;
    w->max_lines = size_in(spec, "max_lines", 16, 1000);
    w->window_tokens = size_in(spec, "window_tokens", 2048, 1 << 20);
    w->ring_tokens = size_in(spec, "ring_tokens", 1024, 1 << 20);
    w->cache_bytes = size_in(spec, "cache_bytes", 4 << 20, 1 << 30);
    w->cache_bytes = w->cache_bytes > LEAST_CACHE ? w->cache_bytes : LEAST_CACHE;
    w->min_confidence = value_number(value_get(spec, "confidence"), 0);
}

/* Of all that makes another answer to the same question. */
static uint64_t hash_backend(const struct backend *w)
{
    const struct value *const maps[] = {w->options, w->extra};
    uint64_t hash = backend_hash_text(0, w->endpoint.url);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_printf(&text, "%lld %zu %g ", (long long)w->max_tokens, w->max_lines, w->min_confidence);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        if (maps[i] != NULL) {
            json_write(&text, maps[i]);
        }
        buf_add_str(&text, " ");
    }
    hash = backend_hash_text(hash, w->dialect->name);
    hash = backend_hash_text(hash, w->model);
    hash = backend_hash_text(hash, text.data);
    for (size_t i = 0; i < TOKENS; i++) {
        hash = backend_hash_text(hash, w->texts[i] != NULL ? w->texts[i] : "");
    }
    for (size_t i = 0; i < w->stop_count; i++) {
        hash = backend_hash_text(hash, w->stop[i]);
    }
    buf_finish(&text);
    return hash;
}

static const struct value *map_or_null(const struct value *v)
{
    return v != NULL && v->type == VALUE_MAP ? v : NULL;
}

static int read_spec(struct backend *w, const struct value *spec, const char **why)
{
    const struct value *tokens = value_get(spec, "tokens");
    int error = endpoint_init(&w->endpoint, value_get(spec, "endpoint"), why);
    if (error != 0) {
        return error;
    }
    char *api = value_strdup_or(value_get(spec, "api"), "");
    w->dialect = dialect_for_fill_api(api);
    free(api);
    w->model = value_strdup_or(value_get(spec, "model"), "");
    w->project = value_strdup_or(value_get(spec, "project"), "");
    if (w->dialect == NULL) {
        *why = "backend.api is none of \"generate\", \"completions\" and \"infill\"";
        return HUM_ESPEC;
    }
    w->options = value_copy(map_or_null(value_get(spec, "options")));
    w->extra = value_copy(map_or_null(value_get(spec, "extra")));
    w->keep_alive = value_copy(value_get(spec, "keep_alive"));
    read_stop(w, tokens);
    read_limits(w, spec);
    error = read_tokens(w, tokens, why);
    w->hash = hash_backend(w);
    return error;
}

struct backend *backend_new(const struct value *spec, const char **why)
{
    struct backend *w = xcalloc(1, sizeof *w);
    if (read_spec(w, spec, why) != 0) {
        backend_free(w);
        return NULL;
    }
    return w;
}

void backend_free(struct backend *w)
{
    if (w == NULL) {
        return;
    }
    for (size_t i = 0; w->texts != NULL && i < TOKENS; i++) {
        free(w->texts[i]);
    }
    for (size_t i = 0; i < w->stop_count; i++) {
        free((void *)(uintptr_t)w->stop[i]);
    }
    free(w->texts);
    free(w->stop);
    free(w->model);
    free(w->project);
    endpoint_finish(&w->endpoint);
    value_free(w->options);
    value_free(w->extra);
    value_free(w->keep_alive);
    free(w);
}

struct fill backend_fill(const struct backend *w)
{
    return (struct fill){
        .model = w->model[0] != '\0' ? w->model : NULL,
        .tokens = w->raw ? &w->tokens : NULL,
        .project = w->project,
        .max_tokens = w->max_tokens,
        .temperature = 0,
        .seed = -1,
        .logprobs = w->min_confidence > 0,
        .stop = w->stop,
        .stop_count = w->stop_count,
        .options = w->options,
        .extra = w->extra,
        .keep_alive = w->keep_alive,
    };
}

struct generation *backend_start(const struct backend *w, const struct fill *fill, uv_loop_t *loop,
                                 struct http *http, const struct generation_callbacks *callbacks,
                                 void *ctx, const char **why)
{
    struct generation *g = NULL;
    struct buf body;
    if (http == NULL) {
        *why = "libcurl cannot be initialised";
        return NULL;
    }
    buf_init(&body, LIMIT_MESSAGE);
    *why = "the prompt is too long";
    if (w->dialect->fill_body(fill, &body, why) == 0) {
        const struct generation_request request = {
            .endpoint = &w->endpoint,
            .dialect = w->dialect,
            .path = w->dialect->fill_path,
            .body = body.data,
            .body_len = body.len,
            .model = w->model,
        };
        *why = "endpoint.url is not a URL that can be used";
        g = generation_start(loop, http, &request, callbacks, ctx);
    }
    buf_finish(&body);
    return g;
}
