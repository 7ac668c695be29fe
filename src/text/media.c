#include "text/media.h"

#include <string.h>
#include <strings.h>

/* What a page begins with stands behind no more white space. */
#define WHITE 512

/* The name of a type has no more characters. */
#define NAME 100

static const char texts[] =
    "application/json application/xml application/javascript application/x-javascript "
    "application/ecmascript application/yaml application/x-yaml application/toml "
    "application/x-sh application/x-ndjson application/sql application/rtf application/graphql "
    "application/x-httpd-php image/svg+xml";

static bool begins(struct span body, const char *words)
{
    size_t n = strlen(words);
    return body.len > n && strncasecmp(body.data, words, n) == 0;
}

static bool starts_like_html(struct span body)
{
    size_t i = 0;
    while (i < body.len && i < WHITE && is_space(body.data[i])) {
        i++;
    }
    body = span_skip(body, i);
    return begins(body, "<!doctype html") || begins(body, "<html");
}

static bool is_utf16(struct span body)
{
    return span_starts_with(body, "\xff\xfe") || span_starts_with(body, "\xfe\xff");
}

static bool is_binary(struct span body)
{
    return body.len > 0 && !is_utf16(body) && memchr(body.data, '\0', body.len) != NULL;
}

/* Where the header says nothing, the bytes do. */
static enum media by_name(struct span name, struct span body)
{
    if (name.len == 0 || span_equals(name, "application/octet-stream") ||
        span_equals(name, "binary/octet-stream")) {
        return starts_like_html(body) ? MEDIA_HTML : MEDIA_TEXT;
    }
    if (span_equals(name, "text/html") || span_equals(name, "application/xhtml+xml")) {
        return MEDIA_HTML;
    }
    if (span_equals(name, "application/pdf")) {
        return MEDIA_PDF;
    }
    bool is_text = span_starts_with(name, "text/") || span_is_among(name, texts) ||
                   span_has(name, span_of("+json")) || span_has(name, span_of("+xml"));
    return is_text ? MEDIA_TEXT : MEDIA_OTHER;
}

enum media media_of(const char *content_type, struct span body)
{
    char name[NAME];
    size_t n = content_type != NULL ? strcspn(content_type, "; \t") : 0;
    n = n < sizeof name ? n : 0;
    for (size_t i = 0; i < n; i++) {
        name[i] = to_lower(content_type[i]);
    }
    enum media media = by_name((struct span){name, n}, body);
    if (span_starts_with(body, "%PDF-")) {
        return MEDIA_PDF;
    }
    return media != MEDIA_PDF && is_binary(body) ? MEDIA_OTHER : media;
}
