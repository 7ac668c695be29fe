/* What of a model's answer to an edit is code: bytes in, the lines that are to stand in the range
 * out, while the answer streams. Thoughts, fences, tags, control tokens, line numbers, words to the
 * reader, lines that stand around the range already, and the indentation of another place are not.
 *
 * What comes out does not depend on the pieces in which the answer came, and no line that was given
 * out is taken back; so what is not certain is held back: words before a fence, the last fence of
 * Markdown, lines that stand behind the range, too, until another line or the end tells.
 *
 * Where the answer cannot be understood with certainty it is refused: a fault, behind which no line
 * comes. Pure. */
#ifndef HUM_CLEAN_H
#define HUM_CLEAN_H

#include "base/span.h"
#include "edit/clean_context.h"
#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>

struct clean;

struct clean *clean_new(const struct clean_context *context);
void clean_free(struct clean *c); /* NULL is fine */

/* A piece of the answer, cut anywhere. Appends to out what has become certain. */
void clean_feed(struct clean *c, struct span bytes, struct text *out);

/* No more comes. cut: it was cut off, so the line that was growing is dropped, and that much is
 * missing is no fault. */
void clean_end(struct clean *c, bool cut, struct text *out);

/* The beginning of the line that grows, as far as it cannot change any more; empty if nothing of it
 * is certain. Valid until the next call. */
struct span clean_tail(const struct clean *c);

/* Why no more comes; CLEAN_FINE while that is not so. It may come before the end: the rest of the
 * answer is of no use then. */
enum clean_fault clean_fault(const struct clean *c);

/* All of the code has come: what follows is not looked at, and need not be waited for. */
bool clean_is_complete(const struct clean *c);

/* More than a third of the range's lines that are not blank have no line in the answer, and it was
 * not told to delete. Behind the end. */
bool clean_is_shrunk(const struct clean *c);

/* In words: what happened, and what to do. Of CLEAN_FINE both are "". */
const char *clean_message(enum clean_fault fault);
const char *clean_hint(enum clean_fault fault);

#endif
