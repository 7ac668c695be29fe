#include "complete.h"

#include "attached.h"
#include "buf.h"
#include "cache.h"
#include "dialect.h"
#include "event.h"
#include "generation.h"
#include "log.h"
#include "mirror.h"
#include "proto.h"
#include "ring.h"
#include "rpc.h"
#include "session.h"
#include "way.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

/* Code has 3 to 4 bytes for each token; the first measurements say better. */
#define BYTES_PER_TOKEN 3.0

#define MAX_CHUNKS 16

/* Of the ring while no way says it: what is collected before the first one is kept if that
 * has the default of lua/hum/config/schema.lua. */
#define RING_TOKENS 1024

/* More than anyone edits at once; a bound against a runaway caller. */
#define SESSIONS_MAX 512

struct complete {
    struct complete_env env;
    struct session_env shared;
    struct session *sessions[SESSIONS_MAX];
    size_t count;
    struct generation *loading; /* loads the model; never cancelled by keys */
    uint64_t loaded_ms;         /* when the model was last known to be loaded, 0: never */
    int64_t warmed;
    size_t ring_bytes;
};

/* ---- the model ----------------------------------------------------------------- */

static void resume_all(struct complete *c)
{
    for (size_t i = 0; i < c->count; i++) {
        session_resume(c->sessions[i]);
    }
}

static void on_failed(void *ctx, const struct failure *failure)
{
    struct complete *c = ctx;
    double retry_ms = failure->retry_after_s > 0 ? (double)failure->retry_after_s * 1000 : -1;
    pace_failed(&c->shared.pace, uv_now(c->env.loop), retry_ms);
    struct failure f = *failure;
    f.fills = true;
    struct buf *out = event_begin(c->env.rpc, EVENT_WAY_ERROR, 0);
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
    struct complete *c = ctx;
    c->loading = NULL;
    if (failure != NULL) {
        on_failed(c, failure);
        return;
    }
    c->loaded_ms = uv_now(c->env.loop);
    resume_all(c);
}

static const struct generation_callbacks load_callbacks = {on_load_event, on_load_end};

static bool is_loaded(const struct complete *c)
{
    const struct way *way = c->shared.way;
    return !way->load ||
           (c->loaded_ms > 0 && (int64_t)(uv_now(c->env.loop) - c->loaded_ms) < way->kept_ms);
}

/* A server that loads a model for a request gives the load up with the request; so the model
 * is loaded by one of its own, which no key cancels, and nothing is asked before. */
static void load(struct complete *c)
{
    const struct way *way = c->shared.way;
    if (c->loading != NULL || pace_closed(&c->shared.pace, uv_now(c->env.loop))) {
        return;
    }
    const char *why = NULL;
    struct fill fill = way_fill(way);
    fill.load = true;
    c->warmed++;
    c->loading =
        way_ask(way, &fill, c->env.loop, c->env.http(c->env.ctx), &load_callbacks, c, &why);
    if (c->loading == NULL) {
        const struct failure f = endpoint_failure(&way->endpoint, HUM_ESPEC, why);
        on_failed(c, &f);
    }
}

static bool is_chat_in_the_way(const struct complete *c)
{
    const struct way *way = c->shared.way;
    return !way->during_chat && c->env.chats(c->env.ctx, way->endpoint.url, way->model);
}

static bool may_ask(void *ctx)
{
    struct complete *c = ctx;
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
    struct complete *c = ctx;
    c->loaded_ms = uv_now(c->env.loop);
}

static struct http *http_of(void *ctx)
{
    struct complete *c = ctx;
    return c->env.http(c->env.ctx);
}

void complete_note_chat(struct complete *c)
{
    if (c->shared.way == NULL) {
        return;
    }
    if (!is_chat_in_the_way(c)) {
        resume_all(c);
        return;
    }
    for (size_t i = 0; i < c->count; i++) {
        session_interrupt(c->sessions[i]);
    }
}

/* ---- methods ------------------------------------------------------------------- */

static struct session *find(struct complete *c, const struct value *params)
{
    int64_t buf = value_int(value_item(params, 0), 0);
    for (size_t i = 0; i < c->count; i++) {
        if (session_buf(c->sessions[i]) == buf) {
            return c->sessions[i];
        }
    }
    return NULL;
}

static void remove_session(void *ctx, struct session *s)
{
    struct complete *c = ctx;
    for (size_t i = 0; i < c->count; i++) {
        if (c->sessions[i] == s) {
            c->sessions[i] = c->sessions[--c->count];
            session_free(s);
            return;
        }
    }
}

static void drop_way(struct complete *c)
{
    for (size_t i = 0; i < c->count; i++) {
        session_forget(c->sessions[i]);
    }
    if (c->loading != NULL) {
        generation_stop(c->loading);
        c->loading = NULL;
    }
    c->loaded_ms = 0;
    way_free(c->shared.way);
    c->shared.way = NULL;
}

static void size_ring(struct complete *c, size_t tokens)
{
    size_t bytes = tokens * (size_t)BYTES_PER_TOKEN;
    if (bytes != c->ring_bytes) {
        ring_free(c->shared.ring);
        c->shared.ring = ring_new(MAX_CHUNKS, bytes);
        c->ring_bytes = bytes;
    }
}

static void do_way(struct complete *c, const struct value *params)
{
    drop_way(c);
    const char *why = NULL;
    const struct value *spec = value_item(params, 0);
    bool given = spec != NULL && spec->type == VALUE_MAP;
    struct way *way = given ? way_new(spec, &why) : NULL;
    if (given && way == NULL) {
        const struct failure f = {
            .code = HUM_ESPEC, .endpoint = "?", .url = "?", .dialect = "?", .text = why};
        on_failed(c, &f);
    }
    struct session_env *shared = &c->shared;
    shared->way = way;
    size_ring(c, way != NULL ? way->ring_tokens : RING_TOKENS);
    shared->bytes_per_token = BYTES_PER_TOKEN;
    pace_init(&shared->pace, way != NULL ? (double)way->debounce_ms : -1);
    cache_resize(shared->cache, way != NULL ? way->cache_bytes : 0);
    if (way != NULL) {
        log_write(LOG_INFO, "way: %s by %s at %s, model %s", way->dialect->fill_path,
                  way->endpoint.name, way->endpoint.url, way->model);
        resume_all(c);
    }
}

static void do_attach(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        if (!value_is_string(value_get(value_item(params, 1), "name"), session_name(s))) {
            ring_forget(c->shared.ring, session_name(s));
        }
        remove_session(c, s);
    }
    if (c->count < SESSIONS_MAX) {
        int64_t buf = value_int(value_item(params, 0), 0);
        c->sessions[c->count++] =
            session_new(&c->shared, buf, value_item(params, 1), remove_session, c);
    }
}

static void do_detach(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        if (!value_bool(value_item(params, 1), false)) {
            ring_forget(c->shared.ring, session_name(s));
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

static void do_key(struct complete *c, const struct value *params)
{
    static const struct {
        const char *name;
        enum key_kind kind;
    } kinds[] = {{"typed", KEY_TYPED},
                 {"followed", KEY_FOLLOWED},
                 {"accepted", KEY_ACCEPTED},
                 {"wanted", KEY_WANTED},
                 {"asked", KEY_ASKED}};
    struct session *s = find(c, params);
    for (size_t i = 0; s != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (value_is_string(value_item(params, 4), kinds[i].name)) {
            const struct key key = key_from(params, kinds[i].kind);
            session_key(s, &key);
            return;
        }
    }
}

static void do_cycle(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        const struct key key = key_from(params, KEY_ASKED);
        session_cycle(s, &key, value_int(value_item(params, 4), 1) < 0 ? -1 : 1);
    }
}

static void do_leave(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        session_leave(s);
    }
}

static void do_enter(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        session_check(s, size_param(params, 1));
    }
    if (c->shared.way != NULL && !is_loaded(c) && !is_chat_in_the_way(c)) {
        load(c);
    }
}

static void do_collect(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        session_collect(s, value_int(value_item(params, 1), -1),
                        value_int(value_item(params, 2), -1));
    }
}

static void do_lines(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        attached_lines(session_attached(s), params);
    }
}

static void do_detached(struct complete *c, const struct value *params)
{
    struct session *s = find(c, params);
    if (s != NULL) {
        attached_detached(session_attached(s));
    }
}

static void do_tick(struct complete *c, const struct value *params)
{
    (void)c;
    (void)params; /* the text is the same */
}

bool complete_take(struct complete *c, const char *method, const struct value *params)
{
    static const struct {
        const char *name;
        void (*run)(struct complete *c, const struct value *params);
    } methods[] = {
        {"nvim_buf_lines_event", do_lines},
        {METHOD_KEY, do_key},
        {METHOD_LEAVE, do_leave},
        {METHOD_CYCLE, do_cycle},
        {METHOD_ENTER, do_enter},
        {METHOD_ATTACH, do_attach},
        {METHOD_DETACH, do_detach},
        {METHOD_COLLECT, do_collect},
        {METHOD_WAY, do_way},
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

struct complete *complete_new(const struct complete_env *env)
{
    struct complete *c = xcalloc(1, sizeof *c);
    c->env = *env;
    c->shared = (struct session_env){
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

void complete_free(struct complete *c)
{
    while (c->count > 0) {
        session_free(c->sessions[--c->count]);
    }
    drop_way(c);
    cache_free(c->shared.cache);
    ring_free(c->shared.ring);
    free(c);
}

void complete_mirror(struct complete *c, const struct value *params, struct buf *out)
{
    struct session *s = find(c, params);
    const struct mirror *m = s != NULL ? session_attached(s)->mirror : NULL;
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

void complete_info(const struct complete *c, struct buf *out)
{
    const struct session_counts *n = &c->shared.counts;
    int64_t live = 0;
    for (size_t i = 0; i < c->count; i++) {
        live += session_is_asking(c->sessions[i]);
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
