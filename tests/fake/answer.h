/* How one request is answered: the fields of a rule (README.md has them as tables), read
 * once when the request comes. */
#ifndef FAKE_ANSWER_H
#define FAKE_ANSWER_H

#include "schema.h"
#include "tokens.h"

enum fault_type {
    FAULT_NONE,
    FAULT_CUT,      /* clean end of the body, without the final record */
    FAULT_CLOSE,    /* the connection is closed between chunks */
    FAULT_RESET,    /* the same with RST */
    FAULT_STALL,    /* nothing more, for ever */
    FAULT_PAUSE,    /* nothing for ms */
    FAULT_TRUNCATE, /* half of a chunk, then the connection is closed */
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

    /* Made of tokens. What is const is in src, and NULL if it is not there. */
    struct tokens thinking;
    struct tokens text;
    bool escaped; /* texts are the inside of JSON strings already */
    bool together;
    const cJSON *stats;
    const cJSON *logprob;
    const char *done_text; /* maybe "" */
    const char *done_reason;
    bool crlf;
    bool no_last_newline;
    bool no_sse_space;
    bool comments;
    size_t per_chunk;
    uint64_t interval_ns;
    struct fault *faults; /* in order of at */
    size_t fault_count;

    /* As it stands. */
    bool fixed;
    bool raw; /* body or pieces are all that is sent, status line included */
    struct buf body;
    const cJSON *pieces; /* instead of a body */

    int status;
    const char *content_type;
    const cJSON *headers;
    uint64_t first_ns;
    bool early_headers;
    size_t split; /* bytes per write, 0: no limit */
    size_t chunk_bytes;
};

/* What one may hold, and, where these fields are checked, whether the rest is good too. */
extern const struct field answer_fields[];
bool answer_check(const cJSON *answer, char why[WHY_SIZE]);

/* Reads a checked src, files relative to fixtures. Fails if a file cannot be read. */
bool answer_init(struct answer *a, const cJSON *src, const char *fixtures, char why[WHY_SIZE]);
void answer_finish(struct answer *a);

/* Of the token of that number (from 0) of the text. */
double answer_logprob(const struct answer *a, size_t token);

/* Whether a checked src gives the answer as it stands. */
bool answer_is_fixed(const cJSON *src);

/* Appends a file, looked for below the fixtures and then as named. */
bool answer_file(struct buf *out, const char *name, const char *fixtures, char why[WHY_SIZE]);

#endif
