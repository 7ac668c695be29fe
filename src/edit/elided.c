/* Whether a line stands for others: see elision.h. */
#include "base/buf.h"
#include "base/words.h"
#include "edit/elision.h"
#include "edit/place.h"

#include <stdlib.h>

#define WORDS_MAX 160 /* bytes of a comment that stands for code */

/* With dots one of these is enough. */
static const char what[] = "rest|remain|existing|other|previous|original|unchanged|same|as before|"
                           "as is|omitted|unmodified|elided|code|here|more|continues|truncated|"
                           "implementation|methods|functions|lines|snip";

/* Without dots it takes all of a pattern. */
static const char sure[] =
    "rest of&unchanged|rest of&the same|rest of&as before|rest of&as is|rest of&omitted|"
    "rest of&code here|rest of&goes here|rest remains|rest is unchanged|rest is the same|"
    "rest unchanged|remaining&unchanged|remaining&the same|remaining&omitted|=remaining code|"
    "=existing code|existing&unchanged|existing code remains|existing code here|"
    "existing code goes here|=existing methods|existing methods remain|=existing functions|"
    "=existing implementation|other&unchanged|other methods&the same|other functions&the same|"
    "everything else&same|everything else&unchanged|code unchanged|code omitted|"
    "omitted for brevity|=same as before|=same as above|same as original|unchanged code|"
    "=unchanged|=no change|=no changes|=rest of code|=rest of the code|=rest of file|"
    "=rest of the file|=rest of class|=rest of the class|=rest of function|=rest of the function|"
    "=rest of the implementation|=rest of the methods|=keep existing code|"
    "=keep the existing code|=keep the rest|keep the rest of the code|keep the rest unchanged|"
    "\u5176\u4F59\u4EE3\u7801|\u5176\u4ED6\u4EE3\u7801|\u4FDD\u6301\u4E0D\u53D8";

static const char *const openers[] = {"{/*", "<!--", "/*", "//", "--", "(*",   "{-", "#",
                                      ";",   "%",    "\"", "'",  "*",  "REM ", "::"};
static const char *const closers[] = {"*/}", "-->", "*/", "*)", "-}", "]]"};
static const char *const dots[] = {"...", "\u2026", "[...]", "[\u2026]", "(...)", "// ..."};

static struct span trim(struct span line)
{
    return span_rtrim(span_ltrim(line));
}

static bool ends_with(struct span s, const char *end)
{
    size_t len = strlen(end);
    return s.len >= len && memcmp(s.data + s.len - len, end, len) == 0;
}

/* Cuts off what makes it a comment. */
static bool cut_comment(struct span *s)
{
    bool cut = false;
    for (size_t i = 0; i < sizeof openers / sizeof *openers && !cut; i++) {
        size_t len = strlen(openers[i]);
        if (span_starts_with(*s, openers[i])) {
            *s = span_skip(*s, len);
            cut = true;
        }
    }
    while (cut && s->len > 0 && strchr("/#-*;%[", s->data[0]) != NULL && s->data[0] != '\0') {
        *s = span_skip(*s, 1);
    }
    for (size_t i = 0; i < sizeof closers / sizeof *closers && cut; i++) {
        if (ends_with(*s, closers[i])) {
            s->len -= strlen(closers[i]);
            break;
        }
    }
    *s = trim(*s);
    return cut;
}

static bool begins_with_dots(struct span s)
{
    return span_starts_with(s, "...") || span_starts_with(s, "\u2026") ||
           span_starts_with(s, "[...") || span_starts_with(s, "[\u2026") ||
           span_starts_with(s, "(...");
}

static bool ends_with_dots(struct span s)
{
    return ends_with(s, "...") || ends_with(s, "\u2026") || ends_with(s, "...]") ||
           ends_with(s, "\u2026]") || ends_with(s, "...)");
}

static bool is_dots(struct span s)
{
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++) {
        if (span_equals(s, dots[i])) {
            return true;
        }
    }
    return false;
}

static bool fits(struct span s, const char *pattern)
{
    if (s.len == 0 || s.len > WORDS_MAX) {
        return false;
    }
    char *text = xstrndup(s.data, s.len);
    bool fit = words_fit(text, pattern);
    free(text);
    return fit;
}

/* The words of a comment stand for code. */
static bool stands_for_code(struct span words)
{
    if (is_dots(words) || (begins_with_dots(words) && ends_with_dots(words))) {
        return true;
    }
    bool has_dots = begins_with_dots(words) || ends_with_dots(words);
    return (has_dots && fits(words, what)) || fits(words, sure);
}

/* "..." is an expression of Python, and of stubs the only one; in YAML it ends a document. */
static bool is_ellipsis(const struct place *p)
{
    const struct language *l = p->language;
    bool python =
        l->by_indent && l->strings != NULL && span_starts_with(span_of(l->strings), "\"\"\"");
    bool yaml = l->by_indent && l->words && !l->markup;
    return yaml || (python && (place_has(p, span_of("...")) || p->old_words <= 1));
}

/* In texts for people: "[rest of the document unchanged]". */
static bool stands_for_text(struct span words)
{
    bool bracket = words.len > 2 && strchr("[(<*_", words.data[0]) != NULL;
    return (bracket || begins_with_dots(words)) && fits(words, sure);
}

/* Behind code: "f() { /" "* ... *" "/ }", "x(); // ... rest of the code". */
static bool has_part(const struct place *p, struct span words)
{
    static const char *const signs[] = {"/* ...", "/*...",  "/* \u2026", "// ...",
                                        "# ...",  "-- ...", "<!-- ..."};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        struct span sign = span_of(signs[i]);
        for (size_t at = 1; at + sign.len <= words.len; at++) {
            if (memcmp(words.data + at, sign.data, sign.len) != 0) {
                continue;
            }
            struct span comment = span_skip(words, at);
            const char *end = memmem(comment.data, comment.len, "*/", 2);
            if (end != NULL) {
                comment.len = (size_t)(end + 2 - comment.data);
            }
            struct span content = comment;
            cut_comment(&content);
            return stands_for_code(content) && !place_has(p, comment);
        }
    }
    return false;
}

bool elision_is(struct span line)
{
    struct span words = trim(line), content = words;
    if (cut_comment(&content)) {
        return stands_for_code(content);
    }
    return is_dots(words) || (begins_with_dots(words) && fits(words, sure));
}

enum elision_kind elision_of(const struct place *p, struct span line)
{
    struct span words = trim(line), content = words;
    if (words.len < 3 || linemap_find(&p->old, line) != NULL) {
        return ELISION_NONE;
    }
    bool comment = cut_comment(&content);
    if (p->language->prose) {
        bool is = comment && span_starts_with(words, "<!--") ? stands_for_code(content)
                                                             : stands_for_text(words);
        return is ? ELISION_LINE : ELISION_NONE;
    }
    if (comment) {
        return stands_for_code(content) ? ELISION_LINE : ELISION_NONE;
    }
    if (is_dots(words)) {
        return is_ellipsis(p) ? ELISION_NONE : ELISION_LINE;
    }
    if (begins_with_dots(words) && fits(words, sure)) {
        return ELISION_LINE;
    }
    return has_part(p, words) ? ELISION_PART : ELISION_NONE;
}
