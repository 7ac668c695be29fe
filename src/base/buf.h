/* Growing bytes with a cap given at birth. The owner embeds the struct and calls
 * buf_finish. Data is always NUL-terminated behind len once anything was added.
 * Exceeding the cap is an error for the caller (the size came from outside);
 * running out of memory below it aborts (see xmalloc). */
#ifndef HUM_BUF_H
#define HUM_BUF_H

#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t room; /* allocated, 0 before the first byte */
    size_t cap;  /* len may never exceed this */
};

void buf_init(struct buf *b, size_t cap);
void buf_finish(struct buf *b);
void buf_clear(struct buf *b); /* len = 0, memory is kept */

/* Each returns 0 or HUM_ETOOBIG, and then leaves the buffer as it was. */
int buf_add(struct buf *b, const void *data, size_t len);
int buf_add_str(struct buf *b, const char *s);
int buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_reserve(struct buf *b, size_t more); /* room for more bytes behind len */

/* Drops the first n bytes (n <= len). */
void buf_drop(struct buf *b, size_t n);

/* Small allocations that cannot sensibly fail: abort with a line on stderr. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);

#endif
