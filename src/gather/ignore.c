#include "gather/ignore.h"

#include "base/buf.h"
#include "gather/glob.h"

#include <stdlib.h>
#include <string.h>

struct ignore_rule {
    struct glob glob;
    bool negated, folders;
    bool anywhere; /* it has one name alone, of something in whatever folder */
};

/* A line without what belongs to its end: blanks, unless there is a "\" in front of them. */
static struct span trimmed(struct span line)
{
    while (line.len > 0 && is_blank(line.data[line.len - 1]) &&
           (line.len < 2 || line.data[line.len - 2] != '\\')) {
        line.len--;
    }
    return line;
}

static void add_rule(struct ignore *all, struct span line)
{
    struct ignore_rule rule = {.negated = line.data[0] == '!'};
    line.data += rule.negated;
    line.len -= rule.negated;
    rule.folders = line.len > 0 && line.data[line.len - 1] == '/';
    line.len -= rule.folders;
    if (line.len == 0 || line.len > GLOB_BYTES) {
        return;
    }
    char *pattern = xstrndup(line.data, line.len);
    rule.anywhere = strchr(pattern, '/') == NULL;
    if (!glob_init(&rule.glob, pattern, true) || rule.glob.count == 0) {
        glob_finish(&rule.glob);
    } else {
        if (all->count == all->room) {
            all->room = all->room > 0 ? 2 * all->room : 16;
            all->rules = xrealloc(all->rules, all->room * sizeof *all->rules);
        }
        all->rules[all->count++] = rule;
    }
    free(pattern);
}

void ignore_add(struct ignore *all, struct span text)
{
    for (size_t at = 0; at < text.len;) {
        struct span line = trimmed(span_next_line(text, &at));
        if (line.len > 0 && line.data[0] != '#' && memchr(line.data, '\0', line.len) == NULL) {
            add_rule(all, line);
        }
    }
}

void ignore_finish(struct ignore *all)
{
    for (size_t i = 0; i < all->count; i++) {
        glob_finish(&all->rules[i].glob);
    }
    free(all->rules);
    *all = (struct ignore){0};
}

enum ignored ignore_says(const struct ignore *all, const char *path, bool is_folder)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    for (size_t i = all->count; i-- > 0;) {
        const struct ignore_rule *rule = &all->rules[i];
        if ((is_folder || !rule->folders) &&
            glob_matches(&rule->glob, rule->anywhere ? name : path)) {
            return rule->negated ? IGNORED_NO : IGNORED_YES;
        }
    }
    return IGNORED_UNKNOWN;
}
