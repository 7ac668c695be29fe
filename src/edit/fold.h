/* Lines as they are compared when their bytes differ: models write "-" for a dash, straight quotes
 * for typographic ones, plain blanks for others, and entities for what a tool has escaped. Only to
 * find a place: what is written keeps the file's own characters. Pure. */
#ifndef HUM_FOLD_H
#define HUM_FOLD_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character of a text, plain: at most 3 bytes in out ("..." for an ellipsis), *n of them, 0 if it
 * is nothing that shows (a byte order mark, a zero-width blank). Returns its length in s; at <
 * s.len. */
size_t fold_char(struct span s, size_t at, char out[4], size_t *n);

/* Whether two texts are alike, character by character. */
bool fold_equal(struct span a, struct span b);

/* Where in b the characters end that are a's first at bytes, of texts that are alike. */
size_t fold_at(struct span a, size_t at, struct span b);

/* Of the plain characters of a line without the white space around them: lines that are alike have
 * the same. All blank lines have FOLD_BLANK, no other has. */
#define FOLD_BLANK UINT64_C(0)
uint64_t fold_key(struct span line);

/* A line without what stands around its text: blanks of any kind, a byte order mark. Plain bytes
 * only at its ends are looked at, so that most lines cost little. */
struct span fold_trim(struct span line);

/* Appends the text with its entities decoded ("&lt;", "&#39;", ...). Returns whether it had any. */
bool fold_decode(struct span s, struct buf *out);

#endif
