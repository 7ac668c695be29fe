/* What a server sends that took a request: bytes through frame, dialect and split to events, up to
 * the one end. Knows no clock and no connection. */
#ifndef HUM_STREAM_H
#define HUM_STREAM_H

#include "base/ending.h"
#include "base/span.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/frame.h"
#include "server/split.h"

#include <stdbool.h>
#include <stddef.h>

struct endpoint;

/* Of whom it comes. What it points to must outlive the stream. */
struct stream_source {
    const struct endpoint *endpoint;
    const struct dialect *dialect;
    const char *model;
    bool splits;     /* its text may hold thoughts: they are told apart, see split.h */
    bool unthinking; /* the model is told not to think: none is expected, nor learned from it */
    bool goes_on;    /* the text goes on with one */
};

/* Each may call stream_stop. Behind on_end and on_failure nothing follows. */
struct stream_callbacks {
    /* Text, thinking, tool calls and stats. */
    void (*on_event)(void *ctx, const struct dialect_event *event);
    void (*on_token)(
        void *ctx);            /* the model is at work: pings, roles and headers do not say that */
    void (*on_end)(void *ctx); /* complete; the stream's ending says how */
    /* text: the server's words, or NULL. */
    void (*on_failure)(void *ctx, enum hum_error code, const char *text);
};

struct stream {
    struct stream_source source;
    const struct stream_callbacks *callbacks;
    void *ctx;
    struct ending_facts ending; /* what came so far */
    bool last_words;            /* there was a finish reason, and no text behind it */

    struct frame frame;
    struct dialect_state state;
    struct split split;
    struct split thoughts; /* of those in a field of their own: they may stand in tags as well */
    bool is_behind;        /* ... and there was text behind these, which is thought, too */
    struct span record;    /* the one that is being read, {NULL, 0} before and after */
    char unread[DIALECT_REASON]; /* the first of what was passed over */
    int logged;                  /* lines in the log about that */
    bool works;                  /* the model does: a token has come */
    bool over;
};

void stream_init(struct stream *s, const struct stream_source *source,
                 const struct stream_callbacks *callbacks, void *ctx);
void stream_finish(struct stream *s);

void stream_feed(struct stream *s, const char *data, size_t len);

/* The body ended as it should: ends the stream, with HUM_ECUT if it was not complete. */
void stream_end(struct stream *s);

/* The connection broke. Ends the stream if it was complete, whatever became of the connection, or
 * if what came between the records says why. Returns whether it has ended; if not, it is the
 * caller's to say. */
bool stream_break(struct stream *s);

/* Nothing more is waited for. The same without the rest of what came. */
bool stream_settle(struct stream *s);

/* What is held back of the text, since it may become a tag, is given now. */
void stream_flush(struct stream *s);

/* No callback follows. */
void stream_stop(struct stream *s);

/* What a failure stands in: the record that is being read, or what came between the records. */
struct span stream_said(const struct stream *s);

#endif
