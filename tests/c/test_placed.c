/* Blocks of an answer in one text, while they stream. */
#include "check.h"

#include "edit/placed.h"

/* The old text, the answer, the new text, and words of a fault. */
struct example {
    const char *what, *old, *answer, *wanted, *fault;
};

static int by_place(const void *a, const void *b)
{
    const struct hunk *x = a, *y = b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : (x->count > 0) - (y->count > 0);
}

/* The old text with the hunks in it. */
static void write_new(const struct placed *p, const struct text *old, struct buf *out)
{
    size_t count, at = 0;
    const struct hunk *hunks = placed_hunks(p, &count);
    struct hunk *sorted = xcalloc(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = hunks[i];
    }
    qsort(sorted, count, sizeof *sorted, by_place);
    for (size_t i = 0; i < count; i++) {
        const struct hunk *h = &sorted[i];
        CHECK(h->first >= at);
        struct span kept = text_lines(old, at, h->first - at);
        struct span new = text_lines(placed_text(p), h->new_first, h->new_count);
        buf_add(out, kept.data, kept.len);
        buf_add(out, new.data, new.len);
        at = h->first + h->count;
    }
    struct span rest = text_lines(old, at, old->count - at);
    buf_add(out, rest.data, rest.len);
    buf_add(out, "", 0);
    free(sorted);
}

static void tell(const struct placed *p, struct buf *out)
{
    const struct changes_faults *faults = placed_faults(p);
    buf_add(out, "", 0);
    for (size_t i = 0; i < faults->count; i++) {
        buf_printf(out, "%zu: %s\n", faults->items[i].line, faults->items[i].message);
    }
}

/* Finished hunks only grow, open rows only until one finishes. */
static void play(const struct text *old, const char *answer, bool cut, struct buf *out,
                 struct buf *told)
{
    struct placed *p = placed_new(old);
    struct span s = span_of(answer);
    size_t finished = 0, rows = 0;
    for (size_t at = 0; at < s.len;) {
        placed_line(p, span_next_line(s, &at));
        size_t count, place;
        placed_hunks(p, &count);
        size_t open = placed_open(p, &place);
        CHECK(count >= finished);
        CHECK(open == 0 || count > finished || open >= rows);
        CHECK(place <= old->count && placed_reached(p) <= old->count);
        for (size_t i = 0; i < open; i++) {
            CHECK(placed_open_row(p, i).data != NULL);
        }
        finished = count;
        rows = open;
    }
    placed_end(p, cut);
    write_new(p, old, out);
    tell(p, told);
    placed_free(p);
}

static void check_example(const struct example *x, bool cut)
{
    struct text old;
    struct buf out, told;
    text_init(&old);
    buf_init(&out, SIZE_MAX);
    buf_init(&told, SIZE_MAX);
    text_add_lines(&old, span_of(x->old));
    play(&old, x->answer, cut, &out, &told);
    check_texts(x->what, 0, "new", out.data, x->wanted);
    if (x->fault == NULL) {
        check_texts(x->what, 0, "told", told.data, "");
    } else if (strstr(told.data, x->fault) == NULL) {
        check_texts(x->what, 0, "told", told.data, x->fault);
    }
    text_finish(&old);
    buf_finish(&out);
    buf_finish(&told);
}

static void check_all(const struct example *list, size_t count, bool cut)
{
    for (size_t i = 0; i < count; i++) {
        check_example(&list[i], cut);
    }
}
#define EXAMPLES(cut, ...)                                  \
    do {                                                    \
        static const struct example list[] = {__VA_ARGS__}; \
        check_all(list, sizeof list / sizeof *list, cut);   \
    } while (0)

#define SR(search, replace) "<<<<<<< SEARCH\n" search "=======\n" replace ">>>>>>> REPLACE\n"

static void blocks_are_put_where_their_lines_stand(void)
{
    EXAMPLES(
        false, {"one", "a\nb\nc\n", SR("b\n", "x\n"), "a\nx\nc\n", NULL},
        {"two", "a\nb\nc\nd\n", SR("b\n", "x\n") SR("d\n", "y\nz\n"), "a\nx\nc\ny\nz\n", NULL},
        {"out of order", "a\nb\nc\nd\n", SR("d\n", "y\n") SR("a\n", "x\n"), "x\nb\nc\ny\n", NULL},
        {"fenced, with prose", "a\nb\n", "I do it:\n```lua\n" SR("b\n", "x\n") "```\nDone.\n",
         "a\nx\n", NULL},
        {"context that two blocks share", "a\nb\nc\nd\ne\n",
         SR("a\nb\nc\n", "x\nb\nc\n") SR("c\nd\n", "c\ny\n"), "x\nb\nc\ny\ne\n", NULL},
        {"the same block twice", "a\nb\n", SR("b\n", "x\n") SR("b\n", "x\n"), "a\nx\n", NULL},
        {"lines that another block has changed", "a\nb\nc\n",
         SR("b\n", "x\n") SR("a\nb\n", "a\ny\n"), "a\nx\nc\n", "an earlier block has changed"},
        {"lines are deleted", "a\nb\nc\n", SR("b\n", ""), "a\nc\n", NULL},
        {"lines are added", "a\nb\nc\n", SR("b\n", "b\nx\n"), "a\nb\nx\nc\n", NULL},
        {"deeper", "f\n    a\n    b\n", SR("a\nb\n", "a\nif x\n    y\nb\n"),
         "f\n    a\n    if x\n        y\n    b\n", NULL},
        {"nothing changes", "a\nb\n", SR("b\n", "b\n"), "a\nb\n", NULL},
        {"an empty text", "", SR("", "a\nb\n"), "a\nb\n", NULL},
        {"dots in both parts", "a\nb\nc\nd\n", SR("a\n...\nd\n", "x\n...\ny\n"), "x\nb\nc\ny\n",
         NULL},
        {"a heading like the divider", "A\n=======\nb\nc\n",
         SR("A\n=======\nb\n", "A\n=======\nx\n"), "A\n=======\nx\nc\n", NULL},
        {"a diff", "a\nb\nc\n", "```diff\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n```\n", "a\nx\nc\n",
         NULL},
        {"a diff with names", "a\nb\nc\n", "--- a/f\n+++ b/f\n@@ @@\n a\n-b\n+x\n", "a\nx\nc\n",
         NULL},
        {"a patch", "a\nb\nc\n",
         "*** Begin Patch\n*** Update File: f.c\n@@\n a\n-b\n+x\n*** End Patch\n", "a\nx\nc\n",
         NULL}, );
}

static void what_has_no_certain_place_is_refused_and_told(void)
{
    EXAMPLES(false, {"nowhere", "a\nb\nc\n", SR("q\n", "x\n"), "a\nb\nc\n", "were not found"},
             {"twice", "a\nb\na\n", SR("a\n", "x\n"), "a\nb\na\n", "2 places: lines 1 and 3"},
             {"one of two", "a\nb\nc\n", SR("q\n", "x\n") SR("b\n", "y\n"), "a\ny\nc\n",
              "were not found"},
             {"no end", "a\nb\nc\n", "<<<<<<< SEARCH\nb\n=======\nx\n", "a\nb\nc\n", "incomplete"},
             {"no divider", "a\nb\nc\n", "<<<<<<< SEARCH\nb\n>>>>>>> REPLACE\n", "a\nb\nc\n",
              "no ======="},
             {"lines left out", "a\nb\nc\n", SR("a\nb\n", "x\n...\n"), "a\nb\nc\n", "left out"},
             {"nothing to find it by", "a\nb\n", SR("", "x\n"), "a\nb\n", "does not say where"}, );
}

static void what_is_cut_takes_nothing_away(void)
{
    EXAMPLES(true, {"in the search", "a\nb\nc\n", "<<<<<<< SEARCH\nb\n", "a\nb\nc\n", "incomplete"},
             {"in the replacement", "a\nb\nc\n", "<<<<<<< SEARCH\na\nb\nc\n=======\na\n",
              "a\nb\nc\n", "incomplete"},
             {"behind a block", "a\nb\nc\n", SR("b\n", "x\n") "<<<<<<< SEARCH\nc\n=======\n",
              "a\nx\nc\n", "incomplete"},
             {"in a hunk", "a\nb\nc\nd\n", "@@\n", "a\nb\nc\nd\n", NULL},
             {"in a hunk of a diff", "a\nb\nc\nd\n", "```diff\n@@ @@\n a\n-b\n", "a\nb\nc\nd\n",
              "cut"}, );
}

int main(void)
{
    RUN(blocks_are_put_where_their_lines_stand);
    RUN(what_has_no_certain_place_is_refused_and_told);
    RUN(what_is_cut_takes_nothing_away);
    return check_report("placed");
}
