#include "text/tag.h"

#include <strings.h>

static bool is_white(char c)
{
    return is_space(c) || c == '\f';
}

static bool is_letter(char c)
{
    return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

/* Behind the next part, or the length. */
static size_t behind(struct span text, size_t from, const char *part)
{
    const size_t n = strlen(part);
    const char *at = from < text.len ? memmem(text.data + from, text.len - from, part, n) : NULL;
    return at != NULL ? (size_t)(at - text.data) + n : text.len;
}

static size_t read_declaration(struct span text)
{
    if (span_starts_with(text, "<!-->") || span_starts_with(text, "<!--->")) {
        return behind(text, 0, ">");
    }
    if (span_starts_with(text, "<!--")) {
        return behind(text, 4, "-->");
    }
    return span_starts_with(text, "<![CDATA[") ? behind(text, 9, "]]>") : behind(text, 2, ">");
}

/* From behind the name to behind the '>': one in quotes ends nothing. */
static size_t read_attributes(struct span text, size_t at)
{
    char quote = '\0';
    bool value = false; /* a quote begins one only behind '=' */
    for (; at < text.len; at++) {
        char c = text.data[at];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '>') {
            return at + 1;
        } else if (value && (c == '"' || c == '\'')) {
            quote = c;
            value = false;
        } else if (!is_white(c)) {
            value = c == '=';
        }
    }
    return at;
}

size_t tag_read(struct span text, struct tag *tag)
{
    *tag = (struct tag){
        .closes = text.len > 1 && text.data[1] == '/',
        .attributes = {text.data, 0},
    };
    size_t at = 1 + tag->closes, n = 0;
    if (at < text.len && (text.data[at] == '!' || text.data[at] == '?')) {
        return read_declaration(text);
    }
    if (at >= text.len || !is_letter(text.data[at])) {
        return tag->closes && at < text.len ? behind(text, at, ">") : 0;
    }
    for (; at < text.len && !is_white(text.data[at]) && strchr("/>", text.data[at]) == NULL; at++) {
        if (n < TAG_NAME) {
            tag->name[n++] = to_lower(text.data[at]);
        }
    }
    size_t end = read_attributes(text, at);
    tag->attributes = (struct span){text.data + at, end - at};
    if (end > at && text.data[end - 1] == '>') {
        tag->attributes.len--;
    }
    return end;
}

/* ---- attributes ---------------------------------------------------------------- */

static size_t skip_white(struct span text, size_t at)
{
    while (at < text.len && (is_white(text.data[at]) || text.data[at] == '/')) {
        at++;
    }
    return at;
}

static struct span read_value(struct span text, size_t *at)
{
    size_t i = *at, first;
    while (i < text.len && is_white(text.data[i])) {
        i++;
    }
    char quote =
        i < text.len && (text.data[i] == '"' || text.data[i] == '\'') ? text.data[i] : '\0';
    i += quote != '\0';
    first = i;
    while (i < text.len && (quote != '\0' ? text.data[i] != quote : !is_white(text.data[i]))) {
        i++;
    }
    *at = i + (quote != '\0' && i < text.len);
    return (struct span){text.data + first, i - first};
}

/* The attribute at *at, which moves behind it; false: there is no more. */
static bool next_attribute(struct span text, size_t *at, struct span *name, struct span *value)
{
    size_t i = skip_white(text, *at), first = i;
    while (i < text.len && !is_white(text.data[i]) && (text.data[i] != '=' || i == first)) {
        i++;
    }
    *name = (struct span){text.data + first, i - first};
    *value = (struct span){NULL, 0};
    while (i < text.len && is_white(text.data[i])) {
        i++;
    }
    if (i < text.len && text.data[i] == '=') {
        i++;
        *value = read_value(text, &i);
    }
    *at = i;
    return name->len > 0;
}

bool tag_has(const struct tag *tag, const char *name, struct span *value)
{
    const size_t len = strlen(name);
    struct span is, has;
    for (size_t at = 0; next_attribute(tag->attributes, &at, &is, &has);) {
        if (is.len == len && strncasecmp(is.data, name, len) == 0) {
            if (value != NULL) {
                *value = has;
            }
            return true;
        }
    }
    return false;
}

bool tag_has_word(const struct tag *tag, const char *name, const char *word, struct span *rest)
{
    const size_t len = strlen(word);
    struct span value;
    if (!tag_has(tag, name, &value)) {
        return false;
    }
    for (size_t at = 0; at < value.len;) {
        size_t first = at;
        while (at < value.len && !is_white(value.data[at])) {
            at++;
        }
        size_t n = at - first;
        at++;
        bool fits = word[len - 1] == '-' ? n > len : n == len;
        if (fits && strncasecmp(value.data + first, word, len) == 0) {
            if (rest != NULL) {
                *rest = (struct span){value.data + first + len, n - len};
            }
            return true;
        }
    }
    return false;
}

size_t tag_find_end(struct span text, const char *name)
{
    const size_t len = strlen(name);
    size_t at = 0;
    while (at < text.len) {
        const char *end = memmem(text.data + at, text.len - at, "</", 2);
        if (end == NULL) {
            break;
        }
        at = (size_t)(end - text.data);
        if (text.len - at - 2 >= len && strncasecmp(end + 2, name, len) == 0) {
            return at;
        }
        at += 2;
    }
    return text.len;
}
