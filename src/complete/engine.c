#include "complete/engine.h"

#include "base/buf.h"
#include "base/log.h"
#include "complete/backend.h"
#include "complete/cache.h"
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

#define MAX_CHUNKS 16

/* Of the ring while no way says it: what is collected before the first one is kept if that
 * has the default of lua/hum/config/schema.lua. */
#define RING_TOKENS 1024

/* More than anyone edits at once; a bound against a runaway caller. */
#define TYPINGS_MAX 512

struct engine {
    struct engine_env env;
    struct typing_env shared;
    struct typing *sessions[TYPINGS_MAX];
    size_t count;
    struct generation *loading; /* loads the model; never cancelled by keys */
    uint64_t loaded_ms;         /* when the model was last known to be loaded, 0: never */
    int64_t warmed;
    size_t ring_bytes;
};

/* ---- the model ----------------------------------------------------------------- */

static void resume_all(struct engine *c)
{
    for (size_t i = 0; i < c->count; i++) {
        typing_resume(c->sessions[i]);
    }
}

static void on_failed(void *ctx, const struct failure *failure)
{
    struct engine *c = ctx;
    double retry_ms = failure->retry_after_s > 0 ? (double)failure->retry_after_s * 1000 : -1;
    pace_failed(&c->shared.pace, uv_now(c->env.loop), retry_ms);
    struct failure f = *failure;
    f.fills = true;
    struct buf *out = event_begin(c->env.rpc, EVENT_BACKEND_ERROR, 0);
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
    struct engine *c = ctx;
    c->loading = NULL;
    if (failure != NULL) {
        on_failed(c, failure);
        return;
    }
    c->loaded_ms = uv_now(c->env.loop);
    resume_all(c);
}

static const struct generation_callbacks load_callbacks = {on_load_event, on_load_end};

static bool is_loaded(const struct engine *c)
{
    const struct backend *backend = c->shared.backend;
    return !backend->load ||
           (c->loaded_ms > 0 && (int64_t)(uv_now(c->env.loop) - c->loaded_ms) < backend->kept_ms);
}

/* A server that loads a model for a request gives the load up with the request; so the model
 * is loaded by one of its own, which no key cancels, and nothing is asked before. */
static void load(struct engine *c)
{
    const struct backend *backend = c->shared.backend;
    if (c->loading != NULL || pace_closed(&c->shared.pace, uv_now(c->env.loop))) {
        return;
    }
    const char *why = NULL;
    struct fill fill = backend_fill(backend);
    fill.load = true;
    c->warmed++;
    c->loading = backend_start(backend, &fill, c->env.loop, c->env.http(c->env.ctx),
                               &load_callbacks, c, &why);
    if (c->loading == NULL) {
        const struct failure f = endpoint_failure(&backend->endpoint, HUM_ESPEC, why);
        on_failed(c, &f);
    }
}

static bool is_chat_in_the_way(const struct engine *c)
{
    const struct backend *backend = c->shared.backend;
    return !backend->during_chat && c->env.chats(c->env.ctx, backend->endpoint.url, backend->model);
}

static bool may_ask(void *ctx)
{
    struct engine *c = ctx;
    if (is_chat_in_the_way(c)) {
        return false;
    }
    if (!is_loaded(c)) {
        load(c);
        return false;
    }
    return true;
}

static void on_done(void *ctx)
{
    struct engine *c = ctx;
    c->loaded_ms = uv_now(c->env.loop);
}

static struct http *http_of(void *ctx)
{
    struct engine *c = ctx;
    return c->env.http(c->env.ctx);
}

void engine_note_chat(struct engine *c)
{
    if (c->shared.backend == NULL) {
        return;
    }
    if (!is_chat_in_the_way(c)) {
        resume_all(c);
        return;
    }
    for (size_t i = 0; i < c->count; i++) {
        typing_interrupt(c->sessions[i]);
    }
}

/* ---- methods ------------------------------------------------------------------- */

static struct typing *find(struct engine *c, const struct value *params)
{
    int64_t buf = value_int(value_item(params, 0), 0);
    for (size_t i = 0; i < c->count; i++) {
        if (typing_buf(c->sessions[i]) == buf) {
            return c->sessions[i];
        }
    }
    return NULL;
}

static void remove_session(void *ctx, struct typing *s)
{
    struct engine *c = ctx;
    for (size_t i = 0; i < c->count; i++) {
        if (c->sessions[i] == s) {
            c->sessions[i] = c->sessions[--c->count];
            typing_free(s);
            return;
        }
    }
}

static void drop_backend(struct engine *c)
{
    for (size_t i = 0; i < c->count; i++) {
        typing_forget(c->sessions[i]);
    }
    if (c->loading != NULL) {
        generation_stop(c->loading);
        c->loading = NULL;
    }
    c->loaded_ms = 0;
    backend_free(c->shared.backend);
    c->shared.backend = NULL;
}

static void size_ring(struct engine *c, size_t tokens)
{
    size_t bytes = tokens * (size_t)BYTES_PER_TOKEN;
    if (bytes != c->ring_bytes) {
        ring_free(c->shared.ring);
        c->shared.ring = ring_new(MAX_CHUNKS, bytes);
        c->ring_bytes = bytes;
    }
}

static void do_backend(struct engine *c, const struct value *params)
{
    drop_backend(c);
    const char *why = NULL;
    const struct value *spec = value_item(params, 0);
    bool given = spec != NULL && spec->type == VALUE_MAP;
    struct backend *backend = given ? backend_new(spec, &why) : NULL;
    if (given && backend == NULL) {
        const struct failure f = {
            .code = HUM_ESPEC, .endpoint = "?", .url = "?", .dialect = "?", .text = why};
        on_failed(c, &f);
    }
    struct typing_env *shared = &c->shared;
    shared->backend = backend;
    size_ring(c, backend != NULL ? backend->ring_tokens : RING_TOKENS);
    shared->bytes_per_token = BYTES_PER_TOKEN;
    pace_init(&shared->pace, backend != NULL ? (double)backend->debounce_ms : -1);
    cache_resize(shared->cache, backend != NULL ? backend->cache_bytes : 0);
    if (backend != NULL) {
        log_write(LOG_INFO, "backend: %s by %s at %s, model %s", backend->dialect->fill_path,
                  backend->endpoint.name, backend->endpoint.url, backend->model);
        resume_all(c);
    }
}

static void do_attach(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        if (!value_is_string(value_get(value_item(params, 1), "name"), typing_name(s))) {
            ring_forget(c->shared.ring, typing_name(s));
        }
        remove_session(c, s);
    }
    if (c->count < TYPINGS_MAX) {
        int64_t buf = value_int(value_item(params, 0), 0);
        c->sessions[c->count++] =
            typing_new(&c->shared, buf, value_item(params, 1), remove_session, c);
    }
}

static void do_detach(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        if (!value_bool(value_item(params, 1), false)) {
            ring_forget(c->shared.ring, typing_name(s));
        }
        remove_session(c, s);
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

static void do_key(struct engine *c, const struct value *params)
{
    static const struct {
        const char *name;
        enum key_kind kind;
    } kinds[] = {{"typed", KEY_TYPED},
                 {"followed", KEY_FOLLOWED},
                 {"accepted", KEY_ACCEPTED},
                 {"wanted", KEY_WANTED},
                 {"asked", KEY_ASKED}};
    struct typing *s = find(c, params);
    for (size_t i = 0; s != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (value_is_string(value_item(params, 4), kinds[i].name)) {
            const struct key key = key_from(params, kinds[i].kind);
            typing_key(s, &key);
            return;
        }
    }
}

static void do_cycle(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        const struct key key = key_from(params, KEY_ASKED);
        typing_cycle(s, &key, value_int(value_item(params, 4), 1) < 0 ? -1 : 1);
    }
}

static void do_leave(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        typing_leave(s);
    }
}

static void do_enter(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        typing_check(s, size_param(params, 1));
    }
    if (c->shared.backend != NULL && !is_loaded(c) && !is_chat_in_the_way(c)) {
        load(c);
    }
}

static void do_collect(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        typing_collect(s, value_int(value_item(params, 1), -1),
                       value_int(value_item(params, 2), -1));
    }
}

static void do_lines(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        attached_lines(typing_attached(s), params);
    }
}

static void do_detached(struct engine *c, const struct value *params)
{
    struct typing *s = find(c, params);
    if (s != NULL) {
        attached_detached(typing_attached(s));
    }
}

static void do_tick(struct engine *c, const struct value *params)
{
    (void)c;
    (void)params; /* the text is the same */
}

bool engine_handle(struct engine *c, const char *method, const struct value *params)
{
    static const struct {
        const char *name;
        void (*run)(struct engine *c, const struct value *params);
    } methods[] = {
        {"nvim_buf_lines_event", do_lines},
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
            methods[i].run(c, params);
            return true;
        }
    }
    return false;
}

/* ---- life ---------------------------------------------------------------------- */

struct engine *engine_new(const struct engine_env *env)
{
    struct engine *c = xcalloc(1, sizeof *c);
    c->env = *env;
    c->shared = (struct typing_env){
        .loop = env->loop,
        .rpc = env->rpc,
        .cache = cache_new(0),
        .bytes_per_token = BYTES_PER_TOKEN,
        .may_ask = may_ask,
        .http = http_of,
        .on_done = on_done,
        .on_failed = on_failed,
        .ctx = c,
    };
    size_ring(c, RING_TOKENS);
    pace_init(&c->shared.pace, -1);
    return c;
}

void engine_free(struct engine *c)
{
    while (c->count > 0) {
        typing_free(c->sessions[--c->count]);
    }
    drop_backend(c);
    cache_free(c->shared.cache);
    ring_free(c->shared.ring);
    free(c);
}

void engine_mirror(struct engine *c, const struct value *params, struct buf *out)
{
    struct typing *s = find(c, params);
    const struct mirror *m = s != NULL ? typing_attached(s)->mirror : NULL;
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

void engine_info(const struct engine *c, struct buf *out)
{
    const struct typing_counts *n = &c->shared.counts;
    int64_t live = 0;
    for (size_t i = 0; i < c->count; i++) {
        live += typing_is_fetching(c->sessions[i]);
    }
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {
        {"attached", (int64_t)c->count},
        {"cached_bytes", (int64_t)cache_bytes(c->shared.cache)},
        {"cancelled", n->cancelled},
        {"done", n->done},
        {"failed", n->failed},
        {"hits", n->hits},
        {"keys", n->keys},
        {"live", live},
        {"prefetched", n->prefetched},
        {"requests", n->requests},
        {"through", n->through},
        {"warmed", c->warmed},
    };
    wire_map(out, sizeof counts / sizeof *counts);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        wire_cstr(out, counts[i].name);
        wire_int(out, counts[i].count);
    }
}
