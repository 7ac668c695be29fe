/* Moments kept to the microsecond. uv's timers count milliseconds, so the earliest
 * moment is handed to a timerfd; where there is none, the last two milliseconds
 * are spent in an idle handle. Moments are uv_hrtime() values. */
#ifndef FAKE_PACE_H
#define FAKE_PACE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* Embedded by its user; zeroed means not waiting. */
struct pace_timer {
    struct pace_timer *next;
    uint64_t due;
    bool waiting;
    void (*cb)(void *ctx);
    void *ctx;
};

struct pace {
    struct pace_timer *first; /* in order of due */
    uv_loop_t *loop;
#ifdef __linux__
    int fd;
    uv_poll_t poll;
#else
    uv_timer_t coarse;
    uv_idle_t fine;
#endif
};

int pace_init(struct pace *p, uv_loop_t *loop);
void pace_close(struct pace *p); /* run the loop once more before freeing p */

/* Calls cb(ctx) once from the loop at due or as soon after it as possible, never
 * from within this call. Asked again before that, the later call wins. */
void pace_at(struct pace *p, struct pace_timer *t, uint64_t due, void (*cb)(void *), void *ctx);
void pace_cancel(struct pace *p, struct pace_timer *t);

#endif
