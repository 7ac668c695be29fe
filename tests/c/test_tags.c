/* Lines of thinking that would end it get a backslash. */
#include "check.h"

#include "job/tags.h"

/* The text in pieces of every size gives the same. */
static void check_tags(int line, const char *text, const char *wanted)
{
    size_t len = strlen(text);
    for (size_t step = 1; step <= len + 1; step++) {
        struct tags t;
        tags_init(&t);
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
#define TAGS(text, wanted) check_tags(__LINE__, text, wanted)

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

static void nothing_is_held_that_cannot_be_a_tag(void)
{
    struct tags t;
    tags_init(&t);
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
    buf_finish(&out);
    tags_finish(&t);
}

int main(void)
{
    RUN(a_line_that_is_a_tag_gets_a_backslash);
    RUN(other_lines_stay);
    RUN(nothing_is_held_that_cannot_be_a_tag);
    return check_report("tags");
}
