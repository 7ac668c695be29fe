/* The line above a block or a fence. */
#include "base/words.h"
#include "edit/naming.h"
#include "edit/naming_words.h"
#include "edit/pathname.h"

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
    struct span word = naming_first_word(s);
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
        one = naming_trim(one);
        naming_skip_label(&one);
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
    while (word.len > 0 && naming_is_one_of(word.data[0], "([<\"'*`")) {
        word = span_skip(word, 1);
    }
    for (size_t i = 0; i < sizeof lead / sizeof *lead; i++) {
        word = span_starts_with(word, lead[i]) ? span_skip(word, strlen(lead[i])) : word;
    }
    while (more && word.len > 0) {
        more = naming_is_one_of(word.data[word.len - 1], ")]>\"'*`,.;:");
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
        struct span word = naming_first_word(s), name;
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
    while (s.len > 0 && (is_blank(s.data[0]) || naming_is_one_of(s.data[0], "#*`>+-"))) {
        s = span_skip(s, 1);
    }
    size_t n = 0;
    while (n < s.len && s.data[n] >= '0' && s.data[n] <= '9') {
        n++;
    }
    if (n > 0 && n + 1 < s.len && naming_is_one_of(s.data[n], ".)") && is_blank(s.data[n + 1])) {
        s = span_ltrim(span_skip(s, n + 1));
    }
    while (s.len > 0 && naming_is_one_of(s.data[0], "*`")) {
        s = span_skip(s, 1);
    }
    return s;
}

static bool ends(struct span s, struct span name)
{
    while (s.len > 0 &&
           (is_space(s.data[s.len - 1]) || naming_is_one_of(s.data[s.len - 1], "\"'*`_)>#=-"))) {
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
    while (s.len > 0 &&
           (is_space(s.data[s.len - 1]) || naming_is_one_of(s.data[s.len - 1], "*_`"))) {
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
        while (rest.len > 0 && naming_is_one_of(rest.data[0], "`*_")) {
            rest = span_skip(rest, 1);
        }
        if (rest.len > 2 &&
            (span_starts_with(rest, ": ") || span_starts_with(rest, " - ") ||
             span_starts_with(rest, " -- ") || span_starts_with(rest, " \xE2\x80\x94") ||
             span_starts_with(rest, " \xE2\x80\x93"))) {
            return true;
        }
    }
    return ends(s, name);
}

/* Without ", lines 3-5" behind the name. */
static struct span without_lines_told(struct span s)
{
    struct span rest = s;
    while (rest.len > 0 &&
           naming_is_one_of(rest.data[rest.len - 1], "0123456789-: \xE2\x80\x93)")) {
        rest.len--;
    }
    struct span words = rest;
    for (size_t n = 4; n <= 5 && rest.len > n; n++) {
        const char *const list[] = {n == 4 ? "line" : "lines", NULL};
        if (words_is_any(rest.data + rest.len - n, n, list) && rest.len < s.len) {
            words.len = rest.len - n;
        }
    }
    if (words.len == rest.len) {
        return s;
    }
    while (words.len > 0 && naming_is_one_of(words.data[words.len - 1], " ,(")) {
        words.len--;
    }
    return words;
}

/* Whether a text of several words is one name: "src/my file.lua". */
static bool is_name_with_blanks(struct span text)
{
    struct span first = naming_first_word(text);
    return first.len < text.len && span_has(first, span_of("/")) && !pathname_is(first, false);
}

/* "<file>a.lua</file>". */
static bool in_tag(struct span s, struct span *name)
{
    static const char *const tags[] = {"file",      "path", "filename", "filepath",
                                       "file_path", "code", NULL};
    const char *end = s.len > 2 && s.data[0] == '<' ? memchr(s.data, '>', s.len) : NULL;
    size_t begin = end != NULL ? (size_t)(end - s.data) + 1 : 0;
    if (begin < 3 || !words_is_any(s.data + 1, begin - 2, tags)) {
        return false;
    }
    struct span content = span_skip(s, begin);
    const char *close = content.len > 0 ? memchr(content.data, '<', content.len) : NULL;
    content.len = close != NULL ? (size_t)(close - content.data) : 0;
    return pathname_read(content, true, name);
}

bool naming_in_line(struct span line, bool sure, struct span *name)
{
    struct span s = without_lines_told(naming_trim(line));
    struct found f = {.count = 0};
    if (in_tag(s, name) || (s.len > 0 && s.data[0] == '<' && naming_in_attribute(s, name)) ||
        naming_in_comment(s, name)) {
        return true;
    }
    struct span text = without_marks(s);
    naming_skip_label(&text);
    struct span word = bare(text);
    bool blanks = is_name_with_blanks(text);
    bool one = sure && naming_first_word(text).len == text.len;
    if (word.len > 0 && (one || blanks) && pathname_read(word, sure, name)) {
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

bool naming_heads(struct span line, struct span *name)
{
    struct span s = naming_trim(line), text = without_marks(s);
    naming_skip_label(&text);
    struct span word = bare(text);
    bool heading = s.len > 0 && s.data[0] == '#';
    bool alone = word.len > 0 && naming_first_word(text).len == text.len;
    return naming_in_line(line, false, name) &&
           (heading || in_tag(s, name) ||
            (alone && word.len == name->len && span_starts(word, *name)));
}
