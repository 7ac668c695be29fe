/* Whether a request that failed is sent again, and when: to a server that is busy, without what its
 * model refuses, or to the endpoint's other address. Nothing is sent here. */
#ifndef HUM_AGAIN_H
#define HUM_AGAIN_H

#include "server/retry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct endpoint;
struct refusal;

/* What a request has behind it. All zero at first. */
struct again {
    struct retry retry;
    int refusals;    /* that were learned from */
    bool as_written; /* it goes to that address of the endpoint */
    bool moved;      /* the address was changed, and nothing has held yet */
    char *missing;   /* the address before that, owned; or NULL */
};

/* A failed request. Texts may be NULL. */
struct again_facts {
    const struct endpoint *endpoint;
    const char *model;
    const struct refusal *refusals; /* the dialect's, or NULL */
    struct retry_answer answer;
    size_t body_len;     /* of answer.body */
    const char *url;     /* that was asked */
    const char *request; /* its body, NULL: it cannot be made in another way */
    size_t request_len;
    bool waits; /* it may be sent later */
    bool moves; /* the endpoint has another address for it, see endpoint_has_other */
};

enum again_how { AGAIN_NOT, AGAIN_LATER, AGAIN_NOW };

/* Where the first try goes. */
void again_init(struct again *a, const struct endpoint *e);
void again_finish(struct again *a);

/* In *ms when, if later. What was learned is appended to told, as a sentence. */
enum again_how again_judge(struct again *a, const struct again_facts *f, int64_t *ms,
                           struct buf *told);

/* Appends the address that was asked before this one, at which there was nothing either, if there
 * is one. text: the server's words, which may be empty. */
void again_add_missing(const struct again *a, struct buf *text);

/* The address has answered in the words of the API. Returns whether that is news: then what is to
 * be told of it is appended. */
bool again_held(struct again *a, const struct endpoint *e, struct buf *told);

#endif
