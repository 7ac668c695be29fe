/* What the prompts of one buffer are made of: the excerpt around the cursor, and chunks from
 * elsewhere. Servers go on from where a prompt differs from the one before, so both stay
 * as they are until something makes the prompt begin differently anyway. */
#ifndef HUM_PROMPT_H
#define HUM_PROMPT_H

#include "complete/excerpt.h"
#include "complete/extras.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct around_text;
struct chunk;
struct mirror;
struct ring;

#define PROMPT_CHUNKS 16 /* that the ring holds */

/* Of the ring and the extras of two kinds: so many are at most in a prompt. */
#define PROMPT_MOST (PROMPT_CHUNKS + 2 * EXTRAS_MOST)

/* The owner embeds it; nothing is to be freed. */
struct prompt {
    struct excerpt excerpt;
    size_t chunk_anchor; /* of the excerpt that the chunks were chosen for */
    uint64_t chunk_version;
    uint32_t chunk_mask;
};

/* What a prompt is for. */
struct prompt_request {
    const struct mirror *mirror;
    size_t row, col;
    const char *name;                    /* of the file */
    size_t max_bytes;                    /* of the text around the cursor */
    bool prose;                          /* its head imports nothing */
    const struct extras *edits, *extras; /* behind the ring's, NULL for none */
    bool cold; /* the server has no state of our prompts: the ring may change */
};

void prompt_init(struct prompt *p);

/* As excerpt_edit. */
void prompt_edit(struct prompt *p, int64_t first, int64_t last, size_t count);

/* Whether there is nothing to go by: neither text in the buffer nor a chunk from elsewhere. */
bool prompt_is_empty(const struct mirror *m, struct ring *ring);

/* Appends the excerpt to text, which was just initialised, and fills chunks, which are the
 * ring's and the extras'. Returns how many of these. */
size_t prompt_read(struct prompt *p, struct ring *ring, const struct prompt_request *request,
                   struct around_text *text, const struct chunk *chunks[PROMPT_MOST]);

#endif
