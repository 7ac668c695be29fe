/* What a .gitignore says (gitignore(5)): whether git leaves a file or a folder out. Pure. */
#ifndef HUM_IGNORE_H
#define HUM_IGNORE_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct ignore_rule;

struct ignore {
    struct ignore_rule *rules;
    size_t count, room;
};

enum ignored { IGNORED_UNKNOWN, IGNORED_NO, IGNORED_YES };

/* Adds the lines of such a file to what is empty or has others; later lines win. */
void ignore_add(struct ignore *all, struct span text);
void ignore_finish(struct ignore *all);

/* path: relative to the folder where the file stands. */
enum ignored ignore_says(const struct ignore *all, const char *path, bool is_folder);

#endif
