/* How a generation ended, in words. */
#include "check.h"

#include "base/buf.h"
#include "base/ending.h"

/* Whether it is of that kind, and message and hint have these words. */
static void check_ending(int line, const struct ending_facts *e, const char *kind,
                         const char *words)
{
    struct buf text;
    buf_init(&text, 8192);
    buf_add_str(&text, ending_name(ending_kind(e)));
    buf_add_str(&text, ": ");
    ending_explain(e, &text, &text);
    if (strncmp(text.data, kind, strlen(kind)) != 0 || strstr(text.data, words) == NULL) {
        check_texts(__FILE__, line, kind, text.data, words);
    }
    buf_finish(&text);
}
#define ENDS(e, kind, words) check_ending(__LINE__, e, kind, words)

static const struct ending_facts *said(const char *word)
{
    static struct ending_facts e;
    e = (struct ending_facts){.reason = word, .has_text = true};
    return &e;
}

static void a_good_end_says_nothing(void)
{
    static const char *const words[] = {"",         "stop",          "STOP",       "eos",
                                        "end_turn", "stop_sequence", "tool_calls", "tool_use"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct ending_facts e = {.reason = words[i], .has_text = true};
        CHECK_INT(ending_kind(&e), ENDING_GOOD);
        check_ending(__LINE__, &e, "good: ", "");
    }
}

static void the_limit_of_length_has_many_names(void)
{
    ENDS(said("length"), "cut", "cut at the token limit");
    ENDS(said("max_tokens"), "cut", "max_tokens");
    ENDS(said("MAX_TOKENS"), "cut", "limit");
    ENDS(said("model_length"), "cut", "limit");
    ENDS((&(struct ending_facts){.reason = "length", .has_thinking = true}), "told",
         "limit while it was thinking");
    ENDS((&(struct ending_facts){.reason = "length"}), "told", ":Hum retry");
}

static void any_other_reason_is_told_with_its_word(void)
{
    ENDS(said("content_filter"), "told",
         "filter of the server ended the reply (\"content_filter\")");
    ENDS(said("model_context_window_exceeded"), "told", ":Hum compact");
    ENDS(said("insufficient_system_resource"), "told", "(\"insufficient_system_resource\")");
    ENDS(said("solar_flare"), "told", "a reason that hum does not know (\"solar_flare\")");
    ENDS((&(struct ending_facts){
             .reason = "refusal", .details = "Talk of storms", .has_text = true}),
         "told", "refused to go on (\"refusal\"): Talk of storms");
    ENDS((&(struct ending_facts){.reason = "load"}), "told", "loaded the model");
}

static void a_prompt_that_was_cut_is_told_beside_any_ending(void)
{
    struct ending_facts e = {
        .reason = "stop", .has_text = true, .widen = "Raise it", .read = 2051, .sent = 9000};
    ENDS(&e, "good", "at least 9000 tokens the server left out the oldest and read 2051");
    ENDS(&e, "good", "Raise it, or shorten the chat with :Hum compact.");
    e.reason = "length";
    ENDS(&e, "cut", "; the chat is too long");
}

static void a_reply_without_text_is_told(void)
{
    ENDS((&(struct ending_facts){.reason = "stop"}), "told", "no text");
    ENDS((&(struct ending_facts){.reason = "stop"}), "told", ":Hum retry");
    ENDS((&(struct ending_facts){.reason = "end_turn", .has_thinking = true}), "told",
         "only thought");
    ENDS((&(struct ending_facts){.reason = "pause_turn"}), "told", ":Hum retry");
    ENDS((&(struct ending_facts){.reason = "stop", .unread = "image_url"}), "told",
         "cannot show: \"image_url\"");
    ENDS((&(struct ending_facts){.reason = "stop", .details = "engine lost"}), "told",
         "no text: engine lost");
    ENDS((&(struct ending_facts){.reason = "tool_calls", .has_call = true}), "good", "");
}

static void an_edit_is_no_chat(void)
{
    struct ending_facts e = {.reason = "stop", .is_edit = true};
    ENDS(&e, "told", "Ask again.");
    e.reason = "length";
    ENDS(&e, "told", "or ask again.");
    e = (struct ending_facts){.reason = "model_context_window_exceeded", .is_edit = true};
    ENDS(&e, "told", "Select fewer lines. Or ask again.");
    e = (struct ending_facts){.reason = "stop", .has_text = true, .widen = "Raise it"};
    e.read = 2051;
    e.sent = 9000;
    e.is_edit = true;
    ENDS(&e, "good", "the prompt is too long");
    ENDS(&e, "good", "Raise it, or select fewer lines.");
}

int main(void)
{
    RUN(a_good_end_says_nothing);
    RUN(the_limit_of_length_has_many_names);
    RUN(any_other_reason_is_told_with_its_word);
    RUN(a_prompt_that_was_cut_is_told_beside_any_ending);
    RUN(a_reply_without_text_is_told);
    RUN(an_edit_is_no_chat);
    return check_report("ending");
}
