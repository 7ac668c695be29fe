#include "base/value.h"

#include "base/buf.h"
#include "check.h"

static const struct value nil = {.type = VALUE_NIL};

static struct value integer(int64_t number)
{
    return (struct value){.type = VALUE_INT, .as.integer = number};
}

static void finds_a_key_among_others(void)
{
    struct value_pair pairs[] = {{value_text("a"), integer(1)},
                                 {value_text("ab"), integer(2)},
                                 {value_text(""), integer(3)}};
    struct value map = value_pairs(pairs, 3);
    CHECK_INT(value_int(value_get(&map, "a"), -1), 1);
    CHECK_INT(value_int(value_get(&map, "ab"), -1), 2);
    CHECK_INT(value_int(value_get(&map, ""), -1), 3);
    CHECK(value_get(&map, "abc") == NULL);
}

static void nil_is_the_same_as_absent(void)
{
    struct value_pair pairs[] = {{value_text("a"), nil}};
    struct value map = value_pairs(pairs, 1);
    CHECK(value_get(&map, "a") == NULL);
    CHECK(value_get(NULL, "a") == NULL);
    CHECK(value_get(&nil, "a") == NULL);
    CHECK_INT(value_int(NULL, 7), 7);
    CHECK_INT(value_bool(NULL, true), 1);
    CHECK(value_number(NULL, 0.5) > 0.4);
}

static void another_type_counts_as_absent(void)
{
    struct value text = value_text("1"), yes = value_true(), one = integer(1);
    struct value half = {.type = VALUE_FLOAT, .as.real = 0.5};
    CHECK_INT(value_int(&text, 7), 7);
    CHECK_INT(value_int(&half, 7), 7);
    CHECK_INT(value_bool(&one, false), 0);
    CHECK_INT(value_bool(&yes, false), 1);
    CHECK_INT(value_number(&one, 0) * 2, 2);
    CHECK_INT(value_number(&half, 0) * 2, 1);
    CHECK_INT(value_number(&text, 3), 3);
    CHECK(value_get(&text, "1") == NULL);
}

static void copies_strings_but_not_what_c_cannot_hold(void)
{
    struct value text = value_text("abc"), empty = {.type = VALUE_STRING}, one = integer(1);
    struct value with_nul = {.type = VALUE_STRING};
    char *copy = value_strdup(&text);
    with_nul.as.string.data = "a\0b";
    with_nul.as.string.len = 3;
    CHECK_TEXT(copy, "abc");
    free(copy);
    copy = value_strdup(&empty);
    CHECK_TEXT(copy, "");
    free(copy);
    CHECK(value_strdup(&with_nul) == NULL);
    CHECK(value_strdup(&one) == NULL);
    CHECK(value_strdup(NULL) == NULL);
}

static void compares_strings_whole(void)
{
    struct value text = value_text("ollama"), one = integer(1), empty = {.type = VALUE_STRING};
    CHECK(value_is_string(&text, "ollama"));
    CHECK(!value_is_string(&text, "oll"));
    CHECK(!value_is_string(&text, "ollamas"));
    CHECK(value_is_string(&empty, ""));
    CHECK(!value_is_string(&one, "1"));
    CHECK(!value_is_string(NULL, ""));
}

static void a_copy_lives_on_its_own(void)
{
    char word[] = "word";
    struct value items[] = {value_text(word), integer(7)};
    struct value list = {.type = VALUE_ARRAY, .as.array = {items, 2}};
    struct value_pair pairs[] = {{value_text("list"), list}};
    struct value map = value_pairs(pairs, 1);
    struct value *copy = value_copy(&map);
    memset(word, 'x', 4);
    items[1] = nil;
    CHECK(value_is_string(value_item(value_get(copy, "list"), 0), "word"));
    CHECK_INT(value_int(value_item(value_get(copy, "list"), 1), 0), 7);
    CHECK(value_item(value_get(copy, "list"), 2) == NULL);
    CHECK(value_item(copy, 0) == NULL);
    CHECK(value_copy(NULL) == NULL);
    value_free(copy);
    value_free(NULL);
}

static void a_text_takes_the_place_of_what_a_copy_has(void)
{
    struct value_pair pairs[] = {{value_text("a"), value_text("b")}, {value_text("c"), nil}};
    struct value map = value_pairs(pairs, 2);
    struct value *copy = value_copy(&map);
    value_replace(copy, "a", "d", xstrdup("new"), 3);
    value_replace(copy, "absent", "x", xstrdup("none"), 4);
    CHECK(value_get(copy, "a") == NULL);
    CHECK(value_is_string(value_get(copy, "d"), "new"));
    CHECK(value_is_string(value_get(&map, "a"), "b"));
    value_free(copy);
}

int main(void)
{
    RUN(finds_a_key_among_others);
    RUN(nil_is_the_same_as_absent);
    RUN(another_type_counts_as_absent);
    RUN(copies_strings_but_not_what_c_cannot_hold);
    RUN(compares_strings_whole);
    RUN(a_copy_lives_on_its_own);
    RUN(a_text_takes_the_place_of_what_a_copy_has);
    return check_report("value");
}
