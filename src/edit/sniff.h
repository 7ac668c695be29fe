/* Which form an answer has. Pure. */
#ifndef HUM_SNIFF_H
#define HUM_SNIFF_H

#include "edit/block.h"

/* That of its first block, PATCH_NONE if there is no block in it. */
enum patch_form patch_sniff(const struct text *answer);

#endif
