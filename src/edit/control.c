#include "edit/control.h"

#include "base/thought.h"
#include "edit/place.h"
#include "text/token.h"

#define TOKEN_MAX 48 /* bytes; longer names are none */

/* Tokens that others read: thoughts and calls of tools. */
static const char *const others[] = {
    "<|channel|>", "<|start|>",  "<|message|>",      "<|tool_call",  "<|python_tag|>",
    "<tool_call",  "<|plugin|>", "<|action_start|>", "[TOOL_CALLS]", "<minimax:tool_call>"};

/* Of tokens that elsewhere are markup, those that end an answer. */
static const char *const ends[] = {"</s>", "<eos>", "<EOT>", "<end_of_turn>", "[EOT]", "<eot>"};

static bool is_others(struct span rest)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (span_starts_with(rest, others[i])) {
            return true;
        }
    }
    for (const struct thought_tag *tag = thought_tags; tag->open != NULL; tag++) {
        if (thought_match(rest, tag->open) == THOUGHT_WHOLE ||
            thought_match(rest, tag->close) == THOUGHT_WHOLE) {
            return true;
        }
    }
    return false;
}

static bool is_end(struct span token)
{
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (span_equals(token, ends[i])) {
            return true;
        }
    }
    return false;
}

/* Where the user is, or which lines may change: prompts mark it, and models repeat that. */
static bool is_place(struct span token)
{
    return span_has(token, span_of("cursor")) || span_has(token, span_of("CURSOR")) ||
           span_has(token, span_of("editable_region"));
}

/* Whether a token stands there. *len: its bytes. */
static bool is_token(const struct place *p, struct span rest, size_t *len)
{
    struct span head = {rest.data, rest.len < TOKEN_MAX ? rest.len : TOKEN_MAX};
    if (strchr(TOKEN_BEGINNINGS, rest.data[0]) == NULL || rest.data[0] == '\0' || is_others(rest)) {
        return false;
    }
    enum token_match m = token_at_start(head, NULL, 0, !p->language->bars, len);
    if (m != TOKEN_IS && m != TOKEN_PLAIN) {
        return false;
    }
    struct span token = {rest.data, *len};
    bool plain_end =
        m == TOKEN_PLAIN && is_end(token) && !p->language->markup && !p->language->prose;
    return (m == TOKEN_IS || plain_end) && !place_has(p, token);
}

/* Where it may be a tag: the last of its line, and nothing opens it. */
static bool is_stray_end(const struct place *p, struct span line, size_t at)
{
    struct span rest = span_skip(line, at);
    bool tags = p->language->markup || p->language->prose;
    return tags && span_starts_with(rest, "</s>") && span_equals(span_rtrim(rest), "</s>") &&
           !span_has((struct span){line.data, at}, span_of("<s>")) && !place_has(p, span_of("<s>"));
}

/* What stands behind tokens and blanks. */
static struct span behind_tokens(const struct place *p, struct span rest)
{
    size_t len = 0;
    while ((rest = span_ltrim(rest)).len > 0 && is_token(p, rest, &len)) {
        rest = span_skip(rest, len);
    }
    return rest;
}

static bool is_over(const struct place *p, struct span rest)
{
    return behind_tokens(p, rest).len == 0;
}

/* "<|im_start|>assistant": bytes of the role behind a token. */
static size_t role_len(const struct place *p, struct span rest)
{
    static const char *const roles[] = {"assistant", "model", "Assistant:"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        size_t len = strlen(roles[i]);
        if (span_starts_with(rest, roles[i]) && is_over(p, span_skip(rest, len))) {
            return len;
        }
    }
    return 0;
}

bool control_line(const struct place *p, struct span line, bool first, struct buf *out, bool *drop)
{
    size_t from = 0, len = 0;
    size_t next = 0, text = 0; /* behind a token that others follow, up to here, is text */
    bool place = false;
    *drop = false;
    if (line.len == 0) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        struct span rest = span_skip(line, i);
        if (is_stray_end(p, line, i)) {
            buf_add(out, line.data + from, i - from);
            *drop = span_is_blank((struct span){line.data, i});
            return true;
        }
        if (strchr(TOKEN_BEGINNINGS, rest.data[0]) == NULL || !is_token(p, rest, &len)) {
            continue;
        }
        bool begins = first && span_is_blank((struct span){line.data + from, i - from});
        if (begins || is_place((struct span){rest.data, len})) {
            buf_add(out, line.data + from, begins ? 0 : i - from);
            place = true;
            from = i + len;
            from += begins ? role_len(p, span_skip(line, from)) : 0;
            i = from - 1;
            continue;
        }
        bool known = i == next && i < text; /* so that many in a row are looked at once */
        text = known ? text : line.len - behind_tokens(p, rest).len;
        next = line.len - span_ltrim(span_skip(rest, len)).len;
        if (text == line.len) {
            buf_add(out, line.data + from, i - from);
            *drop = span_is_blank((struct span){line.data, i});
            return true;
        }
    }
    buf_add(out, line.data + from, line.len - from);
    *drop = place && span_is_blank((struct span){out->data, out->len});
    return false;
}

size_t control_first(const struct place *p, struct span line, size_t from)
{
    size_t len;
    for (size_t i = from > TOKEN_MAX ? from - TOKEN_MAX : 0; i < line.len; i++) {
        if (is_token(p, span_skip(line, i), &len)) {
            return i;
        }
    }
    return line.len;
}

size_t control_open(const struct place *p, struct span line)
{
    for (size_t i = line.len > TOKEN_MAX ? line.len - TOKEN_MAX : 0; i < line.len; i++) {
        size_t len = 0;
        struct span rest = span_skip(line, i);
        if (rest.data[0] != '\0' && strchr(TOKEN_BEGINNINGS, rest.data[0]) != NULL &&
            token_at_start(rest, NULL, 0, !p->language->bars, &len) != TOKEN_NONE) {
            return line.len - i;
        }
    }
    return 0;
}
