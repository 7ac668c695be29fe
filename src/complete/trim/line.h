/* Lines of text as the rules about a model's answers see them. All memory is the caller's. */
#ifndef HUM_LINE_H
#define HUM_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct span {
    const char *data; /* NULL only if len is 0 */
    size_t len;
};

/* A line of which one part is typed and the other part comes from the model. */
struct row {
    struct span head, tail;
};

enum row_likeness {
    ROW_OTHER,
    ROW_BEGINS, /* it is a true beginning of the other row */
    ROW_SAME,
};

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Part of a word: letters, digits, '_' and whatever is not ASCII. */
static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

bool span_starts(struct span s, const char *word);
struct span span_skip(struct span s, size_t n); /* without its first n <= len bytes */
struct span span_ltrim(struct span s);
struct span span_rtrim(struct span s);

/* The line that begins at data + *at, without its '\n'; *at moves behind that '\n', or to
 * len + 1 behind the last line. */
struct span line_next(const char *data, size_t len, size_t *at);

/* The last line of data that is not blank (empty if there is none); *len shrinks to what
 * stands before that line. */
struct span line_last(const char *data, size_t *len);

/* Columns of white space that the row begins with; a tab goes to the next multiple of 8. */
size_t row_indent(struct row r);

/* How many bytes are part of words: what has few of them ("}", "{") is no evidence
 * when it is found twice. */
size_t row_weight(struct row r);

/* Byte by byte, indentation included; blanks at the end of r do not count. */
enum row_likeness row_compare(struct row r, struct row other);

/* A closing bracket, or a word such as "end" in Lua, Ruby, shell and Vim, begins it. */
bool line_closes(struct span trimmed);

/* It consists of that alone, but for punctuation behind it. */
bool line_only_closes(struct span trimmed);

/* It is nothing but such a word or its beginning: more text may make it another. */
bool line_may_close(struct span trimmed);

#endif
