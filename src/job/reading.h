/* The body of a page of the web becomes text, on a thread of its own. */
#ifndef HUM_READING_H
#define HUM_READING_H

#include "base/span.h"

#include <stdbool.h>
#include <uv.h>

struct buf;
struct reading;

/* Texts live until the callback returns. */
struct reading_result {
    const char *unknown; /* the name of a character encoding that is not known; else NULL */
    bool is_html;
    bool is_cut; /* there is more text than is taken */
    struct span text, title;
};

/* Takes the body. type: the Content-Type, or NULL. on_end is called once, never within; the reading
 * is gone with it. */
struct reading *reading_start(uv_loop_t *loop, struct buf *body, const char *type,
                              void (*on_end)(void *ctx, const struct reading_result *result),
                              void *ctx);

/* No callback follows. It ends by itself. */
void reading_cancel(struct reading *r);

#endif
