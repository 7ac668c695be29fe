/* Every failure says what happened, at which endpoint, and what to do. */
#include "check.h"

#include "base/buf.h"
#include "base/failure.h"
#include "server/dialect.h"

#include <stdbool.h>
#include <string.h>

static struct failure at = {
    .endpoint = "local",
    .url = "http://h:1",
    .dialect = "ollama",
    .model = "m",
};

/* Whether the message and the hint have these words. */
static void check_words(const struct failure *f, const char *in_message, const char *in_hint)
{
    struct buf message, hint;
    buf_init(&message, 8192);
    buf_init(&hint, 8192);
    failure_explain(f, &message, &hint);
    if (message.len == 0 || strstr(message.data, in_message) == NULL) {
        CHECK_TEXT(message.data, in_message);
    }
    if (in_hint != NULL && (hint.len == 0 || strstr(hint.data, in_hint) == NULL)) {
        CHECK_TEXT(hint.data, in_hint);
    }
    buf_finish(&message);
    buf_finish(&hint);
}

static struct failure answered(long status, const char *text)
{
    struct failure f = at;
    f.code = HUM_EHTTP;
    f.status = status;
    f.text = text;
    return f;
}

static void every_code_names_the_endpoint_and_has_a_name(void)
{
    static const enum hum_error codes[] = {
        HUM_ETOOBIG, HUM_EBAD,    HUM_ESPEC, HUM_ECONNECT, HUM_ETIMEOUT,
        HUM_EHTTP,   HUM_ESERVER, HUM_ECUT,  HUM_EGONE,
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct failure f = at;
        f.code = codes[i];
        check_words(&f, "\"local\"", NULL);
        CHECK(strcmp(failure_code(codes[i]), "ok") != 0);
    }
}

static void a_server_that_is_not_there_can_be_started(void)
{
    struct failure f = at;
    f.code = HUM_ECONNECT;
    f.text = "Connection refused";
    check_words(&f, "http://h:1: Connection refused", "ollama serve");
    f.dialect = "openai";
    f.words = dialect_openai.words;
    check_words(&f, "Connection refused", "endpoints.local.url");
}

static void each_wait_says_what_was_waited_for(void)
{
    struct failure f = at;
    f.code = HUM_ETIMEOUT;
    f.waited_ms = 9000;
    f.wait = WAIT_CONNECT;
    check_words(&f, "did not accept the connection within 9 s", "OLLAMA_HOST");
    f.wait = WAIT_FIRST;
    check_words(&f, "no token within 9 s", "first_timeout");
    f.wait = WAIT_IDLE;
    check_words(&f, "sent nothing for 9 s", "idle_timeout");
}

static void a_query_is_tried_again_and_is_no_chat(void)
{
    static const long statuses[] = {400, 413, 429, 500, 503};
    struct buf message, hint;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct failure f = answered(statuses[i], "boom");
        f.of = OF_QUERY;
        buf_init(&message, 8192);
        buf_init(&hint, 8192);
        failure_explain(&f, &message, &hint);
        CHECK(strstr(hint.data, ":Hum retry") == NULL && strstr(hint.data, "chat") == NULL);
        bool again = statuses[i] >= 429;
        CHECK((strstr(hint.data, again ? "Try again" : "endpoints.local.url") != NULL));
        buf_finish(&message);
        buf_finish(&hint);
    }
}

static void a_server_that_cannot_fill_in_is_told_as_one(void)
{
    struct failure f = answered(404, "404 page not found");
    f.of = OF_FILL;
    check_words(&f, "404", ":help hum-fim");
    f = answered(400, "suffix is not currently supported");
    f.of = OF_FILL;
    check_words(&f, "suffix", "FIM tokens in complete.fim");
}

static void a_suggestion_is_nothing_to_be_asked_for_again(void)
{
    static const long statuses[] = {404, 400, 413, 429, 500, 503};
    static const enum hum_error codes[] = {HUM_ECUT, HUM_ESERVER, HUM_ETIMEOUT};
    struct buf message;
    buf_init(&message, 65536);
    struct buf hint;
    buf_init(&hint, 65536);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct failure f = answered(statuses[i], "model 'x' not found");
        f.of = OF_FILL;
        failure_explain(&f, &message, &hint);
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct failure f = at;
        f.code = codes[i];
        f.wait = WAIT_IDLE;
        f.of = OF_FILL;
        failure_explain(&f, &message, &hint);
    }
    CHECK(strstr(hint.data, ":Hum retry") == NULL);
    CHECK(strstr(hint.data, ":Hum model") == NULL);
    CHECK(strstr(hint.data, "The chat") == NULL);
    CHECK(strstr(hint.data, "complete.model") != NULL);
    CHECK(strstr(hint.data, "Completion retries") != NULL);
    buf_finish(&message);
    buf_finish(&hint);
}

static void statuses_lead_to_what_cures_them(void)
{
    struct failure f = answered(404, "model 'm' not found");
    check_words(&f, "returned HTTP 404: model 'm' not found", "ollama pull m");
    f = answered(404, "404 page not found");
    check_words(&f, "404", "base address");
    f = answered(400, "\"m\" does not support thinking");
    check_words(&f, "thinking", "think = false");
    f = answered(400, "\"m\" does not support chat");
    check_words(&f, "chat", ":Hum model");
    f = answered(400, "registry.ollama.ai/library/m:latest does not support insert");
    check_words(&f, "insert", "complete.model");
    f = answered(501, "Infill is not supported by this model: prefix token is missing. ");
    check_words(&f, "prefix token", "complete.model");
    f = answered(400, "request (9000 tokens) exceeds the available context size");
    check_words(&f, "9000", "num_ctx");
    f = answered(401, "Invalid API Key");
    check_words(&f, "401", "endpoints.local.key");
    f.signin_url = "https://sign.in/x";
    check_words(&f, "401", "Sign in at https://sign.in/x");
    f = answered(403, NULL);
    check_words(&f, "403: no details given", "host names");
    f.key = "$SOME_KEY";
    check_words(&f, "403: no details given", "the one from $SOME_KEY was refused");
    f = answered(429, "slow down");
    f.retry_after_s = 7;
    check_words(&f, "429", "in 7 s");
    f = answered(503, "Loading model");
    check_words(&f, "503", "still loading");
    f = answered(503, "server busy");
    check_words(&f, "503", "busy");
    f = answered(500, "option \"num_ctx\" must be of type integer");
    check_words(&f, "500", "endpoints.local.options");
    f = answered(500, "boom");
    check_words(&f, "boom", "check the server's log");
    f = answered(307, NULL);
    f.location = "http://other/";
    check_words(&f, "redirects to http://other/", "hum does not follow redirects");
}

static void money_is_not_load(void)
{
    struct failure f = answered(402, "Insufficient credits");
    check_words(&f, "402", "balance");
    f = answered(429, "over your quota");
    f.money = true;
    check_words(&f, "429", "waiting does not help");
    f = answered(529, "Overloaded");
    check_words(&f, "529", "the server is busy");
}

static void only_what_arrived_is_kept(void)
{
    struct failure f = at;
    f.code = HUM_ESERVER;
    check_words(&f, "", "Retry with :Hum retry. ");
    f.kept = true;
    check_words(&f, "", "(what arrived is kept)");
}

static void what_other_plugins_ask_is_no_chat(void)
{
    static const struct {
        long status;
        const char *text, *hint;
    } cases[] = {
        {500, "boom", "Try again. If it"},        {503, "Loading", "Try again in a moment"},
        {400, "context full", "Shorten the"},     {413, "large", "Shorten the messages"},
        {400, "bad", "and those of the request"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure f = answered(cases[i].status, cases[i].text);
        f.of = OF_GENERATE;
        f.kept = true;
        check_words(&f, "local", cases[i].hint);
    }
}

static void a_refused_key_is_named(void)
{
    struct failure f = answered(401, "invalid key");
    check_words(&f, "invalid key", "no key is set");
    f.key = "$TEAM_KEY";
    check_words(&f, "invalid key", "the one from $TEAM_KEY was refused");
}

static void what_a_model_does_not_take_is_no_reason_for_another_one(void)
{
    struct failure f = answered(400, "Unsupported parameter: 'x' with this model");
    check_words(&f, "", "endpoints.local.options");
    f = answered(400, "'messages[0].role' does not support 'system' with this model");
    check_words(&f, "", "chat.system");
    f = answered(400, "'reasoning_effort' does not support 'none'");
    check_words(&f, "", "endpoints.local.think");
    f = answered(500, "model requires more system memory");
    check_words(&f, "", "smaller model");
}

static void secrets_are_masked(void)
{
    static char secret[] = "sesame";
    static char *const secrets[] = {secret, NULL};
    struct failure f = answered(401, "bad key sesame");
    f.secrets = secrets;
    check_words(&f, "bad key ***", NULL);
}

int main(void)
{
    at.words = dialect_ollama.words;
    RUN(every_code_names_the_endpoint_and_has_a_name);
    RUN(a_server_that_is_not_there_can_be_started);
    RUN(each_wait_says_what_was_waited_for);
    RUN(a_query_is_tried_again_and_is_no_chat);
    RUN(a_server_that_cannot_fill_in_is_told_as_one);
    RUN(a_suggestion_is_nothing_to_be_asked_for_again);
    RUN(statuses_lead_to_what_cures_them);
    RUN(money_is_not_load);
    RUN(only_what_arrived_is_kept);
    RUN(what_other_plugins_ask_is_no_chat);
    RUN(a_refused_key_is_named);
    RUN(what_a_model_does_not_take_is_no_reason_for_another_one);
    RUN(secrets_are_masked);
    return check_report("failure");
}
