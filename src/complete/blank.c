#include "complete/blank.h"

/* A single one is no indentation. */
#define LEAST_INDENT 2

/* Of many languages: what cannot go on as another word, or hardly. */
static const char *const keywords[] = {
    "and",     "as",        "assert",     "async",     "await", "case",       "catch",   "class",
    "const",   "def",       "do",         "echo",      "elif",  "else",       "elseif",  "enum",
    "export",  "extends",   "extern",     "final",     "fn",    "for",        "foreach", "from",
    "func",    "function",  "goto",       "if",        "impl",  "implements", "import",  "in",
    "include", "inline",    "instanceof", "interface", "is",    "let",        "local",   "match",
    "module",  "mut",       "namespace",  "new",       "not",   "of",         "or",      "package",
    "private", "protected", "pub",        "public",    "raise", "require",    "return",  "select",
    "static",  "struct",    "switch",     "then",      "throw", "trait",      "type",    "typedef",
    "unless",  "unsigned",  "until",      "use",       "using", "val",        "var",     "virtual",
    "when",    "where",     "while",      "with",      "yield",
};

static bool is_operator(char c)
{
    return c != '\0' && strchr("=+-*/%<>!&|?:,;^~", c) != NULL;
}

static bool is_keyword(struct span word)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (span_equals(word, keywords[i])) {
            return true;
        }
    }
    return false;
}

bool blank_is_due(struct span line)
{
    if (line.len == 0 || line.data[line.len - 1] != ' ') {
        return false;
    }
    struct span before = {line.data, line.len - 1};
    if (span_ltrim(line).len == 0) {
        return line.len >= LEAST_INDENT;
    }
    char last = before.data[before.len - 1];
    return !is_blank(last) && (is_operator(last) || is_keyword(span_last_word(before)));
}
