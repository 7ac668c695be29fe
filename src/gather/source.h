/* A file of the user's, read without harm: what is no ordinary file is not even opened, what lies
 * outside of the project is not read, and no more is read than fits into memory. */
#ifndef HUM_SOURCE_H
#define HUM_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum source_state {
    SOURCE_OK,
    SOURCE_MISSING,
    SOURCE_OUTSIDE,
    SOURCE_UNREADABLE,
    SOURCE_DIRECTORY,
    SOURCE_SPECIAL, /* a device, a FIFO, a socket, something of /proc */
};

/* More is not read of a file at once. */
#define SOURCE_MOST (32U << 20)

/* Of one that is longer, so much of its beginning. */
#define SOURCE_SAMPLE (1U << 20)

struct source {
    enum source_state state;
    char *real;     /* its path with all links resolved, or NULL */
    int error;      /* of the system, for SOURCE_UNREADABLE, or 0 */
    uint64_t bytes; /* its size */
    bool sampled;   /* what was read is its beginning alone */
};

/* Reads the file at path (absolute) into out. root: with links resolved, "" for any; force: it may
 * lie outside. Stops in between when *stop is set: what it tells then means nothing. source_finish
 * is due. */
struct source source_read(const char *path, const char *root, bool force, const atomic_bool *stop,
                          struct buf *out);
void source_finish(struct source *s);

/* Whether a path (absolute, links resolved) is root or lies in it. Pure. */
bool source_is_inside(const char *real, const char *root);

#endif
