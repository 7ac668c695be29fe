#include "complete/trim/line.h"

#include <string.h>

#define TAB 8

/* Ruby, Lua, Julia and Elixir; shell; Vim script and others that name what ends. */
static const char *const closers[] = {"end",    "fi",       "done",        "esac",   "endif",
                                      "endfor", "endwhile", "endfunction", "endtry", "until"};

bool span_starts(struct span s, const char *word)
{
    size_t len = strlen(word);
    return s.len >= len && memcmp(s.data, word, len) == 0;
}

struct span span_skip(struct span s, size_t n)
{
    return n == 0 ? s : (struct span){s.data + n, s.len - n};
}

struct span span_ltrim(struct span s)
{
    size_t n = 0;
    while (n < s.len && is_blank(s.data[n])) {
        n++;
    }
    return span_skip(s, n);
}

struct span span_rtrim(struct span s)
{
    while (s.len > 0 && is_blank(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

struct span line_next(const char *data, size_t len, size_t *at)
{
    size_t from = *at;
    if (from >= len) {
        *at = len + 1;
        return (struct span){NULL, 0};
    }
    const char *end = memchr(data + from, '\n', len - from);
    size_t to = end != NULL ? (size_t)(end - data) : len;
    *at = to + 1;
    return (struct span){data + from, to - from};
}

struct span line_last(const char *data, size_t *len)
{
    size_t end = *len;
    while (end > 0 && (is_blank(data[end - 1]) || data[end - 1] == '\n')) {
        end--;
    }
    size_t from = end;
    while (from > 0 && data[from - 1] != '\n') {
        from--;
    }
    *len = from;
    return end > from ? (struct span){data + from, end - from} : (struct span){NULL, 0};
}

static size_t row_len(struct row r)
{
    return r.head.len + r.tail.len;
}

static char row_at(struct row r, size_t i)
{
    return i < r.head.len ? r.head.data[i] : r.tail.data[i - r.head.len];
}

size_t row_indent(struct row r)
{
    size_t column = 0;
    for (size_t i = 0; i < row_len(r) && is_blank(row_at(r, i)); i++) {
        column += row_at(r, i) == '\t' ? TAB - column % TAB : 1;
    }
    return column;
}

size_t row_weight(struct row r)
{
    size_t weight = 0;
    for (size_t i = 0; i < row_len(r); i++) {
        weight += is_word(row_at(r, i));
    }
    return weight;
}

enum row_likeness row_compare(struct row r, struct row other)
{
    r.tail = span_rtrim(r.tail);
    size_t len = row_len(r), all = row_len(other);
    while (all > 0 && is_blank(row_at(other, all - 1))) {
        all--;
    }
    if (len > all) {
        return ROW_OTHER;
    }
    for (size_t i = 0; i < len; i++) {
        if (row_at(r, i) != row_at(other, i)) {
            return ROW_OTHER;
        }
    }
    return len == all ? ROW_SAME : ROW_BEGINS;
}

static struct span first_word(struct span s)
{
    size_t n = 0;
    while (n < s.len && is_word(s.data[n])) {
        n++;
    }
    return (struct span){s.data, n};
}

static bool is_bracket(char c)
{
    return c == ')' || c == ']' || c == '}';
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
    if ((trimmed.len > 0 && is_bracket(trimmed.data[0])) || span_starts(trimmed, "</")) {
        return true;
    }
    struct span word = first_word(trimmed);
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++) {
        if (word.len == strlen(closers[i]) && span_starts(word, closers[i])) {
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
    struct span left = span_skip(trimmed, first_word(trimmed).len);
    while (left.len > 0 && (is_bracket(left.data[0]) || is_blank(left.data[0]) ||
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
