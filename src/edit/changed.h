/* A file as the blocks of an answer change it, one after the other. Pure. */
#ifndef HUM_CHANGED_H
#define HUM_CHANGED_H

#include "edit/block.h"
#include "edit/revision.h"
#include "edit/verdict.h"

#include <stdbool.h>

struct changed {
    struct revision revision;
    bool there;           /* by now */
    const char *filetype; /* "" until it is set */
    struct changes_faults *faults;
};

/* old and faults outlive it. changed_finish is due. */
void changed_init(struct changed *c, bool there, const struct text *old,
                  struct changes_faults *faults);
void changed_finish(struct changed *c);

/* Takes the block, or adds a fault. */
void changed_block(struct changed *c, const struct patch_block *block);

#endif
