/* msgpack-RPC messages to and from bytes; the only user of msgpack-c.
 * https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md */
#ifndef HUM_WIRE_H
#define HUM_WIRE_H

#include "base/buf.h"
#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writing: the head of a message, behind it exactly the announced number of values. All
 * append to out, whose cap must allow it (a message too big for its buffer aborts). */
void wire_notification(struct buf *out, const char *method, uint32_t args);
void wire_request(struct buf *out, uint32_t id, const char *method, uint32_t args);
/* A successful response; then one value, the result. */
void wire_result(struct buf *out, uint32_t id);
/* A failed response, whole. */
void wire_error(struct buf *out, uint32_t id, const char *text);

void wire_nil(struct buf *out);
void wire_bool(struct buf *out, bool b);
void wire_int(struct buf *out, int64_t i);
void wire_float(struct buf *out, double d);
void wire_str(struct buf *out, const char *data, size_t len);
void wire_cstr(struct buf *out, const char *s);
void wire_array(struct buf *out, uint32_t count);
void wire_map(struct buf *out, uint32_t count); /* then key, value, key, value ... */

/* The text as an array of its lines, split at "\n". */
void wire_lines(struct buf *out, const char *text, size_t len);

/* Reading. */
enum wire_type {
    WIRE_REQUEST,
    WIRE_RESPONSE,
    WIRE_NOTIFICATION,
    WIRE_BAD_REQUEST, /* only the id can be read: to be answered with an error */
    WIRE_INVALID,     /* a value that is not a message, or nested too deeply: worth a log line */
    WIRE_TOO_BIG,     /* a message over the cap, which is passed over: worth a log line */
};

struct wire_message {
    enum wire_type type;
    uint32_t id;                /* request, bad request and response */
    const char *method;         /* request and notification; NUL-terminated */
    const struct value *params; /* request and notification: an array */
    const struct value *error;  /* response: NULL for success */
    const struct value *result; /* response: NULL for nil */
    /* Of one that is too big, as far as what came before it was too big says it: */
    bool is_request; /* to be answered with an error, has an id; else a notification ... */
    int64_t first; /* ... with method (or NULL) and its first parameter, a number from 0 on or -1 */
};

/* The message and all it points to are gone when the callback returns. */
typedef void (*wire_on_message)(void *ctx, const struct wire_message *message);

struct wire_reader;

/* cap: the longest message in bytes. More memory is never used, whatever comes. */
struct wire_reader *wire_reader_new(size_t cap);
void wire_reader_free(struct wire_reader *r);

/* Where the next bytes may be put, at least 4096 of them; *room says how many. */
char *wire_reader_space(struct wire_reader *r, size_t *room);

/* len bytes were put there. Returns 0, HUM_EBAD for bytes that are not msgpack, or HUM_ETOOBIG for
 * a message said to be more than 16 times as long as the cap. After an error nobody knows where the
 * next message begins, and the reader must not be fed any more. */
int wire_reader_feed(struct wire_reader *r, size_t len, wire_on_message on_message, void *ctx);

#endif
