#include "base/failure.h"

#include "base/buf.h"
#include "base/mask.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

const char *failure_code(enum hum_error code)
{
    switch (code) {
    case HUM_OK:
        return "ok";
    case HUM_ETOOBIG:
        return "toobig";
    case HUM_EBAD:
        return "bad";
    case HUM_ESPEC:
        return "spec";
    case HUM_ECONNECT:
        return "connect";
    case HUM_ETIMEOUT:
        return "timeout";
    case HUM_EHTTP:
        return "http";
    case HUM_ESERVER:
        return "server";
    case HUM_ECUT:
        return "cut";
    case HUM_EGONE:
        return "gone";
    }
    return "bad";
}

/* The dialect's words, or the general ones. */
static const char *word(const char *own, const char *general)
{
    return own != NULL ? own : general;
}

static const struct failure_words *words_of(const struct failure *f)
{
    static const struct failure_words none = {0};
    return f->words != NULL ? f->words : &none;
}

static bool says(const struct failure *f, const char *words)
{
    return f->text != NULL && strstr(f->text, words) != NULL;
}

static const char *words(const struct failure *f)
{
    return f->text != NULL && f->text[0] != '\0' ? f->text : "no details given";
}

/* How to go on. */
static void hint_again(const struct failure *f, struct buf *hint)
{
    static const char *const how[] = {
        [OF_CHAT] = "Retry with :Hum retry",
        [OF_GENERATE] = "Try again",
        [OF_FILL] = "Completion retries as you type",
        [OF_QUERY] = "Try again",
    };
    buf_add_str(hint, how[f->of]);
    if (f->kept && f->of == OF_CHAT) {
        buf_add_str(hint, " (what arrived is kept)");
    }
}

static void hint_reach(const struct failure *f, struct buf *hint)
{
    buf_printf(hint, "%s endpoints.%s.url.",
               word(words_of(f)->reach, "Start the server, or correct"), f->endpoint);
}

static void explain_timeout(const struct failure *f, struct buf *message, struct buf *hint)
{
    switch (f->wait) {
    case WAIT_CONNECT:
        buf_printf(message, "endpoint \"%s\" at %s did not accept the connection within %g s",
                   f->endpoint, f->url, (double)f->waited_ms / 1000);
        hint_reach(f, hint);
        break;
    case WAIT_ANSWER:
        buf_printf(message, "endpoint \"%s\" at %s did not respond within %g s", f->endpoint,
                   f->url, (double)f->waited_ms / 1000);
        hint_reach(f, hint);
        break;
    case WAIT_FIRST:
        buf_printf(message, "endpoint \"%s\" at %s sent no token within %g s", f->endpoint, f->url,
                   (double)f->waited_ms / 1000);
        buf_printf(hint,
                   "Raise or remove endpoints.%s.first_timeout: loading a model or processing a "
                   "long prompt takes time.",
                   f->endpoint);
        break;
    case WAIT_IDLE:
        buf_printf(message, "endpoint \"%s\" at %s sent nothing for %g s in the middle of a reply",
                   f->endpoint, f->url, (double)f->waited_ms / 1000);
        hint_again(f, hint);
        buf_printf(hint, ". If the server needs longer pauses, raise endpoints.%s.idle_timeout.",
                   f->endpoint);
        break;
    }
}

static void hint_key(const struct failure *f, struct buf *hint)
{
    if (f->signin_url != NULL) {
        buf_printf(hint, "Sign in at %s, then try again.", f->signin_url);
    } else if (f->key != NULL) {
        buf_printf(hint, "Set a valid API key: the one from %s was refused (endpoints.%s.key).",
                   f->key, f->endpoint);
    } else {
        buf_printf(hint,
                   "Set a valid API key (no key is set): endpoints.%s.key = { env = 'NAME' } or "
                   "{ command = {...} }.",
                   f->endpoint);
    }
}

static void hint_not_found(const struct failure *f, struct buf *hint)
{
    if (f->model != NULL && (says(f, "not found") || says(f, "model")) && !says(f, "page")) {
        buf_add_str(hint, f->of == OF_FILL ? "Set complete.model to an installed model"
                                           : "Choose an installed model with :Hum model");
        if (words_of(f)->get_model != NULL) {
            buf_printf(hint, ", or %s %s\"", words_of(f)->get_model, f->model);
        }
        buf_add_str(hint, ".");
    } else {
        buf_printf(hint,
                   "Set endpoints.%s.url to the server's base address, without /api or /v1%s.",
                   f->endpoint, word(words_of(f)->other, ""));
        if (f->of == OF_FILL) {
            buf_add_str(hint, " If it is that already, the server cannot be used for completion: "
                              "see :help hum-fim.");
        }
    }
}

static bool cannot_fill(const struct failure *f)
{
    return says(f, "does not support insert") || says(f, "nfill is not supported") ||
           (f->of == OF_FILL && says(f, "suffix"));
}

/* The error is about the model, and not about what a model does not take. */
static bool names_model(const struct failure *f)
{
    return says(f, "model") && !says(f, "arameter") && !says(f, "nsupported") &&
           !says(f, "ot permitted");
}

static void hint_bad_request(const struct failure *f, struct buf *hint)
{
    if (cannot_fill(f)) {
        buf_add_str(hint, "Set complete.model to a model that supports fill-in-the-middle (FIM), "
                          "or set this model's FIM tokens in complete.fim (:help hum-fim).");
    } else if (says(f, "does not support thinking") || says(f, "think value")) {
        buf_printf(hint, "Set endpoints.%s.think = false (or remove it) for this model.",
                   f->endpoint);
    } else if (says(f, "system") && says(f, "role")) {
        buf_add_str(hint, "Remove the system prompt (chat.system, or the chat's first turn): the "
                          "model does not take one.");
    } else if (says(f, "reasoning") || says(f, "thinking")) {
        buf_printf(hint, "Set endpoints.%s.think to a level that the model knows, or remove it.",
                   f->endpoint);
    } else if (says(f, "stream_options")) {
        buf_printf(hint, "Correct endpoints.%s.url: this server refuses what every request has.",
                   f->endpoint);
    } else if (says(f, "does not support chat")) {
        buf_add_str(hint, "Choose another model with :Hum model: this one does not support chat.");
    } else if (f->of == OF_FILL && says(f, "context")) {
        buf_add_str(hint, "Lower complete.window_tokens or complete.ring_tokens, or increase "
                          "the server's context size.");
    } else if (f->of == OF_GENERATE && says(f, "context")) {
        buf_printf(hint, "Shorten the messages, or increase the %s.",
                   word(words_of(f)->context, "server's context size"));
    } else if (says(f, "context")) {
        buf_printf(hint,
                   "Start a new chat with :Hum new, delete old turns, or increase the %s: the chat "
                   "is too long for the model's context window.",
                   word(words_of(f)->context, "server's context size"));
    } else if (f->model != NULL && names_model(f)) {
        buf_add_str(hint, f->of == OF_FILL ? "Set complete.model to another model."
                                           : "Choose another model with :Hum model.");
    } else if (f->of == OF_FILL) {
        buf_printf(hint, "Check endpoints.%s.options and complete.options.", f->endpoint);
    } else if (f->of == OF_CHAT) {
        buf_printf(hint, "Check endpoints.%s.options and the chat's front matter.", f->endpoint);
    } else if (f->of == OF_GENERATE) {
        buf_printf(hint, "Check endpoints.%s.options and those of the request.", f->endpoint);
    } else {
        buf_printf(hint, "Check endpoints.%s.url and endpoints.%s.dialect.", f->endpoint,
                   f->endpoint);
    }
}

static void hint_busy(const struct failure *f, struct buf *hint)
{
    static const char *const again[] = {
        [OF_CHAT] = "Retry with :Hum retry",
        [OF_GENERATE] = "Try again",
        [OF_FILL] = "Completion retries",
        [OF_QUERY] = "Try again",
    };
    const char *why = says(f, "oading") ? "the model is still loading" : "the server is busy";
    if (f->retry_after_s > 0) {
        buf_printf(hint, "%s in %ld s: %s.", again[f->of], f->retry_after_s, why);
    } else {
        buf_printf(hint, "%s in a moment: %s.", again[f->of], why);
    }
}

static void hint_status(const struct failure *f, struct buf *hint)
{
    if (f->money || f->status == 402) {
        buf_printf(hint,
                   "Check your account's balance and limits: waiting does not help. Or use "
                   "another endpoint than \"%s\".",
                   f->endpoint);
    } else if (f->status == 403 && f->key == NULL && (f->text == NULL || f->text[0] == '\0')) {
        buf_printf(hint,
                   "Use an IP address or localhost in endpoints.%s.url: Ollama rejects other host "
                   "names with an empty 403.",
                   f->endpoint);
    } else if (f->status == 401 || f->status == 403) {
        hint_key(f, hint);
    } else if (f->status == 404 || f->status == 405) {
        hint_not_found(f, hint);
    } else if (f->status == 429 || f->status == 503 || f->status == 529) {
        hint_busy(f, hint);
    } else if (f->status == 413 && f->of == OF_FILL) {
        buf_add_str(hint, "Lower complete.window_tokens and complete.ring_tokens.");
    } else if (f->status == 413 && f->of == OF_GENERATE) {
        buf_add_str(hint, "Shorten the messages: they are too large for the server.");
    } else if (f->status == 413 && f->of == OF_CHAT) {
        buf_add_str(hint, "Start a new chat with :Hum new: this one is too large for the server.");
    } else if (f->status >= 500 && says(f, "memory")) {
        buf_printf(hint, "Choose a smaller model with :Hum model, or lower the %s.",
                   word(words_of(f)->context, "server's context size"));
    } else if (f->status < 500 || says(f, "option ") || says(f, "invalid format") ||
               cannot_fill(f)) {
        hint_bad_request(f, hint);
    } else {
        hint_again(f, hint);
        buf_add_str(hint, ". If it fails again, check the server's log.");
    }
}

static void explain_status(const struct failure *f, struct buf *message, struct buf *hint)
{
    if (f->status >= 300 && f->status < 400) {
        buf_printf(message, "endpoint \"%s\" at %s redirects to %s", f->endpoint, f->url,
                   f->location != NULL ? f->location : "an unknown address");
        buf_printf(hint,
                   "If you trust that address, set endpoints.%s.url to it: hum does not follow "
                   "redirects, so as not to send your key to another server.",
                   f->endpoint);
        return;
    }
    buf_printf(message, "endpoint \"%s\" at %s returned HTTP %ld: %s", f->endpoint, f->url,
               f->status, words(f));
    hint_status(f, hint);
}

static void hint_bad_spec(const struct failure *f, struct buf *hint)
{
    if (f->of == OF_GENERATE && says(f, "longer than hum can")) {
        buf_add_str(hint, "Shorten the messages.");
    } else if (says(f, "longer than hum can")) {
        buf_add_str(hint, "Start a new chat with :Hum new, or delete old turns.");
    } else if (says(f, "dialect cannot")) {
        buf_printf(hint, "Use another endpoint, or correct endpoints.%s.dialect.", f->endpoint);
    } else if (says(f, "too many requests")) {
        buf_add_str(hint, "Wait until a reply has ended, or stop one with :Hum stop.");
    } else if (says(f, "libcurl ")) {
        buf_add_str(hint, "Install libcurl (on Debian and Ubuntu: libcurl4), then try again.");
    } else {
        buf_add_str(hint, "Run :checkhealth hum; if it reports no problem, this is a bug in hum.");
    }
}

static void explain(const struct failure *f, struct buf *message, struct buf *hint)
{
    switch (f->code) {
    case HUM_ECONNECT:
        buf_printf(message, "cannot reach endpoint \"%s\" at %s: %s", f->endpoint, f->url,
                   words(f));
        hint_reach(f, hint);
        break;
    case HUM_ETIMEOUT:
        explain_timeout(f, message, hint);
        break;
    case HUM_EHTTP:
        explain_status(f, message, hint);
        break;
    case HUM_ESERVER:
        buf_printf(message, "endpoint \"%s\" at %s reported an error while replying: %s",
                   f->endpoint, f->url, words(f));
        hint_again(f, hint);
        buf_add_str(hint, ". Check the server's log for details.");
        break;
    case HUM_ECUT:
        buf_printf(message,
                   "endpoint \"%s\" at %s closed the connection before the reply was complete%s%s",
                   f->endpoint, f->url, f->text != NULL ? ": " : "",
                   f->text != NULL ? f->text : "");
        hint_again(f, hint);
        buf_add_str(hint, ". If it happens again, check the server's log.");
        break;
    case HUM_ETOOBIG:
        buf_printf(message, "endpoint \"%s\" at %s sent a record larger than %u MB", f->endpoint,
                   f->url, LIMIT_RECORD >> 20);
        buf_printf(hint, "Check endpoints.%s.url: no model server sends records of that size.",
                   f->endpoint);
        break;
    case HUM_EBAD:
        buf_printf(
            message,
            "endpoint \"%s\" at %s sent a response that is not valid for the dialect \"%s\": %s",
            f->endpoint, f->url, f->dialect, words(f));
        buf_printf(hint, "Check endpoints.%s.url and endpoints.%s.dialect.", f->endpoint,
                   f->endpoint);
        break;
    case HUM_ESPEC:
        buf_printf(message, "the request to endpoint \"%s\" is not valid: %s", f->endpoint,
                   words(f));
        hint_bad_spec(f, hint);
        break;
    case HUM_EGONE:
        buf_printf(message, "the reply from endpoint \"%s\" was stopped: %s", f->endpoint,
                   words(f));
        break;
    case HUM_OK:
        break;
    }
}

void failure_explain(const struct failure *f, struct buf *message, struct buf *hint)
{
    explain(f, message, hint);
    mask_text(message, f->secrets);
    mask_text(hint, f->secrets);
}
