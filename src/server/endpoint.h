/* A server as Lua describes it in each call: where, in which dialect, with which key. */
#ifndef HUM_ENDPOINT_H
#define HUM_ENDPOINT_H

#include "base/failure.h"
#include "base/value.h"
#include "server/at.h"
#include "server/http.h"

#include <stdbool.h>

struct buf;
struct dialect;

/* What is known of a service before it was asked (lua/hum/server/provider/presets.lua). */
struct endpoint_quirks {
    char **refuses; /* names of what its models refuse, as in learned.h; NULL-terminated, or NULL */
    char *limit;    /* the field for the length of a reply, NULL: as options name it */
    char *think; /* how the level of thinking is sent, as in think.h; NULL: as the dialect has it */
    char *thoughts; /* the field in which thoughts go back; NULL: as the dialect has it; "": none */
    char *prefill;  /* how the beginning of a reply is given, as in prefill.h; NULL: it cannot be */
    char *progress; /* the field that has it tell how far it is in the prompt; NULL: none */
};

struct endpoint {
    char *name;
    char *title;        /* what people call the service, or NULL */
    char *url;          /* base of the API, without a trailing slash */
    char *url_from;     /* the environment variable that has it, "$NAME"; or NULL */
    char *root;         /* base of what is not the API's own; without one it is url */
    char *as_written;   /* another base, for when url holds nothing; or NULL */
    char *chat_url;     /* whole, in place of url and the dialect's path; or NULL */
    char *fill_url;     /* likewise for filling in */
    char *query;        /* added to every URL: "a=b&c=d"; or NULL */
    char *socket;       /* path of a Unix socket, or NULL */
    char *key;          /* NULL: none */
    char *key_from;     /* where it or a header in its place comes from; NULL: none */
    char *key_header;   /* that it goes in, alone; NULL: as the dialect has it */
    char *key_variable; /* where the key of such a service usually stands; or NULL */
    char *ca;           /* file or directory of certificates; NULL: the usual ones */
    char *client_cert;
    char *client_key;
    bool insecure;  /* certificates are not checked */
    char *proxy;    /* URL; "": none; NULL: as the environment says */
    char *no_proxy; /* hosts that it is not for, or NULL */
    char **headers; /* "Name: value" lines, NULL-terminated; the key is among them */
    char **secrets; /* what no text may repeat: see secrets.h; NULL-terminated, or NULL */
    struct endpoint_quirks quirks;
    uint64_t hash; /* of all that is configured: another one is another endpoint */
    const struct dialect *dialect;
    long connect_timeout_ms;
    long first_timeout_ms; /* 0: none */
    long idle_timeout_ms;  /* 0: none */
};

/* Fills e from what |hum-protocol| calls "endpoint", times in seconds. Returns 0, or HUM_ESPEC with
 * *why a static text. endpoint_finish is due in both cases. */
int endpoint_init(struct endpoint *e, const struct value *spec, const char **why);
void endpoint_finish(struct endpoint *e);

/* One request to it. */
struct endpoint_request {
    const char *method; /* "GET" or "POST" */
    enum endpoint_at at;
    const char *path;
    bool as_written; /* below that address, in place of url */
    const char *accept;
    const char *body; /* of a POST; JSON */
    size_t body_len;
};

/* Appends the URL of a request to out: the only place where one is made. */
void endpoint_url(const struct endpoint *e, const struct endpoint_request *request,
                  struct buf *out);

/* Whether it has another address for such a request than the first. */
bool endpoint_has_other(const struct endpoint *e, enum endpoint_at at);

/* Starts it, as http_start. */
struct transfer *endpoint_start(const struct endpoint *e, struct http *http,
                                const struct endpoint_request *request,
                                const struct http_callbacks *callbacks, void *ctx);

/* A failure with the endpoint's part filled in; what is not known of it, all if e is NULL, is
 * called "?". */
struct failure endpoint_failure(const struct endpoint *e, enum hum_error code, const char *text);

/* The failure that a transfer's unsuccessful end means. body: of the answer, as it came; text: the
 * server's words in it; both may be NULL. */
struct failure endpoint_result_failure(const struct endpoint *e, const struct http_result *result,
                                       const char *body, const char *text);

#endif
