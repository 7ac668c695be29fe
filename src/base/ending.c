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
    const char *edit_hint; /* of an edit, if it is another */
};

static const struct meaning meanings[] = {
    {"context", "the reply ended because the model's context window is full",
     "Shorten the chat with :Hum compact, or start a new one with :Hum new.",
     "Select fewer lines."},
    {"filter", "a content filter of the server ended the reply", NULL, NULL},
    {"safety", "a safety filter of the server ended the reply", NULL, NULL},
    {"sensitive", "a content filter of the server ended the reply", NULL, NULL},
    {"refus", "the model refused to go on", NULL, NULL},
    {"pause", "the server paused the reply", "Send \"Go on.\" to have it continued.", "Ask again."},
    {"compact", "the server ended the reply to compact the conversation",
     "Send \"Go on.\" to have it continued.", "Ask again."},
    {"resource", "the server ran out of resources", NULL, NULL},
    {"abort", "the server aborted the reply", NULL, NULL},
    {"cancel", "the server aborted the reply", NULL, NULL},
    {"error", "the server ended the reply with an error", NULL, NULL},
    {"load", "the server loaded the model and sent no reply", NULL, NULL},
    {"repeti", "the server ended the reply because it repeats itself", NULL, NULL},
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

/* Nothing of the reply is of use. */
static void add_again(const struct ending_facts *e, struct buf *hint)
{
    buf_add_str(hint, e->is_edit ? "sk again." : "sk again with :Hum retry.");
}

/* The limit was reached before there was any text. */
static void explain_no_room(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    buf_add_str(message, e->has_thinking
                             ? "no text: the model reached the token limit while it was thinking"
                             : "no text: the token limit was reached at once");
    buf_add_str(hint, RAISE ", or a");
    add_again(e, hint);
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
    buf_add_str(hint, "A");
    add_again(e, hint);
}

static void explain_reason(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    const char *text = "the reply ended for a reason that hum does not know", *cure = NULL;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcasestr(e->reason, meanings[i].part) != NULL) {
            text = meanings[i].message;
            cure = e->is_edit && meanings[i].edit_hint != NULL ? meanings[i].edit_hint
                                                               : meanings[i].hint;
            break;
        }
    }
    buf_printf(message, "%s (\"%s\")%s%s", text, e->reason, e->details != NULL ? ": " : "",
               e->details != NULL ? e->details : "");
    if (cure == NULL) {
        buf_add_str(hint, "A");
        add_again(e, hint);
    } else {
        buf_add_str(hint, cure);
        if (!e->has_text) {
            buf_add_str(hint, " Or a");
            add_again(e, hint);
        }
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
               "%sthe %s is too long for the model's context window: of at least %" PRId64
               " tokens the server left out the oldest and read %" PRId64,
               message->len > 0 ? "; " : "", e->is_edit ? "prompt" : "chat", e->sent, e->read);
    buf_printf(hint, "%s%s, or %s.", hint->len > 0 ? " " : "", e->widen,
               e->is_edit ? "select fewer lines" : "shorten the chat with :Hum compact");
}

void ending_explain(const struct ending_facts *e, struct buf *message, struct buf *hint)
{
    explain_end(e, message, hint);
    if (e->read > 0) {
        explain_prompt(e, message, hint);
    }
}
