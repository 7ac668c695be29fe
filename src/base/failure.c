#include "base/failure.h"

#include "base/buf.h"

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

static bool is_ollama(const struct failure *f)
{
    return strcmp(f->dialect, "ollama") == 0;
}

static bool says(const struct failure *f, const char *words)
{
    return f->text != NULL && strstr(f->text, words) != NULL;
}

static const char *words(const struct failure *f)
{
    return f->text != NULL && f->text[0] != '\0' ? f->text : "no further word";
}

/* What becomes of the text that has arrived, and how to go on. */
static void hint_again(const struct failure *f, struct buf *hint)
{
    buf_add_str(hint, f->fills ? "Completion tries again as you type on"
                               : "What arrived is kept. Ask again with :Hum retry");
}

static void hint_reach(const struct failure *f, struct buf *hint)
{
    if (is_ollama(f)) {
        buf_printf(hint,
                   "Is Ollama running there? Start it with \"ollama serve\", or correct "
                   "OLLAMA_HOST or endpoints.%s.url.",
                   f->endpoint);
    } else {
        buf_printf(hint, "Is the server running there? Start it, or correct endpoints.%s.url.",
                   f->endpoint);
    }
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
        buf_printf(message, "endpoint \"%s\" at %s did not answer within %g s", f->endpoint, f->url,
                   (double)f->waited_ms / 1000);
        hint_reach(f, hint);
        break;
    case WAIT_FIRST:
        buf_printf(message, "endpoint \"%s\" at %s sent no token within %g s", f->endpoint, f->url,
                   (double)f->waited_ms / 1000);
        buf_printf(hint,
                   "Loading a model and reading a long prompt take time: raise or remove "
                   "endpoints.%s.first_timeout.",
                   f->endpoint);
        break;
    case WAIT_IDLE:
        buf_printf(message, "endpoint \"%s\" at %s has been silent for %g s in mid-answer",
                   f->endpoint, f->url, (double)f->waited_ms / 1000);
        hint_again(f, hint);
        buf_printf(hint, ", or raise endpoints.%s.idle_timeout.", f->endpoint);
        break;
    }
}

static void hint_key(const struct failure *f, struct buf *hint)
{
    if (f->signin_url != NULL) {
        buf_printf(hint, "Sign in at %s and ask again.", f->signin_url);
    } else {
        buf_printf(hint,
                   "Set the key with endpoints.%s.key = { env = 'NAME' } or { command = {...} } "
                   "and check that it is valid.",
                   f->endpoint);
    }
}

static void hint_not_found(const struct failure *f, struct buf *hint)
{
    if (f->model != NULL && (says(f, "not found") || says(f, "model")) && !says(f, "page")) {
        buf_add_str(hint, f->fills ? "Name an installed model in complete.model"
                                   : "Choose an installed model with :Hum model");
        if (is_ollama(f)) {
            buf_printf(hint, ", or get it with \"ollama pull %s\"", f->model);
        }
        buf_add_str(hint, ".");
    } else {
        buf_printf(
            hint,
            "The server has no such path: endpoints.%s.url should be its base address, without "
            "/api or /v1%s.",
            f->endpoint,
            is_ollama(f) ? ", and it should be an Ollama (else set dialect = 'openai')" : "");
    }
}

static bool cannot_fill(const struct failure *f)
{
    return says(f, "does not support insert") || says(f, "nfill is not supported");
}

static void hint_bad_request(const struct failure *f, struct buf *hint)
{
    if (cannot_fill(f)) {
        buf_add_str(hint, "This model cannot fill in: choose another for complete.model, or set "
                          "its tokens in complete.fim.");
    } else if (says(f, "does not support thinking") || says(f, "think value")) {
        buf_printf(hint, "Set endpoints.%s.think = false (or remove it) for this model.",
                   f->endpoint);
    } else if (says(f, "does not support chat")) {
        buf_add_str(hint, "This model cannot chat: choose another with :Hum model.");
    } else if (f->fills && says(f, "context")) {
        buf_add_str(hint, "Lower complete.window_tokens or complete.ring_tokens, or raise the "
                          "server's context.");
    } else if (says(f, "context")) {
        buf_printf(hint,
                   "The chat is too long for the model's context: begin a new one with :Hum new, "
                   "delete old turns, or raise the context%s.",
                   is_ollama(f) ? " (options.num_ctx)" : " of the server");
    } else if (f->model != NULL && says(f, "model")) {
        buf_add_str(hint, f->fills ? "Choose another model for complete.model."
                                   : "Choose another model with :Hum model.");
    } else if (f->fills) {
        buf_printf(hint, "Check endpoints.%s.options and complete.options.", f->endpoint);
    } else {
        buf_printf(hint, "Check endpoints.%s.options and the front matter of the chat.",
                   f->endpoint);
    }
}

static void hint_busy(const struct failure *f, struct buf *hint)
{
    const char *again = f->fills ? "completion tries again" : "ask again with :Hum retry";
    const char *why = says(f, "oading") ? "The model is still being loaded" : "The server is busy";
    if (f->retry_after_s > 0) {
        buf_printf(hint, "%s: %s in %ld s.", why, again, f->retry_after_s);
    } else {
        buf_printf(hint, "%s: %s in a while.", why, again);
    }
}

static void explain_status(const struct failure *f, struct buf *message, struct buf *hint)
{
    if (f->status >= 300 && f->status < 400) {
        buf_printf(message, "endpoint \"%s\" at %s redirects to %s", f->endpoint, f->url,
                   f->location != NULL ? f->location : "nowhere");
        buf_printf(hint,
                   "The request and its key are not sent to another server unasked: set "
                   "endpoints.%s.url to the new address if you trust it.",
                   f->endpoint);
        return;
    }
    buf_printf(message, "endpoint \"%s\" at %s answered %ld: %s", f->endpoint, f->url, f->status,
               words(f));
    if (f->status == 401) {
        hint_key(f, hint);
    } else if (f->status == 403 && (f->text == NULL || f->text[0] == '\0')) {
        buf_printf(hint,
                   "An empty 403 comes from Ollama's check of the host name: use an IP address or "
                   "localhost in endpoints.%s.url.",
                   f->endpoint);
    } else if (f->status == 403) {
        hint_key(f, hint);
    } else if (f->status == 404 || f->status == 405) {
        hint_not_found(f, hint);
    } else if (f->status == 429 || f->status == 503) {
        hint_busy(f, hint);
    } else if (f->status == 413 && f->fills) {
        buf_add_str(hint, "Lower complete.window_tokens and complete.ring_tokens.");
    } else if (f->status == 413) {
        buf_add_str(hint, "The chat is too big for the server: begin a new one with :Hum new.");
    } else if (f->status < 500 || says(f, "option ") || says(f, "invalid format") ||
               cannot_fill(f)) {
        hint_bad_request(f, hint);
    } else {
        buf_add_str(hint, "The server failed: see its log. ");
        hint_again(f, hint);
        buf_add_str(hint, ".");
    }
}

void failure_explain(const struct failure *f, struct buf *message, struct buf *hint)
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
        buf_printf(message, "endpoint \"%s\" at %s failed while it answered: %s", f->endpoint,
                   f->url, words(f));
        hint_again(f, hint);
        buf_add_str(hint, "; the server's log may say more.");
        break;
    case HUM_ECUT:
        buf_printf(message, "endpoint \"%s\" at %s broke off before the answer was complete%s%s",
                   f->endpoint, f->url, f->text != NULL ? ": " : "",
                   f->text != NULL ? f->text : "");
        hint_again(f, hint);
        buf_add_str(hint, "; if it happens again see the server's log.");
        break;
    case HUM_ETOOBIG:
        buf_printf(message, "endpoint \"%s\" at %s sent a record over the limit of %u MB",
                   f->endpoint, f->url, LIMIT_RECORD >> 20);
        buf_printf(hint, "No model does that: is endpoints.%s.url right?", f->endpoint);
        break;
    case HUM_EBAD:
        buf_printf(message, "endpoint \"%s\" at %s sent what is not a %s answer: %s", f->endpoint,
                   f->url, f->dialect, words(f));
        buf_printf(hint, "Check endpoints.%s.url and endpoints.%s.dialect.", f->endpoint,
                   f->endpoint);
        break;
    case HUM_ESPEC:
        buf_printf(message, "the request for endpoint \"%s\" cannot be made: %s", f->endpoint,
                   words(f));
        buf_add_str(hint,
                    "See :checkhealth hum; if nothing is wrong there this is a fault of hum.");
        break;
    case HUM_EGONE:
        buf_printf(message, "the reply of endpoint \"%s\" was stopped: %s", f->endpoint, words(f));
        break;
    case HUM_OK:
        break;
    }
}
