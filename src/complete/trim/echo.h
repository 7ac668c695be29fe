/* What is typed, said once more at the beginning of an answer. */
#ifndef HUM_ECHO_H
#define HUM_ECHO_H

#include "complete/trim/trim.h"

/* How many bytes of the answer repeat what stands left of the cursor, where a line has text:
 * the line, its last word, its last keyword. TRIM_WAIT while too little has come. */
size_t echo_at_start(const struct trim_context *c, struct span text, bool final);

#endif
