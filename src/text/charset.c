#include "text/charset.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <strings.h>

/* A page tells its encoding this early. */
#define HEAD 2048

/* The name at the beginning, without quotes. */
static bool take_name(struct span text, char name[CHARSET_NAME + 1])
{
    size_t n = 0;
    while (text.len > 0 && (is_space(text.data[0]) || strchr("\"'", text.data[0]) != NULL)) {
        text = span_skip(text, 1);
    }
    while (n < text.len && n < CHARSET_NAME &&
           (is_key(text.data[n]) || text.data[n] == ':' || text.data[n] == '.')) {
        name[n] = to_lower(text.data[n]);
        n++;
    }
    name[n] = '\0';
    return n > 0;
}

/* What stands behind "key=" or "key =" anywhere in the text. */
static bool find_name(struct span text, const char *key, char name[CHARSET_NAME + 1])
{
    const size_t len = strlen(key);
    for (size_t at = 0; at + len < text.len; at++) {
        if (strncasecmp(text.data + at, key, len) == 0) {
            struct span rest = span_skip(text, at + len);
            while (rest.len > 0 && is_space(rest.data[0])) {
                rest = span_skip(rest, 1);
            }
            if (rest.len > 0 && rest.data[0] == '=') {
                return take_name(span_skip(rest, 1), name);
            }
        }
    }
    return false;
}

static const char *mark_of(struct span page)
{
    return span_starts_with(page, "\xef\xbb\xbf") ? "utf-8"
           : span_starts_with(page, "\xff\xfe")   ? "utf-16le"
           : span_starts_with(page, "\xfe\xff")   ? "utf-16be"
                                                  : NULL;
}

/* A page that says in ASCII that it is UTF-16 is not. */
static bool declared(struct span page, char name[CHARSET_NAME + 1])
{
    struct span head = {page.data, page.len < HEAD ? page.len : HEAD};
    const char *xml_end = span_starts_with(head, "<?xml") ? memchr(head.data, '>', head.len) : NULL;
    struct span xml = {head.data, xml_end != NULL ? (size_t)(xml_end - head.data) : 0};
    bool found = find_name(xml, "encoding", name) || find_name(head, "charset", name);
    if (found && strncmp(name, "utf-16", 6) == 0) {
        memcpy(name, "utf-8", sizeof "utf-8");
    }
    return found;
}

void charset_of(const char *content_type, struct span page, bool html, char name[CHARSET_NAME + 1])
{
    const char *mark = mark_of(page);
    if (mark == NULL &&
        ((content_type != NULL && find_name(span_of(content_type), "charset", name)) ||
         (html && declared(page, name)))) {
        return;
    }
    size_t valid = utf8_valid(page.data, page.len);
    bool is_utf8 = valid + 4 > page.len; /* a cut page ends within a character */
    mark = mark != NULL ? mark : is_utf8 ? "utf-8" : "windows-1252";
    memcpy(name, mark, strlen(mark) + 1);
}

/* As browsers read these names. */
static const char *meant(const char *name)
{
    static const char *const latin = "ascii us-ascii iso-8859-1 iso8859-1 latin1 l1 cp1252 ansi";
    return span_is_among(span_of(name), latin)                     ? "WINDOWS-1252"
           : span_is_among(span_of(name), "gb2312 gbk x-gbk")      ? "GB18030"
           : span_is_among(span_of(name), "shift_jis sjis x-sjis") ? "CP932"
           : strcmp(name, "ks_c_5601-1987") == 0                   ? "CP949"
                                                                   : name;
}

static void convert(iconv_t cd, struct span page, struct buf *out)
{
    char *from = (char *)(uintptr_t)page.data;
    size_t left = page.len;
    char step[4096];
    while (left > 0 && out->error == 0) {
        char *to = step;
        size_t room = sizeof step;
        size_t result = iconv(cd, &from, &left, &to, &room);
        int why = errno;
        buf_add(out, step, sizeof step - room);
        if (result != (size_t)-1 || why == E2BIG) {
            continue;
        }
        buf_add_str(out, "\xef\xbf\xbd");
        from++;
        left--;
    }
}

bool charset_convert(const char *name, struct span page, struct buf *out)
{
    struct span rest =
        span_skip(page, span_starts_with(page, "\xef\xbb\xbf")                     ? 3
                        : strncmp(name, "utf-16", 6) == 0 && mark_of(page) != NULL ? 2
                                                                                   : 0);
    if (strcmp(name, "utf-8") == 0 || strcmp(name, "utf8") == 0) {
        utf8_clean(rest.data, rest.len, out);
        return true;
    }
    iconv_t cd = iconv_open("UTF-8", meant(name));
    if (cd == (iconv_t)-1) {
        return false;
    }
    convert(cd, rest, out);
    iconv_close(cd);
    return true;
}
