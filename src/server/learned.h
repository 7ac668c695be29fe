/* What models refuse, as their servers have told: for each endpoint, as it is configured, and
 * model, as long as the process lives. Dialects make their bodies by it, generations add to it. */
#ifndef HUM_LEARNED_H
#define HUM_LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct endpoint;
struct learned;

/* A refusal that a dialect knows; of a table that ends with {0}. */
struct refusal {
    const char *what;  /* is avoided then: a field of the body, or a name with ":" for a form of the
                             dialect's own ("role:system") */
    const char *field; /* only if the body has this top-level field; NULL: in any case */
    const char *words[3]; /* all of these are in the error, upper and lower case alike */
    const char *told;     /* what the model refuses, in plain words; NULL: the field */
};

/* A refused request. */
struct learned_facts {
    long status;
    const char *error; /* the body of the answer, as it came; may be NULL */
    size_t error_len;
    const char *text; /* the server's words in it; may be NULL */
    const char *body; /* of the request */
    size_t body_len;
    const struct refusal *refusals; /* the dialect's; may be NULL */
};

/* Of that endpoint and model, NULL if nothing is known. Valid until learned_read. */
const struct learned *learned_find(const struct endpoint *e, const char *model);

/* Whether the request has to do without: a top-level field, or a form of the dialect's. */
bool learned_avoids(const struct learned *l, const char *what);

/* So many tokens at most may be asked for: wanted, or the limit that the server has named. */
int64_t learned_limit(const struct learned *l, int64_t wanted);

/* Reads a refusal. Returns whether it tells something new, which is remembered, and appended in
 * words to told: what the model does not take. Then the request is worth another try. */
bool learned_read(const struct endpoint *e, const char *model, const struct learned_facts *facts,
                  struct buf *told);

/* Whether the model's replies begin with a thought that has no opening tag, see split.h. Nothing is
 * refused by that, so it is not told. */
bool learned_begins_thinking(const struct learned *l);
void learned_note_thinking(const struct endpoint *e, const char *model, bool begins);

void learned_forget_all(void);

#endif
