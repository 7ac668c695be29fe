#include "complete/head.h"

#include "base/buf.h"
#include "base/span.h"
#include "nvim/mirror.h"

#include <stdbool.h>

/* Where imports are searched for, in lines: licences and comments may stand above them. */
#define SEARCHED 300

/* One import goes on for so many lines at most. */
#define MAX_LINES 40

/* A line that begins so imports something. */
struct form {
    const char *word;
    const char *also; /* and has this behind it, unless NULL */
    bool goes_on;     /* while its brackets are open */
};

/* The word is followed by no other part of a name. Where a language's file begins with what it is
 * itself (package, module), that is of use likewise, but its braces hold the whole file. */
static const struct form forms[] = {
    {"import", NULL, true},        {"include", NULL, false},
    {"from", " import", true}, /* Python, Nim */
    {"export", " from ", true},    {"use", NULL, true},
    {"pub use", NULL, true},       {"pub(crate) use", NULL, true},
    {"extern crate", NULL, false}, {"using", NULL, false},
    {"global using", NULL, false}, {"require", NULL, true},
    {"require_once", NULL, false}, {"require_relative", NULL, false},
    {"library", "(", false}, /* R */
    {"library", ";", false}, /* Dart */
    {"package", NULL, false},      {"namespace", NULL, false},
    {"module", NULL, false},       {"open", NULL, false},
    {"alias", NULL, true},         {"uses", NULL, false},
    {"part of", NULL, false},      {"load(", NULL, true}, /* Starlark */
    {"source ", NULL, false},      {"@import", NULL, false},
    {"@use", NULL, false},         {"@forward", NULL, false},
    {"`include", NULL, false},     {"-module", NULL, false},
    {"-include", NULL, false},     {"-include_lib", NULL, false},
    {"-import", NULL, true},       {"(ns", NULL, true},
    {"(import", NULL, true},       {"(require", NULL, true},
    {"(use-modules", NULL, true},  {"(in-package", NULL, true},
};

/* What else says so, anywhere in a line that is not indented: an assignment of what is imported. */
static const char *const calls[] = {"require(", "require \"", "require '",
                                    "@import(", " import(",   "importlib"};

static struct span line_at(const struct mirror *m, size_t row)
{
    struct span line;
    line.data = mirror_line(m, row, &line.len);
    return line;
}

static bool has(struct span line, const char *text)
{
    return line.len > 0 && memmem(line.data, line.len, text, strlen(text)) != NULL;
}

static bool fits(struct span line, const struct form *form)
{
    size_t len = strlen(form->word);
    if (!span_starts_with(line, form->word)) {
        return false;
    }
    bool ends = line.len == len || !is_name(line.data[len]) || !is_name(form->word[len - 1]);
    return ends && (form->also == NULL || has(span_skip(line, len), form->also));
}

/* Of the preprocessor of C and its like: blanks may stand behind the '#'. */
static bool is_directive(struct span line)
{
    if (!span_starts_with(line, "#")) {
        return false;
    }
    struct span word = span_first_word(span_ltrim(span_skip(line, 1)));
    return span_equals(word, "include") || span_equals(word, "import") ||
           span_equals(word, "include_next");
}

/* Whether an import begins with this line; *goes_on: whether it may have more of them. */
static bool imports(struct span line, bool *goes_on)
{
    bool indented = line.len > 0 && is_blank(line.data[0]);
    line = span_rtrim(span_ltrim(line));
    *goes_on = false;
    if (is_directive(line)) {
        return true;
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (fits(line, &forms[i])) {
            *goes_on = forms[i].goes_on;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (!indented && has(line, calls[i])) {
            return true;
        }
    }
    return false;
}

static long open_brackets(struct span line)
{
    long open = 0;
    for (size_t i = 0; i < line.len; i++) {
        open += strchr("([{", line.data[i]) != NULL && line.data[i] != '\0';
        open -= strchr(")]}", line.data[i]) != NULL && line.data[i] != '\0';
    }
    return open;
}

static bool is_continued(struct span line)
{
    line = span_rtrim(line);
    return line.len > 0 && line.data[line.len - 1] == '\\';
}

/* The row behind an import that begins with this one. */
static size_t import_end(const struct mirror *m, size_t row, size_t end, bool goes_on)
{
    size_t at = row;
    long open = 0;
    bool more = true;
    while (more && at < end && at < row + MAX_LINES) {
        struct span line = line_at(m, at++);
        open += goes_on ? open_brackets(line) : 0;
        more = open > 0 || is_continued(line);
    }
    return at;
}

static size_t size_of(const struct mirror *m, size_t first, size_t last)
{
    size_t size = 0;
    for (size_t row = first; row < last; row++) {
        size += line_at(m, row).len + 1;
    }
    return size;
}

void head_read(const struct mirror *m, size_t end, size_t max, struct buf *out)
{
    size_t last = end < mirror_lines(m) ? end : mirror_lines(m);
    for (size_t row = 0, next = 0; row < last && row < SEARCHED; row = next) {
        bool goes_on = false;
        next = row + 1;
        if (imports(line_at(m, row), &goes_on)) {
            next = import_end(m, row, last, goes_on);
            size_t size = size_of(m, row, next);
            if (size > max) {
                return;
            }
            max -= size;
            mirror_range(m, row, next, out);
        }
    }
}
