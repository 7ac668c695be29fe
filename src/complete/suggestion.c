#include "complete/suggestion.h"

#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"

void suggestion_move(struct suggestion *g, const struct key *key)
{
    g->at = *key;
    g->told_final = key->serial == 0 ? 0 : g->told_final;
}

void suggestion_clear(struct suggestion *g)
{
    g->serial = g->at.serial = 0;
    g->at.length = 0;
}

static struct answer *find(struct suggestion *g, const struct cache_place *place,
                           const struct answer *coming)
{
    struct answer *a = NULL;
    if (g->at.serial != 0) {
        a = cache_follow(g->cache, place, g->at.serial, &g->used);
    }
    if (a == NULL && coming != NULL) {
        a = cache_follow(g->cache, place, coming->serial, &g->used);
    }
    bool useless =
        a != NULL && g->used >= a->text.len && (a->complete || (a->text.len == 0 && g->used > 0));
    return a == NULL || useless ? cache_find(g->cache, place, 0, &g->used) : a;
}

struct answer *suggestion_fit(struct suggestion *g, const struct cache_place *place,
                              const struct answer *coming)
{
    struct answer *a = find(g, place, coming);
    g->serial = a != NULL ? a->serial : 0;
    g->silent = a != NULL && a->complete && g->used >= a->text.len;
    g->lags = a != NULL && g->used > a->text.len;
    return a;
}

void suggestion_take(struct suggestion *g, const struct answer *a)
{
    g->serial = a->serial;
    g->used = 0;
    g->lags = false;
}

struct answer *suggestion_turn(struct suggestion *g, const struct cache_place *place,
                               unsigned variant)
{
    size_t used = 0;
    struct answer *a = cache_find(g->cache, place, variant, &used);
    if (a == NULL || suggestion_shown(a) <= used) {
        return NULL;
    }
    suggestion_take(g, a);
    g->used = used;
    return a;
}

size_t suggestion_shown(const struct answer *a)
{
    return a->complete ? a->text.len : a->shown;
}

void suggestion_tell(struct suggestion *g, const struct answer *a, unsigned of)
{
    size_t len = suggestion_shown(a);
    bool known = g->at.serial == a->serial;
    bool ending = a->complete && g->told_final != a->serial;
    bool owed = ending && (g->at.kind == KEY_WANTED || g->at.kind == KEY_ASKED);
    if (known ? g->at.length == len && !ending : len <= g->used && !owed) {
        return;
    }
    size_t from = g->used < len ? g->used : len;
    struct buf *out = event_begin(g->rpc, EVENT_SUGGEST, g->buf);
    wire_map(out, 9);
    wire_cstr(out, "tick");
    wire_int(out, g->at.tick);
    wire_cstr(out, "row");
    wire_int(out, (int64_t)g->at.row);
    wire_cstr(out, "col");
    wire_int(out, (int64_t)g->at.col);
    wire_cstr(out, "serial");
    wire_int(out, (int64_t)a->serial);
    wire_cstr(out, "from");
    wire_int(out, (int64_t)from);
    wire_cstr(out, "text");
    wire_str(out, a->text.data + from, len - from);
    wire_cstr(out, "final");
    wire_bool(out, a->complete);
    wire_cstr(out, "n");
    wire_int(out, (int64_t)a->variant + 1);
    wire_cstr(out, "of");
    wire_int(out, of > a->variant ? of : a->variant + 1);
    g->at.serial = a->serial;
    g->at.length = len;
    g->told_final = a->complete ? a->serial : 0;
}
