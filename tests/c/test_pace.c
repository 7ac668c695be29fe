#include "check.h"
#include "complete/pace.h"

static void before_any_measurement_the_pause_suits_a_local_model(void)
{
    struct pace p;
    pace_init(&p, -1);
    CHECK_INT(pace_debounce(&p), 40);
    CHECK(!pace_is_fixed(&p));
    CHECK_INT(pace_patience(&p), 8000);
    CHECK_INT(pace_closed(&p, 1000), 0);
}

static void the_pause_is_a_quarter_of_the_time_to_first_token(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_answered(&p, 100);
    CHECK_INT(pace_debounce(&p), 25);
    pace_answered(&p, 100);
    CHECK_INT(pace_debounce(&p), 25);
}

static void the_pause_is_kept_within_bounds(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_answered(&p, 0);
    CHECK_INT(pace_debounce(&p), 15);
    pace_init(&p, -1);
    pace_answered(&p, 60000);
    CHECK_INT(pace_debounce(&p), 40);
    pace_init(&p, -1);
    pace_answered(&p, -5);
    CHECK_INT(pace_debounce(&p), 15);
}

static void one_slow_answer_says_little(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_answered(&p, 100);
    pace_answered(&p, 30000);
    CHECK_INT(pace_debounce(&p), 28);
    pace_answered(&p, 100);
    pace_answered(&p, 100);
    CHECK(pace_debounce(&p) <= 26);
}

static void the_load_of_a_model_is_soon_forgotten(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_answered(&p, 20000);
    CHECK_INT(pace_debounce(&p), 40);
    CHECK_INT(pace_patience(&p), 30000);
    for (int i = 0; i < 5; i++) {
        pace_answered(&p, 80);
    }
    CHECK(pace_debounce(&p) < 25);
    CHECK_INT(pace_patience(&p), 5000);
}

static void a_server_that_has_become_slow_is_given_longer(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_answered(&p, 60);
    CHECK(!pace_is_slow(&p));
    CHECK_INT(pace_patience(&p), 5000);
    pace_answered(&p, 3000);
    CHECK_INT(pace_patience(&p), 9000);
    CHECK(pace_is_slow(&p));
    pace_waited(&p, 2000);
    CHECK_INT(pace_patience(&p), 9000);
    pace_waited(&p, 6000);
    CHECK_INT(pace_patience(&p), 18000);
    pace_waited(&p, 1e9);
    CHECK_INT(pace_patience(&p), 30000);
}

static void a_configured_pause_is_kept(void)
{
    struct pace p;
    pace_init(&p, 0);
    CHECK(pace_is_fixed(&p));
    CHECK_INT(pace_debounce(&p), 0);
    pace_answered(&p, 500);
    CHECK_INT(pace_debounce(&p), 0);
    pace_init(&p, 1200);
    pace_answered(&p, 5);
    CHECK_INT(pace_debounce(&p), 1200);
}

static void failures_close_for_longer_and_longer(void)
{
    static const uint64_t wanted[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
    uint64_t now = 1000000;
    struct pace p;
    pace_init(&p, -1);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        pace_failed(&p, now, -1);
        CHECK_INT(pace_closed(&p, now), wanted[i]);
        CHECK_INT(pace_closed(&p, now + wanted[i] - 1), 1);
        now += wanted[i];
        CHECK_INT(pace_closed(&p, now), 0);
    }
    for (int i = 0; i < 1000; i++) {
        now += 30000;
        pace_failed(&p, now, -1);
    }
    CHECK_INT(pace_closed(&p, now), 30000);
}

static void requests_that_fail_together_count_once(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_failed(&p, 1000, -1);
    pace_failed(&p, 1001, -1);
    pace_failed(&p, 1499, -1);
    CHECK_INT(pace_closed(&p, 1499), 1);
    pace_failed(&p, 1500, -1);
    CHECK_INT(pace_closed(&p, 1500), 1000);
}

static void a_whole_answer_opens_again(void)
{
    struct pace p;
    pace_init(&p, -1);
    for (uint64_t i = 0; i < 5; i++) {
        pace_failed(&p, i * 100000, -1);
    }
    pace_answered(&p, 100); /* it may still be cut off */
    CHECK(pace_closed(&p, 400001) > 0);
    pace_open(&p);
    CHECK_INT(pace_closed(&p, 400001), 0);
    pace_failed(&p, 400001, -1);
    CHECK_INT(pace_closed(&p, 400001), 500);
}

static void the_user_opens_again_and_figures_stay(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_answered(&p, 300);
    pace_failed(&p, 1000, 60000);
    pace_open(&p);
    CHECK_INT(pace_closed(&p, 1000), 0);
    CHECK_INT(pace_debounce(&p), 40);
}

static void retry_after_is_honoured(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_failed(&p, 1000, 20000);
    CHECK_INT(pace_closed(&p, 1000), 20000);
    /* A shorter Retry-After neither shortens that nor the own pause. */
    pace_failed(&p, 2000, 100);
    CHECK_INT(pace_closed(&p, 2000), 19000);
    pace_init(&p, -1);
    pace_failed(&p, 1000, 0);
    CHECK_INT(pace_closed(&p, 1000), 500);
    /* Told while closed, by a request that was under backend. */
    pace_failed(&p, 1001, 5000);
    CHECK_INT(pace_closed(&p, 1001), 5000);
}

static void no_server_closes_for_hours(void)
{
    struct pace p;
    pace_init(&p, -1);
    pace_failed(&p, 1000, 1e300);
    CHECK_INT(pace_closed(&p, 1000), 600000);
}

int main(void)
{
    RUN(before_any_measurement_the_pause_suits_a_local_model);
    RUN(the_pause_is_a_quarter_of_the_time_to_first_token);
    RUN(the_pause_is_kept_within_bounds);
    RUN(one_slow_answer_says_little);
    RUN(the_load_of_a_model_is_soon_forgotten);
    RUN(a_server_that_has_become_slow_is_given_longer);
    RUN(a_configured_pause_is_kept);
    RUN(failures_close_for_longer_and_longer);
    RUN(requests_that_fail_together_count_once);
    RUN(a_whole_answer_opens_again);
    RUN(the_user_opens_again_and_figures_stay);
    RUN(retry_after_is_honoured);
    RUN(no_server_closes_for_hours);
    return check_report("test_pace");
}
