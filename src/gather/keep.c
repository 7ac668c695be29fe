#include "gather/keep.h"

#include "base/buf.h"
#include "base/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void hash_of(struct span content, char hex[SHA256_HEX + 1])
{
    struct kept_hash hash;
    kept_hash_init(&hash);
    kept_hash_add(&hash, content.data, content.len);
    kept_hash_end(&hash, hex);
}

void keep_name(struct span content, const char *ext, char name[KEEP_NAME])
{
    char hex[SHA256_HEX + 1];
    hash_of(content, hex);
    snprintf(name, KEEP_NAME, "%s%s%.8s", hex, ext[0] != '\0' ? "." : "", ext);
}

bool keep_is_same(const char *a, const char *b)
{
    return strncmp(a, b, SHA256_HEX) == 0 && kept_is_name(a) && kept_is_name(b);
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool make_folder(const char *folder)
{
    char *path = xstrdup(folder);
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    if (!made && errno == ENOENT) {
        for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            mkdir(path, 0700); /* what is there stays; what goes wrong shows below */
            *slash = '/';
        }
        made = mkdir(path, 0700) == 0 || errno == EEXIST;
    }
    free(path);
    return made;
}

static bool write_all(int fd, struct span content)
{
    while (content.len > 0) {
        ssize_t n = write(fd, content.data, content.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        content = (struct span){content.data + n, content.len - (size_t)n};
    }
    return true;
}

/* Some file systems (FUSE) cannot do that: then it is as safe as it gets. */
static bool sync_file(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
}

/* Returns false with errno set, and nothing left behind. */
static bool write_aside(const char *aside, const char *path, struct span content)
{
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    bool ok = write_all(fd, content) && sync_file(fd);
    int error = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        error = errno;
    }
    if (ok && rename(aside, path) != 0) {
        ok = false;
        error = errno;
    }
    if (!ok) {
        unlink(aside);
        errno = error;
    }
    return ok;
}

static bool is_there(const char *path, size_t len)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == len;
}

static void explain(int error, const char *folder, struct buf *why)
{
    const char *cure = "check that you may write there";
    if (error == ENOSPC || error == EDQUOT) {
        cure = "make room on that disk";
    } else if (error == EROFS) {
        cure = "that file system is read-only: choose another folder with chat.directory";
    } else if (error == EEXIST || error == ENOTDIR) {
        cure = "a file stands where the folder should be: move it away";
    }
    buf_printf(why, "%s: what the message refers to cannot be kept in %s (%s)", cure, folder,
               strerror(error));
}

bool keep_write(const char *folder, const char *name, struct span content, struct buf *why)
{
    static atomic_uint number; /* of those that are written at once */
    struct buf path, aside;
    buf_init(&path, SIZE_MAX);
    buf_init(&aside, SIZE_MAX);
    buf_printf(&path, "%s/%s", folder, name);
    buf_printf(&aside, "%s/.%s.%ld.%u", folder, name, (long)getpid(), atomic_fetch_add(&number, 1));
    bool ok = is_there(path.data, content.len) ||
              (make_folder(folder) && write_aside(aside.data, path.data, content));
    if (!ok) {
        explain(errno, folder, why);
    }
    buf_finish(&path);
    buf_finish(&aside);
    return ok;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_all(int fd, struct buf *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        buf_reserve(out, (size_t)st.st_size + 1) != 0) {
        return false;
    }
    for (off_t rest = st.st_size; rest > 0;) {
        ssize_t n = read(fd, out->data + out->len, (size_t)rest);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        out->len += (size_t)n;
        rest -= n;
    }
    out->data[out->len] = '\0';
    return true;
}

bool keep_read(const char *folder, const char *name, struct buf *out)
{
    if (!kept_is_name(name) || strchr(name, '/') != NULL) {
        return false;
    }
    struct buf path;
    char hex[SHA256_HEX + 1];
    size_t start = out->len;
    buf_init(&path, SIZE_MAX);
    buf_printf(&path, "%s/%s", folder, name);
    int fd = open(path.data, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool ok = fd >= 0 && read_all(fd, out);
    if (ok) {
        hash_of((struct span){out->data + start, out->len - start}, hex);
        ok = kept_is_name_of(name, hex);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_finish(&path);
    return ok;
}
