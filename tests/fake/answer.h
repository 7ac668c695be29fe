/* How one request is answered: the fields of a rule or scenario (README.md has them as
 * a table), read once when the request comes. */
#ifndef FAKE_ANSWER_H
#define FAKE_ANSWER_H

#include "tokens.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

enum fault_type {
    FAULT_NONE,
    FAULT_CUT,      /* clean end of the body, without the final record */
    FAULT_TRUNCATE, /* half of a chunk, then the connection is closed */
    FAULT_CLOSE,    /* the connection is closed between chunks */
    FAULT_RESET,    /* the same with RST */
    FAULT_STALL,    /* nothing more, for ever */
    FAULT_PAUSE,    /* nothing for ms */
    FAULT_ERROR,    /* the dialect's error record with text, clean end */
    FAULT_RAW,      /* text as it stands, as a chunk of its own */
    FAULT_HUGE,     /* one token of size bytes */
    FAULT_EMPTY,    /* a record without text */
};

struct fault {
    enum fault_type type;
    size_t at; /* after so many tokens */
    const char *text;
    size_t size;
    uint64_t ns;
};

struct answer {
    cJSON *src; /* a copy: the script may change meanwhile */
    struct tokens thinking;
    struct tokens text;
    bool escaped; /* texts are the inside of JSON strings already */
    bool together;
    bool tools_in_done;
    const cJSON *tool_calls; /* this and the following are in src, maybe NULL */
    const cJSON *stats;
    const cJSON *logprob;
    const char *done_text;
    const char *done_reason;

    uint64_t first_ns;
    uint64_t interval_ns;
    size_t burst; /* tokens per write, 0: as many as fit */
    bool early_headers;

    size_t split; /* bytes per write, 0: no limit */
    uint64_t split_ns;
    size_t *split_at;
    size_t split_at_count;
    size_t chunk_bytes;
    size_t *chunk_at;
    size_t chunk_at_count;
    size_t per_chunk;
    bool crlf;
    bool bom;
    bool last_newline;
    bool sse_space;
    bool sse_done;
    bool comments;

    struct fault *faults; /* in order of at */
    size_t fault_count;

    int status; /* 0: a generated reply */
    struct buf body;
    const char *content_type;
    const cJSON *headers;
    bool chunked;
    bool replay; /* body is a whole recorded response */
};

enum { ANSWER_ERROR = 256 };

/* Whether all fields are known and of the right type; else why says what is wrong. */
bool answer_check(const cJSON *src, char why[ANSWER_ERROR]);

/* What is to go wrong there; FAULT_NONE if it is nothing that is known. */
enum fault_type answer_fault_type(const cJSON *fault);

/* Reads a checked src, files relative to fixtures. Fails if a file cannot be read. */
bool answer_init(struct answer *a, const cJSON *src, const char *fixtures, char why[ANSWER_ERROR]);
void answer_finish(struct answer *a);

/* Of the token of that number (from 0) of the text. */
double answer_logprob(const struct answer *a, size_t token);

/* Whether a checked src gives the answer as it stands. */
bool answer_is_fixed(const cJSON *src);

/* Appends a file, looked for below the fixtures and then as named. */
bool answer_file(struct buf *out, const char *name, const char *fixtures, char why[ANSWER_ERROR]);

#endif
