#include "edit/wrapper.h"

#include "base/words.h"
#include "edit/place.h"
#include "edit/sign.h"
#include "text/language.h"

struct wrapper {
    const char *open, *close;
    bool html; /* a tag of HTML, too: there it is text */
};

static const struct wrapper wrappers[] = {
    {"<code>", "</code>", true},
    {"<source>", "</source>", true},
    {"<output>", "</output>", true},
    {"<pre><code>", "</code></pre>", true},
    {"<updated-code>", "</updated-code>", false},
    {"<updated_code>", "</updated_code>", false},
    {"<new_code>", "</new_code>", false},
    {"<result>", "</result>", false},
    {"<replacement>", "</replacement>", false},
    {"<rewrite_this>", "</rewrite_this>", false},
    {"<insert_here>", "</insert_here>", false},
    {"<selection>", "</selection>", false},
    {"<snippet>", "</snippet>", false},
    {"<answer>", "</answer>", false},
    {"<response>", "</response>", false},
    {"<REPLACE>", "</REPLACE>", false},
    {"[CODE]", "[/CODE]", false},
    {"[PYTHON]", "[/PYTHON]", false},
    {"[ANSWER]", "[/ANSWER]", false},
};

const char *wrapper_open(const struct place *p, struct span line, const char **close)
{
    struct span words = span_ltrim(line);
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        const struct wrapper *w = &wrappers[i];
        bool text = w->html && (p->language->markup || p->markdown);
        if (span_starts_with(words, w->open) && !text &&
            !span_starts_with(span_ltrim(place_first(p)), w->open)) {
            *close = w->close;
            return w->open;
        }
    }
    return NULL;
}

/* Of an object of JSON: from its first key on, which has n bytes; 0: it is none. */
static struct span first_key(struct span words, size_t *n)
{
    *n = 0;
    while (words.len > 0 &&
           (words.data[0] == '{' || words.data[0] == '[' || is_space(words.data[0]))) {
        words = span_skip(words, 1);
    }
    if (words.len < 2 || words.data[0] != '"') {
        return words;
    }
    words = span_skip(words, 1);
    size_t len = 0;
    while (len < words.len && is_key(words.data[len])) {
        len++;
    }
    *n = span_starts_with(span_skip(words, len), "\"") ? len : 0;
    return words;
}

bool wrapper_tag_is_tool(const char *name)
{
    return span_is_among(span_of(name), "tool_code tool_call tool_use tool_calls tool "
                                        "function_call function_calls");
}

bool wrapper_is_tool(const struct place *p, struct span line)
{
    static const char *const calls[] = {"<tool_call",
                                        "<tool_use",
                                        "<function_calls",
                                        "<function=",
                                        "<function_call",
                                        "<invoke ",
                                        "<|tool_call",
                                        "<|python_tag|>",
                                        "[TOOL_CALLS]",
                                        "<minimax:tool_call>",
                                        "<|plugin|>",
                                        "<|action_start|>",
                                        "<execute_command>",
                                        "<read_file>",
                                        "<write_to_file>",
                                        "<replace_in_file>",
                                        "<apply_diff>",
                                        "<use_mcp_tool>",
                                        "<str_replace_editor>",
                                        "<search_files>",
                                        "<list_files>",
                                        "<attempt_completion>",
                                        "<ask_followup_question>",
                                        "<|tool\u2581calls\u2581begin|>",
                                        "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>"};
    struct span words = span_ltrim(line);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (span_starts_with(words, calls[i])) {
            return !place_has(p, span_of(calls[i]));
        }
    }
    if (span_starts_with(words, "functions.") && span_has(words, span_of("({\"")) &&
        !place_has(p, span_of("functions."))) {
        return true;
    }
    size_t n;
    struct span key = first_key(words, &n);
    bool object = words_is_any(
        key.data, n, (const char *[]){"name", "tool", "tool_name", "function", "type", "id", NULL});
    bool has = span_has(words, span_of("\"arguments\"")) ||
               span_has(words, span_of("\"parameters\"")) || span_has(words, span_of("\"input\""));
    return object && has && !place_has(p, span_of("\"arguments\"")) &&
           !place_has(p, span_of("\"parameters\""));
}

bool wrapper_is_marker(const struct place *p, struct span line, bool first)
{
    size_t count;
    struct span rest, words = span_rtrim(span_ltrim(line));
    enum sign sign = sign_of(line, &count, &rest);
    bool tag = !p->language->markup && !p->language->prose &&
               span_is_among(words, "<SEARCH> </SEARCH> <FILEPATH>");
    bool divider = first && !p->language->prose && sign == SIGN_DIVIDER;
    return (tag || divider || sign == SIGN_SEARCH || sign == SIGN_REPLACE) && !place_has(p, words);
}

bool wrapper_is_json(const struct place *p, struct span line)
{
    static const char *const keys[] = {"code",     "language",     "placement",   "replacement",
                                       "content",  "new_code",     "answer",      "text",
                                       "edit",     "edits",        "error",       "result",
                                       "response", "updated_code", "explanation", NULL};
    struct span words = span_ltrim(line);
    if (words.len == 0 || (words.data[0] != '{' && words.data[0] != '[') ||
        words_is_any("json", strlen(p->context.filetype),
                     (const char *[]){p->context.filetype, NULL})) {
        return false;
    }
    size_t n;
    words = first_key(words, &n);
    return n > 0 && words_is_any(words.data, n, keys) &&
           !place_has(p, (struct span){words.data - 1, n + 2});
}
