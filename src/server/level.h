/* How much a model is to think: what the user may wish, and what services call it. Pure. */
#ifndef HUM_LEVEL_H
#define HUM_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

struct value;

/* From the least to the most. LEVELS: none of them. */
enum level {
    LEVEL_NONE,
    LEVEL_MINIMAL,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    LEVEL_HIGH,
    LEVEL_XHIGH,
    LEVEL_MAX,
    LEVELS
};

/* A wish as it stands in a request: false, true, a level or a number of tokens. */
enum wish_kind { WISH_ABSENT, WISH_OFF, WISH_ON, WISH_LEVEL, WISH_BUDGET, WISH_WRONG };

struct wish {
    enum wish_kind kind;
    enum level level; /* of WISH_LEVEL; of WISH_BUDGET the nearest; never LEVEL_NONE */
    int64_t budget;   /* in tokens; of WISH_LEVEL what comes near to it */
};

/* "none" and 0 are WISH_OFF. v may be NULL. */
struct wish wish_read(const struct value *v);

/* Why a wish is wrong. */
#define WISH_WHY "request.think must be true, false, a level (\"none\" to \"max\") or a number"

/* A set of levels has a bit for each. */
#define LEVEL_BIT(level) (1u << (level))
#define LEVEL_ANY ((1u << LEVELS) - 1)

const char *level_name(enum level level);

/* The level of that name in lower case, or LEVELS. */
enum level level_named(const char *name);

/* The level of the set that comes nearest, of two the lesser. A wish to think is no wish for
 * LEVEL_NONE: LEVELS if there is nothing else. */
enum level level_nearest(unsigned set, enum level wanted);

/* The levels whose names stand in the text as words of their own, upper and lower case alike. */
unsigned level_in(const char *text);

#endif
