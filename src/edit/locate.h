/* What a block changes in a text: which lines become which. Everything that a block can mean is
 * tried: its lines as they are, with dots for lines left out, parts of lines. Pure. */
#ifndef HUM_LOCATE_H
#define HUM_LOCATE_H

#include "edit/block.h"
#include "edit/spot.h"

/* spots_finish is due, whatever comes. Of a block that needs a text: see patch_creates. */
enum spots_end locate(const struct seek_lines *lines, const struct patch_block *block,
                      struct spots *spots, struct spots_why *why);

#endif
