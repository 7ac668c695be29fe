/* Whether a page of the web may lead to another one. Pure. */
#ifndef HUM_REDIRECT_H
#define HUM_REDIRECT_H

#include <stdbool.h>

struct buf;

/* More of them in a row lead nowhere. */
#define REDIRECTS_MAX 8

struct redirect {
    const char *from, *to; /* addresses; NULL: it leads to none */
    int times;             /* it is the first, the second, ... in a row */
    bool from_inside;      /* the page is of the user's own network */
    bool to_others;        /* other hosts are allowed */
};

/* NULL if it is followed. Else what to do, a static text, and what is wrong is appended to what,
 * behind which stands the page that leads. Where it leads to is as allowed as if it had been written
 * so, but that a page of the web does not lead into the user's own network: that a name leads there
 * shows only when it is connected to (server/outside.h). */
const char *redirect_refusal(const struct redirect *r, struct buf *what);

/* Appends that. Returns what to do. */
const char *redirect_inside(const char *to, struct buf *what);

#endif
