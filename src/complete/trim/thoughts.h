/* Thoughts that an answer begins with, as text. */
#ifndef HUM_THOUGHTS_H
#define HUM_THOUGHTS_H

#include "complete/trim/trim.h"

/* How many bytes of thoughts, with their tags and the white space behind them, the text begins
 * with, of so many as models have in a row; the indentation of the line behind them stays. All of
 * it, if they do not end and no more will come (final); else TRIM_WAIT while more must decide. */
size_t thoughts_at_start(const struct around *around, struct span text, bool final);

/* The same of thoughts whose beginning stood in the prompt; 0: nothing closes any. */
size_t thoughts_closed(struct span text, bool final);

#endif
