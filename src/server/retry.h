/* Whether a refused request is to be sent again, and when: what servers say in status, headers
 * and words. Pure. */
#ifndef HUM_RETRY_H
#define HUM_RETRY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* So often, and so long in all, is a request sent again. */
#define RETRY_TIMES 5
#define RETRY_TOTAL_MS (120 * 1000)

/* A refusal. Texts may be NULL. */
struct retry_answer {
    long status;          /* 0: an error within an answer that began with 200 */
    const char *after;    /* Retry-After: seconds, or a date */
    const char *after_ms; /* retry-after-ms */
    const char *should;   /* x-should-retry: "false" forbids it */
    const char *body;     /* as it came */
    const char *text;     /* the server's words in it */
};

/* What a refused request has behind it. */
struct retry {
    int times;
    int64_t waited_ms;
};

/* How long to wait as the server says in headers, body or words, in ms, or -1 if it does not say.
 * now: for dates. */
int64_t retry_asked_ms(const struct retry_answer *a, time_t now);

/* An account's limit or balance is used up: no wait helps. */
bool retry_is_money(const struct retry_answer *a);

/* The server has too much to do, which passes: not that money or a quota is used up. */
bool retry_is_load(const struct retry_answer *a);

/* How long to wait before the request is sent again, in ms; -1: it is not, because it is no load,
 * was sent often enough, or the wait would be too long. Counts it. */
int64_t retry_next_ms(struct retry *r, const struct retry_answer *a, time_t now);

#endif
