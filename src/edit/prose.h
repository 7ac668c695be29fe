/* Words to the reader, in an answer that should be code. Pure. */
#ifndef HUM_PROSE_H
#define HUM_PROSE_H

#include "base/span.h"

#include <stdbool.h>

struct place;

/* Whether a line is addressed to the reader, and no code. line: without blanks at its ends, here and
 * below. */
bool prose_is_talk(const struct place *p, struct span line);

/* Whether it is code, so that it need not wait for the next line. */
bool prose_is_code(const struct place *p, struct span line);

/* Whether it announces what follows: "Here is the code:". */
bool prose_introduces(struct span line);

/* Whether it asks. */
bool prose_asks(struct span line);

#endif
