#include "edit/pathname.h"

#include "base/words.h"

#define NAME_MAX_BYTES 255

static struct span trimmed(struct span s)
{
    return span_rtrim(span_ltrim(s));
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static const char *const bare_names[] = {"Makefile",    "GNUmakefile",
                                         "Dockerfile",  "Containerfile",
                                         "Jenkinsfile", "Vagrantfile",
                                         "Gemfile",     "Rakefile",
                                         "Procfile",    "Justfile",
                                         "Brewfile",    "Podfile",
                                         "LICENSE",     "LICENCE",
                                         "COPYING",     "README",
                                         "CHANGELOG",   "CONTRIBUTING",
                                         "AUTHORS",     "NEWS",
                                         "TODO",        "INSTALL",
                                         "VERSION",     "BUILD",
                                         "WORKSPACE",   "Kconfig",
                                         "Kbuild",      "SConstruct",
                                         "Tiltfile",    "Caddyfile",
                                         "CODEOWNERS",  "NOTICE",
                                         "configure",   NULL};

static const char *const extensions =
    "ada adb ads asm astro awk bas bash bat bib bzl c cc cfg cjs clj cljs cls cmake cmd coffee "
    "conf "
    "cpp cr cs csh csproj css csv cts cu cxx d dart diff dockerfile dot el elm env erl ex exs f "
    "f90 "
    "fish fs fsx gd gemspec glsl go gql gradle graphql groovy h hbs hcl hh hpp hrl hs htm html hxx "
    "idl inc ini ino ipynb java jinja jl js json json5 jsonc jsonl jsx kt kts less lisp lock log "
    "lua "
    "m mak markdown md mdx mjs mk ml mli mm mod mts nim nix nu org pas patch php pl plist pm po "
    "proto "
    "ps1 properties pug py pyi pyx qmd qml r rake rb rkt rmd rs rst s sass sbt scala scm scss sh "
    "sld "
    "sol sql sty styl sum svelte svg swift sv t tcl templ tex tf tfvars thrift toml ts tsv tsx "
    "twig "
    "txt typ v vala vb vhd vhdl vim vue wat wgsl xhtml xml xs xsd xsl yaml yml zig zsh "
    "gitignore gitattributes editorconfig dockerignore npmrc babelrc eslintrc prettierrc "
    "clang-format "
    "clang-tidy bashrc zshrc vimrc profile";

static const char *const no_files[] = {
    "asp.net", "console.log", "d3.js",    "express.js", "nest.js",  "next.js", "node.js",
    "nuxt.js", "process.env", "react.js", "socket.io",  "three.js", "vue.js",  NULL};

static bool is_bare_name(struct span s)
{
    for (const char *const *name = bare_names; *name != NULL; name++) {
        if (span_equals(s, *name)) {
            return true;
        }
    }
    return false;
}

static bool is_known_extension(struct span extension)
{
    char lower[16];
    if (extension.len == 0 || extension.len >= sizeof lower) {
        return false;
    }
    for (size_t i = 0; i < extension.len; i++) {
        lower[i] = to_lower(extension.data[i]);
    }
    return span_is_among((struct span){lower, extension.len}, extensions);
}

static struct span base_of(struct span path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.data[i - 1] == '/' || path.data[i - 1] == '\\') {
            return span_skip(path, i);
        }
    }
    return path;
}

static struct span extension_of(struct span base)
{
    for (size_t i = base.len; i > 0; i--) {
        if (base.data[i - 1] == '.') {
            return span_skip(base, i);
        }
    }
    return span_skip(base, base.len);
}

static bool is_word_of_name(struct span s)
{
    bool letter = false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_key(s.data[i]) && s.data[i] != '+') {
            return false;
        }
        letter = letter || (s.data[i] >= 'A' && (s.data[i] < '0' || s.data[i] > '9'));
    }
    return letter;
}

static bool has_bad_char(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.data[i] < 0x20 || is_one_of(s.data[i], "<>|*?\"`{}=;,")) {
            return true;
        }
    }
    return false;
}

bool pathname_is(struct span s, bool sure)
{
    struct span base = base_of(s), extension = extension_of(base);
    if (s.len == 0 || s.len > NAME_MAX_BYTES || base.len == 0 || has_bad_char(s) ||
        is_blank(s.data[0]) || is_blank(s.data[s.len - 1]) || span_has(s, span_of("://")) ||
        span_has(s, span_of(": ")) || span_has(s, span_of("](")) || span_starts_with(s, "www.") ||
        s.data[s.len - 1] == ')' || words_is_any(s.data, s.len, no_files)) {
        return false;
    }
    bool blanks = memchr(s.data, ' ', s.len) != NULL;
    bool folder = base.len<s.len, dotted = extension.len> 0 && extension.len < base.len;
    if (is_bare_name(base) || span_starts_with(base, ".env.") ||
        (dotted && is_known_extension(extension))) {
        return true;
    }
    if (blanks) {
        return false;
    }
    return dotted && is_word_of_name(extension) ? folder || sure : folder && sure;
}

/* With a place behind it, "a.lua:12", "a.lua#L3-L5", it is a path without it. */
struct span pathname_without_place(struct span s)
{
    size_t end = s.len;
    while (end > 0 && (is_one_of(s.data[end - 1], "0123456789-:L"))) {
        end--;
    }
    if (end > 0 && end < s.len && s.data[end - 1] == '#') {
        return (struct span){s.data, end - 1};
    }
    for (size_t i = end; i < s.len; i++) {
        if (s.data[i] == ':') {
            return (struct span){s.data, i};
        }
    }
    return s;
}

bool pathname_read(struct span s, bool sure, struct span *name)
{
    s = pathname_without_place(trimmed(s));
    if (pathname_is(s, sure)) {
        *name = s;
        return true;
    }
    return false;
}

bool pathname_is_markup(struct span s)
{
    return span_is_among(extension_of(base_of(s)), "md markdown mdx qmd rmd Rmd rst txt");
}
