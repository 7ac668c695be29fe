/* How a file indents its lines: columns of white space in its own terms, and white space written in
 * its own characters. All memory is the caller's. */
#ifndef HUM_INDENT_H
#define HUM_INDENT_H

#include "base/buf.h"
#include "base/span.h"
#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDENT_TABS 16 /* tab stops of their own widths; the last is that of all that follow */

/* All zero: tabs of 8 columns, a step of 8, written with tabs. */
struct indent {
    uint16_t tabs[INDENT_TABS]; /* widths in columns */
    size_t tab_count;
    uint16_t step; /* columns by which a block stands deeper, as the options say */
    bool blanks;   /* never with tabs */
};

/* indent: {tabstop, vartabstop?, shiftwidth, expandtab}, or NULL; what is missing or makes no
 * sense is as above. */
struct indent indent_from(const struct value *indent);

/* Two files that indent alike have the same. */
uint64_t indent_hash(uint64_t hash, const struct indent *indent);

/* The column behind white space that stands at that column. */
size_t indent_advance(const struct indent *indent, size_t column, char c);

/* Columns of the white space that s begins with. */
size_t indent_columns(const struct indent *indent, struct span s);

size_t indent_step(const struct indent *indent);

/* Appends white space from that column up to another, as far as possible with tabs unless the file
 * has none. */
void indent_write(const struct indent *indent, size_t from, size_t to, struct buf *out);

#endif
