#include "edit/sign.h"

#include "base/words.h"

#include <stddef.h>

static size_t run_of(struct span s, char c)
{
    size_t n = 0;
    while (n < s.len && s.data[n] == c) {
        n++;
    }
    return n;
}

static struct span trimmed(struct span s)
{
    return span_rtrim(span_ltrim(s));
}

/* Words of upper or lower case at its beginning; they are dropped. */
static bool eats(struct span *s, const char *words)
{
    const char *const list[] = {words, NULL};
    size_t n = strlen(words);
    if (s->len < n || !words_is_any(s->data, n, list)) {
        return false;
    }
    *s = span_skip(*s, n);
    return true;
}

/* ---- search and replace ------------------------------------------------------------ */

#define SIGNS_MIN 5  /* aider takes from 5 to 9 */
#define DASHES_MIN 3 /* Cline from 3 on */
#define SIGNS_MAX 12

static const char *const opening[] = {"SEARCH", "ORIGINAL", "OLD", "BEFORE", "FIND", NULL};
static const char *const closing[] = {"REPLACE", "UPDATED",     "UPDATE",   "NEW",
                                      "AFTER",   "REPLACEMENT", "MODIFIED", NULL};

/* Behind dashes and pluses, which diffs have, too, and signs the wrong way round. */
static const char *const dashed[] = {"SEARCH", NULL};
static const char *const crossed[] = {"REPLACE", NULL};

/* Signs, and one of the words behind them; ">" and ":" may follow. */
static bool is_marker(struct span s, const char *signs, size_t least, const char *const *words,
                      size_t *count, struct span *rest)
{
    size_t n = s.len > 0 && strchr(signs, s.data[0]) != NULL ? run_of(s, s.data[0]) : 0;
    if (n < least || n > SIGNS_MAX) {
        return false;
    }
    s = span_ltrim(span_skip(s, n));
    struct span word = {s.data, 0};
    while (word.len < s.len && is_name(s.data[word.len])) {
        word.len++;
    }
    if (word.len == 0 || !words_is_any(word.data, word.len, words)) {
        return false;
    }
    s = span_skip(s, word.len);
    s = span_skip(s, run_of(s, s.len > 0 && s.data[0] == '<' ? '<' : '>'));
    s = span_skip(s, run_of(s, ':'));
    *count = n;
    *rest = trimmed(s);
    return rest->len < s.len || s.len == 0;
}

static enum sign marker_of(struct span s, size_t *count, struct span *rest)
{
    if (is_marker(s, "<", SIGNS_MIN, opening, count, rest) ||
        is_marker(s, ">", SIGNS_MIN, dashed, count, rest) ||
        is_marker(s, "-", DASHES_MIN, dashed, count, rest)) {
        return SIGN_SEARCH;
    }
    if ((is_marker(s, ">", SIGNS_MIN, closing, count, rest) ||
         is_marker(s, "<", SIGNS_MIN, crossed, count, rest) ||
         is_marker(s, "+", DASHES_MIN, crossed, count, rest)) &&
        rest->len == 0) {
        return SIGN_REPLACE;
    }
    *count = run_of(s, '=');
    return *count >= SIGNS_MIN && *count <= SIGNS_MAX && *count == s.len ? SIGN_DIVIDER : SIGN_NONE;
}

/* ---- patches ----------------------------------------------------------------------- */

static enum sign patch_sign(struct span s, struct span *rest)
{
    static const struct {
        const char *words;
        enum sign sign;
    } list[] = {
        {"Begin Patch", SIGN_BEGIN}, {"End Patch", SIGN_END},       {"Update File:", SIGN_UPDATE},
        {"Add File:", SIGN_ADD},     {"Delete File:", SIGN_DELETE}, {"Move to:", SIGN_MOVE},
        {"End of File", SIGN_EOF},
    };
    s = span_ltrim(span_skip(s, 3));
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        *rest = s;
        if (eats(rest, list[i].words)) {
            bool named = list[i].words[strlen(list[i].words) - 1] == ':';
            *rest = trimmed(*rest);
            struct span stars = {rest->data, run_of(*rest, '*')};
            return named ? list[i].sign : rest->len == stars.len ? list[i].sign : SIGN_NONE;
        }
    }
    return SIGN_NONE;
}

enum sign sign_of(struct span line, size_t *count, struct span *rest)
{
    struct span s = trimmed(line);
    *count = 0;
    *rest = (struct span){s.data, 0};
    if (s.len < 3 || strchr("<>=-+*", s.data[0]) == NULL) {
        return SIGN_NONE;
    }
    if (s.data[0] == '*') {
        return run_of(s, '*') == 3 ? patch_sign(s, rest) : SIGN_NONE;
    }
    return marker_of(s, count, rest);
}

bool sign_is_escaped(struct span line)
{
    size_t count;
    struct span rest;
    if (line.len == 0 || line.data[0] != '\\') {
        return false;
    }
    enum sign sign = sign_of(span_skip(line, 1), &count, &rest);
    return sign == SIGN_SEARCH || sign == SIGN_DIVIDER || sign == SIGN_REPLACE ||
           (line.len > SIGNS_MIN && strchr("<>=", line.data[1]) != NULL &&
            run_of(span_skip(line, 1), line.data[1]) >= SIGNS_MIN);
}

/* ---- unified diffs ------------------------------------------------------------------- */

bool sign_diff_name(struct span line, char c, struct span *name)
{
    if (run_of(line, c) != 3 || line.len < 5 || (line.data[3] != ' ' && line.data[3] != '\t')) {
        return false;
    }
    struct span s = trimmed(span_skip(line, 4));
    const char *tab = s.len > 0 ? memchr(s.data, '\t', s.len) : NULL;
    if (tab != NULL) {
        s.len = (size_t)(tab - s.data);
    }
    if (s.len > 0 && s.data[s.len - 1] == ')') { /* a remark */
        size_t n = s.len;
        while (n > 0 && s.data[n - 1] != '(') {
            n--;
        }
        s = n > 2 && is_blank(s.data[n - 2]) ? trimmed((struct span){s.data, n - 1}) : s;
    }
    if (s.len > 1 && s.data[0] == '"' && s.data[s.len - 1] == '"') {
        s = (struct span){s.data + 1, s.len - 2};
    }
    if (span_equals(s, "/dev/null")) {
        s.len = 0;
    } else if (span_starts_with(s, c == '-' ? "a/" : "b/")) {
        s = span_skip(s, 2);
    }
    *name = s;
    return true;
}

static size_t number_of(struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && i < 9 && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
        n = n * 10 + (size_t)(s.data[i] - '0');
    }
    return n;
}

bool sign_is_hunk(struct span line, size_t *first, struct span *rest)
{
    *first = 0;
    if (run_of(line, '@') != 2) {
        return false;
    }
    struct span s = trimmed(span_skip(line, 2));
    size_t end = 0;
    while (end + 1 < s.len && (s.data[end] != '@' || s.data[end + 1] != '@')) {
        end++;
    }
    bool closed = end + 1 < s.len;
    if (closed && (end == 0 || strchr("-+.0123456789", s.data[0]) != NULL)) {
        *first = s.len > 1 && s.data[0] == '-' ? number_of(span_skip(s, 1)) : 0;
        *rest = trimmed(span_skip(s, end + 2));
    } else if (closed && end + 2 == s.len) { /* "@@ def f(): @@" */
        *rest = trimmed((struct span){s.data, end});
    } else {
        *rest = s;
    }
    return true;
}

bool sign_is_git(struct span line)
{
    static const char *const beginnings[] = {
        "diff --git ",  "index ",     "new file mode ",    "deleted file mode ",
        "old mode ",    "new mode ",  "similarity index ", "dissimilarity index ",
        "rename from ", "rename to ", "copy from ",        "copy to ",
    };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (span_starts_with(line, beginnings[i])) {
            return true;
        }
    }
    return false;
}

/* ---- fences -------------------------------------------------------------------------- */

char sign_fence(struct span line, size_t *run, struct span *info)
{
    struct span s = trimmed(line);
    char c = s.len > 0 ? s.data[0] : 0;
    *run = c == '`' || c == '~' ? run_of(s, c) : 0;
    if (*run < 3) {
        return 0;
    }
    *info = trimmed(span_skip(s, *run));
    bool ticks = c == '`' && info->len > 0 && memchr(info->data, '`', info->len) != NULL;
    return ticks ? 0 : c;
}
