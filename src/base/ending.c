#include "base/ending.h"

#include "base/buf.h"
#include "base/words.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* Servers' reasons, in the words of their interfaces; upper and lower case alike. */
static const char *const good[] = {"",          "stop",          "eos",           "end_turn",
                                   "complete",  "stop_sequence", "tool_calls",    "tool_use",
                                   "eos_token", "end_of_text",   "function_call", NULL};
static const char *const cut[] = {"length",
                                  "max_tokens",
                                  "model_length",
                                  "max_output_tokens",
                                  "max_completion_tokens",
                                  "max_new_tokens",
                                  "max_length",
                                  "token_limit",
                                  NULL};

struct meaning {
    const char *part; /* of the server's word */
    const char *message;
    const char *hint;
};

static const struct meaning meanings[] = {
    {"context", "the reply ended because the model's context window is full",
     "Start a new chat with :Hum new, or delete old turns."},
    {"filter", "a content filter of the server ended the reply", NULL},
    {"safety", "a safety filter of the server ended the reply", NULL},
    {"sensitive", "a content filter of the server ended the reply", NULL},
    {"refus", "the model refused to go on", NULL},
    {"pause", "the server paused the reply", "Send \"Go on.\" to have it continued."},
    {"compact", "the server ended the reply to compact the conversation",
     "Send \"Go on.\" to have it continued."},
    {"resource", "the server ran out of resources", NULL},
    {"abort", "the server aborted the reply", NULL},
    {"cancel", "the server aborted the reply", NULL},
    {"error", "the server ended the reply with an error", NULL},
    {"load", "the server loaded the model and sent no reply", NULL},
    {"repeti", "the server ended the reply because it repeats itself", NULL},
};

static bool is_one_of(const char *reason, const char *const *words)
{
    return words_is_any(reason, strlen(reason), words);
}

const char *ending_name(enum ending_kind kind)
{
    return kind == ENDING_GOOD ? "good" : kind == ENDING_CUT ? "cut" : "told";
}

bool ending_is_limit(const char *reason)
{
    return is_one_of(reason, cut);
}

enum ending_kind ending_kind(const struct ending_facts *e)
{
    if (ending_is_limit(e->reason)) {
        return e->has_text || e->has_call ? ENDING_CUT : ENDING_TOLD;
    }
    bool complete = is_one_of(e->reason, good) && (e->has_text || e->has_call);
    return complete ? ENDING_GOOD : ENDING_TOLD;
}

#define RAISE "Raise max_tokens (Ollama: num_predict) in the endpoint's options"

/* The limit was reached before there was any text. */
static void explain_no_room(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    buf_add_str(message, e->has_thinking
                             ? "no text: the model reached the token limit while it was thinking"
                             : "no text: the token limit was reached at once");
    buf_add_str(hint, RAISE ", or ask again with :Hum retry.");
}

/* The end was a good one, and there is no text. */
static void explain_nothing(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    buf_add_str(message, e->has_thinking ? "the model only thought: its reply has no text"
                                         : "the reply is empty: the model sent no text");
    if (e->details != NULL) {
        buf_printf(message, ": %s", e->details);
    } else if (e->unread != NULL) {
        buf_printf(message, ", only what hum cannot show: \"%s\"", e->unread);
    }
    buf_add_str(hint, "Ask again with :Hum retry.");
}

static void explain_reason(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    const char *text = "the reply ended for a reason that hum does not know", *cure = NULL;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcasestr(e->reason, meanings[i].part) != NULL) {
            text = meanings[i].message;
            cure = meanings[i].hint;
            break;
        }
    }
    buf_printf(message, "%s (\"%s\")%s%s", text, e->reason, e->details != NULL ? ": " : "",
               e->details != NULL ? e->details : "");
    if (cure == NULL) {
        buf_add_str(hint, "Ask again with :Hum retry.");
    } else {
        buf_printf(hint, "%s%s", cure, e->has_text ? "" : " Or ask again with :Hum retry.");
    }
}

static void explain_end(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    switch (ending_kind(e)) {
    case ENDING_GOOD:
        break;
    case ENDING_CUT:
        buf_add_str(message, "reply cut at the token limit");
        buf_add_str(hint, RAISE ".");
        break;
    case ENDING_TOLD:
        if (is_one_of(e->reason, cut)) {
            explain_no_room(e, message, hint);
        } else if (is_one_of(e->reason, good)) {
            explain_nothing(e, message, hint);
        } else {
            explain_reason(e, message, hint);
        }
        break;
    }
}

static void explain_prompt(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    buf_printf(message,
               "%sthe chat is too long for the model's context window: of at least %" PRId64
               " tokens the server left out the oldest and read %" PRId64,
               message->len > 0 ? "; " : "", e->sent, e->read);
    buf_printf(hint, "%s%s, or start a new chat with :Hum new.", hint->len > 0 ? " " : "",
               e->widen);
}

void ending_explain(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    explain_end(e, message, hint);
    if (e->read > 0) {
        explain_prompt(e, message, hint);
    }
}
