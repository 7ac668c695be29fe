#include "text/line.h"

#include <string.h>

/* Of Ruby, Lua, Julia and Elixir; of shell; of Vim script and others whose word says what ends. */
static const char *const closers[] = {"end",    "fi",       "done",        "esac",   "endif",
                                      "endfor", "endwhile", "endfunction", "endtry", "until"};

struct line line_of(struct span s)
{
    return (struct line){.typed = s};
}

static size_t line_len(struct line l)
{
    return l.typed.len + l.generated.len;
}

static char line_at(struct line l, size_t i)
{
    return i < l.typed.len ? l.typed.data[i] : l.generated.data[i - l.typed.len];
}

size_t line_indent(const struct indent *indent, struct line l)
{
    size_t column = 0;
    for (size_t i = 0; i < line_len(l) && is_blank(line_at(l, i)); i++) {
        column = indent_advance(indent, column, line_at(l, i));
    }
    return column;
}

size_t line_weight(struct line l)
{
    size_t weight = 0;
    for (size_t i = 0; i < line_len(l); i++) {
        weight += is_word(line_at(l, i));
    }
    return weight;
}

enum line_likeness line_compare(struct line l, struct line other)
{
    l.generated = span_rtrim(l.generated);
    size_t len = line_len(l), all = line_len(other);
    while (all > 0 && is_blank(line_at(other, all - 1))) {
        all--;
    }
    if (len > all) {
        return LINE_OTHER;
    }
    for (size_t i = 0; i < len; i++) {
        if (line_at(l, i) != line_at(other, i)) {
            return LINE_OTHER;
        }
    }
    return len == all ? LINE_SAME : LINE_BEGINS;
}

/* Moves *i to the next byte that is no blank; returns false behind the last. */
static bool next_byte(struct line l, size_t *i)
{
    while (*i < line_len(l) && is_blank(line_at(l, *i))) {
        (*i)++;
    }
    return *i < line_len(l);
}

enum line_likeness line_compare_loosely(struct line l, struct line other)
{
    size_t i = 0, j = 0;
    while (next_byte(l, &i)) {
        if (!next_byte(other, &j) || to_lower(line_at(l, i)) != to_lower(line_at(other, j))) {
            return LINE_OTHER;
        }
        i++;
        j++;
    }
    return next_byte(other, &j) ? LINE_BEGINS : LINE_SAME;
}

/* What may stand behind such a word; "done()" and "end = 1" are others. */
static bool ends_word(struct span behind)
{
    behind = span_ltrim(behind);
    return behind.len == 0 ||
           (behind.data[0] != '\0' && strchr(")]},;|&<>#-/", behind.data[0]) != NULL);
}

bool line_closes(struct span trimmed)
{
    if ((trimmed.len > 0 && is_closing_bracket(trimmed.data[0])) ||
        span_starts_with(trimmed, "</")) {
        return true;
    }
    struct span word = span_first_word(trimmed);
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++) {
        if (span_equals(word, closers[i])) {
            return ends_word(span_skip(trimmed, word.len));
        }
    }
    return false;
}

bool line_only_closes(struct span trimmed)
{
    if (!line_closes(trimmed) || trimmed.data[0] == '<') {
        return false;
    }
    struct span left = span_skip(trimmed, span_first_word(trimmed).len);
    while (left.len > 0 && (is_closing_bracket(left.data[0]) || is_blank(left.data[0]) ||
                            left.data[0] == ';' || left.data[0] == ',')) {
        left = span_skip(left, 1);
    }
    return left.len == 0;
}

bool line_may_close(struct span trimmed)
{
    if (trimmed.len == 1 && trimmed.data[0] == '<') {
        return true;
    }
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++) {
        if (trimmed.len > 0 && trimmed.len <= strlen(closers[i]) &&
            memcmp(trimmed.data, closers[i], trimmed.len) == 0) {
            return true;
        }
    }
    return false;
}
