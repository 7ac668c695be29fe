#include "base/buf.h"
#include "base/value.h"
#include "check.h"
#include "nvim/mirror.h"
#include "proto.h"

#include <time.h>

/* Of the address sanitizer, which gcc comes without the header for. */
size_t __sanitizer_get_current_allocated_bytes(void);

#define MAX_LINES 16

static struct value string(const char *data, size_t len)
{
    struct value v = {.type = VALUE_STRING};
    v.as.string.data = data;
    v.as.string.len = len;
    return v;
}

static struct value array(const struct value *items, size_t count)
{
    struct value v = {.type = VALUE_ARRAY};
    v.as.array.items = items;
    v.as.array.count = count;
    return v;
}

/* An event whose lines are those of text, each with its "\n"; "" is none. */
static int apply(struct mirror *m, int64_t first, int64_t last, const char *text)
{
    size_t count = 0;
    struct value items[MAX_LINES];
    while (*text) {
        const char *end = strchr(text, '\n');
        items[count++] = string(text, (size_t)(end - text));
        text = end + 1;
    }
    struct value lines = array(items, count);
    return mirror_apply(m, first, last, &lines);
}

static void check_text(const struct mirror *m, const char *wanted)
{
    struct buf out;
    buf_init(&out, 10000);
    mirror_range(m, 0, mirror_lines(m), &out);
    CHECK_TEXT(out.data, wanted);
    CHECK_INT(out.len, strlen(wanted));
    buf_finish(&out);
}

static void a_new_text_is_one_empty_line(void)
{
    struct mirror *m = mirror_new();
    CHECK_INT(mirror_lines(m), 1);
    size_t len = 1;
    CHECK(mirror_line(m, 0, &len) != NULL);
    CHECK_INT(len, 0);
    check_text(m, "\n");
    mirror_free(m);
    mirror_free(NULL);
}

static void lines_are_put_in_replaced_and_taken_out(void)
{
    struct mirror *m = mirror_new();
    CHECK_INT(apply(m, 0, -1, "one\ntwo\nthree\n"), 0);
    check_text(m, "one\ntwo\nthree\n");
    CHECK_INT(apply(m, 1, 2, "2\n2b\n"), 0);
    check_text(m, "one\n2\n2b\nthree\n");
    CHECK_INT(apply(m, 4, 4, "four\n"), 0);
    CHECK_INT(apply(m, 0, 0, "zero\n"), 0);
    check_text(m, "zero\none\n2\n2b\nthree\nfour\n");
    CHECK_INT(apply(m, 2, 5, ""), 0);
    check_text(m, "zero\none\nfour\n");
    CHECK_INT(apply(m, 1, 1, ""), 0);
    CHECK_INT(apply(m, 1, -1, "end\n"), 0);
    check_text(m, "zero\nend\n");
    mirror_free(m);
}

/* The events of Neovim 0.10 and 0.12 for "ia<CR>b", "ggdG", "ix", three times "u" and a
 * redo; then for nvim_buf_set_lines(0, 0, 0, …) into an emptied buffer and "u". */
static void an_emptied_text_keeps_one_empty_line(void)
{
    struct mirror *m = mirror_new();
    apply(m, 0, -1, "\n");
    apply(m, 0, 1, "a\n");
    apply(m, 0, 1, "a\n\n");
    apply(m, 1, 2, "b\n");
    CHECK_INT(apply(m, 0, 2, ""), 0);
    check_text(m, "\n");
    CHECK_INT(apply(m, 0, 1, "x\n"), 0);
    check_text(m, "x\n");
    apply(m, 0, 1, "\n");
    CHECK_INT(apply(m, 0, 1, "a\nb\n"), 0);
    check_text(m, "a\nb\n");
    CHECK_INT(apply(m, 0, 2, "\n"), 0);
    CHECK_INT(apply(m, 0, 1, "a\nb\n"), 0);
    CHECK_INT(apply(m, 0, 2, ""), 0);
    CHECK_INT(apply(m, 0, 0, "c\nd\n"), 0);
    check_text(m, "c\nd\n\n");
    CHECK_INT(apply(m, 0, 2, ""), 0);
    check_text(m, "\n");
    mirror_free(m);
}

static void what_is_no_edit_of_the_text_changes_nothing(void)
{
    struct value items[2] = {string("x", 1), {.type = VALUE_INT}}, lines = array(items, 2);
    struct mirror *m = mirror_new();
    apply(m, 0, -1, "one\ntwo\n");
    CHECK_INT(apply(m, -1, 1, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, -1, -1, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, 0, -2, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, 1, 0, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, 0, 3, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, 3, 3, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, 3, -1, "x\n"), HUM_EBAD);
    CHECK_INT(apply(m, INT64_MAX, INT64_MIN, "x\n"), HUM_EBAD);
    CHECK_INT(mirror_apply(m, 0, 1, &lines), HUM_EBAD);
    CHECK_INT(mirror_apply(m, 0, 1, &items[0]), HUM_EBAD);
    CHECK_INT(mirror_apply(m, 0, 1, NULL), HUM_EBAD);
    check_text(m, "one\ntwo\n");
    mirror_free(m);
}

static void any_bytes_are_kept(void)
{
    struct value items[2] = {string("nul\0mid\0", 8), string("\xFF\xFE\r\x80", 4)};
    struct value lines = array(items, 2);
    struct mirror *m = mirror_new();
    CHECK_INT(mirror_apply(m, 0, -1, &lines), 0);
    size_t len;
    const char *line = mirror_line(m, 0, &len);
    CHECK_INT(len, 8);
    CHECK_INT(memcmp(line, "nul\0mid\0", 8), 0);
    line = mirror_line(m, 1, &len);
    CHECK_INT(len, 4);
    CHECK_INT(memcmp(line, "\xFF\xFE\r\x80", 4), 0);
    mirror_free(m);
}

static void check_around(const struct mirror *m, size_t row, size_t col, size_t max,
                         const char *before, const char *after)
{
    struct buf out;
    buf_init(&out, 1000);
    buf_reserve(&out, 0);
    mirror_before(m, row, col, max, &out);
    CHECK_TEXT(out.data, before);
    buf_clear(&out);
    buf_reserve(&out, 0);
    out.data[0] = '\0';
    mirror_after(m, row, col, max, &out);
    CHECK_TEXT(out.data, after);
    buf_finish(&out);
}

static void gives_what_stands_around_a_place(void)
{
    struct mirror *m = mirror_new();
    apply(m, 0, -1, "one\ntwo\n\nthree\n");
    check_around(m, 1, 1, 100, "one\nt", "wo\n\nthree");
    check_around(m, 1, 1, 3, "e\nt", "wo\n");
    check_around(m, 1, 1, 2, "\nt", "wo");
    check_around(m, 1, 1, 0, "", "");
    check_around(m, 3, 0, 2, "\n\n", "th");
    check_around(m, 0, 0, 5, "", "one\nt");
    check_around(m, 3, 5, 5, "three", "");
    mirror_free(m);
}

static void a_place_beyond_the_text_is_its_nearest(void)
{
    struct mirror *m = mirror_new();
    apply(m, 0, -1, "one\ntwo\n");
    check_around(m, 0, 99, 100, "one", "\ntwo");
    check_around(m, 9, 0, 100, "one\ntwo", "");
    size_t len;
    CHECK_INT(memcmp(mirror_line(m, SIZE_MAX, &len), "two", 3), 0);
    CHECK_INT(len, 3);
    struct buf out;
    buf_init(&out, 100);
    mirror_range(m, 1, SIZE_MAX, &out);
    mirror_range(m, 5, 7, &out);
    mirror_range(m, 1, 0, &out);
    CHECK_TEXT(out.data, "two\n");
    buf_finish(&out);
    mirror_free(m);
}

static void no_character_is_cut(void)
{
    struct mirror *m = mirror_new();
    apply(m, 0, -1,
          "\xE6\xBC\xA2"
          "a\xF0\x9D\x84\x9E\n\xC3\xA9\n");
    check_around(m, 1, 2, 2, "\xC3\xA9", "");
    check_around(m, 1, 2, 1, "", "");
    check_around(m, 1, 0, 4, "\n", "\xC3\xA9");
    check_around(m, 1, 0, 5, "\xF0\x9D\x84\x9E\n", "\xC3\xA9");
    check_around(m, 1, 0, 8, "a\xF0\x9D\x84\x9E\n", "\xC3\xA9");
    check_around(m, 0, 0, 2, "", "");
    check_around(m, 0, 0, 7, "",
                 "\xE6\xBC\xA2"
                 "a");
    check_around(m, 0, 8, 2, "", "\n");
    mirror_free(m);
}

/* ---- against a text in one piece ----------------------------------------------- */

struct plain {
    char data[1 << 16];
    size_t len, lines;
};

/* Where a line begins. */
static size_t offset(const struct plain *p, size_t row)
{
    size_t at = 0;
    while (row-- > 0) {
        at = (size_t)((const char *)memchr(p->data + at, '\n', p->len - at) - p->data) + 1;
    }
    return at;
}

static void splice(struct plain *p, size_t first, size_t last, const struct value *lines)
{
    size_t from = offset(p, first), to = offset(p, last);
    char *tail = xmalloc(p->len - to + 1);
    size_t tail_len = p->len - to;
    memcpy(tail, p->data + to, tail_len);
    p->len = from;
    for (size_t i = 0; i < lines->as.array.count; i++) {
        const struct value *line = &lines->as.array.items[i];
        memcpy(p->data + p->len, line->as.string.data, line->as.string.len);
        p->len += line->as.string.len;
        p->data[p->len++] = '\n';
    }
    memcpy(p->data + p->len, tail, tail_len);
    p->len += tail_len;
    p->lines += lines->as.array.count - (last - first);
    if (p->lines == 0) {
        p->data[p->len++] = '\n';
        p->lines = 1;
    }
    free(tail);
}

static uint32_t seed;

static size_t below(size_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (size_t)(seed >> 8) % limit;
}

/* Mostly a line near the last edit, as people write. */
static void random_range(size_t lines, size_t *first, size_t *last)
{
    static size_t near;
    if (below(20) == 0) {
        near = below(lines + 1);
    }
    *first = near < lines ? near : lines;
    *last = *first + below(4);
    if (below(50) == 0) {
        *first = 0;
    }
    if (*last > lines || below(100) == 0) {
        *last = lines;
    }
}

static bool same(const struct mirror *m, const struct plain *p)
{
    struct buf out;
    buf_init(&out, sizeof p->data);
    mirror_range(m, 0, mirror_lines(m), &out);
    bool equal =
        mirror_lines(m) == p->lines && out.len == p->len && memcmp(out.data, p->data, p->len) == 0;
    buf_clear(&out);
    mirror_before(m, p->lines, 0, SIZE_MAX, &out);
    equal = equal && out.len == p->len - 1 && memcmp(out.data, p->data, out.len) == 0;
    buf_clear(&out);
    mirror_after(m, 0, 0, SIZE_MAX, &out);
    equal = equal && out.len == p->len - 1 && memcmp(out.data, p->data, out.len) == 0;
    buf_finish(&out);
    return equal;
}

static void a_storm_of_edits_leaves_the_same_text(void)
{
    static const char sorts[] =
        "all sorts of bytes\0\r\xFF\xC3\xA9 and \xF0\x9D\x84\x9E, to be cut";
    static struct plain p;
    struct mirror *m = mirror_new();
    char bytes[8 * sizeof sorts];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = sorts[i % sizeof sorts];
    }
    p.len = p.lines = 1;
    p.data[0] = '\n';
    seed = 3;
    for (int i = 0; i < 5000 && !check_state.bad; i++) {
        size_t count = p.len < 40000 ? below(below(30) == 0 ? MAX_LINES : 4) : 0;
        struct value items[MAX_LINES];
        for (size_t j = 0; j < count; j++) {
            size_t from = below(sizeof bytes), len = below(sizeof bytes - from);
            items[j] = string(bytes + from, len);
        }
        size_t last;
        size_t first;
        random_range(p.lines, &first, &last);
        struct value lines = array(items, count);
        CHECK_INT(mirror_apply(m, (int64_t)first, last == p.lines ? -1 : (int64_t)last, &lines), 0);
        splice(&p, first, last, &lines);
        CHECK(same(m, &p));
    }
    CHECK(p.lines > 20);
    mirror_free(m);
}

/* ---- at scale ------------------------------------------------------------------ */

#define MANY 100000

static struct mirror *many_lines(size_t count)
{
    static const char text[] = "    an ordinary line of a program, with some text in it";
    struct value *items = xmalloc(count * sizeof *items), lines = array(items, count);
    struct mirror *m = mirror_new();
    for (size_t i = 0; i < count; i++) {
        items[i] = string(text, 20 + i % 30);
    }
    CHECK_INT(mirror_apply(m, 0, -1, &lines), 0);
    free(items);
    return m;
}

/* CPU time of keys typed into two lines in the middle, in turn, with line breaks. */
static double time_of_keys(size_t count)
{
    struct mirror *m = many_lines(count);
    int64_t row = (int64_t)count / 2;
    clock_t start = clock();
    for (int i = 0; i < 20000; i++) {
        if (i % 40 == 0) {
            apply(m, row, row + 1, "half a\nline\n");
            apply(m, row, row + 2, "a line\n");
        }
        apply(m, row + i % 2, row + i % 2 + 1, "    an ordinary line, growing\n");
    }
    CHECK_INT(mirror_lines(m), count);
    mirror_free(m);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Work that grew with the lines would be a thousand times more. */
static void a_key_costs_the_same_in_a_long_text(void)
{
    double few = time_of_keys(100), many = time_of_keys(MANY);
    CHECK(many < 0.1 + 20 * few);
}

static void memory_is_bounded_by_the_text(void)
{
    size_t at_first = __sanitizer_get_current_allocated_bytes();
    struct mirror *m = many_lines(MANY);
    size_t text = MANY * (35 + 2 * sizeof(size_t)); /* a line of many_lines(), and its record */
    size_t most = 0;
    for (int64_t i = 0; i < 5 * MANY; i++) {
        int64_t row = i * 2 % MANY;
        apply(m, row, row + 1, "each time in another line, so none is written over\n");
        if (i % 1000 == 0) {
            size_t used = __sanitizer_get_current_allocated_bytes() - at_first;
            most = used > most ? used : most;
        }
    }
    CHECK(most < 4 * text);
    apply(m, 0, -1, "short\n");
    CHECK(__sanitizer_get_current_allocated_bytes() - at_first < 64 << 10);
    mirror_free(m);
}

int main(void)
{
    RUN(a_new_text_is_one_empty_line);
    RUN(lines_are_put_in_replaced_and_taken_out);
    RUN(an_emptied_text_keeps_one_empty_line);
    RUN(what_is_no_edit_of_the_text_changes_nothing);
    RUN(any_bytes_are_kept);
    RUN(gives_what_stands_around_a_place);
    RUN(a_place_beyond_the_text_is_its_nearest);
    RUN(no_character_is_cut);
    RUN(a_storm_of_edits_leaves_the_same_text);
    RUN(a_key_costs_the_same_in_a_long_text);
    RUN(memory_is_bounded_by_the_text);
    return check_report("mirror");
}
