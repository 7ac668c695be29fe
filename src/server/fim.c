#include "server/fim.h"

#include <stdbool.h>
#include <string.h>

/* Text appended until the first error, which stays. */
struct text {
    struct buf *out;
    int error;
};

static void add(struct text *t, struct span s)
{
    if (t->error == 0 && s.len > 0) {
        t->error = buf_add(t->out, s.data, s.len);
    }
}

static void add_str(struct text *t, const char *s)
{
    add(t, span_of(s));
}

/* The format with the name in the place of its "%s". Returns false if it has none, and then
 * appends the name behind it. */
static bool add_format(struct text *t, const char *format, struct span name)
{
    const char *at = strstr(format, "%s");
    add(t, at != NULL ? (struct span){format, (size_t)(at - format)} : span_of(format));
    add(t, name);
    add_str(t, at != NULL ? at + 2 : "");
    return at != NULL;
}

/* What begins a file or the whole prompt, with a name. */
static void add_head(struct text *t, const char *token, const char *name)
{
    if (!add_format(t, token, span_of(name))) {
        add_str(t, "\n");
    }
}

static void add_comment(struct text *t, const char *comment, struct span line)
{
    add_format(t, comment, line);
    add_str(t, "\n");
}

/* Blank lines are left out: as comments they cost tokens and say nothing. */
static void add_commented(struct text *t, const char *comment, struct span lines)
{
    size_t at = 0;
    while (at < lines.len) {
        struct span line = span_next_line(lines, &at);
        if (!span_is_blank(line)) {
            add_comment(t, comment, line);
        }
    }
}

static bool is_named(const char *name)
{
    return name != NULL && name[0] != '\0';
}

static void add_path_comment(struct text *t, const struct fill *fill)
{
    if (is_named(fill->comment) && is_named(fill->path)) {
        add_comment(t, fill->comment, span_of(fill->path));
    }
}

static void add_comments(struct text *t, const struct fill *fill)
{
    for (size_t i = 0; i < fill->chunk_count && is_named(fill->comment); i++) {
        const struct chunk *chunk = fill->chunks[i];
        add_comment(t, fill->comment, span_of(chunk->name));
        add_commented(t, fill->comment, (struct span){chunk->text, chunk->len});
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
        add(t, (struct span){chunk->text, chunk->len});
    }
    if (!prefix_has_path(tokens) && (fill->chunk_count > 0 || is_named(fill->path))) {
        add_head(t, tokens->file, fill->path != NULL ? fill->path : "");
    }
}

static void add_prefix(struct text *t, const struct fill *fill)
{
    const char *path = fill->path != NULL ? fill->path : "";
    if (prefix_has_path(fill->tokens)) {
        add_format(t, fill->tokens->prefix, span_of(path));
    } else {
        add_str(t, fill->tokens->prefix);
    }
    if (fill->tokens->file == NULL) {
        add_comments(t, fill);
    }
    add(t, fill->around.before);
}

static void add_suffix(struct text *t, const struct fill *fill)
{
    add_str(t, fill->tokens->suffix);
    add(t, fill->around.after);
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
    add(&t, fill->around.line);
    return t.error;
}

int fim_before(const struct fill *fill, struct buf *out)
{
    struct text t = {.out = out};
    add_path_comment(&t, fill);
    add(&t, fill->around.before);
    return t.error;
}

int fim_prompt(const struct fill *fill, struct buf *out)
{
    struct text t = {.out = out};
    size_t begun = out->len;
    add_comments(&t, fill);
    add(&t, fill->around.before);
    add(&t, fill->around.line);
    if (out->len == begun) {
        add_str(&t, "\n");
    }
    return t.error;
}

struct span fim_suffix(const struct fill *fill)
{
    return fill->around.after.len > 0 ? fill->around.after : span_of("\n");
}
