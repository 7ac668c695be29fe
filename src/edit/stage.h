/* The steps that lines of an answer go through. Each takes whole lines, holds back what it must, and
 * gives the rest to the next. */
#ifndef HUM_STAGE_H
#define HUM_STAGE_H

#include "base/span.h"
#include "edit/clean_context.h"

/* line: valid during the call, without its end; with data, even if it is empty. */
typedef void (*stage_give)(void *ctx, struct span line);

struct stage {
    const struct place *place;
    stage_give give;
    void *ctx;
    enum clean_fault *fault; /* whoever finds one writes it there; the first one stays */
};

static inline void stage_fail(const struct stage *s, enum clean_fault fault)
{
    if (*s->fault == CLEAN_FINE) {
        *s->fault = fault;
    }
}

static inline void stage_pass(const struct stage *s, struct span line)
{
    if (*s->fault == CLEAN_FINE) {
        s->give(s->ctx, line.len > 0 ? line : (struct span){"", 0});
    }
}

#endif
