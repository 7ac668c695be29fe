/* The streaming diff: what is true of it whatever the texts, and how much work it is. What its hunks
 * look like is in test_hunks.c. */
#include "check.h"
#include "lines.h"

#include "edit/align.h"
#include "edit/text.h"
#include "proto.h"

#include <stddef.h>
#include <time.h>

/* ---- random texts ---- */

/* A kind of text: how many letters there are, and how many lines of ten tell something and are
 * seldom the same. */
struct kind {
    uint32_t letters, telling;
};

static void random_line(uint64_t *seed, struct kind kind, struct text *out)
{
    static const char *const dull[] = {"", "}", "    }", "%c", "  %c", "%c = %c;"};
    static const char *const telling[] = {"value_%c%u();", "    return value_%c%u;",
                                          "function name_%c%u() {"};
    char line[60];
    int c = 'a' + (int)lines_random(seed, kind.letters);
    bool tells = lines_random(seed, 10) < kind.telling;
    uint32_t number = lines_random(seed, kind.letters * 40);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (tells) {
        snprintf(line, sizeof line, telling[lines_random(seed, 3)], c, number);
    } else {
        snprintf(line, sizeof line, dull[lines_random(seed, 6)], c, c);
    }
#pragma GCC diagnostic pop
    text_add(out, span_of(line));
}

static void random_text(uint64_t *seed, struct kind kind, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        random_line(seed, kind, out);
    }
}

static void copy_lines(const struct text *from, size_t first, size_t count, struct text *out)
{
    for (size_t i = first; i < first + count && i < from->count; i++) {
        text_add(out, text_line(from, i));
    }
}

/* A text as edits make it of another one: lines kept, added, left out, changed, repeated, moved. */
static void random_edit(uint64_t *seed, struct kind kind, const struct text *old, struct text *out)
{
    uint32_t calm = 1 + lines_random(seed, 30);
    for (size_t i = 0; i < old->count;) {
        uint32_t what = lines_random(seed, calm + 5);
        size_t some = 1 + lines_random(seed, 6);
        if (what == 0) {
            random_text(seed, kind, some, out);
        } else if (what == 1) {
            i += some;
        } else if (what == 2) {
            random_text(seed, kind, some, out);
            i += 1 + lines_random(seed, 6);
        } else if (what == 3) {
            copy_lines(old, i, some, out);
        } else if (what == 4) {
            copy_lines(old, lines_random(seed, (uint32_t)old->count), some, out);
        } else {
            copy_lines(old, i, 1, out);
            i++;
        }
    }
}

static void random_pair(uint64_t *seed, struct text *old, struct text *new)
{
    struct kind kind = {1 + lines_random(seed, 26), lines_random(seed, 11)};
    random_text(seed, kind, lines_random(seed, 60), old);
    if (lines_random(seed, 4) == 0) {
        random_text(seed, kind, lines_random(seed, 60), new);
    } else {
        random_edit(seed, kind, old, new);
    }
}

/* ---- what is always true ---- */

/* Up to line `old_end` the hunks are all of the difference to the first `new_end` new lines: in
 * order, apart, and with equal lines between them. */
static bool are_apart(const struct text *old, const struct text *new, const struct hunk *hunks,
                      size_t count, size_t old_end, size_t new_end)
{
    size_t i = 0, j = 0;
    for (size_t n = 0; n <= count; n++) {
        size_t first = n < count ? hunks[n].first : old_end;
        size_t new_first = n < count ? hunks[n].new_first : new_end;
        if (first < i || first - i != new_first - j || (n > 0 && n < count && first == i)) {
            return false;
        }
        for (; i < first; i++, j++) {
            if (!lines_equal(text_line(old, i), text_line(new, j))) {
                return false;
            }
        }
        if (n < count) {
            i += hunks[n].count;
            j += hunks[n].new_count;
            if (hunks[n].count + hunks[n].new_count == 0) {
                return false;
            }
        }
    }
    return true;
}

/* How many new lines belong to the old lines that have been passed. */
static size_t new_reached(const struct hunk *hunks, size_t count, size_t reached)
{
    for (size_t i = 0; i < count; i++) {
        reached += hunks[i].new_count;
        reached -= hunks[i].count;
    }
    return reached;
}

static bool stands_in(const struct text *text, size_t from, struct span line)
{
    for (size_t i = from; i < text->count; i++) {
        if (lines_equal(text_line(text, i), line)) {
            return true;
        }
    }
    return false;
}

static bool tells(struct span line)
{
    bool tells = false;
    for (size_t i = 0; i < line.len; i++) {
        tells = tells || is_word(line.data[i]);
    }
    return tells;
}

static void check_rows(const struct align *a, const struct text *old)
{
    size_t rows, at;
    const size_t *row = align_open(a, &rows, &at);
    CHECK_INT(at, align_reached(a));
    for (size_t i = 0; i < rows; i++) {
        struct span line = text_line(align_new_text(a), row[i]);
        CHECK(i == 0 || row[i] > row[i - 1]);
        if (stands_in(old, at, line)) {
            CHECK(!tells(line));
            CHECK(i > 0 && i + 1 < rows && row[i - 1] + 1 == row[i] && row[i] + 1 == row[i + 1]);
        }
    }
}

static bool same_state(const struct align *a, const struct align *b)
{
    size_t counts[2], rows[2], at[2];
    const struct hunk *x = align_hunks(a, &counts[0]), *y = align_hunks(b, &counts[1]);
    const size_t *r = align_open(a, &rows[0], &at[0]), *s = align_open(b, &rows[1], &at[1]);
    return counts[0] == counts[1] && rows[0] == rows[1] && at[0] == at[1] &&
           (counts[0] == 0 || memcmp(x, y, counts[0] * sizeof *x) == 0) &&
           (rows[0] == 0 || memcmp(r, s, rows[0] * sizeof *r) == 0);
}

static struct align *fed(const struct text *old, const struct text *new, size_t count)
{
    struct align *a = align_new(old);
    for (size_t i = 0; i < count; i++) {
        align_line(a, text_line(new, i));
    }
    return a;
}

/* Cut behind any line: what has finished is the new text up to a line, then the old tail stands. */
static void check_cut(const struct text *old, const struct text *new, size_t count)
{
    struct align *a = fed(old, new, count);
    size_t hunks, before, rows, at;
    align_hunks(a, &before);
    align_end(a, true);
    const struct hunk *h = align_hunks(a, &hunks);
    CHECK_INT(hunks, before);
    align_open(a, &rows, &at);
    CHECK_INT(rows, 0);
    size_t reached = align_reached(a), j = new_reached(h, hunks, reached);
    CHECK(j <= count);
    struct text mixed, wanted;
    text_init(&mixed);
    text_init(&wanted);
    lines_mix(old, new, h, hunks, UINT64_MAX, &mixed);
    copy_lines(new, 0, j, &wanted);
    copy_lines(old, reached, old->count, &wanted);
    CHECK(lines_same(&mixed, &wanted));
    text_finish(&mixed);
    text_finish(&wanted);
    align_free(a);
}

static void check_mixtures(const struct align *a, const struct text *old, const struct text *new)
{
    size_t count;
    const struct hunk *h = align_hunks(a, &count);
    struct text all, none;
    text_init(&all);
    text_init(&none);
    lines_mix(old, new, h, count, UINT64_MAX, &all);
    lines_mix(old, new, h, count, 0, &none);
    CHECK(lines_same(&all, new));
    CHECK(lines_same(&none, old));
    /* Equal lines between them, each at its place: so any other subset is right, too. */
    CHECK(are_apart(old, new, h, count, old->count, new->count));
    text_finish(&all);
    text_finish(&none);
}

static size_t early; /* hunks that finished before the end */

static void play(const struct text *old, const struct text *new, uint64_t seed)
{
    struct align *a = align_new(old);
    struct hunk known[400];
    size_t known_count = 0, count, reached = 0;
    for (size_t i = 0; i < new->count; i++) {
        align_line(a, text_line(new, i));
        const struct hunk *h = align_hunks(a, &count);
        CHECK(count >= known_count);
        CHECK(known_count == 0 || memcmp(h, known, known_count * sizeof *h) == 0);
        CHECK(count < 400);
        for (; known_count < count; known_count++) {
            known[known_count] = h[known_count];
        }
        CHECK(align_reached(a) >= reached);
        reached = align_reached(a);
        CHECK(are_apart(old, new, h, count, reached, new_reached(h, count, reached)));
        check_rows(a, old);
    }
    early += known_count;
    /* Neither what follows nor what is asked makes a difference. */
    size_t some = lines_random(&seed, (uint32_t) new->count + 1);
    struct align *first = fed(old, new, some), *second = fed(old, new, some);
    CHECK(same_state(first, second));
    align_free(first);
    align_free(second);
    check_cut(old, new, some);
    align_end(a, false);
    const struct hunk *h = align_hunks(a, &count);
    CHECK(count >= known_count &&
          (known_count == 0 || memcmp(h, known, known_count * sizeof *h) == 0));
    check_mixtures(a, old, new);
    align_free(a);
}

/* Plays pairs of texts from seeds on, or of the one seed that the environment has. */
static void storm(const char *what, size_t rounds,
                  void (*make)(uint64_t *seed, struct text *old, struct text *new))
{
    const char *given = getenv("HUM_SEED");
    uint64_t first = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 10000;
    printf("align: %s, seeds from %" PRIu64 "\n", what, first);
    early = 0;
    for (size_t i = 0; i < (given != NULL ? 1 : rounds) && !check_state.bad; i++) {
        uint64_t seed = first + i;
        struct text old, new;
        text_init(&old);
        text_init(&new);
        make(&seed, &old, &new);
        play(&old, &new, seed);
        text_finish(&old);
        text_finish(&new);
        if (check_state.bad) {
            printf("align: failed with HUM_SEED=%" PRIu64 "\n", first + i);
        }
    }
    printf("align: %zu hunks finished before the end\n", early);
    CHECK(given != NULL || early > rounds / 2);
}

static void hunks_are_the_difference_and_only_more_of_them_come(void)
{
    storm("random texts", 2000, random_pair);
}

/* Some lines of one of these. */
static void read_code(uint64_t *seed, struct text *out)
{
    static const char *const files[] = {
        "src/edit/align.c", "src/server/http.c", "lua/hum/init.lua",   "bench/main.lua",
        "Makefile",         "CONTRIBUTING.md",   "tests/fake/check.py"};
    FILE *file = fopen(files[lines_random(seed, sizeof files / sizeof *files)], "rb");
    CHECK(file != NULL);
    char line[1000];
    uint32_t skip = lines_random(seed, 100), count = lines_random(seed, 100);
    for (uint32_t i = 0; file != NULL && i < skip + count; i++) {
        if (fgets(line, sizeof line, file) != NULL && i >= skip) {
            text_add_lines(out, span_of(line));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void code_pair(uint64_t *seed, struct text *old, struct text *new)
{
    struct kind kind = {26, lines_random(seed, 11)};
    read_code(seed, old);
    random_edit(seed, kind, old, new);
}

static void so_it_is_with_code(void)
{
    storm("code", 400, code_pair);
}

/* ---- the open part ---- */

static void brackets_and_blank_lines_are_shown_between_lines_that_are(void)
{
    struct text old, new;
    text_init(&old);
    text_init(&new);
    text_add_lines(&old, span_of("int a(void)\n{\n    x();\n}\n\nint b(void)\n{\n    y();\n}\n"));
    text_add_lines(&new, span_of("int c(void)\n{\n    z();\n    y();\n}\n\nint d(void)\n{\n"));
    static const size_t counts[] = {1, 1, 3, 3, 3, 3, 4, 4}; /* behind each line */
    for (size_t i = 0; i < new.count; i++) {
        struct align *a = fed(&old, &new, i + 1);
        size_t rows, at;
        const size_t *row = align_open(a, &rows, &at);
        CHECK_INT(rows, counts[i]);
        CHECK_INT(row[rows - 1], i < 2 ? 0 : i < 6 ? 2 : 6); /* y(); may be the old one */
        align_free(a);
    }
    text_finish(&old);
    text_finish(&new);
}

/* ---- ends ---- */

static void nothing_to_change_is_no_hunk(void)
{
    struct text old;
    text_init(&old);
    text_add_lines(&old, span_of("a\n\nb\n"));
    struct align *a = fed(&old, &old, 3);
    size_t count;
    CHECK_INT(align_reached(a), 3);
    align_end(a, false);
    align_hunks(a, &count);
    CHECK_INT(count, 0);
    align_free(a);
    text_finish(&old);
}

static void no_lines_take_all_away_unless_they_were_cut(void)
{
    struct text old;
    text_init(&old);
    text_add_lines(&old, span_of("a\nb\n"));
    for (int cut = 0; cut < 2; cut++) {
        struct align *a = align_new(&old);
        align_end(a, cut != 0);
        size_t count;
        const struct hunk *h = align_hunks(a, &count);
        CHECK_INT(count, cut != 0 ? 0 : 1);
        CHECK(cut != 0 || (h[0].first == 0 && h[0].count == 2 && h[0].new_count == 0));
        align_free(a);
    }
    text_finish(&old);
}

static void an_empty_text_gets_its_lines(void)
{
    struct text old, new;
    text_init(&old);
    text_init(&new);
    text_add_lines(&new, span_of("a\nb\n"));
    struct align *a = fed(&old, &new, 2);
    size_t count, rows, at;
    align_open(a, &rows, &at);
    CHECK_INT(rows, 2);
    align_end(a, false);
    align_line(a, span_of("late"));
    const struct hunk *h = align_hunks(a, &count);
    CHECK_INT(count, 1);
    CHECK(h[0].first == 0 && h[0].count == 0 && h[0].new_first == 0 && h[0].new_count == 2);
    align_free(a);
    text_finish(&old);
    text_finish(&new);
}

int main(void)
{
    RUN(hunks_are_the_difference_and_only_more_of_them_come);
    RUN(so_it_is_with_code);
    RUN(brackets_and_blank_lines_are_shown_between_lines_that_are);
    RUN(nothing_to_change_is_no_hunk);
    RUN(no_lines_take_all_away_unless_they_were_cut);
    RUN(an_empty_text_gets_its_lines);
    return check_report("align");
}
