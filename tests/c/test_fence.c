/* Which lines of a text are code. */
#include "check.h"

#include "base/buf.h"
#include "base/fence.h"

/* For each line of the text whether a fence is open behind it, as "01"; in pieces of every size. */
static void check_fences(int line, const char *text, const char *wanted)
{
    size_t len = strlen(text);
    for (size_t step = 1; step <= len; step++) {
        struct fence f;
        struct buf got;
        buf_init(&got, 1000);
        fence_init(&f);
        for (size_t at = 0; at < len;) {
            const char *end = memchr(text + at, '\n', len - at);
            size_t rest = (end != NULL ? (size_t)(end - text) + 1 : len) - at;
            size_t n = rest < step ? rest : step;
            fence_feed(&f, text + at, n);
            at += n;
            if (n == rest) {
                buf_add_str(&got, fence_is_open(&f) ? "1" : "0");
            }
        }
        check_texts(__FILE__, line, text, got.data, wanted);
        buf_finish(&got);
    }
}
#define FENCES(text, wanted) check_fences(__LINE__, text, wanted)

static void a_fence_is_open_up_to_its_closing_line(void)
{
    FENCES("a\n```\nb\n```\nc\n", "01100");
    FENCES("~~~ lua\n```\n~~~~ \n", "110");
    FENCES("````\n```\n````x\n`````\n", "1110");
    FENCES("``\n```a`b\n~~~a`b\n", "001");
    FENCES("   ```\n   ```\n", "10");
    FENCES("    ```\n", "0");
    FENCES("\t```\n", "0");
    FENCES("```\r\na\r\n```\r\n", "110");
    FENCES(" ```\n     ```\n    ```\n", "110");
}

static void a_list_moves_the_limit(void)
{
    FENCES("- a\n\n     ```\n     ```\n", "0010");
    FENCES("- a\n      ```\n", "00");
    FENCES("10. a\n\n       ```\n", "001");
    FENCES("1234567890. a\n      ```\n", "00");
    FENCES("-a\n    ```\n", "00");
    FENCES("- \n    ```\n", "00");
    FENCES("- a\nb\n    ```\n", "000");
    FENCES("-      a\n      ```\n", "00");
    FENCES("- a\n  - b\n\n       ```\n", "0001");
}

static void a_fence_may_stand_behind_a_list_marker(void)
{
    FENCES("- ```lua\n  a\n  ```\n  b\n", "1100");
    FENCES("1. ~~~\n   ```\n   ~~~\n", "110");
    FENCES("10) ````\n```\n````\n", "110");
    FENCES("- a\n  - ```\n    ```\n", "010");
    FENCES("- ```a`b\n    - ```\n      ```\n", "010");
    FENCES("-```\n", "0");
    FENCES("-     ```\n", "0");
    FENCES("- ``\n    ```\n", "01");
    FENCES("```\n- ```\n```\n", "110");
}

static void a_fence_is_closed_by_a_line_like_its_opening_one(void)
{
    struct fence f;
    struct buf out;
    buf_init(&out, 100);
    fence_init(&f);
    fence_feed(&f, "  ~~~~ lua\nx", 12);
    fence_close(&f, &out);
    CHECK_TEXT(out.data, "  ~~~~\n");
    buf_finish(&out);
}

int main(void)
{
    RUN(a_fence_is_open_up_to_its_closing_line);
    RUN(a_list_moves_the_limit);
    RUN(a_fence_may_stand_behind_a_list_marker);
    RUN(a_fence_is_closed_by_a_line_like_its_opening_one);
    return check_report("fence");
}
