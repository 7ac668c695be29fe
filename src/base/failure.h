/* What is known of a failure; base/explain.h makes words of it. */
#ifndef HUM_FAILURE_H
#define HUM_FAILURE_H

#include "base/cause.h"
#include "base/toolong.h"
#include "proto.h"

#include <stdbool.h>

enum failure_wait { WAIT_CONNECT, WAIT_ANSWER, WAIT_FIRST, WAIT_IDLE };

/* What the request was for, which decides how to go on. */
enum failure_of { OF_CHAT, OF_GENERATE, OF_FILL, OF_QUERY, OF_EDIT };

/* What is said in another way of the servers of some dialect. What is NULL has a general form. */
struct failure_words {
    const char *start;     /* how to start such a server, in the midst of a sentence */
    const char *get_model; /* how to get a model, its name behind it, then a quote */
    const char *context;   /* what to increase for a longer chat */
};

struct failure {
    enum hum_error code;
    const char *endpoint; /* its name in the configuration */
    const char *url;      /* the whole address that was asked, as far as it is known */
    const char *url_from; /* the environment variable that has it, "$NAME"; NULL: none has */
    const char *socket;   /* path of the Unix socket that url is asked at, or NULL */
    const char *dialect;
    const struct failure_words *words; /* of the dialect, or NULL */
    const char *model;                 /* or NULL */
    const char *text;                  /* the server's words or what else is known, or NULL */
    const char *body;                  /* HUM_EHTTP, HUM_ESERVER: as it came, or NULL */
    struct toolong toolong;            /* HUM_EOVERFLOW: by which figures */
    struct cause cause;                /* why it was not reached */
    const char *location;              /* of a redirect, or NULL */
    const char *signin_url;            /* or NULL */
    char *const *secrets;              /* what the words may not repeat, see mask_text; or NULL */
    long status;                       /* HTTP, or 0 */
    long retry_after_s;                /* or 0 */
    const char *key;                   /* where the key comes from, "$NAME"; NULL: there is none */
    const char *key_variable;          /* where the service's key usually stands, "NAME", or NULL */
    bool money;                        /* an account's limit or balance, which no wait changes */
    bool lost;                         /* there is nothing at the address, see missing_is_address */
    bool quiet;                        /* a guess that may fail: for the log at level debug alone */
    bool kept;                         /* a part of the answer has come */
    enum failure_of of;
    enum failure_wait wait; /* HUM_ETIMEOUT: what was waited for ... */
    long waited_ms;         /* ... and how long */
};

/* The code that Lua sees: "connect", "http", "cut", ... */
const char *failure_code(enum hum_error code);

#endif
