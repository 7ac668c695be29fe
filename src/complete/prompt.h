/* What the prompts of one buffer are made of: the window around the cursor, and chunks of
 * other places. Servers go on from where a prompt differs from the one before, so both stay
 * as they are until something makes the prompt begin anew anyway. */
#ifndef HUM_PROMPT_H
#define HUM_PROMPT_H

#include "complete/excerpt.h"
#include "complete/fetch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mirror;
struct ring;

#define PROMPT_CHUNKS 32

/* The owner embeds it; nothing is to be freed. */
struct prompt {
    struct excerpt window;
    size_t chunk_anchor; /* of the window that the chunks were chosen for */
    uint64_t chunk_version;
    uint32_t chunk_mask;
};

struct prompt_place {
    const struct mirror *mirror;
    size_t row, col;
    const char *name; /* of the file */
    size_t max_bytes; /* of the text around the cursor */
    bool anew;        /* the server has no state of our prompts: the ring may change */
};

void prompt_init(struct prompt *p);

/* As excerpt_edit. */
void prompt_edit(struct prompt *p, int64_t first, int64_t last, size_t count);

/* Fills gap (gap_finish is due) and chunks, which are the ring's. Returns how many of these. */
size_t prompt_take(struct prompt *p, struct ring *ring, const struct prompt_place *at,
                   struct gap *gap, const struct chunk *chunks[PROMPT_CHUNKS]);

#endif
