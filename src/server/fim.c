#include "server/fim.h"

#include <stdbool.h>
#include <string.h>

/* Text appended until the first error, which stays. */
struct text {
    struct buf *out;
    int error;
};

static void add(struct text *t, const char *data, size_t len)
{
    if (t->error == 0 && len > 0) {
        t->error = buf_add(t->out, data, len);
    }
}

static void add_str(struct text *t, const char *s)
{
    add(t, s, strlen(s));
}

/* The format with the name in the place of its "%s". Returns false if it has none, and then
 * appends the name behind it. */
static bool add_format(struct text *t, const char *format, const char *name, size_t len)
{
    const char *place = strstr(format, "%s");
    add(t, format, place != NULL ? (size_t)(place - format) : strlen(format));
    add(t, name, len);
    add_str(t, place != NULL ? place + 2 : "");
    return place != NULL;
}

/* What begins a file or the whole prompt, with a name. */
static void add_head(struct text *t, const char *token, const char *name)
{
    if (!add_format(t, token, name, strlen(name))) {
        add_str(t, "\n");
    }
}

static void add_comment(struct text *t, const char *comment, const char *line, size_t len)
{
    add_format(t, comment, line, len);
    add_str(t, "\n");
}

static bool is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* Blank lines are left out: as comments they cost tokens and say nothing. */
static void add_commented(struct text *t, const char *comment, const char *data, size_t len)
{
    const char *end = data + len;
    while (data < end) {
        const char *lf = memchr(data, '\n', (size_t)(end - data));
        size_t n = (size_t)((lf != NULL ? lf : end) - data);
        if (!is_blank(data, n)) {
            add_comment(t, comment, data, n);
        }
        data += n + (lf != NULL);
    }
}

static bool is_named(const char *name)
{
    return name != NULL && name[0] != '\0';
}

static void add_path_comment(struct text *t, const struct fill *fill)
{
    if (is_named(fill->comment) && is_named(fill->path)) {
        add_comment(t, fill->comment, fill->path, strlen(fill->path));
    }
}

static void add_comments(struct text *t, const struct fill *fill)
{
    for (size_t i = 0; i < fill->chunk_count && is_named(fill->comment); i++) {
        const struct chunk *chunk = fill->chunks[i];
        add_comment(t, fill->comment, chunk->name, strlen(chunk->name));
        add_commented(t, fill->comment, chunk->text, chunk->len);
    }
    add_path_comment(t, fill);
}

static bool prefix_has_path(const struct fim_tokens *tokens)
{
    return strstr(tokens->prefix, "%s") != NULL;
}

static void add_files(struct text *t, const struct fill *fill)
{
    const struct fim_tokens *tokens = fill->tokens;
    if (tokens->repo != NULL && is_named(fill->project)) {
        add_head(t, tokens->repo, fill->project);
    }
    for (size_t i = 0; i < fill->chunk_count; i++) {
        const struct chunk *chunk = fill->chunks[i];
        add_head(t, tokens->file, chunk->name);
        add(t, chunk->text, chunk->len);
    }
    if (!prefix_has_path(tokens) && (fill->chunk_count > 0 || is_named(fill->path))) {
        add_head(t, tokens->file, fill->path != NULL ? fill->path : "");
    }
}

static void add_prefix(struct text *t, const struct fill *fill)
{
    const char *path = fill->path != NULL ? fill->path : "";
    if (prefix_has_path(fill->tokens)) {
        add_format(t, fill->tokens->prefix, path, strlen(path));
    } else {
        add_str(t, fill->tokens->prefix);
    }
    if (fill->tokens->file == NULL) {
        add_comments(t, fill);
    }
    add(t, fill->before, fill->before_len);
}

static void add_suffix(struct text *t, const struct fill *fill)
{
    add_str(t, fill->tokens->suffix);
    add(t, fill->after, fill->after_len);
}

int fim_raw(const struct fill *fill, struct buf *out)
{
    const struct fim_tokens *tokens = fill->tokens;
    struct text t = {.out = out};
    if (tokens->file != NULL) {
        add_files(&t, fill);
    }
    if (tokens->suffix_first) {
        add_suffix(&t, fill);
    }
    add_prefix(&t, fill);
    if (!tokens->suffix_first) {
        add_suffix(&t, fill);
    }
    add_str(&t, tokens->middle);
    add(&t, fill->line, fill->line_len);
    return t.error;
}

int fim_before(const struct fill *fill, struct buf *out)
{
    struct text t = {.out = out};
    add_path_comment(&t, fill);
    add(&t, fill->before, fill->before_len);
    return t.error;
}

int fim_prompt(const struct fill *fill, struct buf *out)
{
    struct text t = {.out = out};
    size_t begun = out->len;
    add_comments(&t, fill);
    add(&t, fill->before, fill->before_len);
    add(&t, fill->line, fill->line_len);
    if (out->len == begun) {
        add_str(&t, "\n");
    }
    return t.error;
}

const char *fim_suffix(const struct fill *fill, size_t *len)
{
    *len = fill->after_len > 0 ? fill->after_len : 1;
    return fill->after_len > 0 ? fill->after : "\n";
}
