#include "complete/engine.h"

#include "base/buf.h"
#include "base/log.h"
#include "complete/cache.h"
#include "complete/ring.h"
#include "complete/supply.h"
#include "complete/typing.h"
#include "nvim/attached.h"
#include "nvim/mirror.h"
#include "nvim/wire.h"
#include "proto.h"

#include <stdlib.h>
#include <string.h>

#define LINES_EVENT "nvim_buf_lines_event"

/* More than anyone edits at once; a bound against a runaway caller. */
#define TYPINGS_MAX 512

struct engine {
    struct supply supply;
    struct typing *typings[TYPINGS_MAX];
    size_t count;
};

static void resume_all(void *ctx)
{
    struct engine *e = ctx;
    for (size_t i = 0; i < e->count; i++) {
        typing_resume(e->typings[i]);
    }
}

void engine_on_chat(struct engine *e)
{
    if (e->supply.backend == NULL) {
        return;
    }
    if (!supply_yields(&e->supply)) {
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

static void do_backend(struct engine *e, const struct value *params)
{
    for (size_t i = 0; i < e->count; i++) {
        typing_forget(e->typings[i]);
    }
    supply_set_backend(&e->supply, value_item(params, 0));
    if (e->supply.backend != NULL) {
        resume_all(e);
    }
}

static void do_extras(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        typing_extras(t, value_item(params, 1));
    }
}

static void do_window(struct engine *e, const struct value *params)
{
    supply_bound(&e->supply, value_item(params, 0));
}

static void do_attach(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    const struct value *about = value_item(params, 1);
    if (t != NULL && value_is_string(value_get(about, "name"), typing_name(t))) {
        typing_describe(t, about);
        return;
    }
    if (t != NULL) {
        typing_disown(t);
        remove_typing(e, t);
    }
    int64_t buf = value_int(value_item(params, 0), 0);
    if (e->count == TYPINGS_MAX) {
        log_write(LOG_WARN, "buffer %lld: no suggestions, there are too many", (long long)buf);
    } else {
        e->typings[e->count++] = typing_new(&e->supply, buf, about, remove_typing, e);
    }
}

static void do_detach(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        if (!value_bool(value_item(params, 1), false)) {
            typing_disown(t);
        }
        remove_typing(e, t);
        return;
    }
    char *closed = value_strdup_or(value_item(params, 2), "");
    if (*closed != '\0') {
        supply_disown(&e->supply, closed);
    }
    free(closed);
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
        .used = size_param(params, 7),
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
    if (e->supply.backend != NULL) {
        supply_warm(&e->supply);
    }
}

static void do_scope(struct engine *e, const struct value *params)
{
    struct typing *t = find(e, params);
    if (t != NULL) {
        int64_t column = value_int(value_get(value_item(params, 2), "definition"), -1);
        typing_scope(t, size_param(params, 1), column);
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

static void do_watch(struct engine *e, const struct value *params)
{
    e->supply.watched = value_bool(value_item(params, 0), false);
    supply_tell_loading(&e->supply);
    for (size_t i = 0; i < e->count; i++) {
        typing_tell(e->typings[i]);
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
        {METHOD_SCOPE, do_scope},
        {METHOD_COLLECT, do_collect},
        {METHOD_BACKEND, do_backend},
        {METHOD_WATCH, do_watch},
        {METHOD_WINDOW, do_window},
        {METHOD_EXTRAS, do_extras},
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

struct engine *engine_new(const struct supply_env *env)
{
    struct engine *e = xcalloc(1, sizeof *e);
    supply_init(&e->supply, env, resume_all, e);
    return e;
}

void engine_free(struct engine *e)
{
    while (e->count > 0) {
        typing_free(e->typings[--e->count]);
    }
    supply_finish(&e->supply);
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
    const struct supply_counts *n = &e->supply.counts;
    int64_t live = 0;
    for (size_t i = 0; i < e->count; i++) {
        live += typing_is_fetching(e->typings[i]);
    }
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {
        {"attached", (int64_t)e->count},
        {"cached_bytes", (int64_t)cache_bytes(e->supply.cache)},
        {"cancelled", n->cancelled},
        {"done", n->done},
        {"failed", n->failed},
        {"hits", n->hits},
        {"keys", n->keys},
        {"live", live},
        {"prefetched", n->prefetched},
        {"requests", n->requests},
        {"through", n->through},
        {"warmed", n->warmed},
    };
    wire_map(out, sizeof counts / sizeof *counts);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        wire_cstr(out, counts[i].name);
        wire_int(out, counts[i].count);
    }
}
