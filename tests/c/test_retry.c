/* When a refused request is sent again. */
#include "check.h"

#include "server/retry.h"

#define NOW 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static int64_t after(const char *text)
{
    return retry_asked_ms(&(struct retry_answer){.status = 429, .after = text}, NOW);
}

static int64_t words(const char *text)
{
    return retry_asked_ms(&(struct retry_answer){.status = 429, .text = text}, NOW);
}

static void the_header_has_seconds_or_a_date(void)
{
    CHECK_INT(after("7"), 7000);
    CHECK_INT(after(" 0.25 "), 250);
    CHECK_INT(after("0"), 0);
    CHECK_INT(after("Sun, 06 Nov 1994 08:49:40 GMT"), 3000);
    CHECK_INT(after("Sun, 06 Nov 1994 08:49:30 GMT"), 0);
    CHECK_INT(after("99999999999999999999"), 604800000);
    CHECK_INT(after("-1"), -1);
    CHECK_INT(after("soon"), -1);
    CHECK_INT(after("7 apples"), -1);
    CHECK_INT(after("nan"), -1);
    CHECK_INT(after(""), -1);
    CHECK_INT(after(NULL), -1);
}

static void milliseconds_win(void)
{
    struct retry_answer a = {.after = "7", .after_ms = "600"};
    CHECK_INT(retry_asked_ms(&a, NOW), 600);
    a.after_ms = "x";
    CHECK_INT(retry_asked_ms(&a, NOW), 7000);
}

static void times_stand_in_words_too(void)
{
    CHECK_INT(words("Rate limit reached. Please try again in 1.2s. Thanks."), 1200);
    CHECK_INT(words("Please retry in 250ms"), 250);
    CHECK_INT(words("please try again in 6m0s"), 360000);
    CHECK_INT(words("Try again in 20 seconds"), 20000);
    CHECK_INT(words("try again in 1 minute, 5 seconds"), 65000);
    CHECK_INT(words("try again in a while"), -1);
    CHECK_INT(words("limit of 5 requests"), -1);
    CHECK_INT(words("try again in 5"), -1);
}

static void money_is_no_load(void)
{
    struct retry_answer a = {
        .status = 429, .body = "{\"code\":\"insufficient_quota\"}", .after = "1"};
    CHECK(!retry_is_load(&a));
    a = (struct retry_answer){.status = 429, .text = "over the spend limit of your tier"};
    CHECK(!retry_is_load(&a));
    a.text = "You exceeded your current quota. Please retry in 3s.";
    CHECK(retry_is_load(&a));
    a = (struct retry_answer){.status = 402, .text = "Your credit balance is too low"};
    CHECK(!retry_is_load(&a));
}

static void money_is_a_word_of_its_own(void)
{
    struct retry_answer a = {.status = 429, .text = "too many requests at the load balancer"};
    CHECK(!retry_is_money(&a));
    a = (struct retry_answer){.status = 400, .text = "grammar: unbalanced parentheses"};
    CHECK(!retry_is_money(&a));
    a.text = "Insufficient credits.";
    CHECK(retry_is_money(&a));
}

static void a_status_says_whether_it_is_load(void)
{
    struct retry_answer a = {.status = 429};
    CHECK(retry_is_load(&a));
    a.status = 529;
    CHECK(retry_is_load(&a));
    a.status = 503;
    CHECK(!retry_is_load(&a));
    a.text = "server busy, please try again";
    CHECK(retry_is_load(&a));
    a.text = "Loading model";
    CHECK(retry_is_load(&a));
    a.status = 500;
    CHECK(!retry_is_load(&a));
    a.after = "3";
    CHECK(retry_is_load(&a));
    a.status = 400;
    CHECK(!retry_is_load(&a));
}

static void without_a_word_the_wait_grows(void)
{
    static const int64_t wanted[] = {2000, 4000, 8000, 16000, 16000, -1};
    struct retry r = {0, 0};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        CHECK_INT(retry_next_ms(&r, &(struct retry_answer){.status = 529}, NOW), wanted[i]);
    }
}

static void all_waits_together_have_an_end(void)
{
    struct retry r = {0, 0};
    struct retry_answer a = {.status = 429, .after = "50"};
    CHECK_INT(retry_next_ms(&r, &a, NOW), 50000);
    CHECK_INT(retry_next_ms(&r, &a, NOW), 50000);
    CHECK_INT(retry_next_ms(&r, &a, NOW), -1);
    a.after = "3600";
    r = (struct retry){0, 0};
    CHECK_INT(retry_next_ms(&r, &a, NOW), -1);
    CHECK_INT(r.times, 0);
}

int main(void)
{
    RUN(the_header_has_seconds_or_a_date);
    RUN(milliseconds_win);
    RUN(times_stand_in_words_too);
    RUN(money_is_no_load);
    RUN(money_is_a_word_of_its_own);
    RUN(a_status_says_whether_it_is_load);
    RUN(without_a_word_the_wait_grows);
    RUN(all_waits_together_have_an_end);
    return check_report("retry");
}
