#include "edit/wrapper.h"

#include "base/words.h"
#include "edit/place.h"

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
    bool object = span_starts_with(words, "{\"name\"") || span_starts_with(words, "{\"tool") ||
                  span_starts_with(words, "{\"function\"") ||
                  span_starts_with(words, "[{\"name\"") || span_starts_with(words, "{ \"name\"");
    bool has = span_has(words, span_of("\"arguments\"")) ||
               span_has(words, span_of("\"parameters\"")) || span_has(words, span_of("\"input\""));
    return object && has && !place_has(p, span_of("\"arguments\"")) &&
           !place_has(p, span_of("\"parameters\""));
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
    while (words.len > 0 &&
           (words.data[0] == '{' || words.data[0] == '[' || is_blank(words.data[0]))) {
        words = span_skip(words, 1);
    }
    if (words.len < 2 || words.data[0] != '"') {
        return false;
    }
    words = span_skip(words, 1);
    size_t n = 0;
    while (n < words.len && is_key(words.data[n])) {
        n++;
    }
    return span_starts_with(span_ltrim(span_skip(words, n)), "\"") &&
           words_is_any(words.data, n, keys) && !place_has(p, (struct span){words.data - 1, n + 2});
}
