/* Secrets do not get into what is told. */
#include "check.h"

#include "base/buf.h"
#include "base/mask.h"

static char sesame[] = "sesame", token[] = "tok/en+1234567890==", tiny[] = "tiny";
static char *const secrets[] = {sesame, token, tiny, NULL};

static void check_mask(int line, const char *text, const char *wanted)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_add_str(&b, text);
    mask_text(&b, secrets);
    check_texts(__FILE__, line, text, b.data, wanted);
    CHECK_INT(b.len, strlen(wanted));
    buf_finish(&b);
}
#define MASKS(text, wanted) check_mask(__LINE__, text, wanted)

static void a_secret_is_masked_wherever_it_stands(void)
{
    MASKS("invalid x-api-key: sesame", "invalid x-api-key: ***");
    MASKS("sesame", "***");
    MASKS("\"sesame\", 'sesame'. Bearer tok/en+1234567890==!", "\"***\", '***'. Bearer ***!");
    MASKS("sesamesesame open", "sesamesesame open");
}

static void only_whole_words_are_secrets(void)
{
    MASKS("open-sesame, sesames, tiny", "open-sesame, sesames, tiny");
    MASKS("sesam", "sesam");
}

static void the_beginning_of_a_secret_is_one_where_a_text_was_cut(void)
{
    MASKS("bad key tok/en+12345...", "bad key ***...");
    MASKS("bad key tok/en", "bad key tok/en");
}

static void what_looks_like_a_key_is_masked(void)
{
    MASKS("Incorrect API key: sk-proj-abcdefgh12. Go", "Incorrect API key: ***. Go");
    MASKS("sk-abc***xyz, task-force-abcdefgh", "sk-abc***xyz, task-force-abcdefgh");
}

static void a_secret_is_masked_as_json_writes_it(void)
{
    MASKS("{\"e\":\"bad key tok\\/en\\u002B1234567890==\"}", "{\"e\":\"bad key ***\"}");
    MASKS("the key:\\nsesame, \\u003csesame\\u003e", "the key:\\n***, \\u003c***\\u003e");
    MASKS("tok\\/", "tok\\/");
    MASKS("tok\\u00", "tok\\u00");
    MASKS("\\", "\\");
}

static void stars_may_stand_in_as_many_places(void)
{
    struct buf b;
    buf_init(&b, 100);
    buf_add_str(&b, "x sesame tok\\/en+1234567890== y");
    mask_over(&b, secrets);
    CHECK_TEXT(b.data, "x ****** ******************** y");
    buf_finish(&b);
}

static void what_is_secret_in_an_address_is_masked(void)
{
    MASKS("at https://h/v1?key=abc&x=1: no", "at https://h/v1?key=***&x=1: no");
    MASKS("(https://h/v1?x=1&api_key=a#f)", "(https://h/v1?x=1&api_key=*#f)");
    MASKS("\"https://h/?X-Amz-Signature=0a1b\"", "\"https://h/?X-Amz-Signature=***\"");
    MASKS("https://h/?sig=%2Fab%3D", "https://h/?sig=***");
    MASKS("https://h/?api-version=1&monkeys=2&code=3", "https://h/?api-version=1&monkeys=2&code=*");
    MASKS("key=abc; a&b=c", "key=abc; a&b=c");
    MASKS("proxy http://jane:pw@p:3128/ is", "proxy http://***@p:3128/ is");
    MASKS("http://a:b@c@h, http://h/@x", "http://***@h, http://h/@x");
}

static void nothing_of_a_secret_stays_behind_the_text(void)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_add_str(&b, "sesame sesame");
    mask_text(&b, secrets);
    CHECK_TEXT(b.data, "*** ***");
    for (size_t i = b.len; i < strlen("sesame sesame"); i++) {
        CHECK_INT(b.data[i], 0);
    }
    buf_finish(&b);
}

static void nothing_to_mask_changes_nothing(void)
{
    struct buf b;
    buf_init(&b, 10);
    mask_text(&b, NULL);
    CHECK_INT(b.len, 0);
    MASKS("Grüße, 日本", "Grüße, 日本");
    buf_finish(&b);
}

int main(void)
{
    RUN(a_secret_is_masked_wherever_it_stands);
    RUN(only_whole_words_are_secrets);
    RUN(the_beginning_of_a_secret_is_one_where_a_text_was_cut);
    RUN(what_looks_like_a_key_is_masked);
    RUN(a_secret_is_masked_as_json_writes_it);
    RUN(stars_may_stand_in_as_many_places);
    RUN(what_is_secret_in_an_address_is_masked);
    RUN(nothing_of_a_secret_stays_behind_the_text);
    RUN(nothing_to_mask_changes_nothing);
    return check_report("mask");
}
