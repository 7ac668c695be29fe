#include "base/explain.h"

#include "base/buf.h"
#include "base/cause.h"
#include "base/failure.h"
#include "base/hint.h"
#include "base/mask.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

static const char *or_else(const char *text, const char *other)
{
    return text != NULL && text[0] != '\0' ? text : other;
}

static const char *words(const struct failure *f)
{
    return or_else(f->text, "no details given");
}

static void add_address(const struct failure *f, struct buf *message)
{
    buf_add_str(message, f->url);
    if (f->url_from != NULL) {
        buf_printf(message, " (from %s)", f->url_from);
    }
    if (f->socket != NULL && f->cause.kind != CAUSE_SOCKET) {
        buf_printf(message, " (socket %s)", f->socket);
    }
    /* Which of the two it was that answered, or did not, is not always known. */
    bool may_be_proxy = f->status == 0 || f->status == 403 || f->status >= 500;
    if (f->cause.proxy != NULL && f->cause.kind < CAUSE_PROXY_NAME && may_be_proxy) {
        buf_printf(message, " (through the proxy %s)", f->cause.proxy);
    }
}

static void explain_timeout(const struct failure *f, struct buf *message)
{
    static const struct {
        const char *before, *after;
    } what[] = {
        [WAIT_CONNECT] = {"did not accept the connection within", ""},
        [WAIT_ANSWER] = {"did not respond within", ""},
        [WAIT_FIRST] = {"sent no token within", ""},
        [WAIT_IDLE] = {"sent nothing for", " in the middle of a reply"},
    };
    buf_printf(message, "%s %g s%s", what[f->wait].before, (double)f->waited_ms / 1000,
               what[f->wait].after);
}

static void explain_status(const struct failure *f, struct buf *message)
{
    if (f->status >= 300 && f->status < 400) {
        buf_printf(message, "redirects to %s", or_else(f->location, "an unknown address"));
    } else {
        buf_printf(message, "returned HTTP %ld: %s", f->status, words(f));
    }
}

/* In hum's own words, and the server's behind them. */
static void explain_overflow(const struct failure *f, struct buf *message)
{
    static const char *const what[] = {
        [OF_CHAT] = "chat",    [OF_GENERATE] = "prompt", [OF_FILL] = "prompt",
        [OF_QUERY] = "prompt", [OF_EDIT] = "prompt",
    };
    if (f->status > 0) {
        buf_printf(message, "returned HTTP %ld", f->status);
    } else {
        buf_add_str(message, f->kept ? "ended the reply" : "refused the request");
    }
    buf_printf(message, ": the %s does not fit into the context window of %s", what[f->of],
               or_else(f->model, "the model"));
    const struct toolong *sizes = &f->toolong;
    if (sizes->prompt > 0 && sizes->window > 0) {
        buf_printf(message, ": %" PRId64 " tokens, and it holds %" PRId64, sizes->prompt,
                   sizes->window);
    } else if (sizes->window > 0) {
        buf_printf(message, ", which holds %" PRId64 " tokens", sizes->window);
    }
    if (f->text != NULL && f->text[0] != '\0') {
        buf_printf(message, " (\"%s\")", f->text);
    }
}

/* What the endpoint did. */
static void explain_deed(const struct failure *f, struct buf *message)
{
    switch (f->code) {
    case HUM_ETIMEOUT:
        explain_timeout(f, message);
        break;
    case HUM_EHTTP:
        explain_status(f, message);
        break;
    case HUM_ESERVER:
        buf_printf(message, "reported an error while replying: %s", words(f));
        break;
    case HUM_ECUT:
        buf_printf(message, "closed the connection before the reply was complete%s%s",
                   f->text != NULL ? ": " : "", or_else(f->text, ""));
        break;
    case HUM_EOVERFLOW:
        explain_overflow(f, message);
        break;
    case HUM_ETOOBIG:
        buf_printf(message, "sent a record larger than %u MB", LIMIT_RECORD >> 20);
        break;
    default:
        buf_printf(message, "sent a response that is not valid for the dialect \"%s\": %s",
                   f->dialect, words(f));
        break;
    }
}

/* The cause is known of what was no answer. */
static void explain_reach(const struct failure *f, struct buf *message)
{
    buf_printf(message, "cannot reach endpoint \"%s\" at ", f->endpoint);
    add_address(f, message);
    buf_add_str(message, ": ");
    if (f->cause.kind != CAUSE_UNKNOWN) {
        cause_add(&f->cause, f->endpoint, f->url, message);
    } else {
        buf_add_str(message, words(f));
    }
}

static void explain(const struct failure *f, struct buf *message)
{
    if (f->cause.kind != CAUSE_UNKNOWN) {
        explain_reach(f, message);
        return;
    }
    switch (f->code) {
    case HUM_ECONNECT:
        explain_reach(f, message);
        break;
    case HUM_ESPEC:
        buf_printf(message, "the request to endpoint \"%s\" is not valid: %s", f->endpoint,
                   words(f));
        break;
    case HUM_EGONE:
        buf_printf(message, "the reply from endpoint \"%s\" was stopped: %s", f->endpoint,
                   words(f));
        break;
    case HUM_EFILE:
        buf_printf(message, "nothing was sent to endpoint \"%s\": %s", f->endpoint, words(f));
        break;
    case HUM_OK:
        break;
    default:
        buf_printf(message, "endpoint \"%s\" at ", f->endpoint);
        add_address(f, message);
        buf_add_str(message, " ");
        explain_deed(f, message);
        break;
    }
}

void explain_failure(const struct failure *f, struct buf *message, struct buf *hint)
{
    explain(f, message);
    hint_add(f, hint);
    mask_text(message, f->secrets);
    mask_text(hint, f->secrets);
}
