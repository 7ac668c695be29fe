#include "edit/fenceline.h"

#include "base/words.h"

#define RUN_MIN 3

bool fenceline_of(struct span line, struct fenceline *f)
{
    struct span words = span_rtrim(span_ltrim(line));
    if (words.len < RUN_MIN || (words.data[0] != '`' && words.data[0] != '~')) {
        return false;
    }
    *f = (struct fenceline){.mark = words.data[0], .indent = (size_t)(words.data - line.data)};
    while (f->run < words.len && words.data[f->run] == f->mark) {
        f->run++;
    }
    f->info = span_ltrim(span_skip(words, f->run));
    bool ticks =
        f->mark == '`' && f->info.len > 0 && memchr(f->info.data, '`', f->info.len) != NULL;
    return f->run >= RUN_MIN && !ticks;
}

/* Names that may be followed by more words. */
static const char *const shells[] = {"bash",         "sh",     "shell",      "console",
                                     "terminal",     "zsh",    "fish",       "powershell",
                                     "ps1",          "cmd",    "output",     "shell-session",
                                     "shellsession", "bat",    "sh-session", "bash-session",
                                     "log",          "stdout", NULL};
static const char *const markdowns[] = {"markdown", "md", "mdx", "mkd", "gfm", NULL};
static const char *const texts[] = {"text", "txt", "plain", "plaintext", "none", NULL};
static const char *const jsons[] = {"json", "json5", "jsonc", NULL};
static const char *const languages[] = {
    "c",      "cpp",    "c++",     "cc",   "h",          "rust",     "rs",         "go",
    "golang", "python", "py",      "js",   "javascript", "jsx",      "ts",         "typescript",
    "tsx",    "java",   "kotlin",  "kt",   "swift",      "ruby",     "rb",         "lua",
    "vim",    "php",    "html",    "css",  "scss",       "sql",      "yaml",       "yml",
    "toml",   "xml",    "haskell", "hs",   "cs",         "csharp",   "c#",         "scala",
    "perl",   "r",      "zig",     "nix",  "make",       "makefile", "dockerfile", "diff",
    "elixir", "ex",     "clojure", "lisp", "dart",       "ini",      NULL};

static bool is_among(struct span word, const char *const *list)
{
    return words_is_any(word.data, word.len, list);
}

void fenceline_language(struct span info, char *name, size_t room)
{
    size_t n = 0, at = 0;
    while (at < info.len &&
           (info.data[at] == '{' || info.data[at] == '.' || info.data[at] == ' ')) {
        at++;
    }
    for (; at < info.len && n + 1 < room; at++) {
        char c = info.data[at];
        if (!is_key(c) && c != '+' && c != '#') {
            break;
        }
        name[n++] = to_lower(c);
    }
    name[n] = '\0';
}

/* "title=...", "{1,3}", "path/file.c", ".class", "linenos". */
static bool is_attribute(struct span word, bool known)
{
    size_t key = 0;
    while (key < word.len && is_key(word.data[key])) {
        key++;
    }
    bool has_key = key > 0 && key < word.len && word.data[key] == '=' &&
                   (key + 1 == word.len || word.data[key + 1] != '=');
    bool brace = word.data[0] == '{' || word.data[word.len - 1] == '}';
    bool path = key > 0 && key < word.len && (word.data[key] == '/' || word.data[key] == '.') &&
                memchr(word.data, '(', word.len) == NULL;
    return (has_key && key + 1 < word.len) || brace || path ||
           (known && (key == word.len || (key > 0 && word.data[key] == '#')));
}

static bool is_code(struct span info)
{
    char name[32];
    fenceline_language(info, name, sizeof name);
    size_t first = 0;
    while (first < info.len && !is_blank(info.data[first])) {
        first++;
    }
    if (info.data[0] == '{' || first == info.len) {
        struct span word = {info.data, first};
        return info.data[0] != '{' &&
               (span_has(word, span_of("(")) || span_has(word, span_of(";")));
    }
    struct span word = {name, strlen(name)};
    bool known = is_among(word, languages) || is_among(word, shells) || is_among(word, markdowns) ||
                 is_among(word, texts) || is_among(word, jsons);
    struct span rest = span_ltrim(span_skip(info, first));
    while (rest.len > 0) {
        size_t n = 0;
        while (n < rest.len && !is_blank(rest.data[n])) {
            n++;
        }
        if (!is_attribute((struct span){rest.data, n}, known)) {
            /* "title="two words"" */
            return !(known && memchr(rest.data, '"', rest.len) != NULL);
        }
        rest = span_ltrim(span_skip(rest, n));
    }
    return false;
}

enum fenceline_tag fenceline_tag(struct span info)
{
    char name[32];
    if (info.len == 0) {
        return FENCE_BARE;
    }
    if (is_code(info)) {
        return FENCE_CODE;
    }
    fenceline_language(info, name, sizeof name);
    struct span word = {name, strlen(name)};
    return is_among(word, shells)      ? FENCE_SHELL
           : is_among(word, markdowns) ? FENCE_MARKDOWN
           : is_among(word, texts)     ? FENCE_BARE
           : is_among(word, jsons)     ? FENCE_JSON
                                       : FENCE_OTHER;
}

bool fenceline_is_language(const char *name)
{
    return is_among(span_of(name), languages);
}
