/* Names of files: of a pattern, in a folder, of a whole tree. No bytes of files are read. */
#ifndef HUM_NAMES_H
#define HUM_NAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MOST 500

struct names_want {
    uint64_t most;  /* 0: NAMES_MOST */
    uint64_t depth; /* of a tree: levels below it; 0: as deep as it goes */
};

/* Relative to where they begin, in order, folders with a '/' behind them. */
struct names {
    char **items;
    size_t count, room;
    uint64_t more; /* so many are left out */
};

void names_add(struct names *n, const char *name);
void names_finish(struct names *n);

#endif
