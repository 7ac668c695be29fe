#include "complete/typing.h"

#include "base/around.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "complete/backend.h"
#include "complete/cache.h"
#include "complete/fetch.h"
#include "complete/prompt.h"
#include "complete/ring.h"
#include "complete/supply.h"
#include "complete/trim/language.h"
#include "nvim/attached.h"
#include "nvim/mirror.h"
#include "nvim/rpc.h"

#include <stdlib.h>
#include <string.h>

/* What comes behind a suggestion is fetched when the user has seen it so long. */
#define IDLE_MS 150

#define MAX_VARIANTS 4

enum waiting { WAITING_NOTHING, WAITING_TO_FETCH, WAITING_TO_PREFETCH };

/* Before the text has come; the latest are kept. */
#define MAX_COLLECT 4

struct rows {
    int64_t first, last; /* not included */
};

struct typing {
    struct supply *supply;
    struct attached attached;
    void (*on_gone)(void *ctx, struct typing *t);
    void *ctx;
    char *name;
    char *comment;
    uint64_t kind_hash; /* of the file type and its indentation: answers are for these */
    const struct language *language;
    struct indent indent;

    struct suggestion suggestion;
    bool wanted;                      /* in insert mode, and not dismissed */
    bool edited;                      /* since the last key: so the next key is on its way */
    bool due;                         /* to be fetched as soon as that is possible */
    struct rows collect[MAX_COLLECT]; /* to be collected when the text comes */
    size_t collect_count;

    struct fetch *fetch; /* under way, or NULL */
    uint64_t ahead_of;
    bool ahead; /* it is for what comes behind the answer with the serial ahead_of */

    enum waiting waiting;
    uv_timer_t timer;

    struct prompt prompt;
};

/* The cursor's position as the cache knows it, with this text taken to be typed there. Views
 * text, which it initialises: around_text_finish is due. */
static struct cache_key key_at(const struct typing *t, struct around_text *text, const char *typed,
                               size_t len)
{
    const struct mirror *m = t->attached.mirror;
    size_t row = t->suggestion.at.row, col = t->suggestion.at.col;
    around_text_init(text);
    mirror_before(m, row, col, CACHE_LEFT_MAX, &text->left);
    mirror_after(m, row, col, CACHE_AFTER_MAX, &text->after);
    around_text_type(text, typed, len);
    return (struct cache_key){
        .backend = t->supply->backend->hash ^ t->kind_hash,
        .around = around_text_view(text),
    };
}

/* ---- fetching ------------------------------------------------------------------ */

static void wait_for(struct typing *t, enum waiting waiting, uint64_t ms);

static void stop_fetch(struct typing *t)
{
    if (t->fetch != NULL) {
        fetch_stop(t->fetch);
        t->fetch = NULL;
        t->supply->counts.cancelled++;
    }
}

static void on_grow(void *ctx);
static void on_fetch_end(void *ctx, const struct failure *failure);
static void on_fetch_stop(void *ctx);

static const struct fetch_callbacks fetch_callbacks = {on_grow, on_fetch_end, on_fetch_stop};

static size_t read_prompt(struct typing *t, struct around_text *text,
                          const struct chunk *chunks[PROMPT_CHUNKS])
{
    const struct supply *s = t->supply;
    const struct prompt_request request = {
        .mirror = t->attached.mirror,
        .row = t->suggestion.at.row,
        .col = t->suggestion.at.col,
        .name = t->name,
        .max_bytes = (size_t)((double)s->backend->window_tokens * s->bytes_per_token),
        .prose = t->language->prose,
        .cold = supply_is_cold(s, t->attached.buf),
    };
    return prompt_read(&t->prompt, s->ring, &request, text, chunks);
}

static void fail(struct typing *t, const struct failure *failure)
{
    t->supply->counts.failed++;
    supply_failed(t->supply, failure);
}

/* Fetches what may stand behind the typed text, which is taken to be behind the cursor. */
static void fetch(struct typing *t, const char *typed, size_t len, unsigned variant)
{
    struct supply *s = t->supply;
    const struct chunk *chunks[PROMPT_CHUNKS];
    struct around_text key_text;
    const struct cache_key key = key_at(t, &key_text, typed, len);
    struct fetch_request request = {
        .key = &key,
        .variant = variant,
        .language = t->language,
        .indent = t->indent,
        .path = t->name,
        .comment = t->comment,
        .chunks = chunks,
    };
    around_text_init(&request.around);
    request.chunk_count = read_prompt(t, &request.around, chunks);
    around_text_type(&request.around, typed, len);

    const char *why = NULL;
    t->fetch = fetch_start(s, &request, &fetch_callbacks, t, &why);
    around_text_finish(&key_text);
    supply_fetched(s, t->attached.buf);
    if (t->fetch == NULL) {
        const struct failure f = endpoint_failure(&s->backend->endpoint, HUM_ESPEC, why);
        fail(t, &f);
    } else if (!t->ahead && variant == 0) {
        suggestion_set(&t->suggestion, fetch_answer(t->fetch));
    }
}

/* Fetches what may stand at the cursor, as soon as that is allowed. */
static void fetch_when_allowed(struct typing *t, unsigned variant)
{
    struct supply *s = t->supply;
    if (s->backend == NULL || t->attached.mirror == NULL) {
        return;
    }
    stop_fetch(t);
    if (t->suggestion.at.kind != KEY_REQUESTED && prompt_is_empty(t->attached.mirror, s->ring)) {
        return; /* what a model would say of nothing helps nobody */
    }
    uint64_t closed_ms = supply_closed(s);
    if (closed_ms > 0) {
        wait_for(t, WAITING_TO_FETCH, closed_ms);
    } else if (!supply_may_fetch(s)) {
        t->due = true;
    } else {
        t->ahead = false;
        fetch(t, NULL, 0, variant);
    }
}

/* Fetches what comes behind the suggestion, so that accepting it brings the next at once. */
static void prefetch(struct typing *t)
{
    struct supply *s = t->supply;
    struct around_text text;
    size_t used = 0;
    struct cache_key key = key_at(t, &text, NULL, 0);
    const struct answer *a = cache_follow_shown(s->cache, &key, t->suggestion.serial, &used);
    around_text_finish(&text);
    if (a == NULL || !a->final || used >= a->text.len || t->fetch != NULL || supply_closed(s) > 0 ||
        !supply_may_fetch(s)) {
        return;
    }
    struct buf left_over;
    buf_init(&left_over, SIZE_MAX);
    buf_add(&left_over, a->text.data + used, a->text.len - used);
    t->ahead_of = a->serial;
    key = key_at(t, &text, left_over.data, left_over.len);
    if (cache_find(s->cache, &key, 0, &used) == NULL) {
        t->ahead = true;
        s->counts.prefetched++;
        fetch(t, left_over.data, left_over.len, 0);
    }
    around_text_finish(&text);
    buf_finish(&left_over);
}

static void on_timer(uv_timer_t *timer)
{
    struct typing *t = timer->data;
    enum waiting waiting = t->waiting;
    t->waiting = WAITING_NOTHING;
    if (!t->wanted || t->supply->backend == NULL || t->attached.mirror == NULL) {
        return;
    }
    if (waiting == WAITING_TO_FETCH) {
        fetch_when_allowed(t, 0);
    } else if (waiting == WAITING_TO_PREFETCH) {
        prefetch(t);
    }
}

static void wait_for(struct typing *t, enum waiting waiting, uint64_t ms)
{
    t->waiting = waiting;
    if (waiting == WAITING_NOTHING) {
        uv_timer_stop(&t->timer);
    } else {
        uv_timer_start(&t->timer, on_timer, ms, 0);
    }
}

/* ---- what fits ----------------------------------------------------------------- */

/* Stops the fetch under way unless it is for what fits here, or for what comes behind. */
static void stop_stale(struct typing *t, const struct answer *a)
{
    if (t->fetch == NULL) {
        return;
    }
    bool is_its = a != NULL && fetch_answer(t->fetch) == a;
    bool is_behind = t->ahead && a != NULL && a->serial == t->ahead_of;
    if (is_its) {
        t->ahead = false;
    } else if (!is_behind) {
        if (!t->ahead && !fetch_has_begun(t->fetch)) {
            pace_vain(&t->supply->pace);
        }
        stop_fetch(t);
    }
}

/* Shows what fits. Returns false if no answer is known for this position. */
static bool show_known(struct typing *t)
{
    struct supply *s = t->supply;
    struct around_text text;
    const struct cache_key key = key_at(t, &text, NULL, 0);
    const struct answer *growing = t->fetch != NULL && !t->ahead ? fetch_answer(t->fetch) : NULL;
    struct answer *a = suggestion_fit(&t->suggestion, &key, growing);
    stop_stale(t, a);
    if (a != NULL) {
        suggestion_send(&t->suggestion, a, &key);
        if (a->final && !t->suggestion.silent && s->backend->prefetch && t->fetch == NULL) {
            wait_for(t, WAITING_TO_PREFETCH, IDLE_MS);
        }
    }
    around_text_finish(&text);
    return a != NULL;
}

static bool is_in_word(const struct typing *t)
{
    size_t len = 0;
    const char *line = mirror_line(t->attached.mirror, t->suggestion.at.row, &len);
    return t->suggestion.at.col < len && is_word(line[t->suggestion.at.col]);
}

static void update(struct typing *t)
{
    struct supply *s = t->supply;
    uint64_t shown_before = t->suggestion.at.serial;
    if (show_known(t)) {
        bool through = t->suggestion.serial == shown_before && t->suggestion.used > 0;
        s->counts.through += through;
        s->counts.hits += !through && t->fetch == NULL;
        if (t->suggestion.at.kind == KEY_REQUESTED && t->suggestion.silent) {
            fetch_when_allowed(t, 1); /* it had nothing to say before, so it is to try harder */
        }
    } else if (t->suggestion.at.kind == KEY_TYPED) {
        if (!is_in_word(t)) {
            wait_for(t, WAITING_TO_FETCH, pace_debounce(&s->pace));
        }
    } else if (t->suggestion.at.kind != KEY_FOLLOWED) {
        fetch_when_allowed(t, 0);
    }
}

/* ---- what comes in ------------------------------------------------------------- */

/* The text that has come now may not agree with what the user has typed meanwhile: then another
 * answer is shown or fetched. */
static void show_or_fetch(struct typing *t)
{
    if (!show_known(t) && !t->edited && t->suggestion.at.kind != KEY_FOLLOWED) {
        wait_for(t, WAITING_TO_FETCH, 0);
    }
}

/* Shows more of the answer under way, unless the suggestion is another by now. An alternative is
 * not: the user has requested it, so it replaces what is shown. */
static void show_growth(struct typing *t)
{
    const struct answer *a = fetch_answer(t->fetch);
    if (a->serial != t->suggestion.serial && a->variant == 0) {
        return;
    }
    if (a->serial != t->suggestion.serial) {
        suggestion_set(&t->suggestion, a);
    }
    if (t->suggestion.lags || t->suggestion.used > suggestion_shown(a)) {
        show_or_fetch(t);
    } else {
        suggestion_send(&t->suggestion, a, NULL);
    }
}

static void on_grow(void *ctx)
{
    struct typing *t = ctx;
    if (!t->ahead && t->wanted && t->attached.mirror != NULL) {
        show_growth(t);
    }
}

static void on_fetch_end(void *ctx, const struct failure *failure)
{
    struct typing *t = ctx;
    struct supply *s = t->supply;
    bool ahead = t->ahead;
    uint64_t serial = failure == NULL ? fetch_answer(t->fetch)->serial : 0;
    size_t bytes = 0, tokens = 0;
    if (fetch_prompt(t->fetch, &bytes, &tokens)) {
        supply_measured(s, bytes, tokens);
    }
    t->fetch = NULL;
    if (failure != NULL) {
        fail(t, failure);
        return;
    }
    supply_answered(s);
    if (ahead || !t->wanted || t->attached.mirror == NULL) {
        return;
    }
    if (t->suggestion.serial != serial) {
        t->suggestion.at.serial = serial; /* an alternative */
        t->suggestion.at.length = 0;
    }
    show_or_fetch(t);
}

/* What is shown shrinks to what is kept, and who waits for an answer gets that. The next key
 * fetches again. */
static void on_fetch_stop(void *ctx)
{
    struct typing *t = ctx;
    const struct answer *a = fetch_answer(t->fetch);
    t->fetch = NULL;
    t->supply->counts.cancelled++;
    if (t->wanted && a->serial == t->suggestion.serial) {
        suggestion_send(&t->suggestion, a, NULL);
    }
}

/* ---- what Lua says ------------------------------------------------------------- */

static void move_to(struct typing *t, const struct key *key)
{
    suggestion_move(&t->suggestion, key);
    t->wanted = true;
    t->edited = false;
    t->due = false;
    wait_for(t, WAITING_NOTHING, 0);
}

void typing_key(struct typing *t, const struct key *key)
{
    struct supply *s = t->supply;
    s->counts.keys++;
    move_to(t, key);
    if (key->kind == KEY_REQUESTED) {
        pace_open(&s->pace);
    }
    if (s->backend != NULL && t->attached.mirror != NULL) {
        update(t);
    }
}

void typing_cycle(struct typing *t, const struct key *key, int step)
{
    struct supply *s = t->supply;
    struct key here = *key;
    here.serial = t->suggestion.at.serial;
    here.length = t->suggestion.at.length;
    move_to(t, &here);
    if (s->backend == NULL || t->attached.mirror == NULL) {
        return;
    }
    struct around_text text;
    const struct cache_key key_here = key_at(t, &text, NULL, 0);
    size_t used = 0;
    unsigned known = cache_variants(s->cache, &key_here);
    const struct answer *now = cache_follow_shown(s->cache, &key_here, here.serial, &used);
    unsigned variant = now == NULL ? 0 : now->variant;
    bool fetch_more =
        now != NULL && now->final && step > 0 && variant + 1 >= known && known < MAX_VARIANTS;
    for (unsigned i = 1; !fetch_more && i <= known; i++) {
        unsigned other = (variant + (step > 0 ? i : known - i)) % known;
        struct answer *a =
            suggestion_switch(&t->suggestion, &key_here, now == NULL ? i - 1 : other);
        if (a != NULL) {
            stop_stale(t, a);
            suggestion_send(&t->suggestion, a, &key_here);
            break;
        }
    }
    around_text_finish(&text);
    if (fetch_more || known == 0) {
        fetch_when_allowed(t, known);
    }
}

void typing_leave(struct typing *t)
{
    t->wanted = t->due = false;
    suggestion_clear(&t->suggestion);
    wait_for(t, WAITING_NOTHING, 0);
    stop_fetch(t);
}

void typing_check(struct typing *t, size_t lines)
{
    if (t->attached.mirror != NULL && mirror_lines(t->attached.mirror) != lines) {
        log_write(LOG_INFO, "buffer %lld: its text is requested again", (long long)t->attached.buf);
        attached_renew(&t->attached);
    }
}

/* Lua sends so many lines on each side of what is of interest, fewer where the text begins or
 * ends. */
#define COLLECT_AROUND 32

/* The line that is of interest. */
static size_t middle_of(size_t first, size_t last, size_t lines)
{
    size_t middle = (first + last) / 2;
    if (first == 0 && last < lines) {
        middle = last > COLLECT_AROUND ? last - COLLECT_AROUND - 1 : 0;
    } else if (first > 0 && last >= lines) {
        middle = first + COLLECT_AROUND;
    }
    return middle < last ? middle : last - 1;
}

static void collect(struct typing *t, int64_t first, int64_t last)
{
    const struct mirror *m = t->attached.mirror;
    size_t middle = middle_of((size_t)first, (size_t)last, mirror_lines(m));
    struct buf text;
    buf_init(&text, SIZE_MAX);
    mirror_range(m, (size_t)first, middle, &text);
    size_t focus = text.len;
    mirror_range(m, middle, (size_t)last, &text);
    if (text.len > 0) {
        ring_collect(t->supply->ring, t->name, (struct span){text.data, text.len}, focus);
    }
    buf_finish(&text);
}

void typing_collect(struct typing *t, int64_t first, int64_t last)
{
    if (first < 0 || last <= first) {
        return;
    }
    if (t->attached.mirror != NULL) {
        collect(t, first, last);
        return;
    }
    if (t->collect_count == MAX_COLLECT) {
        memmove(t->collect, t->collect + 1, --t->collect_count * sizeof *t->collect);
    }
    t->collect[t->collect_count++] = (struct rows){first, last};
}

void typing_forget(struct typing *t)
{
    bool wanted = t->wanted;
    typing_leave(t);
    t->wanted = t->due = wanted;
    prompt_init(&t->prompt);
}

void typing_interrupt(struct typing *t)
{
    if (t->fetch != NULL) {
        t->due = t->wanted && !t->ahead;
        stop_fetch(t);
    }
}

void typing_resume(struct typing *t)
{
    if (t->due && t->wanted) {
        t->due = false;
        /* Later: libcurl may be calling, and can start nothing then. */
        wait_for(t, WAITING_TO_FETCH, 0);
    }
}

/* ---- the buffer ---------------------------------------------------------------- */

static void on_text(void *ctx)
{
    struct typing *t = ctx;
    prompt_init(&t->prompt);
    t->edited = false;
    for (size_t i = 0; i < t->collect_count; i++) {
        collect(t, t->collect[i].first, t->collect[i].last);
    }
    t->collect_count = 0;
    if (t->supply->backend != NULL && t->wanted) {
        update(t); /* keys, timers and answers that came before the text have waited for it */
    }
}

static void on_edit(void *ctx, int64_t first, int64_t last, size_t count)
{
    struct typing *t = ctx;
    t->edited = true;
    prompt_edit(&t->prompt, first, last, count);
}

static void on_attached_gone(void *ctx)
{
    struct typing *t = ctx;
    t->on_gone(t->ctx, t);
}

static const struct attached_callbacks attached_callbacks = {on_text, on_edit, on_attached_gone};

void typing_describe(struct typing *t, const struct value *about)
{
    char *filetype = value_strdup_or(value_get(about, "filetype"), "");
    free(t->comment);
    t->comment = value_strdup_or(value_get(about, "comment"), "");
    t->language = language_of(filetype);
    t->indent = indent_from(value_get(about, "indent"));
    t->kind_hash = indent_hash(hash_text(HASH_START, filetype), &t->indent);
    free(filetype);
}

struct typing *typing_new(struct supply *supply, int64_t buf, const struct value *about,
                          void (*on_gone)(void *ctx, struct typing *t), void *ctx)
{
    struct typing *t = xcalloc(1, sizeof *t);
    t->supply = supply;
    t->suggestion = (struct suggestion){.rpc = supply->env.rpc, .cache = supply->cache, .buf = buf};
    t->on_gone = on_gone;
    t->ctx = ctx;
    t->name = value_strdup_or(value_get(about, "name"), "");
    typing_describe(t, about);
    prompt_init(&t->prompt);
    uv_timer_init(supply->env.loop, &t->timer);
    t->timer.data = t;
    attached_init(&t->attached, supply->env.rpc, buf, &attached_callbacks, t);
    return t;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void typing_free(struct typing *t)
{
    typing_leave(t);
    attached_finish(&t->attached);
    free(t->name);
    free(t->comment);
    uv_close((uv_handle_t *)&t->timer, on_timer_closed);
}

int64_t typing_buf(const struct typing *t)
{
    return t->attached.buf;
}

struct attached *typing_attached(struct typing *t)
{
    return &t->attached;
}

const char *typing_name(const struct typing *t)
{
    return t->name;
}

bool typing_is_fetching(const struct typing *t)
{
    return t->fetch != NULL;
}
