#include "nvim/sink.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"
#include "proto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* After so long text that was refused is sent again: a textlock lasts until the user presses
 * a key, so it is to be noticed soon; the load does not matter. */
#define REDELIVER_MS 30

/* Errors other than textlock's before the buffer is given up. */
#define REPAIRS_MAX 5

/* The end of the acknowledged text, by which Lua finds it in a buffer that was edited. */
#define ACKED_END_BYTES 64

/* Edits behind which a fence is due. One for each would cost Neovim an answer and both
 * a wake-up per token. */
#define FENCE_EVERY (LIMIT_UNACKED / 4)

struct notice {
    uint64_t at; /* all bytes before it */
    int what;
    bool turns; /* they are to be turned first */
};

enum state {
    SENDING, /* edits leave as text comes, within the window */
    SUSPECT, /* an edit may have been refused: no new one leaves until a fence behind all of them was
                  answered, and what is missing was put in */
    REPAIRING, /* that fence was answered: Lua is mending, or will when the timer fires */
    TURNING,   /* all was handled: Lua is turning it, or will when the timer fires */
    OVER,      /* all was handled, or can no more be: nothing is sent, nobody is called */
};

struct sink {
    struct rpc *rpc;
    const struct sink_callbacks *callbacks;
    void *ctx;
    uv_timer_t retry;
    struct target target;
    enum state state;
    bool ended;     /* no more text comes */
    bool high;      /* what on_pressure was last told */
    bool reporting; /* within on_pressure */

    struct buf pending;     /* not sent yet */
    unsigned pieces;        /* in pending */
    struct notice *notices; /* that wait, in order ... */
    size_t notice_first;    /* ... from here on */
    size_t notice_count;
    size_t notice_room;

    struct buf sent;                 /* text of the unacknowledged edits, in order */
    size_t sizes[LIMIT_UNACKED];     /* their lengths */
    unsigned unacked;                /* how many */
    unsigned fenced;                 /* the first of them, before the fence under way; 0: none is */
    uint64_t acked;                  /* bytes acknowledged */
    char acked_end[ACKED_END_BYTES]; /* the last of them */
    size_t acked_end_len;
    struct target_turn turn;
    int64_t turned;    /* bytes by which the text there is longer for it */
    unsigned failures; /* repairs that failed, other than by textlock */
    struct sink_stats stats;
};

static void advance(struct sink *s);
static void report_notices(struct sink *s);
static void on_fence(void *ctx, const struct value *error, const struct value *result);

/* How many bytes Neovim was sent. */
static uint64_t handed(const struct sink *s)
{
    return s->acked + s->sent.len;
}

static const struct notice *next_notice(const struct sink *s)
{
    return s->notice_count > 0 ? &s->notices[s->notice_first] : NULL;
}

/* Nothing leaves before what Neovim was sent is turned. */
static bool is_blocked(const struct sink *s)
{
    const struct notice *n = next_notice(s);
    return n != NULL && n->turns && n->at <= handed(s);
}

/* Holds whenever the sink is entered or calls out: see "Re-entry" in the header. */
static void check(const struct sink *s)
{
    (void)s;
    assert(s->unacked <= LIMIT_UNACKED && s->fenced <= s->unacked);
    assert(s->unacked > 0 || s->sent.len == 0);
    assert(s->state != SUSPECT || s->unacked > 0);
    assert(s->state != REPAIRING || (s->unacked > 0 && s->fenced == 0));
    assert(s->state != TURNING || (s->unacked == 0 && s->notice_count > 0));
    assert(s->notice_count == 0 || s->pending.len > 0 || s->state != SENDING || is_blocked(s));
}

static unsigned unsent_room(const struct sink *s)
{
    return LIMIT_UNACKED - s->unacked;
}

static void send_fence(struct sink *s)
{
    struct buf *out = rpc_request(s->rpc, "nvim_buf_get_changedtick", 1, on_fence, s);
    wire_int(out, s->target.buffer);
    s->fenced = s->unacked;
}

static void send_edit(struct sink *s, const char *text, size_t len, unsigned pieces)
{
    if (s->stats.edits == 0 && s->target.ops->begin != NULL) {
        s->target.ops->begin(&s->target, rpc_notify(s->rpc, "nvim_exec_lua", 2));
    }
    buf_add(&s->sent, text, len);
    s->sizes[s->unacked++] = len;
    s->stats.edits++;
    s->stats.merged += pieces > 1;
    if (s->unacked > s->stats.max_unacked) {
        s->stats.max_unacked = s->unacked;
    }
    s->target.ops->edit(&s->target, text, len, rpc_notify(s->rpc, "nvim_exec_lua", 2));
    if (s->fenced == 0 && s->unacked >= FENCE_EVERY) {
        send_fence(s);
    }
}

static void keep_acked_end(struct sink *s, const char *text, size_t len)
{
    if (len >= ACKED_END_BYTES) {
        memcpy(s->acked_end, text + len - ACKED_END_BYTES, ACKED_END_BYTES);
        s->acked_end_len = ACKED_END_BYTES;
        return;
    }
    size_t kept =
        s->acked_end_len < ACKED_END_BYTES - len ? s->acked_end_len : ACKED_END_BYTES - len;
    memmove(s->acked_end, s->acked_end + s->acked_end_len - kept, kept);
    memcpy(s->acked_end + kept, text, len);
    s->acked_end_len = kept + len;
}

static void forget_edits(struct sink *s, unsigned count)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < count; i++) {
        bytes += s->sizes[i];
    }
    if (bytes > 0) {
        keep_acked_end(s, s->sent.data, bytes);
    }
    s->acked += bytes;
    buf_drop(&s->sent, bytes);
    s->unacked -= count;
    memmove(s->sizes, s->sizes + count, s->unacked * sizeof *s->sizes);
}

/* The text of an error, which is a string or [type, string]. */
static const struct value *error_text(const struct value *error)
{
    return error->type == VALUE_ARRAY && error->as.array.count > 0
               ? &error->as.array.items[error->as.array.count - 1]
               : error;
}

static bool says(const struct value *error, const char *words)
{
    const struct value *text = error_text(error);
    return text->type == VALUE_STRING &&
           memmem(text->as.string.data, text->as.string.len, words, strlen(words)) != NULL;
}

/* Nothing more is sent, and nobody is called. */
static void end(struct sink *s)
{
    rpc_forget(s->rpc, s);
    uv_timer_stop(&s->retry);
    buf_clear(&s->pending);
    buf_clear(&s->sent);
    s->unacked = s->fenced = 0;
    s->notice_count = 0;
    s->state = OVER;
}

static void give_up(struct sink *s, const char *why)
{
    end(s);
    s->callbacks->on_gone(s->ctx, why);
}

/* The first line of an error of Lua, for users: a traceback follows it, and before it stand the
 * places in the code that it went through ("Lua: FILE.lua:7: "). Shortens text. */
static const char *plain(char *text)
{
    static const char place[] = ".lua:";
    text[strcspn(text, "\n")] = '\0';
    const char *words = text;
    for (const char *at = text; (at = strstr(at, place)) != NULL;) {
        at += sizeof place - 1;
        at += strspn(at, "0123456789");
        words = strncmp(at, ": ", 2) == 0 ? at + 2 : words;
    }
    return strncmp(words, "Lua: ", 5) == 0 ? words + 5 : words;
}

/* Textlock passes; what else keeps text out of a buffer does not, as a rule. */
static bool is_lasting(struct sink *s, const struct value *error)
{
    if (says(error, "Invalid buffer id")) {
        give_up(s, "its buffer was deleted");
        return true;
    }
    if (says(error, "E565") || ++s->failures < REPAIRS_MAX) {
        return false;
    }
    if (says(error, "Buffer is not 'modifiable'")) {
        give_up(s, "its buffer is 'nomodifiable'; :setlocal modifiable changes that");
        return true;
    }
    char *text = value_strdup(error_text(error));
    give_up(s, text != NULL ? plain(text) : "its buffer cannot be changed");
    free(text);
    return true;
}

static void on_retry(uv_timer_t *timer);

static void try_again_soon(struct sink *s, unsigned delay_ms)
{
    uv_timer_start(&s->retry, on_retry, delay_ms, 0);
}

static void repair_soon(struct sink *s, unsigned delay_ms)
{
    s->state = REPAIRING;
    try_again_soon(s, delay_ms);
}

/* Whether an edit other than a token's was refused; it is made again then, unless that lasts. */
static bool was_refused(struct sink *s, const struct value *error)
{
    if (error != NULL && !is_lasting(s, error)) {
        try_again_soon(s, REDELIVER_MS);
    }
    return error != NULL;
}

static void go_on(struct sink *s)
{
    s->state = SENDING;
    s->failures = 0;
    report_notices(s);
    advance(s);
}

static void on_repaired(void *ctx, const struct value *error, const struct value *result)
{
    (void)result;
    struct sink *s = ctx;
    check(s);
    if (!was_refused(s, error)) {
        forget_edits(s, s->unacked);
        go_on(s);
    }
}

static void repair(struct sink *s)
{
    s->stats.redelivered++;
    const struct target_gap gap = {
        .acked = (uint64_t)((int64_t)s->acked + s->turned),
        .acked_end = s->acked_end,
        .acked_end_len = s->acked_end_len,
        .unacked = s->sent.data,
        .unacked_len = s->sent.len,
    };
    s->target.ops->repair(&s->target, &gap,
                          rpc_request(s->rpc, "nvim_exec_lua", 2, on_repaired, s));
}

/* The end of the acknowledged text is another now. */
static void note_turn(struct sink *s)
{
    const struct target_turn *turn = &s->turn;
    size_t before = turn->how != TURN_CLEAR ? strlen(turn->before) : 0;
    if (turn->how == TURN_WRAP) {
        size_t behind = strlen(turn->behind);
        s->turned = (int64_t)(before + behind);
        keep_acked_end(s, turn->behind, behind);
        return;
    }
    s->turned = turn->how == TURN_UNWRAP ? -(int64_t)before : -(int64_t)s->acked;
    size_t left = (size_t)((int64_t)s->acked + s->turned);
    if (s->acked_end_len > left) {
        memmove(s->acked_end, s->acked_end + s->acked_end_len - left, left);
        s->acked_end_len = left;
    }
}

static void on_turned(void *ctx, const struct value *error, const struct value *result)
{
    (void)result;
    struct sink *s = ctx;
    check(s);
    if (!was_refused(s, error)) {
        note_turn(s);
        s->notices[s->notice_first].turns = false;
        go_on(s);
    }
}

static void turn_text(struct sink *s)
{
    s->state = TURNING;
    s->target.ops->turn(&s->target, &s->turn,
                        rpc_request(s->rpc, "nvim_exec_lua", 2, on_turned, s));
}

static void on_retry(uv_timer_t *timer)
{
    struct sink *s = timer->data;
    if (s->state == TURNING) {
        turn_text(s);
    } else {
        repair(s);
    }
}

static void on_fence(void *ctx, const struct value *error, const struct value *result)
{
    (void)result;
    struct sink *s = ctx;
    check(s);
    unsigned handled = s->fenced;
    s->fenced = 0;
    if (error != NULL) {
        s->state = SUSPECT; /* the repair finds out whether it lasts */
    }
    if (s->state == SENDING) {
        forget_edits(s, handled);
    } else if (handled == s->unacked) {
        repair_soon(s, 0);
    }
    advance(s);
}

static bool is_high(const struct sink *s)
{
    return s->high ? s->pending.len >= LIMIT_PENDING / 2 : s->pending.len > LIMIT_PENDING;
}

/* What comes in while the callback runs is looked at when it has returned. */
static void report_pressure(struct sink *s)
{
    if (s->reporting) {
        return;
    }
    s->reporting = true;
    while (s->state != OVER && is_high(s) != s->high) {
        s->high = !s->high;
        check(s);
        s->callbacks->on_pressure(s->ctx, s->high);
        check(s);
    }
    s->reporting = false;
}

/* A merged edit ends between characters. */
static size_t edit_size(const struct buf *b)
{
    return utf8_floor(b->data, b->len, LIMIT_EDIT);
}

static void report_notices(struct sink *s)
{
    for (const struct notice *n; (n = next_notice(s)) != NULL && n->at <= handed(s) && !n->turns;) {
        int what = n->what;
        s->notice_first++;
        s->notice_count--;
        s->callbacks->on_notice(s->ctx, what);
    }
}

static void keep_notice(struct sink *s, int what, bool turns)
{
    if (s->notice_first > s->notice_count) { /* seldom, so that it costs little */
        memmove(s->notices, s->notices + s->notice_first, s->notice_count * sizeof *s->notices);
        s->notice_first = 0;
    }
    size_t end = s->notice_first + s->notice_count;
    if (end == s->notice_room) {
        s->notice_room = end > 0 ? 2 * end : 4;
        s->notices = xrealloc(s->notices, s->notice_room * sizeof *s->notices);
    }
    s->notices[end] = (struct notice){handed(s) + s->pending.len, what, turns};
    s->notice_count++;
}

/* An edit does not reach beyond a notice. */
static void send_pending(struct sink *s)
{
    size_t size = edit_size(&s->pending);
    const struct notice *n = next_notice(s);
    if (n != NULL && n->at - handed(s) < size) {
        size = (size_t)(n->at - handed(s));
    }
    send_edit(s, s->pending.data, size, s->pieces);
    buf_drop(&s->pending, size);
    if (s->pending.len == 0) {
        s->pieces = 0;
    }
    report_notices(s);
}

/* Whether it is time to know what Neovim has handled. */
static bool fence_is_due(const struct sink *s)
{
    bool wanted = s->state == SUSPECT || s->ended || s->pending.len > 0 ||
                  s->unacked >= FENCE_EVERY || is_blocked(s);
    return wanted && s->unacked > 0 && s->fenced == 0 && s->state != REPAIRING;
}

/* Does whatever the state now allows: send, fence, report. Each step leaves things as the next
 * one finds them, also when it led back here. */
static void advance(struct sink *s)
{
    check(s);
    if (s->state == SENDING) {
        report_notices(s);
    }
    if (s->state == SENDING && is_blocked(s)) {
        if (s->unacked == 0) {
            turn_text(s);
        }
    } else if (s->state == SENDING && s->pending.len > 0 && unsent_room(s) > 0) {
        send_pending(s);
        report_pressure(s);
    }
    if (fence_is_due(s)) {
        send_fence(s);
    }
    if (s->ended && s->pending.len == 0 && s->unacked == 0 && s->notice_count == 0 &&
        s->state != OVER) {
        end(s);
        s->callbacks->on_drained(s->ctx);
    }
}

struct sink *sink_new(const struct sink_env *env, const struct sink_callbacks *callbacks, void *ctx)
{
    struct sink *s = xcalloc(1, sizeof *s);
    s->rpc = env->rpc;
    s->callbacks = callbacks;
    s->ctx = ctx;
    s->target = env->target;
    buf_init(&s->pending, SIZE_MAX); /* bounded by on_pressure */
    buf_init(&s->sent, SIZE_MAX);    /* bounded by LIMIT_UNACKED */
    uv_timer_init(env->loop, &s->retry);
    s->retry.data = s;
    return s;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct sink *s = handle->data;
    buf_finish(&s->pending);
    buf_finish(&s->sent);
    free(s->notices);
    free(s);
}

void sink_free(struct sink *s)
{
    if (s != NULL) {
        assert(!s->reporting);
        rpc_forget(s->rpc, s);
        uv_close((uv_handle_t *)&s->retry, on_timer_closed);
    }
}

void sink_text(struct sink *s, const char *text, size_t len)
{
    if (len == 0 || s->state == OVER) {
        return;
    }
    check(s);
    s->stats.bytes += len;
    bool waits = s->state != SENDING || s->pending.len > 0 || s->notice_count > 0;
    if (!waits && len <= LIMIT_EDIT && unsent_room(s) > 0) {
        send_edit(s, text, len, 1);
        return;
    }
    buf_add(&s->pending, text, len);
    s->pieces++;
    advance(s);
    report_pressure(s);
}

void sink_notice(struct sink *s, int notice)
{
    if (s->state == OVER) {
        return;
    }
    if (s->pending.len == 0 && s->state == SENDING && s->notice_count == 0) {
        s->callbacks->on_notice(s->ctx, notice);
    } else {
        keep_notice(s, notice, false);
    }
}

void sink_turn(struct sink *s, const struct target_turn *turn, int notice)
{
    if (s->state == OVER) {
        return;
    }
    if (s->target.ops->turn == NULL) {
        sink_notice(s, notice);
        return;
    }
    s->turn = *turn;
    keep_notice(s, notice, true);
    advance(s);
}

void sink_end(struct sink *s)
{
    s->ended = true;
    advance(s);
}

void sink_discard(struct sink *s)
{
    end(s);
}

void sink_join(struct sink *s, bool join)
{
    s->target.join = join;
}

void sink_suspect(struct sink *s)
{
    if (s->unacked > 0 && s->state == SENDING) {
        s->state = SUSPECT;
        advance(s);
    }
}

const struct sink_stats *sink_stats(const struct sink *s)
{
    return &s->stats;
}
