/* Work away from the loop that may be told to stop: it looks between steps of a few milliseconds. */
#ifndef HUM_STOPPED_H
#define HUM_STOPPED_H

#include <stdatomic.h>
#include <stdbool.h>

static inline bool is_stopped(const atomic_bool *stop)
{
    return atomic_load_explicit(stop, memory_order_relaxed);
}

#endif
