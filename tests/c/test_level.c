/* What is wished of a model's thinking, and the level that comes nearest. */
#include "check.h"

#include "base/value.h"
#include "server/level.h"

#define BIT(name) LEVEL_BIT(LEVEL_##name)

static void every_wish_is_read(void)
{
    static const struct {
        struct value v;
        struct wish wanted;
    } cases[] = {
        {{.type = VALUE_BOOL, .as.boolean = true}, {.kind = WISH_ON}},
        {{.type = VALUE_BOOL, .as.boolean = false}, {.kind = WISH_OFF}},
        {{.type = VALUE_INT, .as.integer = 0}, {.kind = WISH_OFF}},
        {{.type = VALUE_INT, .as.integer = -1}, {.kind = WISH_WRONG}},
        {{.type = VALUE_INT, .as.integer = 1}, {WISH_BUDGET, LEVEL_MINIMAL, 1}},
        {{.type = VALUE_INT, .as.integer = 4000}, {WISH_BUDGET, LEVEL_LOW, 4000}},
        {{.type = VALUE_INT, .as.integer = 16000}, {WISH_BUDGET, LEVEL_MEDIUM, 16000}},
        {{.type = VALUE_INT, .as.integer = 1000000}, {WISH_BUDGET, LEVEL_MAX, 1000000}},
        {{.type = VALUE_FLOAT, .as.real = 2048.5}, {WISH_BUDGET, LEVEL_LOW, 2048}},
        {{.type = VALUE_FLOAT, .as.real = -1.5}, {.kind = WISH_WRONG}},
        {{.type = VALUE_FLOAT, .as.real = 1e300}, {.kind = WISH_WRONG}},
        {{.type = VALUE_NIL}, {.kind = WISH_ABSENT}},
        {{.type = VALUE_ARRAY}, {.kind = WISH_WRONG}},
        {{.type = VALUE_STRING, .as.string = {"none", 4}}, {.kind = WISH_OFF}},
        {{.type = VALUE_STRING, .as.string = {"xhigh", 5}}, {WISH_LEVEL, LEVEL_XHIGH, 32768}},
        {{.type = VALUE_STRING, .as.string = {"High", 4}}, {.kind = WISH_WRONG}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct wish found = wish_read(&cases[i].v);
        CHECK_INT(found.kind, cases[i].wanted.kind);
        CHECK_INT(found.level, cases[i].wanted.level);
        CHECK_INT(found.budget, cases[i].wanted.budget);
    }
    CHECK_INT(wish_read(NULL).kind, WISH_ABSENT);
}

static void names_go_both_ways(void)
{
    for (enum level level = LEVEL_NONE; level < LEVELS; level++) {
        CHECK_INT(level_named(level_name(level)), level);
    }
    CHECK_INT(level_named("default"), LEVELS);
}

static void the_nearest_is_taken_of_two_the_lesser(void)
{
    const unsigned usual = BIT(LOW) | BIT(MEDIUM) | BIT(HIGH);
    CHECK_INT(level_nearest(usual, LEVEL_MAX), LEVEL_HIGH);
    CHECK_INT(level_nearest(usual, LEVEL_MINIMAL), LEVEL_LOW);
    CHECK_INT(level_nearest(usual, LEVEL_NONE), LEVEL_LOW);
    CHECK_INT(level_nearest(BIT(LOW) | BIT(HIGH) | BIT(MAX), LEVEL_MEDIUM), LEVEL_LOW);
    CHECK_INT(level_nearest(BIT(LOW) | BIT(HIGH) | BIT(MAX), LEVEL_XHIGH), LEVEL_HIGH);
    CHECK_INT(level_nearest(LEVEL_ANY, LEVEL_XHIGH), LEVEL_XHIGH);
    CHECK_INT(level_nearest(0, LEVEL_LOW), LEVELS);
}

static void who_wants_thoughts_does_not_get_none(void)
{
    CHECK_INT(level_nearest(BIT(NONE) | BIT(HIGH), LEVEL_MINIMAL), LEVEL_HIGH);
    CHECK_INT(level_nearest(BIT(NONE), LEVEL_HIGH), LEVELS);
    CHECK_INT(level_nearest(BIT(NONE) | BIT(HIGH), LEVEL_NONE), LEVEL_NONE);
}

static void levels_are_found_as_words(void)
{
    CHECK_INT(level_in("must be 'low', \"medium\" or HIGH."), BIT(LOW) | BIT(MEDIUM) | BIT(HIGH));
    CHECK_INT(level_in("xhigh"), BIT(XHIGH));
    CHECK_INT(level_in("highlight max_tokens below non-low maximal"), 0);
    CHECK_INT(level_in(""), 0);
    CHECK_INT(level_in(NULL), 0);
}

int main(void)
{
    RUN(every_wish_is_read);
    RUN(names_go_both_ways);
    RUN(the_nearest_is_taken_of_two_the_lesser);
    RUN(who_wants_thoughts_does_not_get_none);
    RUN(levels_are_found_as_words);
    return check_report("level");
}
