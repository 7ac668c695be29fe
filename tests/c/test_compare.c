/* The least difference of two lists. */
#include "check.h"
#include "lines.h"

#include "edit/compare.h"

#include <stddef.h>
#include <time.h>

#define MOST 60

struct lists {
    uint32_t a[MOST], b[MOST];
    bool a_changed[MOST], b_changed[MOST];
    size_t n, m;
};

/* How many lines can be kept at most, the slow way. */
static size_t kept_at_most(const struct lists *l)
{
    size_t table[MOST + 1][MOST + 1] = {{0}};
    for (size_t i = l->n; i-- > 0;) {
        for (size_t j = l->m; j-- > 0;) {
            size_t skip = table[i + 1][j] > table[i][j + 1] ? table[i + 1][j] : table[i][j + 1];
            table[i][j] = l->a[i] == l->b[j] ? table[i + 1][j + 1] + 1 : skip;
        }
    }
    return table[0][0];
}

static void check_least(struct compare *c, struct lists *l)
{
    memset(l->a_changed, 0, sizeof l->a_changed);
    memset(l->b_changed, 0, sizeof l->b_changed);
    struct compare_side a = {l->a, l->n, l->a_changed}, b = {l->b, l->m, l->b_changed};
    compare_lines(c, &a, &b, 1000);
    size_t i = 0, j = 0, kept = 0;
    for (;;) {
        for (; i < l->n && l->a_changed[i]; i++) {}
        for (; j < l->m && l->b_changed[j]; j++) {}
        if (i == l->n || j == l->m) {
            break;
        }
        CHECK_INT(l->a[i++], l->b[j++]);
        kept++;
    }
    CHECK(i == l->n && j == l->m);
    CHECK_INT(kept, kept_at_most(l));
}

static void as_many_lines_are_kept_as_possible(void)
{
    uint64_t seed = (uint64_t)time(NULL);
    printf("compare: seed %" PRIu64 "\n", seed);
    struct compare c;
    compare_init(&c);
    for (int round = 0; round < 5000 && !check_state.bad; round++) {
        struct lists l = {.n = lines_random(&seed, MOST), .m = lines_random(&seed, MOST)};
        uint32_t letters = 1 + lines_random(&seed, 20);
        for (size_t i = 0; i < l.n; i++) {
            l.a[i] = lines_random(&seed, letters);
        }
        for (size_t j = 0; j < l.m; j++) {
            l.b[j] = lines_random(&seed, letters + 3);
        }
        check_least(&c, &l);
    }
    compare_finish(&c);
}

#define LONG 20000

/* Lists where the search is cut short: still a difference, with bounded work. */
static void work_is_bounded_whatever_the_lines(void)
{
    uint64_t seed = 1;
    static uint32_t a[LONG], b[LONG];
    static bool a_changed[LONG], b_changed[LONG];
    for (uint32_t letters = 1; letters <= 5000; letters = letters * 3 + 1) {
        for (size_t i = 0; i < LONG; i++) {
            a[i] = lines_random(&seed, letters);
            b[i] = lines_random(&seed, letters);
        }
        memset(a_changed, 0, sizeof a_changed);
        memset(b_changed, 0, sizeof b_changed);
        struct compare c;
        compare_init(&c);
        compare_lines(&c, &(struct compare_side){a, LONG, a_changed},
                      &(struct compare_side){b, LONG, b_changed}, letters);
        CHECK(c.steps < (uint64_t)2 * LONG * COMPARE_COST * 2);
        size_t kept_a = 0, kept_b = 0;
        for (size_t i = 0; i < LONG; i++) {
            kept_a += !a_changed[i];
            kept_b += !b_changed[i];
        }
        printf("compare: %u letters, %" PRIu64 " steps, %zu lines kept\n", letters, c.steps,
               kept_a);
        CHECK_INT(kept_a, kept_b);
        compare_finish(&c);
    }
}

int main(void)
{
    RUN(as_many_lines_are_kept_as_possible);
    RUN(work_is_bounded_whatever_the_lines);
    return check_report("compare");
}
