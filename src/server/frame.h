/* Bytes to records, for any split of the bytes.
 *   FRAME_LINES   NDJSON: a record is a line; CRLF and blank lines are accepted,
 *                 the last line needs no newline. A line of events makes it FRAME_EVENTS.
 *   FRAME_EVENTS  SSE: a record is an event's data, several data lines joined by
 *                 "\n"; comments, ids and events without data are passed over; LF,
 *                 CRLF and CR end lines; one space after "data:" is optional; a
 *                 leading BOM is dropped. A field "error" counts as data of an event of
 *                 that name. The event's name is in `name` while its record is given.
 * Of what is neither, a JSON value is a record, on one line or on several: of a server that does
 * not stream, fails, or sends no "data:". Other lines are kept as strays, for they may say why
 * nothing follows. Values may follow one another without a line break, and the data lines of a
 * stream without blank lines are records of their own where each of them is a value.
 * A body that begins with "<" (a proxy's page) is one record.
 * The work is linear in the bytes, however often they are split. */
#ifndef HUM_FRAME_H
#define HUM_FRAME_H

#include "base/buf.h"
#include "server/balance.h"

enum frame_kind { FRAME_LINES, FRAME_EVENTS };

/* One record. The bytes may be changed in place, are NUL-terminated behind len, and
 * are gone when the callback returns. Non-zero stops feeding and is handed back. */
typedef int (*frame_on_record)(void *ctx, char *record, size_t len);

struct frame {
    enum frame_kind kind;
    struct buf line;   /* the unfinished line */
    struct buf record; /* what on_record gets next: SSE collects data lines here */
    struct buf strays; /* the first LIMIT_ERROR_BODY of lines that are none of a stream */
    char name[32];     /* of the event, "" for none; of a longer one the beginning */
    /* frame.c's own parsing state */
    struct glue {
        struct balance value; /* at the beginning of the unfinished line */
        size_t seen;          /* of its bytes */
        size_t end;           /* 0: not yet */
    } glue;
    size_t blank;         /* so much white space the record is known to begin with */
    struct balance value; /* of the record ... */
    size_t seen;          /* ... of which so much was counted */
    unsigned has_data : 1;
    unsigned after_cr : 1;
    unsigned started : 1; /* a line that is not blank was seen */
    unsigned bare : 1;    /* the record is a value that stands by itself */
    unsigned page : 1;    /* the body is no stream, but one record */
    unsigned closed : 1;  /* the value in the record has ended */
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

/* The connection broke: a record that lacks only its end is given to the callback, half an event
 * is dropped, and what is of none is kept as a stray. Same returns. */
int frame_break(struct frame *f, frame_on_record on_record, void *ctx);

#endif
