#include "complete/suggestion.h"

#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"

void suggestion_move(struct suggestion *s, const struct key *key)
{
    s->at = *key;
    s->sent_final = key->serial == 0 ? 0 : s->sent_final;
}

void suggestion_clear(struct suggestion *s)
{
    s->serial = s->at.serial = 0;
    s->at.length = 0;
}

/* The answer that Lua shows. Lua knows how it agrees with text that is not the same. */
static struct answer *find_shown(struct suggestion *s, const struct cache_key *here)
{
    struct answer *a = cache_follow_shown(s->cache, here, s->at.serial, &s->used);
    if (a == NULL && s->at.used > 0) {
        a = cache_by_serial(s->cache, s->at.serial);
        s->used = s->at.used;
    }
    return a;
}

static struct answer *find(struct suggestion *s, const struct cache_key *here,
                           const struct answer *growing)
{
    struct answer *a = NULL;
    if (s->at.serial != 0) {
        a = find_shown(s, here);
    }
    if (a == NULL && growing != NULL) {
        a = cache_follow(s->cache, here, growing->serial, &s->used);
    }
    bool useless =
        a != NULL && s->used >= a->text.len && (a->final || (a->text.len == 0 && s->used > 0));
    return a == NULL || useless ? cache_find(s->cache, here, 0, &s->used) : a;
}

struct answer *suggestion_fit(struct suggestion *s, const struct cache_key *here,
                              const struct answer *growing)
{
    struct answer *a = find(s, here, growing);
    s->serial = a != NULL ? a->serial : 0;
    s->silent = a != NULL && a->final && s->used >= a->text.len;
    s->lags = a != NULL && s->used > a->text.len;
    return a;
}

void suggestion_set(struct suggestion *s, const struct answer *a)
{
    s->serial = a->serial;
    s->used = 0;
    s->lags = false;
}

struct answer *suggestion_switch(struct suggestion *s, const struct cache_key *here,
                                 unsigned variant)
{
    size_t used = 0;
    struct answer *a = cache_find(s->cache, here, variant, &used);
    if (a == NULL || suggestion_shown(a) <= used) {
        return NULL;
    }
    suggestion_set(s, a);
    s->used = used;
    return a;
}

size_t suggestion_shown(const struct answer *a)
{
    return a->final ? a->text.len : a->shown;
}

void suggestion_send(struct suggestion *s, const struct answer *a, const struct cache_key *here)
{
    size_t len = suggestion_shown(a);
    bool known = s->at.serial == a->serial;
    bool finished = a->final && s->sent_final != a->serial;
    bool owed = finished && (s->at.kind == KEY_SOURCE || s->at.kind == KEY_REQUESTED);
    if (known ? s->at.length == len && !finished : len <= s->used && !owed) {
        return;
    }
    size_t from = s->used < len ? s->used : len;
    unsigned of = here != NULL ? cache_variants(s->cache, here) : 0;
    struct buf *out = event_begin(s->rpc, EVENT_SUGGEST, s->buf);
    wire_map(out, 10);
    wire_cstr(out, "tick");
    wire_int(out, s->at.tick);
    wire_cstr(out, "row");
    wire_int(out, (int64_t)s->at.row);
    wire_cstr(out, "col");
    wire_int(out, (int64_t)s->at.col);
    wire_cstr(out, "serial");
    wire_int(out, (int64_t)a->serial);
    wire_cstr(out, "from");
    wire_int(out, (int64_t)from);
    wire_cstr(out, "text");
    wire_str(out, a->text.data + from, len - from);
    wire_cstr(out, "final");
    wire_bool(out, a->final);
    wire_cstr(out, "cut");
    wire_bool(out, a->final && a->cut);
    wire_cstr(out, "n");
    wire_int(out, (int64_t)a->variant + 1);
    wire_cstr(out, "of");
    wire_int(out, of > a->variant ? of : a->variant + 1);
    s->at.used = known ? s->at.used : 0; /* was said of another */
    s->at.serial = a->serial;
    s->at.length = len;
    s->sent_final = a->final ? a->serial : 0;
}
