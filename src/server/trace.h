/* What went over the wire for one generation: each try's request and answer, for `:Hum inspect`.
 * However much is sent and comes, a bounded part is kept, its beginning and its end. Pure: times
 * are the caller's, in ms of one clock. Holds keys until trace_mask has been called. */
#ifndef HUM_TRACE_H
#define HUM_TRACE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More tries are not kept, their end apart: no request is sent so often. */
#define TRACE_TRIES 16

/* In bytes, for each try: of the heads, and of the bodies' beginnings and ends. */
#define TRACE_HEAD (16u << 10)
#define TRACE_REQUEST (256u << 10)
#define TRACE_ANSWER (64u << 10)
#define TRACE_LAST (16u << 10)

/* So many reads of an answer are told apart, a count; all of them are counted. */
#define TRACE_PIECES 4096

/* Bytes whose middle may be missing. */
struct trace_bytes {
    struct buf first; /* its cap is what is kept */
    struct buf last;  /* what came behind that, its end: at most TRACE_LAST once it is settled */
    size_t total;     /* all that there were ... */
    size_t hidden;    /* ... of which so many stand in the two as a few words: images */
};

/* Bytes that came in one read. */
struct trace_piece {
    size_t at; /* so many came before */
    uint64_t ms;
};

enum trace_end {
    TRACE_OPEN,   /* it has not ended */
    TRACE_WHOLE,  /* the answer is complete */
    TRACE_CUT,    /* the connection was closed within it */
    TRACE_RESET,  /* the same, or it was lost, in a rude way */
    TRACE_CLOSED, /* by hum: a limit of time, a fault in the answer, the user */
    TRACE_NONE,   /* no server was reached */
};

/* The name that Lua knows it by: "open", "whole", ... */
const char *trace_end_name(enum trace_end end);

struct trace_try {
    struct buf head; /* "POST URL" and the headers, a line each */
    struct trace_bytes body;
    bool same_body; /* as the try before: body is empty but for its total */
    uint64_t sent_ms;

    struct buf answer_head; /* status lines and headers as they came */
    uint64_t head_ms;       /* its first line; 0: none came */
    struct trace_bytes answer;
    struct trace_piece *pieces;
    size_t piece_count; /* of those that are kept */
    size_t reads;       /* all of them */

    enum trace_end end;
    uint64_t end_ms;
    char *why; /* in the words of the library, or NULL */
};

/* An image that requests have in them as base64. */
struct trace_image {
    char *words; /* what is shown in its place */
    char *first; /* what its base64 begins with */
    size_t len;  /* of the base64 */
};

struct trace {
    struct trace_try *tries;
    size_t count;
    struct trace_image *images; /* in the order in which they are sent */
    size_t image_count;
};

/* All zero: empty. */
void trace_finish(struct trace *t);

/* The requests that follow have an image, as base64: a few words are kept in its place. Of several
 * in the order in which they are sent. */
void trace_image(struct trace *t, const char *name, const char *media, const char *base64,
                 size_t len);

/* A request is sent: a new try. head as in struct trace_try. */
void trace_request(struct trace *t, uint64_t ms, const struct buf *head, const char *body,
                   size_t len);

/* Of the last try: a line of the answer's head, a part of its body, its end. What comes behind the
 * end, or before the first try, is passed over. why may be NULL. */
void trace_head(struct trace *t, uint64_t ms, const char *line, size_t len);
void trace_body(struct trace *t, uint64_t ms, const char *data, size_t len);
void trace_close(struct trace *t, uint64_t ms, enum trace_end end, const char *why);

/* An independent copy. */
void trace_copy(const struct trace *from, struct trace *to);

/* Takes the secrets (see mask_text) out of all that is kept, and the values of those headers that
 * may hold one. In an answer as many bytes stand as before: its pieces stay where they are. Nothing
 * may be added behind it. */
void trace_mask(struct trace *t, char *const *secrets);

#endif
