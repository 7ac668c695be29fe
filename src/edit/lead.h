/* What stands in front of the code of an answer, before a fence or the end tells what it is. Pure. */
#ifndef HUM_LEAD_H
#define HUM_LEAD_H

#include "base/span.h"
#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>

struct place;

/* Words in front of a fence say that it has what the range has now: "Original:". */
bool lead_quotes(const struct text *t);

/* A line asks. */
bool lead_asks(const struct text *t);

/* "```code```" in one line, maybe with a language. words: without blanks at its ends. */
bool lead_is_fenced(const struct place *p, struct span words, struct span *code);

/* The only line that is not blank is `code`. */
bool lead_is_quoted(const struct place *p, const struct text *t, struct span *code);

/* "Here is the code:" and then, from that line on, code without a fence: one line at least is the
 * range's, too, and none is addressed to the reader. */
bool lead_introduces(const struct place *p, const struct text *t, size_t *from);

/* Whether the first line of the code is a comment that names its file, which nobody asked for. */
bool lead_names_file(const struct place *p, struct span line);

#endif
