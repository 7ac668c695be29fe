/* Patterns of file names: "*" and "?" within a name, "**" for any folders, "[a-z]", "[!a]", "{a,b}",
 * and "\" in front of what is meant as it stands. Names are compared byte by byte, but "?" is one
 * character. Pure.
 *
 * A path is matched name by name, so that a walk through folders needs to go only where something
 * can match, once: what it has matched so far is a set of places in the pattern. */
#ifndef HUM_GLOB_H
#define HUM_GLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLOB_BYTES 4096      /* of a pattern: no path is longer */
#define GLOB_PARTS 60        /* names in a pattern */
#define GLOB_ALTERNATIVES 64 /* that "{a,b}{c,d}" may make of one */

/* Places in a pattern, as bits; 0: nothing can match any more. */
typedef uint64_t glob_at;

/* One pattern without "{". */
struct glob {
    char *text;
    const char *parts[GLOB_PARTS];
    size_t count;
    bool hidden; /* "*", "?", "[" and "**" stand for names that begin with ".", too */
};

/* Returns false if it has too many names. glob_finish is due. */
bool glob_init(struct glob *g, const char *pattern, bool hidden);
void glob_finish(struct glob *g);

glob_at glob_begin(const struct glob *g);

/* Goes on by a name. *whole: what was gone through is all that the pattern says. */
glob_at glob_step(const struct glob *g, glob_at at, const char *name, bool *whole);

/* Whether a whole path, names with '/' between them, matches. */
bool glob_matches(const struct glob *g, const char *path);

/* All that a pattern with "{a,b}" stands for. */
struct globs {
    struct glob items[GLOB_ALTERNATIVES];
    size_t count;
};

/* False: it is too long, or stands for too many. globs_finish is due. */
bool globs_init(struct globs *all, const char *pattern);
void globs_finish(struct globs *all);

#endif
