/* When the backend may be sent a request: the pause after a key (debounce), adapted to how long
 * the server takes to its first token, and the longer pause after failures (back-off). No clock
 * and no timer in here: times are milliseconds of any steady clock, given by the caller. */
#ifndef HUM_PACE_H
#define HUM_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    double fixed_ms;      /* configured debounce; negative: adapted */
    double first_ms;      /* weighted mean time to first token; negative: none measured */
    double slow_ms;       /* the same for patience, which slow answers make longer at once */
    unsigned failures;    /* in a row */
    uint64_t closed_till; /* no request before that moment; 0: none failed */
};

/* debounce_ms: as configured, 0 included; negative: adapt it. */
void pace_init(struct pace *p, double debounce_ms);

/* A first token came ttft_ms after its request went out. */
void pace_answered(struct pace *p, double ttft_ms);

/* A request was given up that had waited for its first token for so long. */
void pace_waited(struct pace *p, double ms);

/* A request failed (not: was cancelled). retry_after_ms: what the server said in
 * Retry-After; negative: nothing. */
void pace_failed(struct pace *p, uint64_t now_ms, double retry_after_ms);

/* How long to wait after a key before a fetch, and whether that is configured. */
uint64_t pace_debounce(const struct pace *p);
bool pace_is_fixed(const struct pace *p);

/* A first token takes longer than the next key. */
bool pace_is_slow(const struct pace *p);

/* After so long without a text a request is old: where the user has typed on since, the place
 * where he is by now goes first. */
uint64_t pace_patience(const struct pace *p);

/* How long until the back-off is over; 0: requests may go out. */
uint64_t pace_closed(const struct pace *p, uint64_t now_ms);

/* An answer is whole, or the user requested one: failures are forgotten, measurements are kept. */
void pace_open(struct pace *p);

#endif
