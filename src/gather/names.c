#include "gather/names.h"

#include "base/buf.h"
#include "gather/glob.h"
#include "gather/ignore.h"
#include "gather/source.h"
#include "gather/stopped.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST 100            /* levels, whatever is wanted */
#define IGNORE_MOST (1U << 20) /* bytes of a .gitignore */

/* A folder on the way, and what its .gitignore says. */
struct level {
    const struct level *above;
    struct ignore ignore;
    size_t path_len; /* of its path, with a '/' */
};

struct walk {
    const struct names_want *want;
    const atomic_bool *stop;
    struct globs *globs; /* NULL: all names are wanted */
    struct names *names;
    struct buf path; /* of what is looked at, absolute */
    size_t base_len; /* so much of it is the base, with a '/' */
    uint64_t looked;
};

/* ---- a list of names ------------------------------------------------------------------------- */

static void names_add(struct names *n, const char *name)
{
    if (n->count == n->room) {
        n->room = n->room > 0 ? 2 * n->room : 16;
        n->items = xrealloc(n->items, n->room * sizeof *n->items);
    }
    n->items[n->count++] = xstrdup(name);
}

static void names_drop(struct names *n, size_t i)
{
    free(n->items[i]);
    n->items[i] = NULL;
}

void names_finish(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        free(n->items[i]);
    }
    free(n->items);
    *n = (struct names){0};
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t depth_of(const char *name)
{
    size_t depth = 1;
    for (const char *at = name; (at = strchr(at, '/')) != NULL && at[1] != '\0'; at++) {
        depth++;
    }
    return depth;
}

/* Drops the deepest levels, so that what is left shows all parts of the tree alike. */
static void flatten(struct names *n, uint64_t most)
{
    uint64_t at_depth[DEEPEST + 2] = {0}, sum = 0;
    size_t depth = 1, left = 0;
    for (size_t i = 0; i < n->count; i++) {
        at_depth[depth_of(n->items[i])]++;
    }
    for (sum = at_depth[1]; depth <= DEEPEST && sum + at_depth[depth + 1] <= most; depth++) {
        sum += at_depth[depth + 1];
    }
    for (size_t i = 0; i < n->count; i++) {
        if (depth_of(n->items[i]) > depth) {
            names_drop(n, i);
        } else {
            n->items[left++] = n->items[i];
        }
    }
    n->more += n->count - left;
    n->count = left;
}

static void cut(struct names *n, uint64_t most)
{
    while (n->count > most) {
        names_drop(n, --n->count);
        n->more++;
    }
}

/* ---- what git ignores ------------------------------------------------------------------------ */

static void read_rules(const char *path, struct ignore *ignore)
{
    struct buf text;
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    buf_init(&text, IGNORE_MOST);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && buf_reserve(&text, (size_t)st.st_size) == 0 &&
        st.st_size > 0) {
        ssize_t n = read(fd, text.data, (size_t)st.st_size);
        ignore_add(ignore, (struct span){text.data, n > 0 ? (size_t)n : 0});
    }
    close(fd);
    buf_finish(&text);
}

/* For the folder whose path, with a '/', is in w->path. */
static void begin_level(struct walk *w, const struct level *above, struct level *level)
{
    *level = (struct level){.above = above, .path_len = w->path.len};
    if (!w->want->ignored) {
        buf_add_str(&w->path, ".gitignore");
        read_rules(w->path.data, &level->ignore);
        w->path.data[w->path.len = level->path_len] = '\0';
    }
}

/* The nearest file that says something about it decides. */
static bool is_ignored(const struct walk *w, const struct level *level, bool is_folder)
{
    enum ignored says = IGNORED_UNKNOWN;
    for (; level != NULL && says == IGNORED_UNKNOWN; level = level->above) {
        says = ignore_says(&level->ignore, w->path.data + level->path_len, is_folder);
    }
    return says == IGNORED_YES;
}

/* ---- a folder -------------------------------------------------------------------------------- */

enum entry_kind { ENTRY_NONE, ENTRY_FILE, ENTRY_FOLDER, ENTRY_LINKED_FOLDER };

/* Of what w->path names. */
static enum entry_kind kind_of(const struct walk *w)
{
    struct stat st;
    if (lstat(w->path.data, &st) != 0) {
        return ENTRY_NONE;
    }
    if (!S_ISLNK(st.st_mode)) {
        return S_ISDIR(st.st_mode) ? ENTRY_FOLDER : S_ISREG(st.st_mode) ? ENTRY_FILE : ENTRY_NONE;
    }
    char *real = realpath(w->path.data, NULL);
    enum entry_kind kind = ENTRY_NONE;
    if (real != NULL && (w->want->root[0] == '\0' || source_is_inside(real, w->want->root)) &&
        stat(real, &st) == 0) {
        kind = S_ISDIR(st.st_mode)   ? ENTRY_LINKED_FOLDER
               : S_ISREG(st.st_mode) ? ENTRY_FILE
                                     : ENTRY_NONE;
    }
    free(real);
    return kind;
}

static bool is_special_name(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ".git") == 0;
}

/* The sorted names in the folder of w->path. */
static void read_folder(struct walk *w, struct names *out)
{
    DIR *dir = opendir(w->path.data);
    if (dir == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (is_special_name(entry->d_name)) {
            continue;
        }
        if (w->looked == NAMES_LOOKED || is_stopped(w->stop)) {
            w->names->cut = true;
            break;
        }
        w->looked++;
        names_add(out, entry->d_name);
    }
    closedir(dir);
    if (out->count > 0) {
        qsort(out->items, out->count, sizeof *out->items, by_bytes);
    }
}

/* Where the patterns are with a name: whether it is one that is wanted, whether it may have wanted
 * ones in it, and whether by name or by "**" alone. */
struct steps {
    glob_at at[GLOB_ALTERNATIVES];
    bool whole, deeper;
};

static void step(const struct walk *w, const glob_at *at, const char *name, struct steps *out)
{
    *out = (struct steps){.whole = w->globs == NULL, .deeper = w->globs == NULL};
    for (size_t i = 0; w->globs != NULL && i < w->globs->count; i++) {
        bool whole;
        out->at[i] = glob_step(&w->globs->items[i], at[i], name, &whole);
        out->whole = out->whole || whole;
        out->deeper = out->deeper || out->at[i] != 0;
    }
}

/* Whether some pattern got there otherwise than by "**". */
static bool is_named(const struct walk *w, const glob_at *before, const struct steps *now)
{
    for (size_t i = 0; w->globs != NULL && i < w->globs->count; i++) {
        if ((now->at[i] & ~before[i]) != 0) {
            return true;
        }
    }
    return false;
}

static void walk_folder(struct walk *w, const struct level *above, const glob_at *at, size_t depth);

static void take(struct walk *w, const struct level *level, const glob_at *at, const char *name,
                 size_t depth)
{
    struct steps now;
    step(w, at, name, &now);
    enum entry_kind kind = now.whole || now.deeper ? kind_of(w) : ENTRY_NONE;
    bool is_folder = kind == ENTRY_FOLDER || kind == ENTRY_LINKED_FOLDER;
    bool wanted = is_folder ? w->globs == NULL || now.deeper : now.whole;
    if (kind == ENTRY_NONE || !wanted) {
        return;
    }
    if (is_ignored(w, level, is_folder)) {
        w->names->ignored++;
        return;
    }
    if (!is_folder) {
        names_add(w->names, w->path.data + w->base_len);
        return;
    }
    buf_add_str(&w->path, "/");
    if (w->globs == NULL) {
        names_add(w->names, w->path.data + w->base_len);
    }
    bool follow = kind == ENTRY_FOLDER || is_named(w, at, &now);
    bool deep = depth == DEEPEST || (w->globs == NULL && depth == w->want->depth);
    if (now.deeper && follow && !deep) {
        walk_folder(w, level, now.at, depth + 1);
    }
}

/* depth: of what is in it, from 1. */
static void walk_folder(struct walk *w, const struct level *above, const glob_at *at, size_t depth)
{
    struct names entries = {0};
    struct level level;
    begin_level(w, above, &level);
    read_folder(w, &entries);
    for (size_t i = 0; i < entries.count && !is_stopped(w->stop); i++) {
        buf_add_str(&w->path, entries.items[i]);
        take(w, &level, at, entries.items[i], depth);
        w->path.data[w->path.len = level.path_len] = '\0';
    }
    names_finish(&entries);
    ignore_finish(&level.ignore);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void walk_base(struct walk *w, const struct level *above)
{
    glob_at at[GLOB_ALTERNATIVES] = {0};
    for (size_t i = 0; w->globs != NULL && i < w->globs->count; i++) {
        at[i] = glob_begin(&w->globs->items[i]);
    }
    walk_folder(w, above, at, 1);
}

/* The folders above the base, from the root on, may say what is ignored. w->path: the last of them,
 * with a '/'. */
static void walk_down(struct walk *w, const struct level *above, size_t depth)
{
    const char *rest = w->want->base + w->path.len, *slash;
    bool there = w->path.len >= strlen(w->want->base);
    if (!there && depth > DEEPEST) { /* what is ignored further down nobody looks at */
        buf_clear(&w->path);
        buf_printf(&w->path, "%s/", w->want->base);
        there = true;
    }
    if (there) {
        w->base_len = w->path.len;
        walk_base(w, above);
        return;
    }
    struct level level;
    begin_level(w, above, &level);
    slash = strchr(rest, '/');
    buf_add(&w->path, rest, slash != NULL ? (size_t)(slash - rest) : strlen(rest));
    buf_add_str(&w->path, "/");
    walk_down(w, &level, depth + 1);
    ignore_finish(&level.ignore);
}

static void start(struct walk *w)
{
    const struct names_want *want = w->want;
    bool below = want->root[0] != '\0' && source_is_inside(want->base, want->root);
    struct level excluded = {0};
    buf_add_str(&w->path, below ? want->root : want->base);
    if (w->path.data[w->path.len - 1] != '/') {
        buf_add_str(&w->path, "/");
    }
    excluded.path_len = w->path.len;
    if (!want->ignored) {
        buf_add_str(&w->path, ".git/info/exclude");
        read_rules(w->path.data, &excluded.ignore);
        w->path.data[w->path.len = excluded.path_len] = '\0';
    }
    walk_down(w, &excluded, 1);
    ignore_finish(&excluded.ignore);
}

bool names_find(const struct names_want *want, const atomic_bool *stop, struct names *n)
{
    struct globs globs = {.count = 0};
    struct walk w = {.want = want, .stop = stop, .names = n};
    uint64_t most = want->most > 0 ? want->most : NAMES_MOST;
    *n = (struct names){0};
    bool ok = want->pattern == NULL || globs_init(&globs, want->pattern);
    w.globs = want->pattern != NULL ? &globs : NULL;
    if (ok) {
        buf_init(&w.path, SIZE_MAX);
        start(&w);
        buf_finish(&w.path);
        if (want->pattern == NULL && n->count > most) {
            flatten(n, most);
        }
        cut(n, most);
    }
    globs_finish(&globs);
    return ok;
}
