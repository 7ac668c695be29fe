/* What can be the path of a file, as lua/hum/chat/text/path.lua says it, without Neovim's knowledge of
 * file types. Pure. */
#ifndef HUM_PATHNAME_H
#define HUM_PATHNAME_H

#include "base/span.h"

#include <stdbool.h>

/* sure: it stands where only a path is expected; else it must look like one. */
bool pathname_is(struct span s, bool sure);

/* The path that a text is, white space and a place behind it ("a.lua:12", "a.lua#L3-L5") aside. */
bool pathname_read(struct span s, bool sure, struct span *path);

/* Whether the file holds text with fences and underlined headings. */
bool pathname_is_markup(struct span s);

/* The text without a place behind it. */
struct span pathname_without_place(struct span s);

#endif
