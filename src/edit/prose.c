#include "edit/prose.h"

#include "base/buf.h"
#include "base/words.h"
#include "edit/place.h"
#include "edit/sentence.h"
#include "text/talk.h"

#include <stdlib.h>

bool prose_is_item(const struct place *p, struct span line)
{
    size_t digits = 0;
    while (digits < line.len && line.data[digits] >= '0' && line.data[digits] <= '9') {
        digits++;
    }
    struct span rest = span_skip(line, digits);
    bool yaml = p->language->words && p->language->by_indent;
    bool dash = span_starts_with(line, "- ") && !yaml;
    return dash || span_starts_with(line, "> ") ||
           (digits > 0 && (span_starts_with(rest, ". ") || span_starts_with(rest, ") ")));
}

/* "**Changes:**" */
static bool is_bold(struct span line)
{
    return line.len > 4 && span_starts_with(line, "**") && is_word(line.data[2]) &&
           (sentence_ends_with(line, "**") || sentence_ends_with(line, "**:"));
}

bool prose_is_talk(const struct place *p, struct span line)
{
    if (linemap_find(&p->old, line) != NULL) {
        return false;
    }
    bool sentences = !p->language->prose && !p->language->words && !p->sentences;
    if (talk_at_start(line, true, sentences) == TALK_IS) {
        return true;
    }
    return !p->language->prose && !p->sentences && (is_bold(line) || sentence_is(line));
}

static bool begins_with_any(struct span line, const char *words, size_t least)
{
    for (struct span word; words != NULL && (word = span_next_word(&words)).len > 0;) {
        if (word.len >= least && span_starts(line, word)) {
            return true;
        }
    }
    return false;
}

/* A comment or a string of several lines; "#" begins a heading of Markdown, too. */
static bool begins_literal(const struct language *l, struct span line)
{
    return begins_with_any(line, l->comments, 2) || begins_with_any(line, l->blocks, 2) ||
           begins_with_any(line, l->strings, 3);
}

bool prose_is_code(const struct place *p, struct span line)
{
    if (linemap_find(&p->old, line) != NULL || begins_literal(p->language, line)) {
        return true;
    }
    bool path = line.len > 2 && strchr("*`#", line.data[0]) != NULL && line.data[0] != '\0' &&
                (line.data[1] == line.data[0] || line.data[1] == ' ' || line.data[0] == '`');
    if (path || prose_is_item(p, line) || sentence_is(line)) {
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
    return line.len > 0 && (line.data[line.len - 1] == ':' || sentence_ends_with(line, "\uFF1A"));
}

bool prose_asks(struct span line)
{
    return line.len > 0 && (line.data[line.len - 1] == '?' || sentence_ends_with(line, "\uFF1F"));
}

bool prose_fits(struct span line, const char *pattern)
{
    char *text = xstrndup(line.data, line.len);
    bool fit = words_fit(text, pattern);
    free(text);
    return fit;
}

bool prose_announces(struct span line)
{
    return prose_introduces(line) &&
           prose_fits(
               line,
               "updated|improved|revised|rewritten|new version|requested|corrected|edited|"
               "section|paragraph|translation|translated|text|version|sure|certainly|of course");
}

bool prose_declines(struct span line)
{
    return prose_fits(line,
                      "^I'm sorry|^Sorry|^I apologize|^I cannot|^I can't|^I am unable|^I'm unable|"
                      "^As an AI|^Let me know|^Unfortunately, I");
}

bool prose_asks_you(struct span line)
{
    return prose_asks(line) &&
           prose_fits(line, "you|should I|shall I|do I|could I|can I|^which|^what");
}
