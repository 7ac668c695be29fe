/* Lines of one buffer that are worth remembering for prompts elsewhere. They go into the ring;
 * before the text has come they wait. */
#ifndef HUM_COLLECT_H
#define HUM_COLLECT_H

#include <stddef.h>
#include <stdint.h>

struct mirror;
struct ring;

#define COLLECT_WAITING 4 /* the latest that wait */

/* The owner embeds it; nothing is to be freed. */
struct collect {
    struct ring *ring;
    const char *name; /* of the file */
    struct {
        int64_t first, last; /* not included */
    } waiting[COLLECT_WAITING];
    size_t count;
};

/* Both outlive c. */
void collect_init(struct collect *c, struct ring *ring, const char *name);

/* Lines [first, last), above all those in their middle; beyond the text's end there are none. m:
 * the text, NULL while it has not come. */
void collect_lines(struct collect *c, const struct mirror *m, int64_t first, int64_t last);

/* The text has come. */
void collect_waiting(struct collect *c, const struct mirror *m);

#endif
