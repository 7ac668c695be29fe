/* Where a JSON value ends, without reading it: the brackets are counted. For values that stand
 * one behind the other, and for those that are spread over lines. */
#ifndef HUM_BALANCE_H
#define HUM_BALANCE_H

#include <stdbool.h>
#include <stddef.h>

/* All zero in front of a value. */
struct balance {
    size_t depth;
    bool quoted;  /* inside a string */
    bool escaped; /* right behind a backslash of it */
};

/* Goes on with a value that is an object or an array. Returns how many bytes of text belong to it
 * if it ends there, and is ready for the next one; 0 if it goes on. */
size_t balance_end(struct balance *b, const char *text, size_t len);

/* Whether an object or an array begins with these bytes, maybe behind white space; "[12:30]" and
 * the like are none. */
bool balance_opens(const char *text, size_t len);

#endif
