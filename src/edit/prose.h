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

/* Whether it is an item of a list, or a quotation: "1. x", "> x". */
bool prose_is_item(const struct place *p, struct span line);

/* Whether it announces what follows: "Here is the code:". */
bool prose_introduces(struct span line);

/* The same in front of a text for people: "Here is the updated section:". */
bool prose_announces(struct span line);

/* Whether it declines to answer, or says good-bye. */
bool prose_declines(struct span line);

/* Whether one of the patterns is in the text, see base/words.h. */
bool prose_fits(struct span text, const char *patterns);

/* Whether it asks; and whether it asks the reader. */
bool prose_asks(struct span line);
bool prose_asks_you(struct span line);

#endif
