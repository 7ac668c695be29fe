/* Servers that are slower than the keys: at how many keys is a suggestion there? Counted, not
 * timed, for hum and for two other clients. With --table: what was counted, for the benchmark. */
#include "check.h"
#include "slow_course.h"
#include "slow_others.h"

static const int firsts[] = {60, 150, 300, 700, 1500};
static const int gaps[] = {120, 200, 300};

#define FIRSTS ((int)(sizeof firsts / sizeof *firsts))
#define GAPS ((int)(sizeof gaps / sizeof *gaps))

/* Every second answer that is begun is wrong from its first character on; one line for each. */
static const struct slow_server half_wrong = {
    .token_ms = 15, .token_bytes = 4, .miss = 2, .max_lines = 1};
static const struct slow_typist steady = {0};

struct row {
    struct slow_world hum, vim, oracle;
};

static struct row play(struct slow_server server, struct slow_typist typist)
{
    const struct slow_world world = {.server = server, .typist = typist};
    struct row row = {world, world, world};
    slow_course_play(&row.hum, true, -1);
    slow_vim_play(&row.vim);
    if (typist.typo_every == 0) {
        slow_oracle_play(&row.oracle);
    }
    return row;
}

static struct row play_at(int first, int gap, struct slow_server server, struct slow_typist typist)
{
    server.first_ms = first;
    typist.gap_ms = gap;
    return play(server, typist);
}

/* Parts of what another has, in percent. */
static void is_seen(const struct row *row, int of_oracle, int of_keys)
{
    const struct slow_world *hum = &row->hum;
    if (100 * hum->seen < of_oracle * row->oracle.seen || 100 * hum->seen < of_keys * hum->keys) {
        printf("    first byte %d ms, a key each %d ms: seen at %d of %d keys, oracle %d\n",
               hum->server.first_ms, hum->typist.gap_ms, hum->seen, hum->keys, row->oracle.seen);
        check_fail(__FILE__, __LINE__, "seen too seldom");
    }
}

static void who_types_on_sees_suggestions_whatever_the_server_takes(void)
{
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], half_wrong, steady);
            is_seen(&row, 90, 0);
            CHECK(row.hum.seen >= row.vim.seen);
            CHECK(row.hum.requests <= row.vim.requests);
        }
    }
}

static void at_usual_speeds_hardly_a_key_is_without_one(void)
{
    static const struct {
        int first, gap, requests;
    } cases[] = {{60, 200, 79}, {150, 200, 52}, {300, 300, 62}, {700, 300, 32}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row = play_at(cases[i].first, cases[i].gap, half_wrong, steady);
        is_seen(&row, 0, 90);
        CHECK(row.hum.requests <= cases[i].requests / 2);
    }
}

static void answers_that_become_wrong_later_are_found_out(void)
{
    struct slow_server server = half_wrong;
    server.miss_at = 5;
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], server, steady);
            is_seen(&row, firsts[i] * 120 > 700 * gaps[j] ? 65 : 85, 50);
            CHECK(row.hum.requests <= row.vim.requests);
        }
    }
}

static void answers_of_several_lines_are_seen_throughout(void)
{
    struct slow_server server = half_wrong;
    server.max_lines = 3;
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], server, steady);
            is_seen(&row, 98, 95);
            CHECK(row.hum.requests <= row.vim.requests);
        }
    }
}

static void who_pauses_now_and_then_sees_more(void)
{
    const struct slow_typist thinks = {.pause_every = 11, .pause_ms = 1200};
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], half_wrong, thinks);
            is_seen(&row, 0, 90);
            CHECK(row.hum.seen >= row.vim.seen);
            CHECK(row.hum.requests <= row.vim.requests);
        }
    }
}

static void who_mistypes_now_and_then_is_not_left_alone(void)
{
    const struct slow_typist errs = {.typo_every = 9};
    for (int i = 0; i < FIRSTS - 1; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], half_wrong, errs);
            is_seen(&row, 0, 80);
            CHECK(row.hum.seen >= row.vim.seen);
        }
    }
}

static void a_server_that_rejects_is_left_alone(void)
{
    struct slow_server server = half_wrong;
    server.rejects = true;
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], server, steady);
            CHECK(row.hum.requests <= 6);
        }
    }
}

static void a_model_that_is_always_wrong_costs_less_than_by_llama_vims_way(void)
{
    struct slow_server server = half_wrong;
    server.miss = 1;
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], server, steady);
            CHECK(row.hum.requests <= row.vim.requests);
        }
    }
}

static void a_server_that_is_always_right_is_asked_once_for_each_line(void)
{
    struct slow_server server = half_wrong;
    server.miss = 0;
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], server, steady);
            is_seen(&row, 100, 100);
            CHECK(row.hum.requests <= 5);
        }
    }
}

static void without_looking_ahead_most_of_it_is_seen_still(void)
{
    for (int i = 0; i < FIRSTS - 1; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], half_wrong, steady);
            struct slow_world w = {.server = row.hum.server, .typist = row.hum.typist};
            slow_course_play(&w, false, -1);
            row.hum = w;
            is_seen(&row, 70, 0);
        }
    }
}

static void a_configured_pause_is_one_also_on_a_slow_server(void)
{
    struct slow_world w = {.server = half_wrong, .typist = {.gap_ms = 120}};
    w.server.first_ms = 300;
    w.server.miss = 1;
    slow_course_play(&w, true, 200);
    CHECK_INT(w.requests, 1);
}

static void print_table(void)
{
    printf("| first byte, ms | a key each, ms | hum: seen | requests | llama.vim's way: seen | "
           "requests | oracle: seen | requests |\n| --- | --- | --- | --- | --- | --- | --- | --- "
           "|\n");
    for (int i = 0; i < FIRSTS; i++) {
        for (int j = 0; j < GAPS; j++) {
            struct row row = play_at(firsts[i], gaps[j], half_wrong, steady);
            printf("| %d | %d | %d of %d | %d | %d | %d | %d | %d |\n", firsts[i], gaps[j],
                   row.hum.seen, row.hum.keys, row.hum.requests, row.vim.seen, row.vim.requests,
                   row.oracle.seen, row.oracle.requests);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--table") == 0) {
        print_table();
        return 0;
    }
    RUN(who_types_on_sees_suggestions_whatever_the_server_takes);
    RUN(at_usual_speeds_hardly_a_key_is_without_one);
    RUN(answers_that_become_wrong_later_are_found_out);
    RUN(answers_of_several_lines_are_seen_throughout);
    RUN(who_pauses_now_and_then_sees_more);
    RUN(who_mistypes_now_and_then_is_not_left_alone);
    RUN(a_server_that_rejects_is_left_alone);
    RUN(a_model_that_is_always_wrong_costs_less_than_by_llama_vims_way);
    RUN(a_server_that_is_always_right_is_asked_once_for_each_line);
    RUN(without_looking_ahead_most_of_it_is_seen_still);
    RUN(a_configured_pause_is_one_also_on_a_slow_server);
    return check_report("test_slow");
}
