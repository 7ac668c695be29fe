#include "complete/typing.h"

#include "base/around.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "complete/backend.h"
#include "complete/cache.h"
#include "complete/collect.h"
#include "complete/course.h"
#include "complete/edits.h"
#include "complete/extras.h"
#include "complete/fetch.h"
#include "complete/prompt.h"
#include "complete/ring.h"
#include "complete/supply.h"
#include "nvim/attached.h"
#include "nvim/event.h"
#include "nvim/mirror.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"
#include "proto.h"
#include "text/language.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VARIANTS 4

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
    size_t scope_row;   /* for which this is known: */
    int64_t definition; /* the column of the definition around it, -1: nothing */

    struct suggestion suggestion;
    struct course course;
    bool edited; /* since the last key: so the next key is on its way */
    bool told;   /* that a request for the place of now is under way */

    struct fetch *fetch; /* under way, or NULL */

    uv_timer_t timer;
    uint64_t timer_ms; /* when it is due, 0: it does not run */

    struct collect collect; /* for prompts elsewhere */
    struct prompt prompt;
    struct extras extras; /* of Lua */
    struct edits edits;   /* where the user is at work */
};

static uint64_t now(const struct typing *t)
{
    return uv_now(t->supply->env.loop);
}

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

static void stop_fetch(struct typing *t)
{
    if (t->fetch != NULL) {
        pace_waited(&t->supply->pace, (double)(now(t) - t->course.since_ms));
        fetch_stop(t->fetch);
        t->fetch = NULL;
        t->supply->counts.cancelled++;
    }
}

static void on_timer(uv_timer_t *timer);
static void on_grow(void *ctx);
static void on_fetch_end(void *ctx, const struct failure *failure);
static void on_fetch_stop(void *ctx);

static const struct fetch_callbacks fetch_callbacks = {on_grow, on_fetch_end, on_fetch_stop};

/* Only for the place where the user is may a prompt begin differently than the last. */
static size_t read_prompt(struct typing *t, enum course_purpose purpose, struct around_text *text,
                          const struct chunk *chunks[PROMPT_MOST])
{
    const struct supply *s = t->supply;
    const struct prompt_request request = {
        .mirror = t->attached.mirror,
        .row = t->suggestion.at.row,
        .col = t->suggestion.at.col,
        .name = t->name,
        .max_bytes = supply_text_bytes(s),
        .prose = t->language->prose,
        .edits = &s->edits,
        .extras = &t->extras,
        .cold = purpose != COURSE_AHEAD && supply_is_cold(s, t->attached.buf),
    };
    return prompt_read(&t->prompt, s->ring, &request, text, chunks);
}

static void fail(struct typing *t, const struct failure *failure)
{
    t->supply->counts.failed++;
    supply_failed(t->supply, failure);
}

/* Fetches what may stand behind this text, which is taken to be typed at the cursor. */
static void fetch(struct typing *t, struct span ahead, enum course_purpose purpose,
                  unsigned variant)
{
    struct supply *s = t->supply;
    const struct chunk *chunks[PROMPT_MOST];
    struct around_text key_text;
    const struct cache_key key = key_at(t, &key_text, ahead.data, ahead.len);
    struct fetch_request request = {
        .ahead = ahead.len,
        .key = &key,
        .variant = variant,
        .language = t->language,
        .indent = t->indent,
        .definition = ahead.len == 0 && t->scope_row == t->suggestion.at.row ? t->definition : -1,
        .path = t->name,
        .comment = t->comment,
        .chunks = chunks,
    };
    around_text_init(&request.around);
    request.chunk_count = read_prompt(t, purpose, &request.around, chunks);
    around_text_type(&request.around, ahead.data, ahead.len);

    const char *why = NULL;
    t->fetch = fetch_start(s, &request, &fetch_callbacks, t, &why);
    around_text_finish(&key_text);
    supply_fetched(s, t->attached.buf);
    if (t->fetch == NULL) {
        const struct failure f = endpoint_failure(&s->backend->endpoint, HUM_ESPEC, why);
        fail(t, &f);
        return;
    }
    course_asked(&t->course, purpose, now(t));
    if (purpose == COURSE_HERE && variant == 0) {
        suggestion_set(&t->suggestion, fetch_answer(t->fetch));
    }
}

/* Fetches what may stand at the cursor, as soon as that is allowed. */
static void fetch_here(struct typing *t, enum course_purpose purpose, unsigned variant)
{
    struct supply *s = t->supply;
    if (t->suggestion.at.kind != KEY_REQUESTED && prompt_is_empty(t->attached.mirror, s->ring)) {
        return; /* what a model would say of nothing helps nobody */
    }
    uint64_t closed_ms = supply_closed(s);
    if (closed_ms > 0) {
        course_shut(&t->course, now(t), closed_ms);
    } else if (!supply_may_fetch(s)) {
        course_barred(&t->course);
    } else {
        fetch(t, (struct span){NULL, 0}, purpose, variant);
    }
}

/* Fetches what comes behind the suggestion, so that its end brings the next at once. */
static void fetch_ahead(struct typing *t, const struct answer *a)
{
    struct supply *s = t->supply;
    if (supply_closed(s) > 0 || !supply_may_fetch(s)) {
        return;
    }
    struct around_text text;
    struct cache_key key = key_at(t, &text, NULL, 0);
    size_t typed = text.left.len;
    if (course_looks_ahead(&t->course, &t->suggestion, &s->pace, a, &text, &key)) {
        s->counts.prefetched++;
        fetch(t, (struct span){text.left.data + typed, text.left.len - typed}, COURSE_AHEAD, 0);
    }
    around_text_finish(&text);
}

/* ---- what fits ----------------------------------------------------------------- */

/* Where the user is, and what is known of that. */
struct here {
    struct around_text text;
    struct cache_key key; /* views text */
    struct answer *fits;  /* there, or NULL */
    struct course_place place;
};

/* obey is due. */
static void look(struct typing *t, struct here *here)
{
    const struct answer *asked = t->fetch != NULL ? fetch_answer(t->fetch) : NULL;
    here->key = key_at(t, &here->text, NULL, 0);
    here->fits = course_look(&t->course, &t->suggestion, &here->key, asked, &here->place);
    here->place.ahead = here->place.ahead && t->supply->backend->prefetch;
}

/* The timer runs until the course wants to be asked again; and Lua is told whether a request for
 * the place where the user is is under way, if it wants to know. A request that is followed by
 * another at once is none that has ended. */
static void settle(struct typing *t)
{
    uint64_t due = course_deadline(&t->course, &t->supply->pace), ms = now(t);
    if (due != t->timer_ms) {
        t->timer_ms = due;
        if (due == 0) {
            uv_timer_stop(&t->timer);
        } else {
            uv_timer_start(&t->timer, on_timer, due > ms ? due - ms : 0, 0);
        }
    }
    typing_tell(t);
}

static void obey(struct typing *t, struct course_order order, struct here *here)
{
    struct answer *a = here->fits;
    bool gone = order.end && t->fetch != NULL && a == fetch_answer(t->fetch);
    if (order.end) {
        stop_fetch(t);
    }
    if (a != NULL && !gone) {
        suggestion_send(&t->suggestion, a, &here->key);
    }
    if (order.ask && order.purpose == COURSE_AHEAD) {
        fetch_ahead(t, a);
    } else if (order.ask) {
        fetch_here(t, order.purpose, order.purpose == COURSE_ALTERNATIVE);
    }
    around_text_finish(&here->text);
}

/* In front of a word something may be missing: an argument, a type, a call around it. */
static bool is_in_word(const struct typing *t)
{
    size_t len = 0, col = t->suggestion.at.col;
    const char *line = mirror_line(t->attached.mirror, t->suggestion.at.row, &len);
    return col > 0 && col < len && is_word(line[col - 1]) && is_word(line[col]);
}

static void count(struct typing *t, const struct answer *a, uint64_t shown_before)
{
    struct supply *s = t->supply;
    bool through = a != NULL && a->serial == shown_before && t->suggestion.used > 0;
    s->counts.through += through;
    s->counts.hits += a != NULL && !through && t->fetch == NULL;
}

static void update(struct typing *t, bool adds)
{
    uint64_t shown_before = t->suggestion.at.serial;
    const struct course_key key = {
        .kind = t->suggestion.at.kind,
        .adds = adds,
        .in_word = is_in_word(t),
    };
    struct here here;
    look(t, &here);
    struct course_order order = course_key(&t->course, &t->supply->pace, now(t), &key, &here.place);
    count(t, here.fits, shown_before);
    obey(t, order, &here);
}

static bool is_ready(const struct typing *t)
{
    return t->supply->backend != NULL && t->attached.mirror != NULL;
}

static void on_timer(uv_timer_t *timer)
{
    struct typing *t = timer->data;
    t->timer_ms = 0;
    if (!is_ready(t) || t->edited) {
        return;
    }
    struct here here;
    look(t, &here);
    obey(t, course_due(&t->course, &t->supply->pace, now(t), &here.place), &here);
    settle(t);
}

/* ---- what comes in ------------------------------------------------------------- */

/* The text that has come now may not agree with what the user has typed meanwhile. */
static void show_or_end(struct typing *t)
{
    struct here here;
    look(t, &here);
    obey(t, course_text(&t->course, &t->supply->pace, now(t), &here.place), &here);
}

/* Shows more of the answer under way. An alternative replaces what is shown: the user has requested
 * it. While a key is on its way nobody knows the place. */
static void on_grow(void *ctx)
{
    struct typing *t = ctx;
    const struct answer *a = fetch_answer(t->fetch);
    struct suggestion *s = &t->suggestion;
    struct course *c = &t->course;
    if (c->purpose == COURSE_ALTERNATIVE && c->typed == 0 && a->serial != s->serial) {
        suggestion_set(s, a);
    }
    bool shown = a->serial == s->serial && !s->lags && s->used <= suggestion_shown(a);
    if (shown || c->purpose == COURSE_AHEAD) {
        const struct course_place place = {.fit = shown ? COURSE_FITS : COURSE_BEHIND,
                                           .typed = c->typed};
        course_text(c, &t->supply->pace, now(t), &place);
    }
    if (shown) {
        suggestion_send(s, a, NULL);
    } else if (c->purpose != COURSE_AHEAD && !t->edited && is_ready(t)) {
        show_or_end(t);
    }
    settle(t);
}

/* What is known now is shown, or the next is asked for. */
static void show_whole(struct typing *t)
{
    struct here here;
    look(t, &here);
    course_over(&t->course, &t->supply->pace, now(t), &here.place);
    obey(t, (struct course_order){0}, &here);
}

static void on_fetch_end(void *ctx, const struct failure *failure)
{
    struct typing *t = ctx;
    struct supply *s = t->supply;
    enum course_purpose purpose = t->course.purpose;
    uint64_t serial = failure == NULL ? fetch_answer(t->fetch)->serial : 0;
    size_t bytes = 0, tokens = 0;
    if (fetch_prompt(t->fetch, &bytes, &tokens)) {
        supply_measured(s, bytes, tokens);
    }
    t->fetch = NULL;
    course_lost(&t->course);
    if (failure != NULL) {
        fail(t, failure);
    } else {
        supply_answered(s);
    }
    if (failure == NULL && is_ready(t)) {
        if (purpose == COURSE_ALTERNATIVE && t->suggestion.serial != serial) {
            t->suggestion.at.serial = serial;
            t->suggestion.at.length = 0;
        }
        if (!t->edited) {
            show_whole(t);
        }
    }
    settle(t);
}

/* What is shown shrinks to what is kept, and who waits for an answer gets that. The next key
 * fetches again. */
static void on_fetch_stop(void *ctx)
{
    struct typing *t = ctx;
    const struct answer *a = fetch_answer(t->fetch);
    t->fetch = NULL;
    t->supply->counts.cancelled++;
    course_lost(&t->course);
    if (a->serial == t->suggestion.serial) {
        suggestion_send(&t->suggestion, a, NULL);
    }
    settle(t);
}

/* ---- what Lua says ------------------------------------------------------------- */

/* Returns whether text was typed at the cursor, and nothing else was done. */
static bool move_to(struct typing *t, const struct key *key)
{
    const struct key *from = &t->suggestion.at;
    bool forward = key->row > from->row || (key->row == from->row && key->col > from->col);
    bool adds = forward && key->tick != from->tick;
    suggestion_move(&t->suggestion, key);
    t->edited = false;
    return adds;
}

void typing_key(struct typing *t, const struct key *key)
{
    struct supply *s = t->supply;
    s->counts.keys++;
    bool adds = move_to(t, key);
    if (key->kind == KEY_REQUESTED) {
        pace_open(&s->pace);
    }
    if (is_ready(t)) {
        update(t, adds);
    } else {
        course_await(&t->course);
    }
    settle(t);
}

/* The alternative that is shown next, or NULL. */
static struct answer *switch_to(struct typing *t, const struct cache_key *here, int step,
                                unsigned from, unsigned known)
{
    for (unsigned i = 1; i <= known; i++) {
        unsigned other = (from + (step > 0 ? i : known - i)) % known;
        struct answer *a = suggestion_switch(&t->suggestion, here, other);
        if (a != NULL) {
            return a;
        }
    }
    return NULL;
}

static void cycle(struct typing *t, const struct cache_key *here, int step)
{
    struct supply *s = t->supply;
    size_t used = 0;
    unsigned known = cache_variants(s->cache, here);
    const struct answer *shown = cache_follow_shown(s->cache, here, t->suggestion.at.serial, &used);
    unsigned variant = shown == NULL ? 0 : shown->variant;
    bool fetch_more = known == 0 || (shown != NULL && shown->final && step > 0 &&
                                     variant + 1 >= known && known < MAX_VARIANTS);
    if (fetch_more) {
        stop_fetch(t);
        course_lost(&t->course);
        fetch_here(t, known > 0 ? COURSE_ALTERNATIVE : COURSE_HERE, known);
        return;
    }
    /* Before the first there is the last. */
    struct answer *a = shown == NULL ? switch_to(t, here, 1, known - 1, known)
                                     : switch_to(t, here, step, variant, known);
    if (a != NULL && t->fetch != NULL && fetch_answer(t->fetch) != a) {
        stop_fetch(t);
        course_lost(&t->course);
    }
    if (a != NULL) {
        suggestion_send(&t->suggestion, a, here);
    }
}

void typing_cycle(struct typing *t, const struct key *key, int step)
{
    struct key at = *key;
    at.serial = t->suggestion.at.serial;
    at.length = t->suggestion.at.length;
    move_to(t, &at);
    course_await(&t->course);
    if (is_ready(t)) {
        struct around_text text;
        const struct cache_key here = key_at(t, &text, NULL, 0);
        cycle(t, &here, step);
        around_text_finish(&text);
    }
    settle(t);
}

void typing_scope(struct typing *t, size_t row, int64_t column)
{
    t->scope_row = row;
    t->definition = column;
}

void typing_leave(struct typing *t)
{
    suggestion_clear(&t->suggestion);
    course_close(&t->course);
    stop_fetch(t);
    settle(t);
}

void typing_tell(struct typing *t)
{
    const struct course *c = &t->course;
    bool asking = course_asks_here(c);
    bool soon = c->state == COURSE_PAUSING && c->due_ms <= now(t);
    if (!t->supply->watched) {
        t->told = false;
        return;
    }
    if (asking == t->told || (soon && t->told)) {
        return;
    }
    t->told = asking;
    struct buf *out = event_begin(t->supply->env.rpc, EVENT_ASKING, t->attached.buf);
    wire_map(out, 1);
    wire_cstr(out, "asking");
    wire_bool(out, asking);
}

void typing_check(struct typing *t, size_t lines)
{
    if (t->attached.mirror != NULL && mirror_lines(t->attached.mirror) != lines) {
        log_write(LOG_INFO, "buffer %lld: its text is requested again", (long long)t->attached.buf);
        attached_renew(&t->attached);
    }
}

void typing_collect(struct typing *t, int64_t first, int64_t last)
{
    collect_lines(&t->collect, t->attached.mirror, first, last);
}

void typing_disown(struct typing *t)
{
    supply_disown(t->supply, t->name);
    edits_clear(&t->edits);
}

void typing_extras(struct typing *t, const struct value *list)
{
    extras_set(&t->extras, list);
}

void typing_forget(struct typing *t)
{
    bool wanted = t->course.state != COURSE_CLOSED;
    typing_leave(t);
    if (wanted) {
        course_barred(&t->course);
    }
    prompt_init(&t->prompt);
}

void typing_interrupt(struct typing *t)
{
    if (t->fetch != NULL) {
        course_interrupt(&t->course);
        stop_fetch(t);
        settle(t);
    }
}

/* Later: libcurl may be calling, and can start nothing then. */
void typing_resume(struct typing *t)
{
    course_resume(&t->course, now(t));
    settle(t);
}

/* ---- the buffer ---------------------------------------------------------------- */

/* What the user has done here is over: he is at work elsewhere. */
static void close_edits(void *ctx)
{
    struct typing *t = ctx;
    struct buf diff;
    buf_init(&diff, SIZE_MAX);
    if (t->attached.mirror != NULL) {
        edits_write(&t->edits, t->attached.mirror, &diff);
    }
    if (diff.len > 0) {
        supply_add_edits(t->supply, t->name, (struct span){diff.data, diff.len});
    }
    edits_clear(&t->edits);
    buf_finish(&diff);
}

static void note_edit(struct typing *t, int64_t first, int64_t last, size_t count)
{
    struct supply *s = t->supply;
    const struct mirror *m = t->attached.mirror;
    if (s->backend == NULL || !s->backend->edits) {
        edits_clear(&t->edits);
        return;
    }
    supply_edits(s, close_edits, t);
    if (!edits_joins(&t->edits, m, first, last, count)) {
        close_edits(t);
    }
    edits_join(&t->edits, m, first, last, count);
}

static void on_text(void *ctx)
{
    struct typing *t = ctx;
    prompt_init(&t->prompt);
    edits_clear(&t->edits);
    t->edited = false;
    collect_waiting(&t->collect, t->attached.mirror);
    if (t->supply->backend != NULL && t->course.state != COURSE_CLOSED) {
        update(t, false); /* keys and answers that came before the text have waited for it */
        settle(t);
    }
}

/* Behind lines that come or go the row is another line's. */
static void note_scope(struct typing *t, int64_t first, int64_t last, size_t count)
{
    if (first < (int64_t)t->scope_row && last - first != (int64_t)count) {
        t->definition = -1;
    }
}

static void on_edit(void *ctx, int64_t first, int64_t last, size_t count)
{
    struct typing *t = ctx;
    t->edited = true;
    note_scope(t, first, last, count);
    note_edit(t, first, last, count);
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
    t->definition = -1;
    typing_describe(t, about);
    collect_init(&t->collect, supply->ring, t->name);
    prompt_init(&t->prompt);
    edits_init(&t->edits);
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
    supply_edits_end(t->supply, t);
    edits_finish(&t->edits);
    extras_finish(&t->extras);
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
