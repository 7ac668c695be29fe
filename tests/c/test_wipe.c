/* Memory that held a key is wiped. What is freed cannot be looked at; what is kept can. */
#include "check.h"

#include "base/buf.h"
#include "base/wipe.h"

#include <stdint.h>

static void an_allocator_keeps_what_it_moves(void)
{
    char *block = wiped_malloc(4);
    memcpy(block, "abc", 4);
    block = wiped_realloc(block, 1000);
    CHECK_TEXT(block, "abc");
    block = wiped_realloc(block, 2);
    CHECK(block[0] == 'a' && block[1] == 'b');
    CHECK_INT((uintptr_t)block % _Alignof(max_align_t), 0);
    wiped_free(block);
    wiped_free(NULL);
    char *copy = wiped_strdup("sesame");
    CHECK_TEXT(copy, "sesame");
    wiped_free(copy);
    copy = wiped_realloc(NULL, 1);
    CHECK(copy != NULL);
    wiped_free(copy);
}

static void an_allocator_gives_zeros_and_refuses_what_cannot_be(void)
{
    unsigned char *zeros = wiped_calloc(7, 3);
    for (size_t i = 0; i < 21; i++) {
        CHECK_INT(zeros[i], 0);
    }
    wiped_free(zeros);
    volatile size_t much = SIZE_MAX;
    CHECK(wiped_calloc(much / 2, 3) == NULL);
    CHECK(wiped_malloc(much) == NULL);
}

static void a_secret_buffer_leaves_nothing_behind_its_text(void)
{
    struct buf b;
    buf_init_secret(&b, 1000);
    buf_add_str(&b, "first line of a text, longer than its first room; sesame");
    buf_drop(&b, b.len - strlen("sesame"));
    CHECK_TEXT(b.data, "sesame");
    for (size_t i = b.len; i < strlen("first line of a text, longer than its first room"); i++) {
        CHECK_INT(b.data[i], 0);
    }
    buf_clear(&b);
    for (size_t i = 0; i < strlen("sesame"); i++) {
        CHECK_INT(b.data[i], 0);
    }
    buf_add_str(&b, "again");
    CHECK_TEXT(b.data, "again");
    buf_finish(&b);
    CHECK(b.secret && b.data == NULL && b.cap == 1000);
}

static void texts_are_wiped_and_freed_or_absent(void)
{
    char **texts = xcalloc(2, sizeof *texts);
    texts[0] = xstrdup("sesame");
    wipe_texts(texts);
    wipe_texts(NULL);
    wipe_text(NULL);
    char data[] = "sesame";
    wipe(data, sizeof data);
    CHECK_INT(data[0] | data[5], 0);
    wipe(NULL, 0);
}

int main(void)
{
    RUN(an_allocator_keeps_what_it_moves);
    RUN(an_allocator_gives_zeros_and_refuses_what_cannot_be);
    RUN(a_secret_buffer_leaves_nothing_behind_its_text);
    RUN(texts_are_wiped_and_freed_or_absent);
    return check_report("wipe");
}
