/* What was asked and answered last, for `:Hum inspect`: the traces of the generations that run, and
 * of the last ones of a few buffers. */
#ifndef HUM_INSPECT_H
#define HUM_INSPECT_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct endpoint;
struct trace;

/* So many are kept, the last of each buffer. */
#define INSPECT_KEPT 8

/* One generation: of which job it was, its trace, its ending. */
struct inspection;

struct inspection_facts {
    const char *kind; /* of the job; static */
    int64_t id;
    int64_t buf; /* that the text went to, or 0 */
    const struct endpoint *endpoint;
    const char *model;
    uint64_t now_ms; /* the loop's clock, as the trace has it */
};

struct inspection *inspection_new(const struct inspection_facts *facts);
void inspection_free(struct inspection *one); /* NULL is fine */

/* What the generation writes to. */
struct trace *inspection_trace(struct inspection *one);

int64_t inspection_id(const struct inspection *one);
int64_t inspection_buf(const struct inspection *one);

/* All zero: empty. */
struct inspections {
    struct inspection *newest;
};

/* Takes one over that has ended: name is the event's, static; fields is its data, packed. It holds
 * none of the secrets from then on. The last one of the same buffer goes, or the oldest. */
void inspections_keep(struct inspections *all, struct inspection *one, const char *name,
                      const struct buf *fields, char *const *secrets);

/* The one that began last, with that buffer, or with any if it is 0. NULL if there is none. */
const struct inspection *inspections_find(const struct inspections *all, int64_t buf);

void inspections_clear(struct inspections *all);

/* Appends a map, as :help hum-protocol has it. secrets: of one that runs, else NULL. */
void inspection_pack(const struct inspection *one, uint64_t now_ms, char *const *secrets,
                     struct buf *out);

#endif
