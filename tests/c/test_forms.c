/* Answers to an edit in every form, asked for and unasked: the form is what comes, in all pieces. */
#include "answering.h"
#include "proto.h"

#define OLD "int f(void)\n{\n    one();\n    two();\n    three();\n}\n"
#define NEW "int f(void)\n{\n    one();\n    second();\n    three();\n}\n"
#define BLOCK "<<<<<<< SEARCH\n    two();\n=======\n    second();\n>>>>>>> REPLACE\n"
#define DIFF " int f(void)\n {\n     one();\n-    two();\n+    second();\n     three();\n }\n"
#define V4A                                                                                 \
    "*** Begin Patch\n*** Update File: a.c\n@@\n     one();\n-    two();\n+    second();\n" \
    "     three();\n*** End Patch\n"

/* What an answer makes of OLD. */
struct formed {
    const char *answer;
    enum answer_form asked, form;
    const char *after, *fault; /* code; NULL: none */
    const char *old;           /* NULL: OLD */
    bool cut;
};

static const struct formed formed[] = {
    {"```c\n" NEW "```\n", ANSWER_WHOLE, ANSWER_WHOLE, NEW, NULL, NULL, false},
    {BLOCK, ANSWER_WHOLE, ANSWER_SEARCH, NEW, NULL, NULL, false},
    {BLOCK, ANSWER_SEARCH, ANSWER_SEARCH, NEW, NULL, NULL, false},
    {"Here it is:\n\na.c\n```c\n" BLOCK "```\n", ANSWER_WHOLE, ANSWER_SEARCH, NEW, NULL, NULL,
     false},
    {V4A, ANSWER_WHOLE, ANSWER_PATCH, NEW, NULL, NULL, false},
    {V4A, ANSWER_SEARCH, ANSWER_PATCH, NEW, NULL, NULL, false},
    {"```\n" V4A "```\n", ANSWER_PATCH, ANSWER_PATCH, NEW, NULL, NULL, false},
    {"```diff\n--- a/a.c\n+++ b/a.c\n@@ -1,6 +1,6 @@\n" DIFF "```\n", ANSWER_WHOLE, ANSWER_UDIFF,
     NEW, NULL, NULL, false},
    {"--- a/a.c\n+++ b/a.c\n@@ @@\n" DIFF, ANSWER_WHOLE, ANSWER_UDIFF, NEW, NULL, NULL, false},
    {"```diff\n" DIFF "```\n", ANSWER_WHOLE, ANSWER_UDIFF, NEW, NULL, NULL, false},
    /* blocks were asked for, and whole lines came */
    {"```c\n" NEW "```\n", ANSWER_SEARCH, ANSWER_WHOLE, NEW, NULL, NULL, false},
    {NEW, ANSWER_UDIFF, ANSWER_WHOLE, NEW, NULL, NULL, false},
    {"Which one do you mean?", ANSWER_SEARCH, ANSWER_WHOLE, OLD, "question", NULL, false},
    {"", ANSWER_SEARCH, ANSWER_WHOLE, OLD, "empty", NULL, false},
    /* what is not found, what is cut */
    {"<<<<<<< SEARCH\n    four();\n=======\n    x();\n>>>>>>> REPLACE\n", ANSWER_SEARCH,
     ANSWER_SEARCH, OLD, "block", NULL, false},
    {BLOCK "<<<<<<< SEARCH\n    three();\n=======\n    th", ANSWER_SEARCH, ANSWER_SEARCH, NEW,
     "block", NULL, true},
    {"<think>\n" BLOCK "</think>\n" BLOCK, ANSWER_SEARCH, ANSWER_SEARCH, NEW, NULL, NULL, false},
    /* markers are text where the range has some */
    {"<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", ANSWER_WHOLE, ANSWER_WHOLE,
     "<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", NULL, "<<<<<<< HEAD\na\n=======\nc\n>>>>>>> x\n",
     false},
    {"@@ -1 +1 @@\n-a\n+c\n", ANSWER_WHOLE, ANSWER_WHOLE, "@@ -1 +1 @@\n-a\n+c\n", NULL,
     "@@ -1 +1 @@\n-a\n+b\n", false},
};

static int by_place(const void *a, const void *b)
{
    const struct hunk *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* The old lines with all hunks. */
static void write_after(struct answering *r, const struct text *old, struct text *after)
{
    size_t at = 0;
    qsort(r->hunks, r->count, sizeof *r->hunks, by_place);
    for (size_t i = 0; i <= r->count; i++) {
        for (; at < (i < r->count ? r->hunks[i].first : old->count); at++) {
            text_add(after, text_line(old, at));
        }
        for (size_t n = 0; i < r->count && n < r->hunks[i].new_count; n++) {
            text_add(after, text_line(&r->text, r->hunks[i].new_first + n));
        }
        at += i < r->count ? r->hunks[i].count : 0;
    }
}

static void play(const struct formed *row)
{
    struct text old, none, after;
    text_init(&old);
    text_init(&none);
    text_init(&after);
    text_add_lines(&old, span_of(row->old != NULL ? row->old : OLD));
    const struct clean_context context = {
        .old = &old,
        .before = &none,
        .after = &none,
        .filetype = row->old != NULL ? "" : "c",
        .indent = {.tabs = {8}, .tab_count = 1, .step = 4, .blanks = true},
        .instruction = span_of("Improve this."),
    };
    struct answering *r = answering_play_all(&context, row->asked, span_of(row->answer), row->cut);
    write_after(r, &old, &after);
    struct span got = text_lines(&after, 0, after.count);
    if (r->form != row->form || !span_equals(got, row->after) ||
        strcmp(r->fault_code.data, row->fault != NULL ? row->fault : "") != 0) {
        check_fail(__FILE__, __LINE__, row->answer);
        printf("    form %s, fault %s (%s), lines:\n%.*s", answer_form_name(r->form),
               r->fault_code.data, r->fault_words.data, (int)got.len, got.data);
    }
    answering_finish(r);
    text_finish(&old);
    text_finish(&none);
    text_finish(&after);
}

static void the_form_is_what_comes(void)
{
    for (size_t i = 0; i < sizeof formed / sizeof *formed; i++) {
        play(&formed[i]);
    }
}

static void what_is_cut_is_not_shrunk(void)
{
    struct text old, none;
    text_init(&old);
    text_init(&none);
    text_add_lines(&old, span_of(OLD));
    const struct clean_context context = {
        .old = &old, .before = &none, .after = &none, .filetype = "c", .instruction = span_of("x")};
    for (int cut = 0; cut < 2; cut++) {
        struct answering *r =
            answering_play_all(&context, ANSWER_WHOLE, span_of("int f(void)\n{\n}\n"), cut != 0);
        CHECK(r->shrunk == (cut == 0) && r->count == (cut == 0));
        answering_finish(r);
    }
    text_finish(&old);
    text_finish(&none);
}

static void what_is_too_long_deletes_nothing(void)
{
    struct text old, none;
    text_init(&old);
    text_init(&none);
    text_add_lines(&old, span_of(OLD));
    const struct clean_context context = {
        .old = &old, .before = &none, .after = &none, .filetype = "c", .instruction = span_of("x")};
    char *long_piece = xcalloc(LIMIT_MESSAGE, 1); /* never touched */
    struct answer *a = answer_new(&context, ANSWER_WHOLE);
    size_t count;
    answer_feed(a, span_of("int f(void)\n{\n"));
    CHECK(!answer_is_over(a));
    answer_feed(a, (struct span){long_piece, LIMIT_MESSAGE});
    CHECK(answer_is_over(a));
    answer_end(a, ANSWER_SAID);
    answer_hunks(a, &count);
    CHECK(count == 0);
    CHECK(answer_fault(a).code != NULL && strcmp(answer_fault(a).code, "toobig") == 0);
    answer_free(a);
    free(long_piece);
    text_finish(&old);
    text_finish(&none);
}

static void forms_have_names(void)
{
    for (enum answer_form form = ANSWER_WHOLE; form <= ANSWER_UDIFF; form++) {
        CHECK(answer_form_named(span_of(answer_form_name(form))) == form);
    }
    CHECK(answer_form_named(span_of("")) == ANSWER_WHOLE);
}

int main(void)
{
    RUN(the_form_is_what_comes);
    RUN(what_is_cut_is_not_shrunk);
    RUN(what_is_too_long_deletes_nothing);
    RUN(forms_have_names);
    return check_report("forms");
}
