/* Unified diffs: what they look like, and that they make the new text of the old one. */
#include "check.h"
#include "lines.h"

#include "applied.h"
#include "gather/difference.h"

static atomic_bool stop;

static const struct {
    const char *old, *new, *diff;
} examples[] = {
    {"a\n", "a\n", ""},
    {"", "", ""},
    {"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
    {"a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"},
    {"a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"},
    {"a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
    {"a\nb", "c\nb", "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n"},
    {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
     "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
    {"a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
     "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
    {"a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
     "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
};

static void diffs_are_as_patch_takes_them(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct buf out;
        struct difference count;
        buf_init(&out, SIZE_MAX);
        CHECK(difference(span_of(examples[i].old), span_of(examples[i].new), &stop, &out, &count));
        CHECK_TEXT(out.data != NULL ? out.data : "", examples[i].diff);
        buf_finish(&out);
    }
}

static void add_random(uint64_t *seed, struct buf *out)
{
    for (uint32_t n = lines_random(seed, 40); n > 0; n--) {
        buf_printf(out, "%c%s", 'a' + (int)lines_random(seed, 6),
                   lines_random(seed, 9) == 0 ? "" : "\n");
    }
}

static void a_diff_makes_the_new_text_of_the_old_one(void)
{
    uint64_t seed = 11;
    for (int i = 0; i < 3000; i++) {
        struct buf old, new, diff, made;
        struct difference count;
        buf_init(&old, SIZE_MAX);
        buf_init(&new, SIZE_MAX);
        buf_init(&diff, SIZE_MAX);
        buf_init(&made, SIZE_MAX);
        buf_add_str(&old, "");
        buf_add_str(&new, "");
        add_random(&seed, &old);
        add_random(&seed, &new);
        const struct span a = {old.data, old.len}, b = {new.data, new.len};
        CHECK(difference(a, b, &stop, &diff, &count));
        CHECK((diff.len == 0) == applied_is_equal(a, b));
        CHECK(applied(a, (struct span){diff.data, diff.len}, &made));
        CHECK(applied_is_equal(b, (struct span){made.data, made.len}));
        buf_finish(&old);
        buf_finish(&new);
        buf_finish(&diff);
        buf_finish(&made);
    }
}

static void what_was_stopped_has_no_diff(void)
{
    struct buf out;
    struct difference count;
    buf_init(&out, SIZE_MAX);
    atomic_store(&stop, true);
    CHECK(!difference(span_of("a\n"), span_of("b\n"), &stop, &out, &count));
    CHECK_INT(out.len, 0);
    atomic_store(&stop, false);
    buf_finish(&out);
}

int main(void)
{
    RUN(diffs_are_as_patch_takes_them);
    RUN(a_diff_makes_the_new_text_of_the_old_one);
    RUN(what_was_stopped_has_no_diff);
    return check_report("test_difference");
}
