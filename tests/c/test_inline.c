/* Files that are parts of a request, read by a loop. */
#include "job/inline.h"

#include "base/kept.h"
#include "base/value.h"
#include "spec.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static uv_loop_t loop;
static char folder[] = "/tmp/hum-inline-XXXXXX";
static char path[400];

/* Keeps content under its name; returns its path. */
static const char *keep(const char *data, size_t len, const char *extension)
{
    struct kept_hash h;
    char hex[SHA256_HEX + 1];
    kept_hash_init(&h);
    kept_hash_add(&h, data, len);
    kept_hash_end(&h, hex);
    snprintf(path, sizeof path, "%s/%s%s", folder, hex, extension);
    FILE *f = fopen(path, "w");
    fwrite(data, 1, len, f);
    fclose(f);
    return path;
}

struct seen {
    int ends;
    enum hum_error error;
    char why[600];
};

static void on_end(void *ctx, const struct inline_result *result)
{
    struct seen *seen = ctx;
    seen->ends++;
    seen->error = result->error;
    snprintf(seen->why, sizeof seen->why, "%s", result->why != NULL ? result->why : "");
}

/* A request whose only message has these parts, as JSON; to be freed by value_free. */
static struct value *request_of(const char *parts)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_printf(&text, "{\"messages\":[{\"role\":\"user\",\"parts\":[%s]}]}", parts);
    cJSON *json = cJSON_Parse(text.data);
    struct value v = spec_value(json);
    struct value *copy = value_copy(&v);
    spec_free(&v);
    cJSON_Delete(json);
    buf_finish(&text);
    return copy;
}

static struct seen inlined(const struct value *request)
{
    struct seen seen = {0};
    inline_start(&loop, request, on_end, &seen);
    CHECK_INT(seen.ends, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(seen.ends, 1);
    return seen;
}

static const struct value *part_of(const struct value *request, size_t i)
{
    return value_item(value_get(value_item(value_get(request, "messages"), 0), "parts"), i);
}

static struct seen inlined_kept(const char *file)
{
    char parts[600];
    snprintf(parts, sizeof parts, "{\"type\":\"kept\",\"path\":\"%s\"}", file);
    struct value *request = request_of(parts);
    struct seen seen = inlined(request);
    value_free(request);
    return seen;
}

static void what_is_kept_becomes_a_text(void)
{
    char parts[900];
    snprintf(parts, sizeof parts,
             "{\"type\":\"text\",\"text\":\"a\"},{\"path\":\"%s\",\"type\":\"kept\"}",
             keep("two\nlines", 9, ""));
    struct value *request = request_of(parts);
    CHECK(inline_is_needed(request));
    CHECK_TEXT(inlined(request).why, "");
    CHECK(!inline_is_needed(request));
    CHECK(value_is_string(value_get(part_of(request, 1), "type"), "text"));
    CHECK(value_is_string(value_get(part_of(request, 1), "text"), "two\nlines"));
    CHECK(value_is_string(value_get(part_of(request, 0), "text"), "a"));
    value_free(request);
}

static void nothing_may_be_kept(void)
{
    CHECK_TEXT(inlined_kept(keep("", 0, "")).why, "");
}

static void on_image(void *ctx, const struct inline_image *image)
{
    struct buf *out = ctx;
    buf_printf(out, "%s %s %s %zu;", image->name, image->media, image->base64, image->len);
}

static void an_image_becomes_base64(void)
{
    char parts[900];
    struct buf told;
    buf_init(&told, SIZE_MAX);
    snprintf(parts, sizeof parts,
             "{\"type\":\"image\",\"path\":\"%s\",\"media\":\"image/png\",\"name\":\"p.png\"}",
             keep("\x89PNG", 4, ".png"));
    struct value *request = request_of(parts);
    CHECK_TEXT(inlined(request).why, "");
    CHECK(value_is_string(value_get(part_of(request, 0), "data"), "iVBORw=="));
    CHECK(value_is_string(value_get(part_of(request, 0), "type"), "image"));
    inline_images(request, on_image, &told);
    CHECK_TEXT(told.data, "p.png image/png iVBORw== 8;");
    value_free(request);
    buf_finish(&told);
}

static void a_large_file_is_read_whole(void)
{
    size_t len = 1000003;
    char *bytes = xmalloc(len), parts[900];
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)('a' + i % 23);
    }
    snprintf(parts, sizeof parts, "{\"type\":\"kept\",\"path\":\"%s\"}", keep(bytes, len, ""));
    struct value *request = request_of(parts);
    CHECK_TEXT(inlined(request).why, "");
    const struct value *text = value_get(part_of(request, 0), "text");
    CHECK(text->as.string.len == len && memcmp(text->as.string.data, bytes, len) == 0);
    value_free(request);
    free(bytes);
}

static void a_file_that_is_missing_is_named(void)
{
    char wanted[600];
    unlink(keep("gone", 4, ".txt"));
    struct seen seen = inlined_kept(path);
    snprintf(wanted, sizeof wanted, "%s is missing, which belongs to this chat", path);
    CHECK_INT(seen.error, HUM_EFILE);
    CHECK_TEXT(seen.why, wanted);
}

static void a_file_that_was_changed_is_not_used(void)
{
    char wanted[600];
    keep("first", 5, ".txt");
    FILE *f = fopen(path, "w");
    fputs("other", f);
    fclose(f);
    struct seen seen = inlined_kept(path);
    snprintf(wanted, sizeof wanted, "%s was changed since it was kept, and is not used", path);
    CHECK_INT(seen.error, HUM_EFILE);
    CHECK_TEXT(seen.why, wanted);
}

static void only_what_is_named_by_its_content_is_read(void)
{
    CHECK_TEXT(inlined_kept("/etc/passwd").why,
               "/etc/passwd is no path of what is kept by its content");
    const char *absolute = keep("x", 1, "");
    CHECK_INT(inlined_kept(absolute + 1).error, HUM_EFILE);
    CHECK_INT(inlined_kept("").error, HUM_EFILE);
}

/* It would wait for ever otherwise. */
static void a_pipe_or_a_folder_is_not_read(void)
{
    unlink(keep("pipe", 4, ""));
    CHECK_INT(mkfifo(path, 0600), 0);
    CHECK(strstr(inlined_kept(path).why, "is not a file") != NULL);
    unlink(path);
    mkdir(path, 0700);
    CHECK(strstr(inlined_kept(path).why, "is not a file") != NULL);
    rmdir(path);
}

static void too_much_is_refused_before_it_is_read(void)
{
    unlink(keep("large", 5, ""));
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    CHECK_INT(ftruncate(fd, (off_t)LIMIT_MESSAGE + 1), 0);
    close(fd);
    struct seen seen = inlined_kept(path);
    CHECK_INT(seen.error, HUM_ETOOBIG);
    CHECK(strstr(seen.why, "longer than hum can send, 64 MB") != NULL);
    unlink(path);
}

static void nothing_follows_when_it_is_cancelled(void)
{
    char parts[900];
    struct seen seen = {0};
    snprintf(parts, sizeof parts, "{\"type\":\"kept\",\"path\":\"%s\"}", keep("x", 1, ""));
    struct value *request = request_of(parts);
    inline_cancel(inline_start(&loop, request, on_end, &seen));
    value_free(request);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(seen.ends, 0);
}

static void what_has_no_path_is_left_to_the_dialect(void)
{
    struct value *request = request_of("{\"type\":\"kept\"},{\"type\":\"image\",\"path\":7},{}");
    CHECK(!inline_is_needed(request));
    CHECK(!inline_is_needed(NULL));
    value_free(request);
}

static void clear_folder(void)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    rmdir(folder);
}

int main(void)
{
    uv_loop_init(&loop);
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    RUN(what_is_kept_becomes_a_text);
    RUN(nothing_may_be_kept);
    RUN(an_image_becomes_base64);
    RUN(a_large_file_is_read_whole);
    RUN(a_file_that_is_missing_is_named);
    RUN(a_file_that_was_changed_is_not_used);
    RUN(only_what_is_named_by_its_content_is_read);
    RUN(a_pipe_or_a_folder_is_not_read);
    RUN(too_much_is_refused_before_it_is_read);
    RUN(nothing_follows_when_it_is_cancelled);
    RUN(what_has_no_path_is_left_to_the_dialect);
    uv_loop_close(&loop);
    clear_folder();
    return check_report("inline");
}
