#include "edit/prose.h"

#include "edit/place.h"
#include "text/talk.h"

#define WORDS_MIN 4 /* of a sentence */

/* ---- sentences ----------------------------------------------------------------- */

/* "\uFF0E", "\uFF1A", "\u3002", "\uFF01", "\uFF1F": signs of Chinese and Japanese. */
static const char *const wide_ends[] = {"\u3002", "\uFF1A", "\uFF01", "\uFF1F", "\uFF0E"};

static bool ends_with(struct span s, const char *end)
{
    size_t len = strlen(end);
    return s.len >= len && memcmp(s.data + s.len - len, end, len) == 0;
}

static bool has_wide_end(struct span line)
{
    for (size_t i = 0; i < sizeof wide_ends / sizeof *wide_ends; i++) {
        if (ends_with(line, wide_ends[i])) {
            return true;
        }
    }
    return false;
}

static bool has_end(struct span line)
{
    return line.len > 0 && (strchr(".:?!", line.data[line.len - 1]) != NULL || has_wide_end(line));
}

static bool is_letter(char c)
{
    return is_word(c) && c != '_' && !(c >= '0' && c <= '9');
}

/* Letters, maybe with a sign of a sentence behind them. */
static bool is_plain_word(struct span word)
{
    size_t n = 0;
    while (n < word.len &&
           (is_letter(word.data[n]) || (n > 0 && (word.data[n] == '\'' || word.data[n] == '-')))) {
        n++;
    }
    return n > 0 &&
           (n == word.len || (n + 1 == word.len && strchr(",.:;?!", word.data[n]) != NULL));
}

bool prose_is_sentence(struct span line)
{
    bool capital = line.len > 0 && ((line.data[0] >= 'A' && line.data[0] <= 'Z') ||
                                    (unsigned char)line.data[0] >= 0x80);
    if (!capital || !has_end(line)) {
        return false;
    }
    if (has_wide_end(line) && (unsigned char)line.data[0] >= 0xE0) {
        return true;
    }
    size_t words = 0, plain = 0, lower = 0;
    for (struct span rest = line; rest.len > 0;) {
        size_t n = 0;
        while (n < rest.len && !is_blank(rest.data[n])) {
            n++;
        }
        words++;
        plain += is_plain_word((struct span){rest.data, n});
        lower += to_lower(rest.data[0]) == rest.data[0] && is_letter(rest.data[0]);
        rest = span_ltrim(span_skip(rest, n));
    }
    return words >= WORDS_MIN && lower >= 2 && 3 * plain >= 2 * words;
}

/* ---- lines --------------------------------------------------------------------- */

bool prose_is_talk(const struct place *p, struct span line)
{
    if (linemap_find(&p->old, line) != NULL) {
        return false;
    }
    bool sentences = !p->language->prose && !p->language->words && !p->sentences;
    if (talk_at_start(line, true, sentences) == TALK_IS) {
        return true;
    }
    return !p->language->prose && !p->sentences && prose_is_sentence(line);
}

bool prose_is_code(const struct place *p, struct span line)
{
    if (linemap_find(&p->old, line) != NULL) {
        return true;
    }
    bool path = line.len > 2 && strchr("*`#", line.data[0]) != NULL && line.data[0] != '\0' &&
                (line.data[1] == line.data[0] || line.data[1] == ' ' || line.data[0] == '`');
    if (path || prose_is_sentence(line)) {
        return false;
    }
    static const char signs[] = "(){};=<>@$\\";
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] != '\0' && strchr(signs, line.data[i]) != NULL) {
            return line.data[line.len - 1] != ':' || p->language->by_indent;
        }
    }
    return false;
}

bool prose_introduces(struct span line)
{
    return line.len > 0 && (line.data[line.len - 1] == ':' || ends_with(line, "\uFF1A"));
}

bool prose_asks(struct span line)
{
    return line.len > 0 && (line.data[line.len - 1] == '?' || ends_with(line, "\uFF1F"));
}
