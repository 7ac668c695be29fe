/* Growing bytes with a cap given at birth. The owner embeds the struct and calls
 * buf_finish. Data is always NUL-terminated behind len once anything was added.
 * The first error stays in it: what would be appended after that is dropped, and whoever has
 * appended all looks once. Exceeding the cap is such an error (the size came from outside);
 * running out of memory below it aborts (see xmalloc). */
#ifndef HUM_BUF_H
#define HUM_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t room; /* allocated, 0 before the first byte */
    size_t cap;  /* len may never exceed this */
    int error;   /* the first one, or 0 */
    bool secret; /* memory that it gives back is wiped */
};

void buf_init(struct buf *b, size_t cap);
void buf_init_secret(struct buf *b, size_t cap);
void buf_finish(struct buf *b);
void buf_clear(struct buf *b); /* no bytes, no error; memory is kept */

/* A text that does not fit is HUM_ETOOBIG, and nothing of it is appended. */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An error of the caller's own; 0 is none. */
void buf_fail(struct buf *b, int error);

/* Room for more bytes behind len. Returns 0 or HUM_ETOOBIG, which is not remembered. */
int buf_reserve(struct buf *b, size_t more);

/* Drops the first n bytes (n <= len); of a secret one nothing is left of them. */
void buf_drop(struct buf *b, size_t n);

/* Small allocations that cannot sensibly fail: abort with a line on stderr. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);

#endif
