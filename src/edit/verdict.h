/* Why a block is not taken, in words for the user. Pure. */
#ifndef HUM_VERDICT_H
#define HUM_VERDICT_H

#include "edit/block.h"
#include "edit/spot.h"

#include <stddef.h>

struct changes_fault {
    char *message, *hint; /* hint may be NULL */
    size_t line;          /* of the answer, from 1 */
};

struct changes_faults {
    struct changes_fault *items;
    size_t count;
    size_t looked; /* places that were looked for to be told: they cost more than blocks that fit */
};

/* Reasons that need nothing but words. */
enum verdict {
    VERDICT_SAME,
    VERDICT_OVERLAPS,
    VERDICT_EXISTS,
    VERDICT_MISSING,
    VERDICT_MISTAKEN, /* what should be a whole file is a block, or a diff */
};

void verdict_add(struct changes_faults *faults, enum verdict verdict, size_t line);

/* A block of that file ("": unknown) cannot be used, or it is the last of an answer that broke off. */
void verdict_broken(struct changes_faults *faults, enum patch_fault fault, const char *name,
                    size_t line);
void verdict_cut(struct changes_faults *faults, const char *name, size_t line);

/* A block was not found; end is not SPOTS_FOUND. */
void verdict_lost(struct changes_faults *faults, const struct seek_lines *lines,
                  const struct patch_block *block, enum spots_end end, const struct spots_why *why);

/* So many of a file's lines would go. */
void verdict_shrunk(struct changes_faults *faults, size_t gone, size_t all, size_t line);

void verdict_finish(struct changes_faults *faults);

#endif
