#include "base/buf.h"

#include "base/wipe.h"
#include "proto.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first allocation. Small, so that the tests see every buffer grow. */
#define FIRST_ROOM 16

static void *checked(void *p, size_t size)
{
    if (p == NULL) {
        fprintf(stderr, "hum: out of memory (%zu bytes)\n", size);
        abort();
    }
    return p;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size ? size : 1), size);
}

void *xcalloc(size_t count, size_t size)
{
    /* calloc of 0 may give NULL, which is no failure. */
    if (count == 0 || size == 0) {
        count = size = 1;
    }
    return checked(calloc(count, size), size);
}

void *xrealloc(void *p, size_t size)
{
    return checked(realloc(p, size ? size : 1), size);
}

char *xstrndup(const char *s, size_t len)
{
    char *copy = xmalloc(len + 1);
    if (len > 0) {
        memcpy(copy, s, len);
    }
    copy[len] = '\0';
    return copy;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){.cap = cap};
}

void buf_init_secret(struct buf *b, size_t cap)
{
    *b = (struct buf){.cap = cap, .secret = true};
}

/* Gives the memory back. Behind len nothing is left: see buf_clear, buf_drop. */
static void release(const struct buf *b)
{
    if (b->secret) {
        wipe(b->data, b->len);
    }
    free(b->data);
}

void buf_finish(struct buf *b)
{
    release(b);
    *b = (struct buf){.cap = b->cap, .secret = b->secret};
}

void buf_clear(struct buf *b)
{
    if (b->secret) {
        wipe(b->data, b->len);
    }
    b->len = 0;
    b->error = 0;
    if (b->data != NULL) {
        b->data[0] = '\0';
    }
}

int buf_reserve(struct buf *b, size_t more)
{
    /* One byte stays for the NUL; SIZE_MAX as a cap must not wrap. */
    if (more > b->cap - b->len || more >= SIZE_MAX - b->len) {
        return HUM_ETOOBIG;
    }
    size_t need = b->len + more + 1;
    if (need <= b->room) {
        return 0;
    }
    size_t room = b->room ? b->room : FIRST_ROOM;
    while (room < need) {
        room = room > SIZE_MAX / 2 ? need : room * 2;
    }
    if (b->secret) { /* realloc may leave a copy behind */
        char *data = xmalloc(room);
        if (b->len > 0) {
            memcpy(data, b->data, b->len);
        }
        release(b);
        b->data = data;
    } else {
        b->data = xrealloc(b->data, room);
    }
    b->room = room;
    b->data[b->len] = '\0';
    return 0;
}

void buf_fail(struct buf *b, int error)
{
    if (b->error == 0) {
        b->error = error;
    }
}

static bool make_room(struct buf *b, size_t more)
{
    if (b->error == 0) {
        b->error = buf_reserve(b, more);
    }
    return b->error == 0;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    if (!make_room(b, len)) {
        return;
    }
    if (len > 0) {
        memcpy(b->data + b->len, data, len);
    }
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_add_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        buf_fail(b, HUM_EBAD);
    } else if (make_room(b, (size_t)len)) {
        va_start(args, format);
        vsnprintf(b->data + b->len, (size_t)len + 1, format, args);
        va_end(args);
        b->len += (size_t)len;
    }
}

void buf_drop(struct buf *b, size_t n)
{
    if (n == 0) {
        return;
    }
    b->len -= n;
    memmove(b->data, b->data + n, b->len);
    if (b->secret) {
        wipe(b->data + b->len, n);
    }
    b->data[b->len] = '\0';
}
