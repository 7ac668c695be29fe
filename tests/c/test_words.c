/* Patterns of words. */
#include "check.h"

#include "base/words.h"

#include <stddef.h>

static void one_alternative_is_enough_and_all_its_parts_are_needed(void)
{
    CHECK(words_fit("The Model is NOT found", "no such|model&not found"));
    CHECK(!words_fit("The model is lost", "no such|model&not found"));
    CHECK(words_fit("not found: model", "model&not found"));
    CHECK(words_fit("a|b", "b"));
}

static void a_part_may_be_tied_to_the_beginning_or_be_all(void)
{
    CHECK(words_fit("data: {}", "^data:") && !words_fit("x data: {}", "^data:"));
    CHECK(words_fit("Not Found.", "=not found") && words_fit("Not Found", "=not found"));
    CHECK(!words_fit("Model Not Found", "=not found") &&
          !words_fit("Not Found there", "=not found"));
    CHECK(!words_fit("Not", "=not found") && !words_fit("da", "^data:"));
}

static void nothing_says_nothing(void)
{
    CHECK(!words_fit(NULL, "a") && !words_fit("", "a") && !words_fit("a", ""));
}

static void one_text_of_a_list_is_enough(void)
{
    static const char *const list[] = {"busy", "a|b", NULL}, *const none[] = {NULL};
    CHECK(words_any("It is Busy.", list) && words_any("A|B", list) && !words_any("a", list));
    CHECK(!words_any(NULL, list) && !words_any("", list) && !words_any("busy", none));
}

static void names_are_whole_words(void)
{
    const char *text = "max_top_p top_p";
    CHECK(words_find(text, "top_p") == text + 10);
    CHECK(words_find("top_p-x xtop_p", "top_p") == NULL);
    CHECK(words_find("'n'", "n") != NULL && words_find("in no", "n") == NULL);
    CHECK(words_find(NULL, "n") == NULL);
}

static void a_word_is_one_of_a_list(void)
{
    static const char *const list[] = {"input", "body", NULL};
    CHECK(words_is_one("body", list));
    CHECK(!words_is_one("Body", list));
    CHECK(!words_is_one("bod", list));
    CHECK(!words_is_one("", list));
    CHECK(!words_is_one(NULL, list));
    CHECK(words_is_any("Body: 1", 4, list));
    CHECK(!words_is_any("Body: 1", 3, list));
    CHECK(!words_is_any("Body: 1", 5, list));
}

int main(void)
{
    RUN(a_word_is_one_of_a_list);
    RUN(one_alternative_is_enough_and_all_its_parts_are_needed);
    RUN(a_part_may_be_tied_to_the_beginning_or_be_all);
    RUN(nothing_says_nothing);
    RUN(one_text_of_a_list_is_enough);
    RUN(names_are_whole_words);
    return check_report("words");
}
