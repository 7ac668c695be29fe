/* Whether a server has read all of what it was sent. */
#include "check.h"

#include "base/buf.h"
#include "base/value.h"
#include "job/overflow.h"

#define MESSAGES_MAX 8

/* A chat of so many words in each message, the user's first. */
static struct overflow sent(int64_t window, const int *words, size_t count)
{
    struct buf texts[MESSAGES_MAX];
    struct value_pair parts[MESSAGES_MAX][2], fields[MESSAGES_MAX][2];
    struct value part[MESSAGES_MAX], messages[MESSAGES_MAX];
    for (size_t i = 0; i < count; i++) {
        buf_init(&texts[i], SIZE_MAX);
        for (int word = 0; word < words[i]; word++) {
            buf_add_str(&texts[i], "gull, ");
        }
        parts[i][0] = (struct value_pair){value_text("type"), value_text("text")};
        parts[i][1] = (struct value_pair){value_text("text"), value_text(texts[i].data)};
        part[i] = value_pairs(parts[i], 2);
        fields[i][0] =
            (struct value_pair){value_text("role"), value_text(i % 2 ? "assistant" : "user")};
        fields[i][1].key = value_text("parts");
        fields[i][1].value = (struct value){.type = VALUE_ARRAY};
        fields[i][1].value.as.array.items = &part[i];
        fields[i][1].value.as.array.count = 1;
        messages[i] = value_pairs(fields[i], 2);
    }
    struct value_pair num_ctx = {value_text("num_ctx"), {.type = VALUE_INT}};
    num_ctx.value.as.integer = window;
    struct value_pair request[] = {{value_text("messages"), {.type = VALUE_ARRAY}},
                                   {value_text("options"), value_pairs(&num_ctx, 1)}};
    request[0].value.as.array.items = messages;
    request[0].value.as.array.count = count;
    const struct value spec = value_pairs(request, window > 0 ? 2 : 1);
    struct overflow o;
    overflow_measure(&o, &spec);
    for (size_t i = 0; i < count; i++) {
        buf_finish(&texts[i]);
    }
    return o;
}

#define SENT(window, ...) \
    sent(window, (const int[]){__VA_ARGS__}, sizeof(const int[]){__VA_ARGS__} / sizeof(int))

static void a_word_is_a_token_at_least(void)
{
    struct overflow o = SENT(0, 5);
    CHECK_INT(o.least, 5);
    const struct value_pair parts[] = {
        {value_text("type"), value_text("text")},
        {value_text("text"), value_text("a  b_c\n==== \xE6\x97\xA5\xE6\x9C"
                                        "\xAC\xE8\xAA\x9E\xE6\x97"
                                        "\xA5\xE6\x9C\xAC 12 0123456789abcdef"
                                        " 0123456789abcdefg")}};
    const struct value part = value_pairs(parts, 2);
    const struct value_pair field = {
        value_text("parts"), {.type = VALUE_ARRAY, .as.array = {.items = &part, .count = 1}}};
    const struct value message = value_pairs(&field, 1);
    const struct value_pair member = {
        value_text("messages"), {.type = VALUE_ARRAY, .as.array = {.items = &message, .count = 1}}};
    const struct value spec = value_pairs(&member, 1);
    overflow_measure(&o, &spec);
    CHECK_INT(o.least, 7);
}

static void a_prompt_that_was_read_is_no_fault(void)
{
    const struct overflow o = SENT(0, 3000, 200, 5000);
    CHECK(!overflow_is_cut(&o, 8200));
    CHECK(!overflow_is_cut(&o, 16000));
    CHECK(!overflow_is_cut(&o, -1)); /* the server says nothing */
    CHECK(!overflow_is_cut(&o, 0));
}

static void fewer_tokens_than_words_are_a_cut(void)
{
    const struct overflow first = SENT(0, 9000), later = SENT(0, 3000, 3000, 20);
    CHECK(overflow_is_cut(&first, 2051));
    CHECK(overflow_is_cut(&first, 4090));
    CHECK(overflow_is_cut(&later, 4090));
    const struct overflow pasted = SENT(0, 100, 100, 9000);
    CHECK(overflow_is_cut(&pasted, 2051));
}

static void the_rest_of_a_cached_prompt_is_none(void)
{
    const struct overflow o = SENT(0, 3000, 3000, 20), retried = SENT(0, 9000);
    CHECK(!overflow_is_cut(&o, 35));
    CHECK(!overflow_is_cut(&retried, 1));
    const struct overflow pasted = SENT(0, 3000, 3000, 1500);
    CHECK(!overflow_is_cut(&pasted, 3100));
}

static void a_small_window_that_is_known_counts_too(void)
{
    const struct overflow known = SENT(512, 300, 300, 20), unknown = SENT(0, 300, 300, 20);
    CHECK(overflow_is_cut(&known, 415));
    CHECK(!overflow_is_cut(&unknown, 415));
    CHECK(!overflow_is_cut(&known, 100));
}

int main(void)
{
    RUN(a_word_is_a_token_at_least);
    RUN(a_prompt_that_was_read_is_no_fault);
    RUN(fewer_tokens_than_words_are_a_cut);
    RUN(the_rest_of_a_cached_prompt_is_none);
    RUN(a_small_window_that_is_known_counts_too);
    return check_report("overflow");
}
