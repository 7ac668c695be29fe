#include "server/stream.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mask.h"
#include "server/endpoint.h"
#include "server/error_text.h"
#include "server/learned.h"

#include <stdio.h>
#include <string.h>

/* So many lines in the log about what was passed over. */
#define LOGGED_MAX 8

static void fail(struct stream *s, enum hum_error code, const char *text)
{
    s->callbacks->on_failure(s->ctx, code, text);
}

/* What came between the records may say why nothing followed. Returns whether it does. */
static bool fail_by_strays(struct stream *s)
{
    struct buf text;
    buf_init_secret(&text, SIZE_MAX);
    if (s->frame.strays.len > 0) {
        error_text(s->frame.strays.data, s->frame.strays.len, &text, NULL);
    }
    bool told = text.len > 0;
    if (told) {
        fail(s, HUM_ESERVER, text.data);
    }
    buf_finish(&text);
    return told;
}

/* What the reply tells of the next one. */
static void note_thinking(struct stream *s, bool is_cut)
{
    bool lone = split_is_lone(&s->split);
    if (s->source.splits && (lone || (!is_cut && !s->source.unthinking))) {
        learned_note_thinking(s->source.endpoint, s->source.model, lone);
    }
}

static void complete(struct stream *s, const struct dialect_event *done)
{
    struct ending_facts *e = &s->ending;
    e->reason = done->text;
    e->details = done->details;
    e->widen = s->state.widen != NULL ? s->state.widen : s->source.dialect->widen;
    e->unread = s->unread[0] != '\0' ? s->unread : NULL;
    bool is_cut = ending_is_limit(done->text);
    split_end(&s->thoughts, false);
    split_end(&s->split, !is_cut);
    note_thinking(s, is_cut);
    bool nothing = !e->has_text && !e->has_call && !e->has_thinking;
    if (!s->over && (!nothing || done->details != NULL || !fail_by_strays(s))) {
        s->callbacks->on_end(s->ctx);
    }
}

/* ---- text and thoughts --------------------------------------------------------- */

static bool is_white(const struct dialect_event *event)
{
    for (size_t i = 0; i < event->len; i++) {
        if ((unsigned char)event->text[i] > ' ') {
            return false;
        }
    }
    return true;
}

static void hand_on(struct stream *s, const struct dialect_event *event)
{
    struct ending_facts *e = &s->ending;
    e->has_text = e->has_text || (event->type == DIALECT_TEXT && !is_white(event));
    e->has_thinking = e->has_thinking || event->type == DIALECT_THINKING;
    e->has_call = e->has_call || event->type == DIALECT_TOOL_CALL;
    s->callbacks->on_event(s->ctx, event);
}

/* What was text by then is thinking, or the other way round; neither was blank. */
static void turn(struct stream *s, const struct dialect_event *event)
{
    s->ending.has_text = event->type == DIALECT_WAS_TEXT;
    s->ending.has_thinking = event->type == DIALECT_WAS_THOUGHT;
    if (s->ending.has_thinking) {
        learned_note_thinking(s->source.endpoint, s->source.model, true);
    }
    s->callbacks->on_event(s->ctx, event);
}

static void on_split(void *ctx, enum split_kind kind, const char *text, size_t len)
{
    static const enum dialect_event_type types[] = {
        [SPLIT_TEXT] = DIALECT_TEXT,
        [SPLIT_THINKING] = DIALECT_THINKING,
        [SPLIT_WAS_THOUGHT] = DIALECT_WAS_THOUGHT,
        [SPLIT_WAS_TEXT] = DIALECT_WAS_TEXT,
    };
    struct stream *s = ctx;
    const struct dialect_event event = {.type = types[kind], .text = text, .len = len};
    if (s->over) {
        return;
    }
    if (kind == SPLIT_TEXT || kind == SPLIT_THINKING) {
        hand_on(s, &event);
    } else {
        turn(s, &event);
    }
}

/* Whatever it is taken for: all of it is thought. */
static void on_split_thought(void *ctx, enum split_kind kind, const char *text, size_t len)
{
    struct stream *s = ctx;
    const struct dialect_event event = {.type = DIALECT_THINKING, .text = text, .len = len};
    const struct dialect_event apart = {.type = DIALECT_THINKING, .text = "\n\n", .len = 2};
    if (!s->over && kind == SPLIT_TEXT && s->ending.has_thinking && s->thoughts.tag != NULL &&
        !s->is_behind) {
        s->is_behind = true;
        hand_on(s, &apart);
    }
    if (!s->over) {
        hand_on(s, &event);
    }
}

static void note_token(struct stream *s)
{
    s->works = true;
    s->callbacks->on_token(s->ctx);
}

/* Text, and what comes in its place. */
static void take(struct stream *s, const struct dialect_event *event)
{
    /* Text behind the reason: one that the server sends with every piece. */
    s->last_words = s->last_words && event->type != DIALECT_TEXT;
    if (event->type != DIALECT_STATS) {
        note_token(s);
        buf_clear(&s->frame.strays); /* what was said before it did not end the reply */
    }
    if (s->source.splits && event->type == DIALECT_TEXT) {
        split_end(&s->thoughts, false);
        split_text(&s->split, event->text, event->len);
        return;
    }
    if (event->type != DIALECT_TEXT && event->type != DIALECT_STATS) {
        split_field(&s->split, event->type != DIALECT_TOOL_CALL);
    }
    if (s->source.splits && event->type == DIALECT_THINKING) {
        split_text(&s->thoughts, event->text, event->len);
        return;
    }
    if (event->type != DIALECT_STATS) {
        split_end(&s->thoughts, false);
    }
    if (!s->over) {
        hand_on(s, event);
    }
}

/* ---- what is passed over ------------------------------------------------------- */

/* Names of fields only: what the model says is not for the log. */
static void keep_unread(struct stream *s, const struct dialect_event *event)
{
    if (s->unread[0] == '\0') {
        snprintf(s->unread, sizeof s->unread, "%s", event->text);
    }
    if (s->logged < LOGGED_MAX) {
        s->logged++;
        log_write(LOG_INFO, "%s: passed over: %s", s->source.endpoint->name, event->text);
    }
}

/* A single word in the midst of a reply keeps the connection alive, and says nothing. */
static void keep_stray(struct stream *s, const struct dialect_event *event)
{
    if (!s->works || strchr(event->text, ' ') != NULL) {
        frame_keep_stray(&s->frame, event->text, event->len);
    }
    if (s->logged < LOGGED_MAX) {
        s->logged++;
        struct buf text;
        buf_init_secret(&text, SIZE_MAX);
        buf_add(&text, event->text, event->len);
        mask_text(&text, s->source.endpoint->secrets);
        log_write(LOG_INFO, "%s: %zu bytes between records", s->source.endpoint->name, event->len);
        log_write(LOG_DEBUG, "%s", text.data);
        buf_finish(&text);
    }
}

/* ---- records ------------------------------------------------------------------- */

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct stream *s = ctx;
    if (s->over) { /* by the event before, in the same record */
        return;
    }
    switch (event->type) {
    case DIALECT_TEXT:
    case DIALECT_THINKING:
    case DIALECT_TOOL_CALL:
    case DIALECT_THOUGHT:
    case DIALECT_STATS:
        take(s, event);
        break;
    case DIALECT_TICK:
        note_token(s);
        break;
    case DIALECT_PROGRESS: /* the first token is still waited for */
        s->callbacks->on_event(s->ctx, event);
        break;
    case DIALECT_STRAY:
        keep_stray(s, event);
        break;
    case DIALECT_UNREAD:
        keep_unread(s, event);
        break;
    case DIALECT_ERROR:
        fail(s, HUM_ESERVER, event->text);
        break;
    case DIALECT_ODD:
        fail(s, HUM_EBAD, event->text);
        break;
    case DIALECT_DONE:
        complete(s, event);
        break;
    case DIALECT_WAS_THOUGHT: /* no dialect gives these */
    case DIALECT_WAS_TEXT:
        break;
    }
}

static int on_record(void *ctx, char *record, size_t len)
{
    struct stream *s = ctx;
    s->state.event = s->frame.name;
    s->state.whole = s->frame.bare || s->frame.page;
    s->record = (struct span){record, len};
    /* Servers that give a reason with every piece give one with the first. */
    bool believed = !s->state.finished && s->ending.has_text;
    s->source.dialect->record(&s->state, record, len, on_event, s);
    s->record = (struct span){NULL, 0};
    s->last_words = s->last_words || (believed && s->state.finished);
    return s->over;
}

bool stream_settle(struct stream *s)
{
    if (!s->over) {
        s->source.dialect->end(&s->state, on_event, s);
    }
    return s->over;
}

/* A record that cannot be read is the end, but behind the finish reason. */
static void check(struct stream *s, int error)
{
    if (error < 0 && !stream_settle(s)) {
        fail(s, (enum hum_error)error, NULL);
    }
}

void stream_feed(struct stream *s, const char *data, size_t len)
{
    check(s, frame_feed(&s->frame, data, len, on_record, s));
}

void stream_end(struct stream *s)
{
    check(s, frame_end(&s->frame, on_record, s));
    if (!stream_settle(s) && !fail_by_strays(s)) {
        fail(s, HUM_ECUT, NULL);
    }
}

bool stream_break(struct stream *s)
{
    frame_break(&s->frame, on_record, s);
    return stream_settle(s) || fail_by_strays(s);
}

void stream_flush(struct stream *s)
{
    if (!s->over) {
        split_end(&s->thoughts, false);
        split_end(&s->split, false);
    }
}

void stream_stop(struct stream *s)
{
    s->over = true;
}

struct span stream_said(const struct stream *s)
{
    const struct buf *strays = &s->frame.strays;
    return s->record.len > 0 ? s->record : (struct span){strays->data, strays->len};
}

/* ---- life ---------------------------------------------------------------------- */

void stream_init(struct stream *s, const struct stream_source *source,
                 const struct stream_callbacks *callbacks, void *ctx)
{
    const struct learned known = learned_of(source->endpoint, source->model);
    bool expects = source->splits && !source->unthinking && learned_begins_thinking(&known);
    *s = (struct stream){.source = *source, .callbacks = callbacks, .ctx = ctx};
    frame_init(&s->frame, source->dialect->frame, LIMIT_RECORD);
    split_init(&s->split, expects, on_split, s);
    if (source->goes_on) {
        split_go_on(&s->split);
    }
    split_init(&s->thoughts, false, on_split_thought, s);
    split_field(&s->thoughts, true); /* a closing tag alone is none of theirs */
}

void stream_finish(struct stream *s)
{
    frame_finish(&s->frame);
    dialect_state_finish(&s->state);
    split_finish(&s->split);
    split_finish(&s->thoughts);
}
