/* HTTP/1.x requests out of bytes, for any split of the bytes. Heads are bounded to 64 kB,
 * bodies to what the owner says. */
#ifndef FAKE_REQUEST_H
#define FAKE_REQUEST_H

#include "base/buf.h"

#include <stdbool.h>

struct header {
    char *name; /* lower case */
    char *value;
};

struct request {
    char *method;
    char *target; /* as it came: path and query */
    char *path;
    char *query; /* without the "?", maybe empty */
    int minor;   /* HTTP/1.minor */
    struct header *headers;
    size_t header_count;
    struct buf body;
    bool keep_alive;
};

enum request_result {
    REQUEST_MORE,     /* needs bytes */
    REQUEST_READY,    /* one request stands in parser->request until request_clear */
    REQUEST_CONTINUE, /* the client waits for "100 Continue"; then ask again */
    REQUEST_BAD,      /* parser->status and parser->why say what to answer before closing */
};

struct request_parser {
    struct request request;
    struct buf in;
    size_t max_body;
    int status;
    const char *why;
    /* request.c's own */
    int state;
    size_t need; /* bytes of the body or of this chunk still to come */
    bool owes_continue;
};

void request_init(struct request_parser *p, size_t max_body);
void request_finish(struct request_parser *p);
void request_feed(struct request_parser *p, const char *data, size_t len);
enum request_result request_next(struct request_parser *p);
void request_clear(struct request_parser *p); /* done with the request: on to the next */

/* The value of that header (name in lower case), or NULL. */
const char *request_header(const struct request *r, const char *name);

#endif
