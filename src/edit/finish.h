/* The last step of a line: what the file has at the ends of its lines, and the user's text right of
 * a range that ends in mid-line. Pure. */
#ifndef HUM_FINISH_H
#define HUM_FINISH_H

#include "base/buf.h"
#include "edit/text.h"

struct place;

struct finish {
    const struct place *place;
    struct text *out; /* where lines go, set by the owner before each of its calls */
    struct buf line;
    struct text held; /* one line, which may be the last */
    size_t count;     /* lines that came, and those of them that are not blank */
    size_t words;
    bool asks;        /* ... asks the reader */
    bool ends_as_old; /* the last one that is not blank is that of the range, too */
};

void finish_init(struct finish *f, const struct place *place);
void finish_finish(struct finish *f);
void finish_line(struct finish *f, struct span line);
void finish_end(struct finish *f, bool cut);

#endif
