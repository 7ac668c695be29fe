/* Lines that would open or end thinking, or begin a turn, get a backslash. */
#include "check.h"

#include "job/tags.h"

/* The text in pieces of every size gives the same. */
static void check_tags(int line, bool thinking, const char *text, const char *wanted)
{
    size_t len = strlen(text);
    for (size_t step = 1; step <= len + 1; step++) {
        struct tags t;
        tags_init(&t);
        tags_begin(&t, thinking);
        struct buf out;
        buf_init(&out, 10000);
        for (size_t at = 0; at < len; at += step) {
            tags_feed(&t, text + at, at + step < len ? step : len - at, &out);
        }
        tags_end(&t, &out);
        check_texts(__FILE__, line, text, out.data != NULL ? out.data : "", wanted);
        buf_finish(&out);
        tags_finish(&t);
    }
}
#define TAGS(text, wanted) check_tags(__LINE__, true, text, wanted)
#define TEXT(text, wanted) check_tags(__LINE__, false, text, wanted)

static void a_line_that_is_a_tag_gets_a_backslash(void)
{
    TAGS("a\n</think>\nb", "a\n\\</think>\nb");
    TAGS("</think>", "\\</think>");
    TAGS("a\n</think> \t\nb\n\\</think>", "a\n\\</think> \t\nb\n\\\\</think>");
    TAGS("</think>\n</think>\n", "\\</think>\n\\</think>\n");
}

static void other_lines_stay(void)
{
    TAGS("", "");
    TAGS("a</think>\n </think>\n</think>b\n</thin\n<think>\n\\ x\n",
         "a</think>\n </think>\n</think>b\n</thin\n<think>\n\\ x\n");
    TAGS("</", "</");
}

static void tags_in_text_get_one_outside_fences(void)
{
    TEXT("a\n<think>\nb\n</think>\n", "a\n\\<think>\nb\n\\</think>\n");
    TEXT("<think>", "\\<think>");
    TEXT("\\<think> \r\n", "\\\\<think> \r\n");
    TEXT("a <think>\n <think>\n<think>b\n<thinking>\n</",
         "a <think>\n <think>\n<think>b\n<thinking>\n</");
    TEXT("```\n<think>\n```\n<think>\n", "```\n<think>\n```\n\\<think>\n");
    TEXT("- a\n\n  ~~~ x\n</think>\n  ~~~\n</think>\n",
         "- a\n\n  ~~~ x\n</think>\n  ~~~\n\\</think>\n");
    TEXT("    ```\n<think>\n", "    ```\n\\<think>\n");
    TEXT("``` a`b\n<think>\n", "``` a`b\n\\<think>\n");
    TEXT("````\n```\n<think>\n````\n<think>", "````\n```\n<think>\n````\n\\<think>");
}

static void a_line_that_is_a_heading_gets_a_backslash(void)
{
    TEXT("## » You\n## « m\n## § S\n## »\n", "\\## » You\n\\## « m\n\\## § S\n\\## »\n");
    TEXT("## > You\n## < m:8b \n\\## > You", "\\## > You\n\\## < m:8b \n\\\\## > You");
    TAGS("## » You\n\\## «\tm\n## < m", "\\## » You\n\\\\## «\tm\n\\## < m");
    TEXT("```\n## » You\n```\n## » You\n", "```\n## » You\n```\n\\## » You\n");
    TAGS("```\n## > You\n", "```\n## > You\n");
}

static void other_headings_stay(void)
{
    TEXT("# » You\n##» You\n## »You\n## ° C\n ## » You\n### » You\n",
         "# » You\n##» You\n## »You\n## ° C\n ## » You\n### » You\n");
    TEXT("## > quoted\n## > Your\n## >You\n##  > You\n## > you\n## > You, too",
         "## > quoted\n## > Your\n## >You\n##  > You\n## > you\n## > You, too");
    TEXT("## < 5 ms\n## <\n## < \n## <m\n##\n## ", "## < 5 ms\n## <\n## < \n## <m\n##\n## ");
}

/* Thinking that was text, and the other way round, goes on as what it is. */
static void a_part_may_turn(void)
{
    struct tags t;
    tags_init(&t);
    struct buf out;
    buf_init(&out, 10000);
    tags_begin(&t, true);
    tags_feed(&t, "```\na\n\\", 7, &out);
    CHECK_TEXT(out.data, "```\na\n");
    tags_turn(&t, false, &out);
    tags_feed(&t, "</think>\n```\n<think>\n", 21, &out);
    tags_end(&t, &out);
    CHECK_TEXT(out.data, "```\na\n\\</think>\n```\n\\<think>\n");
    buf_clear(&out);
    tags_begin(&t, true);
    tags_feed(&t, "<think>\n<think", 14, &out);
    tags_turn(&t, false, &out);
    tags_feed(&t, ">\n", 2, &out);
    CHECK_TEXT(out.data, "<think>\n\\<think>\n");
    buf_finish(&out);
    tags_finish(&t);
}

static void nothing_is_held_that_cannot_be_a_tag(void)
{
    struct tags t;
    tags_init(&t);
    tags_begin(&t, true);
    struct buf out;
    buf_init(&out, 10000);
    tags_feed(&t, "a </", 4, &out);
    CHECK_TEXT(out.data, "a </");
    tags_feed(&t, "\n<x", 3, &out);
    CHECK_TEXT(out.data, "a </\n<x");
    tags_feed(&t, "\n</think", 8, &out);
    CHECK_TEXT(out.data, "a </\n<x\n");
    for (int i = 0; i < 1000; i++) {
        tags_feed(&t, i == 0 ? ">" : " ", 1, &out);
    }
    CHECK_INT(out.len, 8 + 8 + 999);
    buf_clear(&out);
    tags_feed(&t, "\n## A", 5, &out);
    CHECK_TEXT(out.data, "\n## A");
    tags_feed(&t, "\n## » Y", 8, &out);
    CHECK_TEXT(out.data, "\n## A\n\\## » Y");
    buf_finish(&out);
    tags_finish(&t);
}

int main(void)
{
    RUN(a_line_that_is_a_tag_gets_a_backslash);
    RUN(other_lines_stay);
    RUN(tags_in_text_get_one_outside_fences);
    RUN(a_line_that_is_a_heading_gets_a_backslash);
    RUN(other_headings_stay);
    RUN(a_part_may_turn);
    RUN(nothing_is_held_that_cannot_be_a_tag);
    return check_report("tags");
}
