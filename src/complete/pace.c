#include "complete/pace.h"

/* A pause takes keys together that come at once, and costs little beside the answer itself. It
 * need not spare requests: those under way are not ended by the next key. */
#define DEBOUNCE_SHARE 0.25
#define DEBOUNCE_MIN_MS 15.0
#define DEBOUNCE_MAX_MS 40.0
/* Before any measurement: a small model on the same machine takes about 150 ms. */
#define DEBOUNCE_FIRST_MS 40.0

/* Keys of whoever types steadily are not further apart. */
#define SLOW_MS 250.0

/* Of the time to first token. */
#define PATIENCE_TIMES 3.0
#define PATIENCE_MIN_MS 5000.0
/* Before any measurement: the first prompt is read whole, which takes a slow machine its time. */
#define PATIENCE_FIRST_MS 8000.0
#define PATIENCE_MAX_MS 30000.0

/* The mean falls faster than it rises: a slow answer is often one that loaded the model or
 * found nothing in the prompt cache, and says little about the next. */
#define WEIGHT_FASTER 0.5
#define WEIGHT_SLOWER 0.2

#define BACKOFF_MS 500u
#define BACKOFF_MAX_MS 30000u
#define RETRY_AFTER_MAX_MS 600000.0

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

void pace_init(struct pace *p, double debounce_ms)
{
    *p = (struct pace){.fixed_ms = debounce_ms, .first_ms = -1};
}

static double weigh(double mean, double measured)
{
    if (mean < 0) {
        return measured;
    }
    return mean + (measured < mean ? WEIGHT_FASTER : WEIGHT_SLOWER) * (measured - mean);
}

void pace_answered(struct pace *p, double ttft_ms)
{
    /* Beyond this the debounce is the longest anyway; from there the mean could not come back
     * soon. */
    p->first_ms = weigh(p->first_ms, clamp(ttft_ms, 0, DEBOUNCE_MAX_MS / DEBOUNCE_SHARE));
    double slow = clamp(ttft_ms, 0, PATIENCE_MAX_MS);
    p->slow_ms = slow > p->slow_ms ? slow : weigh(p->slow_ms, slow);
}

void pace_waited(struct pace *p, double ms)
{
    p->slow_ms = clamp(ms, p->slow_ms, PATIENCE_MAX_MS);
}

/* 500 ms, doubled with each failure. */
static uint64_t backoff(unsigned failures)
{
    uint64_t pause = BACKOFF_MS;
    for (unsigned i = 1; i < failures && pause < BACKOFF_MAX_MS; i++) {
        pause *= 2;
    }
    return pause < BACKOFF_MAX_MS ? pause : BACKOFF_MAX_MS;
}

void pace_failed(struct pace *p, uint64_t now_ms, double retry_after_ms)
{
    uint64_t till = p->closed_till;
    /* Requests that were under way together fail together: that counts once. */
    if (now_ms >= p->closed_till) {
        p->failures++;
        till = now_ms + backoff(p->failures);
    }
    if (retry_after_ms > 0) {
        uint64_t after = now_ms + (uint64_t)clamp(retry_after_ms, 1, RETRY_AFTER_MAX_MS);
        till = after > till ? after : till;
    }
    p->closed_till = till;
}

uint64_t pace_debounce(const struct pace *p)
{
    if (p->fixed_ms >= 0) {
        return (uint64_t)p->fixed_ms;
    }
    double pause = p->first_ms < 0 ? DEBOUNCE_FIRST_MS : p->first_ms * DEBOUNCE_SHARE;
    return (uint64_t)clamp(pause, DEBOUNCE_MIN_MS, DEBOUNCE_MAX_MS);
}

bool pace_is_fixed(const struct pace *p)
{
    return p->fixed_ms >= 0;
}

bool pace_is_slow(const struct pace *p)
{
    return p->slow_ms >= SLOW_MS;
}

uint64_t pace_patience(const struct pace *p)
{
    double least = p->first_ms < 0 ? PATIENCE_FIRST_MS : PATIENCE_MIN_MS;
    return (uint64_t)clamp(p->slow_ms * PATIENCE_TIMES, least, PATIENCE_MAX_MS);
}

uint64_t pace_closed(const struct pace *p, uint64_t now_ms)
{
    return now_ms < p->closed_till ? p->closed_till - now_ms : 0;
}

void pace_open(struct pace *p)
{
    p->failures = 0;
    p->closed_till = 0;
}
