#include "complete/blank.h"

/* A single one is no indentation. */
#define LEAST_INDENT 2

/* Of many languages: what cannot go on as another word, or hardly. */
static const char keywords[] =
    "and as assert async await case catch class const def do echo elif else elseif enum "
    "export extends extern final fn for foreach from func function goto if impl "
    "implements import in include inline instanceof interface is let local match module "
    "mut namespace new not of or package private protected pub public raise require "
    "return select static struct switch then throw trait type typedef unless unsigned "
    "until use using val var virtual when where while with yield";

static bool is_operator(char c)
{
    return c != '\0' && strchr("=+-*/%<>!&|?:,;^~", c) != NULL;
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
    return !is_blank(last) &&
           (is_operator(last) || span_is_among(span_last_word(before), keywords));
}
