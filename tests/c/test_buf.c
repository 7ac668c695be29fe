#include "base/buf.h"
#include "check.h"
#include "proto.h"

static void grows_from_nothing_and_stays_terminated(void)
{
    struct buf b;
    buf_init(&b, 1000);
    CHECK(b.data == NULL);
    for (int i = 0; i < 1000; i++) {
        buf_add(&b, "x", 1);
        CHECK_INT(b.data[b.len], '\0');
        CHECK(b.room > b.len);
    }
    CHECK_INT(strlen(b.data), 1000);
    CHECK_INT(b.error, HUM_OK);
    buf_finish(&b);
    CHECK(b.data == NULL && b.len == 0);
}

static void remembers_the_first_error_and_takes_nothing_after_it(void)
{
    struct buf b;
    buf_init(&b, 4);
    buf_add_str(&b, "abc");
    CHECK_INT(buf_reserve(&b, 2), HUM_ETOOBIG);
    CHECK_INT(b.error, HUM_OK);
    buf_add_str(&b, "de");
    CHECK_INT(b.error, HUM_ETOOBIG);
    buf_add_str(&b, "d");
    buf_printf(&b, "%d", 4);
    buf_fail(&b, HUM_ESPEC);
    CHECK_INT(b.error, HUM_ETOOBIG);
    CHECK_TEXT(b.data, "abc");
    buf_clear(&b);
    CHECK_INT(b.error, HUM_OK);
    buf_printf(&b, "%d", 12345);
    CHECK_INT(b.error, HUM_ETOOBIG);
    CHECK_TEXT(b.data, "");
    buf_finish(&b);
}

static void an_error_of_the_callers_is_one_too(void)
{
    struct buf b;
    buf_init(&b, 4);
    buf_fail(&b, 0);
    buf_add_str(&b, "a");
    buf_fail(&b, HUM_ESPEC);
    buf_add_str(&b, "b");
    CHECK_INT(b.error, HUM_ESPEC);
    CHECK_TEXT(b.data, "a");
    buf_finish(&b);
}

static void a_size_that_would_wrap_is_too_big(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_add_str(&b, "abc");
    CHECK_INT(buf_reserve(&b, SIZE_MAX), HUM_ETOOBIG);
    CHECK_INT(buf_reserve(&b, SIZE_MAX - 3), HUM_ETOOBIG);
    CHECK_TEXT(b.data, "abc");
    buf_finish(&b);
}

static void a_cap_of_zero_takes_only_nothing(void)
{
    struct buf b;
    buf_init(&b, 0);
    buf_add(&b, NULL, 0);
    CHECK_TEXT(b.data, "");
    CHECK_INT(b.error, HUM_OK);
    buf_add(&b, "x", 1);
    CHECK_INT(b.error, HUM_ETOOBIG);
    buf_finish(&b);
}

static void adding_nothing_gives_an_empty_string(void)
{
    struct buf b;
    buf_init(&b, 10);
    buf_add_str(&b, "");
    CHECK_TEXT(b.data, "");
    buf_finish(&b);
}

static void prints_behind_what_is_there(void)
{
    struct buf b;
    buf_init(&b, 100);
    buf_add_str(&b, "n=");
    buf_printf(&b, "%d %s", 7, "a long enough word to make it grow");
    CHECK_TEXT(b.data, "n=7 a long enough word to make it grow");
    buf_finish(&b);
}

static void keeps_nul_bytes(void)
{
    struct buf b;
    buf_init(&b, 10);
    buf_add(&b, "a\0b", 3);
    CHECK_INT(b.len, 3);
    CHECK_INT(memcmp(b.data, "a\0b", 4), 0);
    buf_finish(&b);
}

static void drops_from_the_front(void)
{
    struct buf b;
    buf_init(&b, 10);
    buf_drop(&b, 0);
    buf_add_str(&b, "abcdef");
    buf_drop(&b, 2);
    CHECK_TEXT(b.data, "cdef");
    buf_drop(&b, 4);
    CHECK_TEXT(b.data, "");
    buf_finish(&b);
}

static void clearing_keeps_the_memory(void)
{
    struct buf b;
    buf_init(&b, 100);
    buf_clear(&b);
    buf_add_str(&b, "some text that needs room");
    size_t room = b.room;
    buf_clear(&b);
    CHECK_INT(b.len, 0);
    CHECK_INT(b.room, room);
    CHECK_TEXT(b.data, "");
    buf_finish(&b);
    buf_finish(&b);
}

static void can_be_used_again_after_finish(void)
{
    struct buf b;
    buf_init(&b, 3);
    buf_add_str(&b, "abc");
    buf_finish(&b);
    buf_add_str(&b, "abcd");
    CHECK_INT(b.error, HUM_ETOOBIG);
    buf_finish(&b);
    buf_add_str(&b, "xyz");
    CHECK_INT(b.error, HUM_OK);
    CHECK_TEXT(b.data, "xyz");
    buf_finish(&b);
}

static void copies_strings(void)
{
    char *a = xstrdup("abc"), *b = xstrndup("abcdef", 2), *c = xstrndup(NULL, 0);
    CHECK_TEXT(a, "abc");
    CHECK_TEXT(b, "ab");
    CHECK_TEXT(c, "");
    free(a);
    free(b);
    free(c);
}

static void allocations_of_nothing_are_no_failure(void)
{
    char *a = xmalloc(0), *b = xcalloc(0, 8);
    CHECK(a && b);
    a = xrealloc(a, 0);
    CHECK(a != NULL);
    free(a);
    free(b);
}

int main(void)
{
    RUN(grows_from_nothing_and_stays_terminated);
    RUN(remembers_the_first_error_and_takes_nothing_after_it);
    RUN(an_error_of_the_callers_is_one_too);
    RUN(a_size_that_would_wrap_is_too_big);
    RUN(a_cap_of_zero_takes_only_nothing);
    RUN(adding_nothing_gives_an_empty_string);
    RUN(prints_behind_what_is_there);
    RUN(keeps_nul_bytes);
    RUN(drops_from_the_front);
    RUN(clearing_keeps_the_memory);
    RUN(can_be_used_again_after_finish);
    RUN(copies_strings);
    RUN(allocations_of_nothing_are_no_failure);
    return check_report("buf");
}
