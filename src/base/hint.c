#include "base/hint.h"

#include "base/buf.h"
#include "base/cause.h"
#include "base/failure.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* ---- what is known of a failure ------------------------------------------------ */

static bool is_empty(const struct failure *f)
{
    return f->text == NULL || f->text[0] == '\0';
}

static bool is_money(const struct failure *f)
{
    return f->money || f->status == 402;
}

static bool is_too_long(const struct failure *f)
{
    return f->code == HUM_EOVERFLOW || toolong_says(f->text, f->body, NULL);
}

static bool has_signin(const struct failure *f)
{
    return f->signin_url != NULL;
}

static bool is_keyless_and_empty(const struct failure *f)
{
    return f->key == NULL && is_empty(f);
}

static bool has_model(const struct failure *f)
{
    return f->model != NULL && f->model[0] != '\0';
}

/* The error is about the model, and not about what a model does not take. */
static bool blames_model(const struct failure *f)
{
    return has_model(f) && words_fit(f->text, "model") &&
           !words_fit(f->text, "parameter|unsupported|not permitted");
}

static bool is_from_host_variable(const struct failure *f)
{
    return f->url_from != NULL && f->url_from[0] == '$';
}

static bool is_service(const struct failure *f)
{
    return strncmp(f->url, "https://", 8) == 0;
}

/* ---- options that servers complain about --------------------------------------- */

/* Fields of requests that users set by "options". The quoted ones are plain English words, too. */
static const struct {
    const char *name;
    bool quoted;
} options[] = {
    {"max_completion_tokens", false},
    {"max_tokens", false},
    {"num_predict", false},
    {"num_ctx", false},
    {"num_gpu", false},
    {"num_batch", false},
    {"num_thread", false},
    {"num_keep", false},
    {"temperature", false},
    {"top_p", false},
    {"top_k", false},
    {"top_a", false},
    {"min_p", false},
    {"typical_p", false},
    {"tfs_z", false},
    {"presence_penalty", false},
    {"frequency_penalty", false},
    {"repeat_penalty", false},
    {"repetition_penalty", false},
    {"repeat_last_n", false},
    {"mirostat", false},
    {"mirostat_tau", false},
    {"mirostat_eta", false},
    {"logit_bias", false},
    {"logprobs", false},
    {"top_logprobs", false},
    {"response_format", false},
    {"parallel_tool_calls", false},
    {"tool_choice", false},
    {"service_tier", false},
    {"prompt_cache_key", false},
    {"prompt_cache_retention", false},
    {"safe_prompt", false},
    {"random_seed", false},
    {"verbosity", false},
    {"provider", true},
    {"metadata", true},
    {"format", true},
    {"tools", true},
    {"store", true},
    {"stop", true},
    {"seed", true},
    {"user", true},
    {"n", true},
};

/* Whether a name is named as one: 'seed', `seed`, options.seed, seed=1. */
static bool is_quoted(const char *text, const char *at, const char *name)
{
    char after = at[strlen(name)];
    return (at > text && strchr("'\"`.", at[-1]) != NULL) || (after != '\0' && strchr("=:", after));
}

/* The option that the words are about: the one that they name first. NULL: none. */
static const char *option_of(const struct failure *f)
{
    const char *found = NULL, *where = NULL;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *at = words_find(f->text, options[i].name);
        bool named = at != NULL && (!options[i].quoted || is_quoted(f->text, at, options[i].name));
        if (named && (where == NULL || at < where)) {
            found = options[i].name;
            where = at;
        }
    }
    return found;
}

static bool names_option(const struct failure *f)
{
    return f->status != 401 && f->status != 403 && option_of(f) != NULL;
}

/* ---- the rows ------------------------------------------------------------------ */

#define BIT(of) (1U << (of))

/* What is absent of a row fits anything. */
struct row {
    short from, to; /* HTTP statuses; an error within an answer has none */
    unsigned of;    /* BITs */
    const char *dialect;
    const char *at;   /* a pattern of the address, as `says` */
    const char *says; /* see words_fit */
    bool (*when)(const struct failure *f);
    const char *hint; /* "{name}" is replaced, see `phrases` and add_fact */
};

#define FIM_MODEL "Set complete.model to a FIM model, or complete.fim (:help hum-fim)."
#define TOO_LONG \
    "{Shorten}, or increase the {context}: it is too long for the model's context window."
#define PROXY_TIME_LIMIT "nginx: proxy_read_timeout"

/* Servers' words, whatever the status: they say more than it. */
static const struct row said[] = {
    {.from = 300,
     .to = 399,
     .hint =
         "Set endpoints.{e}.url to that address, if you trust it: hum does not follow redirects, "
         "so as not to send your key to another server."},
    {.from = 401, .to = 403, .when = has_signin, .hint = "Sign in at {signin}, then try again."},
    {.when = is_money,
     .hint = "Check your account's balance and limits: waiting does not help. Or use another "
             "endpoint than \"{e}\"."},
    {.from = 429, .to = 429, .hint = "{Soon} {wait}: the server is busy{limit}."},
    {.to = 403,
     .says =
         "insufficient_quota|insufficient credit|insufficient balance|insufficient fund|current "
         "quota|credit balance|out of credits|more credits|included credits|insufficient "
         "quota|billing|spend limit|payment required",
     .hint = "Check your account's balance and limits: waiting does not help. Or use another "
             "endpoint than \"{e}\"."},
    {.from = 402,
     .to = 403,
     .says = "subscription|upgrade your|upgrade to|paid plan|upgrade for access",
     .hint = "Check what your account's plan includes. Or {another}."},
    {.from = 403,
     .to = 403,
     .says = "access to model|not have access|no access|not allowed to sample|model access|access "
             "denied&model|access to the model|not authorized&model|permission&model",
     .hint = "{Another}: your account may not use this one."},
    {.says = "must be verified|verify your organization|verify organization|id verification",
     .hint = "Verify your organization with the service. Or {another}."},
    {.says = "requires moderation|flagged|content policy|content_policy|content management policy|"
             "safety system|usage policies",
     .hint = "Rephrase the message: a filter of the service stops it. Or {another}."},
    {.says = "country&not supported|region&not supported|unsupported_country|user location",
     .hint = "Use another endpoint: this service is not offered where you are."},
    {.says = "data policy|guardrail restrictions",
     .hint = "Allow the model's providers in the service's privacy settings. Or {another}."},
    {.says = "mmproj",
     .hint =
         "{Another}, or start llama-server with --mmproj and the model's projector: as it runs, "
         "this one takes no images. Or take the image out of the message."},
    {.says =
         "image input&not support|images&not support|image&not supported by|support image input|"
         "support images|image_url&only supported|unknown variant `image_url`|image_url&not "
         "support|not a multimodal|not multimodal|support vision|vision&not support|"
         "missing data required for image|multimodal&not support|image&text-only|"
         "at most 0 image",
     .hint = "{Another}: this one takes no images. Or take the image out of the message."},
    {.says =
         "image&too large|image exceeds|image&maximum size|image dimensions|image&too many pixels",
     .hint = "Refer to a smaller image: the service takes none of that size."},
    {.says = "process image|decode image|decode the image|invalid image|load image|image&corrupt|"
             "unsupported image|image&media_type|image&unknown format",
     .hint = "Save the image as PNG or JPEG, and refer to that: the server cannot read it."},
    {.says = "support tool use|not support tools|not support function|tool use is not",
     .hint = "{Another}: this one takes no tools. Or remove them from {options}."},
    {.says = "not a chat model|only supported in v1/responses|v1/responses&not the v1/chat|not "
             "supported in the v1/chat/completions|not support chat|not supported in v1/chat",
     .of = BIT(OF_CHAT) | BIT(OF_GENERATE) | BIT(OF_EDIT),
     .hint = "{Another}: this one does not support chat."},
    {.says = "does not support insert|nfill is not supported", .hint = FIM_MODEL},
    {.says = "suffix", .of = BIT(OF_FILL), .hint = FIM_MODEL},
    {.says = "more system memory|out of memory|outofmemory|not enough memory|insufficient memory|"
             "insufficient system resources|cudamalloc|unable to allocate|failed to allocate|"
             "cannot allocate memory|signal: killed|exit status 137|ran out of memory|unable to "
             "load model&memory",
     .hint = "{Smaller}, or lower the {context}: the server's memory is too small for this one."},
    {.says = "tokens per minute|tokens per day|(tpm)|(tpd)",
     .from = 413,
     .to = 413,
     .hint = "{Shorten}: it has more tokens than your account may send in a minute."},
    {.says = "context deadline exceeded|context canceled",
     .hint = "{Again}. If it fails again, raise the time limit of the server or of the proxy in "
             "front of it."},
    {.when = is_too_long, .hint = TOO_LONG},
    {.says = "loading model|model is loading|still loading|is currently loading",
     .from = 500,
     .to = 599,
     .hint = "{Soon} {wait}: the model is still loading."},
    {.says = "unable to load model|unknown model architecture|unsupported model",
     .dialect = "ollama",
     .from = 500,
     .to = 599,
     .when = has_model,
     .hint = "Update Ollama, or download the model again with \"ollama pull {model}\"."},
    {.says = "api key not valid|invalid api key|invalid api-key|invalid_api_key|incorrect api key|"
             "api key is invalid|api key provided is invalid|api key&expired|invalid x-api-key|"
             "missing api key|no api key|didn't provide an api key|api key&required|invalid "
             "authentication|authentication fail|invalid token&key|login fail&key",
     .hint = "{key}"},
    {.from = 404,
     .to = 404,
     .says = "deploymentnotfound|deployment for this resource|deployment&not exist|deployment&not "
             "found",
     .hint = "Correct endpoints.{e}.deployment: the service has none of this name."},
    {.says =
         "model&not found|no such model|model&not exist|model&does not exist|model&doesn't exist|"
         "not a valid model|invalid model|unknown model|model&unknown|not found the model|no "
         "endpoints found for|real modelid|unable to access model|model&not available|model&is "
         "not supported by any provider|model_not_found|no models loaded|model&not loaded|"
         "^model:|model&not deployed|repository not found|model&try pulling|model is not "
         "installed|no router for model|suitable inference handler",
     .to = 500,
     .when = has_model,
     .hint = "{Existing}{pull}."},
    {.says = "not support thinking|think value|thinking is not supported|not support reasoning",
     .hint = "Set endpoints.{e}.think = false (or remove it) for this model."},
    {.says = "system&role|system prompt&not support|system message&not support|developer "
             "instruction&not enabled",
     .hint = "Remove the system prompt: the model does not take one. It is chat.system, or the "
             "chat's first turn."},
    {.says = "not support assistant message prefill|prefill&not support",
     .hint = "{Another}: this one does not continue a reply."},
    {.to = 499,
     .says = "reasoning|thinking",
     .hint = "Set endpoints.{e}.think to a level that the model knows, or remove it."},
    {.says = "stream_options",
     .hint = "Correct endpoints.{e}.url: this server refuses what every request has."},
    {.says = "max_tokens&too large|max_tokens&at most|max_tokens&maximum|max_tokens&exceed|"
             "max_completion_tokens&too large|max_completion_tokens&at most|max_tokens: ",
     .hint = "Lower {option}: the model's replies may not be that long."},
    {.to = 599, .when = names_option, .hint = "Correct or remove {option}: the server refuses it."},
    {.says = "invalid format|option ", .hint = "Check {options}."},
};

/* Words that Ollama does not have for that. */
#define NOT_OLLAMA                                                                               \
    "^not found|file not found|unexpected endpoint|invalid url|unknown request url|cannot post|" \
    "cannot get|not_found|requested url|resource not found"

/* An address at which there is nothing: it is wrong, or the dialect is. */
static const struct row lost[] = {
    {.of = BIT(OF_FILL),
     .hint =
         "Check endpoints.{e}.url. If it is right, the server cannot be used for completion: see "
         ":help hum-fim."},
    {.dialect = "ollama",
     .says = NOT_OLLAMA,
     .hint = "Set endpoints.{e}.dialect = 'openai': this is not Ollama's own API. If it is Ollama, "
             "correct endpoints.{e}.url: the base address, without /api or /v1."},
    {.dialect = "ollama",
     .hint = "Set endpoints.{e}.url to the base address, without /api or /v1. If it is not Ollama, "
             "set endpoints.{e}.dialect = 'openai'."},
    {.dialect = "anthropic",
     .says = "page not found",
     .hint =
         "Set endpoints.{e}.dialect = 'ollama' if it is Ollama, else 'openai': this address does "
         "not speak Anthropic's API. If it does, correct endpoints.{e}.url."},
    {.dialect = "anthropic",
     .hint =
         "Set endpoints.{e}.dialect = 'openai' if the server is OpenAI-compatible. If it speaks "
         "Anthropic's API, correct endpoints.{e}.url: the base address, without /messages."},
    {.dialect = "openai",
     .at = "/api/chat/completions|/api/completions|/api/models|/api/v1/",
     .says = "page not found",
     .hint =
         "Remove \"/api\" from endpoints.{e}.url if it is Ollama. Or set endpoints.{e}.dialect = "
         "'ollama' as well, for Ollama's own API."},
    {.hint =
         "Correct endpoints.{e}.url: use the address that the server's documentation names. For "
         "Ollama's own API, set dialect = 'ollama'."},
};

/* What a status means where the words do not say it. */
static const struct row answered[] = {
    {.from = 403,
     .to = 403,
     .dialect = "ollama",
     .when = is_keyless_and_empty,
     .hint = "Use an IP address or localhost in endpoints.{e}.url: Ollama rejects other host names "
             "with an empty 403."},
    {.from = 403,
     .to = 403,
     .says = "host header|untrusted host|host&not allowed|invalid host|"
             "origin&not allowed|not in trusted",
     .hint = "Use an IP address or localhost in endpoints.{e}.url, or allow this host name in the "
             "server's settings."},
    {.from = 401, .to = 401, .hint = "{key}"},
    {.from = 451,
     .to = 451,
     .hint = "Use another endpoint: this service is not offered where you are."},
    {.from = 498, .to = 498, .hint = "{Soon} {wait}: the server is busy."},
    {.from = 403, .to = 403, .hint = "{key}"},
    {.from = 408, .to = 408, .hint = "{Again}{kept}: the server waited too long for the request."},
    {.from = 503,
     .to = 503,
     .says = "loading",
     .hint = "{Soon} {wait}: the model is still loading."},
    {.from = 503, .to = 503, .hint = "{Soon} {wait}: the server is busy."},
    {.from = 529, .to = 529, .hint = "{Soon} {wait}: the server is busy."},
    {.from = 413,
     .to = 413,
     .of = BIT(OF_CHAT),
     .hint =
         "Start a new chat with :Hum new: this one is too large for the server. Behind a proxy, "
         "raise its limit (nginx: client_max_body_size)."},
    {.from = 413,
     .to = 413,
     .of = BIT(OF_FILL),
     .hint = "Lower complete.window_tokens and complete.ring_tokens."},
    {.from = 413,
     .to = 413,
     .of = BIT(OF_GENERATE),
     .hint = "Shorten the messages: they are too large for the server. Behind a proxy, raise its "
             "limit (nginx: client_max_body_size)."},
    {.from = 413,
     .to = 413,
     .of = BIT(OF_EDIT),
     .hint = "Select fewer lines: they are too large for the server. Behind a proxy, raise its "
             "limit (nginx: client_max_body_size)."},
    {.from = 501, .to = 501, .hint = "Check endpoints.{e}.url and endpoints.{e}.dialect."},
    {.from = 504,
     .to = 504,
     .hint = "{Again}{kept}. If it fails again, raise the time limit of the proxy in front of the "
             "server (" PROXY_TIME_LIMIT ")."},
    {.from = 522,
     .to = 524,
     .hint = "{Again}{kept}. The proxy in front of the server gave up waiting: if that happens "
             "again, raise its time limit, or ask for less."},
    {.from = 502,
     .to = 502,
     .says = "bad gateway|upstream|connection refused|dial tcp|no response",
     .hint =
         "Check that the model server runs: the proxy in front of it got no answer. If it does, "
         "raise the proxy's time limit (" PROXY_TIME_LIMIT ")."},
    {.from = 502,
     .to = 502,
     .when = is_empty,
     .hint = "Check that the model server runs: the proxy in front of it got no answer."},
    {.from = 520,
     .to = 530,
     .hint = "Check that the model server runs: the proxy in front of it got no answer."},
    {.from = 500,
     .to = 599,
     .says = "timeout|timed out|time-out|time limit|deadline",
     .hint = "{Again}{kept}. If it fails again, raise the time limit of the server or of the proxy "
             "in front of it."},
    {.from = 500,
     .to = 599,
     .says = "connection refused|dial tcp|no healthy upstream",
     .hint = "Check that the model server runs: the proxy in front of it got no answer."},
    {.from = 500, .to = 599, .hint = "{Again}{kept}. If it fails again, check the server's log."},
    {.when = blames_model, .hint = "{Another}."},
    {.of = BIT(OF_CHAT) | BIT(OF_GENERATE) | BIT(OF_EDIT),
     .hint = "Check {options}. :Hum inspect shows what was sent."},
    {.hint = "Check {options}."},
};

static const struct row failed_replies[] = {
    {.says = "unexpected endpoint|unknown request url|invalid url (",
     .dialect = "ollama",
     .hint = "Set endpoints.{e}.dialect = 'openai': this is not Ollama's own API."},
    {.says = "unexpected endpoint|unknown request url|invalid url (",
     .hint =
         "Correct endpoints.{e}.url, or endpoints.{e}.dialect: the server has no such address."},
    {.says = "rate limit|too many requests|overloaded|server is busy|capacity",
     .hint = "{Soon} {wait}: the server is busy{limit}."},
    {.says = "connection refused|connecterror|dial tcp",
     .hint = "Check that the model server runs: the one in front of it got no answer."},
    {.hint = "{Again}{kept}. Check the server's log for details."},
};

static const struct row strange[] = {
    {.dialect = "ollama",
     .says = "^data:|^event:|^: |chat.completion",
     .hint = "Set endpoints.{e}.dialect = 'openai': the server speaks the OpenAI-compatible API."},
    {.says = "<html|<!doctype|<head|<body",
     .hint = "Correct endpoints.{e}.url: a web page answered, and no model server."},
    {.dialect = "openai",
     .says = "\"done\"&\"message\"|\"done\"&\"response\"",
     .hint = "Set endpoints.{e}.dialect = 'ollama': the server speaks Ollama's own API."},
    {.dialect = "anthropic",
     .says = "\"choices\"|chat.completion",
     .hint = "Set endpoints.{e}.dialect = 'openai': the server speaks the OpenAI-compatible API."},
    {.hint = "Check endpoints.{e}.url and endpoints.{e}.dialect."},
};

static const struct row unreached[] = {
    {.when = is_from_host_variable,
     .hint = "{Start} there, or correct OLLAMA_HOST: it has this address. endpoints.{e}.url wins "
             "over it."},
    {.dialect = "ollama",
     .at = "localhost|127.0.0.1|[::1]",
     .hint = "Start Ollama with \"ollama serve\". If it runs elsewhere, correct OLLAMA_HOST or "
             "endpoints.{e}.url."},
    {.when = is_service, .hint = "Check the network, or correct endpoints.{e}.url."},
    {.hint = "{Start}, or correct endpoints.{e}.url."},
};

static const struct row invalid[] = {
    {.says = "longer than hum can", .of = BIT(OF_GENERATE), .hint = "Shorten the messages."},
    {.says = "longer than hum can", .of = BIT(OF_EDIT), .hint = "Select fewer lines."},
    {.says = "longer than hum can", .hint = "Start a new chat with :Hum new, or delete old turns."},
    {.says = "dialect cannot", .hint = "Use another endpoint, or correct endpoints.{e}.dialect."},
    {.says = "too many requests",
     .hint = "Wait until a reply has ended, or stop one with :Hum stop."},
    {.says = "libcurl ",
     .hint = "Install libcurl (on Debian and Ubuntu: libcurl4), then try again."},
    {.hint = "Run :checkhealth hum; if it reports no problem, this is a bug in hum."},
};

/* ---- phrases ------------------------------------------------------------------- */

/* The same advice, by what the request was for. A name with a capital begins a sentence. */
static const struct {
    const char *name;
    const char *of[OF_EDIT + 1];
} phrases[] = {
    {"again",
     {"retry with :Hum retry", "try again", "completion retries as you type", "try again",
      "try again"}},
    {"soon",
     {"retry with :Hum retry", "try again", "completion retries", "try again", "try again"}},
    {"another",
     {"choose another model with :Hum model", "use another model",
      "set complete.model to another model", "choose another model with :Hum model",
      "set edit.model to another model"}},
    {"smaller",
     {"choose a smaller model with :Hum model", "use a smaller model",
      "set complete.model to a smaller model", "choose a smaller model with :Hum model",
      "set edit.model to a smaller model"}},
    {"existing",
     {"choose an available model with :Hum model", "name a model that the server has",
      "set complete.model to an available model", "choose an available model with :Hum model",
      "set edit.model to an available model, or choose one with :Hum model"}},
    {"shorten",
     {"shorten the chat with :Hum compact, start a new one with :Hum new", "shorten the messages",
      "lower complete.window_tokens or complete.ring_tokens", "ask for less",
      "select fewer lines"}},
    {"options",
     {"endpoints.{e}.options and the chat's front matter",
      "endpoints.{e}.options and those of the request",
      "endpoints.{e}.options and complete.options", "endpoints.{e}.url and endpoints.{e}.dialect",
      "endpoints.{e}.options"}},
    {"option",
     {"endpoints.{e}.options.{o} or the chat's {o}",
      "endpoints.{e}.options.{o} or the request's options.{o}",
      "endpoints.{e}.options.{o} or complete.options.{o}", "endpoints.{e}.options.{o}",
      "endpoints.{e}.options.{o}"}},
};

static const char *or_else(const char *text, const char *other)
{
    return text != NULL && text[0] != '\0' ? text : other;
}

/* What the longest name of a phrase takes. */
#define NAME_SIZE 16

static void add_text(const struct failure *f, const char *text, struct buf *hint);

static void add_key_advice(const struct failure *f, struct buf *hint)
{
    if (f->key != NULL && strncmp(f->key, "headers.", 8) == 0) {
        buf_printf(hint, "Set a valid API key: the key in endpoints.%s.%s was refused.",
                   f->endpoint, f->key);
        return;
    }
    if (f->key != NULL) {
        buf_printf(hint, "Set a valid API key: the key %s %s was refused (endpoints.%s.key).",
                   f->key[0] == '$' ? "in" : "from", f->key, f->endpoint);
        return;
    }
    buf_printf(hint, "Set a valid API key (no key is set): endpoints.%s.key = { env = '%s' }%s.",
               f->endpoint, or_else(f->key_variable, "NAME"),
               f->key_variable != NULL ? "" : " or { command = {...} }");
}

static void add_pull(const struct failure *f, struct buf *hint)
{
    if (f->words != NULL && f->words->get_model != NULL) {
        buf_printf(hint, ", or %s %s\"", f->words->get_model, f->model);
    }
}

static void add_wait(const struct failure *f, struct buf *hint)
{
    if (f->retry_after_s > 0) {
        buf_printf(hint, "in %ld s", f->retry_after_s);
    } else {
        buf_add_str(hint, "in a moment");
    }
}

/* Returns false if it is no name of a fact. */
static bool add_fact(const struct failure *f, const char *name, struct buf *hint)
{
    const struct failure_words *words = f->words;
    if (strcmp(name, "e") == 0) {
        buf_add_str(hint, f->endpoint);
    } else if (strcmp(name, "model") == 0) {
        buf_add_str(hint, f->model);
    } else if (strcmp(name, "o") == 0) {
        buf_add_str(hint, or_else(option_of(f), "max_tokens"));
    } else if (strcmp(name, "signin") == 0) {
        buf_add_str(hint, f->signin_url);
    } else if (strcmp(name, "context") == 0) {
        buf_add_str(hint, or_else(words != NULL ? words->context : NULL, "server's context size"));
    } else if (strcmp(name, "start") == 0) {
        buf_add_str(hint, or_else(words != NULL ? words->start : NULL, "start the server"));
    } else if (strcmp(name, "pull") == 0) {
        add_pull(f, hint);
    } else if (strcmp(name, "wait") == 0) {
        add_wait(f, hint);
    } else if (strcmp(name, "limit") == 0) {
        buf_add_str(hint, words_fit(f->text, "limit|quota") ? ", or your limit is reached" : "");
    } else if (strcmp(name, "kept") == 0) {
        buf_add_str(hint, f->kept && f->of == OF_CHAT ? " or go on with :Hum continue" : "");
    } else if (strcmp(name, "key") == 0) {
        add_key_advice(f, hint);
    } else {
        return false;
    }
    return true;
}

/* A name of len bytes, fewer than NAME_SIZE. */
static void add_phrase(const struct failure *f, const char *name, size_t len, struct buf *hint)
{
    size_t before = hint->len;
    char lower[NAME_SIZE] = "";
    memcpy(lower, name, len);
    bool capital = lower[0] >= 'A' && lower[0] <= 'Z';
    lower[0] = (char)(capital ? lower[0] - 'A' + 'a' : lower[0]);
    if (!add_fact(f, lower, hint)) {
        for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
            if (strcmp(phrases[i].name, lower) == 0) {
                add_text(f, phrases[i].of[f->of], hint);
            }
        }
    }
    if (capital && hint->len > before && hint->data[before] >= 'a' && hint->data[before] <= 'z') {
        hint->data[before] = (char)(hint->data[before] - 'a' + 'A');
    }
}

/* A text with its "{name}"s replaced. Those of phrases have phrases in them no deeper than once. */
static void add_text(const struct failure *f, const char *text, struct buf *hint)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        size_t name = text[plain] == '{' ? strcspn(text + plain + 1, "} ") : 0;
        buf_add(hint, text, plain);
        text += plain;
        if (name > 0 && name < NAME_SIZE && text[1 + name] == '}') {
            add_phrase(f, text + 1, name, hint);
            text += name + 2;
        } else if (*text == '{') {
            buf_add(hint, text++, 1);
        }
    }
}

/* ---- which --------------------------------------------------------------------- */

static bool fits(const struct row *row, const struct failure *f)
{
    return (row->from == 0 || f->status >= row->from) && (row->to == 0 || f->status <= row->to) &&
           (row->dialect == NULL || strcmp(row->dialect, f->dialect) == 0) &&
           (row->at == NULL || words_fit(f->url, row->at)) &&
           (row->says == NULL || words_fit(f->text, row->says)) &&
           (row->when == NULL || row->when(f)) && (row->of == 0 || (row->of & BIT(f->of)) != 0);
}

/* Returns whether a row fits. */
static bool advise(const struct row *rows, size_t count, const struct failure *f, struct buf *hint)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(&rows[i], f)) {
            add_text(f, rows[i].hint, hint);
            return true;
        }
    }
    return false;
}

#define ADVISE(rows) (void)advise(rows, sizeof(rows) / sizeof *(rows), f, hint)

static void add_answered(const struct failure *f, struct buf *hint)
{
    if (f->lost) {
        ADVISE(lost);
    } else if (!advise(said, sizeof said / sizeof *said, f, hint)) {
        ADVISE(answered);
    }
}

static void add_timeout(const struct failure *f, struct buf *hint)
{
    switch (f->wait) {
    case WAIT_CONNECT:
    case WAIT_ANSWER:
        ADVISE(unreached);
        break;
    case WAIT_FIRST:
        add_text(
            f,
            "Raise or remove endpoints.{e}.first_timeout: loading a model or processing a long "
            "prompt takes time.",
            hint);
        break;
    case WAIT_IDLE:
        add_text(
            f,
            "{Again}{kept}. If the server needs longer pauses, raise endpoints.{e}.idle_timeout.",
            hint);
        break;
    }
}

/* Returns whether it is known what kept the request from the server. */
static bool add_cause(const struct failure *f, struct buf *hint)
{
    struct cause cause = f->cause;
    if (f->code == HUM_EHTTP) {
        cause.kind = cause_of_answer(f->status, f->text);
    }
    cause_hint(&cause, f->endpoint, f->url, hint);
    return cause.kind != CAUSE_UNKNOWN;
}

void hint_add(const struct failure *f, struct buf *hint)
{
    if (add_cause(f, hint)) {
        return;
    }
    switch (f->code) {
    case HUM_ECONNECT:
        ADVISE(unreached);
        break;
    case HUM_ETIMEOUT:
        add_timeout(f, hint);
        break;
    case HUM_EHTTP:
        add_answered(f, hint);
        break;
    case HUM_ESERVER:
        if (!advise(said, sizeof said / sizeof *said, f, hint)) {
            ADVISE(failed_replies);
        }
        break;
    case HUM_ECUT:
        add_text(
            f,
            "{Again}{kept}. If it happens again, check the server's log, and the time limits of "
            "a proxy in front of it.",
            hint);
        break;
    case HUM_ETOOBIG:
        add_text(f, "Check endpoints.{e}.url: no model server sends records of that size.", hint);
        break;
    case HUM_EBAD:
        ADVISE(strange);
        break;
    case HUM_ESPEC:
        ADVISE(invalid);
        break;
    case HUM_EFILE:
        add_text(
            f,
            "Write its reference again in a new message: what is there now is kept then. Or put "
            "the file back, and send again.",
            hint);
        break;
    case HUM_EOVERFLOW:
        add_text(f, TOO_LONG, hint);
        break;
    case HUM_EGONE:
    case HUM_OK:
        break;
    }
}
