#include "nvim/sink.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"
#include "proto.h"

#include <stdlib.h>
#include <string.h>

/* After so long text that was refused is sent again: a textlock lasts until the user presses
 * a key, so it is to be noticed soon; the load does not matter. */
#define REDELIVER_MS 30

/* Windows follow on a line break, and when a paragraph may have grown by a screen row:
 * following costs as much as an edit. */
#define FOLLOW_BYTES 32

/* Errors other than textlock's before the buffer is given up. */
#define REPAIRS_MAX 5

/* The end of the acknowledged text, by which Lua finds it in a buffer that was edited. */
#define ACKED_END_BYTES 64

#define NOTICES_MAX 8

/* Edits behind which a fence is due. One for each would cost Neovim an answer and both
 * a wake-up per token. */
#define FENCE_EVERY (LIMIT_UNACKED / 4)

struct notice {
    size_t at; /* bytes of pending text before it */
    int what;
};

struct sink {
    struct rpc *rpc;
    const struct sink_callbacks *callbacks;
    void *ctx;
    uv_timer_t retry;
    int64_t buffer;

    struct buf pending; /* not sent yet */
    unsigned pieces;    /* in pending */
    struct notice notices[NOTICES_MAX];
    unsigned notice_count;

    struct buf sent;                 /* text of the unacknowledged edits, in order */
    size_t sizes[LIMIT_UNACKED];     /* their lengths */
    unsigned unacked;                /* how many */
    unsigned fenced;                 /* the first of them, before the fence under way; 0: none is */
    uint64_t acked;                  /* bytes acknowledged */
    char acked_end[ACKED_END_BYTES]; /* the last of them */
    size_t acked_end_len;
    unsigned failures; /* repairs that failed, other than by textlock */
    int64_t key;       /* of the anchor in Lua */

    size_t unfollowed; /* bytes sent since windows last followed */
    bool join;
    bool suspect;   /* an edit may have been refused: send nothing new, mend first */
    bool repairing; /* Lua is mending, or will when the timer fires */
    bool ended;
    bool high;
    struct sink_stats stats;
};

static void advance(struct sink *s);
static void on_fence(void *ctx, const struct value *error, const struct value *result);

static unsigned unsent_room(const struct sink *s)
{
    return LIMIT_UNACKED - s->unacked;
}

static void send_fence(struct sink *s)
{
    struct buf *out = rpc_request(s->rpc, "nvim_buf_get_changedtick", 1, on_fence, s);
    wire_int(out, s->buffer);
    s->fenced = s->unacked;
}

static bool must_follow(struct sink *s, const char *text, size_t len)
{
    s->unfollowed += len;
    if (s->unfollowed < FOLLOW_BYTES && memchr(text, '\n', len) == NULL) {
        return false;
    }
    s->unfollowed = 0;
    return true;
}

/* Through Lua, which keeps text out of a buffer that has no place for it any more, joins the
 * undo block, and has windows follow. Row and column -1, the end of the buffer, are resolved
 * when Neovim handles the edit: edits elsewhere cannot misplace it. */
static void send_text(struct sink *s, const char *text, size_t len)
{
    struct buf *out = rpc_notify(s->rpc, "nvim_exec_lua", 2);
    wire_cstr(out, LUA_PUT);
    wire_array(out, 4);
    wire_int(out, s->buffer);
    wire_lines(out, text, len);
    wire_bool(out, must_follow(s, text, len));
    wire_bool(out, s->join);
}

/* Marks where the text begins, before the first of it. */
static void send_anchor(struct sink *s)
{
    struct buf *out = rpc_notify(s->rpc, "nvim_exec_lua", 2);
    wire_cstr(out, LUA_ANCHOR);
    wire_array(out, 2);
    wire_int(out, s->buffer);
    wire_int(out, s->key);
}

static void send_edit(struct sink *s, const char *text, size_t len, unsigned pieces)
{
    if (s->stats.edits == 0) {
        send_anchor(s);
    }
    buf_add(&s->sent, text, len);
    s->sizes[s->unacked++] = len;
    s->stats.edits++;
    s->stats.merged += pieces > 1;
    if (s->unacked > s->stats.max_unacked) {
        s->stats.max_unacked = s->unacked;
    }
    send_text(s, text, len);
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

static void give_up(struct sink *s, const char *why)
{
    rpc_forget(s->rpc, s);
    uv_timer_stop(&s->retry);
    s->callbacks->on_gone(s->ctx, why);
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
    char *text = value_strdup(error_text(error));
    if (text != NULL) {
        text[strcspn(text, "\n")] = '\0'; /* a traceback follows */
    }
    give_up(s, text != NULL ? text : "its buffer cannot be changed");
    free(text);
    return true;
}

static void on_retry(uv_timer_t *timer);

static void repair_soon(struct sink *s, unsigned delay_ms)
{
    s->repairing = true;
    uv_timer_start(&s->retry, on_retry, delay_ms, 0);
}

static void on_repaired(void *ctx, const struct value *error, const struct value *result)
{
    (void)result;
    struct sink *s = ctx;
    s->repairing = false;
    if (error != NULL && is_lasting(s, error)) {
        return;
    }
    if (error != NULL) {
        repair_soon(s, REDELIVER_MS);
        return;
    }
    s->suspect = false;
    s->failures = 0;
    forget_edits(s, s->unacked);
    advance(s);
}

static void repair(struct sink *s)
{
    s->stats.redelivered++;
    struct buf *out = rpc_request(s->rpc, "nvim_exec_lua", 2, on_repaired, s);
    wire_cstr(out, LUA_REPAIR);
    wire_array(out, 5);
    wire_int(out, s->buffer);
    wire_int(out, s->key);
    wire_int(out, (int64_t)s->acked);
    wire_str(out, s->acked_end, s->acked_end_len);
    wire_str(out, s->sent.data, s->sent.len);
}

static void on_retry(uv_timer_t *timer)
{
    repair(timer->data);
}

static void on_fence(void *ctx, const struct value *error, const struct value *result)
{
    (void)result;
    struct sink *s = ctx;
    unsigned handled = s->fenced;
    s->fenced = 0;
    if (error != NULL) {
        s->suspect = true; /* the repair finds out whether it lasts */
    }
    if (!s->suspect) {
        forget_edits(s, handled);
    } else if (handled == s->unacked) {
        repair_soon(s, 0);
    }
    advance(s);
}

static void report_pressure(struct sink *s)
{
    if (!s->high && s->pending.len > LIMIT_PENDING) {
        s->high = true;
        s->callbacks->on_pressure(s->ctx, true);
    } else if (s->high && s->pending.len < LIMIT_PENDING / 2) {
        s->high = false;
        s->callbacks->on_pressure(s->ctx, false);
    }
}

/* A merged edit ends between characters. */
static size_t edit_size(const struct buf *b)
{
    return utf8_floor(b->data, b->len, LIMIT_EDIT);
}

static void report_notices(struct sink *s)
{
    while (s->notice_count > 0 && s->notices[0].at == 0) {
        int what = s->notices[0].what;
        s->notice_count--;
        memmove(s->notices, s->notices + 1, s->notice_count * sizeof *s->notices);
        s->callbacks->on_notice(s->ctx, what);
    }
}

/* An edit does not reach beyond a notice. */
static void send_pending(struct sink *s)
{
    report_notices(s);
    size_t size = edit_size(&s->pending);
    if (s->notice_count > 0 && s->notices[0].at < size) {
        size = s->notices[0].at;
    }
    send_edit(s, s->pending.data, size, s->pieces);
    buf_drop(&s->pending, size);
    for (unsigned i = 0; i < s->notice_count; i++) {
        s->notices[i].at -= size;
    }
    if (s->pending.len == 0) {
        s->pieces = 0;
    }
    report_notices(s);
}

/* Whether it is time to know what Neovim has handled. */
static bool fence_is_due(const struct sink *s)
{
    bool wanted = s->suspect || s->ended || s->pending.len > 0 || s->unacked >= FENCE_EVERY;
    return wanted && s->unacked > 0 && s->fenced == 0 && !s->repairing;
}

/* Does whatever the state now allows: send, fence, report. */
static void advance(struct sink *s)
{
    if (!s->suspect && s->pending.len > 0 && unsent_room(s) > 0) {
        send_pending(s);
        report_pressure(s);
    }
    if (fence_is_due(s)) {
        send_fence(s);
    }
    if (s->ended && s->pending.len == 0 && s->unacked == 0) {
        s->ended = false;
        s->callbacks->on_drained(s->ctx);
    }
}

struct sink *sink_new(const struct sink_env *env, const struct sink_callbacks *callbacks, void *ctx)
{
    static int64_t last_key;
    struct sink *s = xcalloc(1, sizeof *s);
    s->key = ++last_key;
    s->rpc = env->rpc;
    s->callbacks = callbacks;
    s->ctx = ctx;
    s->buffer = env->buffer;
    s->join = env->join;
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
    free(s);
}

void sink_free(struct sink *s)
{
    if (s != NULL) {
        rpc_forget(s->rpc, s);
        uv_close((uv_handle_t *)&s->retry, on_timer_closed);
    }
}

void sink_text(struct sink *s, const char *text, size_t len)
{
    if (len == 0) {
        return;
    }
    s->stats.bytes += len;
    if (s->pending.len == 0 && len <= LIMIT_EDIT && unsent_room(s) > 0 && !s->suspect) {
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
    if ((s->pending.len == 0 && !s->suspect) || s->notice_count == NOTICES_MAX) {
        s->callbacks->on_notice(s->ctx, notice);
    } else {
        s->notices[s->notice_count++] = (struct notice){s->pending.len, notice};
    }
}

void sink_end(struct sink *s)
{
    s->ended = true;
    advance(s);
}

void sink_discard(struct sink *s)
{
    rpc_forget(s->rpc, s);
    uv_timer_stop(&s->retry);
    buf_clear(&s->pending);
    buf_clear(&s->sent);
    s->unacked = s->fenced = s->notice_count = 0;
    s->suspect = s->repairing = false;
}

void sink_join(struct sink *s, bool join)
{
    s->join = join;
}

void sink_suspect(struct sink *s)
{
    if (s->unacked > 0) {
        s->suspect = true;
        advance(s);
    }
}

const struct sink_stats *sink_stats(const struct sink *s)
{
    return &s->stats;
}
