#include "edit/naming.h"

#include "base/words.h"
#include "edit/pathname.h"

static struct span trimmed(struct span s)
{
    return span_rtrim(span_ltrim(s));
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* ---- words ----------------------------------------------------------------------------- */

static bool eats(struct span *s, const char *words)
{
    const char *const list[] = {words, NULL};
    size_t n = strlen(words);
    if (s->len < n || !words_is_any(s->data, n, list)) {
        return false;
    }
    *s = span_ltrim(span_skip(*s, n));
    return true;
}

/* "File: ", "Path: " and the like. */
static void skip_label(struct span *s)
{
    static const char *const labels[] = {
        "filename:", "filepath:", "file name:", "file path:", "file:", "path:", "@file ", "file "};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (eats(s, labels[i])) {
            return;
        }
    }
}

/* path="a.lua", file=a.lua, title: 'a.lua'. */
static bool in_attribute(struct span s, struct span *name)
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
            !is_one_of(rest.data[0], "=:")) {
            continue;
        }
        rest = span_ltrim(span_skip(rest, 1));
        char quote = rest.len > 0 && is_one_of(rest.data[0], "\"'") ? rest.data[0] : '\0';
        rest = span_skip(rest, quote != '\0');
        size_t n = 0;
        while (n < rest.len &&
               (quote != '\0' ? rest.data[n] != quote
                              : !is_space(rest.data[n]) && !is_one_of(rest.data[n], ",}>"))) {
            n++;
        }
        if (pathname_read((struct span){rest.data, n}, quote != '\0', name)) {
            return true;
        }
    }
    return false;
}

/* ---- the words of a fence --------------------------------------------------------------- */

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

static struct span first_word(struct span s)
{
    size_t n = 0;
    while (n < s.len && !is_space(s.data[n])) {
        n++;
    }
    return (struct span){s.data, n};
}

/* What stands behind the language. */
static bool behind(struct span s, bool joined, struct span *name)
{
    static const char *const leaders[] = {"//", "--", "#", ";", "%", "/*", "<!--"};
    s = span_ltrim(s);
    for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++) {
        if (eats(&s, leaders[i])) {
            break;
        }
    }
    struct span word = first_word(s);
    if (word.len > 1 && is_one_of(word.data[0], "([") && is_one_of(word.data[word.len - 1], ")]")) {
        word = (struct span){word.data + 1, word.len - 2};
    }
    bool any = joined && span_has(word, span_of("."));
    return pathname_read(word, any, name) || pathname_read(s, false, name);
}

bool naming_in_info(struct span info, struct span *name)
{
    struct span s = without_lines(trimmed(info));
    struct span word = first_word(s);
    if (word.len == s.len && s.data != info.data && pathname_read(s, true, name)) {
        return true;
    }
    if (word.len == s.len && !span_has(s, span_of(":")) && span_has(s, span_of(".")) &&
        pathname_read(s, true, name)) {
        return true;
    }
    if (in_attribute(s, name)) {
        return true;
    }
    size_t n = 0;
    while (n < s.len && !is_space(s.data[n]) && !is_one_of(s.data[n], ",:{}")) {
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
    struct span word = first_word(span_ltrim(info));
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
    struct span s = trimmed(line);
    for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++) {
        struct span rest = s;
        if (eats(&rest, leaders[i]) && rest.data > s.data + strlen(leaders[i])) {
            if (rest.len > 2 && span_equals(span_skip(rest, rest.len - 2), "*/")) {
                rest = trimmed((struct span){rest.data, rest.len - 2});
            } else if (rest.len > 3 && span_equals(span_skip(rest, rest.len - 3), "-->")) {
                rest = trimmed((struct span){rest.data, rest.len - 3});
            }
            skip_label(&rest);
            bool is_word = first_word(rest).len == rest.len;
            return is_word && (span_has(rest, span_of(".")) || span_has(rest, span_of("/"))) &&
                   pathname_read(rest, false, name);
        }
    }
    return false;
}

/* ---- the line above -------------------------------------------------------------------- */

struct found {
    struct span name;
    size_t count; /* different ones */
};

static void add_found(struct found *f, struct span name)
{
    if (f->count == 0 || f->name.len != name.len || !span_starts(f->name, name)) {
        f->name = name;
        f->count++;
    }
}

static bool is_command(struct span s)
{
    static const char *const commands[] = {
        "bash",    "bun",  "cargo", "cat",   "cd",   "chmod",  "cmake", "cp",   "curl",  "deno",
        "docker",  "gcc",  "git",   "go",    "java", "less",   "lua",   "make", "mkdir", "mv",
        "nano",    "node", "npm",   "npx",   "nvim", "perl",   "php",   "pip",  "pnpm",  "python",
        "python3", "rm",   "ruby",  "rustc", "sh",   "source", "sudo",  "tail", "touch", "uv",
        "vi",      "vim",  "wget",  "yarn",  "zsh",  NULL};
    struct span word = first_word(s);
    return word.len < s.len && words_is_any(word.data, word.len, commands);
}

/* What stands in backquotes. */
static void add_quoted(struct span s, bool sure, struct found *f)
{
    for (size_t at = 0; at < s.len; at++) {
        if (s.data[at] != '`') {
            continue;
        }
        const char *end = memchr(s.data + at + 1, '`', s.len - at - 1);
        if (end == NULL) {
            return;
        }
        struct span one = {s.data + at + 1, (size_t)(end - s.data) - at - 1}, name;
        one = trimmed(one);
        skip_label(&one);
        while (one.len > 0 && one.data[one.len - 1] == ':') {
            one.len--;
        }
        if (!is_command(one) && pathname_read(one, sure, &name)) {
            add_found(f, name);
        }
        at = (size_t)(end - s.data);
    }
}

/* A word without quotes, brackets, emphasis and punctuation around it. */
static struct span bare(struct span word)
{
    static const char *const lead[] = {"\xE2\x80\x9C", "\xE2\x80\x9E", "\xC2\xAB", "\xE2\x80\x98"};
    static const char *const tail[] = {"\xE2\x80\x9D", "\xE2\x80\x9C", "\xC2\xBB",
                                       "\xE2\x80\x99", "\xEF\xBC\x9A", "\xEF\xBC\x8C",
                                       "\xE3\x80\x82"};
    bool more = true;
    while (word.len > 0 && is_one_of(word.data[0], "([<\"'*`")) {
        word = span_skip(word, 1);
    }
    for (size_t i = 0; i < sizeof lead / sizeof *lead; i++) {
        word = span_starts_with(word, lead[i]) ? span_skip(word, strlen(lead[i])) : word;
    }
    while (more && word.len > 0) {
        more = is_one_of(word.data[word.len - 1], ")]>\"'*`,.;:");
        word.len -= more;
        for (size_t i = 0; i < sizeof tail / sizeof *tail; i++) {
            size_t n = strlen(tail[i]);
            if (word.len > n && span_equals(span_skip(word, word.len - n), tail[i])) {
                word.len -= n;
                more = true;
            }
        }
    }
    if (word.len > 2 && word.data[0] == '_' && word.data[1] != '_' &&
        word.data[word.len - 1] == '_') {
        word = (struct span){word.data + 1, word.len - 2};
    }
    return word;
}

/* Words that do not stand in backquotes: those have been looked at. */
static void add_words(struct span s, bool sure, struct found *f)
{
    while ((s = span_ltrim(s)).len > 0) {
        const char *end = s.data[0] == '`' ? memchr(s.data + 1, '`', s.len - 1) : NULL;
        struct span word = first_word(s), name;
        if (end != NULL) {
            s = span_skip(s, (size_t)(end - s.data) + 1);
            continue;
        }
        if (pathname_read(bare(word), sure, &name)) {
            add_found(f, name);
        }
        s = span_skip(s, word.len);
    }
}

/* "[label](target)": the label, if it is one. */
static void add_links(struct span s, struct found *f)
{
    for (size_t at = 0; at + 3 < s.len; at++) {
        const char *end = s.data[at] == '[' ? memchr(s.data + at, ']', s.len - at) : NULL;
        size_t close = end != NULL ? (size_t)(end - s.data) : 0;
        if (end == NULL || close + 2 >= s.len || s.data[close + 1] != '(') {
            continue;
        }
        const char *stop = memchr(end, ')', s.len - close);
        struct span name, label = {s.data + at + 1, close - at - 1};
        struct span target = {end + 2, stop != NULL ? (size_t)(stop - end) - 2 : 0};
        if (pathname_read(label, false, &name) || pathname_read(target, false, &name)) {
            add_found(f, name);
        }
    }
}

static struct span without_marks(struct span s)
{
    while (s.len > 0 && (is_blank(s.data[0]) || is_one_of(s.data[0], "#*`>+-"))) {
        s = span_skip(s, 1);
    }
    size_t n = 0;
    while (n < s.len && s.data[n] >= '0' && s.data[n] <= '9') {
        n++;
    }
    if (n > 0 && n + 1 < s.len && is_one_of(s.data[n], ".)") && is_blank(s.data[n + 1])) {
        s = span_ltrim(span_skip(s, n + 1));
    }
    while (s.len > 0 && is_one_of(s.data[0], "*`")) {
        s = span_skip(s, 1);
    }
    return s;
}

static bool ends(struct span s, struct span name)
{
    while (s.len > 0 &&
           (is_space(s.data[s.len - 1]) || is_one_of(s.data[s.len - 1], "\"'*`_)>#=-"))) {
        if (s.len >= name.len && span_starts(span_skip(s, s.len - name.len), name)) {
            return true;
        }
        s.len--;
    }
    s = pathname_without_place(s);
    return s.len >= name.len && span_starts(span_skip(s, s.len - name.len), name);
}

/* Whether a line is about the file that follows: a colon ends it, or the name, but for a remark. */
static bool introduces(struct span line, struct span name)
{
    struct span s = line;
    while (s.len > 0 && (is_space(s.data[s.len - 1]) || is_one_of(s.data[s.len - 1], "*_`"))) {
        s.len--;
    }
    if (s.len > 0 && (s.data[s.len - 1] == ':' ||
                      (s.len > 3 && span_equals(span_skip(s, s.len - 3), "\xEF\xBC\x9A")))) {
        return true;
    }
    struct span remark = s;
    if (s.len > 0 && s.data[s.len - 1] == ')') {
        while (remark.len > 0 && remark.data[remark.len - 1] != '(') {
            remark.len--;
        }
        remark = span_rtrim((struct span){remark.data, remark.len > 0 ? remark.len - 1 : 0});
        const char *link = remark.len > 0 && remark.data[remark.len - 1] == ']' ? "" : NULL;
        if (link != NULL || ends(remark, name)) {
            return true;
        }
    }
    struct span rest = without_marks(s);
    if (span_starts(rest, name)) {
        rest = span_skip(rest, name.len);
        while (rest.len > 0 && is_one_of(rest.data[0], "`*_")) {
            rest = span_skip(rest, 1);
        }
        if (rest.len > 2 && rest.data[0] == ' ' &&
            (span_starts_with(rest, " - ") || span_starts_with(rest, " -- ") ||
             span_starts_with(rest, " \xE2\x80\x94") || span_starts_with(rest, " \xE2\x80\x93"))) {
            return true;
        }
    }
    return ends(s, name);
}

bool naming_in_line(struct span line, bool sure, struct span *name)
{
    struct span s = trimmed(line);
    struct found f = {.count = 0};
    if (s.len > 0 && s.data[0] == '<' && in_attribute(s, name)) {
        return true;
    }
    struct span text = without_marks(s);
    skip_label(&text);
    struct span word = bare(text);
    if (sure && word.len > 0 && first_word(text).len == text.len &&
        pathname_read(word, true, name)) {
        return true;
    }
    add_quoted(s, sure, &f);
    if (f.count == 0) {
        add_links(s, &f);
    }
    if (f.count == 0) {
        add_words(text, false, &f);
    }
    *name = f.name;
    return f.count == 1 && introduces(s, f.name);
}
