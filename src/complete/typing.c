#include "complete/typing.h"

#include "base/buf.h"
#include "base/log.h"
#include "complete/backend.h"
#include "complete/cache.h"
#include "complete/fetch.h"
#include "complete/prompt.h"
#include "complete/ring.h"
#include "complete/spot.h"
#include "complete/trim/trim.h"
#include "nvim/attached.h"
#include "nvim/mirror.h"
#include "nvim/rpc.h"

#include <stdlib.h>
#include <string.h>

/* The place behind a suggestion is asked for when the user has looked at it so long. */
#define IDLE_MS 150

/* Without questions for so long, the server has likely lost its state of our prompts: a good
 * moment to begin them differently. */
#define COLD_MS (15 * 1000)

#define MAX_VARIANTS 4

enum waiting { WAITING_NOTHING, WAITING_TO_ASK, WAITING_TO_PREFETCH };

struct typing {
    struct typing_env *env;
    struct attached attached;
    void (*on_gone)(void *ctx, struct typing *s);
    void *ctx;
    char *name;
    char *comment;
    uint64_t kind_hash; /* of the file type: the same text means another thing in another */
    bool prose;

    struct suggestion suggestion;
    bool wanted;           /* in insert mode, and not dismissed */
    bool edited;           /* since the last key: the next one is on its way */
    bool due;              /* to be asked as soon as that is possible */
    int64_t collect_first; /* lines to be collected when the text comes ... */
    int64_t collect_last;  /* ... up to this one, 0: none */

    struct fetch *ask; /* the question under backend, or NULL */
    uint64_t ahead_of;
    bool ahead; /* it is for the place behind the answer with the serial ahead_of */

    enum waiting waiting;
    uv_timer_t timer;

    struct prompt prompt;
};

/* The cursor's place, with this text taken to be typed there. */
static void spot_of(struct spot *spot, const struct typing *s, const char *typed, size_t len)
{
    spot_init(spot, s->attached.mirror, s->suggestion.at.row, s->suggestion.at.col,
              s->env->backend->hash ^ s->kind_hash, typed, len);
}

/* ---- asking -------------------------------------------------------------------- */

static void wait_for(struct typing *s, enum waiting waiting, uint64_t ms);

static void stop_ask(struct typing *s)
{
    if (s->ask != NULL) {
        fetch_stop(s->ask);
        s->ask = NULL;
        s->env->counts.cancelled++;
    }
}

static void on_grow(void *ctx);
static void on_fetch_end(void *ctx, const struct failure *failure);

static const struct fetch_callbacks fetch_callbacks = {on_grow, on_fetch_end};

static size_t take_prompt(struct typing *s, struct gap *gap,
                          const struct chunk *chunks[PROMPT_CHUNKS])
{
    const struct typing_env *env = s->env;
    const struct prompt_place place = {
        .mirror = s->attached.mirror,
        .row = s->suggestion.at.row,
        .col = s->suggestion.at.col,
        .name = s->name,
        .max_bytes = (size_t)((double)env->backend->window_tokens * env->bytes_per_token),
        .anew = env->asker != s || uv_now(env->loop) - env->asked_ms > COLD_MS,
    };
    return prompt_take(&s->prompt, env->ring, &place, gap, chunks);
}

static void fail(struct typing *s, const struct failure *failure)
{
    s->env->counts.failed++;
    s->env->on_failed(s->env->ctx, failure);
}

/* Asks for the place behind the typed text, which is behind the cursor. */
static void ask(struct typing *s, const char *typed, size_t len, unsigned variant)
{
    struct typing_env *env = s->env;
    const struct fetch_env fetch_env = {
        .loop = env->loop,
        .http = env->http(env->ctx),
        .cache = env->cache,
        .pace = &env->pace,
        .backend = env->backend,
    };
    const struct chunk *chunks[PROMPT_CHUNKS];
    struct spot spot;
    struct fetch_request q = {
        .place = &spot.place,
        .variant = variant,
        .prose = s->prose,
        .path = s->name,
        .comment = s->comment,
        .chunks = chunks,
    };
    spot_of(&spot, s, typed, len);
    q.chunk_count = take_prompt(s, &q.gap, chunks);
    gap_type(&q.gap, typed, len);

    const char *why = NULL;
    s->ask = fetch_start(&fetch_env, &q, &fetch_callbacks, s, &why);
    spot_finish(&spot);
    env->asked_ms = uv_now(env->loop);
    env->asker = s;
    env->counts.requests++;
    if (s->ask == NULL) {
        const struct failure f = endpoint_failure(&env->backend->endpoint, HUM_ESPEC, why);
        fail(s, &f);
    } else if (!s->ahead && variant == 0) {
        suggestion_take(&s->suggestion, fetch_answer(s->ask));
    }
}

/* Asks for this place as soon as that is allowed. */
static void request(struct typing *s, unsigned variant)
{
    struct typing_env *env = s->env;
    if (env->backend == NULL || s->attached.mirror == NULL) {
        return;
    }
    stop_ask(s);
    uint64_t closed_ms = pace_closed(&env->pace, uv_now(env->loop));
    if (closed_ms > 0) {
        wait_for(s, WAITING_TO_ASK, closed_ms);
    } else if (!env->may_ask(env->ctx)) {
        s->due = true;
    } else {
        s->ahead = false;
        ask(s, NULL, 0, variant);
    }
}

/* Asks for the place behind the suggestion, so that accepting it brings the next at once. */
static void prefetch(struct typing *s)
{
    struct typing_env *env = s->env;
    struct spot spot;
    size_t used = 0;
    spot_of(&spot, s, NULL, 0);
    const struct answer *a = cache_follow(env->cache, &spot.place, s->suggestion.serial, &used);
    spot_finish(&spot);
    if (a == NULL || !a->complete || used >= a->text.len || s->ask != NULL ||
        pace_closed(&env->pace, uv_now(env->loop)) > 0 || !env->may_ask(env->ctx)) {
        return;
    }
    struct buf rest;
    buf_init(&rest, SIZE_MAX);
    buf_add(&rest, a->text.data + used, a->text.len - used);
    s->ahead_of = a->serial;
    spot_of(&spot, s, rest.data, rest.len);
    if (cache_find(env->cache, &spot.place, 0, &used) == NULL) {
        s->ahead = true;
        env->counts.prefetched++;
        ask(s, rest.data, rest.len, 0);
    }
    spot_finish(&spot);
    buf_finish(&rest);
}

static void on_timer(uv_timer_t *timer)
{
    struct typing *s = timer->data;
    enum waiting waiting = s->waiting;
    s->waiting = WAITING_NOTHING;
    if (!s->wanted || s->env->backend == NULL || s->attached.mirror == NULL) {
        return;
    }
    if (waiting == WAITING_TO_ASK) {
        request(s, 0);
    } else if (waiting == WAITING_TO_PREFETCH) {
        prefetch(s);
    }
}

static void wait_for(struct typing *s, enum waiting waiting, uint64_t ms)
{
    s->waiting = waiting;
    if (waiting == WAITING_NOTHING) {
        uv_timer_stop(&s->timer);
    } else {
        uv_timer_start(&s->timer, on_timer, ms, 0);
    }
}

/* ---- what fits ----------------------------------------------------------------- */

/* Stops the question under way unless it is for what fits here, or for what comes behind. */
static void stop_stale(struct typing *s, const struct answer *a)
{
    if (s->ask == NULL) {
        return;
    }
    bool is_its = a != NULL && fetch_answer(s->ask) == a;
    bool is_behind = s->ahead && a != NULL && a->serial == s->ahead_of;
    if (is_its) {
        s->ahead = false;
    } else if (!is_behind) {
        if (!s->ahead && !fetch_has_begun(s->ask)) {
            pace_vain(&s->env->pace);
        }
        stop_ask(s);
    }
}

/* Shows what fits. Returns false if nothing is known of this place. */
static bool fit(struct typing *s)
{
    struct typing_env *env = s->env;
    struct spot spot;
    spot_of(&spot, s, NULL, 0);
    const struct answer *coming = s->ask != NULL && !s->ahead ? fetch_answer(s->ask) : NULL;
    struct answer *a = suggestion_fit(&s->suggestion, &spot.place, coming);
    stop_stale(s, a);
    if (a != NULL) {
        suggestion_tell(&s->suggestion, a, cache_variants(env->cache, &spot.place));
        if (a->complete && !s->suggestion.silent && env->backend->prefetch && s->ask == NULL) {
            wait_for(s, WAITING_TO_PREFETCH, IDLE_MS);
        }
    }
    spot_finish(&spot);
    return a != NULL;
}

static bool is_in_word(const struct typing *s)
{
    size_t len = 0;
    const char *line = mirror_line(s->attached.mirror, s->suggestion.at.row, &len);
    unsigned char next =
        s->suggestion.at.col < len ? (unsigned char)line[s->suggestion.at.col] : ' ';
    return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
           (next >= '0' && next <= '9') || next == '_' || next >= 0x80;
}

static void look(struct typing *s)
{
    struct typing_env *env = s->env;
    uint64_t shown_before = s->suggestion.at.serial;
    if (fit(s)) {
        bool through = s->suggestion.serial == shown_before && s->suggestion.used > 0;
        env->counts.through += through;
        env->counts.hits += !through && s->ask == NULL;
        if (s->suggestion.at.kind == KEY_ASKED && s->suggestion.silent) {
            request(s, 1); /* it had nothing to say before, so it is to try harder */
        }
    } else if (s->suggestion.at.kind == KEY_TYPED) {
        if (!is_in_word(s)) {
            wait_for(s, WAITING_TO_ASK, pace_debounce(&env->pace));
        }
    } else if (s->suggestion.at.kind != KEY_FOLLOWED) {
        request(s, 0);
    }
}

/* ---- what comes in ------------------------------------------------------------- */

/* What has come may say that the user has typed something else. */
static void fit_or_ask(struct typing *s)
{
    if (!fit(s) && !s->edited && s->suggestion.at.kind != KEY_FOLLOWED) {
        wait_for(s, WAITING_TO_ASK, 0);
    }
}

/* An alternative replaces what is shown. */
static void show_ask(struct typing *s)
{
    const struct answer *a = fetch_answer(s->ask);
    if (a->serial != s->suggestion.serial && a->variant == 0) {
        return;
    }
    if (a->serial != s->suggestion.serial) {
        suggestion_take(&s->suggestion, a);
    }
    if (s->suggestion.lags || s->suggestion.used > suggestion_shown(a)) {
        fit_or_ask(s);
    } else {
        suggestion_tell(&s->suggestion, a, 0);
    }
}

static void on_grow(void *ctx)
{
    struct typing *s = ctx;
    if (!s->ahead && s->wanted && s->attached.mirror != NULL) {
        show_ask(s);
    }
}

static void learn_density(struct typing *s)
{
    size_t bytes = 0, tokens = 0;
    if (fetch_prompt(s->ask, &bytes, &tokens)) {
        double measured = (double)bytes / (double)tokens;
        if (measured < s->env->bytes_per_token && measured >= 1) {
            s->env->bytes_per_token = measured;
        }
    }
}

static void on_fetch_end(void *ctx, const struct failure *failure)
{
    struct typing *s = ctx;
    struct typing_env *env = s->env;
    bool ahead = s->ahead;
    uint64_t serial = failure == NULL ? fetch_answer(s->ask)->serial : 0;
    learn_density(s);
    s->ask = NULL;
    if (failure != NULL) {
        fail(s, failure);
        return;
    }
    env->counts.done++;
    pace_open(&env->pace);
    env->on_done(env->ctx);
    if (ahead || !s->wanted || s->attached.mirror == NULL) {
        return;
    }
    if (s->suggestion.serial != serial) {
        s->suggestion.at.serial = serial; /* an alternative */
        s->suggestion.at.length = 0;
    }
    fit_or_ask(s);
}

/* ---- what Lua says ------------------------------------------------------------- */

static void place_at(struct typing *s, const struct key *key)
{
    suggestion_move(&s->suggestion, key);
    s->wanted = true;
    s->edited = false;
    s->due = false;
    wait_for(s, WAITING_NOTHING, 0);
}

void typing_key(struct typing *s, const struct key *key)
{
    struct typing_env *env = s->env;
    env->counts.keys++;
    place_at(s, key);
    if (key->kind == KEY_ASKED) {
        pace_open(&env->pace);
    }
    if (env->backend != NULL && s->attached.mirror != NULL) {
        look(s);
    }
}

void typing_cycle(struct typing *s, const struct key *key, int step)
{
    struct typing_env *env = s->env;
    struct key here = *key;
    here.serial = s->suggestion.at.serial;
    here.length = s->suggestion.at.length;
    place_at(s, &here);
    if (env->backend == NULL || s->attached.mirror == NULL) {
        return;
    }
    struct spot spot;
    size_t used = 0;
    spot_of(&spot, s, NULL, 0);
    unsigned known = cache_variants(env->cache, &spot.place);
    const struct answer *now = cache_follow(env->cache, &spot.place, here.serial, &used);
    unsigned variant = now == NULL ? 0 : now->variant;
    bool ask_more =
        now != NULL && now->complete && step > 0 && variant + 1 >= known && known < MAX_VARIANTS;
    for (unsigned i = 1; !ask_more && i <= known; i++) {
        unsigned other = (variant + (step > 0 ? i : known - i)) % known;
        struct answer *a =
            suggestion_turn(&s->suggestion, &spot.place, now == NULL ? i - 1 : other);
        if (a != NULL) {
            stop_stale(s, a);
            suggestion_tell(&s->suggestion, a, known);
            break;
        }
    }
    spot_finish(&spot);
    if (ask_more || known == 0) {
        request(s, known);
    }
}

void typing_leave(struct typing *s)
{
    s->wanted = s->due = false;
    suggestion_clear(&s->suggestion);
    wait_for(s, WAITING_NOTHING, 0);
    stop_ask(s);
}

void typing_check(struct typing *s, size_t lines)
{
    if (s->attached.mirror != NULL && mirror_lines(s->attached.mirror) != lines) {
        log_write(LOG_INFO, "buffer %lld: its text is requested again", (long long)s->attached.buf);
        attached_renew(&s->attached);
    }
}

static void collect(struct typing *s, int64_t first, int64_t last)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    mirror_range(s->attached.mirror, (size_t)first, (size_t)last, &text);
    if (text.len > 0) {
        ring_collect(s->env->ring, s->name, text.data, text.len);
    }
    buf_finish(&text);
}

void typing_collect(struct typing *s, int64_t first, int64_t last)
{
    if (first < 0 || last <= first) {
        return;
    }
    if (s->attached.mirror == NULL) {
        s->collect_first = first;
        s->collect_last = last;
    } else {
        collect(s, first, last);
    }
}

void typing_forget(struct typing *s)
{
    bool wanted = s->wanted;
    typing_leave(s);
    s->wanted = s->due = wanted;
    prompt_init(&s->prompt);
}

void typing_interrupt(struct typing *s)
{
    if (s->ask != NULL) {
        s->due = s->wanted && !s->ahead;
        stop_ask(s);
    }
}

void typing_resume(struct typing *s)
{
    if (s->due && s->wanted) {
        s->due = false;
        wait_for(s, WAITING_TO_ASK, 0); /* libcurl may have called: it starts nothing then */
    }
}

/* ---- the buffer ---------------------------------------------------------------- */

static void on_text(void *ctx)
{
    struct typing *s = ctx;
    prompt_init(&s->prompt);
    s->edited = false;
    if (s->collect_last > 0) {
        collect(s, s->collect_first, s->collect_last);
        s->collect_last = 0;
    }
    if (s->env->backend != NULL && s->wanted) {
        look(s); /* keys, timers and answers that came before the text have waited for it */
    }
}

static void on_edit(void *ctx, int64_t first, int64_t last, size_t count)
{
    struct typing *s = ctx;
    s->edited = true;
    prompt_edit(&s->prompt, first, last, count);
}

static void on_attached_gone(void *ctx)
{
    struct typing *s = ctx;
    s->on_gone(s->ctx, s);
}

static const struct attached_callbacks attached_callbacks = {on_text, on_edit, on_attached_gone};

struct typing *typing_new(struct typing_env *env, int64_t buf, const struct value *about,
                          void (*on_gone)(void *ctx, struct typing *s), void *ctx)
{
    struct typing *s = xcalloc(1, sizeof *s);
    s->env = env;
    s->suggestion = (struct suggestion){.rpc = env->rpc, .cache = env->cache, .buf = buf};
    s->on_gone = on_gone;
    s->ctx = ctx;
    s->name = value_strdup_or(value_get(about, "name"), "");
    s->comment = value_strdup_or(value_get(about, "comment"), "");
    char *filetype = value_strdup_or(value_get(about, "filetype"), "");
    s->prose = trim_is_prose(filetype);
    s->kind_hash = backend_hash_text(0, filetype);
    free(filetype);
    prompt_init(&s->prompt);
    uv_timer_init(env->loop, &s->timer);
    s->timer.data = s;
    attached_init(&s->attached, env->rpc, buf, &attached_callbacks, s);
    return s;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void typing_free(struct typing *s)
{
    typing_leave(s);
    attached_finish(&s->attached);
    if (s->env->asker == s) {
        s->env->asker = NULL;
    }
    free(s->name);
    free(s->comment);
    uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

int64_t typing_buf(const struct typing *s)
{
    return s->attached.buf;
}

struct attached *typing_attached(struct typing *s)
{
    return &s->attached;
}

const char *typing_name(const struct typing *s)
{
    return s->name;
}

bool typing_is_fetching(const struct typing *s)
{
    return s->ask != NULL;
}
