/* How many tokens a text will be: near enough to what tokenizers of today make of it, and the same in
 * whatever pieces it comes. tests/fixtures/estimate.txt has texts of many kinds, each behind a line
 * "==== KIND TOKENS [PERCENT]": the mean of Qwen3, Llama 3.1, Gemma 3, DeepSeek V3 and o200k, and how
 * far off it may be. */
#include "check.h"

#include "text/estimate.h"

#define PERCENT 15
#define FILE_MOST 100000

static char *read_texts(void)
{
    char *all = calloc(1, FILE_MOST);
    FILE *f = fopen("tests/fixtures/estimate.txt", "rb");
    CHECK(f != NULL);
    if (f != NULL) {
        CHECK(fread(all, 1, FILE_MOST - 1, f) > 0);
        fclose(f);
    }
    return all;
}

static void texts_of_all_kinds_are_estimated_well(void)
{
    char *all = read_texts();
    int count = 0;
    for (char *at = strstr(all, "==== "); at != NULL; count++) {
        char *kind = at + 5, *text = strchr(at, '\n') + 1, *next = strstr(text, "\n==== ");
        char *number = strchr(kind, ' ');
        *number = '\0';
        int tokens = (int)strtol(number + 1, &number, 10), percent = (int)strtol(number, NULL, 10);
        percent = *number == ' ' ? percent : PERCENT;
        size_t len = next != NULL ? (size_t)(next + 1 - text) : strlen(text);
        int got = (int)estimate(text, len);
        if (abs(got - tokens) * 100 > tokens * percent) {
            check_fail(__FILE__, __LINE__, kind);
            printf("    got %d, wanted %d\n", got, tokens);
        }
        at = next != NULL ? next + 1 : NULL;
    }
    CHECK(count > 20);
    free(all);
}

static void pieces_make_no_difference(void)
{
    char *all = read_texts();
    struct estimate e = {0};
    size_t len = strlen(all);
    for (size_t at = 0, n = 1; at < len; at += n, n = n % 7 + 1) {
        estimate_add(&e, all + at, n < len - at ? n : len - at);
    }
    estimate_add(&e, "", 0);
    CHECK_INT(estimate_tokens(&e), estimate(all, len));
    free(all);
}

static void something_is_a_token_at_least(void)
{
    CHECK_INT(estimate("", 0), 0);
    CHECK_INT(estimate("\n", 1), 1);
    CHECK_INT(estimate("a", 1), 1);
    CHECK(estimate("\0\0\0\0", 4) > 0);
    CHECK(estimate("\xFF\xFE\x80", 3) <= 4);
}

int main(void)
{
    RUN(texts_of_all_kinds_are_estimated_well);
    RUN(pieces_make_no_difference);
    RUN(something_is_a_token_at_least);
    return check_report("test_estimate");
}
