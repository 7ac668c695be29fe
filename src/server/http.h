/* HTTP requests on the loop: one curl multi handle, driven by socket and timer callbacks; the only
 * user of curl, which is loaded by http_new, with reach.c. HTTP/1.1 only, so that cancelling closes
 * the socket, at which Ollama and llama-server stop generating. */
#ifndef HUM_HTTP_H
#define HUM_HTTP_H

#include "base/cause.h"
#include "proto.h"
#include "server/network.h"
#include "server/way.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct buf;
struct http;
struct transfer;

struct http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;    /* http or https */
    struct way way;
    const char *accept; /* Accept header, or NULL */
    char **headers;     /* further "Name: value" lines, NULL-terminated, or NULL */
    const char *body;   /* of a POST; JSON */
    size_t body_len;
    bool keeps_redirects; /* none is followed: on_end gets it */
    bool outside;         /* no address of a private network is connected to; through a proxy, who
                             finds the address himself, nothing is judged */
};

struct http_result {
    enum hum_error error; /* HUM_OK if a whole response came, else HUM_ECONNECT, HUM_ETIMEOUT (while
                             connecting), HUM_ECUT (connection lost), HUM_EBAD (not HTTP) */
    const char *url;      /* the whole address */
    long status;          /* 0 before a response; a proxy's answer to CONNECT is none */
    bool kept_out;        /* of the error: an address was of a private network */
    enum network network; /* of the address that answered; unknown: none, or it is a proxy's */
    struct cause cause;   /* of the error */
    const char *why;      /* else what is known of the error, or NULL */
    const char *location; /* where a redirect that was not followed points, or NULL */
    const char *retry_after;    /* the header, or NULL */
    const char *retry_after_ms; /* the header retry-after-ms, or NULL */
    bool reset;                 /* HUM_ECUT: not closed, but lost or refused */
    const char *should_retry;   /* the header x-should-retry, or NULL */
};

struct http_callbacks {
    /* Body bytes. Non-zero ends the transfer at once, without on_end. */
    int (*on_body)(void *ctx, long status, const char *data, size_t len);
    /* The end, exactly once unless cancelled; the transfer is freed when it returns. */
    void (*on_end)(void *ctx, const struct http_result *result);
    /* A line of the answer's head, its end included; of redirects and proxies too. May be NULL. */
    void (*on_head)(void *ctx, const char *line, size_t len);
};

/* Returns NULL if curl cannot be had; http_trouble says why, until the next call. */
struct http *http_new(uv_loop_t *loop);
const char *http_trouble(void);

/* Every transfer must have ended or been released. Frees itself when the loop has closed its
 * handles. */
void http_close(struct http *http);

/* Copies what it needs of the request. No callback runs before it returns. A redirect
 * is followed (body and key included) only within the same scheme, host and port, if at all.
 * Returns NULL if curl refuses the URL. */
struct transfer *http_start(struct http *http, const struct http_request *request,
                            const struct http_callbacks *callbacks, void *ctx);

/* Appends what is sent before the body: "POST URL" and the headers, a line each,
 * and which way it goes, in brackets, if that is a special one. Holds the key. */
void http_head(const struct transfer *t, struct buf *out);

/* Closes the socket now, or, called from on_body, as soon as that returns. No callback
 * follows and the transfer is freed. */
void http_cancel(struct transfer *t);

/* Nothing more of it is wanted: no callback follows. What is missing of the body, if it ends
 * within a second, is read, so that the connection can serve the next request. */
void http_release(struct transfer *t);

/* While paused no on_body is called and, the socket's buffers being full, the server
 * stops writing. Pausing takes effect with the next bytes. */
void http_pause(struct transfer *t, bool paused);

static inline bool http_is_success(long status)
{
    return status >= 200 && status <= 299;
}

/* "libcurl/7.88.1 ..." for --version, or why there is none. */
const char *http_library(void);

#endif
