/* Special tokens of models, such as <|fim_middle|>, that come as text when a server or a
 * prompt does not know them. They are never part of an answer. */
#ifndef HUM_MARKER_H
#define HUM_MARKER_H

#include "base/span.h"

enum marker {
    MARKER_NONE,
    MARKER_MAYBE, /* with more text it may become one */
    MARKER_IS,
};

/* Whether s begins with one. */
enum marker marker_at_start(struct span s);

#endif
