#include "edit/naming_words.h"

#include "base/words.h"
#include "edit/pathname.h"

struct span naming_trim(struct span s)
{
    return span_rtrim(span_ltrim(s));
}

bool naming_is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

struct span naming_first_word(struct span s)
{
    size_t n = 0;
    while (n < s.len && !is_space(s.data[n])) {
        n++;
    }
    return (struct span){s.data, n};
}

bool naming_eats(struct span *s, const char *words)
{
    const char *const list[] = {words, NULL};
    size_t n = strlen(words);
    if (s->len < n || !words_is_any(s->data, n, list)) {
        return false;
    }
    *s = span_ltrim(span_skip(*s, n));
    return true;
}

void naming_skip_label(struct span *s)
{
    static const char *const labels[] = {
        "filename:", "filepath:", "file name:", "file path:", "file:", "path:", "@file ", "file "};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (naming_eats(s, labels[i])) {
            return;
        }
    }
}

bool naming_in_attribute(struct span s, struct span *name)
{
    static const char *const keys[] = {"path",  "file", "filename", "filepath",
                                       "title", "name", NULL};
    for (size_t at = 0; at < s.len; at++) {
        if (at > 0 && is_key(s.data[at - 1])) {
            continue;
        }
        size_t end = at;
        while (end < s.len && is_name(s.data[end])) {
            end++;
        }
        struct span rest = span_ltrim(span_skip(s, end));
        if (!words_is_any(s.data + at, end - at, keys) || rest.len < 2 ||
            !naming_is_one_of(rest.data[0], "=:")) {
            continue;
        }
        rest = span_ltrim(span_skip(rest, 1));
        char quote = rest.len > 0 && naming_is_one_of(rest.data[0], "\"'") ? rest.data[0] : '\0';
        rest = span_skip(rest, quote != '\0');
        size_t n = 0;
        while (n < rest.len && (quote != '\0' ? rest.data[n] != quote
                                              : !is_space(rest.data[n]) &&
                                                    !naming_is_one_of(rest.data[n], ",}>"))) {
            n++;
        }
        if (pathname_read((struct span){rest.data, n}, quote != '\0', name)) {
            return true;
        }
    }
    return false;
}
