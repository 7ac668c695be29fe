/* hum as such a client: course, suggestion, cache and pace, put together as typing.c does it. */
#ifndef HUM_SLOW_COURSE_H
#define HUM_SLOW_COURSE_H

#include "complete/cache.h"
#include "complete/course.h"
#include "slow.h"

#include "base/around.h"

struct slow_course {
    struct slow_world *w;
    struct course course;
    struct pace pace;
    struct suggestion s;
    struct cache *cache;
    struct answer *asked; /* under way, or NULL */
    bool prefetch;
};

static inline struct cache_key slow_key_of(const char *left)
{
    const char *lf = strrchr(left, '\n');
    size_t line = lf != NULL ? (size_t)(lf + 1 - left) : 0;
    return (struct cache_key){
        .around = {{left, line}, {left + line, strlen(left) - line}, {"", 0}}};
}

static inline void slow_course_stop(struct slow_course *h)
{
    if (h->asked != NULL) {
        pace_waited(&h->pace, (double)((uint64_t)h->w->now - h->course.since_ms));
        cache_drop(h->cache, h->asked);
        slow_stop(h->w);
        h->asked = NULL;
    }
}

static inline void slow_course_fetch(struct slow_course *h, const char *place,
                                     enum course_purpose purpose)
{
    const struct cache_key key = slow_key_of(place);
    h->asked = cache_add(h->cache, &key, 0);
    slow_ask(h->w, place);
    course_asked(&h->course, purpose, (uint64_t)h->w->now);
    if (purpose == COURSE_HERE) {
        suggestion_set(&h->s, h->asked);
    }
}

static inline void slow_course_fetch_ahead(struct slow_course *h, const struct answer *a)
{
    struct around_text text;
    struct cache_key key = slow_key_of(h->w->typed);
    around_text_init(&text);
    around_text_type(&text, h->w->typed, h->w->typed_len);
    if (course_looks_ahead(&h->course, &h->s, &h->pace, a, &text, &key)) {
        buf_add(&text.left, "", 1);
        slow_course_fetch(h, text.left.data, COURSE_AHEAD);
    }
    around_text_finish(&text);
}

/* Lua knows what it shows. */
static inline void slow_course_show(struct slow_course *h, const struct answer *a)
{
    size_t len = suggestion_shown(a);
    h->s.at.serial = len > h->s.used || !a->final ? a->serial : 0;
    h->s.at.length = len;
}

static inline void slow_course_obey(struct slow_course *h, struct course_order order,
                                    struct answer *a)
{
    bool gone = order.end && a == h->asked;
    if (order.end) {
        slow_course_stop(h);
    }
    h->s.at.serial = 0;
    if (a != NULL && !gone) {
        slow_course_show(h, a);
    }
    uint64_t now = (uint64_t)h->w->now;
    if (order.ask && pace_closed(&h->pace, now) > 0) {
        course_shut(&h->course, now, pace_closed(&h->pace, now));
    } else if (order.ask && order.purpose == COURSE_AHEAD) {
        slow_course_fetch_ahead(h, a);
    } else if (order.ask) {
        slow_course_fetch(h, h->w->typed, order.purpose);
    }
}

static inline struct answer *slow_course_look(struct slow_course *h, struct course_place *place)
{
    const struct cache_key key = slow_key_of(h->w->typed);
    struct answer *a = course_look(&h->course, &h->s, &key, h->asked, place);
    place->ahead = place->ahead && h->prefetch;
    return a;
}

static inline void slow_course_on_key(void *ctx)
{
    struct slow_course *h = ctx;
    struct course_place place;
    struct answer *a = slow_course_look(h, &place);
    const struct course_key key = {.kind = KEY_TYPED, .adds = h->w->adds};
    slow_course_obey(h, course_key(&h->course, &h->pace, (uint64_t)h->w->now, &key, &place), a);
}

static inline void slow_course_on_text(void *ctx, const char *text, size_t len)
{
    struct slow_course *h = ctx;
    if (h->asked->text.len == 0) {
        pace_answered(&h->pace, (double)h->w->now - (double)h->course.since_ms);
    }
    cache_extend(h->cache, h->asked, text, len);
    h->asked->shown = h->asked->text.len;
    struct course_place place;
    struct answer *a = slow_course_look(h, &place);
    slow_course_obey(h, course_text(&h->course, &h->pace, (uint64_t)h->w->now, &place), a);
}

static inline void slow_course_on_end(void *ctx, bool failed)
{
    struct slow_course *h = ctx;
    struct answer *asked = h->asked;
    h->asked = NULL;
    course_lost(&h->course);
    if (failed) {
        cache_drop(h->cache, asked);
        pace_failed(&h->pace, (uint64_t)h->w->now, -1);
        return;
    }
    cache_finalize(h->cache, asked);
    pace_open(&h->pace);
    struct course_place place;
    struct answer *a = slow_course_look(h, &place);
    course_over(&h->course, &h->pace, (uint64_t)h->w->now, &place);
    slow_course_obey(h, (struct course_order){0}, a);
}

static inline void slow_course_on_tick(void *ctx)
{
    struct slow_course *h = ctx;
    uint64_t due = course_deadline(&h->course, &h->pace);
    if (due == 0 || due > (uint64_t)h->w->now) {
        return;
    }
    struct course_place place;
    struct answer *a = slow_course_look(h, &place);
    slow_course_obey(h, course_due(&h->course, &h->pace, (uint64_t)h->w->now, &place), a);
}

static inline bool slow_course_is_seen(void *ctx)
{
    struct slow_course *h = ctx;
    struct suggestion s = h->s;
    const struct cache_key key = slow_key_of(h->w->typed);
    const struct answer *a = suggestion_fit(&s, &key, h->asked);
    return a != NULL && suggestion_shown(a) > s.used;
}

static const struct slow_client slow_course = {slow_course_on_key, slow_course_on_text,
                                               slow_course_on_end, slow_course_on_tick,
                                               slow_course_is_seen};

static inline void slow_course_play(struct slow_world *w, bool prefetch, double debounce_ms)
{
    struct slow_course h = {.w = w, .cache = cache_new((size_t)1 << 20), .prefetch = prefetch};
    h.s.cache = h.cache;
    pace_init(&h.pace, debounce_ms);
    slow_type(w, &slow_course, &h);
    slow_course_stop(&h);
    cache_free(h.cache);
}

#endif
