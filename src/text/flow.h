/* Running text on its way out: white space is one blank, paragraphs are parted, and each line has in
 * front of it what the lists and quotes it stands in are marked with. Pure. */
#ifndef HUM_FLOW_H
#define HUM_FLOW_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Deeper ones are not marked. */
#define FLOW_DEPTH 12

enum flow_kind { FLOW_QUOTE, FLOW_LIST };

struct flow_level {
    enum flow_kind kind;
    int number;   /* of the next item; -1: it has none */
    size_t width; /* of the mark of an item */
    bool marks;   /* the item's first line has not begun */
};

struct flow {
    struct buf *out;
    struct flow_level levels[FLOW_DEPTH];
    size_t depth;     /* of those that are open; more than FLOW_DEPTH are counted */
    const char *mark; /* in front of the next line: "## "; NULL: nothing */
    unsigned breaks;  /* newlines that are due before more text: 1, or 2 for a blank line */
    bool open;        /* a line has been begun */
    bool space;       /* a blank is due */
};

void flow_init(struct flow *f, struct buf *out);

/* Words and white space. A byte of a character may come alone. */
void flow_text(struct flow *f, struct span text);

/* Goes on where the last word ends, whatever is due. */
void flow_close(struct flow *f, const char *mark);

/* The next text begins a line (1), or a paragraph (2); mark stands in front of it, or is NULL. */
void flow_break(struct flow *f, unsigned breaks, const char *mark);

/* A line as it stands. */
void flow_line(struct flow *f, struct span line);

/* Lists and quotes. number: of the first item, -1 for none. A level that closes takes with it what is
 * open in it. */
void flow_enter(struct flow *f, enum flow_kind kind, int number);
void flow_leave(struct flow *f, enum flow_kind kind);

/* The next item of the innermost list. */
void flow_item(struct flow *f);

#endif
