#include "gather/heading.h"

#include <string.h>

static const struct {
    const char *endings; /* or whole names, with blanks between them */
    enum heading_kind kind;
} kinds[] = {
    {"c h cc cpp cxx hh hpp hxx m mm cu ino glsl vert frag", HEADING_C},
    {"lua py pyi pyx go rs js mjs cjs jsx ts mts cts tsx java kt kts scala cs swift rb php pl pm "
     "vim "
     "ex exs erl hrl hs ml mli fs fsx clj cljs el lisp scm jl r dart groovy gradle nim zig d v sv "
     "vhd pas ada adb f90 f sql proto thrift graphql vue svelte tcl awk cr odin gd ps1 psm1 nix "
     "cmake CMakeLists.txt sol",
     HEADING_CODE},
    {"md markdown mdx rmd qmd", HEADING_MARKDOWN},
    {"toml ini cfg conf cnf desktop service gitconfig editorconfig", HEADING_SECTIONS},
    {"yml yaml mk make makefile Makefile GNUmakefile Dockerfile", HEADING_KEYS},
    {"tex sty cls ltx", HEADING_TEX},
    {"org", HEADING_STARS},
    {"sh bash zsh fish ksh", HEADING_SHELL},
    {"css scss less sass", HEADING_CSS},
};

enum heading_kind heading_kind(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (span_is_among(span_of(name), kinds[i].endings) ||
            (dot != NULL && span_is_among(span_of(dot + 1), kinds[i].endings))) {
            return kinds[i].kind;
        }
    }
    return HEADING_NONE;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* What may stand in front of the word that says what begins. */
#define BEFORE                                                                                  \
    "export default declare pub public private protected internal static async abstract final " \
    "override inline extern unsafe const local virtual open data sealed case partial readonly " \
    "suspend noinline operator synchronized native strictfp transient volatile implicit lazy "  \
    "noncomputable create or replace temporary external constexpr friend explicit template "    \
    "crate comptime global fileprivate mutating final"

#define WORDS                                                                                      \
    "function fn func def class struct enum trait impl interface type module namespace mod union " \
    "macro_rules macro sub proc procedure defmodule defp defmacro defun defn defstruct object "    \
    "record protocol extension package instance newtype val view index trigger schema table "      \
    "database service message rpc enum_class typealias annotation actor contract event library "   \
    "function! func! fu fun fu! command command! augroup constructor describe component let "      \
    "defgeneric defmethod deftype defprotocol begin"

/* Words that only begin something at the left of a line: elsewhere they are statements. */
#define AT_LEFT "val let type index table begin event package object data use"

/* What no definition begins with, in C. */
#define STATEMENTS                                                                                \
    "if for while switch return else do case default goto sizeof break continue using throw try " \
    "catch delete new assert"

/* The beginning of s that is a word of a program, with '!', '@' and '#' at its ends. */
static struct span first_word(struct span s)
{
    size_t n = 0;
    while (n < s.len && (is_name(s.data[n]) || s.data[n] == '!')) {
        n++;
    }
    return (struct span){s.data, n};
}

static struct span skip(struct span s, size_t n)
{
    s.data += n;
    s.len -= n;
    while (s.len > 0 && is_blank(*s.data)) {
        s.data++;
        s.len--;
    }
    return s;
}

/* "pub(crate)", "template<...>": what belongs to a word in front. */
static struct span skip_brackets(struct span s)
{
    char close = s.len > 0 && *s.data == '(' ? ')' : s.len > 0 && *s.data == '<' ? '>' : 0;
    const char *end = close != 0 ? memchr(s.data, close, s.len) : NULL;
    return end != NULL ? skip(s, (size_t)(end - s.data) + 1) : s;
}

static bool has(struct span s, const char *words)
{
    return memmem(s.data, s.len, words, strlen(words)) != NULL;
}

static bool ends(struct span s, char c)
{
    return s.len > 0 && s.data[s.len - 1] == c;
}

/* "name = function(", "name: function (", "const name = (a) => {", "name = fn" */
static bool is_assigned(struct span s)
{
    const char *sign = memchr(s.data, '=', s.len);
    size_t at = sign != NULL ? (size_t)(sign - s.data) : s.len;
    struct span value = skip(s, at < s.len ? at + 1 : s.len);
    struct span word = first_word(value);
    return span_is_among(word, "function func lambda class") ||
           (sign != NULL && has(value, "=>") && (ends(s, '{') || ends(s, '(')));
}

/* "name(arguments) {" within a class; "public int name(" */
static bool is_method(struct span s, bool modified)
{
    struct span word = first_word(s);
    if (span_is_among(word, STATEMENTS) || word.len == 0 || memchr(s.data, '(', s.len) == NULL) {
        return false;
    }
    bool is_called = word.len < s.len && s.data[word.len] == '(';
    return ends(s, '{') && (modified || is_called) && !has(s, "=>") && !has(s, "= ") &&
           !has(s, "function");
}

static bool is_code(struct span s, size_t indent)
{
    bool modified = false;
    for (;;) {
        struct span word = first_word(s);
        if (word.len == 0 && s.len > 1 && s.data[0] == '(') { /* of Lisp */
            modified = false;
            s = skip(s, 1);
            continue;
        }
        if (word.len == 0) {
            return false;
        }
        char lower[16];
        for (size_t i = 0; i < word.len && i < sizeof lower; i++) {
            lower[i] = to_lower(word.data[i]);
        }
        struct span small = {lower, word.len < sizeof lower ? word.len : 0};
        struct span rest = skip(s, word.len);
        bool goes_on = rest.len > 0 && (rest.data != s.data + word.len || *rest.data == '<');
        if (span_is_among(small, WORDS)) {
            bool named = goes_on && (is_word(*rest.data) || *rest.data == '<' ||
                                     *rest.data == '(' || *rest.data == '"' || *rest.data == '*');
            return (named && (indent == 0 || !span_is_among(small, AT_LEFT))) ||
                   (!goes_on && span_is_among(small, "constructor describe"));
        }
        if (!span_is_among(small, BEFORE)) {
            break;
        }
        modified = true;
        s = skip_brackets(rest);
    }
    return is_assigned(s) || is_method(s, modified);
}

/* ---- kinds ----------------------------------------------------------------------------------- */

static bool is_c(struct span s, size_t indent)
{
    struct span word = first_word(s);
    if (indent > 4 || word.len == 0 || ends(s, ';') || span_is_among(word, STATEMENTS)) {
        return false;
    }
    if (span_is_among(word, "struct enum union class namespace typedef template")) {
        return ends(s, '{') || indent == 0 || has(s, " : ");
    }
    bool called = memchr(s.data, '(', s.len) != NULL;
    return indent == 0 && called && (ends(s, '{') || ends(s, ')') || ends(s, ',')) &&
           !ends(s, '\\');
}

static bool is_markdown(struct heading *h, struct span s, size_t *level)
{
    struct span text = skip(s, 0);
    char sign = text.len >= 3 ? *text.data : '\0';
    bool is_fence = (sign == '`' || sign == '~') && text.data[1] == sign && text.data[2] == sign;
    if (is_fence && (h->fence == 0 || h->fence == sign)) {
        h->fence = h->fence == 0 ? sign : '\0';
    }
    size_t n = 0;
    while (n < s.len && s.data[n] == '#') {
        n++;
    }
    *level = n - (n > 0);
    return h->fence == 0 && n > 0 && n <= 6 && n < s.len && is_blank(s.data[n]);
}

static bool is_key_line(struct span s, size_t indent)
{
    struct span word = s;
    word.len = 0;
    while (word.len < s.len && (is_key(s.data[word.len]) || strchr("./$%()", s.data[word.len]))) {
        word.len++;
    }
    return indent == 0 && word.len > 0 && word.len < s.len && s.data[word.len] == ':' &&
           (word.len + 1 == s.len || s.data[word.len + 1] != '=');
}

static bool is_shell(struct span s)
{
    struct span word = s;
    word.len = 0;
    while (word.len < s.len && is_key(s.data[word.len])) {
        word.len++;
    }
    return (span_starts(s, span_of("function ")) && s.len > 9) ||
           (word.len > 0 && span_starts(skip(s, word.len), span_of("()")));
}

static bool is_tex(struct span s, size_t *level)
{
    static const char *const words[] = {"\\part", "\\chapter", "\\section", "\\subsection",
                                        "\\subsubsection"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_starts(s, span_of(words[i]))) {
            *level = i;
            return true;
        }
    }
    return false;
}

/* Bytes of a line that are looked at: some have megabytes, and what they hold is looked for again
 * and again. */
#define LONGEST 1000

bool heading_is(struct heading *h, struct span line, size_t *level)
{
    size_t indent = 0;
    line.len = line.len < LONGEST ? line.len : LONGEST;
    while (line.len > 0 && is_blank(line.data[line.len - 1])) {
        line.len--;
    }
    while (indent < line.len && is_blank(line.data[indent])) {
        indent++;
    }
    struct span s = {line.data + indent, line.len - indent};
    *level = indent;
    if (s.len == 0) {
        return false;
    }
    switch (h->kind) {
    case HEADING_NONE:
        return false;
    case HEADING_CODE:
        return is_code(s, indent);
    case HEADING_C:
        return is_c(s, indent);
    case HEADING_MARKDOWN:
        return is_markdown(h, line, level);
    case HEADING_SECTIONS:
        return indent == 0 && s.data[0] == '[' && ends(s, ']');
    case HEADING_KEYS:
        return is_key_line(s, indent);
    case HEADING_TEX:
        return is_tex(s, level);
    case HEADING_STARS:
        *level = 0;
        while (*level < line.len && line.data[*level] == '*') {
            ++*level;
        }
        return *level > 0 && *level < line.len && line.data[*level] == ' ';
    case HEADING_SHELL:
        return is_shell(s);
    case HEADING_CSS:
        return indent == 0 && ends(s, '{');
    }
    return false;
}
