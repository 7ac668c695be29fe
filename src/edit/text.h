/* A growing list of lines, with bytes of its own: the lines of a range, what a model wants there
 * instead. Pure. The owner embeds it and calls text_finish. A line may hold any byte, "\n" too, as
 * Neovim's API has it for NUL. */
#ifndef HUM_TEXT_H
#define HUM_TEXT_H

#include "base/buf.h"
#include "base/span.h"
#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>

struct text {
    struct buf bytes; /* each line and a '\n'; its error is that of the text */
    size_t *ends;     /* of each line, in front of its '\n' */
    size_t count, room;
};

void text_init(struct text *t);
void text_finish(struct text *t);
void text_clear(struct text *t); /* no lines, no error; memory is kept */

/* Appends a line, which must not be one of t's own. Over LIMIT_MESSAGE in all it is dropped, as all
 * that follow, and t->bytes.error is HUM_ETOOBIG. */
void text_add(struct text *t, struct span line);

/* Appends the lines of s, each ended by '\n', of which the last may lack it: "a\n" and "a" are one
 * line, "" is none. */
void text_add_lines(struct text *t, struct span s);

/* Appends a list of strings, of which NULL is an empty one. Returns 0, HUM_ESPEC (it is none;
 * lines before the fault are appended), or HUM_ETOOBIG. */
int text_from_value(struct text *t, const struct value *list);

/* Line i < count, without '\n'. It lives until the next line is appended. */
struct span text_line(const struct text *t, size_t i);

/* Lines first up to count, as one piece: a '\n' after each. */
struct span text_lines(const struct text *t, size_t first, size_t count);

#endif
