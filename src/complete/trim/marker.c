#include "complete/trim/marker.h"

#include <string.h>

#define NAME_MAX_LEN 40

/* Whether s begins with word, which is cut off then. */
static enum marker cut_off(struct span *s, const char *word)
{
    size_t len = strlen(word), n = len < s->len ? len : s->len;
    if (n > 0 && memcmp(s->data, word, n) != 0) {
        return MARKER_NONE;
    }
    if (n < len) {
        return MARKER_MAYBE;
    }
    *s = span_skip(*s, len);
    return MARKER_IS;
}

/* ASCII, or a byte of U+2581, which DeepSeek's tokens have for a blank. */
static bool is_token(char c)
{
    return is_key(c) || c == '\xE2' || c == '\x96' || c == '\x81';
}

/* <|name|>, whose bars differ between models. No blank stands in it, so that the operators
 * of F# and Elm are none. */
static enum marker between_bars(struct span s, const char *bar)
{
    enum marker m = cut_off(&s, "<");
    if (m == MARKER_IS) {
        m = cut_off(&s, bar);
    }
    if (m != MARKER_IS) {
        return m;
    }
    for (size_t n = 0; n < NAME_MAX_LEN && s.len > 0 && is_token(s.data[0]); n++) {
        s = span_skip(s, 1);
    }
    m = cut_off(&s, bar);
    return m == MARKER_IS ? cut_off(&s, ">") : m;
}

enum marker marker_at_start(struct span s)
{
    static const char *const words[] = {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<EOT>",
                                        "<file_sep>",   "<repo_name>",  "<end_of_turn>"};
    static const char *const bars[] = {"|", "\xEF\xBD\x9C"};
    if (s.len == 0 || s.data[0] != '<') {
        return MARKER_NONE;
    }
    enum marker found = MARKER_NONE;
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
        enum marker m = between_bars(s, bars[i]);
        found = m > found ? m : found;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct span copy = s;
        enum marker m = cut_off(&copy, words[i]);
        found = m > found ? m : found;
    }
    return found;
}
