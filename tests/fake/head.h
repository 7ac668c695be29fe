/* Response heads in the order in which the imitated server writes them, and answers that
 * are complete at once. */
#ifndef FAKE_HEAD_H
#define FAKE_HEAD_H

#include "conn.h"

struct head {
    int status;
    const char *type; /* Content-Type, or NULL */
    const cJSON *extra;
    int64_t length; /* of the body; -1: chunked */
    bool llama;     /* llama-server's way instead of Go's */
    bool stream;
    bool close;
};

/* Appends the head, and tells in it whether the connection will be closed: head->close. For
 * HTTP/1.0 Go knows no chunks: *chunked tells. */
void head_write(struct conn *c, struct head *head, bool *chunked);

/* Appends a part of a body: as a chunk, or as it stands. Not for HEAD. */
void head_body(struct conn *c, bool chunked, const char *data, size_t len);

/* What a head says of a body of that length: Go's longer ones go out in chunks. */
int64_t head_length(bool llama, size_t len);

/* Whole answers; the connection ends as the imitated server would end it. */
void head_json(struct conn *c, int status, const char *json);
void head_text(struct conn *c, int status, const char *text);
void head_error(struct conn *c, bool llama, int status, const char *message);

/* The same, where it matters for Ollama's /v1 whether a handler behind the translation said
 * it. */
void head_refuse(struct conn *c, bool llama, bool handler, int status, const char *message);
void head_answer(struct conn *c, const struct head *head, const char *body, size_t len);
void head_bad_request(struct conn *c);

#endif
