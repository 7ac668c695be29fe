/* Lines that a text leaves out ("... rest unchanged ..."), filled in from the text that it replaces,
 * as in an edit of that. Pure. */
#ifndef HUM_FILLED_H
#define HUM_FILLED_H

#include "edit/text.h"

#include <stdbool.h>

/* Whether it is certain which lines are meant; then they stand in `lines`, which are without use
 * otherwise. filetype: as Neovim names it; one that nobody knows is fine. */
bool filled(const struct text *old, const char *filetype, struct text *lines);

#endif
