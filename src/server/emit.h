/* What the dialects share when they turn a record into events. After an ending event no other
 * is given: what a dialect goes on to read of that record is for nothing, and does no harm. */
#ifndef HUM_EMIT_H
#define HUM_EMIT_H

#include "server/dialect_event.h"
#include "server/json.h"

struct emit {
    struct dialect_state *state;
    dialect_on_event on_event;
    void *ctx;
    const char *record; /* shown by emit_odd */
    size_t len;
};

/* Parses a record and hands it to read, which turns it into events; as dialect->record. One that
 * holds nothing of an API is passed over. */
typedef void (*emit_read)(const struct emit *e, const cJSON *root);
void emit_record(const struct emit *e, char *record, emit_read read);

/* dialect->end of a stream whose last record says that it is the last. */
void emit_no_end(struct dialect_state *st, dialect_on_event on_event, void *ctx);

/* Text or thinking from a JSON string; nothing if item is NULL or empty, an error if it is
 * no string. */
void emit_text(const struct emit *e, enum dialect_event_type type, const cJSON *item);

/* Text of our own making; not empty. */
void emit_words(const struct emit *e, const char *text, size_t len);

/* A thought is complete. text must be NUL-terminated behind len. */
void emit_thought(const struct emit *e, const char *text, size_t len, const char *signature);

/* The model is at work on what is not shown. */
void emit_tick(const struct emit *e);

/* The next text event counts these tokens too: an array of objects with "logprob", or of numbers.
 * What is none of these counts for nothing. */
void emit_logprobs(const struct emit *e, const cJSON *tokens);

/* The model calls a tool. id may be NULL. The arguments are JSON, if the model made no mistake; an
 * error in them is one that they are too long. */
void emit_call(const struct emit *e, const char *id, const char *name, const struct buf *arguments);

/* Fills in what llama-server reports: the count of tokens processed leaves out those that its
 * cache held. */
void emit_read_timings(const cJSON *timings, struct dialect_stats *stats);

/* Nothing if all are absent. */
void emit_stats(const struct emit *e, const struct dialect_stats *stats);

/* What of a record reports an error, in any of the places that servers have for it; NULL if
 * nothing does. Its words are found as in the body of an error status: see error_text.h. */
const cJSON *emit_find_error(const cJSON *root);

/* The server's message, from whatever that member holds. */
void emit_error(const struct emit *e, const cJSON *member);

/* The record is not what it should be: the error shows its beginning. */
void emit_odd(const struct emit *e);

/* An error of our own words. */
void emit_failure(const struct emit *e, const char *text);

void emit_done(const struct emit *e, const char *reason);

/* details: what the server says of the reason, or NULL. Of both a line goes on. */
void emit_done_because(const struct emit *e, const char *reason, const char *details);

extern const struct dialect_stats emit_no_stats;

#endif
