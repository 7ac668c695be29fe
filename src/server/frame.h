/* Bytes to records, for any split of the bytes.
 *   FRAME_LINES   NDJSON: a record is a line; CRLF and blank lines are accepted,
 *                 the last line needs no newline.
 *   FRAME_EVENTS  SSE: a record is an event's data, several data lines joined by
 *                 "\n"; comments, ids and events without data are passed over; LF,
 *                 CRLF and CR end lines; one space after "data:" is optional; a
 *                 leading BOM is dropped. A field "error" counts as data. The event's
 *                 name is in `name` while its record is given. A line that is none of
 *                 all that is kept as a stray, for it may be an error.
 * A body that is no stream at all, because its first byte is "<" (a proxy's page) or, where
 * events were requested, "{" or "[" (a server that does not stream), is one record. Plain words
 * in front of the first event are a record too.
 * The work is linear in the bytes, however often they are split. */
#ifndef HUM_FRAME_H
#define HUM_FRAME_H

#include "base/buf.h"

enum frame_kind { FRAME_LINES, FRAME_EVENTS };

/* One record. The bytes may be changed in place, are NUL-terminated behind len, and
 * are gone when the callback returns. Non-zero stops feeding and is handed back. */
typedef int (*frame_on_record)(void *ctx, char *record, size_t len);

struct frame {
    enum frame_kind kind;
    struct buf line;   /* the unfinished line */
    struct buf record; /* what on_record gets next: SSE collects data lines here */
    struct buf strays; /* the first LIMIT_ERROR_BODY of lines that are none of an event */
    char name[32];     /* of the event, "" for none; of a longer one the beginning */
    /* frame.c's own parsing state */
    unsigned has_data : 1;
    unsigned after_cr : 1;
    unsigned started : 1; /* a line that is not blank was seen */
    unsigned bare : 1;    /* the body is no stream, but one record */
};

void frame_init(struct frame *f, enum frame_kind kind, size_t cap);
void frame_finish(struct frame *f);

/* Returns 0, HUM_ETOOBIG when a record is over the cap, or the callback's non-zero. */
int frame_feed(struct frame *f, const char *data, size_t len, frame_on_record on_record, void *ctx);

/* A record was words of no dialect: they are kept as strays. */
void frame_keep_stray(struct frame *f, const char *text, size_t len);

/* The stream is over: gives an unfinished last line, and an SSE event that lacks only
 * its blank line, to the callback. Same returns. */
int frame_end(struct frame *f, frame_on_record on_record, void *ctx);

#endif
