/* A block of an answer: what it says is to be changed in a file. Pure. */
#ifndef HUM_BLOCK_H
#define HUM_BLOCK_H

#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>

enum patch_form { PATCH_NONE, PATCH_SEARCH, PATCH_UDIFF, PATCH_V4A, PATCH_WHOLE };
enum patch_action { PATCH_UPDATE, PATCH_ADD, PATCH_DELETE };

#define PATCH_DIVIDERS 8 /* that are looked at */

struct patch_block {
    enum patch_form form;
    enum patch_action action;
    struct buf name, to; /* NUL-terminated; "": none. to: where the file is moved */
    size_t first, last;  /* lines of the answer, from 1: markers, fences included */
    bool closed;         /* its end was marked, so that more could not have followed */

    struct text search, replace; /* what stands in the file, what is to stand there */
    struct text loose_search,
        loose_replace;   /* of hunks whose context may lack its blank in front */
    struct text anchors; /* lines above it, outer first */
    bool weak_anchors;   /* git's, which are only a hint */
    size_t number;       /* line of the file as told, from 1; 0: none */
    bool at_end;         /* it ends the file */
    bool commented;      /* of a whole file: the name was found in its first line, a comment */

    struct text raw;                 /* of search/replace: all lines between the outer markers */
    size_t dividers[PATCH_DIVIDERS]; /* lines of raw that may divide the two parts */
    size_t divider_count;
};

/* A block that cannot be used. */
enum patch_fault {
    PATCH_UNFINISHED, /* a block without the marker that ends it */
    PATCH_UNDIVIDED,  /* without a divider */
    PATCH_STRAY,      /* an ending marker without a block */
    PATCH_OPEN,       /* a whole file without the fence that ends it */
};

struct patch_calls {
    /* The search part is complete, if this divider is the one. true: what follows is the
     * replacement, and its lines come by on_line; false: the divider may be text. May be NULL. */
    bool (*on_search)(void *ctx, const struct patch_block *block);
    void (*on_line)(void *ctx, struct span line);
    /* A whole block, also of what on_search has seen; it lives until the call returns. */
    void (*on_block)(void *ctx, const struct patch_block *block);
    /* line: of the answer, from 1; name: of the file, as far as it is known. The block that on_search
     * has seen, if there is one, is void. */
    void (*on_fault)(void *ctx, enum patch_fault fault, size_t line, const char *name);
};

void patch_block_init(struct patch_block *b);
void patch_block_finish(struct patch_block *b);

/* No text, no name; memory is kept. */
void patch_block_clear(struct patch_block *b);

void patch_block_copy(struct patch_block *to, const struct patch_block *from);

/* Whether the two say the same, wherever they stand. */
bool patch_block_equal(const struct patch_block *a, const struct patch_block *b);

/* Divides a search/replace block at dividers[i]; both texts are cleared first. */
void patch_divide(const struct patch_block *block, size_t i, struct text *search,
                  struct text *replace);

/* Whether a line of "=" may be text at the end of its replacement: the underline of a heading. */
bool patch_underlines(const struct patch_block *block);

/* Whether it needs no file that is there. */
bool patch_creates(const struct patch_block *block);

#endif
