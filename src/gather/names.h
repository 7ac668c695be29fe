/* Names of files: those that match a pattern, those in a folder, those of a whole tree. No bytes of
 * files are read but those of .gitignore, for what git ignores is left out and counted. Links to
 * folders are not followed, but where the pattern names them; links to what is outside of the root
 * are not there at all. */
#ifndef HUM_NAMES_H
#define HUM_NAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MOST 500       /* without another limit */
#define NAMES_LOOKED 200000U /* so many files and folders are looked at */

struct names_want {
    const char *base;    /* where they begin: a folder, absolute, links resolved */
    const char *root;    /* "": there is none */
    const char *pattern; /* NULL: all */
    uint64_t depth;      /* without a pattern: levels below base; 0: as deep as it goes */
    uint64_t most;       /* 0: NAMES_MOST */
    bool ignored;        /* what git ignores is wanted, too */
};

/* Relative to base, sorted, folders with a '/' behind them. Names may hold whatever bytes. */
struct names {
    char **items;
    size_t count, room;
    uint64_t more;    /* so many are left out: of a tree the deepest ones, else the last */
    uint64_t ignored; /* so many files, and folders with all that is in them, git ignores */
    bool cut;         /* there is even more, at which nobody has looked */
};

/* Returns false if there is no such pattern. What cannot be read has no names in it. names_finish
 * is due. */
bool names_find(const struct names_want *want, const atomic_bool *stop, struct names *n);
void names_finish(struct names *n);

#endif
