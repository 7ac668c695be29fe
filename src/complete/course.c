#include "complete/course.h"

#include "base/around.h"

/* A request is old when the user is so far ahead of its text, about a line. */
#define OLD_BYTES 80

/* After so many answers in a row of which nothing was typed, the model does not know what this is
 * about: it is asked less, by a longer pause, which costs nobody a suggestion that is right. */
#define VAIN 6
#define VAIN_MS 150

static const struct course_order nothing = {0};

bool course_is_alive(const struct course *c)
{
    return c->state == COURSE_ASKING || c->state == COURSE_ANSWERING;
}

bool course_asks_here(const struct course *c)
{
    return course_is_alive(c) && c->purpose != COURSE_AHEAD;
}

/* ---- the request under way ----------------------------------------------------- */

static bool is_old(const struct course *c, const struct pace *p, uint64_t now_ms)
{
    return c->lag > OLD_BYTES || (c->lag > 0 && now_ms >= c->since_ms + pace_patience(p));
}

/* Behind what is suggested there is the request's own place, where the user has come by now. */
static void note_place(struct course *c, const struct course_place *place)
{
    if (c->purpose == COURSE_AHEAD && place->fit != COURSE_BEHIND) {
        c->purpose = COURSE_HERE;
    }
    c->typed = place->typed;
    c->lag = place->fit == COURSE_LAGS ? place->lag : 0;
}

/* What was typed at its place and deleted again leaves it what it was only if all of that is
 * gone: otherwise the user is about to write something else than he was when it was asked. */
static bool goes_on(const struct course *c, const struct course_place *place)
{
    bool deleted = place->typed < c->typed && place->typed > 0;
    return place->fit == COURSE_FITS || place->fit == COURSE_BEHIND ||
           (place->fit == COURSE_LAGS && !deleted);
}

/* Of a suggestion, typed or accepted: then the user is likely to want the rest and what follows. */
static bool is_half_used(const struct suggestion *s, const struct answer *a)
{
    return s->used < a->text.len && 2 * s->used >= a->text.len;
}

/* The suggestion is shown that the request looks behind; or the end of its line is reached, and the
 * request is for the next one. */
static bool is_in_front(const struct course *c, const struct suggestion *s, const struct answer *a)
{
    return a->serial == c->ahead_of || (a->serial == c->ahead_then && s->used == 0);
}

static void compare(const struct course *c, struct suggestion *s, const struct cache_key *here,
                    const struct answer *asked, const struct answer *fits,
                    struct course_place *place)
{
    if (fits == asked) {
        place->fit = s->lags ? COURSE_LAGS : COURSE_FITS;
        place->typed = s->used;
        place->known = false;
    } else if (fits != NULL && c->purpose == COURSE_AHEAD && is_in_front(c, s, fits)) {
        place->fit = COURSE_BEHIND;
    } else if (fits == NULL && cache_follow(s->cache, here, asked->serial, &place->typed)) {
        place->fit = COURSE_LAGS;
    }
    place->lag = place->typed > asked->text.len ? place->typed - asked->text.len : 0;
}

struct answer *course_look(const struct course *c, struct suggestion *s,
                           const struct cache_key *here, const struct answer *asked,
                           struct course_place *place)
{
    struct answer *a = suggestion_fit(s, here, asked);
    *place = (struct course_place){
        .fit = COURSE_AGAINST,
        .known = a != NULL,
        .used = a != NULL ? s->used : 0,
        .silent = s->silent,
        .ahead = a != NULL && a->final && is_half_used(s, a) &&
                 (a->serial != c->ahead_of || c->ahead != AHEAD_DONE),
    };
    if (asked != NULL) {
        compare(c, s, here, asked, a, place);
    }
    return a;
}

/* ---- looking ahead ------------------------------------------------------------- */

/* The cursor moves there: the text is taken to be typed. */
static const struct answer *find_behind(const struct suggestion *s, struct around_text *around,
                                        struct cache_key *key, struct span text, size_t *used)
{
    around_text_type(around, text.data, text.len);
    key->around = around_text_view(around);
    return cache_find(s->cache, key, 0, used);
}

static bool ends_line(const struct around_text *around)
{
    return around->after.len == 0 || around->after.data[0] == '\n';
}

static bool begins_line(const struct answer *a, size_t used)
{
    return a->text.len > used && a->text.data[used] == '\n';
}

/* Whoever reaches the end of a line is likely to begin the next, whatever the model would say
 * there. That is worth a request where an answer takes longer than the next key. */
static bool look_at_next_line(struct course *c, const struct suggestion *s, const struct pace *p,
                              struct around_text *around, struct cache_key *key)
{
    size_t used = 0;
    const struct answer *behind = cache_find(s->cache, key, 0, &used);
    if (behind == NULL || begins_line(behind, used) || !ends_line(around) || !pace_is_slow(p)) {
        return false;
    }
    c->ahead_then = behind->serial;
    return find_behind(s, around, key, span_of("\n"), &used) == NULL;
}

bool course_looks_ahead(struct course *c, const struct suggestion *s, const struct pace *p,
                        const struct answer *a, struct around_text *around, struct cache_key *key)
{
    size_t used = 0;
    bool first = c->ahead_of != a->serial;
    c->ahead_of = a->serial;
    c->ahead_then = 0;
    c->ahead = AHEAD_BEHIND;
    const struct span left_over = {a->text.data + s->used, a->text.len - s->used};
    if (find_behind(s, around, key, left_over, &used) == NULL && first) {
        return true;
    }
    c->ahead = AHEAD_DONE;
    return look_at_next_line(c, s, p, around, key);
}

/* ---- asking -------------------------------------------------------------------- */

static struct course_order ask(struct course *c, enum course_purpose purpose)
{
    c->state = COURSE_IDLE; /* until the caller says what has become of it */
    return (struct course_order){.ask = true, .purpose = purpose};
}

static void pause_till(struct course *c, uint64_t ms)
{
    c->state = COURSE_PAUSING;
    c->due_ms = ms;
}

static uint64_t pause_of(const struct course *c, const struct pace *p)
{
    return c->vain >= VAIN && !pace_is_fixed(p) ? VAIN_MS : 0;
}

/* A configured pause is counted from the last key, so whoever types on is not asked about; an
 * adapted one from the first of those that add text. */
static void pause_after(struct course *c, const struct pace *p, uint64_t now_ms, bool adds)
{
    uint64_t due = now_ms + pace_debounce(p) + pause_of(c, p);
    bool kept = c->state == COURSE_PAUSING && adds && !pace_is_fixed(p) && c->due_ms < due;
    pause_till(c, kept ? c->due_ms : due);
}

/* The request under way is of no use. */
static void drop(struct course *c)
{
    if (c->purpose == COURSE_AHEAD) {
        c->ahead_of = 0; /* who comes back to the suggestion may look ahead again */
    }
    c->state = COURSE_IDLE;
}

/* The answer has turned out to be another: no pause, but for one that is configured. */
static void ask_anew(struct course *c, const struct pace *p, uint64_t now_ms)
{
    c->state = COURSE_IDLE;
    if (c->asks) {
        uint64_t after = pace_is_fixed(p) ? c->key_ms + pace_debounce(p) : now_ms + pause_of(c, p);
        pause_till(c, after > now_ms ? after : now_ms);
    }
}

/* ---- what happens -------------------------------------------------------------- */

static struct course_order known(struct course *c, enum key_kind kind,
                                 const struct course_place *place)
{
    c->state = COURSE_IDLE;
    if (kind == KEY_REQUESTED && place->silent) {
        return ask(c, COURSE_ALTERNATIVE); /* it had nothing to say, so it is to try harder */
    }
    return place->ahead ? ask(c, COURSE_AHEAD) : nothing;
}

static struct course_order unknown(struct course *c, const struct pace *p, uint64_t now_ms,
                                   const struct course_key *key)
{
    if (key->kind == KEY_TYPED && c->asks) {
        pause_after(c, p, now_ms, key->adds);
        return nothing;
    }
    c->state = COURSE_IDLE;
    return c->asks ? ask(c, COURSE_HERE) : nothing;
}

static struct course_order key_alone(struct course *c, const struct pace *p, uint64_t now_ms,
                                     const struct course_key *key, const struct course_place *place)
{
    return place->known ? known(c, key->kind, place) : unknown(c, p, now_ms, key);
}

static struct course_order key_while_alive(struct course *c, const struct pace *p, uint64_t now_ms,
                                           const struct course_key *key,
                                           const struct course_place *place)
{
    struct course_order order = nothing;
    if (!goes_on(c, place)) {
        drop(c);
        order = key_alone(c, p, now_ms, key, place);
        order.end = true;
        return order;
    }
    note_place(c, place);
    if (is_old(c, p, now_ms)) {
        ask_anew(c, p, now_ms);
        order.end = true;
    }
    return order;
}

/* Of what has come something was typed or accepted, or the user goes on without it. */
static void note_use(struct course *c, enum key_kind kind, const struct course_place *place)
{
    if (place->used > 0 || kind == KEY_ACCEPTED) {
        c->vain = 0;
        c->fresh = false;
    } else if (c->fresh && !place->known && place->fit == COURSE_AGAINST) {
        c->vain++;
        c->fresh = false;
    }
}

struct course_order course_key(struct course *c, const struct pace *p, uint64_t now_ms,
                               const struct course_key *key, const struct course_place *place)
{
    c->key_ms = now_ms;
    note_use(c, key->kind, place);
    c->asks = key->kind != KEY_FOLLOWED && !(key->kind == KEY_TYPED && key->in_word);
    if (course_is_alive(c)) {
        return key_while_alive(c, p, now_ms, key, place);
    }
    return key_alone(c, p, now_ms, key, place);
}

void course_asked(struct course *c, enum course_purpose purpose, uint64_t now_ms)
{
    c->state = COURSE_ASKING;
    c->purpose = purpose;
    c->since_ms = now_ms;
    c->typed = c->lag = 0;
}

void course_shut(struct course *c, uint64_t now_ms, uint64_t ms)
{
    pause_till(c, now_ms + ms);
}

void course_barred(struct course *c)
{
    c->state = COURSE_BARRED;
}

struct course_order course_text(struct course *c, const struct pace *p, uint64_t now_ms,
                                const struct course_place *place)
{
    if (!course_is_alive(c)) {
        return nothing;
    }
    if (goes_on(c, place)) {
        note_place(c, place);
        c->fresh = c->fresh || (c->state == COURSE_ASKING && c->purpose != COURSE_AHEAD);
        c->state = COURSE_ANSWERING;
        c->since_ms = now_ms;
        return nothing;
    }
    c->vain++;
    ask_anew(c, p, now_ms);
    return (struct course_order){.end = true};
}

void course_over(struct course *c, const struct pace *p, uint64_t now_ms,
                 const struct course_place *place)
{
    c->state = COURSE_IDLE;
    if (!place->known) {
        ask_anew(c, p, now_ms);
    } else if (place->ahead) {
        pause_till(c, now_ms);
    }
}

void course_lost(struct course *c)
{
    if (c->state != COURSE_CLOSED) {
        c->state = COURSE_IDLE;
    }
}

uint64_t course_deadline(const struct course *c, const struct pace *p)
{
    if (c->state == COURSE_PAUSING) {
        return c->due_ms;
    }
    return course_asks_here(c) && c->lag > 0 && c->asks ? c->since_ms + pace_patience(p) : 0;
}

struct course_order course_due(struct course *c, const struct pace *p, uint64_t now_ms,
                               const struct course_place *place)
{
    if (c->state == COURSE_PAUSING && now_ms >= c->due_ms) {
        return place->known ? known(c, KEY_TYPED, place) : ask(c, COURSE_HERE);
    }
    struct course_order order = nothing;
    if (course_asks_here(c) && is_old(c, p, now_ms) && c->asks) {
        order = ask(c, COURSE_HERE);
        order.end = true;
    }
    return order;
}

void course_await(struct course *c)
{
    if (!course_is_alive(c)) {
        c->state = COURSE_IDLE;
    }
}

void course_close(struct course *c)
{
    c->state = COURSE_CLOSED;
    c->fresh = false;
}

void course_interrupt(struct course *c)
{
    if (course_is_alive(c)) {
        c->state = c->purpose == COURSE_AHEAD ? COURSE_IDLE : COURSE_BARRED;
    }
}

void course_resume(struct course *c, uint64_t now_ms)
{
    if (c->state == COURSE_BARRED) {
        pause_till(c, now_ms);
    }
}
