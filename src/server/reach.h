/* How a server is reached: certificates, a proxy, a Unix socket; and why one was not reached. A
 * part of http.c, which owns the transfer. */
#ifndef HUM_REACH_H
#define HUM_REACH_H

#include "base/buf.h"
#include "base/cause.h"
#include "proto.h"
#include "server/curl.h"
#include "server/way.h"

#include <stdbool.h>

/* Of one transfer, as long as it. */
struct reach {
    const struct curl *curl;
    CURL *easy;
    char *socket;        /* NULL: none */
    char *ca;            /* the trusted certificates, if they are not the usual ones; else NULL */
    const char *ca_from; /* the variable that names them; NULL: an option */
    char *client_cert;
    char *client_key;
    char *proxy; /* as it is shown; NULL: none */
    const char *proxy_from;
    bool has_login; /* for the proxy */
    long connect_timeout_ms;
    struct buf why;
};

/* Sets the options for a URL. `way` need not outlive the call. reach_finish is due. */
void reach_init(struct reach *r, const struct curl *curl, CURL *easy, const char *url,
                const struct way *way);
void reach_finish(struct reach *r);

/* How a transfer ended. */
struct reach_end {
    CURLcode code;
    const char *words; /* what curl has written into its CURLOPT_ERRORBUFFER */
    const char *url;
    long status;
    bool connected; /* there was a connection to the server or the proxy */
};

/* The code of the failure that it means, HUM_OK for a whole response. *cause says why, its texts
 * live as long as r; if it does not know, *why is what else is known, or NULL. */
enum hum_error reach_explain(struct reach *r, const struct reach_end *end, struct cause *cause,
                             const char **why);

#endif
