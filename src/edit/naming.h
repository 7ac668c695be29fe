/* Names of files as an answer gives them: behind a fence, in the line above it, in a comment at the
 * beginning of the code. A wrong name is worse than none: sentences that mention files name none,
 * nor do lines with several. As lua/hum/chat/text/named.lua finds them, as far as that goes without
 * Neovim's knowledge of file types. Pure. */
#ifndef HUM_NAMING_H
#define HUM_NAMING_H

#include "base/span.h"

#include <stdbool.h>

/* Behind the signs of a fence: "lua:src/a.lua", "lua src/a.lua", "src/a.lua", "js title='a.js'". */
bool naming_in_info(struct span info, struct span *name);

/* A line above a block or a fence. sure: a block follows, so that a line that is one word is a name
 * if it can be one; else it must look like one. */
bool naming_in_line(struct span line, bool sure, struct span *name);

/* A line that is nothing but a name, or a heading with one: it holds for all that stands below, up to
 * the next. */
bool naming_heads(struct span line, struct span *name);

/* Whether code of that language (the words of its fence) can be the file: commands mention files,
 * and belong to none of another kind. */
bool naming_fits(struct span info, struct span name);

/* The first line of code, a comment that is a name and nothing else. */
bool naming_in_comment(struct span line, struct span *name);

#endif
