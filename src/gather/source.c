#include "gather/source.h"

#include "base/buf.h"
#include "gather/stopped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#define STEP (256U << 10)

bool source_is_inside(const char *real, const char *root)
{
    size_t len = strlen(root);
    while (len > 0 && root[len - 1] == '/') {
        len--;
    }
    return strncmp(real, root, len) == 0 && (real[len] == '\0' || real[len] == '/');
}

static enum source_state state_of(int error)
{
    return error == ENOENT || error == ENOTDIR ? SOURCE_MISSING : SOURCE_UNREADABLE;
}

static void fail(struct source *s, int error)
{
    s->state = state_of(error);
    s->error = error;
}

/* Files that the kernel makes up as they are read, with side effects or without end. */
static bool is_made_up(int fd)
{
#ifdef __linux__
    struct statfs fs;
    if (fstatfs(fd, &fs) == 0) {
        switch ((unsigned long)fs.f_type) {
        case PROC_SUPER_MAGIC:
        case SYSFS_MAGIC:
        case DEBUGFS_MAGIC:
        case TRACEFS_MAGIC:
            return true;
        default:
            break;
        }
    }
#else
    (void)fd;
#endif
    return false;
}

static bool is_ordinary(struct source *s, const struct stat *st)
{
    if (S_ISDIR(st->st_mode)) {
        s->state = SOURCE_DIRECTORY;
    } else if (!S_ISREG(st->st_mode)) {
        s->state = SOURCE_SPECIAL;
    }
    return s->state == SOURCE_OK;
}

/* Returns a descriptor, or -1. The file is looked at first, since opening alone does something to a
 * FIFO or a device, and again, since it may have been replaced meanwhile. */
static int open_ordinary(struct source *s)
{
    struct stat st;
    if (stat(s->real, &st) != 0) {
        fail(s, errno);
        return -1;
    }
    if (!is_ordinary(s, &st)) {
        return -1;
    }
    int fd = open(s->real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        fail(s, errno);
    } else if (is_ordinary(s, &st) && is_made_up(fd)) {
        s->state = SOURCE_SPECIAL;
    }
    s->bytes = (uint64_t)st.st_size;
    if (fd >= 0 && s->state != SOURCE_OK) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* It may grow or shrink meanwhile: its end is where nothing more comes. */
static void read_all(struct source *s, int fd, const atomic_bool *stop, struct buf *out)
{
    size_t most = s->bytes > SOURCE_MOST ? SOURCE_SAMPLE : SOURCE_MOST;
    size_t start = out->len;
    buf_reserve(out, (size_t)(s->bytes < most ? s->bytes : most) + 1);
    while (out->len - start < most && !is_stopped(stop)) {
        size_t rest = most - (out->len - start), step = rest < STEP ? rest : STEP;
        buf_reserve(out, step + 1);
        ssize_t n = read(fd, out->data + out->len, step);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            fail(s, errno);
        }
        if (n <= 0) {
            break;
        }
        out->len += (size_t)n;
    }
    if (out->data != NULL) {
        out->data[out->len] = '\0';
    }
    s->sampled = out->len - start == most && s->bytes > most;
    s->bytes = s->sampled ? s->bytes : out->len - start;
}

struct source source_read(const char *path, const char *root, bool force, const atomic_bool *stop,
                          struct buf *out)
{
    struct source s = {.state = SOURCE_OK};
    s.real = realpath(path, NULL);
    if (s.real == NULL) {
        fail(&s, errno);
    } else if (root[0] != '\0' && !force && !source_is_inside(s.real, root)) {
        s.state = SOURCE_OUTSIDE;
    }
    int fd = s.state == SOURCE_OK ? open_ordinary(&s) : -1;
    if (fd >= 0) {
        read_all(&s, fd, stop, out);
        close(fd);
    }
    return s;
}

void source_finish(struct source *s)
{
    free(s->real);
    *s = (struct source){0};
}
