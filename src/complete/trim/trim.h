/* What of a model's answer may be shown at the cursor, and when its generation should end. All
 * functions are pure, and linear but for what looks like a token, which is searched for in the text
 * around; they are called again with all text so far whenever more of it arrives. Texts are UTF-8;
 * a character may be cut at the end of an answer that still streams. A carriage return is a blank
 * like any other: the caller makes lines end with '\n' alone. */
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
    TRIM_TORSO,   /* the limit has cut its last line, which has whole ones before it */
    TRIM_TALK,    /* a fence, a special token of the model, or words to the reader */
};

struct trim {
    size_t shown; /* bytes of the answer that may be shown, from its first on */
    bool stop;    /* no further text will change this: the generation can be ended */
    bool cut;     /* the limit has ended the answer within the line that is shown last */
    enum trim_why why;
};

/* Answers may begin with what is not to be inserted: the words that are typed already, the
 * indentation that the cursor stands behind, the opening fence of a chat model. Returns how
 * many bytes that are, to be dropped once and for all before trim_answer sees what follows, or
 * TRIM_WAIT while too little text has come to decide; never TRIM_WAIT if final. */
#define TRIM_WAIT ((size_t)-1)
size_t trim_preamble(const struct trim_context *c, struct span answer, bool final);

/* Of that, the blank that was left out of the prompt (context.blank): 1 or 0, or TRIM_WAIT. */
size_t trim_blank(const struct trim_context *c, struct span answer, bool final);

/* Whether more of an answer will come. */
enum trim_end {
    TRIM_STREAMS,
    TRIM_ENDED, /* the model has said all */
    TRIM_CUT,   /* a limit has cut it off */
};

/* What may be shown of an answer that trim_preamble has been through.
 *
 * - shown never splits a character, and the shown part alone, given as ended, is shown
 *   whole.
 * - While text streams, what may still turn out to be unwanted is held back, so shown only
 *   grows, with two exceptions: what is found to be a repetition (TRIM_REPEATS) is taken back, and
 *   so is what the limit has cut (TRIM_CUT).
 * - Once stop is true every longer text gives the same result. */
struct trim trim_answer(const struct trim_context *c, struct span answer, enum trim_end end);

#endif
