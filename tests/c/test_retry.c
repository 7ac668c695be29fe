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

static int64_t body(const char *text)
{
    return retry_asked_ms(&(struct retry_answer){.status = 429, .body = text}, NOW);
}

static void the_header_has_seconds_or_a_date(void)
{
    CHECK_INT(after("7"), 7000);
    CHECK_INT(after(" 0.25 "), 250);
    CHECK_INT(after("0"), 0);
    CHECK_INT(after("Sun, 06 Nov 1994 08:49:40 GMT"), 3000);
    CHECK_INT(after("Sunday, 06-Nov-94 08:49:40 GMT"), 3000);
    CHECK_INT(after("Sun Nov  6 08:49:40 1994"), 3000);
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
    CHECK_INT(words("Please try again in 8m12.5s."), 492500);
    CHECK_INT(words("Try again in 20 seconds"), 20000);
    CHECK_INT(words("Please retry after 20 seconds."), 20000);
    CHECK_INT(words("try again in 1 minute, 5 seconds"), 65000);
    CHECK_INT(words("try again in 1 minute and 5 seconds"), 65000);
    CHECK_INT(words("try again in about 3 minutes"), 180000);
    CHECK_INT(words("wait for approximately 2 s"), 2000);
    CHECK_INT(words("Your quota resets in 2h"), 7200000);
    CHECK_INT(words("try again in 2 days"), 172800000);
    CHECK_INT(words("try again in 1 month"), 604800000);
    CHECK_INT(words("try again in a while"), -1);
    CHECK_INT(words("limit of 5 requests"), -1);
    CHECK_INT(words("try again in 5"), -1);
}

static void times_stand_in_the_body_too(void)
{
    CHECK_INT(body("{\"error\":{\"details\":[{\"retryDelay\":\"27.5s\"}]}}"), 27500);
    CHECK_INT(body("{\"error\":\"loading\",\"estimated_time\":20.0}"), 20000);
    CHECK_INT(body("{\"metadata\":{\"retry_after_seconds\": 12}}"), 12000);
    CHECK_INT(body("{\"retry_after\":1.5}"), 1500);
    CHECK_INT(body("{\"retry_after_ms\" : 250}"), 250);
    CHECK_INT(body("{\"retry_after\":null}"), -1);
    CHECK_INT(body("retry_after 5"), -1);
    CHECK_INT(body("\"retry_after"), -1);
}

static void headers_win_over_words(void)
{
    struct retry_answer a = {
        .after = "7", .text = "try again in 1s", .body = "{\"retry_after\":2}"};
    CHECK_INT(retry_asked_ms(&a, NOW), 7000);
    a.after = NULL;
    CHECK_INT(retry_asked_ms(&a, NOW), 1000);
}

/* What a refusal is: of no load, of load, of money. */
enum kind { NEITHER, LOAD, MONEY };

static void a_refusal_is_load_or_money_or_neither(void)
{
    static const struct {
        struct retry_answer a;
        enum kind wanted;
    } cases[] = {
        {{.status = 429}, LOAD},
        {{.status = 429, .body = "{\"code\":\"insufficient_quota\"}", .after = "1"}, MONEY},
        {{.status = 429, .text = "over the spend limit of your tier"}, MONEY},
        {{.status = 429, .text = "You exceeded your current quota."}, MONEY},
        {{.status = 429, .text = "You exceeded your current quota. Please retry in 3s."}, LOAD},
        {{.status = 429, .text = "Usage limit reached for 5 hours."}, MONEY},
        {{.status = 429, .text = "Limit of requests per day. Add 10 credits to unlock more"},
         MONEY},
        {{.status = 429, .text = "Rate limit reached, see https://x.example/billing"}, LOAD},
        {{.status = 429, .text = "slow down, or see /settings/billing", .after = "3"}, LOAD},
        {{.status = 429, .text = "too many requests at the load balancer"}, LOAD},
        {{.status = 429, .body = "{\"error\":{\"code\":\"1113\",\"message\":\"x\"}}"}, MONEY},
        {{.status = 429, .body = "{\"error\":{\"code\":1112,\"message\":\"x\"}}"}, MONEY},
        {{.status = 429, .body = "{\"error\":{\"code\":\"1302\",\"message\":\"x\"}}"}, LOAD},
        {{.status = 429, .body = "{\"error\":{\"code\":\"11130\",\"message\":\"x\"}}"}, LOAD},
        {{.status = 429, .should = "true"}, LOAD},
        {{.status = 429, .should = "false"}, NEITHER},
        {{.status = 402, .text = "Your credit balance is too low"}, MONEY},
        {{.status = 402}, MONEY},
        {{.status = 400, .text = "grammar: unbalanced parentheses"}, NEITHER},
        {{.status = 400, .text = "Insufficient credits."}, MONEY},
        {{.status = 400, .text = "You have reached your specified API usage limits."}, MONEY},
        {{.status = 400, .after = "1"}, NEITHER},
        {{.status = 498}, LOAD},
        {{.status = 529}, LOAD},
        {{.status = 529, .text = "the credit card service is down"}, LOAD},
        {{.status = 503}, NEITHER},
        {{.status = 503, .text = "Service Unavailable"}, NEITHER},
        {{.status = 503, .after = "2"}, LOAD},
        {{.status = 503, .text = "server busy, please try again"}, LOAD},
        {{.status = 503, .text = "Loading model"}, LOAD},
        {{.status = 503, .text = "Model m is currently loading"}, LOAD},
        {{.status = 503, .text = "The engine is currently overloaded"}, LOAD},
        {{.status = 503, .text = "Overloaded: we cannot handle your request"}, LOAD},
        {{.status = 503, .text = "failed loading model m"}, NEITHER},
        {{.status = 503, .text = "error loading model: unable to open the file"}, NEITHER},
        {{.status = 500}, NEITHER},
        {{.status = 500, .after = "3"}, NEITHER},
        {{.status = 502, .text = "overloaded"}, NEITHER},
        {{.status = 504, .should = "true"}, NEITHER},
        {{.status = 429, .text = "Rate limit exceeded: free-models-per-day. Add 10 credits"},
         MONEY},
        {{.status = 429, .text = "rate limit reached on tokens per day: try again in 7m12s"}, LOAD},
        {{.status = 429, .text = "You have used up your daily free allocation"}, MONEY},
        {{.status = 429, .body = "{\"error\":{\"type\":\"exceeded_current_quota_error\"}}"}, MONEY},
        {{.status = 429, .text = "max organization concurrency: 1, try again after 1 seconds"},
         LOAD},
        {{.status = 400, .body = "{\"code\":\"Arrearage\"}", .text = "Access denied"}, MONEY},
        /* within an answer that began with 200 */
        {{.text = "Rate limit reached. Please try again in 0.5s."}, LOAD},
        {{.text = "Rate limit exceeded", .body = "{\"error\":{\"code\":429}}"}, LOAD},
        {{.text = "Provider returned error", .body = "{\"error\":{\"code\":429}}"}, LOAD},
        {{.text = "Overloaded", .body = "{\"error\":{\"type\":\"overloaded_error\"}}"}, NEITHER},
        {{.text = "try again in 2s", .body = "{\"error\":{\"type\":\"rate_limit_error\"}}"}, LOAD},
        {{.text = "try again in 2s", .body = "{\"error\":{\"type\":\"api_error\"}}"}, NEITHER},
        {{.text = "Rate limit reached"}, NEITHER},
        {{.text = "x", .body = "{\"error\":{\"code\":\"insufficient_quota\"}}"}, MONEY},
        {{.text = "out of memory", .body = "{\"error\":{\"code\":500}}"}, NEITHER},
        {{.text = "the lighthouse is dark"}, NEITHER},
        {{.text = NULL}, NEITHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct retry_answer *a = &cases[i].a;
        enum kind found = retry_is_money(a) ? MONEY : retry_is_load(a) ? LOAD : NEITHER;
        char what[200];
        snprintf(what, sizeof what, "%ld %s %s", a->status, a->text != NULL ? a->text : "",
                 a->body != NULL ? a->body : "");
        check_ints(__FILE__, __LINE__, what, found, cases[i].wanted);
        CHECK(found != MONEY || !retry_is_load(a));
    }
}

static void without_a_word_the_wait_grows(void)
{
    static const int64_t wanted[] = {2000, 4000, 8000, 16000, 16000, -1};
    struct retry r = {0, 0}, at_once = {0, 0};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        CHECK_INT(retry_next_ms(&r, &(struct retry_answer){.status = 529}, NOW), wanted[i]);
        CHECK_INT(retry_next_ms(&at_once, &(struct retry_answer){.status = 429, .after = "0"}, NOW),
                  wanted[i]);
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
    RUN(times_stand_in_the_body_too);
    RUN(headers_win_over_words);
    RUN(a_refusal_is_load_or_money_or_neither);
    RUN(without_a_word_the_wait_grows);
    RUN(all_waits_together_have_an_end);
    return check_report("retry");
}
