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
    bool late; /* the reply had its finish reason before this record: no error follows */
};

/* Text or thinking from a JSON string; nothing if item is none, or empty. */
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

/* How far llama-server is in the prompt, if that says so. */
void emit_progress(const struct emit *e, const cJSON *progress);

/* Nothing if all are absent. */
void emit_stats(const struct emit *e, const struct dialect_stats *stats);

/* What of a record reports an error, in any of the places that servers have for it; NULL if
 * nothing does. Its words are found as in the body of an error status: see error_text.h. */
const cJSON *emit_find_error(const cJSON *root);

/* The server's message, from whatever that member holds. */
void emit_error(const struct emit *e, const cJSON *member);

/* Whether the record's event says that it is an error. */
bool emit_is_error(const struct emit *e);

/* Words where an object should be; in an event "error" they are one. */
void emit_stray(const struct emit *e, const char *words, size_t len);

/* The words of an object that is none of the API: they may say why nothing follows. */
void emit_words_of(const struct emit *e, const cJSON *object);

/* What is passed over, by its name. */
void emit_unread(const struct emit *e, const char *name);

/* The record is not what it should be: the error shows its beginning. */
void emit_odd(const struct emit *e);

/* An error of our own words. */
void emit_failure(const struct emit *e, const char *text);

/* Keeps the reason for which a reply ended; from then on it is finished. Returns false if reason is
 * none, or says that there is none yet. */
bool emit_keep_reason(const struct emit *e, const cJSON *reason);

/* The end, with the reason and the details in the state. */
void emit_done(const struct emit *e);

extern const struct dialect_stats emit_no_stats;

#endif
