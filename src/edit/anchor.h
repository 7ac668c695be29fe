/* Lines that stand above a place and tell it from others ("@@ class Cart"). Pure. */
#ifndef HUM_ANCHOR_H
#define HUM_ANCHOR_H

#include "edit/seek_lines.h"

#include <stddef.h>

/* Keeps those of some places, in their order in the text, that stand below all anchors: within the
 * blocks that these begin, or else first behind them. An anchor that is in the text nowhere says
 * nothing. Returns how many are left. */
size_t anchor_filter(const struct seek_lines *lines, const struct text *anchors, size_t *places,
                     size_t count);

/* The one line that is meant by anchors: the last of them, below the others. SIZE_MAX: none, or
 * several. */
size_t anchor_line(const struct seek_lines *lines, const struct text *anchors);

#endif
