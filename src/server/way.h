/* How a server is reached: certificates, a proxy, a Unix socket. NULL is what is usual. */
#ifndef HUM_WAY_H
#define HUM_WAY_H

#include <stdbool.h>

struct way {
    const char *socket; /* path of a Unix socket; the URL's host is only a name then */
    const char *ca;     /* file or directory of the certificates that are trusted, and no others;
                                NULL: as CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR say */
    const char *client_cert; /* PEM files; the key may be in the certificate's */
    const char *client_key;
    bool insecure;        /* certificates are not checked */
    const char *proxy;    /* "": none; NULL: as the environment says, but for loopback hosts */
    const char *no_proxy; /* hosts that are reached without it: see proxy.h */
    long connect_timeout_ms;
};

#endif
