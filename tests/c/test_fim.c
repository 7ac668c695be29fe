#include "check.h"

#include "base/buf.h"
#include "proto.h"
#include "server/fim.h"
#include "server/language_name.h"
#include "spec.h"

static const struct fim_tokens qwen = {
    .prefix = "<|fim_prefix|>",
    .suffix = "<|fim_suffix|>",
    .middle = "<|fim_middle|>",
    .file = "<|file_sep|>",
    .repo = "<|repo_name|>",
};
static const struct fim_tokens codellama = {
    .prefix = "<PRE> ", .suffix = " <SUF>", .middle = " <MID>"};
static const struct fim_tokens codestral = {
    .prefix = "[PREFIX]", .suffix = "[SUFFIX]", .middle = "", .suffix_first = true};
/* The path stands behind the prefix token, and no line break behind the repository's name. */
static const struct fim_tokens starcoder2 = {
    .prefix = "<file_sep><fim_prefix>%s\n",
    .suffix = "<fim_suffix>",
    .middle = "<fim_middle>",
    .file = "<file_sep>%s\n",
    .repo = "<repo_name>%s",
};
static const struct fim_tokens mellum = {
    .prefix = "<fim_prefix>",
    .suffix = "<fim_suffix>",
    .middle = "<fim_middle>",
    .file = "<filename>%s\n",
    .suffix_first = true,
};

static const struct fim_tokens codegeex = {
    .head = "<|user|>\n",
    .file = "###REFERENCE:\n###PATH:%s\n",
    .own = "###PATH:%s\n###LANGUAGE:%l\n",
    .prefix = "<|code_prefix|>",
    .suffix = "<|code_suffix|>",
    .middle = "<|code_middle|><|assistant|>\n",
    .suffix_first = true,
};

static const struct chunk header = {"buf.h", "struct buf {\n\n  int len;\n};\n", 28};
static const struct chunk notes = {"notes.txt", "100%s sure\n", 11};
static const struct chunk *const chunks[] = {&header, &notes};

/* What is made of a fill, checked against wanted, and refused below its length. */
static void check_text(int line, void (*make)(const struct fill *, struct buf *),
                       const struct fill *fill, const char *wanted)
{
    struct buf out;
    for (size_t cap = 0; cap < strlen(wanted); cap++) {
        buf_init(&out, cap);
        make(fill, &out);
        check_ints(__FILE__, line, "too small a cap", out.error, HUM_ETOOBIG);
        buf_finish(&out);
    }
    buf_init(&out, strlen(wanted));
    make(fill, &out);
    check_ints(__FILE__, line, "error", out.error, 0);
    check_texts(__FILE__, line, "text", out.len > 0 ? out.data : "", wanted);
    buf_finish(&out);
}

#define RAW(fill, wanted) check_text(__LINE__, fim_raw, fill, wanted)
#define PROMPT(fill, wanted) check_text(__LINE__, fim_prompt, fill, wanted)
#define BEFORE(fill, wanted) check_text(__LINE__, fim_before, fill, wanted)

static struct fill small(const struct fim_tokens *tokens)
{
    struct fill fill = spec_fill("int a;\n", "int b", ";\n");
    fill.tokens = tokens;
    return fill;
}

/* The same with everything that there is to know. */
static struct fill big(const struct fim_tokens *tokens)
{
    struct fill fill = small(tokens);
    fill.project = "hum";
    fill.path = "src/a.c";
    fill.comment = "// %s";
    fill.chunks = chunks;
    fill.chunk_count = 2;
    return fill;
}

static void the_typed_part_of_the_line_comes_last(void)
{
    struct fill fill = small(&qwen);
    RAW(&fill, "<|fim_prefix|>int a;\n<|fim_suffix|>;\n<|fim_middle|>int b");
}

static void typing_changes_nothing_but_the_end(void)
{
    static const struct fim_tokens *const families[] = {&qwen,       &codellama, &codestral,
                                                        &starcoder2, &mellum,    &codegeex};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct fill fill = big(families[i]);
        struct buf one;
        buf_init(&one, LIMIT_MESSAGE);
        struct buf two;
        buf_init(&two, LIMIT_MESSAGE);
        fim_raw(&fill, &one);
        fill.around.line = span_of("int bc");
        fim_raw(&fill, &two);
        CHECK_INT(two.len, one.len + 1);
        CHECK(memcmp(one.data, two.data, one.len) == 0);
        buf_finish(&one);
        buf_finish(&two);
    }
}

static void empty_texts_leave_the_tokens(void)
{
    struct fill fill = {.tokens = &qwen};
    RAW(&fill, "<|fim_prefix|><|fim_suffix|><|fim_middle|>");
}

static void blanks_belong_to_the_tokens(void)
{
    struct fill fill = small(&codellama);
    RAW(&fill, "<PRE> int a;\n <SUF>;\n <MID>int b");
}

static void files_come_first_with_their_names(void)
{
    struct fill fill = big(&qwen);
    RAW(&fill, "<|repo_name|>hum\n"
               "<|file_sep|>buf.h\nstruct buf {\n\n  int len;\n};\n"
               "<|file_sep|>notes.txt\n100%s sure\n"
               "<|file_sep|>src/a.c\n"
               "<|fim_prefix|>int a;\n<|fim_suffix|>;\n<|fim_middle|>int b");
}

static void what_has_no_name_is_left_out(void)
{
    struct fill fill = big(&qwen);
    fill.project = "";
    fill.chunk_count = 0;
    RAW(&fill, "<|file_sep|>src/a.c\n<|fim_prefix|>int a;\n<|fim_suffix|>;\n<|fim_middle|>int b");
    fill.path = "";
    RAW(&fill, "<|fim_prefix|>int a;\n<|fim_suffix|>;\n<|fim_middle|>int b");
    /* A chunk ends where the next file begins. */
    fill.chunk_count = 1;
    RAW(&fill, "<|file_sep|>buf.h\nstruct buf {\n\n  int len;\n};\n<|file_sep|>\n"
               "<|fim_prefix|>int a;\n<|fim_suffix|>;\n<|fim_middle|>int b");
}

static void names_go_where_a_family_has_them(void)
{
    struct fill fill = big(&starcoder2);
    fill.chunk_count = 1;
    RAW(&fill, "<repo_name>hum<file_sep>buf.h\nstruct buf {\n\n  int len;\n};\n"
               "<file_sep><fim_prefix>src/a.c\nint a;\n<fim_suffix>;\n<fim_middle>int b");
}

static void the_suffix_may_come_first(void)
{
    struct fill fill = small(&codestral);
    RAW(&fill, "[SUFFIX];\n[PREFIX]int a;\nint b");
    fill = big(&mellum);
    fill.chunk_count = 1;
    RAW(&fill, "<filename>buf.h\nstruct buf {\n\n  int len;\n};\n<filename>src/a.c\n"
               "<fim_suffix>;\n<fim_prefix>int a;\n<fim_middle>int b");
}

static void the_line_may_stand_with_the_prefix(void)
{
    struct fim_tokens before = qwen;
    before.line_before = true;
    const struct fill fill = {.tokens = &before,
                              .around = {span_of("one\n"), span_of("two"), span_of("\nfour")}};
    check_text(__LINE__, fim_raw, &fill,
               "<|fim_prefix|>one\ntwo<|fim_suffix|>\nfour<|fim_middle|>");
}

static void the_file_itself_may_begin_in_another_way(void)
{
    struct fill fill = big(&codegeex);
    fill.chunk_count = 1;
    RAW(&fill, "<|user|>\n###REFERENCE:\n###PATH:buf.h\nstruct buf {\n\n  int len;\n};\n"
               "###PATH:src/a.c\n###LANGUAGE:C\n<|code_suffix|>;\n<|code_prefix|>int a;\n"
               "<|code_middle|><|assistant|>\nint b");
    fill = small(&codegeex);
    RAW(&fill, "<|user|>\n###PATH:\n###LANGUAGE:\n<|code_suffix|>;\n<|code_prefix|>int a;\n"
               "<|code_middle|><|assistant|>\nint b");
}

static void languages_are_known_by_the_ending_of_a_path(void)
{
    static const char *const cases[][2] = {
        {"a.py", "Python"}, {"src/A.CPP", "C++"}, {"x/y.test.tsx", "TypeScript"},
        {"b.r", "R"},       {"b.hs", "Haskell"},  {"Makefile", ""},
        {"", ""},           {"a.", ""},           {"a. ", ""},
        {"a.c h", ""},      {"a.cp", ""},         {".go", "Go"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_TEXT(language_name(cases[i][0]), cases[i][1]);
    }
}

static void without_a_file_token_the_rest_is_comments_behind_the_prefix(void)
{
    struct fill fill = big(&codestral);
    RAW(&fill, "[SUFFIX];\n[PREFIX]// buf.h\n// struct buf {\n//   int len;\n// };\n"
               "// notes.txt\n// 100%s sure\n// src/a.c\nint a;\nint b");
}

static void a_prompt_has_all_that_is_left_of_the_cursor(void)
{
    struct fill fill = small(NULL);
    PROMPT(&fill, "int a;\nint b");
    fill = big(NULL);
    PROMPT(&fill, "// buf.h\n// struct buf {\n//   int len;\n// };\n// notes.txt\n// 100%s sure\n"
                  "// src/a.c\nint a;\nint b");
}

static void comments_are_written_as_the_language_has_them(void)
{
    struct fill fill = big(NULL);
    fill.chunk_count = 1;
    fill.comment = "/* %s */";
    PROMPT(&fill, "/* buf.h */\n/* struct buf { */\n/*   int len; */\n/* }; */\n/* src/a.c */\n"
                  "int a;\nint b");
    fill.comment = "#";
    PROMPT(&fill, "#buf.h\n#struct buf {\n#  int len;\n#};\n#src/a.c\nint a;\nint b");
}

static void without_comments_only_the_file_itself_is_told(void)
{
    struct fill fill = big(NULL);
    fill.comment = "";
    PROMPT(&fill, "int a;\nint b");
    fill.comment = NULL;
    PROMPT(&fill, "int a;\nint b");
    BEFORE(&fill, "int a;\n");
}

static void before_may_have_the_path_alone(void)
{
    struct fill fill = big(NULL);
    BEFORE(&fill, "// src/a.c\nint a;\n");
    fill.path = NULL;
    BEFORE(&fill, "int a;\n");
}

static void prompt_and_suffix_are_never_empty(void)
{
    struct fill fill = spec_fill("", "", "");
    PROMPT(&fill, "\n");
    CHECK(span_equals(fim_suffix(&fill), "\n"));
    fill = spec_fill("", "x", ")");
    PROMPT(&fill, "x");
    CHECK(span_equals(fim_suffix(&fill), ")"));
}

static void a_prompt_goes_behind_what_is_there(void)
{
    struct fill fill = spec_fill("", "", "");
    struct buf out;
    buf_init(&out, LIMIT_MESSAGE);
    buf_add_str(&out, "x");
    fim_prompt(&fill, &out);
    CHECK_TEXT(out.data, "x\n");
    buf_finish(&out);
}

int main(void)
{
    RUN(the_typed_part_of_the_line_comes_last);
    RUN(typing_changes_nothing_but_the_end);
    RUN(empty_texts_leave_the_tokens);
    RUN(blanks_belong_to_the_tokens);
    RUN(files_come_first_with_their_names);
    RUN(what_has_no_name_is_left_out);
    RUN(names_go_where_a_family_has_them);
    RUN(the_suffix_may_come_first);
    RUN(the_line_may_stand_with_the_prefix);
    RUN(the_file_itself_may_begin_in_another_way);
    RUN(languages_are_known_by_the_ending_of_a_path);
    RUN(without_a_file_token_the_rest_is_comments_behind_the_prefix);
    RUN(a_prompt_has_all_that_is_left_of_the_cursor);
    RUN(comments_are_written_as_the_language_has_them);
    RUN(without_comments_only_the_file_itself_is_told);
    RUN(before_may_have_the_path_alone);
    RUN(prompt_and_suffix_are_never_empty);
    RUN(a_prompt_goes_behind_what_is_there);
    return check_report("fim");
}
