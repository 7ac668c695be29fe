#include "job/edit.h"

#include "base/utf8.h"
#include "edit/answer.h"
#include "edit/clean_context.h"
#include "edit/journal.h"
#include "edit/text.h"
#include "job/reply.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"

#include <stdlib.h>

struct edit {
    struct reply reply; /* first: an edit is one */
    struct text old, before, after;
    char *words[5]; /* of the spec, as long as the context */
    size_t word_count;
    struct clean_context context;
    enum answer_form asked;
    struct answer *answer;
    struct journal journal;
    enum part part;
    struct utf8 utf8;
    struct buf piece;   /* scratch: whole characters */
    struct buf log;     /* scratch: what is told */
    struct buf thought; /* in case it was text */
};

static void tell_news(struct edit *e)
{
    buf_clear(&e->log);
    journal_write(&e->journal, e->answer, &e->log);
    sink_text(e->reply.sink, e->log.data, e->log.len);
}

static void begin_part(struct edit *e, enum part part)
{
    if (part != e->part) {
        e->part = part;
        sink_notice(e->reply.sink, (int)part);
    }
}

static void add_text(struct edit *e, struct span piece)
{
    answer_feed(e->answer, piece);
    tell_news(e);
    if (answer_is_over(e->answer)) {
        reply_enough(&e->reply);
    }
}

/* ---- as a reply ---------------------------------------------------------------- */

static void add(struct reply *r, enum part part, const char *text, size_t len)
{
    struct edit *e = (struct edit *)r;
    begin_part(e, part);
    buf_clear(&e->piece);
    utf8_feed(&e->utf8, text, len, &e->piece);
    if (part == PART_THINKING) {
        buf_add(&e->thought, e->piece.data, e->piece.len);
        if (e->thought.error != HUM_OK) { /* it would go on for ever */
            reply_enough(r);
        }
    } else if (e->piece.len > 0) {
        add_text(e, (struct span){e->piece.data, e->piece.len});
    }
}

static void turn(struct reply *r, enum part part)
{
    struct edit *e = (struct edit *)r;
    begin_part(e, part);
    if (part == PART_TEXT) {
        add_text(e, (struct span){e->thought.data, e->thought.len});
        buf_clear(&e->thought);
        return;
    }
    answer_free(e->answer);
    e->answer = answer_new(&e->context, e->asked);
    buf_clear(&e->log);
    journal_restart(&e->journal, &e->log);
    sink_text(r->sink, e->log.data, e->log.len);
}

static void call(struct reply *r, const char *call, size_t len)
{
    struct edit *e = (struct edit *)r;
    answer_call(e->answer, (struct span){call, len});
    reply_enough(r);
}

static void end(struct reply *r, bool whole)
{
    struct edit *e = (struct edit *)r;
    buf_clear(&e->piece);
    utf8_end(&e->utf8, &e->piece);
    answer_feed(e->answer, (struct span){e->piece.data, e->piece.len});
    answer_end(e->answer, whole ? ANSWER_SAID : ANSWER_CUT);
    tell_news(e);
}

static void tell_fault(const struct answer_fault *fault, struct buf *out)
{
    wire_cstr(out, "fault");
    wire_map(out, 3);
    wire_cstr(out, "code");
    wire_cstr(out, fault->code);
    wire_cstr(out, "message");
    wire_cstr(out, fault->message);
    wire_cstr(out, "hint");
    wire_cstr(out, fault->hint);
}

static uint32_t tell(struct reply *r, struct buf *out)
{
    struct edit *e = (struct edit *)r;
    const struct answer_fault fault = answer_fault(e->answer);
    struct span raw = answer_raw(e->answer);
    wire_cstr(out, "answer");
    wire_str(out, raw.data, raw.len);
    wire_cstr(out, "form");
    wire_cstr(out, answer_form_name(answer_form(e->answer)));
    wire_cstr(out, "complete");
    wire_bool(out, answer_is_complete(e->answer));
    wire_cstr(out, "shrunk");
    wire_bool(out, answer_is_shrunk(e->answer));
    if (fault.code != NULL) {
        tell_fault(&fault, out);
    }
    return fault.code != NULL ? 5 : 4;
}

static enum part now(const struct reply *r)
{
    return ((const struct edit *)r)->part;
}

static void finish(struct reply *r)
{
    struct edit *e = (struct edit *)r;
    answer_free(e->answer);
    text_finish(&e->old);
    text_finish(&e->before);
    text_finish(&e->after);
    for (size_t i = 0; i < e->word_count; i++) {
        free(e->words[i]);
    }
    buf_finish(&e->piece);
    buf_finish(&e->log);
    buf_finish(&e->thought);
}

/* ---- the beginning ------------------------------------------------------------- */

/* A text of the spec, copied; empty if there is none. */
static struct span word(struct edit *e, const struct value *spec, const char *name)
{
    char *text = value_strdup_or(value_get(spec, name), "");
    e->words[e->word_count++] = text;
    return span_of(text);
}

static int begin(struct reply *r, const struct value *spec, struct target *target, const char **why)
{
    struct edit *e = (struct edit *)r;
    *why = "old, before and after must be lists of lines";
    *target = target_event(r->job.id, EVENT_HUNKS);
    if (text_from_value(&e->old, value_get(spec, "old")) != 0 ||
        text_from_value(&e->before, value_get(spec, "before")) != 0 ||
        text_from_value(&e->after, value_get(spec, "after")) != 0) {
        return HUM_ESPEC;
    }
    struct span form = word(e, spec, "form");
    e->asked = answer_form_named(form);
    e->context = (struct clean_context){
        .old = &e->old,
        .before = &e->before,
        .after = &e->after,
        .head = word(e, spec, "head"),
        .foot = word(e, spec, "foot"),
        .filetype = word(e, spec, "filetype").data,
        .indent = indent_from(value_get(spec, "indent")),
        .insert = value_bool(value_get(spec, "insert"), false),
        .first = (size_t)value_int(value_get(spec, "first"), 0),
        .instruction = word(e, spec, "instruction"),
    };
    e->answer = answer_new(&e->context, e->asked);
    return 0;
}

static const struct reply_ops edit_reply = {
    .of = OF_EDIT,
    .tells_progress = true,
    .begin = begin,
    .add = add,
    .turn = turn,
    .call = call,
    .end = end,
    .tell = tell,
    .now = now,
    .finish = finish,
};

static const struct job_ops edit_ops = {
    .kind = "edit",
    .stop = reply_stop,
    .free = reply_free,
    .describe = reply_describe,
    .suspect = reply_suspect,
    .uses = reply_uses,
    .inspection = reply_inspection,
};

struct job *edit_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct edit *e = xcalloc(1, sizeof *e);
    text_init(&e->old);
    text_init(&e->before);
    text_init(&e->after);
    buf_init(&e->piece, SIZE_MAX);
    buf_init(&e->log, SIZE_MAX);
    buf_init(&e->thought, LIMIT_MESSAGE);
    utf8_init(&e->utf8);
    return reply_start(&e->reply, &edit_ops, &edit_reply, env, id, spec);
}
