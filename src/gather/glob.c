#include "gather/glob.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* ---- one name -------------------------------------------------------------------------------- */

/* The next byte of a set in brackets; a "\" makes it an ordinary one. */
static unsigned char take(const char **p)
{
    *p += **p == '\\' && (*p)[1] != '\0';
    return (unsigned char)*(*p)++;
}

/* Whether c is in the set behind the '[' at *p, which moves behind its ']'. Without a ']' it is no
 * set, and *p stays. */
static bool is_in_set(const char **p, unsigned char c, bool *is_set)
{
    const char *at = *p;
    bool negated = *at == '!' || *at == '^', in = false;
    at += negated;
    const char *first = at;
    while (*at != '\0' && (*at != ']' || at == first)) {
        unsigned char low = take(&at), high = low;
        if (at[0] == '-' && at[1] != ']' && at[1] != '\0') {
            at++;
            high = take(&at);
        }
        in = in || (c >= low && c <= high);
    }
    *is_set = *at == ']';
    if (*is_set) {
        *p = at + 1;
    }
    return in != negated;
}

/* What one step of a pattern takes of a name: so many bytes, 0: it does not match. *p moves on. */
static size_t match_one(const char **p, const char *name)
{
    bool is_set = false;
    if (*name == '\0') {
        return 0;
    }
    if (**p == '?') {
        ++*p;
        size_t n = 1;
        while (utf8_is_inner(name[n])) {
            n++;
        }
        return n;
    }
    if (**p == '[') {
        const char *set = *p + 1;
        bool in = is_in_set(&set, (unsigned char)*name, &is_set);
        if (is_set) {
            *p = set;
            return in;
        }
    }
    return take(p) == (unsigned char)*name;
}

/* The last "*" is taken as short as it can be, and longer where that fails: what stood before it
 * needs no second thought. */
static bool matches_name(const char *p, const char *name)
{
    const char *star = NULL, *from = NULL;
    for (;;) {
        if (*p == '*') {
            star = ++p;
            from = name;
            continue;
        }
        if (*p == '\0' && *name == '\0') {
            return true;
        }
        size_t n = *p != '\0' ? match_one(&p, name) : 0;
        if (n > 0) {
            name += n;
        } else if (star != NULL && *from != '\0') {
            p = star;
            name = ++from;
        } else {
            return false;
        }
    }
}

/* ---- a pattern ------------------------------------------------------------------------------- */

static bool is_any(const char *part)
{
    return strcmp(part, "**") == 0;
}

static bool add_part(struct glob *g, const char *part)
{
    bool again = g->count > 0 && is_any(g->parts[g->count - 1]) && is_any(part);
    if (part[0] == '\0' || strcmp(part, ".") == 0 || again) {
        return true;
    }
    if (g->count == GLOB_PARTS) {
        return false;
    }
    g->parts[g->count++] = part;
    return true;
}

bool glob_init(struct glob *g, const char *pattern, bool hidden)
{
    *g = (struct glob){.text = xstrdup(pattern), .hidden = hidden};
    bool fits = true;
    for (char *at = g->text, *next; at != NULL && fits; at = next) {
        next = strchr(at, '/');
        if (next != NULL) {
            *next++ = '\0';
        }
        fits = add_part(g, at);
    }
    /* What is in a folder, not the folder itself. */
    return fits && (g->count == 0 || !is_any(g->parts[g->count - 1]) || add_part(g, "*"));
}

void glob_finish(struct glob *g)
{
    free(g->text);
    *g = (struct glob){0};
}

/* "**" may also stand for nothing. */
static glob_at closed(const struct glob *g, glob_at at)
{
    for (size_t i = 0; i < g->count; i++) {
        if ((at & UINT64_C(1) << i) != 0 && is_any(g->parts[i])) {
            at |= UINT64_C(1) << (i + 1);
        }
    }
    return at;
}

glob_at glob_begin(const struct glob *g)
{
    return closed(g, 1);
}

glob_at glob_step(const struct glob *g, glob_at at, const char *name, bool *whole)
{
    glob_at next = 0;
    bool is_hidden = name[0] == '.' && !g->hidden;
    for (size_t i = 0; i < g->count; i++) {
        const char *part = g->parts[i];
        if ((at & UINT64_C(1) << i) == 0 || (is_hidden && part[0] != '.' && part[0] != '\\')) {
            continue;
        }
        if (is_any(part)) {
            next |= UINT64_C(1) << i;
        } else if (matches_name(part, name)) {
            next |= UINT64_C(1) << (i + 1);
        }
    }
    next = closed(g, next);
    *whole = (next & UINT64_C(1) << g->count) != 0;
    return next & ~(UINT64_C(1) << g->count);
}

bool glob_matches(const struct glob *g, const char *path)
{
    char *names = xstrdup(path);
    glob_at at = glob_begin(g);
    bool whole = false;
    for (char *name = names, *next; name != NULL && (at != 0 || whole); name = next) {
        next = strchr(name, '/');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (name[0] != '\0') {
            at = glob_step(g, at, name, &whole);
        }
    }
    free(names);
    return whole;
}

/* ---- braces ---------------------------------------------------------------------------------- */

/* The first '{' that has a ',' and a '}' of its own: where it is, where its '}' is. */
static const char *find_braces(const char *pattern, const char **close)
{
    for (const char *open = pattern; *open != '\0'; open++) {
        size_t depth = 0, commas = 0;
        if (*open == '\\' && open[1] != '\0') {
            open++;
            continue;
        }
        for (const char *at = open; *open == '{' && *at != '\0'; at++) {
            if (*at == '\\' && at[1] != '\0') {
                at++;
                continue;
            }
            depth += *at == '{';
            depth -= *at == '}';
            commas += *at == ',' && depth == 1;
            if (depth == 0) {
                *close = at;
                break;
            }
        }
        if (commas > 0 && *open == '{' && depth == 0) {
            return open;
        }
    }
    return NULL;
}

static const char *end_of_alternative(const char *at, const char *close)
{
    size_t depth = 0;
    for (; at < close; at++) {
        if (*at == '\\' && at + 1 < close) {
            at++;
        } else if (*at == ',' && depth == 0) {
            break;
        } else {
            depth += *at == '{';
            depth -= *at == '}' && depth > 0;
        }
    }
    return at;
}

static bool expand(struct globs *all, const char *pattern)
{
    const char *close = NULL, *open = find_braces(pattern, &close);
    if (open == NULL) {
        if (all->count == GLOB_ALTERNATIVES) {
            return false;
        }
        return glob_init(&all->items[all->count++], pattern, false);
    }
    bool fits = true;
    for (const char *at = open + 1; fits && at <= close;) {
        const char *end = end_of_alternative(at, close);
        struct buf one;
        buf_init(&one, SIZE_MAX);
        buf_add(&one, pattern, (size_t)(open - pattern));
        buf_add(&one, at, (size_t)(end - at));
        buf_add_str(&one, close + 1);
        fits = expand(all, one.data != NULL ? one.data : "");
        buf_finish(&one);
        at = end + 1;
    }
    return fits;
}

bool globs_init(struct globs *all, const char *pattern)
{
    all->count = 0;
    return strlen(pattern) <= GLOB_BYTES && expand(all, pattern);
}

void globs_finish(struct globs *all)
{
    for (size_t i = 0; i < all->count; i++) {
        glob_finish(&all->items[i]);
    }
    all->count = 0;
}
