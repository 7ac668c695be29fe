/* What of a text that ends in the midst of something makes sense by itself. */
#ifndef HUM_TORSO_H
#define HUM_TORSO_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* How many bytes of a line are whole tokens; what the line ends with may lack some. All that is not
 * blank, if nothing else is left. */
size_t torso_tokens(struct span line);

/* Whether a line's beginning is a statement: what it opens it closes, and nothing must follow. */
bool torso_is_whole(struct span head);

/* Whether something must follow a line: an operator, a bracket or a colon ends it. */
bool torso_goes_on(struct span line);

#endif
