#include "pace.h"

#ifdef __linux__
#include <sys/timerfd.h>
#include <unistd.h>
#endif

static void arm(struct pace *p);

/* What a callback arms again is due later than now and so waits for the next turn: a
 * sender with nothing to wait for cannot keep the loop from reading. */
static void run_due(struct pace *p)
{
    uint64_t now = uv_hrtime();
    while (p->first != NULL && p->first->due <= now) {
        struct pace_timer *t = p->first;
        p->first = t->next;
        t->next = NULL;
        t->waiting = false;
        t->cb(t->ctx);
    }
    arm(p);
}

#ifdef __linux__
static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct pace *p = poll->data;
    (void)status;
    (void)events;
    uint64_t fired;
    if (read(p->fd, &fired, sizeof fired) == (ssize_t)sizeof fired) {
        run_due(p);
    }
}

static void arm(struct pace *p)
{
    struct itimerspec at = {0}; /* disarms */
    if (p->first != NULL) {
        at.it_value.tv_sec = (time_t)(p->first->due / 1000000000u);
        at.it_value.tv_nsec = (long)(p->first->due % 1000000000u);
    }
    timerfd_settime(p->fd, TFD_TIMER_ABSTIME, &at, NULL);
}

int pace_init(struct pace *p, uv_loop_t *loop)
{
    *p = (struct pace){.loop = loop};
    p->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (p->fd < 0) {
        return -1;
    }
    int err = uv_poll_init(loop, &p->poll, p->fd);
    if (err) {
        return err;
    }
    p->poll.data = p;
    return uv_poll_start(&p->poll, UV_READABLE, on_poll);
}

static void on_closed(uv_handle_t *h)
{
    struct pace *p = h->data;
    close(p->fd);
}

void pace_close(struct pace *p)
{
    uv_close((uv_handle_t *)&p->poll, on_closed);
}
#else
enum { FINE_NS = 2000000 };

static void on_fine(uv_idle_t *h)
{
    struct pace *p = h->data;
    if (p->first == NULL || uv_hrtime() >= p->first->due)
        run_due(p);
}

static void on_coarse(uv_timer_t *h)
{
    struct pace *p = h->data;
    uv_idle_start(&p->fine, on_fine);
}

static void arm(struct pace *p)
{
    uv_idle_stop(&p->fine);
    uv_timer_stop(&p->coarse);
    if (p->first == NULL)
        return;
    uint64_t now = uv_hrtime(), due = p->first->due;
    uv_update_time(p->loop);
    if (due > now + FINE_NS)
        uv_timer_start(&p->coarse, on_coarse, (due - now - FINE_NS) / 1000000, 0);
    else
        uv_idle_start(&p->fine, on_fine);
}

int pace_init(struct pace *p, uv_loop_t *loop)
{
    *p = (struct pace){.loop = loop};
    p->coarse.data = p->fine.data = p;
    int err = uv_timer_init(loop, &p->coarse);
    return err ? err : uv_idle_init(loop, &p->fine);
}

void pace_close(struct pace *p)
{
    uv_close((uv_handle_t *)&p->coarse, NULL);
    uv_close((uv_handle_t *)&p->fine, NULL);
}
#endif

static void take_out(struct pace *p, struct pace_timer *t)
{
    for (struct pace_timer **at = &p->first; *at != NULL; at = &(*at)->next) {
        if (*at == t) {
            *at = t->next;
            break;
        }
    }
    t->next = NULL;
    t->waiting = false;
}

void pace_at(struct pace *p, struct pace_timer *t, uint64_t due, void (*cb)(void *), void *ctx)
{
    if (t->waiting) {
        take_out(p, t);
    }
    uint64_t now = uv_hrtime();
    t->due = due > now ? due : now;
    t->cb = cb;
    t->ctx = ctx;
    t->waiting = true;
    struct pace_timer **at = &p->first;
    while (*at != NULL && (*at)->due <= t->due) {
        at = &(*at)->next;
    }
    t->next = *at;
    *at = t;
    if (p->first == t) {
        arm(p);
    }
}

void pace_cancel(struct pace *p, struct pace_timer *t)
{
    if (!t->waiting) {
        return;
    }
    bool was_first = p->first == t;
    take_out(p, t);
    if (was_first) {
        arm(p);
    }
}
