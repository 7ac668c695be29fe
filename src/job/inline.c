#include "job/inline.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/kept.h"
#include "base/span.h"
#include "base/value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that are read at a time; between two reads it can be stopped. */
#define STEP (96u << 10)

enum kind { KIND_NONE, KIND_KEPT, KIND_IMAGE };

/* One part. The worker's until the work is done, but for part. */
struct file {
    const struct value *part;
    enum kind kind;
    char *path;
    struct buf content; /* its text, or its base64 */
};

struct inlining {
    uv_work_t work;
    void (*on_end)(void *ctx, const struct inline_result *result);
    void *ctx; /* of on_end */

    struct file *files;
    size_t count;
    size_t room; /* bytes that the contents may have besides */
    atomic_bool stopped;
    bool cancelled;
    enum hum_error error;
    struct buf why;
};

/* ---- the parts of a request ---------------------------------------------------- */

static enum kind kind_of(const struct value *part)
{
    const struct value *type = value_get(part, "type"), *path = value_get(part, "path");
    if (path == NULL || path->type != VALUE_STRING) {
        return KIND_NONE; /* the dialect says what is wrong with it */
    }
    return value_is_string(type, "kept")    ? KIND_KEPT
           : value_is_string(type, "image") ? KIND_IMAGE
                                            : KIND_NONE;
}

static void each_part(const struct value *request,
                      void (*on_part)(void *ctx, const struct value *part), void *ctx)
{
    const struct value *messages = value_get(request, "messages"), *message, *part;
    for (size_t i = 0; (message = value_item(messages, i)) != NULL; i++) {
        const struct value *parts = value_get(message, "parts");
        for (size_t k = 0; (part = value_item(parts, k)) != NULL; k++) {
            on_part(ctx, part);
        }
    }
}

static void note_need(void *ctx, const struct value *part)
{
    bool *needed = ctx;
    *needed = *needed || kind_of(part) != KIND_NONE;
}

bool inline_is_needed(const struct value *request)
{
    bool needed = false;
    each_part(request, note_need, &needed);
    return needed;
}

static void add_file(void *ctx, const struct value *part)
{
    struct inlining *in = ctx;
    enum kind kind = kind_of(part);
    if (kind == KIND_NONE) {
        return;
    }
    in->files = xrealloc(in->files, (in->count + 1) * sizeof *in->files);
    struct file *file = &in->files[in->count++];
    *file = (struct file){
        .part = part, .kind = kind, .path = value_strdup_or(value_get(part, "path"), "")};
    buf_init(&file->content, LIMIT_MESSAGE);
}

/* ---- reading, in a thread of its own ------------------------------------------- */

static void fail(struct inlining *in, enum hum_error error, const struct file *file,
                 const char *what)
{
    in->error = error;
    buf_printf(&in->why, "%s %s", file->path, what);
}

/* What a file is when it cannot be read. */
static void fail_errno(struct inlining *in, const struct file *file)
{
    int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
        fail(in, HUM_EFILE, file, "is missing, which belongs to this chat");
        return;
    }
    fail(in, HUM_EFILE, file, "cannot be read: ");
    buf_add_str(&in->why, uv_strerror(uv_translate_sys_error(error)));
}

/* Opens a plain file; a pipe is never waited for. Returns the descriptor, or -1. */
static int open_file(struct inlining *in, const struct file *file, struct stat *st)
{
    if (file->path[0] != '/' || !kept_is_name(file->path)) {
        fail(in, HUM_EFILE, file, "is no path of what is kept by its content");
        return -1;
    }
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        fail_errno(in, file);
        return -1;
    }
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode)) {
        return fd;
    }
    fail(in, HUM_EFILE, file, "is not a file");
    close(fd);
    return -1;
}

static void add_base64(struct file *file, struct base64 *base64, const char *data, size_t len)
{
    char text[BASE64_LEN(3072)];
    while (len > 0) {
        size_t n = len < 3072 ? len : 3072;
        buf_add(&file->content, text, base64_add(base64, data, n, text));
        data += n;
        len -= n;
    }
}

/* Reads to the end: a file that grows meanwhile has another hash, too. */
static void read_all(struct inlining *in, struct file *file, int fd, char *step)
{
    struct kept_hash hash;
    struct base64 base64 = {.count = 0};
    char hex[SHA256_HEX + 1], last[4];
    ssize_t n;
    kept_hash_init(&hash);
    while ((n = read(fd, step, STEP)) > 0 && !atomic_load(&in->stopped)) {
        kept_hash_add(&hash, step, (size_t)n);
        if (file->kind == KIND_IMAGE) {
            add_base64(file, &base64, step, (size_t)n);
        } else {
            buf_add(&file->content, step, (size_t)n);
        }
        if (file->content.error != 0) {
            break;
        }
    }
    if (n < 0) {
        fail_errno(in, file);
        return;
    }
    buf_add(&file->content, last, base64_end(&base64, last));
    kept_hash_end(&hash, hex);
    if (file->content.error != 0) {
        fail(in, HUM_ETOOBIG, file, "is longer than hum can send");
    } else if (!kept_is_name_of(file->path, hex)) {
        fail(in, HUM_EFILE, file, "was changed since it was kept, and is not used");
    }
}

static void read_file(struct inlining *in, struct file *file, char *step)
{
    struct stat st;
    int fd = open_file(in, file, &st);
    if (fd < 0) {
        return;
    }
    size_t size = st.st_size > 0 ? (size_t)st.st_size : 0;
    size_t needs = file->kind == KIND_IMAGE ? size / 3 * 4 + 4 : size;
    if (size > LIMIT_MESSAGE || needs > in->room) {
        fail(in, HUM_ETOOBIG, file, "");
        buf_printf(&in->why,
                   "and what else the messages refer to is longer than hum can send, %u MB",
                   LIMIT_MESSAGE >> 20);
    } else {
        in->room -= needs;
        buf_reserve(&file->content, needs);
        read_all(in, file, fd, step);
    }
    close(fd);
}

static void work(uv_work_t *work)
{
    struct inlining *in = work->data;
    char *step = xmalloc(STEP);
    for (size_t i = 0; i < in->count && in->error == 0 && !atomic_load(&in->stopped); i++) {
        read_file(in, &in->files[i], step);
    }
    free(step);
}

/* ---- the end ------------------------------------------------------------------- */

static void free_inlining(struct inlining *in)
{
    for (size_t i = 0; i < in->count; i++) {
        free(in->files[i].path);
        buf_finish(&in->files[i].content);
    }
    free(in->files);
    buf_finish(&in->why);
    free(in);
}

/* The content goes over to the request. */
static void put(struct file *file)
{
    struct buf *content = &file->content;
    bool image = file->kind == KIND_IMAGE;
    char *data = content->data != NULL ? content->data : xstrdup("");
    size_t len = content->len;
    buf_init(content, 0);
    value_replace(file->part, "path", image ? "data" : "text", data, len);
    if (!image) {
        value_replace(file->part, "type", "type", xstrdup("text"), strlen("text"));
    }
}

static void on_worked(uv_work_t *work, int status)
{
    struct inlining *in = work->data;
    (void)status; /* of one that never began nobody hears */
    if (!in->cancelled) {
        const struct inline_result result = {in->error, in->error != 0 ? in->why.data : NULL};
        for (size_t i = 0; i < in->count && in->error == 0; i++) {
            put(&in->files[i]);
        }
        in->on_end(in->ctx, &result);
    }
    free_inlining(in);
}

struct inlining *inline_start(uv_loop_t *loop, const struct value *request,
                              void (*on_end)(void *ctx, const struct inline_result *result),
                              void *ctx)
{
    struct inlining *in = xcalloc(1, sizeof *in);
    in->on_end = on_end;
    in->ctx = ctx;
    in->room = LIMIT_MESSAGE;
    in->work.data = in;
    atomic_init(&in->stopped, false);
    buf_init(&in->why, SIZE_MAX);
    each_part(request, add_file, in);
    uv_queue_work(loop, &in->work, work, on_worked);
    return in;
}

void inline_cancel(struct inlining *in)
{
    in->cancelled = true;
    atomic_store(&in->stopped, true);
    uv_cancel((uv_req_t *)&in->work); /* one that has begun ends by itself */
}

/* ---- what is in there now ------------------------------------------------------ */

struct on_image {
    void (*call)(void *ctx, const struct inline_image *image);
    void *ctx;
};

static const char *text_of(const struct value *part, const char *name)
{
    const struct value *text = value_get(part, name);
    return text != NULL && text->type == VALUE_STRING ? text->as.string.data : NULL;
}

static void tell_image(void *ctx, const struct value *part)
{
    const struct on_image *on = ctx;
    const struct value *data = value_get(part, "data");
    if (!value_is_string(value_get(part, "type"), "image") || data == NULL ||
        data->type != VALUE_STRING) {
        return;
    }
    const char *name = text_of(part, "name"), *media = text_of(part, "media");
    const struct inline_image image = {
        .name = name != NULL ? name : "an image",
        .media = media != NULL ? media : "",
        .base64 = data->as.string.data,
        .len = data->as.string.len,
    };
    on->call(on->ctx, &image);
}

void inline_images(const struct value *request,
                   void (*on_image)(void *ctx, const struct inline_image *image), void *ctx)
{
    struct on_image on = {on_image, ctx};
    each_part(request, tell_image, &on);
}
