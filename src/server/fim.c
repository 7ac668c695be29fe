#include "server/fim.h"

#include "server/language_name.h"

#include <stdbool.h>
#include <string.h>

static void add(struct buf *out, struct span s)
{
    buf_add(out, s.data, s.len);
}

/* The format with the name in the place of its "%s". Returns false if it has none, and then
 * appends the name behind it. */
static bool add_format(struct buf *out, const char *format, struct span name)
{
    const char *at = strstr(format, "%s");
    add(out, at != NULL ? (struct span){format, (size_t)(at - format)} : span_of(format));
    add(out, name);
    buf_add_str(out, at != NULL ? at + 2 : "");
    return at != NULL;
}

/* What begins the file to fill in: "%s" is its path, "%l" its language. */
static void add_own(struct buf *out, const char *format, const char *path)
{
    while (*format != '\0') {
        bool is_path = strncmp(format, "%s", 2) == 0, is_language = strncmp(format, "%l", 2) == 0;
        if (is_path || is_language) {
            buf_add_str(out, is_path ? path : language_name(path));
            format += 2;
        } else {
            buf_add(out, format++, 1);
        }
    }
}

/* What begins a file or the whole prompt, with a name. */
static void add_head(struct buf *out, const char *token, const char *name)
{
    if (!add_format(out, token, span_of(name))) {
        buf_add_str(out, "\n");
    }
}

static void add_comment(struct buf *out, const char *comment, struct span line)
{
    add_format(out, comment, line);
    buf_add_str(out, "\n");
}

/* Blank lines are left out: as comments they cost tokens and say nothing. */
static void add_commented(struct buf *out, const char *comment, struct span lines)
{
    size_t at = 0;
    while (at < lines.len) {
        struct span line = span_next_line(lines, &at);
        if (!span_is_blank(line)) {
            add_comment(out, comment, line);
        }
    }
}

static bool is_named(const char *name)
{
    return name != NULL && name[0] != '\0';
}

static void add_path_comment(struct buf *out, const struct fill *fill)
{
    if (is_named(fill->comment) && is_named(fill->path)) {
        add_comment(out, fill->comment, span_of(fill->path));
    }
}

static void add_comments(struct buf *out, const struct fill *fill)
{
    for (size_t i = 0; i < fill->chunk_count && is_named(fill->comment); i++) {
        const struct chunk *chunk = fill->chunks[i];
        add_comment(out, fill->comment, span_of(chunk->name));
        add_commented(out, fill->comment, (struct span){chunk->text, chunk->len});
    }
    add_path_comment(out, fill);
}

static bool prefix_has_path(const struct fim_tokens *tokens)
{
    return strstr(tokens->prefix, "%s") != NULL;
}

static void add_files(struct buf *out, const struct fill *fill)
{
    const struct fim_tokens *tokens = fill->tokens;
    if (tokens->repo != NULL && is_named(fill->project)) {
        add_head(out, tokens->repo, fill->project);
    }
    for (size_t i = 0; i < fill->chunk_count; i++) {
        const struct chunk *chunk = fill->chunks[i];
        add_head(out, tokens->file, chunk->name);
        add(out, (struct span){chunk->text, chunk->len});
    }
    const char *path = fill->path != NULL ? fill->path : "";
    if (tokens->own != NULL) {
        add_own(out, tokens->own, path);
    } else if (!prefix_has_path(tokens) && (fill->chunk_count > 0 || is_named(fill->path))) {
        add_head(out, tokens->file, path);
    }
}

static void add_prefix(struct buf *out, const struct fill *fill)
{
    const char *path = fill->path != NULL ? fill->path : "";
    if (prefix_has_path(fill->tokens)) {
        add_format(out, fill->tokens->prefix, span_of(path));
    } else {
        buf_add_str(out, fill->tokens->prefix);
    }
    if (fill->tokens->file == NULL) {
        add_comments(out, fill);
    }
    add(out, fill->around.before);
    if (fill->tokens->line_before) {
        add(out, fill->around.line);
    }
}

static void add_suffix(struct buf *out, const struct fill *fill)
{
    buf_add_str(out, fill->tokens->suffix);
    add(out, fill->around.after);
}

void fim_raw(const struct fill *fill, struct buf *out)
{
    const struct fim_tokens *tokens = fill->tokens;
    buf_add_str(out, tokens->head != NULL ? tokens->head : "");
    if (tokens->file != NULL) {
        add_files(out, fill);
    }
    if (tokens->suffix_first) {
        add_suffix(out, fill);
    }
    add_prefix(out, fill);
    if (!tokens->suffix_first) {
        add_suffix(out, fill);
    }
    buf_add_str(out, tokens->middle);
    if (!tokens->line_before) {
        add(out, fill->around.line);
    }
}

void fim_before(const struct fill *fill, struct buf *out)
{
    add_path_comment(out, fill);
    add(out, fill->around.before);
}

void fim_prompt(const struct fill *fill, struct buf *out)
{
    size_t begun = out->len;
    add_comments(out, fill);
    add(out, fill->around.before);
    add(out, fill->around.line);
    if (out->len == begun) {
        buf_add_str(out, "\n");
    }
}

struct span fim_suffix(const struct fill *fill)
{
    return fill->around.after.len > 0 ? fill->around.after : span_of("\n");
}
