#include "edit/naming.h"

#include "base/words.h"
#include "edit/naming_words.h"
#include "edit/pathname.h"

/* ---- the words of a fence ---- */

static bool is_digits(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return false;
        }
    }
    return s.len > 0;
}

/* "12:40:src/a.lua": lines that are cited. */
static struct span without_lines(struct span s)
{
    for (int i = 0; i < 2; i++) {
        const char *colon = s.len > 0 ? memchr(s.data, ':', s.len) : NULL;
        size_t n = colon != NULL ? (size_t)(colon - s.data) : 0;
        if (n == 0 || !is_digits((struct span){s.data, n})) {
            return s;
        }
        s = span_skip(s, n + 1);
    }
    return s;
}

/* What stands behind the language. */
static bool behind(struct span s, bool joined, struct span *name)
{
    static const char *const leaders[] = {"//", "--", "#", ";", "%", "/*", "<!--"};
    s = span_ltrim(s);
    for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++) {
        if (naming_eats(&s, leaders[i])) {
            break;
        }
    }
    struct span word = naming_first_word(s);
    if (word.len > 1 && naming_is_one_of(word.data[0], "([") &&
        naming_is_one_of(word.data[word.len - 1], ")]")) {
        word = (struct span){word.data + 1, word.len - 2};
    }
    bool any = joined && span_has(word, span_of("."));
    return pathname_read(word, any, name) || pathname_read(s, false, name);
}

bool naming_in_info(struct span info, struct span *name)
{
    struct span s = without_lines(naming_trim(info));
    struct span word = naming_first_word(s);
    if (word.len == s.len && s.data != info.data && pathname_read(s, true, name)) {
        return true;
    }
    if (word.len == s.len && !span_has(s, span_of(":")) && span_has(s, span_of(".")) &&
        pathname_read(s, true, name)) {
        return true;
    }
    if (naming_in_attribute(s, name)) {
        return true;
    }
    size_t n = 0;
    while (n < s.len && !is_space(s.data[n]) && !naming_is_one_of(s.data[n], ",:{}")) {
        n++;
    }
    bool joined = n < s.len && s.data[n] == ':';
    if (n == 0 && s.len > 0 && s.data[0] == '{') {
        return false;
    }
    return behind(span_skip(s, n + joined), joined, name);
}

bool naming_fits(struct span info, struct span name)
{
    static const char *const shells[] = {"bash",  "sh",      "zsh",        "fish",
                                         "shell", "console", "powershell", "shellsession",
                                         "ps1",   "bat",     NULL};
    struct span word = naming_first_word(span_ltrim(info));
    size_t dot = name.len;
    while (dot > 0 && name.data[dot - 1] != '.') {
        dot--;
    }
    return !words_is_any(word.data, word.len, shells) ||
           words_is_any(name.data + dot, name.len - dot, shells);
}

bool naming_in_comment(struct span line, struct span *name)
{
    static const char *const leaders[] = {"<!--", "///", "//", "---", "--",  "##", "#",
                                          ";;",   ";",   "%%", "%",   "/**", "/*", "\""};
    struct span s = naming_trim(line);
    for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++) {
        struct span rest = s;
        if (naming_eats(&rest, leaders[i]) && rest.data > s.data + strlen(leaders[i])) {
            if (rest.len > 2 && span_equals(span_skip(rest, rest.len - 2), "*/")) {
                rest = naming_trim((struct span){rest.data, rest.len - 2});
            } else if (rest.len > 3 && span_equals(span_skip(rest, rest.len - 3), "-->")) {
                rest = naming_trim((struct span){rest.data, rest.len - 3});
            }
            naming_skip_label(&rest);
            bool is_word = naming_first_word(rest).len == rest.len;
            return is_word && (span_has(rest, span_of(".")) || span_has(rest, span_of("/"))) &&
                   pathname_read(rest, false, name);
        }
    }
    return false;
}
