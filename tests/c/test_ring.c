#include "check.h"
#include "complete/ring.h"

#define PLENTY 100000

static void collect(struct ring *r, const char *name, const char *text)
{
    ring_collect(r, name, span_of(text), 0);
}

/* The ring as "name:text" joined by "|". Static: for one check at a time. */
static const char *show(const struct ring *r)
{
    static char shown[4096];
    shown[0] = '\0';
    size_t len = 0;
    for (size_t i = 0; i < ring_count(r) && len < sizeof shown; i++) {
        const struct chunk *c = ring_chunk(r, i);
        CHECK_INT(strlen(c->text), c->len);
        len += (size_t)snprintf(shown + len, sizeof shown - len, "%s%s:%s", i > 0 ? "|" : "",
                                c->name, c->text);
    }
    return shown;
}

/* n lines that say something, "<what><first>" and so on. Static, as show. */
static const char *lines(char what, int first, int n)
{
    static char text[4096];
    text[0] = '\0';
    size_t len = 0;
    for (int i = first; i < first + n; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%c%d\n", what, i);
    }
    return text;
}

static void chunks_wait_until_the_ring_settles(void)
{
    struct ring *r = ring_new(4, PLENTY);
    CHECK(!ring_settle(r));
    collect(r, "a", "one\ntwo\nthree\n");
    CHECK_INT(ring_count(r), 0);
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "a:one\ntwo\nthree\n");
    CHECK(!ring_settle(r));
    collect(r, "b", "four\nfive\nsix\n");
    CHECK_TEXT(show(r), "a:one\ntwo\nthree\n");
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "a:one\ntwo\nthree\n|b:four\nfive\nsix\n");
    ring_free(r);
}

static void a_chunk_is_whole_lines_without_blank_ones_around(void)
{
    struct ring *r = ring_new(4, PLENTY);
    collect(r, "a", "\n \t\n  one\n\n\ttwo\n}\nthree");
    collect(r, "b", "four\r\nfive\r\nsix  \n\r\n\n \n");
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "a:  one\n\n\ttwo\n}\nthree\n|b:four\r\nfive\r\nsix  \n");
    ring_free(r);
}

static void what_says_little_is_not_worth_it(void)
{
    struct ring *r = ring_new(4, PLENTY);
    collect(r, "a", "");
    collect(r, "a", "\n\n\n\n");
    collect(r, "a", "one\n\n\n\ntwo\n");
    collect(r, "a", "one\n{\n}\n---\n\n");
    CHECK(!ring_settle(r));
    collect(r, "a", "\xC3\xA9\n  9\nZ");
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "a:\xC3\xA9\n  9\nZ\n");
    ring_free(r);
}

static void a_text_with_nul_bytes_is_kept(void)
{
    struct ring *r = ring_new(4, PLENTY);
    ring_collect(r, "a", (struct span){"a\0b\nc\nd", 7}, 0);
    CHECK(ring_settle(r));
    CHECK_INT(ring_chunk(r, 0)->len, 8);
    CHECK_INT(memcmp(ring_chunk(r, 0)->text, "a\0b\nc\nd\n", 9), 0);
    ring_collect(r, "b", (struct span){"a\0c\nc\nd", 7}, 0);
    CHECK(ring_settle(r));
    ring_free(r);
}

static void what_the_ring_has_is_left_out(void)
{
    struct ring *r = ring_new(4, PLENTY);
    collect(r, "a", "one\n  two\nthree\nfour\n");
    ring_settle(r);
    collect(r, "a", "one\n  two\nthree\nfour");
    collect(r, "a", "  two\nthree\nfour\n\n");
    collect(r, "b", "one\n  two\nthree\n");
    CHECK(!ring_settle(r));
    CHECK_TEXT(show(r), "a:one\n  two\nthree\nfour\n");
    ring_free(r);
}

/* Contained as bytes, not as lines. */
static void a_part_of_a_line_is_another_line(void)
{
    struct ring *r = ring_new(4, PLENTY);
    collect(r, "a", "xone\ntwo\nthree\n");
    collect(r, "b", "one\ntwo\nthree\n");
    ring_settle(r);
    CHECK_INT(ring_count(r), 2);
    ring_free(r);
}

static void a_chunk_replaces_those_that_it_has(void)
{
    struct ring *r = ring_new(8, PLENTY);
    collect(r, "a", "two\nthree\nfour\n");
    collect(r, "b", "x\ny\nz\n");
    collect(r, "c", "five\nsix\nseven\n");
    ring_settle(r);
    collect(r, "d", "one\n\ttwo\n\tthree\nfour\n\nfive\nsix\nseven\n");
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "b:x\ny\nz\n|d:one\n\ttwo\n\tthree\nfour\n\nfive\nsix\nseven\n");
    ring_free(r);
}

static void a_line_that_is_there_twice_counts_twice(void)
{
    struct ring *r = ring_new(8, PLENTY);
    collect(r, "a", "one\none\none\n");
    collect(r, "b", "one\ntwo\nthree\n");
    ring_settle(r);
    CHECK_INT(ring_count(r), 2);
    ring_free(r);
}

static void more_than_nine_tenths_in_common_are_the_same(void)
{
    struct ring *r = ring_new(8, PLENTY);
    collect(r, "a", lines('a', 0, 20));
    ring_settle(r);
    collect(r, "b", lines('a', 1, 20));
    CHECK(ring_settle(r));
    CHECK_INT(ring_count(r), 1);
    CHECK_TEXT(ring_chunk(r, 0)->name, "b");
    collect(r, "c", lines('a', 3, 20));
    CHECK(ring_settle(r));
    CHECK_INT(ring_count(r), 2);
    ring_free(r);
}

/* 10 to 29 in the ring; lines of it in another order are not contained, but known. */
static void lines_of_another_file_that_are_known_are_left_out(void)
{
    struct ring *r = ring_new(8, PLENTY);
    collect(r, "a", lines('a', 10, 20));
    ring_settle(r);
    collect(r, "b", "a20\na10\na13\na12\n");
    CHECK(!ring_settle(r));
    collect(r, "b", "a20\na10\na13\nother\n");
    CHECK(ring_settle(r));
    CHECK_INT(ring_count(r), 2);
    ring_free(r);
}

static void changed_text_of_a_file_replaces_what_it_was(void)
{
    struct ring *r = ring_new(8, PLENTY);
    collect(r, "a", lines('a', 0, 20));
    collect(r, "b", lines('b', 0, 4));
    ring_settle(r);
    collect(r, "a", lines('a', 9, 20));
    CHECK(ring_settle(r));
    CHECK_INT(ring_count(r), 2);
    CHECK_TEXT(ring_chunk(r, 0)->name, "b");
    CHECK_TEXT(ring_chunk(r, 1)->text, lines('a', 9, 20));
    collect(r, "a", lines('a', 19, 20));
    CHECK(ring_settle(r));
    CHECK_INT(ring_count(r), 3);
    collect(r, "b", "b3\nb1\nb2\n");
    CHECK(ring_settle(r));
    CHECK_TEXT(ring_chunk(r, 2)->text, "b3\nb1\nb2\n");
    ring_free(r);
}

static void the_queue_too_keeps_only_the_latest(void)
{
    struct ring *r = ring_new(2, PLENTY);
    collect(r, "a", lines('a', 0, 20));
    collect(r, "a", lines('a', 5, 20));
    collect(r, "a", lines('a', 6, 19));
    ring_settle(r);
    CHECK_INT(ring_count(r), 1);
    CHECK_TEXT(ring_chunk(r, 0)->text, lines('a', 5, 20));
    collect(r, "b", lines('b', 0, 3));
    collect(r, "c", lines('c', 0, 3));
    collect(r, "b", lines('b', 0, 3));
    collect(r, "d", lines('d', 0, 3));
    ring_settle(r);
    CHECK_TEXT(show(r), "b:b0\nb1\nb2\n|d:d0\nd1\nd2\n");
    ring_free(r);
}

static void those_not_collected_for_longest_leave(void)
{
    struct ring *r = ring_new(3, PLENTY);
    collect(r, "a", lines('a', 0, 3));
    collect(r, "b", lines('b', 0, 3));
    collect(r, "c", lines('c', 0, 3));
    ring_settle(r);
    collect(r, "a", lines('a', 0, 3));
    CHECK(!ring_settle(r));
    collect(r, "d", lines('d', 0, 3));
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "a:a0\na1\na2\n|c:c0\nc1\nc2\n|d:d0\nd1\nd2\n");
    ring_free(r);
}

/* A chunk of "a:" and three lines of three bytes has 10. */
static void bytes_of_names_and_texts_are_bounded(void)
{
    struct ring *r = ring_new(100, 30);
    collect(r, "a", lines('a', 0, 3));
    collect(r, "b", lines('b', 0, 3));
    collect(r, "c", lines('c', 0, 3));
    ring_settle(r);
    CHECK_INT(ring_count(r), 3);
    collect(r, "dd", lines('d', 0, 3));
    ring_settle(r);
    CHECK_TEXT(show(r), "c:c0\nc1\nc2\n|dd:d0\nd1\nd2\n");
    collect(r, "a", lines('a', 0, 3));
    collect(r, "a name of 22 characters", lines('e', 0, 3));
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "dd:d0\nd1\nd2\n|a:a0\na1\na2\n");
    ring_free(r);
}

static void of_a_text_too_large_the_lines_around_a_place_are_taken(void)
{
    static const struct {
        int focus;
        const char *taken;
    } cases[] = {{0, "a:a0\na1\na2\n"},
                 {1, "a:a0\na1\na2\n"},
                 {15, "a:a4\na5\na6\n"},
                 {16, "a:a4\na5\na6\n"},
                 {30, "a:a7\na8\na9\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ring *r = ring_new(9, 24);
        ring_collect(r, "a", span_of(lines('a', 0, 10)), (size_t)cases[i].focus);
        CHECK(ring_settle(r));
        CHECK_TEXT(show(r), cases[i].taken);
        ring_free(r);
    }
    struct ring *r = ring_new(9, 24);
    collect(r, "a", "no line of this fits into that ring\nsecond\nthird\n");
    CHECK(!ring_settle(r));
    ring_free(r);
}

static void with_less_room_those_leave_that_came_first(void)
{
    struct ring *r = ring_new(4, PLENTY);
    collect(r, "a", "one\ntwo\nthree\n");
    collect(r, "b", "four\nfive\nsix\n");
    ring_settle(r);
    collect(r, "c", "seven\neight\nnine\n");
    uint64_t version = ring_version(r);
    ring_resize(r, 25);
    CHECK_TEXT(show(r), "b:four\nfive\nsix\n");
    CHECK(ring_version(r) != version);
    version = ring_version(r);
    ring_resize(r, PLENTY);
    CHECK(ring_version(r) == version);
    CHECK(ring_settle(r)); /* what waited fitted in alone */
    CHECK_TEXT(show(r), "b:four\nfive\nsix\n|c:seven\neight\nnine\n");
    ring_resize(r, 0);
    CHECK_INT(ring_count(r), 0);
    ring_free(r);
}

static void a_ring_of_nothing_keeps_nothing(void)
{
    struct ring *r = ring_new(0, PLENTY), *q = ring_new(3, 0);
    collect(r, "a", lines('a', 0, 3));
    collect(q, "a", lines('a', 0, 3));
    CHECK(!ring_settle(r) && !ring_settle(q));
    CHECK_INT(ring_count(r) + ring_count(q), 0);
    ring_free(r);
    ring_free(q);
    ring_free(NULL);
}

static void a_file_is_forgotten_at_once(void)
{
    struct ring *r = ring_new(9, PLENTY);
    collect(r, "a", lines('a', 0, 3));
    collect(r, "b", lines('b', 0, 3));
    collect(r, "a", lines('c', 0, 3));
    ring_settle(r);
    collect(r, "a", lines('d', 0, 3));
    ring_forget(r, "a");
    CHECK_TEXT(show(r), "b:b0\nb1\nb2\n");
    CHECK(!ring_settle(r));
    collect(r, "a", lines('a', 0, 3));
    CHECK(ring_settle(r));
    CHECK_TEXT(show(r), "b:b0\nb1\nb2\n|a:a0\na1\na2\n");
    ring_free(r);
}

/* ---- against a model ----------------------------------------------------------- */

/* Here a text is a row of letters, each the line that it stands for; '}' says nothing. */
#define ROW 24
#define CHUNKS 6
#define BYTES 160

struct note {
    char name[2];
    char row[ROW + 1];
    int collected;
};

struct notes {
    struct note notes[CHUNKS + 1];
    size_t count;
};

static uint64_t seed;

static size_t dice(size_t sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(seed >> 33) % sides;
}

static size_t count_telling(const char *row)
{
    size_t n = 0;
    for (; *row; row++) {
        n += *row != '}';
    }
    return n;
}

/* Strikes out of b what is in a. */
static size_t common_lines(const char *a, const char *b)
{
    char rest[ROW + 1];
    snprintf(rest, sizeof rest, "%s", b);
    size_t n = 0;
    for (; *a; a++) {
        char *at = *a == '}' ? NULL : strchr(rest, *a);
        if (at != NULL) {
            *at = '}';
            n++;
        }
    }
    return n;
}

/* 'o'ut goes the later, 'r'eplaced is the earlier, 'b'oth stay. */
static char verdict(const struct note *earlier, const struct note *later)
{
    double common = (double)common_lines(earlier->row, later->row);
    double of_earlier = common / (double)count_telling(earlier->row);
    double of_later = common / (double)count_telling(later->row);
    if (strstr(earlier->row, later->row) != NULL) {
        return 'o';
    }
    if (earlier->name[0] == later->name[0]) {
        return of_earlier > 0.5 || of_later > 0.9 ? 'r' : 'b';
    }
    return of_earlier > 0.9 ? 'r' : of_later > 0.9 ? 'o' : 'b';
}

static void strike(struct notes *n, size_t i)
{
    n->count--;
    memmove(n->notes + i, n->notes + i + 1, (n->count - i) * sizeof *n->notes);
}

static size_t longest_ago(const struct notes *n)
{
    size_t oldest = 0;
    for (size_t i = 1; i < n->count; i++) {
        oldest = n->notes[i].collected < n->notes[oldest].collected ? i : oldest;
    }
    return oldest;
}

static bool is_over(const struct notes *n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n->count; i++) {
        bytes += 1 + 2 * strlen(n->notes[i].row);
    }
    return n->count > CHUNKS || bytes > BYTES;
}

static void note_down(struct notes *n, struct note note)
{
    for (size_t i = 0; i < n->count; i++) {
        if (verdict(&n->notes[i], &note) == 'o') {
            n->notes[i].collected = note.collected;
            return;
        }
    }
    for (size_t i = n->count; i-- > 0;) {
        if (verdict(&n->notes[i], &note) == 'r') {
            strike(n, i);
        }
    }
    n->notes[n->count++] = note;
    while (is_over(n)) {
        strike(n, longest_ago(n));
    }
}

/* A run of the alphabet, with a few letters exchanged. */
static struct note random_note(int now)
{
    struct note note = {{(char)('p' + dice(3)), '\0'}, "", now};
    size_t len = 2 + dice(ROW - 2), from = dice(26);
    for (size_t i = 0; i < len; i++) {
        note.row[i] = (char)('a' + (from + i) % 26);
    }
    for (size_t n = dice(3) * dice(3); n > 0; n--) {
        note.row[1 + dice(len - 1)] = "}aeXY"[dice(5)];
    }
    note.row[len - 1] = note.row[len - 1] == '}' ? 'z' : note.row[len - 1];
    return note;
}

/* The row as text, one letter a line, indented now and then in what is not compared. */
static void collect_note(struct ring *r, const struct note *note)
{
    size_t len = 0;
    char text[2 * ROW + 1];
    for (const char *at = note->row; *at; at++) {
        text[len++] = *at;
        text[len++] = '\n';
    }
    ring_collect(r, note->name, (struct span){text, len - dice(2)}, 0);
}

static void check_notes(const struct ring *r, const struct notes *n)
{
    CHECK_INT(ring_count(r), n->count);
    for (size_t i = 0; i < n->count && i < ring_count(r); i++) {
        const struct chunk *c = ring_chunk(r, i);
        CHECK_TEXT(c->name, n->notes[i].name);
        CHECK(c->len == 2 * strlen(n->notes[i].row));
        for (size_t at = 0; at < c->len / 2; at++) {
            CHECK(c->text[2 * at] == n->notes[i].row[at] && c->text[2 * at + 1] == '\n');
        }
    }
}

static bool is_same(const struct notes *a, const struct notes *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++) {
        same = strcmp(a->notes[i].name, b->notes[i].name) == 0 &&
               strcmp(a->notes[i].row, b->notes[i].row) == 0;
    }
    return same;
}

static void agrees_with_a_model(void)
{
    struct notes ring = {.count = 0}, queue = {.count = 0};
    struct ring *r = ring_new(CHUNKS, BYTES);
    seed = 1;
    int unchanged = 0;
    int settled = 0;
    for (int now = 0; now < 20000 && !check_state.bad; now++) {
        struct note note = random_note(now);
        collect_note(r, &note);
        if (count_telling(note.row) >= 3) {
            note_down(&queue, note);
        }
        check_notes(r, &ring);
        if (dice(4) == 0) {
            struct notes before = ring;
            while (queue.count > 0) {
                size_t oldest = longest_ago(&queue);
                note = queue.notes[oldest];
                strike(&queue, oldest);
                note_down(&ring, note);
            }
            bool changed = !is_same(&before, &ring);
            CHECK(ring_settle(r) == changed);
            check_notes(r, &ring);
            settled++;
            unchanged += !changed;
        }
    }
    CHECK(settled > 1000 && unchanged > 100);
    ring_free(r);
}

int main(void)
{
    RUN(chunks_wait_until_the_ring_settles);
    RUN(a_chunk_is_whole_lines_without_blank_ones_around);
    RUN(what_says_little_is_not_worth_it);
    RUN(a_text_with_nul_bytes_is_kept);
    RUN(what_the_ring_has_is_left_out);
    RUN(a_part_of_a_line_is_another_line);
    RUN(a_chunk_replaces_those_that_it_has);
    RUN(a_line_that_is_there_twice_counts_twice);
    RUN(more_than_nine_tenths_in_common_are_the_same);
    RUN(lines_of_another_file_that_are_known_are_left_out);
    RUN(changed_text_of_a_file_replaces_what_it_was);
    RUN(the_queue_too_keeps_only_the_latest);
    RUN(those_not_collected_for_longest_leave);
    RUN(bytes_of_names_and_texts_are_bounded);
    RUN(of_a_text_too_large_the_lines_around_a_place_are_taken);
    RUN(with_less_room_those_leave_that_came_first);
    RUN(a_ring_of_nothing_keeps_nothing);
    RUN(a_file_is_forgotten_at_once);
    RUN(agrees_with_a_model);
    return check_report("ring");
}
