/* What an instruction says of the answer that is wanted. Pure. */
#ifndef HUM_WISH_H
#define HUM_WISH_H

#include "base/span.h"

#include <stdbool.h>

struct wish {
    bool removes; /* to delete something, so that an empty answer may be meant */
    bool all;     /* ... the range itself: "delete this function" */
    bool less;    /* the same, or to make it shorter */
    bool white;   /* of indentation: white space is as the answer has it */
    bool blanks;  /* of blank lines */
    bool numbers; /* of numbers in front of lines */
};

struct wish wish_of(struct span instruction);

#endif
