/* How much work the streaming diff is: counted, in lines and places looked at, never in time. */
#include "check.h"
#include "lines.h"

#include "edit/align.h"
#include "edit/classes.h"
#include "edit/compare.h"
#include "edit/text.h"

#include <stddef.h>

#define LONG 20000

struct work {
    uint64_t all;  /* steps */
    uint64_t line; /* of the line that cost most without finishing anything */
    size_t hunks, early;
};

static struct work play(const char *what, const struct text *old, const struct text *new)
{
    struct align *a = align_new(old);
    struct work w = {0};
    size_t count;
    for (size_t i = 0; i < new->count; i++) {
        uint64_t before = align_steps(a);
        align_line(a, text_line(new, i));
        uint64_t steps = align_steps(a) - before;
        align_hunks(a, &count);
        w.line = count == w.early && steps > w.line ? steps : w.line;
        w.early = count;
    }
    align_end(a, false);
    align_hunks(a, &w.hunks);
    w.all = align_steps(a);
    printf(
        "align: %s: %" PRIu64 " steps, %.1f a line, %" PRIu64 " at most, %zu of %zu hunks early\n",
        what, w.all, (double)w.all / (double)(old->count + new->count), w.line, w.early, w.hunks);
    align_free(a);
    return w;
}

/* A line of a program: what it says depends on n, its depth and form on its place. */
static void add_line(struct text *t, size_t at, uint32_t n, const char *indent)
{
    char line[100];
    switch (at % 12) {
    case 0:
        snprintf(line, sizeof line, "%sint function_%u(void)", indent, n);
        break;
    case 1:
        snprintf(line, sizeof line, "%s{", indent);
        break;
    case 10:
        snprintf(line, sizeof line, "%s}", indent);
        break;
    case 11:
        line[0] = '\0';
        break;
    default:
        snprintf(line, sizeof line, "%s    value_%u += compute(%u);", indent, n % 5000, n);
    }
    text_add(t, span_of(line));
}

static void program(struct text *t, size_t count, const char *indent)
{
    text_init(t);
    for (uint32_t i = 0; i < count; i++) {
        add_line(t, i, i, indent);
    }
}

static void a_line_that_is_equal_costs_the_same_in_a_long_range(void)
{
    uint64_t each[2];
    for (size_t i = 0; i < 2; i++) {
        struct text old;
        program(&old, i == 0 ? 50 : LONG, "");
        struct align *a = align_new(&old);
        for (size_t j = 0; j < 40; j++) {
            align_line(a, text_line(&old, j));
        }
        each[i] = align_steps(a);
        align_free(a);
        text_finish(&old);
    }
    CHECK_INT(each[0], 40);
    CHECK_INT(each[1], 40);
}

static void a_line_that_is_added_costs_the_same_in_a_long_range(void)
{
    struct text added;
    text_init(&added);
    for (uint32_t i = 0; i < 40; i++) {
        add_line(&added, 2, i, "added ");
    }
    uint64_t each[2];
    for (size_t i = 0; i < 2; i++) {
        struct text old;
        program(&old, i == 0 ? 50 : LONG, "");
        struct align *a = align_new(&old);
        for (size_t j = 0; j < added.count; j++) {
            align_line(a, text_line(&added, j));
        }
        each[i] = align_steps(a);
        align_free(a);
        text_finish(&old);
    }
    CHECK_INT(each[0], 40);
    CHECK_INT(each[1], 40);
    text_finish(&added);
}

static void thousands_of_changes_are_no_more_work_than_so_many_lines(void)
{
    struct text old, new;
    program(&old, LONG, "");
    text_init(&new);
    for (uint32_t i = 0; i < LONG; i++) {
        add_line(&new, i, i % 10 == 5 ? i + LONG : i, "");
    }
    struct work w = play("every tenth line changed", &old, &new);
    CHECK(w.hunks > LONG / 20 && w.early > w.hunks - 10);
    CHECK(w.all < (uint64_t)100 * 2 * LONG);
    text_finish(&old);
    text_finish(&new);
}

/* A diff of the whole range with all that has come, at each line: what it looks at. */
static uint64_t steps_of_diffs(const struct text *old, const struct text *new)
{
    struct classes classes;
    classes_init(&classes, old);
    struct compare compare;
    compare_init(&compare);
    bool *old_changed = xcalloc(old->count, sizeof *old_changed);
    bool *new_changed = xcalloc(new->count, sizeof *new_changed);
    for (size_t i = 0; i < new->count; i++) {
        classes_add(&classes, text_line(new, i));
        memset(old_changed, 0, old->count * sizeof *old_changed);
        memset(new_changed, 0, new->count * sizeof *new_changed);
        compare_lines(&compare, &(struct compare_side){classes.of_old, old->count, old_changed},
                      &(struct compare_side){classes.of_new, i + 1, new_changed}, classes.count);
    }
    uint64_t steps = compare.steps;
    free(old_changed);
    free(new_changed);
    compare_finish(&compare);
    classes_finish(&classes);
    return steps;
}

/* Beside what others do. bench/edit.lua reads the lines that begin with "range". */
static void a_line_costs_a_hundredth_of_a_diff_of_the_range(void)
{
    for (uint32_t count = 50; count <= LONG; count = count == 50 ? 2000 : count * 10) {
        struct text old, new;
        program(&old, count, "");
        text_init(&new);
        for (uint32_t i = 0; i < count; i++) {
            add_line(&new, i, i % 50 == 5 ? i + LONG : i, "");
        }
        struct work w = play("one of 50 lines changed", &old, &new);
        double diffs = count > 2000 ? 0 : (double)steps_of_diffs(&old, &new) / count;
        /* Zed's: a row of a table, as long as the old text, for each character of the new one. */
        double cells = (double)(old.bytes.len + 1) * (double)new.bytes.len / count;
        printf("range %u: %.1f, %.0f, %.0f\n", count, (double)w.all / count, diffs, cells);
        CHECK(count != 2000 || (double)w.all / count * 100 < diffs);
        text_finish(&old);
        text_finish(&new);
    }
}

static void a_range_that_is_indented_anew_is_one_part_of_bounded_work(void)
{
    struct text old, new;
    program(&old, LONG, "");
    program(&new, LONG, "    ");
    struct work w = play("indented", &old, &new);
    CHECK(w.all < (uint64_t)100 * 2 * LONG);
    CHECK(w.line < 4000);
    text_finish(&old);
    text_finish(&new);
}

static void all_other_lines_are_bounded_work(void)
{
    struct text old, new;
    program(&old, LONG, "");
    text_init(&new);
    for (uint32_t i = 0; i < LONG; i++) {
        add_line(&new, 2, i + LONG, "");
    }
    struct work w = play("all other lines", &old, &new);
    CHECK(w.all < (uint64_t)20 * 2 * LONG);
    text_finish(&old);
    text_finish(&new);
}

static void functions_in_another_order_are_bounded_work(void)
{
    struct text old, new;
    program(&old, LONG, "");
    text_init(&new);
    size_t functions = LONG / 12;
    for (size_t f = functions; f-- > 0;) {
        for (uint32_t i = 0; i < 12; i++) {
            add_line(&new, i, (uint32_t)(12 * f) + i, "");
        }
    }
    struct work w = play("functions backwards", &old, &new);
    CHECK(w.all < (uint64_t)1000 * 2 * LONG);
    CHECK(w.line < 4000);
    text_finish(&old);
    text_finish(&new);
}

/* Texts of a few different lines: the worst there is for a diff. */
static void few_different_lines_are_bounded_work(void)
{
    for (uint32_t letters = 1; letters <= 3000; letters = letters * 4 + 1) {
        uint64_t seed = letters;
        struct text old, new;
        text_init(&old);
        text_init(&new);
        for (uint32_t i = 0; i < LONG; i++) {
            add_line(&old, 2, lines_random(&seed, letters), "");
            add_line(&new, 2, lines_random(&seed, letters), "");
        }
        char what[40];
        snprintf(what, sizeof what, "%u lines, again and again", letters);
        struct work w = play(what, &old, &new);
        CHECK(w.all < (uint64_t)4000 * 2 * LONG);
        CHECK(w.line < 4000);
        text_finish(&old);
        text_finish(&new);
    }
}

int main(void)
{
    RUN(a_line_that_is_equal_costs_the_same_in_a_long_range);
    RUN(a_line_that_is_added_costs_the_same_in_a_long_range);
    RUN(thousands_of_changes_are_no_more_work_than_so_many_lines);
    RUN(a_line_costs_a_hundredth_of_a_diff_of_the_range);
    RUN(a_range_that_is_indented_anew_is_one_part_of_bounded_work);
    RUN(all_other_lines_are_bounded_work);
    RUN(functions_in_another_order_are_bounded_work);
    RUN(few_different_lines_are_bounded_work);
    return check_report("align_work");
}
