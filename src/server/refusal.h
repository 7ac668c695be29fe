/* Reads the error of a refused request: what the model, or the service, does not take. What it
 * tells is learned, and the request is worth another try. */
#ifndef HUM_REFUSAL_H
#define HUM_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct endpoint;

/* A refusal that a dialect knows; of a table that ends with {0}. */
struct refusal {
    const char *what;  /* is avoided then: a field of the body, or a name with ":" for a form of the
                             dialect's own ("thinking:adaptive") */
    const char *field; /* only if the body has this top-level field; NULL: in any case */
    const char *words[3]; /* all of these are in the error, upper and lower case alike */
    const char *told;     /* what the model refuses, in plain words; NULL: the field */
    const char *sent; /* only if the field is, or has a member that is, this text; may be NULL */
};

/* A refused request. */
struct refusal_facts {
    long status;       /* 0: the error stood in an answer that began with 200 */
    const char *error; /* the body of the answer, as it came; may be NULL */
    size_t error_len;
    const char *text; /* the server's words in it; may be NULL */
    const char *body; /* of the request */
    size_t body_len;
    const struct refusal *refusals; /* the dialect's; may be NULL */
};

/* Returns whether it tells something new, which is remembered (learned.h), and appended as a
 * sentence to told. */
bool refusal_read(const struct endpoint *e, const char *model, const struct refusal_facts *facts,
                  struct buf *told);

#endif
