/* A piece of somebody else's text, and what its bytes are: blanks, white space, words. All
 * memory is the caller's. */
#ifndef HUM_SPAN_H
#define HUM_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *data; /* NULL only if len is 0 */
    size_t len;
};

/* What may stand around the text of a line. A carriage return is one: files with CRLF have it
 * at the end of each line. */
static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* White space: a blank or the end of a line. */
static inline bool is_space(char c)
{
    return is_blank(c) || c == '\n';
}

/* Part of a word: letters, digits, '_' and whatever is not ASCII. */
static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Part of a name as programs have it: an ASCII letter, a digit or '_'. */
static inline bool is_name(char c)
{
    return is_word(c) && (unsigned char)c < 0x80;
}

/* Part of a name or a key, which may have '-' in it, too. */
static inline bool is_key(char c)
{
    return is_name(c) || c == '-';
}

/* A letter of ASCII made small. */
static inline char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Of a NUL-terminated text. */
static inline struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static inline bool span_starts(struct span s, struct span beginning)
{
    return s.len >= beginning.len &&
           (beginning.len == 0 || memcmp(s.data, beginning.data, beginning.len) == 0);
}

/* NUL-terminated. */
static inline bool span_starts_with(struct span s, const char *beginning)
{
    return span_starts(s, span_of(beginning));
}

/* NUL-terminated. */
static inline bool span_equals(struct span s, const char *text)
{
    return s.len == strlen(text) && span_starts_with(s, text);
}

bool span_is_blank(struct span s); /* nothing but blanks, or nothing: of a line, a blank line */

/* Without its first n <= len bytes. */
static inline struct span span_skip(struct span s, size_t n)
{
    return n == 0 ? s : (struct span){s.data + n, s.len - n};
}

struct span span_ltrim(struct span s); /* without the blanks that it begins with */
struct span span_rtrim(struct span s); /* ... that it ends with */

bool span_has(struct span s, struct span part); /* part stands somewhere in it */

/* Where the character stands last, or NULL: memrchr, which macOS has not. */
const char *span_find_last(struct span s, char c);

/* The word that it begins or ends with, empty if there is none. */
struct span span_first_word(struct span s);
struct span span_last_word(struct span s);

/* Of a list of words with blanks between them, NULL for none: the next one, empty behind the last;
 * *list moves behind it. And whether s is one of them. */
struct span span_next_word(const char **list);
bool span_is_among(struct span s, const char *list);

/* The line that begins at byte *at, without its '\n'; *at moves behind that '\n', or to len + 1
 * behind the last line. */
struct span span_next_line(struct span s, size_t *at);

/* The last line that is not blank (empty if there is none); *s shrinks to what stands before
 * that line. */
struct span span_last_line(struct span *s);

#endif
