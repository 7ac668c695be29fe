#include "complete/engine.h"

#include "base/buf.h"
#include "base/log.h"
#include "complete/backend.h"
#include "complete/cache.h"
#include "complete/prompt.h"
#include "complete/ring.h"
#include "complete/typing.h"
#include "nvim/attached.h"
#include "nvim/event.h"
#include "nvim/mirror.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/generation.h"

#include <stdlib.h>
#include <string.h>

/* Code has 3 to 4 bytes for each token; the first measurements say better. */
#define BYTES_PER_TOKEN 3.0

/* Of the ring while no backend says it: what is collected before the first one is kept if that
 * has the default of lua/hum/config/schema.lua. */
#define RING_TOKENS 1024

#define LINES_EVENT "nvim_buf_lines_event"

/* More than anyone edits at once; a bound against a runaway caller. */
#define TYPINGS_MAX 512

struct engine {
    struct engine_env env;
    struct typing_env shared;
    struct typing *typings[TYPINGS_MAX];
    size_t count;
    struct generation *loading; /* loads the model; never cancelled by keys */
    uint64_t loaded_ms;         /* when the model was last known to be loaded, 0: never */
    int64_t warmed;
    size_t ring_bytes;
};

/* ---- the model ----------------------------------------------------------------- */

static void resume_all(struct engine *e)
{
    for (size_t i = 0; i < e->count; i++) {
        typing_resume(e->typings[i]);
    }
}

static void on_failed(void *ctx, const struct failure *failure)
{
    struct engine *e = ctx;
    double retry_ms = failure->retry_after_s > 0 ? (double)failure->retry_after_s * 1000 : -1;
    pace_failed(&e->shared.pace, uv_now(e->env.loop), retry_ms);
    struct failure f = *failure;
    f.of = OF_FILL;
    struct buf *out = event_begin(e->env.rpc, EVENT_BACKEND_ERROR, 0);
    wire_map(out, EVENT_FAILURE_FIELDS);
    event_failure(out, &f);
}

static void on_load_event(void *ctx, const struct dialect_event *event)
{
    (void)ctx;
    (void)event;
}

static void on_load_end(void *ctx, const struct failure *failure, const char *reason)
{
    (void)reason;
    struct engine *e = ctx;
    e->loading = NULL;
    if (failure != NULL) {
        on_failed(e, failure);
        return;
    }
    e->loaded_ms = uv_now(e->env.loop);
    resume_all(e);
}

static const struct generation_callbacks load_callbacks = {on_load_event, on_load_end};

static bool is_loaded(const struct engine *e)
{
    const struct backend *backend = e->shared.backend;
    return !backend->load ||
           (e->loaded_ms > 0 && (int64_t)(uv_now(e->env.loop) - e->loaded_ms) < backend->kept_ms);
}

/* A server that loads a model for a request gives the load up with the request; so the model
 * is loaded by one of its own, which no key cancels, and nothing is fetched before. */
static void load(struct engine *e)
{
    const struct backend *backend = e->shared.backend;
    if (e->loading != NULL || pace_closed(&e->shared.pace, uv_now(e->env.loop))) {
        return;
    }
    const char *why = NULL;
    struct fill fill = backend_fill(backend);
    fill.load = true;
    e->warmed++;
    const struct generation_env env = {e->env.loop, e->env.http(e->env.ctx)};
    e->loading = backend_start(backend, &env, &fill, &load_callbacks, e, &why);
    if (e->loading == NULL) {
        const struct failure f = endpoint_failure(&backend->endpoint, HUM_ESPEC, why);
        on_failed(e, &f);
    }
}

static bool is_chat_in_the_way(const struct engine *e)
{
    const struct backend *backend = e->shared.backend;
    return !backend->during_chat && e->env.chats(e->env.ctx, backend->endpoint.url, backend->model);
}

static bool may_fetch(void *ctx)
{
    struct engine *e = ctx;
    if (is_chat_in_the_way(e)) {
        return false;
    }
    if (!is_loaded(e)) {
        load(e);
        return false;
    }
    return true;
}

static void on_done(void *ctx)
{
    struct engine *e = ctx;
    e->loaded_ms = uv_now(e->env.loop);
}

static struct http *http_of(void *ctx)
{
    struct engine *e = ctx;
    return e->env.http(e->env.ctx);
}

void engine_on_chat(struct engine *e)
{
    if (e->shared.backend == NULL) {
        return;
    }
    if (!is_chat_in_the_way(e)) {
        resume_all(e);
        return;
    }
    for (size_t i = 0; i < e->count; i++) {
        typing_interrupt(e->typings[i]);
    }
}

/* ---- methods ------------------------------------------------------------------- */

static struct typing *find_buf(struct engine *e, int64_t buf)
{
    for (size_t i = 0; i < e->count; i++) {
        if (typing_buf(e->typings[i]) == buf) {
            return e->typings[i];
        }
    }
    return NULL;
}

static struct typing *find(struct engine *e, const struct value *params)
{
    return find_buf(e, value_int(value_item(params, 0), 0));
}

static void remove_typing(void *ctx, struct typing *t)
{
    struct engine *e = ctx;
    for (size_t i = 0; i < e->count; i++) {
        if (e->typings[i] == t) {
            e->typings[i] = e->typings[--e->count];
            typing_free(t);
            return;
        }
    }
}

static void drop_backend(struct engine *e)
{
    for (size_t i = 0; i < e->count; i++) {
        typing_forget(e->typings[i]);
    }
    if (e->loading != NULL) {
        generation_stop(e->loading);
        e->loading = NULL;
    }
    e->loaded_ms = 0;
    backend_free(e->shared.backend);
    e->shared.backend = NULL;
}

static void size_ring(struct engine *e, size_t tokens)
{
    size_t bytes = tokens * (size_t)BYTES_PER_TOKEN;
    if (bytes != e->ring_bytes) {
        ring_free(e->shared.ring);
        e->shared.ring = ring_new(PROMPT_CHUNKS, bytes);
        e->ring_bytes = bytes;
    }
}

static void do_backend(struct engine *e, const struct value *params)
{
    drop_backend(e);
    const char *why = NULL;
    const struct value *spec = value_item(params, 0);
    bool given = spec != NULL && spec->type == VALUE_MAP;
    struct backend *backend = given ? backend_new(spec, &why) : NULL;
    if (given && backend == NULL) {
        const struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
        on_failed(e, &f);
    }
    struct typing_env *shared = &e->shared;
    shared->backend = backend;
    size_ring(e, backend != NULL ? backend->ring_tokens : RING_TOKENS);
    shared->bytes_per_token = BYTES_PER_TOKEN;
    pace_init(&shared->pace, backend != NULL ? (double)backend->debounce_ms : -1);
    cache_resize(shared->cache, backend != NULL ? backend->cache_bytes : 0);
    if (backend != NULL) {
        log_write(LOG_INFO, "backend: %s by %s at %s, model %s", backend->dialect->fill_path,
                  backend->endpoint.name, backend->endpoint.url, backend->model);
        resume_all(e);
    }
}

static void do_attach(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        if (!value_is_string(value_get(value_item(params, 1), "name"), typing_name(t))) {
            ring_forget(e->shared.ring, typing_name(t));
        }
        remove_typing(e, t);
    }
    if (e->count < TYPINGS_MAX) {
        int64_t buf = value_int(value_item(params, 0), 0);
        e->typings[e->count++] =
            typing_new(&e->shared, buf, value_item(params, 1), remove_typing, e);
    }
}

static void do_detach(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        if (!value_bool(value_item(params, 1), false)) {
            ring_forget(e->shared.ring, typing_name(t));
        }
        remove_typing(e, t);
    }
}

static size_t size_param(const struct value *params, size_t i)
{
    int64_t n = value_int(value_item(params, i), 0);
    return n > 0 ? (size_t)n : 0;
}

static struct key key_from(const struct value *params, enum key_kind kind)
{
    return (struct key){
        .tick = value_int(value_item(params, 1), 0),
        .row = size_param(params, 2),
        .col = size_param(params, 3),
        .kind = kind,
        .serial = size_param(params, 5),
        .length = size_param(params, 6),
    };
}

static void do_key(struct engine *e, const struct value *params)
{
    static const struct {
        const char *name;
        enum key_kind kind;
    } kinds[] = {{"typed", KEY_TYPED},
                 {"followed", KEY_FOLLOWED},
                 {"accepted", KEY_ACCEPTED},
                 {"source", KEY_SOURCE},
                 {"requested", KEY_REQUESTED}};
    struct typing *t = find(e, params);
    for (size_t i = 0; t != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (value_is_string(value_item(params, 4), kinds[i].name)) {
            const struct key key = key_from(params, kinds[i].kind);
            typing_key(t, &key);
            return;
        }
    }
}

static void do_cycle(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        const struct key key = key_from(params, KEY_REQUESTED);
        typing_cycle(t, &key, value_int(value_item(params, 4), 1) < 0 ? -1 : 1);
    }
}

static void do_leave(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        typing_leave(t);
    }
}

static void do_enter(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        typing_check(t, size_param(params, 1));
    }
    if (e->shared.backend != NULL && !is_loaded(e) && !is_chat_in_the_way(e)) {
        load(e);
    }
}

static void do_collect(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        typing_collect(t, value_int(value_item(params, 1), -1),
                       value_int(value_item(params, 2), -1));
    }
}

static void do_lines(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        attached_lines(typing_attached(t), params);
    }
}

static void do_detached(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        attached_detached(typing_attached(t));
    }
}

static void do_tick(struct engine *e, const struct value *params)
{
    (void)e;
    (void)params; /* the text is the same */
}

bool engine_handle(struct engine *e, const char *method, const struct value *params)
{
    static const struct {
        const char *name;
        void (*run)(struct engine *e, const struct value *params);
    } methods[] = {
        {LINES_EVENT, do_lines},
        {METHOD_KEY, do_key},
        {METHOD_LEAVE, do_leave},
        {METHOD_CYCLE, do_cycle},
        {METHOD_ENTER, do_enter},
        {METHOD_ATTACH, do_attach},
        {METHOD_DETACH, do_detach},
        {METHOD_COLLECT, do_collect},
        {METHOD_BACKEND, do_backend},
        {"nvim_buf_changedtick_event", do_tick},
        {"nvim_buf_detach_event", do_detached},
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(methods[i].name, method) == 0) {
            methods[i].run(e, params);
            return true;
        }
    }
    return false;
}

/* Without the text nothing can be suggested in this buffer. To attach again would bring the same
 * text, and again too much of it. */
void engine_on_too_big(struct engine *e, const char *method, int64_t buf)
{
    struct typing *t = find_buf(e, buf);
    if (t != NULL && strcmp(method, LINES_EVENT) == 0) {
        log_write(LOG_WARN, "buffer %lld: no suggestions, its text is too long", (long long)buf);
        attached_missed(typing_attached(t));
    }
}

/* ---- life ---------------------------------------------------------------------- */

struct engine *engine_new(const struct engine_env *env)
{
    struct engine *e = xcalloc(1, sizeof *e);
    e->env = *env;
    e->shared = (struct typing_env){
        .loop = env->loop,
        .rpc = env->rpc,
        .cache = cache_new(0),
        .bytes_per_token = BYTES_PER_TOKEN,
        .may_fetch = may_fetch,
        .http = http_of,
        .on_done = on_done,
        .on_failed = on_failed,
        .ctx = e,
    };
    size_ring(e, RING_TOKENS);
    pace_init(&e->shared.pace, -1);
    return e;
}

void engine_free(struct engine *e)
{
    while (e->count > 0) {
        typing_free(e->typings[--e->count]);
    }
    drop_backend(e);
    cache_free(e->shared.cache);
    ring_free(e->shared.ring);
    free(e);
}

void engine_mirror(struct engine *e, const struct value *params, struct buf *out)
{
    struct typing *t = find(e, params);
    const struct mirror *m = t != NULL ? typing_attached(t)->mirror : NULL;
    if (m == NULL) {
        wire_nil(out);
        return;
    }
    struct buf text;
    buf_init(&text, SIZE_MAX);
    mirror_range(m, 0, mirror_lines(m), &text);
    wire_str(out, text.data, text.len);
    buf_finish(&text);
}

void engine_info(const struct engine *e, struct buf *out)
{
    const struct typing_counts *n = &e->shared.counts;
    int64_t live = 0;
    for (size_t i = 0; i < e->count; i++) {
        live += typing_is_fetching(e->typings[i]);
    }
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {
        {"attached", (int64_t)e->count},
        {"cached_bytes", (int64_t)cache_bytes(e->shared.cache)},
        {"cancelled", n->cancelled},
        {"done", n->done},
        {"failed", n->failed},
        {"hits", n->hits},
        {"keys", n->keys},
        {"live", live},
        {"prefetched", n->prefetched},
        {"requests", n->requests},
        {"through", n->through},
        {"warmed", e->warmed},
    };
    wire_map(out, sizeof counts / sizeof *counts);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        wire_cstr(out, counts[i].name);
        wire_int(out, counts[i].count);
    }
}
