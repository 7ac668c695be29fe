/* Every failure says what happened, at which endpoint, and what to do. */
#include "check.h"

#include "base/buf.h"
#include "base/explain.h"
#include "base/failure.h"
#include "server/dialect.h"
#include "server/missing.h"

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
    explain_failure(f, &message, &hint);
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
    f.lost = missing_is_address(status, NULL, 0, text);
    return f;
}

static void every_code_names_the_endpoint_and_has_a_name(void)
{
    static const enum hum_error codes[] = {
        HUM_ETOOBIG, HUM_EBAD, HUM_ESPEC, HUM_ECONNECT, HUM_ETIMEOUT,  HUM_EHTTP,
        HUM_ESERVER, HUM_ECUT, HUM_EGONE, HUM_EFILE,    HUM_EOVERFLOW,
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
    f.url = "http://localhost:11434/api/chat";
    check_words(&f, "localhost:11434/api/chat: Connection", "correct OLLAMA_HOST");
    f.url_from = "$OLLAMA_HOST";
    check_words(&f, "/api/chat (from $OLLAMA_HOST): Connection",
                "OLLAMA_HOST: it has this address");
    f.url_from = NULL;
    f.dialect = "openai";
    f.words = dialect_openai.words;
    check_words(&f, "Connection refused", "Start the server, or correct endpoints.local.url");
    f.url = "https://api.example.com/v1";
    check_words(&f, "Connection refused", "Check the network");
}

static void each_cause_says_what_is_wrong_and_what_to_do(void)
{
    for (int cause = CAUSE_NAME; cause <= CAUSE_PROXY_CERTIFICATE; cause++) {
        struct buf message, hint;
        buf_init(&message, 8192);
        buf_init(&hint, 8192);
        struct failure f = at;
        f.code = HUM_ECONNECT;
        f.cause = (struct cause){.kind = (enum cause_kind)cause, .text = "SOMETHING"};
        f.cause.proxy = "http://p:3128";
        explain_failure(&f, &message, &hint);
        CHECK(strstr(message.data, "endpoint \"local\" at http://h:1") != NULL);
        CHECK(strpbrk(message.data, "{}") == NULL && strpbrk(hint.data, "{}") == NULL);
        CHECK(strstr(hint.data, "ollama serve") == NULL);
        CHECK(hint.len > 20 && hint.data[hint.len - 1] == '.');
        /* The proxy is named once: as what is at fault, or as what was on the way. */
        bool at_fault = cause >= CAUSE_PROXY_NAME;
        CHECK((strstr(message.data, "(through the proxy http://p:3128): ") == NULL) == at_fault);
        CHECK(strstr(message.data, "proxy http://p:3128") != NULL);
        buf_finish(&message);
        buf_finish(&hint);
    }
}

static void a_proxy_is_corrected_where_it_is_from(void)
{
    struct failure f = at;
    f.code = HUM_ECONNECT;
    f.cause = (struct cause){
        .kind = CAUSE_PROXY_REACH,
        .text = ": connection refused",
        .proxy = "http://p:3128",
    };
    check_words(&f, "the proxy http://p:3128 cannot be reached: connection refused",
                "correct endpoints.local.proxy");
    f.cause.proxy_from = "https_proxy";
    check_words(&f, "refused", "correct the variable https_proxy");
}

static void answers_tell_of_tls_and_proxies_too(void)
{
    struct failure f = answered(400, "400 The plain HTTP request was sent to HTTPS port");
    check_words(&f, "HTTP 400", "https://");
    f = answered(400, "Client sent an HTTP request to an HTTPS server.");
    check_words(&f, "HTTP 400", "https://");
    f = answered(400, "400 No required SSL certificate was sent");
    check_words(&f, "HTTP 400", "client_cert");
    f = answered(407, "Proxy Authentication Required");
    check_words(&f, "HTTP 407", "USER:PASSWORD@");
}

static void each_wait_says_what_was_waited_for(void)
{
    struct failure f = at;
    f.code = HUM_ETIMEOUT;
    f.waited_ms = 9000;
    f.wait = WAIT_CONNECT;
    check_words(&f, "did not accept the connection within 9 s", "ollama serve");
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
        explain_failure(&f, &message, &hint);
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
    check_words(&f, "suffix", "complete.fim");
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
        explain_failure(&f, &message, &hint);
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct failure f = at;
        f.code = codes[i];
        f.wait = WAIT_IDLE;
        f.of = OF_FILL;
        explain_failure(&f, &message, &hint);
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
    check_words(&f, "403: no details given", "the key in $SOME_KEY was refused");
    f = answered(429, "slow down");
    f.retry_after_s = 7;
    check_words(&f, "429", "in 7 s");
    f = answered(503, "Loading model");
    check_words(&f, "503", "still loading");
    f = answered(503, "server is busy");
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
    check_words(&f, "", " or go on with :Hum continue");
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

static void what_an_edit_asks_is_no_chat_either(void)
{
    static const struct {
        long status;
        const char *text, *hint;
    } cases[] = {
        {500, "boom", "Try again. If it"},
        {400, "context full", "Select fewer lines"},
        {413, "large", "Select fewer lines"},
        {404, "model 'x' not found", "Set edit.model"},
        {500, "model requires more system memory", "Set edit.model to a smaller model"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure f = answered(cases[i].status, cases[i].text);
        f.of = OF_EDIT;
        f.kept = true;
        check_words(&f, "local", cases[i].hint);
    }
}

static void a_refused_key_is_named(void)
{
    struct failure f = answered(401, "invalid key");
    check_words(&f, "invalid key", "no key is set");
    f.key = "$TEAM_KEY";
    check_words(&f, "invalid key", "the key in $TEAM_KEY was refused");
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

/* ---- what servers say, and what is to be done ------------------------------------ */

#define CHAT OF_CHAT
#define GENERATE OF_GENERATE
#define FILL OF_FILL
#define QUERY OF_QUERY

/* A status of 0: an error within an answer. Absent: dialect "openai", of a chat, no key. */
struct said {
    long status;
    const char *text, *hint;  /* the hint has these words ... */
    const char *lacks, *also; /* ... not these, and these */
    const char *dialect, *key, *url;
    enum failure_of of;
};

static const struct said said[] = {
    /* keys */
    {.status = 401, .text = "Unauthorized", .hint = "no key is set", .lacks = "refused"},
    {.status = 401,
     .text = "Unauthorized",
     .hint = "the key in $K was refused",
     .lacks = "no key is set",
     .key = "$K"},
    {.status = 401,
     .text = "Unauthorized",
     .hint = "the key from its command was refused",
     .key = "its command"},
    {.status = 401, .hint = "no key is set", .of = QUERY},
    {.status = 401,
     .text = "no",
     .hint = "the key in endpoints.local.headers.Authorization was",
     .key = "headers.Authorization"},
    {.status = 401,
     .text = "invalid x-api-key",
     .hint = "the key in $K was refused",
     .key = "$K",
     .dialect = "anthropic"},
    {.status = 401,
     .text = "unauthorized",
     .hint = "the key in $K was refused",
     .key = "$K",
     .dialect = "ollama",
     .of = FILL},
    {.status = 403, .text = "Forbidden", .hint = "the key in $K was refused", .key = "$K"},
    {.status = 403, .hint = "no key is set", .lacks = "Ollama"},
    {.status = 403, .hint = "no key is set", .lacks = "Ollama", .dialect = "anthropic"},
    {.status = 403, .hint = "Ollama rejects other host names", .dialect = "ollama", .of = QUERY},
    {.status = 403,
     .hint = "the key in $K was refused",
     .lacks = "Ollama",
     .dialect = "ollama",
     .key = "$K"},
    {.status = 403,
     .text = "Invalid host header",
     .hint = "localhost in endpoints.local.url",
     .lacks = "key"},
    {.status = 400,
     .text = "API key not valid. Please pass a valid API key.",
     .hint = "the key in $K was refused",
     .key = "$K"},
    {.status = 400,
     .text = "Incorrect API key provided: ab***. Get one at https://x",
     .hint = "no key is set"},
    {.text = "invalid api key", .hint = "no key is set"},

    /* accounts */
    {.status = 402,
     .text = "Insufficient credits",
     .hint = "balance",
     .lacks = "key",
     .of = GENERATE},
    {.status = 400,
     .text = "Your credit balance is too low to access the API",
     .hint = "waiting does not help",
     .lacks = "options",
     .dialect = "anthropic"},
    {.text = "insufficient_quota: You exceeded your current quota",
     .hint = "waiting does not help",
     .lacks = "busy"},
    {.status = 400,
     .text = "Your organization must be verified to stream this model.",
     .hint = "Verify your organization",
     .lacks = "key"},
    {.status = 403,
     .text = "Your chosen model requires moderation and your input was flagged",
     .hint = "Rephrase",
     .lacks = "key"},
    {.status = 400,
     .text = "The response was filtered due to Azure's content management policy",
     .hint = "Rephrase"},
    {.status = 403,
     .text = "Country, region, or territory not supported",
     .hint = "not offered where you are",
     .lacks = "key"},
    {.status = 404,
     .text = "No endpoints found matching your data policy",
     .hint = "privacy settings",
     .lacks = "url"},

    /* load */
    {.status = 429,
     .text = "Rate limit reached for model `m` on tokens per min",
     .hint = "Retry with :Hum retry in a moment",
     .lacks = "context",
     .also = "limit"},
    {.status = 429,
     .text = "Too many tokens, slow down",
     .hint = "the server is busy",
     .lacks = "context",
     .of = FILL},
    {.status = 503, .text = "Loading model", .hint = "still loading", .of = QUERY},
    {.status = 503, .hint = "the server is busy"},
    {.status = 529, .text = "Overloaded", .hint = "the server is busy", .dialect = "anthropic"},
    {.text = "Rate limit reached. Please try again in 0.5s.", .hint = "the server is busy"},
    {.text = "Overloaded", .hint = "the server is busy", .dialect = "anthropic"},

    /* models that are not there */
    {.status = 404,
     .text = "model 'm' not found",
     .hint = "ollama pull m",
     .lacks = "url",
     .dialect = "ollama"},
    {.status = 404,
     .text = "model 'm' not found",
     .hint = "complete.model",
     .lacks = ":Hum",
     .dialect = "ollama",
     .of = FILL},
    {.status = 404, .text = "The model `m` does not exist.", .hint = ":Hum model", .lacks = "url"},
    {.status = 404,
     .text = "The model `m` does not exist or you do not have access to it.",
     .hint = ":Hum model",
     .lacks = "pull"},
    {.status = 404,
     .text = "model: m",
     .hint = ":Hum model",
     .lacks = "url",
     .dialect = "anthropic"},
    {.status = 400, .text = "m is not a valid model ID", .hint = ":Hum model", .lacks = "options"},
    {.status = 404, .text = "No endpoints found for m.", .hint = ":Hum model", .lacks = "url"},
    {.status = 400, .text = "could not find real modelID for m", .hint = ":Hum model"},
    {.status = 404, .text = "no router for model m", .hint = ":Hum model"},
    {.status = 400, .text = "Model Not Exist", .hint = ":Hum model"},
    {.status = 400, .text = "Invalid model: m", .hint = ":Hum model"},
    {.status = 400,
     .text = "Invalid model identifier \"m\". Please specify a valid downloaded model",
     .hint = ":Hum model"},
    {.status = 404,
     .text = "No models loaded. Please load a model in the developer page",
     .hint = ":Hum model"},
    {.status = 404,
     .text = "Not found the model m or Permission denied",
     .hint = ":Hum model",
     .lacks = "url"},
    {.status = 404,
     .text = "Unable to access model m. Please visit https://api.x",
     .hint = ":Hum model"},
    {.status = 404,
     .text = "Model not found, inaccessible, and/or not deployed",
     .hint = ":Hum model",
     .lacks = "url"},
    {.status = 404,
     .text = "Repository Not Found for url: https://huggingface.co/api/models/m",
     .hint = ":Hum model",
     .lacks = "url"},
    {.status = 404,
     .text = "models/m is not found for API version v1main",
     .hint = ":Hum model",
     .lacks = "url"},
    {.status = 404,
     .text = "The API deployment for this resource does not exist.",
     .hint = "endpoints.local.deployment",
     .lacks = "url"},
    {.status = 404,
     .text = "model \"m\" not found",
     .hint = "model that the server has",
     .lacks = ":Hum",
     .of = GENERATE},

    /* models that cannot do what is asked */
    {.status = 404,
     .text = "No endpoints found that support tool use. To learn more, visit https://x",
     .hint = "takes no tools",
     .lacks = "url"},
    {.status = 404,
     .text = "This model is only supported in v1/responses and not in v1/chat/completions.",
     .hint = "does not support chat",
     .lacks = "url"},
    {.status = 404,
     .text = "This is not a chat model and thus not supported in the v1/chat/completions endpoint.",
     .hint = "does not support chat",
     .lacks = "endpoints"},
    {.status = 400,
     .text = "\"m\" does not support chat",
     .hint = "does not support chat",
     .dialect = "ollama"},
    {.status = 400,
     .text = "\"m\" does not support thinking",
     .hint = "think = false",
     .dialect = "ollama"},
    {.status = 400,
     .text = "registry.ollama.ai/library/m:latest does not support insert",
     .hint = "complete.fim",
     .dialect = "ollama",
     .of = FILL},
    {.status = 400,
     .text = "suffix is not currently supported",
     .hint = "complete.fim",
     .of = FILL},
    {.status = 501,
     .text = "Infill is not supported by this model",
     .hint = "complete.model",
     .of = FILL},
    {.status = 400,
     .text = "This model does not support assistant message prefill.",
     .hint = "does not continue a reply",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "Thinking level HIGH is not supported for this model.",
     .hint = "endpoints.local.think"},
    {.status = 400,
     .text = "'messages[0].role' does not support 'system' with this model",
     .hint = "chat.system"},

    /* options, by the name that the configuration has for them */
    {.status = 400,
     .text = "Unsupported value: 'temperature' does not support 0.2 with this model.",
     .hint = "options.temperature",
     .lacks = "another model"},
    {.status = 400,
     .text = "`temperature` is deprecated for this model.",
     .hint = "options.temperature",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "temperature: range: 0..1",
     .hint = "options.temperature",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "`temperature` and `top_p` cannot both be specified",
     .hint = "options.temperature"},
    {.status = 500,
     .text = "option \"num_ctx\" must be of type integer",
     .hint = "options.num_ctx",
     .dialect = "ollama"},
    {.status = 422,
     .text = "top_k: Extra inputs are not permitted",
     .hint = "endpoints.local.options.top_k"},
    {.status = 422, .text = "body.seed: extra fields not permitted", .hint = "options.seed"},
    {.status = 400, .text = "Invalid 'stop': array too long", .hint = "options.stop"},
    {.status = 400,
     .text = "please stop that",
     .hint = "Check endpoints.local.options",
     .lacks = "options.stop"},
    {.status = 400,
     .text = "max_tokens is too large: 9000. This model supports at most 4096",
     .hint = "Lower endpoints.local.options.max_tokens"},
    {.status = 400,
     .text = "max_tokens: 9000 > 4096, which is the maximum",
     .hint = "options.max_tokens",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "presence_penalty is not supported",
     .hint = "complete.options.presence_penalty",
     .of = FILL},
    {.status = 400,
     .text = "Unsupported parameter: 'logprobs'",
     .hint = "the request's options.logprobs",
     .of = GENERATE},
    {.status = 400, .text = "bad request", .hint = "endpoints.local.options"},
    {.status = 400,
     .text = "bad request",
     .hint = "endpoints.local.url",
     .lacks = ":Hum retry",
     .of = QUERY},

    /* contexts that are full */
    {.status = 400,
     .text = "request (9000 tokens) exceeds the available context size (4096 tokens)",
     .hint = "num_ctx",
     .dialect = "ollama",
     .also = ":Hum new"},
    {.status = 400,
     .text = "This model's maximum context length is 8192 tokens.",
     .hint = ":Hum new",
     .lacks = "options"},
    {.status = 400,
     .text = "The decoder prompt (length 9000) is longer than the maximum model length of 4096.",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "Your input exceeds the context window of this model.",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "prompt is too long: 210000 tokens > 200000 maximum",
     .hint = ":Hum new",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
     .hint = ":Hum new",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "The input token count (9) exceeds the maximum number of tokens allowed (8)",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "Please reduce the length of the messages or completion.",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096",
     .hint = ":Hum new"},
    {.status = 400, .text = "Your request exceeded model token limit: 8192", .hint = ":Hum new"},
    {.status = 400,
     .text = "This model's maximum prompt length is 131072 but the request contains 537812",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "Prompt length 5000 is greater than max_seq_len 4096",
     .hint = ":Hum new"},
    {.status = 400,
     .text = "Requested tokens (5000) exceed context window of 4096",
     .hint = "Shorten the messages",
     .lacks = ":Hum",
     .of = GENERATE},
    {.status = 400,
     .text = "the request exceeds the available context size",
     .hint = "complete.window_tokens",
     .lacks = ":Hum",
     .of = FILL},
    {.text = "Context size has been exceeded.", .hint = ":Hum new"},
    {.status = 500,
     .text = "the input length exceeds the context length",
     .hint = ":Hum new",
     .dialect = "ollama"},
    {.status = 413,
     .text = "Request too large for model `m` on tokens per minute (TPM): Limit 6000",
     .hint = "may send in a minute"},
    {.status = 413, .text = "Request Entity Too Large", .hint = "client_max_body_size"},
    {.status = 413, .hint = "complete.ring_tokens", .lacks = ":Hum", .of = FILL},

    /* memory */
    {.status = 500,
     .text = "model requires more system memory (5.5 GiB) than is available (3.2 GiB)",
     .hint = "Choose a smaller model",
     .lacks = "log",
     .dialect = "ollama"},
    {.status = 500,
     .text = "cudaMalloc failed: out of memory",
     .hint = "num_ctx",
     .dialect = "ollama"},
    {.text = "CUDA error: out of memory", .hint = "smaller model"},
    {.status = 500,
     .text = "model requires more system memory",
     .hint = "complete.model",
     .lacks = ":Hum",
     .of = FILL},
    {.status = 500,
     .text = "Model loading was stopped due to insufficient system resources.",
     .hint = "smaller model"},

    {.status = 500,
     .text = "llama runner process has terminated: signal: killed",
     .hint = "smaller model",
     .dialect = "ollama"},
    {.status = 500,
     .text = "unable to load model: /models/blobs/sha256",
     .hint = "ollama pull m",
     .lacks = "memory",
     .dialect = "ollama"},
    {.status = 500,
     .text = "unexpected server status: llm server loading model",
     .hint = "still loading"},
    {.text = "APIConnectionError: connection refused", .hint = "Check that the model server runs"},
    {.text = "exceeded your monthly included credits", .hint = "balance"},
    {.status = 400, .text = "image and text exceed max message tokens", .hint = ":Hum new"},
    {.status = 500,
     .text = "image input is not supported - hint: if this is unexpected, you may need to provide "
             "the mmproj",
     .hint = "--mmproj"},
    {.status = 400,
     .text = "Invalid content type. image_url is only supported by certain models.",
     .hint = "this one takes no images"},
    {.status = 404,
     .text = "No endpoints found that support image input",
     .hint = "this one takes no images"},
    {.status = 400, .text = "m is not a multimodal model", .hint = "this one takes no images"},
    {.status = 422,
     .text = "messages[0]: unknown variant `image_url`, expected `text` at line 1 column 90",
     .hint = "this one takes no images"},
    {.status = 400,
     .text = "Model does not support images. Please use a model that does.",
     .hint = "this one takes no images"},
    {.status = 500,
     .text = "Failed to create new sequence: failed to process inputs: this model is missing data "
             "required for image input",
     .hint = "this one takes no images",
     .dialect = "ollama"},
    {.status = 400,
     .text =
         "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 5340000 bytes > "
         "5242880 bytes",
     .hint = "smaller image",
     .dialect = "anthropic"},
    {.status = 400,
     .text = "messages.0.content.0.image.source.base64.data: Could not process image",
     .hint = "PNG or JPEG",
     .dialect = "anthropic"},
    {.status = 403,
     .text = "this model requires a subscription, upgrade for access",
     .hint = "plan includes",
     .lacks = "key",
     .dialect = "ollama"},
    {.status = 403,
     .text = "Project does not have access to model m",
     .hint = "may not use this one",
     .lacks = "key",
     .key = "$K"},
    {.status = 400, .text = "roles must alternate", .hint = ":Hum inspect", .dialect = "anthropic"},
    {.status = 451, .text = "Unavailable For Legal Reasons", .hint = "where you are"},
    {.status = 498, .text = "Flex tier capacity exceeded", .hint = "busy"},

    /* proxies and limits of time */
    {.status = 504,
     .text = "504 Gateway Time-out",
     .hint = "proxy_read_timeout",
     .lacks = "running there"},
    {.status = 504, .hint = "proxy in front", .of = QUERY},
    {.status = 502, .text = "502 Bad Gateway", .hint = "got no answer"},
    {.status = 502, .hint = "Check that the model server runs", .dialect = "ollama"},
    {.status = 502,
     .text = "Provider returned error",
     .hint = "Retry with :Hum retry",
     .lacks = "proxy"},
    {.status = 524, .text = "A timeout occurred", .hint = "gave up waiting"},
    {.status = 522, .text = "Connection timed out", .hint = "gave up waiting"},
    {.status = 521, .text = "Web server is down", .hint = "got no answer"},
    {.status = 408, .text = "Request Timeout", .hint = "waited too long"},
    {.status = 500,
     .text = "context deadline exceeded",
     .hint = "time limit",
     .lacks = "context size"},
    {.status = 500, .text = "upstream request timeout", .hint = "time limit"},
    {.status = 503, .text = "no healthy upstream", .hint = "busy"},
    {.status = 500, .text = "boom", .hint = "check the server's log"},
    {.status = 500, .text = "boom", .hint = "Completion retries", .lacks = ":Hum", .of = FILL},

    /* another address, another dialect */
    {.status = 404,
     .text = "404 page not found",
     .hint = "base address",
     .dialect = "ollama",
     .also = "dialect = 'openai'"},
    {.status = 404,
     .text = "Not Found",
     .hint = "Set endpoints.local.dialect = 'openai'",
     .dialect = "ollama"},
    {.status = 404,
     .text = "File Not Found",
     .hint = "dialect = 'openai'",
     .dialect = "ollama",
     .of = QUERY},
    {.status = 404,
     .text = "Invalid URL (POST /api/chat)",
     .hint = "dialect = 'openai'",
     .dialect = "ollama"},
    {.text = "Unexpected endpoint or method. (POST /api/chat)",
     .hint = "dialect = 'openai'",
     .lacks = "retry",
     .dialect = "ollama"},
    {.status = 404, .text = "Not Found", .hint = "dialect = 'openai'", .dialect = "anthropic"},
    {.status = 404,
     .text = "404 page not found",
     .hint = "dialect = 'ollama'",
     .dialect = "anthropic"},
    {.status = 404, .hint = "endpoints.local.url", .dialect = "anthropic"},
    {.status = 404,
     .text = "404 page not found",
     .hint = "Ollama",
     .url = "http://h:1/api/chat/completions",
     .also = "/api"},
    {.status = 404,
     .text = "404 page not found",
     .hint = "dialect = 'ollama'",
     .url = "http://h:1/api/models",
     .of = QUERY},
    {.status = 404, .text = "Not Found", .hint = "endpoints.local.url"},
    {.status = 404,
     .text = "Resource not found",
     .hint = "endpoints.local.url",
     .lacks = ":Hum model"},
    {.status = 405, .text = "Method Not Allowed", .hint = "endpoints.local.url"},
    {.status = 404, .text = "404 page not found", .hint = ":help hum-fim", .of = FILL},
};

/* As JSON: plain text and pages say so by themselves. */
static bool is_lost(const struct said *s)
{
    static const char body[] = "{";
    bool plain = s->text == NULL || strncmp(s->text, "404 ", 4) == 0;
    return missing_is_address(s->status, plain ? NULL : body, plain ? 0 : 1, s->text);
}

static void check_said(const struct said *s)
{
    const struct dialect *dialect = dialect_find(s->dialect != NULL ? s->dialect : "openai");
    struct failure f = {
        .code = s->status != 0 ? HUM_EHTTP : HUM_ESERVER,
        .endpoint = "local",
        .url = s->url != NULL ? s->url : "http://h:1/path",
        .dialect = dialect->name,
        .words = dialect->words,
        .model = "m",
        .text = s->text,
        .status = s->status,
        .key = s->key,
        .of = s->of,
        .lost = is_lost(s),
    };
    struct buf message, hint;
    buf_init(&message, 8192);
    buf_init(&hint, 8192);
    explain_failure(&f, &message, &hint);
    if (strstr(hint.data, s->hint) == NULL ||
        (s->lacks != NULL && strstr(hint.data, s->lacks) != NULL) ||
        (s->also != NULL && strstr(hint.data, s->also) == NULL)) {
        printf("    %ld %s\n", s->status, s->text != NULL ? s->text : "");
        CHECK_TEXT(hint.data, s->hint);
    }
    CHECK(strstr(message.data, f.url) != NULL);
    CHECK(strchr(hint.data, '{') == NULL || strstr(hint.data, "= {") != NULL);
    CHECK(hint.data[0] >= 'A' && hint.data[0] <= 'Z' && hint.data[hint.len - 1] == '.');
    buf_finish(&message);
    buf_finish(&hint);
}

static void what_servers_say_leads_to_a_cure(void)
{
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        check_said(&said[i]);
    }
}

/* What a line of 80 cells has room for beside the command line's own. */
#define NARROW 67

static void the_cure_is_the_first_sentence_and_fits_a_narrow_screen(void)
{
    static const char *const hints[] = {"ollama serve", "complete.fim"};
    struct failure cases[2] = {at, answered(400, "suffix is not supported")};
    cases[0].code = HUM_ECONNECT;
    cases[0].url = "http://127.0.0.1:11434/api/tags";
    cases[1].of = OF_FILL;
    for (size_t i = 0; i < 2; i++) {
        struct buf message, hint;
        buf_init(&message, 8192);
        buf_init(&hint, 8192);
        explain_failure(&cases[i], &message, &hint);
        const char *end = strstr(hint.data, ". ");
        size_t len = end != NULL ? (size_t)(end - hint.data) + 1 : hint.len;
        CHECK(len <= NARROW);
        CHECK(strstr(hint.data, hints[i]) < hint.data + len);
        buf_finish(&message);
        buf_finish(&hint);
    }
}

static void a_stream_of_the_other_dialect_is_told_as_one(void)
{
    static const struct {
        const char *dialect, *text, *hint;
    } cases[] = {
        {"ollama", "data: {\"choices\":[]}", "dialect = 'openai'"},
        {"openai", "{\"message\":{},\"done\":false}", "dialect = 'ollama'"},
        {"anthropic", "{\"object\":\"chat.completion.chunk\"}", "dialect = 'openai'"},
        {"openai", "<!doctype html><html>", "a web page answered"},
        {"openai", "nonsense", "Check endpoints.local.url and endpoints.local.dialect"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure f = at;
        f.code = HUM_EBAD;
        f.dialect = cases[i].dialect;
        f.text = cases[i].text;
        check_words(&f, "not valid for the dialect", cases[i].hint);
    }
}

static void the_usual_variable_of_a_key_is_named(void)
{
    struct failure f = answered(401, "invalid key");
    f.key_variable = "OPENROUTER_API_KEY";
    check_words(&f, "invalid key", "endpoints.local.key = { env = 'OPENROUTER_API_KEY' }.");
}

int main(void)
{
    at.words = dialect_ollama.words;
    RUN(every_code_names_the_endpoint_and_has_a_name);
    RUN(a_server_that_is_not_there_can_be_started);
    RUN(each_cause_says_what_is_wrong_and_what_to_do);
    RUN(a_proxy_is_corrected_where_it_is_from);
    RUN(answers_tell_of_tls_and_proxies_too);
    RUN(each_wait_says_what_was_waited_for);
    RUN(a_query_is_tried_again_and_is_no_chat);
    RUN(a_server_that_cannot_fill_in_is_told_as_one);
    RUN(a_suggestion_is_nothing_to_be_asked_for_again);
    RUN(statuses_lead_to_what_cures_them);
    RUN(money_is_not_load);
    RUN(only_what_arrived_is_kept);
    RUN(what_other_plugins_ask_is_no_chat);
    RUN(what_an_edit_asks_is_no_chat_either);
    RUN(a_refused_key_is_named);
    RUN(what_a_model_does_not_take_is_no_reason_for_another_one);
    RUN(secrets_are_masked);
    RUN(what_servers_say_leads_to_a_cure);
    RUN(the_cure_is_the_first_sentence_and_fits_a_narrow_screen);
    RUN(a_stream_of_the_other_dialect_is_told_as_one);
    RUN(the_usual_variable_of_a_key_is_named);
    return check_report("failure");
}
