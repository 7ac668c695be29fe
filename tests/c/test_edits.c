#include "base/value.h"
#include "check.h"
#include "complete/edits.h"
#include "complete/extras.h"
#include "nvim/mirror.h"

#define MAX_LINES 32

/* As many lines: "l0", "l1" and so on. */
struct desk {
    struct mirror *m;
    struct edits e;
};

static void apply(struct desk *d, int64_t first, int64_t last, const char *const *lines,
                  size_t count)
{
    struct value items[MAX_LINES], all = {.type = VALUE_ARRAY};
    for (size_t i = 0; i < count; i++) {
        items[i] = value_text(lines[i]);
    }
    all.as.array.items = items;
    all.as.array.count = count;
    CHECK_INT(mirror_apply(d->m, first, last, &all), 0);
}

static void begin(struct desk *d)
{
    static const char *const lines[] = {"l0",  "l1",  "l2",  "l3",  "l4",  "l5",  "l6",
                                        "l7",  "l8",  "l9",  "l10", "l11", "l12", "l13",
                                        "l14", "l15", "l16", "l17", "l18", "l19"};
    d->m = mirror_new();
    edits_init(&d->e);
    apply(d, 0, -1, lines, sizeof lines / sizeof *lines);
}

static void end(struct desk *d)
{
    edits_finish(&d->e);
    mirror_free(d->m);
}

/* Whether it was joined. */
static bool edit(struct desk *d, int64_t first, int64_t last, const char *const *lines,
                 size_t count)
{
    bool joins = edits_joins(&d->e, d->m, first, last, count);
    if (joins) {
        edits_join(&d->e, d->m, first, last, count);
    }
    apply(d, first, last, lines, count);
    return joins;
}

static void check_diff(struct desk *d, const char *wanted)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    buf_add_str(&out, "");
    edits_write(&d->e, d->m, &out);
    CHECK_TEXT(out.data, wanted);
    buf_finish(&out);
}

static const char *const one[] = {"x"}, *const two[] = {"l5", "y"};

static void edits_near_each_other_are_one(void)
{
    struct desk d;
    begin(&d);
    check_diff(&d, "");
    CHECK(edit(&d, 5, 6, one, 1));
    check_diff(&d, "-l5\n+x\n");
    CHECK(edit(&d, 8, 9, NULL, 0));
    check_diff(&d, "-l5\n-l6\n-l7\n-l8\n+x\n+l6\n+l7\n");
    CHECK(edit(&d, 3, 3, one, 1));
    check_diff(&d, "-l3\n-l4\n-l5\n-l6\n-l7\n-l8\n+x\n+l3\n+l4\n+x\n+l6\n+l7\n");
    CHECK(!edits_joins(&d.e, d.m, 15, 16, 1));
    CHECK(!edits_joins(&d.e, d.m, 5, 6, 30));
    end(&d);
}

static void what_is_the_same_is_left_out(void)
{
    struct desk d;
    begin(&d);
    edit(&d, 5, 6, two, 2);
    check_diff(&d, "+y\n");
    edit(&d, 6, 7, NULL, 0);
    check_diff(&d, "");
    edits_clear(&d.e);
    edit(&d, 19, -1, one, 1);
    check_diff(&d, "-l19\n+x\n");
    end(&d);
}

static void a_large_change_is_no_edit(void)
{
    static const char *const many[MAX_LINES] = {
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p",
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"};
    struct desk d;
    begin(&d);
    CHECK(edit(&d, 2, 3, many, MAX_LINES));
    check_diff(&d, "");
    CHECK(edit(&d, 2, 3, one, 1));
    check_diff(&d, "-a\n+x\n");
    end(&d);
}

static void extras_are_bounded(void)
{
    static char line[EXTRAS_BYTES];
    struct extras x = {.count = 0};
    memset(line, 'x', sizeof line);
    memcpy(line, "first\n", 6);
    for (int i = 0; i < EXTRAS_MOST + 2; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        extras_add(&x, name, "text", 4);
    }
    CHECK_INT(x.count, EXTRAS_MOST);
    CHECK_TEXT(x.chunks[0].name, "n2");
    CHECK_TEXT(x.chunks[0].text, "text\n");
    extras_forget(&x, "n3");
    CHECK_INT(x.count, EXTRAS_MOST - 1);
    extras_add(&x, "long", line, sizeof line);
    CHECK_INT(x.chunks[EXTRAS_MOST - 1].len, EXTRAS_BYTES + 1);
    char longer[EXTRAS_BYTES + 10];
    memset(longer, 'x', sizeof longer);
    memcpy(longer, "first\n", 6);
    extras_add(&x, "longer", longer, sizeof longer);
    CHECK_TEXT(x.chunks[EXTRAS_MOST - 1].text, "first\n");
    extras_add(&x, "none", "", 0);
    CHECK_TEXT(x.chunks[EXTRAS_MOST - 1].name, "longer");
    const struct chunk *chunks[4];
    CHECK_INT(extras_append(&x, chunks, 1, 4), 4);
    CHECK(chunks[1] == &x.chunks[0]);
    extras_finish(&x);
    extras_set(&x, NULL);
    CHECK_INT(x.count, 0);
}

int main(void)
{
    RUN(edits_near_each_other_are_one);
    RUN(what_is_the_same_is_left_out);
    RUN(a_large_change_is_no_edit);
    RUN(extras_are_bounded);
    return check_report("edits");
}
