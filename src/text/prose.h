/* What a page says, on its way out as Markdown: its text, and what its elements do with it. Which of
 * them are read at all is for html.h. Pure. */
#ifndef HUM_PROSE_H
#define HUM_PROSE_H

#include "base/span.h"
#include "text/element.h"
#include "text/flow.h"
#include "text/listing.h"
#include "text/rows.h"
#include "text/tag.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;

struct prose {
    struct flow flow;
    struct rows rows;
    struct listing listing;

    bool code;   /* within `code` ... */
    bool ticked; /* ... whose first mark is there */

    bool linked;
    size_t link_from;      /* where the words of a link begin ... */
    struct flow link_flow; /* ... and how the text stood there */
};

/* Appends to out, whose cap bounds what is held back, too. prose_finish is due; p must not move. */
void prose_init(struct prose *p, struct buf *out);
void prose_finish(struct prose *p);

/* Text between two tags: characters that are no text go, entities become what they mean. */
void prose_html(struct prose *p, struct span text);

/* A tag. */
void prose_act(struct prose *p, enum deed deed, const struct tag *tag);

/* Nothing follows: what is open is closed. */
void prose_end(struct prose *p);

#endif
