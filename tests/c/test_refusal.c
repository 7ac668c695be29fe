/* What is learned from the errors of servers, of whatever shape. */
#include "check.h"

#include "base/buf.h"
#include "server/endpoint.h"
#include "server/error_text.h"
#include "server/learned.h"
#include "server/level.h"
#include "server/refusal.h"

static const struct endpoint at = {.name = "e", .hash = 1};

static const struct refusal table[] = {
    {"think", "think", {"does not support thinking"}, NULL, NULL},
    {"thinking:adaptive", "thinking", {"adaptive"}, "adaptive thinking", "adaptive"},
    {0},
};

/* What is told of the refusal of a request: "" if nothing new is learned. */
static const char *learn(const char *request, long status, const char *error)
{
    static char shown[500];
    struct buf told, text;
    buf_init(&told, 490);
    buf_init(&text, 4000);
    error_text(error, strlen(error), &text, NULL);
    const struct refusal_facts facts = {
        .status = status,
        .error = error,
        .error_len = strlen(error),
        .text = text.data,
        .body = request,
        .body_len = strlen(request),
        .refusals = table,
    };
    bool news = refusal_read(&at, "m", &facts, &told);
    snprintf(shown, sizeof shown, "%s", news ? told.data : "");
    buf_finish(&told);
    buf_finish(&text);
    return shown;
}

static bool avoids(const char *what)
{
    const struct learned l = learned_of(&at, "m");
    return learned_avoids(&l, what);
}

#define MODEL "the model \"m\" at endpoint \"e\" "
#define WITHOUT(field) MODEL "does not take \"" field "\": sent without it"
#define USAGE "endpoint \"e\" does not take \"stream_options\": sent without it"

#define REQUEST                                                                                  \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\"},{\"role\":\"user\"}],\"temperature\":" \
    "1,\"stream_options\":{},\"stop\":\"x\",\"seed\":1,\"user\":\"u\",\"max_tokens\":9000,"      \
    "\"top_p\":1,\"think\":true,\"tools\":[]}"

struct refused {
    long status;
    const char *error;
    const char *told; /* "": nothing is learned */
};

static void check_all(const char *request, const struct refused *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        learned_forget(NULL);
        check_texts(__FILE__, __LINE__, cases[i].error,
                    learn(request, cases[i].status, cases[i].error), cases[i].told);
        if (cases[i].told[0] != '\0') { /* and once only: it could not be another request */
            CHECK(strcmp(learn(request, cases[i].status, cases[i].error), cases[i].told) != 0);
        }
    }
}
#define CASES(request, cases) check_all(request, cases, sizeof(cases) / sizeof *(cases))

static void a_field_is_named_in_many_shapes(void)
{
    static const struct refused cases[] = {
        {400, "{\"error\":{\"message\":\"temperature: not supported\"}}", WITHOUT("temperature")},
        {400, "{\"error\":{\"message\":\"no\",\"param\":\"stop\"}}", WITHOUT("stop")},
        {400, "{\"error\":{\"message\":\"no\",\"param\":\"stream_options.include_usage\"}}", USAGE},
        {422,
         "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"stream_options\","
         "\"include_usage\"],\"msg\":\"Extra inputs are not permitted\",\"input\":true}]}",
         USAGE},
        {422,
         "{\"object\":\"error\",\"message\":{\"detail\":[{\"loc\":[\"body\",\"seed\"],\"msg\":"
         "\"Extra inputs are not permitted\"}]},\"type\":\"invalid_request_error\"}",
         WITHOUT("seed")},
        {422, "{\"detail\":[{\"loc\":[\"body\",\"ChatRequest\",\"seed\"],\"msg\":\"extra\"}]}",
         WITHOUT("seed")},
        {400, "[{\"error\":{\"code\":400,\"message\":\"Unknown name \\\"seed\\\": Cannot find\"}}]",
         WITHOUT("seed")},
        {400, "{\"success\":false,\"errors\":[{\"code\":1,\"message\":\"`top_p` is unknown\"}]}",
         WITHOUT("top_p")},
        {400, "{\"object\":\"error\",\"message\":\"Unrecognized request argument supplied: seed\"}",
         WITHOUT("seed")},
        {400, "{\"error\":\"parameter user is not supported\"}", WITHOUT("user")},
        {400, "{\"error\":\"user is not supported\"}", WITHOUT("user")},
        {400, "{\"detail\":\"Unsupported parameter: 'stream_options'\"}", USAGE},
        {400, "Unknown field `top_p`", WITHOUT("top_p")},
        {400, "{\"error\":\"This model does not support parameter topP.\"}", WITHOUT("top_p")},
        {400, "{\"error\":{\"message\":\"property 'stream_options' is unsupported\"}}", USAGE},
        {422, "unknown field `seed`, expected one of `model`, `messages`, `stop`", WITHOUT("seed")},
        {400, "Additional properties are not allowed ('user' was unexpected)", WITHOUT("user")},
        {400, "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs'}]",
         WITHOUT("seed")},
        {400,
         "{\"error\":{\"message\":\"x\",\"metadata\":{\"raw\":\"{\\\"error\\\":{\\\"message\\\":"
         "\\\"Unsupported parameter: 'seed'\\\",\\\"param\\\":\\\"seed\\\"}}\"}}}",
         WITHOUT("seed")},
        {400,
         "{\"error\":{\"message\":\"BadRequestError: Error code: 400 - {'error': {'message': "
         "\\\"Unsupported parameter: 'top_p'\\\", 'param': 'top_p'}}\"}}",
         WITHOUT("top_p")},
        {400, "data: {\"error\":{\"message\":\"'seed' is not supported\"}}\n\n", WITHOUT("seed")},
        {400,
         "{\"error\":{\"message\":\"temperature does not support 0.2 with this model. Only "
         "the default (1) value is supported.\",\"param\":\"temperature\"}}",
         WITHOUT("temperature")},
    };
    CASES(REQUEST, cases);
}

static void of_one_schema_all_are_avoided(void)
{
    learned_forget(NULL);
    CHECK_TEXT(learn(REQUEST, 422,
                     "{\"detail\":[{\"loc\":[\"body\",\"seed\"],\"msg\":\"extra\"},{\"loc\":["
                     "\"body\",\"user\"],\"msg\":\"extra\"},{\"loc\":[\"body\",\"max_tokens\"],"
                     "\"msg\":\"extra\"}]}"),
               MODEL "does not take \"seed\", \"user\", and takes the limit as "
                     "\"max_completion_tokens\", not as \"max_tokens\": sent without them");
    CHECK(avoids("seed") && avoids("user") && avoids("max_tokens") && !avoids("top_p"));
}

static void of_several_words_the_first_is_avoided(void)
{
    static const char error[] = "{\"error\":\"`stream_options` and `temperature` are not known\"}";
    learned_forget(NULL);
    CHECK_TEXT(learn(REQUEST, 400, error), USAGE);
    CHECK_TEXT(learn(REQUEST, 400, error), WITHOUT("temperature"));
    CHECK_TEXT(learn(REQUEST, 400, error), "");
}

static void what_is_not_sent_or_not_named_is_not_learned(void)
{
    static const struct refused cases[] = {
        {400, "{\"error\":\"top_k: not supported\"}", ""},
        {400, "{\"error\":\"stop doing that\"}", ""},
        {400, "{\"error\":\"the user is not known here\"}", ""},
        {400, "{\"error\":\"Could not finish: max_tokens or the output limit was reached\"}", ""},
        {400, "{\"error\":\"messages: no such thing\"}", ""},
        {400, "{\"error\":\"'tools' is not supported\"}", ""},
        {422, "{\"detail\":[{\"loc\":[\"body\",\"messages\",0,\"stop\"],\"msg\":\"extra\"}]}", ""},
        {422, "{\"detail\":[{\"loc\":[\"body\",\"anchor\"],\"msg\":\"field required\"}]}", ""},
        {400, "", ""},
        {400, "[[[[[[[[[[[[[[[[{\"param\":\"sky\"}]]]]]]]]]]]]]]]]", ""},
        {401, "{\"error\":\"temperature: no\"}", ""},
        {429, "{\"error\":\"temperature: no\"}", ""},
        {503, "{\"error\":\"'temperature' is not supported\"}", ""},
    };
    CASES(REQUEST, cases);
    CHECK_TEXT(learn("", 400, "{\"error\":\"temperature: no\"}"), "");
}

static void another_status_has_to_say_so(void)
{
    static const struct refused cases[] = {
        {500, "{\"error\":\"temperature: no\"}", ""},
        {500, "{\"error\":\"'temperature' is not supported\"}", WITHOUT("temperature")},
        {501, "{\"error\":\"stream_options is not supported\"}", USAGE},
        {404, "{\"error\":{\"message\":\"Unsupported parameter\",\"param\":\"seed\"}}",
         WITHOUT("seed")},
        {404, "{\"error\":{\"message\":\"No endpoints found that support tool use.\"}}", ""},
        {404, "{\"error\":{\"message\":\"not supported\",\"param\":\"model\"}}", ""},
        {500, "{\"error\":\"m does not support thinking\"}", WITHOUT("think")},
        {500, "{\"error\":{\"message\":\"System role not supported\"}}",
         MODEL "does not take the system role: its words are sent in front of the first question"},
        {500, "{\"error\":\"max_tokens: 9000 > 4096\"}", ""},
        {0, "{\"error\":{\"message\":\"Unknown parameter: 'seed'\"}}", WITHOUT("seed")},
        {0, "{\"error\":{\"message\":\"seed: the model crashed\"}}", ""},
    };
    CASES(REQUEST, cases);
}

static void a_wrong_value_is_the_users_to_mend(void)
{
    static const struct refused cases[] = {
        {400, "{\"error\":\"temperature: must be at most 1\"}", ""},
        {400,
         "{\"error\":{\"message\":\"Invalid 'temperature': above the maximum\",\"param\":"
         "\"temperature\"}}",
         ""},
        {422,
         "{\"detail\":[{\"loc\":[\"body\",\"top_p\"],\"msg\":\"Input should be less than 1\"}]}",
         ""},
        {422,
         "{\"detail\":[{\"loc\":[\"body\",\"top_p\"],\"msg\":\"Input should be less than 1\"},"
         "{\"loc\":[\"body\",\"seed\"],\"msg\":\"extra\"}]}",
         WITHOUT("seed")},
        /* hum's own */
        {400, "{\"error\":\"stream_options must be null\"}", USAGE},
    };
    CASES(REQUEST, cases);
}

static void a_limit_goes_by_its_other_name(void)
{
    static const struct refused cases[] = {
        {400,
         "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens' is not supported with "
         "this model. Use 'max_completion_tokens' instead.\",\"param\":\"max_tokens\"}}",
         MODEL "takes the limit as \"max_completion_tokens\", not as \"max_tokens\""},
        {422,
         "{\"detail\":[{\"loc\":[\"body\",\"max_tokens\"],\"msg\":\"Extra inputs\","
         "\"input\":50}]}",
         MODEL "takes the limit as \"max_completion_tokens\", not as \"max_tokens\""},
        {400, "{\"error\":\"gpt-5 does not support 'max_tokens'\"}",
         MODEL "takes the limit as \"max_completion_tokens\", not as \"max_tokens\""},
    };
    CASES(REQUEST, cases);
    learned_forget(NULL);
    CHECK_TEXT(
        learn("{\"max_completion_tokens\":50}", 422,
              "{\"detail\":[{\"loc\":[\"body\",\"max_completion_tokens\"],\"msg\":\"no\"}]}"),
        MODEL "takes the limit as \"max_tokens\", not as \"max_completion_tokens\"");
    CHECK_TEXT(learn("{\"max_tokens\":50}", 400, "{\"error\":\"'max_tokens' is unknown\"}"),
               WITHOUT("max_tokens"));
}

static int64_t limit_after(const char *error)
{
    learned_forget(NULL);
    learn(REQUEST, 400, error);
    const struct learned l = learned_of(&at, "m");
    return learned_limit(&l, 9000);
}

static void the_limit_of_tokens_is_read(void)
{
    static const struct {
        const char *error;
        int64_t limit;
    } cases[] = {
        {"{\"error\":\"max_tokens: 9000 > 4,096, which is the maximum\"}", 4096},
        {"{\"error\":\"max_tokens is too large: 9000. This model supports at most 300 completion "
         "tokens, whereas you provided 9000.\"}",
         300},
        {"{\"error\":{\"message\":\"Invalid max_tokens value, the valid range of max_tokens is "
         "[1, 8192]\",\"param\":null}}",
         8192},
        {"{\"error\":{\"message\":\"at most 512 tokens\",\"param\":\"max_tokens\"}}", 9000},
        {"{\"error\":\"gpt-5 does not support 'max_tokens'\"}", 9000},
        {"{\"error\":\"max_tokens: unknown to llama3.1:8b (v2)\"}", 9000},
        /* another number for each chat */
        {"{\"error\":\"'max_tokens' is too large: 9000. The maximum context length is 8192 tokens "
         "and your request has 1500 input tokens (9000 > 8192 - 1500)\"}",
         9000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_ints(__FILE__, __LINE__, cases[i].error, limit_after(cases[i].error), cases[i].limit);
    }
    learned_forget(NULL);
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"max_tokens: 9000 > 4096\"}"),
               MODEL "takes at most 4096 tokens (\"max_tokens\")");
}

#define LEAD \
    MODEL "does not take the system role: its words are sent in front of the first question"
#define DEVELOPER MODEL "does not take the system role: its words are sent as the developer's"

static void the_system_role_is_refused_in_many_ways(void)
{
    static const struct refused cases[] = {
        {400,
         "{\"error\":{\"message\":\"Unsupported value: 'messages[0].role' does not support "
         "'system' with this model.\",\"param\":\"messages[0].role\"}}",
         DEVELOPER},
        {400, "{\"error\":\"role 'system' is not allowed, use 'developer'\"}", DEVELOPER},
        {400, "{\"error\":\"System role not supported\"}", LEAD},
        {400, "{\"error\":\"unknown variant `system`, expected one of `user`, `assistant`\"}",
         LEAD},
        {422, "{\"detail\":[{\"loc\":[\"body\",\"messages\",0,\"role\"],\"msg\":\"bad\"}]}", LEAD},
        {400, "[{\"error\":{\"message\":\"Developer instruction is not enabled for models/x\"}}]",
         LEAD},
        {400, "{\"error\":\"Conversation roles must alternate user/assistant/user\"}", LEAD},
        {400, "{\"error\":\"Only user and assistant roles are supported!\"}", LEAD},
        {400, "{\"error\":\"System message must be at the beginning.\"}", LEAD},
        {400, "{\"error\":\"invalid role: system, must be one of user, assistant\"}", LEAD},
        {400, "{\"error\":\"messages.0.role: Input should be 'user' or 'assistant'\"}", LEAD},
        {400, "{\"error\":\"'system' is not one of ['user'] - 'messages.0.role'\"}", LEAD},
        {400, "{\"error\":\"('body', 'messages', 0, 'role'): bad\"}", LEAD},
        {400, "{\"error\":\"messages: roles must be one of [user, assistant]\"}", LEAD},
        {400, "{\"error\":\"This model doesn't support system instructions\"}", LEAD},
        {400, "{\"error\":\"the messages have no role\"}", ""},
        {400, "{\"error\":\"the system is down\"}", ""},
        {400, "{\"error\":\"the file system must be mounted\"}", ""},
    };
    CASES(REQUEST, cases);
    learned_forget(NULL);
    CHECK_TEXT(learn("{\"messages\":[{\"role\":\"user\"}]}", 400, "System role not supported"), "");
}

static void the_developers_role_may_be_refused_too(void)
{
    static const char request[] = "{\"messages\":[{\"role\":\"developer\"},{\"role\":\"user\"}]}";
    static const char error[] = "unknown variant `developer`, expected one of `system`, `user`";
    learned_forget(NULL);
    learn(REQUEST, 400, "'messages[0].role' does not support 'system'");
    CHECK_TEXT(learn(request, 400, error), MODEL "does not take the developer role: its words are "
                                                 "sent in front of the first question");
    CHECK(avoids("role:system") && avoids("role:developer"));
    learned_forget(NULL);
    CHECK_TEXT(learn(request, 400, error),
               MODEL "does not take the developer role: its words are sent as the system's");
}

/* The levels that are known after a level was refused, as a text of digits. */
static void check_levels(int line, const char *field, const char *error, unsigned levels,
                         const char *avoided)
{
    char request[200];
    learned_forget(NULL);
    snprintf(request, sizeof request, "{\"messages\":[],%s}", field);
    CHECK(learn(request, 400, error)[0] != '\0');
    const struct learned l = learned_of(&at, "m");
    check_ints(__FILE__, line, error, learned_levels(&l), levels);
    check_ints(__FILE__, line, error, avoided == NULL || avoids(avoided), true);
    check_ints(__FILE__, line, error, avoided != NULL || !avoids("reasoning_effort"), true);
}
#define LEVELS_OF(field, error, levels, avoided) \
    check_levels(__LINE__, field, error, levels, avoided)

#define EFFORT(level) "\"reasoning_effort\":\"" level "\""
#define USUAL (LEVEL_BIT(LEVEL_LOW) | LEVEL_BIT(LEVEL_MEDIUM) | LEVEL_BIT(LEVEL_HIGH))

static void levels_are_read_from_lists(void)
{
    LEVELS_OF(EFFORT("none"),
              "Unsupported value: 'reasoning_effort' does not support 'none' with this model. "
              "Supported values are: 'low', 'medium', and 'high'.",
              USUAL, NULL);
    LEVELS_OF(EFFORT("max"), "reasoning_effort: must be one of low, medium or high", USUAL, NULL);
    LEVELS_OF(EFFORT("low"), "`reasoning_effort` must be one of `none` or `high`",
              LEVEL_BIT(LEVEL_NONE) | LEVEL_BIT(LEVEL_HIGH), NULL);
    LEVELS_OF(
        "\"think\":\"max\"",
        "invalid think value: \"max\" (must be \"high\", \"medium\", \"low\", true, or false)",
        USUAL, NULL);
    LEVELS_OF("\"output_config\":{\"effort\":\"max\"}",
              "output_config.effort: Input should be 'low', 'medium' or 'high'", USUAL, NULL);
    LEVELS_OF(
        "\"reasoning\":{\"effort\":\"max\"}",
        "{\"error\":{\"message\":\"expected one of high, low\",\"param\":\"reasoning.effort\"}}",
        LEVEL_BIT(LEVEL_LOW) | LEVEL_BIT(LEVEL_HIGH), NULL);
    LEVELS_OF(EFFORT("max"),
              "invalid reasoning value: 'max' (must be \"high\", \"medium\", \"low\", or \"none\")",
              USUAL | LEVEL_BIT(LEVEL_NONE), NULL);
    LEVELS_OF(EFFORT("max"),
              "{\"message\":\"[{'loc': ('body', 'reasoning_effort'), 'msg': \\\"Input should be "
              "'low', 'medium' or 'high'\\\", 'input': 'max'}]\"}",
              USUAL, NULL);
    /* without a list, or with nothing in it that was wished */
    LEVELS_OF(EFFORT("high"), "reasoning_effort 'high' is not supported", LEVEL_ANY,
              "reasoning_effort");
    LEVELS_OF(EFFORT("high"), "reasoning_effort must be one of none, default", LEVEL_ANY,
              "reasoning_effort");
    LEVELS_OF("\"think\":\"high\"", "think value \"high\" is not supported", LEVEL_ANY,
              "think:level");
}

static void a_level_that_was_refused_is_not_asked_for_again(void)
{
    static const char error[] = "reasoning_effort must be one of 'low', 'medium', 'high'";
    learned_forget(NULL);
    CHECK_TEXT(learn("{" EFFORT("high") "}", 400, error),
               MODEL "does not take the level \"high\": sent with \"medium\"");
    CHECK_TEXT(learn("{" EFFORT("medium") "}", 400, error),
               MODEL "does not take the level \"medium\": sent with \"low\"");
    CHECK_TEXT(learn("{" EFFORT("low") "}", 400, error),
               MODEL "does not take \"reasoning_effort\": sent without it");
    CHECK(avoids("reasoning_effort"));
}

static void thoughts_that_are_not_taken_do_not_go_back(void)
{
    struct endpoint wants = {.name = "e", .hash = 5};
    wants.quirks.thoughts = (char[]){"reasoning_content"};
    static const char error[] =
        "{\"detail\":[{\"loc\":[\"body\",\"messages\",2,\"assistant\",\"reasoning_content\"],"
        "\"msg\":\"Extra inputs are not permitted\"}]}";
    const struct refusal_facts facts = {
        .status = 422,
        .error = error,
        .error_len = sizeof error - 1,
        .text = "messages.2.assistant.reasoning_content: Extra inputs are not permitted",
        .body = REQUEST,
        .body_len = sizeof REQUEST - 1,
    };
    struct buf told;
    buf_init(&told, SIZE_MAX);
    learned_forget(NULL);
    CHECK(refusal_read(&wants, "m", &facts, &told));
    CHECK_TEXT(told.data,
               MODEL "does not take thoughts as \"reasoning_content\": sent without them");
    const struct learned l = learned_of(&wants, "m");
    CHECK(learned_thoughts(&l) == NULL);
    CHECK(!refusal_read(&wants, "m", &facts, &told));
    buf_finish(&told);
}

static void a_level_is_told_with_what_is_sent(void)
{
    learned_forget(NULL);
    CHECK_TEXT(learn("{" EFFORT("max") "}", 400, "effort must be one of low, high"),
               MODEL "does not take the level \"max\": sent with \"high\"");
    CHECK_TEXT(learn("{" EFFORT("high") "}", 400, "effort must be one of low, high"),
               MODEL "does not take the level \"high\": sent with \"low\"");
}

static void a_dialect_knows_forms(void)
{
    learned_forget(NULL);
    CHECK_TEXT(learn("{\"model\":\"m\"}", 400, "{\"error\":\"m does not support thinking\"}"), "");
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"m does not support thinking\"}"),
               WITHOUT("think"));
    CHECK_TEXT(learn("{\"thinking\":{\"type\":\"enabled\"}}", 400, "use adaptive, please"), "");
    CHECK_TEXT(learn("{\"thinking\":{\"type\":\"adaptive\"}}", 400, "what is adaptive?"),
               MODEL "does not take adaptive thinking: sent without it");
    learned_forget(NULL);
}

static void a_beginning_of_a_reply_is_refused_in_many_ways(void)
{
#define GOES_ON                                                                     \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"},{\"role\":\"assistant\"}]," \
    "\"continue_final_message\":true}"
#define ASKED MODEL "does not go on with a message of its own: it is asked to"
    static const struct refused cases[] = {
        {400, "Assistant response prefill is incompatible with enable_thinking.", ASKED},
        {400,
         "{\"error\":{\"message\":\"This model does not support assistant message prefill.\"}}",
         ASKED},
        {400,
         "{\"message\":\"Expected last role User or Tool (or Assistant with prefix True) for "
         "serving but got assistant\"}",
         ASKED},
        {422,
         "{\"detail\":[{\"loc\":[\"body\",\"continue_final_message\"],"
         "\"msg\":\"Extra inputs are not permitted\"}]}",
         ASKED},
        {400, "the request is wrong", ASKED},
        {400, "the context of 4096 tokens is too small", ""},
        {500, "out of memory", ""},
    };
    CASES(GOES_ON, cases);
    CHECK_TEXT(learn("{\"messages\":[{\"role\":\"user\"}]}", 400, "no prefill"), "");
    learned_forget(NULL);
}

int main(void)
{
    RUN(a_field_is_named_in_many_shapes);
    RUN(of_one_schema_all_are_avoided);
    RUN(of_several_words_the_first_is_avoided);
    RUN(what_is_not_sent_or_not_named_is_not_learned);
    RUN(another_status_has_to_say_so);
    RUN(a_wrong_value_is_the_users_to_mend);
    RUN(a_limit_goes_by_its_other_name);
    RUN(the_limit_of_tokens_is_read);
    RUN(the_system_role_is_refused_in_many_ways);
    RUN(the_developers_role_may_be_refused_too);
    RUN(levels_are_read_from_lists);
    RUN(thoughts_that_are_not_taken_do_not_go_back);
    RUN(a_level_is_told_with_what_is_sent);
    RUN(a_level_that_was_refused_is_not_asked_for_again);
    RUN(a_dialect_knows_forms);
    RUN(a_beginning_of_a_reply_is_refused_in_many_ways);
    return check_report("refusal");
}
