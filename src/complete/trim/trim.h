/* What of a model's answer may be shown at the cursor, and when its generation should end.
 * Both functions are pure and linear; they are called again with all text so far
 * whenever more of it arrives. Texts are UTF-8; a character may be cut at the end of an answer that
 * still streams. A carriage return is a blank like any other: the caller makes lines end with
 * '\n' alone. */
#ifndef HUM_TRIM_H
#define HUM_TRIM_H

#include "base/span.h"
#include "complete/trim/context.h"

#include <stdbool.h>
#include <stddef.h>

/* Why an answer is not shown to its end. */
enum trim_why {
    TRIM_NOTHING, /* it is, but for white space and for what waits for more text */
    TRIM_BLANK,   /* nothing but blank lines, or several in the middle */
    TRIM_LINE,    /* there is text right of the cursor: one line only */
    TRIM_LINES,   /* max_lines */
    TRIM_RIGHT,   /* it comes to what stands right of the cursor */
    TRIM_BELOW,   /* it comes to what stands below the cursor */
    TRIM_SCOPE,   /* it leaves the block that the cursor is in, or has finished its own */
    TRIM_REPEATS, /* it says again what it, or the lines above, said just before */
    TRIM_TALK,    /* a fence, a special token of the model, or words to the reader */
};

struct trim {
    size_t shown; /* bytes of the answer that may be shown, from its first on */
    bool stop;    /* no further text will change this: the generation can be ended */
    enum trim_why why;
};

/* Answers may begin with what is not to be inserted: the words that are typed already, the
 * indentation that the cursor stands behind, the opening fence of a chat model. Returns how
 * many bytes that are, to be dropped once and for all before trim_answer sees what follows, or
 * TRIM_WAIT while too little text has come to decide; never TRIM_WAIT if final. */
#define TRIM_WAIT ((size_t)-1)
size_t trim_preamble(const struct trim_context *c, struct span answer, bool final);

/* What may be shown of an answer that trim_preamble has been through. final: no more will come.
 *
 * - shown never splits a character, and the shown part alone, given as final, is shown
 *   whole.
 * - While text streams, what may still turn out to be unwanted is held back, so shown only
 *   grows, with one exception: a block of several lines found to be a repetition
 *   (TRIM_REPEATS) is taken back.
 * - Once stop is true every longer text gives the same result. */
struct trim trim_answer(const struct trim_context *c, struct span answer, bool final);

#endif
