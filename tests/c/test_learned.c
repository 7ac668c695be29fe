/* What is learned from refusals. */
#include "check.h"

#include "base/buf.h"
#include "server/endpoint.h"
#include "server/error_text.h"
#include "server/learned.h"

static struct endpoint at = {.hash = 1};

static const struct refusal table[] = {
    {"role:system", NULL, {"role", "'system'"}, "the system role"},
    {"think", "think", {"does not support thinking"}, NULL},
    {0},
};

/* What is told of the refusal of a request: "" if nothing new is learned. */
static const char *learn(const char *request, long status, const char *error)
{
    static char shown[500];
    struct buf told, text;
    buf_init(&told, 400);
    buf_init(&text, 4000);
    error_text(error, strlen(error), &text, NULL);
    const struct learned_facts facts = {
        .status = status,
        .error = error,
        .error_len = strlen(error),
        .text = text.data,
        .body = request,
        .body_len = strlen(request),
        .refusals = table,
    };
    bool news = learned_read(&at, "m", &facts, &told);
    snprintf(shown, sizeof shown, "%s", news ? told.data : "");
    buf_finish(&told);
    buf_finish(&text);
    return shown;
}

static bool avoids(const char *what)
{
    return learned_avoids(learned_find(&at, "m"), what);
}

#define REQUEST                                                                                \
    "{\"model\":\"m\",\"messages\":[],\"temperature\":1,\"stream_options\":{},\"stop\":\"x\"," \
    "\"max_tokens\":9000,\"think\":true}"

static void nothing_is_known_at_first(void)
{
    learned_forget_all();
    CHECK(!avoids("temperature"));
    CHECK(!learned_avoids(NULL, "temperature"));
    CHECK_INT(learned_limit(NULL, 5), 5);
}

static void a_field_that_is_named_is_avoided(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":{\"message\":\"temperature: not supported\"}}"),
               "\"temperature\"");
    CHECK(avoids("temperature"));
    CHECK(!avoids("stop"));
    CHECK_TEXT(learn(REQUEST, 422,
                     "{\"detail\":[{\"loc\":[\"body\",\"stream_options\",\"x\"],"
                     "\"msg\":\"Extra inputs are not permitted\"}]}"),
               "\"stream_options\"");
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":{\"message\":\"no\",\"param\":\"stop\"}}"),
               "\"stop\"");
}

static void of_several_fields_the_first_is_avoided(void)
{
    learned_forget_all();
    CHECK_TEXT(
        learn(REQUEST, 400, "{\"error\":\"`stream_options` and `temperature` are not known\"}"),
        "\"stream_options\"");
    CHECK_TEXT(
        learn(REQUEST, 400, "{\"error\":\"`stream_options` and `temperature` are not known\"}"),
        "\"temperature\"");
}

static void the_same_is_learned_once(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"'temperature' is unknown\"}"), "\"temperature\"");
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"'temperature' is unknown\"}"), "");
}

static void what_is_not_sent_or_not_named_is_not_learned(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"top_k: not supported\"}"), "");
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"stop doing that\"}"), "");
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"messages: no such thing\"}"), "");
    CHECK_TEXT(learn(REQUEST, 400, ""), "");
    CHECK_TEXT(learn("", 400, "{\"error\":\"temperature: no\"}"), "");
    CHECK_TEXT(learn(REQUEST, 500, "{\"error\":\"temperature: no\"}"), "");
    CHECK_TEXT(learn(REQUEST, 401, "{\"error\":\"temperature: no\"}"), "");
}

static void a_wrong_value_is_the_users_to_mend(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"temperature: must be at most 1\"}"), "");
}

static void the_limit_of_tokens_is_read(void)
{
    learned_forget_all();
    CHECK_TEXT(
        learn(REQUEST, 400, "{\"error\":\"max_tokens: 9000 > 4,096, which is the maximum\"}"),
        "more than 4096 tokens (\"max_tokens\")");
    CHECK_INT(learned_limit(learned_find(&at, "m"), 9000), 4096);
    CHECK_INT(learned_limit(learned_find(&at, "m"), 100), 100);
}

static void a_number_in_a_name_is_no_limit(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"gpt-5 does not support 'max_tokens'\"}"),
               "\"max_tokens\"");
    CHECK_INT(learned_limit(learned_find(&at, "m"), 9000), 9000);
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"max_tokens: unknown to llama3.1:8b (v2)\"}"),
               "\"max_tokens\"");
    CHECK_INT(learned_limit(learned_find(&at, "m"), 9000), 9000);
}

static void the_rest_of_the_context_is_no_limit(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400,
                     "{\"error\":\"'max_tokens' is too large: 9000. The maximum context length is "
                     "8192 tokens and your request has 1500 input tokens (9000 > 8192 - 1500)\"}"),
               "");
    CHECK_INT(learned_limit(learned_find(&at, "m"), 9000), 9000);
}

static void a_dialect_knows_forms(void)
{
    learned_forget_all();
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"'messages[0].role' does not support 'system'\"}"),
               "the system role");
    CHECK(avoids("role:system"));
    CHECK_TEXT(learn("{\"model\":\"m\"}", 400, "{\"error\":\"m does not support thinking\"}"), "");
    CHECK_TEXT(learn(REQUEST, 400, "{\"error\":\"m does not support thinking\"}"), "\"think\"");
}

static void endpoints_and_models_are_told_apart(void)
{
    learned_forget_all();
    learn(REQUEST, 400, "{\"error\":\"temperature: no\"}");
    CHECK(!learned_avoids(learned_find(&at, "other"), "temperature"));
    at.hash = 2; /* configured anew */
    CHECK(!avoids("temperature"));
    at.hash = 1;
    CHECK(avoids("temperature"));
}

static void the_oldest_are_forgotten(void)
{
    learned_forget_all();
    for (uint64_t i = 0; i < 200; i++) {
        at.hash = i;
        learn(REQUEST, 400, "{\"error\":\"temperature: no\"}");
    }
    CHECK(avoids("temperature"));
    at.hash = 1;
    CHECK(!avoids("temperature"));
    learned_forget_all();
}

int main(void)
{
    RUN(nothing_is_known_at_first);
    RUN(a_field_that_is_named_is_avoided);
    RUN(of_several_fields_the_first_is_avoided);
    RUN(the_same_is_learned_once);
    RUN(what_is_not_sent_or_not_named_is_not_learned);
    RUN(a_wrong_value_is_the_users_to_mend);
    RUN(the_limit_of_tokens_is_read);
    RUN(a_number_in_a_name_is_no_limit);
    RUN(the_rest_of_the_context_is_no_limit);
    RUN(a_dialect_knows_forms);
    RUN(endpoints_and_models_are_told_apart);
    RUN(the_oldest_are_forgotten);
    return check_report("learned");
}
