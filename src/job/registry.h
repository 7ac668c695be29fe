/* The jobs that run, of every kind, each under its id. Pure. */
#ifndef HUM_REGISTRY_H
#define HUM_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct inspection;
struct job;

/* More at once than any user has; a bound against a runaway caller. Jobs under an id of the
 * helper's own do not count. */
#define REGISTRY_MAX 256

/* All zero: empty. */
struct registry {
    struct job *first; /* the oldest */
    size_t count;
    int64_t last_own; /* the id that was last given here */
    struct job *next; /* in registry_suspect, which jobs may end by */
};

bool registry_is_full(const struct registry *r);

/* Only if it is not full, and under an id that is not in use, nor below 0. */
void registry_add(struct registry *r, struct job *j);

/* Under an id of the helper's own, which is set here. There is always room. */
void registry_add_own(struct registry *r, struct job *j);

/* Without freeing it; nothing if it is not there. */
void registry_remove(struct registry *r, const struct job *j);

/* The job with that id, or NULL. */
struct job *registry_find(const struct registry *r, int64_t id);

/* Frees every job, without endings. */
void registry_clear(struct registry *r);

/* Neovim refused some notification: tells all whom it may concern. Jobs may end by it. */
void registry_suspect(struct registry *r);

/* Whether a job has this model generate, at this base URL. */
bool registry_uses(const struct registry *r, const char *url, const char *model);

/* Of the jobs that run, what the youngest has asked that writes to buf, or to whatever if that is
 * 0; NULL if there is none. secrets: what stands in it and nobody is to see. */
const struct inspection *registry_inspection(const struct registry *r, int64_t buf,
                                             char *const **secrets);

/* Appends the list of them, oldest first: an array of maps {id, kind, state, endpoint, model?,
 * age_ms, bytes}. now_ns as of uv_hrtime. */
void registry_pack(const struct registry *r, uint64_t now_ns, struct buf *out);

#endif
