/* A server as Lua describes it in each call: where, in which dialect, with which key. */
#ifndef HUM_ENDPOINT_H
#define HUM_ENDPOINT_H

#include "base/failure.h"
#include "base/value.h"
#include "server/http.h"

struct dialect;

struct endpoint {
    char *name;
    char *url;      /* base, without a trailing slash */
    char *key;      /* NULL: none */
    char *key_from; /* where it or a header in its place comes from; NULL: none */
    char **headers; /* "Name: value" lines, NULL-terminated; the key is among them */
    char **secrets; /* what no text may repeat: the words of key and headers, NULL-terminated */
    uint64_t hash;  /* of all that is configured: another one is another endpoint */
    const struct dialect *dialect;
    long connect_timeout_ms;
    long first_timeout_ms; /* 0: none */
    long idle_timeout_ms;  /* 0: none */
};

/* Fills e from {name, url, dialect, key?, headers?, connect_timeout, first_timeout,
 * idle_timeout}, times in seconds. Returns 0, or HUM_ESPEC with *why a static text.
 * endpoint_finish is due in both cases. */
int endpoint_init(struct endpoint *e, const struct value *spec, const char **why);
void endpoint_finish(struct endpoint *e);

/* One request to it. */
struct endpoint_request {
    const char *method; /* "GET" or "POST" */
    const char *path;   /* below the endpoint's URL */
    const char *accept;
    const char *body; /* of a POST; JSON */
    size_t body_len;
};

/* Starts it, as http_start. */
struct transfer *endpoint_start(const struct endpoint *e, struct http *http,
                                const struct endpoint_request *request,
                                const struct http_callbacks *callbacks, void *ctx);

/* A failure with the endpoint's part filled in; what is not known of it, all if e is NULL, is
 * called "?". */
struct failure endpoint_failure(const struct endpoint *e, enum hum_error code, const char *text);

/* The failure that a transfer's unsuccessful end means; text may be NULL. */
struct failure endpoint_result_failure(const struct endpoint *e, const struct http_result *result,
                                       const char *text);

#endif
