/* Streams run through frame and dialect, their events as text for the eye:
 * "{text He}{thinking hm}{call {...}}{stats 12 3 - - - -}{done stop}", and "{cut}" behind
 * a stream that ended without saying so. What not every server tells stands behind the rest:
 * "{text He, 1 token -0.250}{stats 12 3 - - - -, 8 cached}{thought hm, signed c2ln}
 * {done refusal, why}". */
#ifndef HUM_EVENTS_H
#define HUM_EVENTS_H

#include "check.h"
#include "fixture.h"
#include "server/dialect.h"

struct events {
    struct frame frame;
    const struct dialect *dialect;
    struct dialect_state state;
    struct buf log;
    int count;
};

static inline void events_on_event(void *ctx, const struct dialect_event *event)
{
    static const char *const names[] = {"text",     "thinking", "call",   "thought",
                                        "tick",     "stray",    "unread", "stats",
                                        "progress", "error",    "odd",    "done"};
    struct events *x = ctx;
    if (event->type == DIALECT_TICK) { /* how often is no matter */
        return;
    }
    buf_printf(&x->log, "{%s", names[event->type]);
    if (event->type == DIALECT_PROGRESS) {
        buf_printf(&x->log, " %" PRId64 " of %" PRId64, event->read, event->total);
    } else if (event->type == DIALECT_STATS) {
        const struct dialect_stats *s = &event->stats;
        const int64_t all[] = {s->prompt_tokens, s->tokens,  s->prompt_ns,
                               s->eval_ns,       s->load_ns, s->total_ns};
        for (size_t i = 0; i < 6; i++) {
            if (all[i] < 0) {
                buf_add_str(&x->log, " -");
            } else {
                buf_printf(&x->log, " %" PRId64, all[i]);
            }
        }
        if (s->cached_tokens >= 0) {
            buf_printf(&x->log, ", %" PRId64 " cached", s->cached_tokens);
        }
    } else {
        CHECK_INT(event->text[event->len], '\0');
        CHECK(event->len > 0 || event->type == DIALECT_DONE || event->type == DIALECT_THOUGHT);
        buf_add_str(&x->log, " ");
        buf_add(&x->log, event->text, event->len);
        if (event->signature != NULL) {
            buf_printf(&x->log, ", signed %s", event->signature);
        }
        if (event->details != NULL) {
            buf_printf(&x->log, ", %s", event->details);
        }
        if (event->logprobs > 0) {
            buf_printf(&x->log, ", %" PRId64 " token %.3f", event->logprobs, event->logprob_sum);
        }
    }
    buf_add_str(&x->log, "}");
    x->count++;
}

static inline int events_on_record(void *ctx, char *record, size_t len)
{
    struct events *x = ctx;
    x->state.event = x->frame.name;
    x->state.whole = x->frame.bare || x->frame.page;
    x->dialect->record(&x->state, record, len, events_on_event, x);
    return 0;
}

/* Runs data cut in pieces: up to cut, then the rest by step bytes. */
static inline int events_run(struct events *x, const char *data, size_t len, size_t cut,
                             size_t step)
{
    memset(&x->state, 0, sizeof x->state);
    x->count = 0;
    buf_clear(&x->log);
    frame_init(&x->frame, x->dialect->frame, LIMIT_RECORD);
    int error = frame_feed(&x->frame, data, cut, events_on_record, x);
    while (error == 0 && cut < len) {
        size_t n = step < len - cut ? step : len - cut;
        error = frame_feed(&x->frame, data + cut, n, events_on_record, x);
        cut += n;
    }
    if (error == 0) {
        error = frame_end(&x->frame, events_on_record, x);
    }
    if (error == 0) {
        x->dialect->end(&x->state, events_on_event, x);
    }
    if (error == 0 && !x->state.done) {
        buf_add_str(&x->log, "{cut}");
    }
    frame_finish(&x->frame);
    dialect_state_finish(&x->state);
    return error;
}

/* By its name, or by its route to fill in. */
static inline void events_init(struct events *x, const char *dialect)
{
    memset(x, 0, sizeof *x);
    x->dialect = dialect_find(dialect);
    if (x->dialect == NULL) {
        x->dialect = dialect_for_fill_api(dialect);
    }
    buf_init(&x->log, (size_t)4 * LIMIT_RECORD);
}

static inline void events_finish(struct events *x)
{
    buf_finish(&x->log);
}

/* Checks the events of a stream, cut at every byte. */
static inline void events_check(const char *file, int line, const char *dialect, const char *data,
                                size_t len, const char *wanted)
{
    struct events x;
    events_init(&x, dialect);
    for (size_t cut = 0; cut <= len; cut++) {
        check_ints(file, line, "error", events_run(&x, data, len, cut, len), 0);
        check_texts(file, line, "events", x.log.data, wanted);
    }
    events_run(&x, data, len, 0, 1);
    check_texts(file, line, "events", x.log.data, wanted);
    events_finish(&x);
}

/* The events of a recorded stream, which are the same however it is cut. The caller frees
 * the text. */
static inline char *events_of_recording(const char *dialect, const struct fixture *f)
{
    struct events whole;
    events_init(&whole, dialect);
    struct events cut;
    events_init(&cut, dialect);
    CHECK_INT(events_run(&whole, f->body.data, f->body.len, f->body.len, 1), 0);
    /* test_frame cuts the long ones at every byte. */
    for (size_t at = 0; at <= f->body.len; at += f->body.len < 2500 ? 1 : 307) {
        events_run(&cut, f->body.data, f->body.len, at, f->body.len);
        if (strcmp(cut.log.data, whole.log.data) != 0) {
            printf("cut at %zu\n", at);
        }
        CHECK_TEXT(cut.log.data, whole.log.data);
    }
    for (size_t step = 1; step < 20; step += 9) {
        events_run(&cut, f->body.data, f->body.len, 0, step);
        CHECK_TEXT(cut.log.data, whole.log.data);
    }
    events_finish(&cut);
    return whole.log.data;
}

#endif
