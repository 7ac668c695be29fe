#include "server/language_name.h"

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Names as in github.com/THUDM/CodeGeeX2 (benchmark/humanevalx), of CodeGeeX4's main languages. */
static const struct {
    const char *name, *endings;
} languages[] = {
    {"C", "c h"},
    {"C++", "cc cpp cxx hh hpp hxx ipp inl"},
    {"C#", "cs"},
    {"CSS", "css"},
    {"Cuda", "cu cuh"},
    {"Dart", "dart"},
    {"Go", "go"},
    {"Haskell", "hs lhs"},
    {"HTML", "htm html"},
    {"Java", "java"},
    {"JavaScript", "cjs js jsx mjs"},
    {"JSON", "json jsonc"},
    {"Kotlin", "kt kts"},
    {"Lua", "lua"},
    {"Markdown", "markdown md"},
    {"Objective-C", "m"},
    {"Objective-C++", "mm"},
    {"Pascal", "pas pp"},
    {"PHP", "php"},
    {"Python", "py pyi pyw"},
    {"R", "r"},
    {"Ruby", "rb"},
    {"Rust", "rs"},
    {"Scala", "sc scala"},
    {"Shell", "bash sh zsh"},
    {"SQL", "sql"},
    {"Swift", "swift"},
    {"TeX", "sty tex"},
    {"TypeScript", "cts mts ts tsx"},
    {"Vue", "vue"},
    {"XML", "xml xsd xsl"},
};

/* Whether a word of the list is that ending, in either case. */
static bool is_among(const char *list, struct span ending)
{
    struct span word = span_next_word(&list);
    while (word.len > 0 &&
           (word.len != ending.len || strncasecmp(word.data, ending.data, ending.len) != 0)) {
        word = span_next_word(&list);
    }
    return word.len > 0;
}

const char *language_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof languages / sizeof *languages; i++) {
        if (is_among(languages[i].endings, span_of(dot + 1))) {
            return languages[i].name;
        }
    }
    return "";
}
