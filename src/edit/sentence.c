#include "edit/sentence.h"

#define WORDS_MIN 4 /* of a sentence */

/* "\uFF0E", "\uFF1A", "\u3002", "\uFF01", "\uFF1F": signs of Chinese and Japanese. */
static const char *const wide_ends[] = {"\u3002", "\uFF1A", "\uFF01", "\uFF1F", "\uFF0E"};

bool sentence_ends_with(struct span s, const char *end)
{
    size_t len = strlen(end);
    return s.len >= len && memcmp(s.data + s.len - len, end, len) == 0;
}

static bool has_wide_end(struct span line)
{
    for (size_t i = 0; i < sizeof wide_ends / sizeof *wide_ends; i++) {
        if (sentence_ends_with(line, wide_ends[i])) {
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

bool sentence_is(struct span line)
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
