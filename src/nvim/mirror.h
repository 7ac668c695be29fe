/* The text of a buffer as nvim_buf_lines_event reports it, byte for byte: a line is any
 * bytes but "\n". Rows and columns count from 0, columns in bytes; a position beyond the text
 * means the nearest one inside. Pure: no loop, no I/O.
 *
 * What the caller must know of Neovim 0.10 and 0.12 (measured with random edits):
 *   - An event without a changedtick shows a preview ('inccommand') that is taken back
 *     without an event: it is no edit.
 *   - :append, :insert and :change in a buffer that was emptied remove its empty line without
 *     an event: the text then has one line less than the mirror. The same event for
 *     nvim_buf_set_lines means that the empty line stays, so only a count of lines can tell.
 *   - Some changes of changedtick (:write) come without an event.
 *
 * Lines are records in a gap buffer, so an edit costs its own lines plus the records
 * between it and the edit before. Their bytes stand in one growing block with the remains
 * of former lines, never more than the text itself and 64 KiB. */
#ifndef HUM_MIRROR_H
#define HUM_MIRROR_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct mirror;
struct value;

/* One empty line, as in a new buffer. */
struct mirror *mirror_new(void);
void mirror_free(struct mirror *m); /* NULL is fine */

/* Lines [first, last) become these, an array of strings; a last of -1 is the end of the
 * text. A text without lines is one empty line, as in Neovim. Returns 0, or HUM_EBAD for a
 * range outside the text or what is not an array of strings: the mirror is unchanged then,
 * and no longer what the buffer is. */
int mirror_apply(struct mirror *m, int64_t first, int64_t last, const struct value *lines);

size_t mirror_lines(const struct mirror *m); /* at least 1 */

/* A line without its "\n", not NUL-terminated, until the next mirror_apply. */
const char *mirror_line(const struct mirror *m, size_t row, size_t *len);

/* What gives text appends to out, whose cap must allow it: the last max bytes before a
 * position, the first max bytes behind it, with "\n" between lines, up to 3 fewer so that no
 * character is cut ... */
void mirror_before(const struct mirror *m, size_t row, size_t col, size_t max, struct buf *out);
void mirror_after(const struct mirror *m, size_t row, size_t col, size_t max, struct buf *out);

/* ... and lines [first, last), each with its "\n". */
void mirror_range(const struct mirror *m, size_t first, size_t last, struct buf *out);

#endif
