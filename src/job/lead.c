#include "job/lead.h"

#include <string.h>

static size_t past_space(struct span a, size_t at)
{
    while (at < a.len && is_space(a.data[at])) {
        at++;
    }
    return at;
}

static size_t add_start(struct lead *lead, size_t at)
{
    if (lead->count == 0 || lead->starts[lead->count - 1] != at) {
        lead->starts[lead->count++] = at;
    }
    return at;
}

/* Small letters against a text in any; whether it begins with the word, or may once more has come. */
static enum known begins_with(struct span a, const char *word, bool final)
{
    size_t len = strlen(word), n = 0;
    while (n < len && n < a.len && to_lower(a.data[n]) == word[n]) {
        n++;
    }
    return n == len ? KNOWN_YES : n == a.len && !final ? KNOWN_LATER : KNOWN_NO;
}

static enum known begins_with_one(struct span a, const char *const *words, bool final)
{
    enum known found = KNOWN_NO;
    for (size_t i = 0; words[i] != NULL && found != KNOWN_YES; i++) {
        enum known one = begins_with(a, words[i], final);
        found = one != KNOWN_NO ? one : found;
    }
    return found;
}

static bool says_one(struct span a, const char *const *words)
{
    bool said = false;
    for (size_t i = 0; i < a.len && !said; i++) {
        said = begins_with_one(span_skip(a, i), words, true) == KNOWN_YES;
    }
    return said;
}

static bool ends_with(struct span a, const char *const *ends)
{
    bool found = false;
    for (size_t i = 0; ends[i] != NULL && !found; i++) {
        size_t len = strlen(ends[i]);
        found = len <= a.len && memcmp(a.data + a.len - len, ends[i], len) == 0;
    }
    return found;
}

/* Where the words end that introduce others: at a colon, or at the end of a line. */
static size_t find_end(struct span a)
{
    static const char *const wide[] = {"：", NULL};
    size_t i = 0;
    while (i < a.len && i < LEAD_MAX && a.data[i] != '\n' &&
           !(i > 0 && a.data[i - 1] == ':' && (is_blank(a.data[i]) || a.data[i] == '*')) &&
           !ends_with((struct span){a.data, i}, wide)) {
        i++;
    }
    return i;
}

/* How words about the reply begin, and what makes them that. In small letters, as far as those are of
 * ASCII; several languages begin them as English does ("continuación", "continuazione"). */
static const char *const begin_words[] = {
    "continu",   "(continu",  "[continu", "*continu",   "**continu", "here",      "sure",
    "certainly", "of course", "ok",       "picking up", "resum",     "i'll cont", "i will cont",
    "let me co", "let's co",  "sorry",    "apologies",  "hier",      "fortsetz",  "weiter",
    "natürlich", "klar",      "gerne",    "voici",      "bien sûr",  "je conti",  "la suite",
    "aquí",      "claro",     "por sup",  "ecco",       "certo",     "aqui",      "继续",
    "接着",      "好的",      "以下是",   "続き",       "はい",      NULL};
static const char *const about_words[] = {"contin", "left off", "stopped", "cut off",  "picking up",
                                          "resum",  "fortsetz", "weiter",  "la suite", "继续",
                                          "接着",   "続き",     NULL};
static const char *const end_marks[] = {":", ".", "*", ")", "]", "：", "。", NULL};

/* Words about the reply: "Continuing from where I left off:". *at moves behind them. */
static enum known read_words(struct span a, bool final, size_t *at)
{
    const struct span rest = span_skip(a, *at);
    enum known begun = begins_with_one(rest, begin_words, final);
    if (begun != KNOWN_YES) {
        return begun;
    }
    struct span said = {rest.data, find_end(rest)};
    if (said.len == rest.len || said.len == LEAD_MAX) {
        return said.len < LEAD_MAX && !final ? KNOWN_LATER : KNOWN_NO;
    }
    if (!ends_with(said, end_marks) || !says_one(said, about_words)) {
        return KNOWN_NO;
    }
    *at += said.len;
    while (*at < a.len && a.data[*at] == '*') {
        (*at)++;
    }
    return KNOWN_YES;
}

/* "..." in the place of what was said before. */
static enum known read_dots(struct span a, bool final, size_t *at)
{
    static const char *const dots[] = {"...", "…", NULL};
    const struct span rest = span_skip(a, *at);
    enum known found = begins_with_one(rest, dots, final);
    *at += found == KNOWN_YES ? 3 : 0; /* bytes, of either */
    return found;
}

/* The line that opens the fence with that mark again. *named: with its language. */
static enum known read_fence(char mark, struct span a, bool final, size_t *at, bool *named)
{
    const struct span rest = span_skip(a, *at);
    size_t run = 0;
    while (mark != 0 && run < rest.len && rest.data[run] == mark) {
        run++;
    }
    if (run < 3) {
        return run > 0 && run == rest.len && !final ? KNOWN_LATER : KNOWN_NO;
    }
    const char *end = memchr(rest.data, '\n', rest.len < LEAD_MAX ? rest.len : LEAD_MAX);
    if (end == NULL) {
        return final || rest.len >= LEAD_MAX ? KNOWN_NO : KNOWN_LATER;
    }
    size_t len = (size_t)(end - rest.data);
    *named = !span_is_blank((struct span){rest.data + run, len - run});
    *at += len + 1;
    return KNOWN_YES;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

enum known lead_read(const struct lead_from *from, struct span a, bool final, struct lead *lead)
{
    *lead = (struct lead){.count = 0};
    add_start(lead, 0);
    size_t at = past_space(a, 0);
    if (at == a.len) {
        return final || at >= LEAD_MAX ? KNOWN_NO : KNOWN_LATER;
    }
    lead->space = add_start(lead, at);
    enum known found = from->asked ? read_words(a, final, &at) : KNOWN_NO;
    if (found == KNOWN_NO && from->asked && from->fence == 0) { /* code has dots of its own */
        found = read_dots(a, final, &at);
    }
    lead->said = found == KNOWN_YES;
    at = lead->said ? add_start(lead, past_space(a, at)) : at;
    if (found != KNOWN_LATER) {
        found = read_fence(from->fence, a, final, &at, &lead->fenced);
        add_start(lead, at);
    }
    if (from->asked && at < a.len && is_quote(a.data[at])) {
        lead->quote = a.data[at];
        add_start(lead, at + 1);
    }
    return found == KNOWN_LATER ? KNOWN_LATER : KNOWN_YES;
}
