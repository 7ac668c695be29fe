/* Lines of an answer that are no text, but say how it is to be read: the markers of search/replace
 * blocks in all their variants, the lines of unified diffs and of patches, fences. Pure. */
#ifndef HUM_SIGN_H
#define HUM_SIGN_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

enum sign {
    SIGN_NONE,
    SIGN_SEARCH,  /* <<<<<<< SEARCH; ------- SEARCH, ... */
    SIGN_DIVIDER, /* ======= */
    SIGN_REPLACE, /* >>>>>>> REPLACE; +++++++ REPLACE, ... */
    SIGN_BEGIN,   /* *** Begin Patch */
    SIGN_UPDATE,  /* *** Update File: rest */
    SIGN_ADD,
    SIGN_DELETE,
    SIGN_MOVE, /* *** Move to: rest */
    SIGN_EOF,  /* *** End of File */
    SIGN_END,  /* *** End Patch */
};

/* What a line is, white space around it aside. *count: of SEARCH and DIVIDER, of how many signs it
 * consists; *rest: what stands behind the words (a name). */
enum sign sign_of(struct span line, size_t *count, struct span *rest);

/* Within a block, of a line that begins with a backslash and would be a marker without it: so is a
 * marker written that belongs to the text. */
bool sign_is_escaped(struct span line);

/* "--- name", "+++ name"; without a time behind it, and without "a/", "b/". A name of "/dev/null"
 * is empty. */
bool sign_diff_name(struct span line, char c, struct span *name);

/* "@@ -5,3 +5,3 @@ rest", "@@ @@", "@@"; *first: the old line, 0: not told; *rest: what stands
 * behind. */
bool sign_is_hunk(struct span line, size_t *first, struct span *rest);

/* Lines that git puts between the files of a diff. */
bool sign_is_git(struct span line);

/* A line that opens or closes a fence: its character, *run of them, and the words behind. 0: none.
 */
char sign_fence(struct span line, size_t *run, struct span *info);

#endif
