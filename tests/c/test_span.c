/* Pieces of text, and the text around the cursor. */
#include "base/around.h"
#include "base/hash.h"
#include "base/span.h"
#include "check.h"

#define CHECK_SPAN(span, wanted) check_span(__LINE__, (span), (wanted))

static void check_span(int line, struct span s, const char *wanted)
{
    char *text = xstrndup(s.data, s.len);
    check_texts(__FILE__, line, "span", text, wanted);
    free(text);
}

static void the_meanings_of_blank_are_told_apart(void)
{
    CHECK(is_blank(' ') && is_blank('\t') && is_blank('\r') && !is_blank('\n') && !is_blank('\0'));
    CHECK(is_space('\n') && is_space(' ') && !is_space('x'));
    CHECK(span_is_blank(span_of("")) && span_is_blank(span_of(" \t\r")));
    CHECK(!span_is_blank(span_of(" \n")) && !span_is_blank(span_of(" x")));
}

static void trims_and_finds_words(void)
{
    CHECK_SPAN(span_ltrim(span_of(" \t a b ")), "a b ");
    CHECK_SPAN(span_rtrim(span_of(" a b \r")), " a b");
    CHECK_SPAN(span_ltrim(span_of("  ")), "");
    CHECK_SPAN(span_first_word(span_of("w\xc3\xb6_1(x)")), "w\xc3\xb6_1");
    CHECK_SPAN(span_first_word(span_of("(x)")), "");
    CHECK_SPAN(span_last_word(span_of("f(x_2")), "x_2");
    CHECK_SPAN(span_last_word(span_of("f(")), "");
}

static void knows_beginnings(void)
{
    struct span s = span_of("abc");
    CHECK(span_starts_with(s, "") && span_starts_with(s, "ab") && span_starts_with(s, "abc"));
    CHECK(!span_starts_with(s, "abcd") && !span_starts_with(s, "b"));
    CHECK(span_starts((struct span){NULL, 0}, (struct span){NULL, 0}));
    CHECK(span_equals(s, "abc") && !span_equals(s, "ab") && !span_equals(s, "abd"));
}

static void goes_through_lists_of_words(void)
{
    const char *list = "if  else";
    CHECK(span_equals(span_next_word(&list), "if"));
    CHECK(span_equals(span_next_word(&list), "else"));
    CHECK_INT(span_next_word(&list).len, 0);
    CHECK_INT(span_next_word(&list).len, 0);
    list = NULL;
    CHECK_INT(span_next_word(&list).len, 0);
    CHECK(span_is_among(span_of("if"), "if else") && span_is_among(span_of("else"), "if else"));
    CHECK(!span_is_among(span_of("els"), "if else") && !span_is_among(span_of("elsex"), "else"));
    CHECK(!span_is_among(span_of(""), "if else") && !span_is_among(span_of("if"), NULL));
    CHECK(to_lower('Z') == 'z' && to_lower('[') == '[' && to_lower('\xC4') == '\xC4');
}

static void goes_through_lines_from_both_ends(void)
{
    struct span s = span_of("one\n\ntwo");
    size_t at = 0;
    CHECK_SPAN(span_next_line(s, &at), "one");
    CHECK_SPAN(span_next_line(s, &at), "");
    CHECK_SPAN(span_next_line(s, &at), "two");
    CHECK_INT(at, s.len + 1);
    CHECK_SPAN(span_next_line(s, &at), "");
    s = span_of("one\n \ntwo\n\n");
    CHECK_SPAN(span_last_line(&s), "two");
    CHECK_SPAN(span_last_line(&s), "one");
    CHECK_SPAN(span_last_line(&s), "");
    CHECK_INT(s.len, 0);
}

static void the_text_around_the_cursor_moves_with_what_is_typed(void)
{
    struct around_text t;
    around_text_init(&t);
    struct around a = around_text_view(&t);
    CHECK(a.before.data != NULL && a.line.data != NULL && a.after.data != NULL);
    CHECK_INT(around_left(&a).len + a.after.len, 0);
    around_text_type(&t, NULL, 0);
    around_text_type(&t, "one\ntw", 6);
    buf_add_str(&t.after, "o\nthree");
    a = around_text_view(&t);
    CHECK_SPAN(a.before, "one\n");
    CHECK_SPAN(a.line, "tw");
    CHECK_SPAN(a.after, "o\nthree");
    CHECK_SPAN(around_left(&a), "one\ntw");
    around_text_type(&t, "x\n", 2);
    a = around_text_view(&t);
    CHECK_SPAN(a.before, "one\ntwx\n");
    CHECK_SPAN(a.line, "");
    CHECK_SPAN(around_left(&a), "one\ntwx\n");
    around_text_finish(&t);
}

static void the_end_of_a_text_counts_in_its_hash(void)
{
    uint64_t one = hash_text(hash_text(HASH_START, "ab"), "c");
    uint64_t other = hash_text(hash_text(HASH_START, "a"), "bc");
    CHECK(one != other);
    CHECK(one == hash_text(hash_text(HASH_START, "ab"), "c"));
}

static void finds_the_last_of_a_character(void)
{
    const struct span s = span_of("a\nb\nc");
    CHECK(span_find_last(s, '\n') == s.data + 3);
    CHECK(span_find_last((struct span){s.data, 3}, '\n') == s.data + 1);
    CHECK(span_find_last(s, 'a') == s.data);
    CHECK(span_find_last(s, 'x') == NULL);
    CHECK(span_find_last((struct span){NULL, 0}, 'x') == NULL);
}

int main(void)
{
    RUN(the_meanings_of_blank_are_told_apart);
    RUN(trims_and_finds_words);
    RUN(knows_beginnings);
    RUN(goes_through_lists_of_words);
    RUN(goes_through_lines_from_both_ends);
    RUN(finds_the_last_of_a_character);
    RUN(the_text_around_the_cursor_moves_with_what_is_typed);
    RUN(the_end_of_a_text_counts_in_its_hash);
    return check_report("span");
}
