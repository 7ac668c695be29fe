#include "edit/mistaken.h"

#include "base/words.h"
#include "edit/fold.h"

#include <string.h>

/* ---- blocks ------------------------------------------------------------------------- */

#define SIGNS_MIN 5

enum part { PART_NONE, PART_FIRST, PART_SECOND };

/* A word that stands alone in its line, but for signs: "[SEARCH]", "<search>", "**REPLACE:**". */
static bool is_lone(struct span line, const char *upper, const char *lower)
{
    size_t n = strlen(upper), first = 0;
    bool tag = line.len > 0 && (line.data[0] == '<' || line.data[0] == '[');
    while (first < line.len && !is_name(line.data[first])) {
        first++;
    }
    struct span word = span_skip(line, first);
    if (word.len < n || line.len == n ||
        (memcmp(word.data, upper, n) != 0 && (!tag || memcmp(word.data, lower, n) != 0))) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        bool own = i >= first && i < first + n;
        if (!own && (is_name(line.data[i]) || strchr("(){};,.\"'", line.data[i]) != NULL)) {
            return false;
        }
    }
    return true;
}

/* "<<<<<<< HEAD", ">>>>>>>", as conflicts have them, or one of the words. */
static enum part part_of(struct span line)
{
    struct span s = fold_trim(line);
    size_t n = 0;
    while (n < s.len && (s.data[0] == '<' || s.data[0] == '>') && s.data[n] == s.data[0]) {
        n++;
    }
    if (n >= SIGNS_MIN && (n == s.len || s.data[n] == ' ')) {
        return s.data[0] == '<' ? PART_FIRST : PART_SECOND;
    }
    return is_lone(s, "SEARCH", "search")     ? PART_FIRST
           : is_lone(s, "REPLACE", "replace") ? PART_SECOND
                                              : PART_NONE;
}

static bool has_block(const struct text *text)
{
    bool first = false;
    for (size_t i = 0; i < text->count; i++) {
        enum part part = part_of(text_line(text, i));
        first = first || part == PART_FIRST;
        if (first && part == PART_SECOND) {
            return true;
        }
    }
    return false;
}

static bool lines_have_block(const struct seek_lines *lines)
{
    bool first = false;
    for (size_t i = 0; i < lines->count; i++) {
        enum part part = part_of(lines->items[i].text);
        first = first || part == PART_FIRST;
        if (first && part == PART_SECOND) {
            return true;
        }
    }
    return false;
}

/* ---- diffs -------------------------------------------------------------------------- */

static bool has_line(const struct seek_lines *lines, struct span line)
{
    uint64_t key = fold_key(line);
    line = span_rtrim(line);
    for (size_t i = 0; i < lines->count; i++) {
        struct span one = span_rtrim(lines->items[i].text);
        if (lines->items[i].key == key && one.len == line.len && span_starts(one, line)) {
            return true;
        }
    }
    return false;
}

/* All lines begin with the signs of a diff, some lines are added or go, and most of those that should
 * stand in the file do, but for the sign. */
static bool is_diff(const struct seek_lines *now, const struct text *text)
{
    size_t signs = 0, old = 0, known = 0;
    for (size_t i = 0; i < text->count; i++) {
        struct span line = text_line(text, i);
        if (span_is_blank(line) || line.data[0] == '@') {
            continue;
        }
        if (strchr(" +-", line.data[0]) == NULL) {
            return false;
        }
        signs += line.data[0] != ' ';
        old += line.data[0] != '+';
        known += line.data[0] != '+' && !has_line(now, line) && has_line(now, span_skip(line, 1));
    }
    return signs > 0 && known > 0 && 2 * known > old;
}

bool mistaken(const struct seek_lines *now, const struct text *wanted, bool markup)
{
    return (!markup && has_block(wanted) && !lines_have_block(now)) || is_diff(now, wanted);
}
