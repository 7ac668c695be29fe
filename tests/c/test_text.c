/* Lists of lines. */
#include "check.h"

#include "edit/text.h"
#include "proto.h"

#include <stddef.h>

static void check_line(const struct text *t, size_t i, const char *wanted)
{
    struct span line = text_line(t, i);
    char *copy = xstrndup(line.data, line.len);
    CHECK_TEXT(copy, wanted);
    free(copy);
}

static void lines_come_back_as_they_were_given(void)
{
    struct text t;
    text_init(&t);
    for (size_t i = 0; i < 100; i++) {
        char line[20];
        snprintf(line, sizeof line, "line %zu", i);
        text_add(&t, span_of(i % 10 == 0 ? "" : line));
    }
    CHECK_INT(t.count, 100);
    check_line(&t, 0, "");
    check_line(&t, 1, "line 1");
    check_line(&t, 90, "");
    check_line(&t, 99, "line 99");
    text_clear(&t);
    CHECK_INT(t.count, 0);
    text_add(&t, span_of("x"));
    check_line(&t, 0, "x");
    text_finish(&t);
}

static void a_text_is_cut_into_its_lines(void)
{
    struct text t;
    text_init(&t);
    text_add_lines(&t, span_of(""));
    CHECK_INT(t.count, 0);
    text_add_lines(&t, span_of("a\n\nb"));
    text_add_lines(&t, span_of("c\r\n"));
    text_add_lines(&t, span_of("\n"));
    CHECK_INT(t.count, 5);
    check_line(&t, 1, "");
    check_line(&t, 2, "b");
    check_line(&t, 3, "c\r");
    check_line(&t, 4, "");
    text_finish(&t);
}

static void neighbours_are_one_piece(void)
{
    struct text t;
    text_init(&t);
    text_add_lines(&t, span_of("a\nbc\n\nd"));
    CHECK(span_equals(text_lines(&t, 0, 4), "a\nbc\n\nd\n"));
    CHECK(span_equals(text_lines(&t, 1, 2), "bc\n\n"));
    CHECK_INT(text_lines(&t, 4, 0).len, 0);
    text_finish(&t);
}

static void lists_of_strings_are_taken_and_nothing_else(void)
{
    struct value items[] = {value_text("a"), value_text("b"), {.type = VALUE_INT}};
    struct value list = {.type = VALUE_ARRAY, .as.array = {items, 2}};
    struct text t;
    text_init(&t);
    CHECK_INT(text_from_value(&t, NULL), HUM_OK);
    CHECK_INT(text_from_value(&t, &list), HUM_OK);
    CHECK_INT(t.count, 2);
    check_line(&t, 1, "b");
    list.as.array.count = 3;
    CHECK_INT(text_from_value(&t, &list), HUM_ESPEC);
    CHECK_INT(text_from_value(&t, &items[0]), HUM_ESPEC);
    text_finish(&t);
}

static void what_is_too_big_is_an_error_and_ends_the_text(void)
{
    struct text t;
    text_init(&t);
    t.bytes.cap = 8;
    text_add(&t, span_of("abc"));
    text_add(&t, span_of("defg"));
    CHECK_INT(t.bytes.error, HUM_ETOOBIG);
    text_add(&t, span_of("d"));
    CHECK_INT(t.count, 1);
    check_line(&t, 0, "abc");
    text_finish(&t);
}

int main(void)
{
    RUN(lines_come_back_as_they_were_given);
    RUN(a_text_is_cut_into_its_lines);
    RUN(neighbours_are_one_piece);
    RUN(lists_of_strings_are_taken_and_nothing_else);
    RUN(what_is_too_big_is_an_error_and_ends_the_text);
    return check_report("text");
}
