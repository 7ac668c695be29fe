#include "text/talk.h"

#include <stddef.h>
#include <string.h>

/* How an answer to the user begins, even where sentences are common. Behind a blank at the end
 * a letter must follow. */
static const char *const answers[] = {"Here is ",    "Here's ",      "Here are ",
                                      "I'm sorry, ", "Let me know ", "To complete the "};

/* How one begins, or goes on behind code, where no line of code does. */
static const char *const beginnings[] = {
    "The code ",
    "The missing ",
    "The completed ",
    "The complete ",
    "The function ",
    "The following ",
    "The user ",
    "The above ",
    "The answer ",
    "The given ",
    "To complete ",
    "To finish ",
    "To implement ",
    "To fix ",
    "To do ",
    "This code ",
    "This function ",
    "This completes ",
    "This will ",
    "This is ",
    "This should ",
    "This implementation ",
    "This returns ",
    "In this ",
    "I would ",
    "I will ",
    "I have ",
    "I can ",
    "I can't ",
    "I cannot ",
    "I think ",
    "I am ",
    "I need ",
    "I hope ",
    "I apologize",
    "I'm ",
    "I'll ",
    "I'd ",
    "I've ",
    "As an AI",
    "You can ",
    "You need ",
    "You should ",
    "You could ",
    "You may ",
    "We need ",
    "We can ",
    "We should ",
    "Let me ",
    "Let's ",
    "Note that ",
    "Note: This ",
    "Note: The ",
    "Please ",
    "Based on ",
    "It looks ",
    "It seems ",
    "It appears ",
    "Looking at ",
    "Unfortunately, ",
    "If you ",
    "Feel free ",
    "Hope this ",
    "Example usage:",
    "Explanation:",
    "**Solution",
    "**Answer",
    "**Explanation",
    "**Note",
    /* Chinese: good; of course; here is; this code; this function; below is; as you wish; to
     * complete; first; sorry; hm; let me; you can; the user wants */
    "\u597D\u7684",
    "\u5F53\u7136",
    "\u4EE5\u4E0B\u662F",
    "\u8FD9\u91CC\u662F",
    "\u8FD9\u662F\u4E00",
    "\u8FD9\u6BB5\u4EE3\u7801",
    "\u8FD9\u4E2A\u51FD\u6570",
    "\u4E0B\u9762\u662F",
    "\u6839\u636E\u60A8",
    "\u6839\u636E\u4F60",
    "\u4E3A\u4E86\u5B8C\u6210",
    "\u9996\u5148\uFF0C",
    "\u62B1\u6B49",
    "\u5F88\u62B1\u6B49",
    "\u5BF9\u4E0D\u8D77",
    "\u55EF\uFF0C",
    "\u8BA9\u6211",
    "\u60A8\u53EF\u4EE5",
    "\u4F60\u53EF\u4EE5",
    "\u7528\u6237\u60F3",
    "\u7528\u6237\u8981",
    "\u7528\u6237\u5E0C\u671B",
    "\u7528\u6237\u9700\u8981",
};

/* Behind these stands '!' or '.', then nothing or a blank with a letter behind it; or a comma, and
 * what no list of names has behind it. */
static const char *const calls[] = {
    "Sure",  "Certainly", "Of course", "Absolutely", "Okay", "OK",  "Alright",    "Great",
    "Sorry", "Apologies", "Got it",    "Hello",      "Hi",   "Hmm", "Sure thing", "No problem"};

/* Words that English sentences consist of and that names of programs are not. */
static const char *const small_words[] = {
    "the",  "to",    "of",   "you",  "your",  "we",   "i",     "this", "that",  "these",  "is",
    "are",  "be",    "been", "was",  "it",    "its",  "a",     "an",   "and",   "should", "would",
    "can",  "could", "will", "need", "needs", "want", "wants", "with", "for",   "user",   "by",
    "from", "have",  "has",  "my",   "so",    "if",   "which", "here", "there", "not",    "at"};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool is_letter(char c)
{
    return is_word(c) && (unsigned char)c < 0x80 && c != '_' && !(c >= '0' && c <= '9');
}

/* Whether s is nothing but a true beginning of whole. */
static bool is_begun(struct span s, struct span whole)
{
    return s.len < whole.len && span_starts(whole, s);
}

static enum talk match_beginning(struct span line, struct span beginning, bool closed)
{
    if (!span_starts(line, beginning)) {
        return !closed && is_begun(line, beginning) ? TALK_MAYBE : TALK_NONE;
    }
    if (beginning.data[beginning.len - 1] != ' ') {
        return TALK_IS;
    }
    if (line.len == beginning.len) {
        return closed ? TALK_NONE : TALK_MAYBE;
    }
    char next = line.data[beginning.len];
    return is_word(next) || next == '`' ? TALK_IS : TALK_NONE;
}

static enum talk match_call(struct span line, struct span call, bool closed)
{
    if (!span_starts(line, call)) {
        return !closed && is_begun(line, call) ? TALK_MAYBE : TALK_NONE;
    }
    struct span rest = span_skip(line, call.len);
    if (rest.len > 0 && strchr(",!.", rest.data[0]) == NULL) {
        return TALK_NONE;
    }
    if (rest.len < 4) {
        bool ends = rest.len > 0 && rest.data[0] != ',' && span_is_blank(span_skip(rest, 1));
        return !closed ? TALK_MAYBE : ends ? TALK_IS : TALK_NONE;
    }
    bool goes_on = rest.data[1] == ' ' && is_letter(rest.data[2]);
    bool is_name = rest.data[0] == ',' && !(rest.data[2] >= 'a' && rest.data[2] <= 'z') &&
                   !(rest.data[2] == 'I' && !is_letter(rest.data[3]));
    return goes_on && !is_name ? TALK_IS : TALK_NONE;
}

/* ---- sentences ----------------------------------------------------------------- */

struct sentence {
    size_t words, small, lower;
};

static bool is_small(struct span word)
{
    for (size_t i = 0; i < COUNT(small_words); i++) {
        size_t n = 0;
        while (n < word.len && to_lower(word.data[n]) == small_words[i][n] &&
               small_words[i][n] != '\0') {
            n++;
        }
        if (n == word.len && small_words[i][n] == '\0') {
            return true;
        }
    }
    return false;
}

/* A word of prose, maybe with an apostrophe or quoted as code. */
static size_t word_len(struct span s)
{
    size_t n = 0;
    if (s.len > 0 && s.data[0] == '`') {
        const char *end = memchr(s.data + 1, '`', s.len - 1);
        return end != NULL ? (size_t)(end + 1 - s.data) : 0;
    }
    while (n < s.len && (is_letter(s.data[n]) || (n > 0 && s.data[n] == '\''))) {
        n++;
    }
    return n;
}

static void count_word(struct sentence *s, struct span word)
{
    s->words++;
    s->small += is_small(word);
    s->lower += word.len > 1 && word.data[0] >= 'a' && word.data[0] <= 'z';
}

static bool is_sentence(const struct sentence *s, bool ended)
{
    return s->words >= 4 && s->lower >= 3 && s->small >= (ended ? 1 : 2);
}

/* In front of a parenthesis. */
static bool is_begun_sentence(const struct sentence *s)
{
    return s->words >= 3 && s->lower >= 2 && s->small >= 1;
}

/* Words with one blank, or a comma and a blank, between them; a capital begins them. */
static enum talk match_sentence(struct span line, bool closed)
{
    struct sentence s = {0, 0, 0};
    if (line.len == 0 || line.data[0] < 'A' || line.data[0] > 'Z') {
        return TALK_NONE;
    }
    for (;;) {
        size_t n = word_len(line);
        struct span rest = span_skip(line, n);
        if (rest.len == 0 && n > 0) {
            count_word(&s, (struct span){line.data, n});
        }
        if (rest.len == 0) {
            return !closed ? TALK_MAYBE : is_sentence(&s, false) ? TALK_IS : TALK_NONE;
        }
        bool ended =
            strchr(".!?:", rest.data[0]) != NULL && (rest.len == 1 || is_space(rest.data[1]));
        bool comma = rest.data[0] == ',';
        if (n == 0 || !(ended || comma || rest.data[0] == ' ')) {
            return n == 0 && !closed && rest.data[0] == '`' ? TALK_MAYBE : TALK_NONE;
        }
        count_word(&s, (struct span){line.data, n});
        if (rest.data[0] == ' ' && rest.len > 1 && rest.data[1] == '(' && is_begun_sentence(&s)) {
            return TALK_IS;
        }
        if (is_sentence(&s, ended)) {
            return ended && rest.len == 1 && !closed ? TALK_MAYBE : TALK_IS;
        }
        rest = span_skip(rest, comma);
        if (rest.len > 0 && rest.data[0] != ' ') {
            return TALK_NONE;
        }
        line = span_skip(rest, rest.len > 0);
    }
}

/* Most lines of code begin with a small letter or a sign. */
static bool may_begin(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '*' || (unsigned char)c >= 0x80;
}

enum talk talk_at_start(struct span line, bool closed, bool sentences)
{
    if (line.len > 0 && !may_begin(line.data[0])) {
        return TALK_NONE;
    }
    enum talk best = TALK_NONE;
    for (size_t i = 0; i < COUNT(answers) && best != TALK_IS; i++) {
        enum talk t = match_beginning(line, span_of(answers[i]), closed);
        best = t > best ? t : best;
    }
    for (size_t i = 0; sentences && i < COUNT(beginnings) && best != TALK_IS; i++) {
        enum talk t = match_beginning(line, span_of(beginnings[i]), closed);
        best = t > best ? t : best;
    }
    for (size_t i = 0; i < COUNT(calls) && best != TALK_IS; i++) {
        enum talk t = match_call(line, span_of(calls[i]), closed);
        best = t > best ? t : best;
    }
    if (sentences && best != TALK_IS) {
        enum talk t = match_sentence(line, closed);
        best = t > best ? t : best;
    }
    return best;
}
