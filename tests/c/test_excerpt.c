#include "base/around.h"
#include "base/buf.h"
#include "base/value.h"
#include "check.h"
#include "complete/excerpt.h"
#include "nvim/mirror.h"

#define MAX_LINES 32
#define BEFORE 4000
#define AFTER 1000

static uint32_t seed;

static size_t below(size_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (size_t)(seed >> 8) % limit;
}

/* A text, its excerpt, what was read last. */
struct desk {
    struct mirror *m;
    struct excerpt e;
    struct buf before, line, after;
    size_t row, col;
};

static void desk_init(struct desk *d)
{
    *d = (struct desk){.m = mirror_new()};
    excerpt_init(&d->e);
    buf_init(&d->before, SIZE_MAX);
    buf_init(&d->line, SIZE_MAX);
    buf_init(&d->after, SIZE_MAX);
}

static void desk_finish(struct desk *d)
{
    mirror_free(d->m);
    buf_finish(&d->before);
    buf_finish(&d->line);
    buf_finish(&d->after);
}

/* Lines of text, each with its "\n"; "" is none. */
static void edit(struct desk *d, size_t first, size_t last, const char *text)
{
    struct value lines = {.type = VALUE_ARRAY};
    size_t count = 0;
    struct value items[MAX_LINES];
    while (*text) {
        const char *end = strchr(text, '\n');
        items[count] = (struct value){.type = VALUE_STRING};
        items[count].as.string.data = text;
        items[count++].as.string.len = (size_t)(end - text);
        text = end + 1;
    }
    lines.as.array.items = items;
    lines.as.array.count = count;
    CHECK_INT(mirror_apply(d->m, (int64_t)first, (int64_t)last, &lines), 0);
    excerpt_edit(&d->e, (int64_t)first, (int64_t)last, count);
}

/* As many lines of 40 bytes with their "\n", every tenth of them empty, the next one not
 * indented: "line 11", "    line 12" and so on. */
static void fill(struct desk *d, size_t count)
{
    edit(d, 0, mirror_lines(d->m), "");
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%sline %zu ", i % 10 > 1 ? "    " : "", i);
        char text[64];
        snprintf(text, sizeof text, "%-39s\n", name);
        edit(d, i, i + (i == 0), i % 10 == 0 ? "\n" : text);
    }
}

static void copy(struct buf *to, struct span from)
{
    buf_clear(to);
    buf_add(to, from.data, from.len);
}

static void read_at(struct desk *d, size_t row, size_t col, size_t before_max, size_t after_max)
{
    d->row = row;
    d->col = col;
    struct around_text text;
    around_text_init(&text);
    excerpt_read(&d->e, d->m, row, col, (struct excerpt_budget){before_max, after_max, 0}, &text);
    const struct around around = around_text_view(&text);
    copy(&d->before, around.before);
    copy(&d->line, around.line);
    copy(&d->after, around.after);
    around_text_finish(&text);
}

static void a_short_text_is_shown_whole(void)
{
    struct desk d;
    desk_init(&d);
    read_at(&d, 0, 0, 100, 100);
    CHECK_TEXT(d.before.data, "");
    CHECK_TEXT(d.line.data, "");
    CHECK_TEXT(d.after.data, "");
    edit(&d, 0, 1, "one\ntwo\nthree\nfour\n");
    read_at(&d, 1, 2, 100, 100);
    CHECK_TEXT(d.before.data, "one\n");
    CHECK_TEXT(d.line.data, "tw");
    CHECK_TEXT(d.after.data, "o\nthree\nfour");
    read_at(&d, 3, 4, 100, 100);
    CHECK_TEXT(d.before.data, "one\ntwo\nthree\n");
    CHECK_TEXT(d.line.data, "four");
    CHECK_TEXT(d.after.data, "");
    read_at(&d, 0, 0, 100, 100);
    CHECK_TEXT(d.line.data, "");
    CHECK_TEXT(d.after.data, "one\ntwo\nthree\nfour");
    read_at(&d, 99, 99, 100, 100);
    CHECK_TEXT(d.line.data, "four");
    read_at(&d, 1, 99, 100, 100);
    CHECK_TEXT(d.line.data, "two");
    read_at(&d, 1, 1, 0, 0);
    CHECK_INT(d.before.len + d.line.len + d.after.len, 0);
    desk_finish(&d);
}

static void an_excerpt_begins_where_the_text_does_if_there_is_room_left(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 76, 4, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, 0);
    excerpt_init(&d.e);
    read_at(&d, 99, 4, BEFORE, AFTER);
    CHECK(d.e.anchor > 0);
    read_at(&d, 10, 4, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, 0);
    read_at(&d, 99, 4, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, 0);
    desk_finish(&d);
}

/* Ten lines are 361 bytes, so lines 111 to 205 are 85 % of the budget. */
static void an_excerpt_begins_with_a_block_near_three_quarters_of_the_budget(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 205, 4, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, 111);
    CHECK_INT(memcmp(d.before.data, "line 111 ", 9), 0);
    excerpt_init(&d.e);
    read_at(&d, 208, 0, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, 121);
    for (size_t row = 100; row < 300; row++) {
        edit(&d, row, row + 1, "    nothing begins here, for all is indented\n");
    }
    excerpt_init(&d.e);
    read_at(&d, 250, 0, BEFORE, AFTER);
    CHECK_INT(d.before.len, BEFORE / 4 * 3 / 45 * 45);
    desk_finish(&d);
}

static void the_anchor_stays_between_three_eighths_and_all_of_the_budget(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 205, 4, BEFORE, AFTER);
    size_t anchor = d.e.anchor;
    for (size_t row = anchor + 42; row < anchor + 109; row++) {
        read_at(&d, row, 4, BEFORE, AFTER);
        CHECK_INT(d.e.anchor, anchor);
    }
    read_at(&d, anchor + 115, 4, BEFORE, AFTER);
    CHECK(d.e.anchor > anchor + 15);
    read_at(&d, anchor + 50, 4, BEFORE, AFTER);
    CHECK(d.e.anchor < anchor + 50 - 41);
    desk_finish(&d);
}

static void check_moved(struct desk *d, size_t first, size_t last, const char *text, size_t rows)
{
    read_at(d, d->row, d->col, BEFORE, AFTER);
    struct buf before;
    buf_init(&before, SIZE_MAX);
    struct buf after;
    buf_init(&after, SIZE_MAX);
    buf_add(&before, d->before.data, d->before.len);
    buf_add(&after, d->after.data, d->after.len);
    edit(d, first, last, text);
    read_at(d, d->row + rows, d->col, BEFORE, AFTER);
    CHECK_TEXT(d->before.data, before.data);
    CHECK_TEXT(d->after.data, after.data);
    buf_finish(&before);
    buf_finish(&after);
}

static void edits_around_an_excerpt_leave_it_as_it_was(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 205, 4, BEFORE, AFTER);
    check_moved(&d, 0, 0, "new\nnew\n", 2);
    check_moved(&d, 3, 10, "", (size_t)-7);
    check_moved(&d, 100, 101, "changed\n", 0);
    size_t anchor = d.e.anchor;
    check_moved(&d, anchor, anchor, "just above it\n", 1);
    check_moved(&d, d.e.anchor - 1, d.e.anchor, "one\ntwo\n", 1);
    check_moved(&d, d.e.end, d.e.end, "just below it\n", 0);
    check_moved(&d, d.e.end, d.e.end + 1, "", 0);
    check_moved(&d, 390, mirror_lines(d.m), "", 0);
    desk_finish(&d);
}

static void edits_inside_leave_its_ends(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 205, 4, BEFORE, AFTER);
    size_t anchor = d.e.anchor;
    size_t end = d.e.end;
    edit(&d, anchor, anchor + 2, "its first line and another\n");
    edit(&d, 210, 210, "one below the cursor\n");
    read_at(&d, 204, 4, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, anchor);
    CHECK_INT(d.e.end, end);
    /* Across them: the same number of lines, as when the text is changed everywhere. */
    edit(&d, anchor - 2, anchor + 2, "1\n2\n3\n4\n");
    edit(&d, end - 1, end + 1, "1\n2\n");
    read_at(&d, 204, 4, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, anchor);
    CHECK_INT(d.e.end, end);
    edit(&d, anchor - 2, anchor + 2, "1\n");
    CHECK_INT(d.e.anchor, SIZE_MAX);
    edit(&d, end - 5, end, "1\n");
    CHECK_INT(d.e.end, 0);
    desk_finish(&d);
}

static void lines_put_above_the_first_are_seen(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 100);
    read_at(&d, 50, 0, BEFORE, AFTER);
    edit(&d, 0, 0, "#include <new.h>\n");
    read_at(&d, 51, 0, BEFORE, AFTER);
    CHECK_INT(memcmp(d.before.data, "#include <new.h>\n", 17), 0);
    desk_finish(&d);
}

static void a_new_text_makes_a_new_excerpt(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 205, 4, BEFORE, AFTER);
    excerpt_edit(&d.e, 0, -1, 7);
    CHECK_INT(d.e.anchor, SIZE_MAX);
    CHECK_INT(d.e.end, 0);
    read_at(&d, 205, 4, BEFORE, AFTER);
    excerpt_edit(&d.e, 3, 1, 7);
    CHECK_INT(d.e.anchor, SIZE_MAX);
    read_at(&d, 205, 4, BEFORE, AFTER);
    edit(&d, 0, mirror_lines(d.m), "");
    read_at(&d, 0, 0, BEFORE, AFTER);
    CHECK_INT(d.e.anchor, 0);
    CHECK_INT(d.e.end, 1);
    desk_finish(&d);
}

/* Moving down through lines of 40 bytes, a step of the end takes an eighth of the budget. */
static void the_end_moves_in_steps(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    read_at(&d, 100, 0, BEFORE, AFTER);
    size_t end = d.e.end;
    size_t steps = 0;
    for (size_t row = 101; row < 200; row++) {
        read_at(&d, row, 0, BEFORE, AFTER);
        steps += d.e.end != end;
        end = d.e.end;
    }
    CHECK(steps >= 8 && steps <= 99 * 40 / (AFTER / 8) + 1);
    desk_finish(&d);
}

static void a_line_too_long_is_cut_in_steps(void)
{
    struct desk d;
    desk_init(&d);
    char text[1000];
    for (size_t i = 0; i < sizeof text - 2; i++) {
        text[i] = (char)('a' + i % 26);
    }
    memcpy(text + sizeof text - 2, "\n", 2);
    edit(&d, 0, 1, "one\n");
    edit(&d, 1, 1, text);
    size_t steps = 0;
    for (size_t col = 101; col < 900; col++) {
        char first = d.line.len > 0 ? d.line.data[0] : 'b';
        read_at(&d, 1, col, 100, 50);
        CHECK_INT(d.before.len, 0);
        CHECK(d.line.len > 50 - 1 && d.line.len <= 100);
        CHECK_INT(memcmp(d.line.data, text + col - d.line.len, d.line.len), 0);
        CHECK_INT(d.after.len, 50);
        CHECK_INT(memcmp(d.after.data, text + col, 50), 0);
        steps += first != d.line.data[0];
    }
    CHECK_INT(steps, 16);
    desk_finish(&d);
}

static void a_long_line_below_is_cut_if_there_is_nothing_else(void)
{
    struct desk d;
    desk_init(&d);
    edit(&d, 0, 1, "x\nthe next line is long\nthe last\n");
    read_at(&d, 0, 1, 100, 9);
    CHECK_TEXT(d.after.data, "\nthe next");
    edit(&d, 1, 2, "abc\n");
    read_at(&d, 0, 1, 100, 9);
    CHECK_TEXT(d.after.data, "\nabc");
    desk_finish(&d);
}

/* ---- properties ---------------------------------------------------------------- */

static bool is_inner(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static void check_above(const struct desk *d, size_t max)
{
    size_t size = d->before.len + d->line.len;
    struct buf text; /* what stands above the cursor and is shown, and some bytes more */
    buf_init(&text, SIZE_MAX);
    buf_add_str(&text, "");
    mirror_before(d->m, d->row, d->col, size + 8, &text);
    CHECK(size <= max && size <= text.len);
    const char *from = text.data + text.len - (size < text.len ? size : text.len);
    size_t len = 0;
    if (!check_state.bad && size < text.len) {
        mirror_line(d->m, d->e.anchor - 1, &len);
        CHECK(size + 3 >= max / 4 || len >= max / 4);
        CHECK(d->before.len == 0 || from[-1] == '\n');
    }
    if (!check_state.bad && size > 0) {
        CHECK(memcmp(from, d->before.data, d->before.len) == 0);
        CHECK(memcmp(from + d->before.len, d->line.data, d->line.len) == 0);
        CHECK(d->before.len == 0 || from[d->before.len - 1] == '\n');
        CHECK(memchr(d->line.data, '\n', d->line.len) == NULL);
        CHECK(!is_inner(*from));
    }
    buf_finish(&text);
}

static void check_below(const struct desk *d, size_t max)
{
    size_t size = d->after.len;
    struct buf text; /* what stands below the cursor and is shown, and some bytes more */
    buf_init(&text, SIZE_MAX);
    buf_add_str(&text, "");
    mirror_after(d->m, d->row, d->col, size + 8, &text);
    CHECK(size <= max && size <= text.len);
    size_t len = 0;
    if (!check_state.bad && size < text.len) {
        mirror_line(d->m, d->e.end, &len);
        CHECK(size + 3 >= max / 2 || len >= max / 4);
        CHECK(text.data[size] == '\n' || d->e.end == d->row + 1);
        CHECK(!is_inner(text.data[size]));
    }
    CHECK(check_state.bad || memcmp(text.data, d->after.data, size) == 0);
    buf_finish(&text);
}

/* What an excerpt has to be for any text, position and budgets. */
static void check_excerpt(const struct desk *d, size_t before_max, size_t after_max)
{
    check_above(d, before_max);
    check_below(d, after_max);
}

/* What the imports take is not the lines'. */
static void imports_stand_in_front_of_an_excerpt_below_them(void)
{
    struct desk d;
    desk_init(&d);
    fill(&d, 400);
    edit(&d, 0, 1, "/* A licence */\n#include <a.h>\n\n#include <b.h>\n");
    struct around_text text;
    around_text_init(&text);
    excerpt_read(&d.e, d.m, 300, 0, (struct excerpt_budget){BEFORE, AFTER, 100}, &text);
    struct span left = around_text_view(&text).before;
    CHECK(span_starts_with(left, "#include <a.h>\n#include <b.h>\n\nline"));
    CHECK(left.len <= BEFORE);
    around_text_finish(&text);
    around_text_init(&text);
    excerpt_init(&d.e);
    excerpt_read(&d.e, d.m, 20, 0, (struct excerpt_budget){BEFORE, AFTER, 100}, &text);
    CHECK(span_starts_with(around_text_view(&text).before, "/* A licence */\n#include <a.h>\n\n"));
    around_text_finish(&text);
    desk_finish(&d);
}

static const char *const pieces[] = {
    "\n",
    "",
    "x\n",
    "    return 0;\n",
    "}\n\n",
    "\xE6\xBC\xA2\xE5\xAD\x97\n",
    "int f(void)\n{\n",
    "\xF0\x9D\x84\x9E\xF0\x9D\x84\x9E\xF0\x9D\x84\x9E\xF0\x9D\x84\x9E\xF0\x9D\x84\x9E\n",
    "a line that is longer than most of the budgets: \xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\n",
};

static void any_excerpt_keeps_to_its_budgets(void)
{
    struct desk d;
    desk_init(&d);
    seed = 7;
    for (int i = 0; i < 20000 && !check_state.bad; i++) {
        static const size_t budgets[] = {0, 1, 2, 3, 7, 30, 100, 101, 400, 5000};
        size_t lines = mirror_lines(d.m), first = below(lines + 1), last = first + below(3);
        const char *text = pieces[below(sizeof pieces / sizeof *pieces)];
        size_t before_max = budgets[i / 40 % 10], after_max = budgets[i / 60 % 10];
        if (last > lines) {
            last = lines;
        }
        d.row = below(8) == 0 ? below(lines) : d.row;
        if (i % 3 == 0) {
            edit(&d, first, lines > 300 ? lines : last, text);
        }
        d.row = d.row < mirror_lines(d.m) ? d.row : 0;
        size_t len;
        text = mirror_line(d.m, d.row, &len);
        d.col = below(len + 1);
        while (d.col < len && is_inner(text[d.col])) {
            d.col++;
        }
        read_at(&d, d.row, d.col, before_max, after_max);
        check_excerpt(&d, before_max, after_max);
    }
    desk_finish(&d);
}

/* ---- a session ----------------------------------------------------------------- */

struct typing {
    struct desk d;
    struct buf prompt, after; /* of the key before */
    size_t keys, typed, restarts, afters;
};

static void press(struct typing *s, char key)
{
    struct desk *d = &s->d;
    size_t len, kept = key == '\b' && d->col > 0 ? d->col - 1 : d->col;
    const char *line = mirror_line(d->m, d->row, &len);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_add(&text, line, kept);
    buf_add(&text, &key, key != '\b');
    buf_add(&text, line + d->col, len - d->col);
    buf_add_str(&text, "\n");
    edit(d, d->row, d->row + 1, text.data);
    d->row += key == '\n';
    d->col = key == '\n' ? 0 : kept + (key != '\b');
    s->typed += key != '\b';
    buf_finish(&text);
}

/* Reads the excerpt after a key and compares it with the one before: what a server that kept
 * the state of that prompt has to read again is little, save after a restart. */
static void look(struct typing *s)
{
    struct desk *d = &s->d;
    read_at(d, d->row, d->col, BEFORE, AFTER);
    check_excerpt(d, BEFORE, AFTER);
    struct buf prompt;
    buf_init(&prompt, SIZE_MAX);
    buf_add(&prompt, d->before.data, d->before.len);
    buf_add(&prompt, d->line.data, d->line.len);
    size_t same = 0;
    while (same < prompt.len && same < s->prompt.len && prompt.data[same] == s->prompt.data[same]) {
        same++;
    }
    s->restarts += same + 100 < prompt.len;
    s->afters +=
        s->after.len != d->after.len || memcmp(s->after.data, d->after.data, d->after.len) != 0;
    buf_finish(&s->prompt);
    s->prompt = prompt;
    buf_clear(&s->after);
    buf_add(&s->after, d->after.data, d->after.len);
    s->keys++;
}

static void session_start(struct typing *s)
{
    *s = (struct typing){0};
    desk_init(&s->d);
    fill(&s->d, 1000);
    buf_init(&s->prompt, SIZE_MAX);
    buf_init(&s->after, SIZE_MAX);
    s->d.row = 500;
    look(s);
    s->restarts = s->afters = s->keys = 0;
}

static void session_end(struct typing *s)
{
    desk_finish(&s->d);
    buf_finish(&s->prompt);
    buf_finish(&s->after);
}

/* Each restart makes room for an eighth of the budget at least. */
static void writing_on_restarts_a_prompt_once_in_thousands_of_keys(void)
{
    struct typing s;
    session_start(&s);
    seed = 11;
    while (s.keys < 8000) {
        press(&s, below(12) == 0 ? '\b' : below(30) == 0 ? '\n' : (char)('a' + below(26)));
        look(&s);
    }
    CHECK(s.restarts >= 2 && s.restarts <= s.typed / (BEFORE / 8) + 1);
    CHECK_INT(s.afters, 0);
    session_end(&s);
}

/* With moves to lines near by, edits elsewhere and a leap now and then. */
static void a_session_restarts_prompts_for_leaps_and_growth_only(void)
{
    struct typing s;
    session_start(&s);
    seed = 13;
    size_t moves = 0;
    size_t leaps = 0;
    while (s.keys < 8000 && !check_state.bad) {
        struct desk *d = &s.d;
        size_t what = below(200);
        if (what < 4) {
            d->row += what < 2 ? below(4) : (size_t)0 - below(4);
            moves++;
        } else if (what == 4) {
            d->row = 100 + below(800);
            leaps++;
        } else if (what == 5) {
            edit(d, 3, 3, "#include <another.h>\n");
            d->row++;
        } else {
            press(&s, what < 20 ? '\b' : what < 27 ? '\n' : (char)('a' + what % 26));
        }
        size_t len;
        mirror_line(d->m, d->row, &len);
        d->col = what < 5 ? len : d->col;
        look(&s);
    }
    CHECK(leaps > 20 && moves > 100);
    CHECK(s.restarts <= leaps + s.typed / (BEFORE / 8) + moves / 10);
    CHECK(s.afters <= leaps + moves + 20);
    session_end(&s);
}

int main(void)
{
    RUN(a_short_text_is_shown_whole);
    RUN(an_excerpt_begins_where_the_text_does_if_there_is_room_left);
    RUN(an_excerpt_begins_with_a_block_near_three_quarters_of_the_budget);
    RUN(the_anchor_stays_between_three_eighths_and_all_of_the_budget);
    RUN(edits_around_an_excerpt_leave_it_as_it_was);
    RUN(edits_inside_leave_its_ends);
    RUN(lines_put_above_the_first_are_seen);
    RUN(a_new_text_makes_a_new_excerpt);
    RUN(the_end_moves_in_steps);
    RUN(a_line_too_long_is_cut_in_steps);
    RUN(a_long_line_below_is_cut_if_there_is_nothing_else);
    RUN(imports_stand_in_front_of_an_excerpt_below_them);
    RUN(any_excerpt_keeps_to_its_budgets);
    RUN(writing_on_restarts_a_prompt_once_in_thousands_of_keys);
    RUN(a_session_restarts_prompts_for_leaps_and_growth_only);
    return check_report("excerpt");
}
