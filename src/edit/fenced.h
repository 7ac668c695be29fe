/* The lines of a code fence that is open, up to the one that closes it. Where fences nest, the last
 * one without words closes it, so what comes behind one that may be the last is held. Pure. */
#ifndef HUM_FENCED_H
#define HUM_FENCED_H

#include "edit/fenceline.h"
#include "edit/stage.h"
#include "edit/text.h"

struct fenced {
    struct stage stage;
    struct fenceline fence; /* that is open; its info is not to be used */
    bool nests;
    bool begun;   /* a line that is not blank came */
    size_t inner; /* length of a fence that is open within it, 0: none */
    char inner_mark;
    enum fenced_held {
        FENCED_NONE,
        FENCED_CLOSING, /* what is held begins with a fence that may close the code */
        FENCED_TICKS,   /* ... with a line at whose end it may be closed */
    } holds;
    struct text held;
};

void fenced_init(struct fenced *f, const struct stage *stage);
void fenced_finish(struct fenced *f);

void fenced_open(struct fenced *f, const struct fenceline *fence, bool nests);

/* Whether this line, or one before it, closes the code. */
bool fenced_line(struct fenced *f, struct span line);

/* No more comes. Whether something closed it. */
bool fenced_end(struct fenced *f);

#endif
