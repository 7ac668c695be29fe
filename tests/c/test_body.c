/* Bodies by what is known of a service and its model, in all dialects. */
#include "check.h"
#include "server/endpoint.h"
#include "server/learned.h"
#include "server/level.h"
#include "spec.h"

static struct endpoint at = {.name = "e", .hash = 1};

/* The body that is made for a service that is said to be so, as far as learning has come. */
static void check_body(int line, const char *dialect, const char *spec, const char *wanted)
{
    /* A prompt that is too long is to be refused: no other service cuts it without a word. */
    const char *more = strcmp(dialect, "ollama") == 0 ? "\"truncate\":false," : "";
    const struct learned known = learned_of(&at, "m");
    char whole[1000], body[1000];
    snprintf(whole, sizeof whole, "{\"model\":\"m\",%s}", spec);
    snprintf(body, sizeof body, "{\"model\":\"m\",%s%s\"stream\":true}", wanted, more);
    spec_check_for(__FILE__, line, dialect, &known, whole, body);
}
#define OPENAI(spec, wanted) check_body(__LINE__, "openai", spec, wanted)
#define OLLAMA(spec, wanted) check_body(__LINE__, "ollama", spec, wanted)

#define SAYS(role, text) \
    "{\"role\":\"" role "\",\"parts\":[{\"type\":\"text\",\"text\":\"" text "\"}]}"
#define SENT(role, text) "{\"role\":\"" role "\",\"content\":\"" text "\"}"
#define HI "\"messages\":[" SAYS("user", "hi") "]"
#define ASKS "\"messages\":[" SENT("user", "hi") "],"
#define USAGE "\"stream_options\":{\"include_usage\":true},"

static void forget(void)
{
    learned_forget(NULL);
    at.quirks = (struct endpoint_quirks){.refuses = NULL};
}

static void a_request_has_nothing_that_nobody_asked_for(void)
{
    forget();
    OPENAI(HI, ASKS USAGE);
    OLLAMA(HI, ASKS);
}

static void each_service_has_a_way_to_be_told_how_much_to_think(void)
{
#define EFFORT(level) "\"reasoning_effort\":\"" level "\","
#define IN(field, name, v) "\"" field "\":{\"" name "\":" v "},"
#define ON(field) "\"" field "\":true,"
#define OFF(field) "\"" field "\":false,"
    static const struct {
        const char *way, *think, *wanted;
    } cases[] = {
        {NULL, "true", ""},
        {NULL, "false", EFFORT("none")},
        {NULL, "\"none\"", EFFORT("none")},
        {NULL, "\"minimal\"", EFFORT("minimal")},
        {NULL, "\"low\"", EFFORT("low")},
        {NULL, "\"medium\"", EFFORT("medium")},
        {NULL, "\"high\"", EFFORT("high")},
        {NULL, "\"xhigh\"", EFFORT("xhigh")},
        {NULL, "\"max\"", EFFORT("max")},
        {NULL, "0", EFFORT("none")},
        {NULL, "2000", EFFORT("low")},
        {"effort", "\"max\"", EFFORT("max")},
        {"effort_any", "true", ON("reasoning_effort")},
        {"effort_any", "false", OFF("reasoning_effort")},
        {"effort_any", "\"low\"", EFFORT("low")},
        {"effort_any", "2000", "\"reasoning_effort\":2000,"},
        {"thinking", "true", IN("thinking", "type", "\"enabled\"")},
        {"thinking", "false", IN("thinking", "type", "\"disabled\"")},
        {"thinking", "\"high\"", IN("thinking", "type", "\"enabled\"")},
        {"thinking_effort", "true", IN("thinking", "type", "\"enabled\"")},
        {"thinking_effort", "\"none\"", IN("thinking", "type", "\"disabled\"")},
        {"thinking_effort", "\"high\"", IN("thinking", "type", "\"enabled\"") EFFORT("high")},
        {"adaptive", "\"low\"", IN("thinking", "type", "\"adaptive\"")},
        {"adaptive", "false", IN("thinking", "type", "\"disabled\"")},
        {"enable_thinking", "true", ON("enable_thinking")},
        {"enable_thinking", "false", OFF("enable_thinking")},
        {"enable_thinking", "\"low\"", ON("enable_thinking") "\"thinking_budget\":1024,"},
        {"enable_thinking", "700", ON("enable_thinking") "\"thinking_budget\":700,"},
        {"reasoning", "true", IN("reasoning", "enabled", "true")},
        {"reasoning", "false", IN("reasoning", "enabled", "false")},
        {"reasoning", "\"minimal\"", IN("reasoning", "effort", "\"minimal\"")},
        {"reasoning", "3000", IN("reasoning", "max_tokens", "3000")},
        {"reasoning_switch", "\"high\"", IN("reasoning", "enabled", "true")},
        {"template", "false", IN("chat_template_kwargs", "enable_thinking", "false")},
        {"template", "\"high\"", IN("chat_template_kwargs", "enable_thinking", "true")},
        {"none", "\"high\"", ""},
        {"of a later version", "\"high\"", ""},
    };
    forget();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char spec[200], wanted[300];
        at.quirks.think = (char *)(uintptr_t)cases[i].way;
        snprintf(spec, sizeof spec, HI ",\"think\":%s", cases[i].think);
        snprintf(wanted, sizeof wanted, ASKS USAGE "%s", cases[i].wanted);
        OPENAI(spec, wanted);
    }
}

static void ollama_has_a_field_for_both(void)
{
    static const struct {
        const char *think, *wanted;
    } cases[] = {
        {"true", "true"},         {"false", "false"},
        {"\"none\"", "false"},    {"\"minimal\"", "\"low\""},
        {"\"low\"", "\"low\""},   {"\"medium\"", "\"medium\""},
        {"\"high\"", "\"high\""}, {"\"xhigh\"", "\"high\""},
        {"\"max\"", "\"max\""},   {"0", "false"},
        {"900", "\"low\""},       {"100000", "\"max\""},
    };
    forget();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char spec[200], wanted[300];
        snprintf(spec, sizeof spec, HI ",\"think\":%s", cases[i].think);
        snprintf(wanted, sizeof wanted, ASKS "\"think\":%s,", cases[i].wanted);
        OLLAMA(spec, wanted);
    }
    learned_set_levels(&at, "m", LEVEL_BIT(LEVEL_LOW) | LEVEL_BIT(LEVEL_HIGH));
    OLLAMA(HI ",\"think\":\"max\"", ASKS "\"think\":\"high\",");
    learned_avoid(&at, "m", "think:level");
    OLLAMA(HI ",\"think\":\"max\"", ASKS "\"think\":true,");
    learned_avoid(&at, "m", "think");
    OLLAMA(HI ",\"think\":\"max\"", ASKS);
}

static void the_nearest_level_that_is_taken_is_sent(void)
{
    forget();
    learned_set_levels(&at, "m", LEVEL_BIT(LEVEL_LOW) | LEVEL_BIT(LEVEL_MEDIUM));
    OPENAI(HI ",\"think\":\"max\"", ASKS USAGE EFFORT("medium"));
    OPENAI(HI ",\"think\":false", ASKS USAGE EFFORT("low"));
    learned_set_levels(&at, "m", LEVEL_BIT(LEVEL_NONE));
    OPENAI(HI ",\"think\":\"max\"", ASKS USAGE);
    learned_avoid(&at, "m", "reasoning_effort");
    OPENAI(HI ",\"think\":false", ASKS USAGE);
}

static void what_is_refused_is_left_out(void)
{
    forget();
    learned_avoid(&at, "m", "stream_options");
    learned_avoid(&at, "m", "seed");
    OPENAI(HI ",\"options\":{\"seed\":1,\"top_p\":0.5}", ASKS "\"top_p\":0.5,");
    forget();
    char *refuses[] = {(char[]){"stream_options"}, NULL};
    at.quirks.refuses = refuses;
    OPENAI(HI, ASKS);
}

static void a_model_without_streams_is_asked_for_all_at_once(void)
{
    forget();
    learned_avoid(&at, "m", "stream:");
    const struct learned known = learned_of(&at, "m");
    spec_check_for(__FILE__, __LINE__, "openai", &known, "{\"model\":\"m\"," HI "}",
                   "{\"model\":\"m\"," ASKS "\"stream\":false}");
}

static void a_limit_goes_out_once_under_the_name_that_is_taken(void)
{
    forget();
    OPENAI(HI ",\"options\":{\"max_completion_tokens\":50}",
           ASKS USAGE "\"max_completion_tokens\":50,");
    OPENAI(HI ",\"options\":{\"max_tokens\":50}", ASKS USAGE "\"max_tokens\":50,");
    OPENAI(HI ",\"options\":{\"max_tokens\":50,\"max_completion_tokens\":60}",
           ASKS USAGE "\"max_completion_tokens\":60,");
    OPENAI(HI ",\"options\":{\"max_tokens\":50},\"extra\":{\"max_completion_tokens\":60}",
           ASKS USAGE "\"max_completion_tokens\":60,");
    at.quirks.limit = (char[]){"max_tokens"};
    OPENAI(HI ",\"options\":{\"max_completion_tokens\":50}", ASKS USAGE "\"max_tokens\":50,");
    OPENAI(HI ",\"options\":{\"max_tokens\":50,\"max_completion_tokens\":60}",
           ASKS USAGE "\"max_tokens\":60,");
    learned_avoid(&at, "m", "max_tokens");
    OPENAI(HI ",\"options\":{\"max_tokens\":50}", ASKS USAGE "\"max_completion_tokens\":50,");
    learned_avoid(&at, "m", "max_completion_tokens");
    OPENAI(HI ",\"options\":{\"max_tokens\":50}", ASKS USAGE);
    forget();
    learned_lower(&at, "m", 300);
    OPENAI(HI ",\"options\":{\"max_tokens\":5000}", ASKS USAGE "\"max_tokens\":300,");
}

static void options_do_not_replace_what_a_request_is_about(void)
{
    forget();
    OPENAI(HI ",\"options\":{\"model\":\"x\",\"messages\":[],\"tools\":[1],\"stream\":false,"
              "\"prompt\":\"x\",\"seed\":1}",
           ASKS USAGE "\"seed\":1,");
    OPENAI(HI ",\"options\":{\"stream_options\":{}}", ASKS "\"stream_options\":{},");
    OPENAI(HI ",\"tools\":[2],\"options\":{\"tools\":[1]}", ASKS USAGE "\"tools\":[2],");
}

#define CHAT "\"messages\":[" SAYS("system", "s") "," SAYS("user", "u") "]"

static void the_system_speaks_in_the_role_that_is_taken(void)
{
    forget();
    OPENAI(CHAT, "\"messages\":[" SENT("system", "s") "," SENT("user", "u") "]," USAGE);
    learned_avoid(&at, "m", "role:system");
    OPENAI(CHAT, "\"messages\":[" SENT("developer", "s") "," SENT("user", "u") "]," USAGE);
    learned_avoid(&at, "m", "role:developer");
    OPENAI(CHAT, "\"messages\":[" SENT("user", "s\\n\\nu") "]," USAGE);
    OLLAMA(CHAT, "\"messages\":[" SENT("user", "s\\n\\nu") "],");
    OPENAI(
        "\"messages\":[" SAYS("system", "s") "," SAYS("assistant", "a") "," SAYS("user", "u") "]",
        "\"messages\":[" SENT("assistant", "a") "," SENT("user", "s\\n\\nu") "]," USAGE);
    OPENAI("\"messages\":[" SAYS("user", "u") "," SAYS("system", "s") "]",
           "\"messages\":[" SENT("user", "u") "," SENT("user", "s") "]," USAGE);
    OPENAI("\"messages\":[" SAYS("system", "s") "]", "\"messages\":[" SENT("user", "s") "]," USAGE);
}

#define THOUGHT(text, more) "{\"type\":\"thinking\",\"text\":\"" text "\"" more "}"
#define TEXT "{\"type\":\"text\",\"text\":\"b\"}"
#define REPLY(parts) "\"messages\":[{\"role\":\"assistant\",\"parts\":[" parts "]}]"

static void thoughts_go_back_only_where_they_are_wanted(void)
{
    forget();
    OPENAI(REPLY(THOUGHT("r", "") "," TEXT), "\"messages\":[" SENT("assistant", "b") "]," USAGE);
    OLLAMA(REPLY(THOUGHT("r", "") "," TEXT), "\"messages\":[" SENT("assistant", "b") "],");
    at.quirks.thoughts = (char[]){"reasoning_content"};
    OPENAI(REPLY(THOUGHT("r", "") "," TEXT), "\"messages\":[{\"role\":\"assistant\",\"content\":"
                                             "\"b\",\"reasoning_content\":\"r\"}]," USAGE);
    OPENAI(REPLY(THOUGHT("", "") "," TEXT), "\"messages\":[" SENT("assistant", "b") "]," USAGE);
    OPENAI(REPLY(TEXT), "\"messages\":[" SENT("assistant", "b") "]," USAGE);
    OPENAI(REPLY(THOUGHT("r", ",\"signature\":\"x\"") "," TEXT),
           "\"messages\":[" SENT("assistant", "b") "]," USAGE);
}

#define GOES_ON \
    "\"messages\":[" SAYS("user", "hi") "," SAYS("assistant", "It is ") "],\"ask\":\"On!\""
#define GIVEN(member)                                                                            \
    "\"messages\":[" SENT("user", "hi") ",{\"role\":\"assistant\",\"content\":\"It is \"" member \
                                        "}],"
#define ASKED \
    "\"messages\":[" SENT("user", "hi") "," SENT("assistant", "It is ") "," SENT("user", "On!") "],"

static void a_reply_goes_on_in_the_way_of_the_service(void)
{
    static const struct {
        const char *way, *wanted;
    } cases[] = {
        {NULL, ASKED USAGE},
        {"plain", GIVEN("") USAGE},
        {"prefix", GIVEN(",\"prefix\":true") USAGE},
        {"partial", GIVEN(",\"partial\":true") USAGE},
        {"fields",
         GIVEN("") "\"continue_final_message\":true,\"add_generation_prompt\":false," USAGE},
        {"by-pigeon", ASKED USAGE},
    };
    forget();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        at.quirks.prefill = (char *)(uintptr_t)cases[i].way;
        OPENAI(GOES_ON, cases[i].wanted);
    }
    at.quirks.prefill = (char[]){"plain"};
    OLLAMA(GOES_ON, GIVEN(""));
    learned_avoid(&at, "m", "message:prefill");
    OLLAMA(GOES_ON, ASKED);
    OPENAI(GOES_ON, ASKED USAGE);
}

int main(void)
{
    RUN(a_request_has_nothing_that_nobody_asked_for);
    RUN(each_service_has_a_way_to_be_told_how_much_to_think);
    RUN(ollama_has_a_field_for_both);
    RUN(the_nearest_level_that_is_taken_is_sent);
    RUN(what_is_refused_is_left_out);
    RUN(a_model_without_streams_is_asked_for_all_at_once);
    RUN(a_limit_goes_out_once_under_the_name_that_is_taken);
    RUN(options_do_not_replace_what_a_request_is_about);
    RUN(the_system_speaks_in_the_role_that_is_taken);
    RUN(thoughts_go_back_only_where_they_are_wanted);
    RUN(a_reply_goes_on_in_the_way_of_the_service);
    learned_forget(NULL);
    return check_report("body");
}
