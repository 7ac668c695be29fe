/* What models remember of prompts: each slot keeps the last one and what was said to it, and
 * a new prompt is only worked through from where it differs. */
#ifndef FAKE_SLOTS_H
#define FAKE_SLOTS_H

#include "tokens.h"

#include <stdbool.h>
#include <stdint.h>

struct slot {
    struct slot *next;
    int id;
    bool busy;
    uint64_t used; /* counts uses, for the least recently used one */
    struct tokens text;
};

/* One model's; the server has a list. */
struct memory {
    struct memory *next;
    char *model;
    struct slot *slots; /* by id */
    struct buf former;  /* the whole prompt of its last request to fill in */
};

/* How many bytes the prompt shares with the beginning of the former one, which it replaces. */
size_t slots_shared(struct memory **list, const char *model, const struct buf *prompt);

/* Takes the free slot that knows most of the prompt, or the one that was not used for longest.
 * *cached is how many of its tokens count as known: at least one never does. There are more
 * slots than count if all are busy. */
struct slot *slots_take(struct memory **list, const char *model, size_t count,
                        const struct tokens *prompt, size_t *cached);

/* Gives it back with the first said tokens of text behind the prompt. */
void slots_give(struct slot *slot, const struct tokens *text, size_t said);

/* Everything that was remembered of the model, or with NULL of all. Busy slots stay. */
void slots_forget(struct memory **list, const char *model);

void slots_finish(struct memory **list);

#endif
