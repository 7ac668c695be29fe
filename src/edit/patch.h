/* The blocks of an answer, found line by line while it comes: search/replace blocks in all variants,
 * hunks of unified diffs, chunks of patches (V4A), whole files in fences, each with the name of its
 * file as the answer gives it. Prose, thoughts and other code are passed over. What is found depends
 * on the lines alone. Pure.
 *
 * Search/replace:  name, fence, "<<<<<<< SEARCH", lines, "=======", lines, ">>>>>>> REPLACE"; the name
 *                  may stand within the fence, or be missing: then it is the one before.
 * Unified diff:    "--- name", "+++ name", "@@ ...", lines with ' ', '-', '+'.
 * Patch:           "*** Update File: name" (Add, Delete; "*** Move to: name"), "@@ line above", lines
 *                  as in a diff, "*** End of File".
 * Whole file:      a fence with a name. */
#ifndef HUM_PATCH_H
#define HUM_PATCH_H

#include "edit/block.h"
#include "edit/text.h"

struct patch;
struct patch *patch_new(const struct patch_calls *calls, void *ctx);
void patch_free(struct patch *p);

/* The next complete line, and that none follows. */
void patch_line(struct patch *p, struct span line);
void patch_end(struct patch *p);

#endif
