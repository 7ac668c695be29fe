/* Lines of text as the rules about a model's answers see them. All memory is the caller's. */
#ifndef HUM_LINE_H
#define HUM_LINE_H

#include "base/span.h"
#include "text/indent.h"

#include <stdbool.h>
#include <stddef.h>

/* A line whose beginning is the user's, and whose end comes from the model. Either may be
 * empty. */
struct line {
    struct span typed, generated;
};

enum line_likeness {
    LINE_OTHER,
    LINE_BEGINS, /* it is a true beginning of the other line */
    LINE_SAME,
};

/* A line in one part, the user's or the model's. */
struct line line_of(struct span s);

/* Columns of white space that the line begins with. */
size_t line_indent(const struct indent *indent, struct line l);

/* How many bytes are part of words: what has few of them ("}", "{") is no evidence
 * when it is found twice. */
size_t line_weight(struct line l);

/* Byte by byte, indentation included; blanks at the end do not count, but for those that
 * the user has typed at the end of l. */
enum line_likeness line_compare(struct line l, struct line other);

/* The same where neither case nor blanks count. */
enum line_likeness line_compare_loosely(struct line l, struct line other);

/* A closing bracket, or a word such as "end" in Lua, Ruby, shell and Vim, begins it. */
bool line_closes(struct span trimmed);

/* It consists of that alone, but for punctuation behind it. */
bool line_only_closes(struct span trimmed);

/* It is nothing but such a word or its beginning: more text may make it another. */
bool line_may_close(struct span trimmed);

static inline bool is_opening_bracket(char c)
{
    return c == '(' || c == '[' || c == '{';
}

static inline bool is_closing_bracket(char c)
{
    return c == ')' || c == ']' || c == '}';
}

#endif
