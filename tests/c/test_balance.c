/* Where JSON values end. */
#include "check.h"
#include "server/balance.h"

/* The end in one go, and the same byte by byte. */
static void check_end(int line, const char *text, size_t wanted)
{
    struct balance whole = {0}, bytes = {0};
    size_t len = strlen(text), end = 0, at = 0;
    check_ints(__FILE__, line, text, (int64_t)balance_end(&whole, text, len), (int64_t)wanted);
    while (end == 0 && at < len) {
        end = balance_end(&bytes, text + at++, 1) > 0 ? at : 0;
    }
    check_ints(__FILE__, line, text, (int64_t)end, (int64_t)wanted);
}

#define ENDS(text, wanted) check_end(__LINE__, text, wanted)

static void a_value_ends_with_its_last_bracket(void)
{
    ENDS("{}", 2);
    ENDS("{\"a\":[1,{}]} x", 12);
    ENDS("[[]]{}", 4);
    ENDS(" {} ", 3);
    ENDS("{\"a\":", 0);
    ENDS("", 0);
}

static void brackets_in_strings_do_not_count(void)
{
    ENDS("{\"}\":\"\\\"}\"}{", 11);
    ENDS("{\"a\\\\\"}", 7);
    ENDS("{\"a\\\"}", 0);
}

static void what_is_behind_the_end_is_the_next_value(void)
{
    struct balance b = {0};
    CHECK_INT(balance_end(&b, "{}[]", 4), 2);
    CHECK_INT(balance_end(&b, "[]", 2), 2);
}

static void not_every_bracket_opens_a_value(void)
{
    CHECK(balance_opens("{", 1));
    CHECK(balance_opens(" \n{oops", 7));
    CHECK(balance_opens("[", 1));
    CHECK(balance_opens("[ {", 3));
    CHECK(balance_opens("[\"a\"]", 5));
    CHECK(balance_opens("[]", 2));
    CHECK(!balance_opens("[12:30] up", 10));
    CHECK(!balance_opens("[DONE]", 6));
    CHECK(!balance_opens("\"a\"", 3));
    CHECK(!balance_opens("", 0));
}

int main(void)
{
    RUN(a_value_ends_with_its_last_bracket);
    RUN(brackets_in_strings_do_not_count);
    RUN(what_is_behind_the_end_is_the_next_value);
    RUN(not_every_bracket_opens_a_value);
    return check_report("balance");
}
