/* Words to the reader, as chat models have them around code. */
#ifndef HUM_TALK_H
#define HUM_TALK_H

#include "base/span.h"

#include <stdbool.h>

enum talk {
    TALK_NONE,
    TALK_MAYBE, /* with more text it may become some */
    TALK_IS,
};

/* Whether a line begins so. line: from its first byte on that is no blank. closed: it will not
 * grow. sentences: any English sentence is talk, and not only how answers to the user are sure to
 * begin. */
enum talk talk_at_start(struct span line, bool closed, bool sentences);

#endif
