/* Two more such clients, to compare with: llama.vim's way and an oracle. */
#ifndef HUM_SLOW_OTHERS_H
#define HUM_SLOW_OTHERS_H

#include "slow.h"

#define SLOW_KNOWN 512

/* ---- llama.vim's way ----------------------------------------------------------- */

/* As autoload/llama.vim has it (2026): a request runs to its end and is read whole; while it runs,
 * what was to be asked last is tried again after 100 ms. Each key asks for its place unless exactly
 * that is known, also while a suggestion is typed. What is shown asks for what comes behind it. */
#define SLOW_RETRY_MS 100
#define SLOW_BACK 128

struct slow_vim {
    struct slow_world *w;
    struct {
        char *place, *text;
    } known[SLOW_KNOWN];
    size_t count;
    char answer[SLOW_TEXT];
    char later[SLOW_TEXT]; /* to be tried again: a place, or "" for where the user is by then */
    int retry_ms;          /* 0: nothing is */
    bool seen;
};

static inline const char *slow_vim_find(const struct slow_vim *v, const char *place, size_t len)
{
    for (size_t i = v->count; i-- > 0;) {
        if (strlen(v->known[i].place) == len && memcmp(v->known[i].place, place, len) == 0) {
            return v->known[i].text;
        }
    }
    return NULL;
}

/* place "": where the user is. */
static inline void slow_vim_ask(struct slow_vim *v, const char *place)
{
    if (v->w->request.alive) {
        snprintf(v->later, sizeof v->later, "%s", place);
        v->retry_ms = v->w->now + SLOW_RETRY_MS;
        return;
    }
    const char *at = place[0] != '\0' ? place : v->w->typed;
    if (slow_vim_find(v, at, strlen(at)) == NULL) {
        v->answer[0] = '\0';
        slow_ask(v->w, at);
    }
}

/* What is left of the longest answer that was fetched up to 128 characters before. */
static inline const char *slow_vim_left(const struct slow_vim *v)
{
    const char *typed = v->w->typed, *best = slow_vim_find(v, typed, v->w->typed_len);
    if (best != NULL) {
        return best;
    }
    for (size_t back = 1; back <= SLOW_BACK && back <= v->w->typed_len; back++) {
        size_t len = v->w->typed_len - back;
        const char *text = slow_vim_find(v, typed, len);
        if (text != NULL && strncmp(text, typed + len, back) == 0 && text[back] != '\0' &&
            (best == NULL || strlen(text + back) > strlen(best))) {
            best = text + back;
        }
    }
    return best;
}

static inline void slow_vim_try(struct slow_vim *v)
{
    const char *left = slow_vim_left(v);
    v->seen = left != NULL && left[0] != '\0';
    if (v->seen) {
        char behind[SLOW_TEXT];
        snprintf(behind, sizeof behind, "%s%s", v->w->typed, left);
        slow_vim_ask(v, behind);
    }
}

static inline void slow_vim_on_key(void *ctx)
{
    struct slow_vim *v = ctx;
    slow_vim_try(v);
    slow_vim_ask(v, "");
}

static inline void slow_vim_on_text(void *ctx, const char *text, size_t len)
{
    struct slow_vim *v = ctx;
    strncat(v->answer, text, len);
}

static inline void slow_vim_on_end(void *ctx, bool failed)
{
    struct slow_vim *v = ctx;
    if (failed || v->count == SLOW_KNOWN) {
        return;
    }
    v->known[v->count].place = strdup(v->w->request.place);
    v->known[v->count++].text = strdup(v->answer);
    if (!v->seen) {
        slow_vim_try(v);
    }
}

static inline void slow_vim_on_tick(void *ctx)
{
    struct slow_vim *v = ctx;
    if (v->retry_ms > 0 && v->w->now >= v->retry_ms) {
        char place[SLOW_TEXT];
        snprintf(place, sizeof place, "%s", v->later);
        v->retry_ms = 0;
        slow_vim_ask(v, place);
    }
}

static inline bool slow_vim_is_seen(void *ctx)
{
    return ((struct slow_vim *)ctx)->seen;
}

static const struct slow_client slow_vim = {slow_vim_on_key, slow_vim_on_text, slow_vim_on_end,
                                            slow_vim_on_tick, slow_vim_is_seen};

static inline void slow_vim_play(struct slow_world *w)
{
    struct slow_vim v = {.w = w};
    slow_type(w, &slow_vim, &v);
    for (size_t i = 0; i < v.count; i++) {
        free(v.known[i].place);
        free(v.known[i].text);
    }
}

/* ---- an oracle ----------------------------------------------------------------- */

/* It knows what will be typed and when, and keeps one request alive: for the first place for which
 * nothing is known of those where the user will be when the first byte comes, or later. */
struct slow_oracle {
    struct slow_world *w;
    size_t asked;                   /* of the request: bytes typed by then */
    size_t upto[sizeof slow_lines]; /* from this place on there is text up to there */
};

static inline size_t slow_oracle_at(const struct slow_oracle *o)
{
    return o->w->typed_len - strlen(slow_head);
}

static inline bool slow_oracle_has(const struct slow_oracle *o, size_t place)
{
    for (size_t from = 0; from <= place; from++) {
        if (o->upto[from] > place) {
            return true;
        }
    }
    return false;
}

static inline void slow_oracle_ask(struct slow_oracle *o)
{
    struct slow_world *w = o->w;
    size_t place = slow_oracle_at(o) +
                   (size_t)(w->keys > 0) * (size_t)w->server.first_ms / (size_t)w->typist.gap_ms;
    if (w->request.alive || place >= sizeof slow_lines - 1 || slow_oracle_has(o, place)) {
        return;
    }
    char text[SLOW_TEXT];
    snprintf(text, sizeof text, "%s%.*s", slow_head, (int)place, slow_lines);
    o->asked = place;
    slow_ask(w, text);
}

/* As much of it as is right; what is wrong is seen at its place alone. */
static inline void slow_oracle_on_text(void *ctx, const char *text, size_t len)
{
    struct slow_oracle *o = ctx;
    (void)text;
    (void)len;
    const char *rest = slow_lines + o->asked;
    size_t n = 0;
    while (n < o->w->request.sent && rest[n] == o->w->request.text[n]) {
        n++;
    }
    o->upto[o->asked] = o->asked + n + (n < o->w->request.sent);
}

static inline void slow_oracle_on_end(void *ctx, bool failed)
{
    (void)ctx;
    (void)failed;
}

static inline void slow_oracle_on_key(void *ctx)
{
    (void)ctx;
}

static inline void slow_oracle_on_tick(void *ctx)
{
    slow_oracle_ask(ctx);
}

static inline bool slow_oracle_is_seen(void *ctx)
{
    const struct slow_oracle *o = ctx;
    return slow_oracle_has(o, slow_oracle_at(o));
}

static const struct slow_client slow_oracle = {slow_oracle_on_key, slow_oracle_on_text,
                                               slow_oracle_on_end, slow_oracle_on_tick,
                                               slow_oracle_is_seen};

/* Only for a typist who does not err. */
static inline void slow_oracle_play(struct slow_world *w)
{
    struct slow_oracle o = {.w = w};
    slow_type(w, &slow_oracle, &o);
}

#endif
