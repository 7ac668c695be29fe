/* A reply that goes on is joined to the text that is there: what the answer says again goes, and
 * nothing else. */
#include "check.h"

#include "job/seam.h"

/* How a model is told to go on; and whether its answer breaks off. */
enum how { ASK = 1, GIVE = 2, TRIM = 4, BREAK = 8 };

/* What comes of an answer in pieces of every size is the same. */
static void check_seam(int line, int how, const char *there, const char *answer, const char *wanted)
{
    size_t len = strlen(answer);
    for (size_t step = 1; step <= len + 1; step++) {
        struct seam s;
        seam_init(&s);
        seam_open(&s, there, strlen(there));
        seam_tell(&s, how & ASK, how & TRIM);
        struct buf out;
        buf_init(&out, 1 << 20);
        for (size_t at = 0; at < len; at += step) {
            seam_feed(&s, answer + at, at + step < len ? step : len - at, &out);
        }
        if (how & BREAK) {
            seam_break(&s);
        }
        seam_end(&s, &out);
        check_texts(__FILE__, line, answer, out.data != NULL ? out.data : "", wanted);
        buf_finish(&out);
        seam_finish(&s);
    }
}
#define ASKED(there, answer, wanted) check_seam(__LINE__, ASK, there, answer, wanted)
#define GIVEN(there, answer, wanted) check_seam(__LINE__, GIVE, there, answer, wanted)
#define TRIMMED(there, answer, wanted) check_seam(__LINE__, TRIM, there, answer, wanted)
/* By both ways. */
#define STAYS(there, answer) (ASKED(there, answer, answer), GIVEN(there, answer, answer))
#define BREAKS(there, answer, wanted)                          \
    (check_seam(__LINE__, ASK | BREAK, there, answer, wanted), \
     check_seam(__LINE__, GIVE | BREAK, there, answer, wanted))
#define ASKED_BREAKS(there, answer, wanted) check_seam(__LINE__, ASK | BREAK, there, answer, wanted)
#define GIVEN_BREAKS(there, answer, wanted) \
    check_seam(__LINE__, GIVE | BREAK, there, answer, wanted)

static void an_overlap_of_any_length_goes(void)
{
    ASKED("The sky is blue because of scat", "because of scattering.", "tering.");
    ASKED("w0 w1 w2 w3 w4 w5", "w2 w3 w4 w5 w6 w7", " w6 w7");
    ASKED("w10 w11 w12 w1", "10 w11 w12 w13 w14", "3 w14");
    ASKED("eight on a line w7", "on a line w7\nw8 w9", "\nw8 w9");
    ASKED("It was a very", "very large dog", " large dog");
    ASKED("It is contin", "continued", "ued");
    ASKED("It is contin", "contin", "");
    ASKED("One.\n\nTwo has a lot of words", "Two has a lot of words in it", " in it");
    ASKED("ends with a blank here ", "blank here and goes on", "and goes on");
}

static void the_whole_text_may_come_again(void)
{
    GIVEN("one, two, thr", "one, two, three, four", "ee, four");
    ASKED("one, two, thr", "one, two, three, four", "ee, four");
    GIVEN("A first line.\n\nAnd a second, which sto", "A first line.\n\nAnd a second, which stops.",
          "ps.");
    ASKED("First part of it. Second pa", "First part of it. Second part.", "rt.");
    GIVEN("Yes", "Yes", "Yes");
}

static void a_text_that_begins_like_it_stays(void)
{
    STAYS("one, two, three, four", " five, one, two");
    GIVEN("one, two, three, four", "one, two, tea", "one, two, tea");
    ASKED("one, two, three, four", "one, two, tea", "one, two, tea");
    GIVEN("The end is the end", "the end", "the end");
    STAYS("x = 1", "1");
    STAYS("1000", "1000");
    STAYS("He asked whe", "re it is");
    STAYS("the quick", " brown fox");
    STAYS("a", "b");
}

static void what_repeats_by_nature_stays(void)
{
    STAYS("ha ha ha", " ha ha ha ha");
    STAYS("He laughed: ha ha ha ha ha ", "ha ha ha ha ha");
    STAYS("no no no no no no ", "no no no no no no no");
    STAYS("|---|---|---|", "---|---|---|");
    STAYS("| a | b |\n|---|---|\n| 1 | 2 |\n", "| 3 | 4 |\n");
    STAYS("| none | none |\n| none | none |\n", "| none | none |\n| none | one |\n");
    STAYS("  }\n}\n", "}\n}\n");
    STAYS("        }\n    }\n", "}\n");
    STAYS("- [ ] write the tests\n- [ ] write the tests", "\n- [ ] write the tests\n");
    STAYS("Row, row, row, row, row, row,", " row, row, row, row your boat");
    STAYS("0, 0, 0, 0, 0, 0, 0, 0, 0,", " 0, 0, 0, 0, 0, 0");
    STAYS("    end\n    end\n", "    end\n    end\nend\n");
}

static void a_lead_in_goes_where_the_text_stops_in_the_middle(void)
{
    ASKED("It is in the mid", "Continuing:\n\nin the middle.", "dle.");
    ASKED("It is in the middle of", "Continuing from where I left off:\n\nsomething.",
          " something.");
    ASKED("It is in the middle of", "Sure, here is the continuation: middle of it.", " it.");
    ASKED("It is in the middle of", "**Continued:** the night.", " the night.");
    ASKED("It is in the middle of", "...middle of the night", " the night");
    ASKED("It is in the middle of", "…something", " something");
    ASKED("It is in the middle of", "Here is more: of it\n", "Here is more: of it\n");
    ASKED("All is said.", "Continuing with the example:\n\nx",
          " Continuing with the example:\n\nx");
    GIVEN("It is in the middle of", "Continuing:\n", "Continuing:\n");
    ASKED("It is in the middle of", "continuous change", "continuous change");
    ASKED("It is", "Continu", "Continu");
}

static void the_marker_of_a_line_may_come_again(void)
{
    ASKED("1. a\n2. b\n3", "3. c", ". c");
    ASKED("1. a\n2. b\n3. ", "3. c", "c");
    ASKED("- a\n  - b\n  - ", "- c", "c");
    ASKED("- a\n  - b\n  - ", "  - c", "c");
    ASKED("| a | b |\n|---|---|\n| ", "| 1 | 2 |", "1 | 2 |");
    ASKED("# A\n\n## ", "## B", "B");
    ASKED("a - ", "- b", "- b");
    ASKED("}\n}\n", "}\n", "}\n");
    GIVEN("- a\n- ", "- b", "- b");
}

static void other_languages_have_lead_ins(void)
{
    ASKED("Es ist mitten in", "Fortsetzung:\n\nmitten in der Nacht", " der Nacht");
    ASKED("Es ist mitten in", "Hier geht es weiter: der Nacht", " der Nacht");
    ASKED("C'est au mil", "Voici la suite :\n\nau milieu", "ieu");
    ASKED("Está en el med", "Claro, continúo:\n\nen el medio", "io");
    ASKED("它位于城市的", "继续：城市的中心", "中心");
    ASKED("これは日本語の文章で", "続きです：\n文章です。", "す。");
    ASKED("Es ist mitten in", "Hier ist es: x\n", "Hier ist es: x\n");
}

static void a_capital_and_other_white_space_are_no_difference(void)
{
    ASKED("It is in the mid", "In the middle.", "dle.");
    ASKED("It is in the\nmiddle of", "the middle of it", " it");
    ASKED("It is in the middle of", "in the\nmiddle  of it", " it");
    ASKED("It is in the middle of\n", "the middle of\n\nit", "\nit");
    ASKED("It is in the middle of\n\n", "the middle of\nit", "it");
    GIVEN("It is in the middle of", "In the middle of", "In the middle of");
}

static void what_is_meant_twice_stays(void)
{
    GIVEN("It was a very", " very large dog", " very large dog");
    STAYS("if (a) {\n    if (b) {\n        x();\n    }\n", "}\n");
    STAYS("1. a\n2. b\n3. c\n", "4. d\n5. e\n");
    STAYS("| a | b |\n|---|---|\n| x | x |\n", "| x | y |\n");
    STAYS("a\n\n\n\n", "\n\n\nb");
    STAYS("🦙🦙🦙🦙", "🦙🦙🦙");
    STAYS("哈哈哈哈哈哈", "哈哈哈哈");
    STAYS("[0, 0, 0],\n[0, 0, 0],\n", "[0, 0, 0],\n[1, 0, 0]]\n");
    STAYS("<tr><td>none</td></tr>\n<tr><td>none</td></tr>\n", "<tr><td>none</td></tr>\n</table>\n");
    STAYS("x = 1;\ny = 2;\n", "z = 3;\n");
    STAYS("x += 1\nx += 1\nx += 1\n", "x += 1\nx += 1\n");
    STAYS("---\n\n## A\n\ntext\n\n---\n\n", "## B\n");
    STAYS("\t\t\t\t}\n\t\t\t}\n\t\t}\n", "\t}\n}\n");
    GIVEN("    return nil\n  end\n", "  end\nend\n", "  end\nend\n");
}

/* Two words in one are nothing that a text goes on with. */
static void words_that_would_become_one_are_said_again(void)
{
    GIVEN("It is blue because air scat", "because air scatters", "ters");
    GIVEN("It is blue because air scat", "air scatters", "ters");
    GIVEN("It is blue because air scat", "because air scat", "");
    GIVEN("It is so: w4 w5 w6", "w4 w5 w6 w7", " w7");
    GIVEN("Auf der Straße und über Bä", "über Bäume", "ume");
    GIVEN("see:\nlocal x\nreturn fo", "local x\nreturn foo", "o");
}

static void words_that_stand_apart_may_be_meant_twice(void)
{
    GIVEN("It is blue because air scat", " because air scatters", " because air scatters");
    GIVEN("It is blue because air.", "because air. Then", "because air. Then");
    GIVEN("It is blue because air ", "because air scatters", "because air scatters");
    GIVEN("It is blue because air scat", "r scatters", "r scatters");
    GIVEN("It is blue because air scat", "because air is", "because air is");
    GIVEN("It is blue because air scat", "Because air scatters", "Because air scatters");
    GIVEN("It was a very very", " very very large dog", " very very large dog");
    GIVEN("It was a very very", "very very large dog", "very very large dog");
    GIVEN("He ran on and on", "on and on", "on and on");
    GIVEN("He said to be to be", "to be to be", "to be to be");
    GIVEN("so be it, and so", "so be it, and so", "");
    GIVEN("It is so be it, and so", "so be it, and so", "so be it, and so");
    GIVEN("Call set_some_value", "set_some_value", "set_some_value");
    GIVEN("bits: 10 11 01 1", "11 01 1", "11 01 1");
    GIVEN("the bits 0110 11 10 1", "11 10 1", "11 10 1");
    GIVEN("| a | b |\n|---|---|\n| no data | x", " | no data | x |", " | no data | x |");
    GIVEN("| no data | x |", "no data | x |", "no data | x |");
    GIVEN("他们 使用 Git 的", "使用 Git 的人", "使用 Git 的人");
    GIVEN("あの Git の人 Git の", "Git の人", "Git の人");
    GIVEN("ha ha ha ha", "ha ha ha", "ha ha ha");
}

static void what_breaks_off_while_it_says_the_text_again_goes(void)
{
    BREAKS("w0 w1 w2 w3 w4 w49", "w0 w1", "");
    BREAKS("w0 w1 w2 w3 w4 w49", "w0 w1 x", "w0 w1 x");
    BREAKS("w0 w1 w2 w3 w4 w49", "w0 w1 w2 w3 w4 w49", "");
    BREAKS("w0 w1 w2 w3 w4 w49", "w0 w1 w2 w3 w4 w49 w50", " w50");
    BREAKS("It is blue because air scat", "because ai", "");
    BREAKS("It is blue because air scat", "ters, because", "ters, because");
    BREAKS("It is blue because air", " scatters", " scatters");
    BREAKS("ha ha ha", " ha ha", " ha ha");
    GIVEN_BREAKS("It was a very very", " very", " very");
    BREAKS("", "w0", "w0");
    ASKED_BREAKS("It is in the middle of", "Continuing:\n\nin the mid", "");
    ASKED_BREAKS("It is in the middle of", "Continuing:\n\nsome", " some");
    ASKED_BREAKS("It is in the middle of", "Here is a lot more", "Here is a lot more");
    ASKED_BREAKS("It is in the middle of", "\"in the mid", "");
    ASKED_BREAKS("See:\n```lua\nlocal count = 1", "```lua\n", "");
    GIVEN_BREAKS("A first line.\n\nAnd a second, which sto", "A first line.\n\nAnd", "");
    GIVEN_BREAKS("1000", "1", "1");
}

static void quotes_of_the_request_go_with_the_words(void)
{
    ASKED("It is in the middle of", "\"in the middle of\" the night.", " the night.");
    ASKED("It is in the middle of", "\"in the middle of the night.\"", " the night.\"");
    ASKED("It is in the mid", "`in the mid`dle", "dle");
    ASKED("It is in the middle of", "\"in the middle of", "");
    ASKED("It is in the middle of", "Continuing: \"something\"", " \"something\"");
    ASKED("He said", " \"no\"", " \"no\"");
    STAYS("say(\"a\",", "\"b\")");
}

static void a_fence_that_is_opened_again_goes(void)
{
    ASKED("See:\n```lua\nlocal x = 1\nlocal y", "```lua\nlocal y = 2\n```\n", " = 2\n```\n");
    ASKED("See:\n```lua\nlocal x = 1", "```lua\nreturn x\n```", "\nreturn x\n```");
    ASKED("See:\n~~~\nlocal x = 1", "~~~lua\nreturn x\n~~~", "\nreturn x\n~~~");
    ASKED("See:\n```lua\nlocal count = 1", "Continuing:\n```lua\ncount = 1\nreturn x",
          "\nreturn x");
    ASKED("See:\n```lua\nreturn x", "```\nThat is it.", "\n```\nThat is it.");
    ASKED("See:\n```lua\nreturn x\n", "```\nThat is it.", "```\nThat is it.");
    ASKED("No fence", "```lua\nx\n```", "```lua\nx\n```");
    STAYS("See:\n```lua\nlocal x =", " 1\n```\n");
    STAYS("```py\ndef f():\n    ", "...\n```");
    STAYS("```js\nf(", "...args)\n```");
    GIVEN("See:\n```lua\nlocal x = 1", "\n```\nDone.", "\n```\nDone.");
}

static void white_space_at_the_seam(void)
{
    ASKED("in the middle of", "\n\nsomething", " something");
    ASKED("城市的", "\n\n中心", "中心");
    ASKED("in the middle of", "\nthe middle of it", " it");
    ASKED("in the middle of ", " it", "it");
    ASKED("A sentence.", "Another one.", " Another one.");
    ASKED("A sentence.", "\n\nAnother one.", "\n\nAnother one.");
    ASKED("red,", "green", " green");
    ASKED("| 1 | 2 |", "| 3 | 4 |", "\n| 3 | 4 |");
    ASKED("in the middle of", "\n- a list", "\n- a list");
    ASKED("in the middle of", "\n\n", "\n\n");
    GIVEN("in the middle of", "\n\nsomething", "\n\nsomething");
    GIVEN("A sentence.", "Another one.", "Another one.");
}

static void white_space_that_was_not_given_may_come_again(void)
{
    TRIMMED("w0 w1 ", " w2", "w2");
    TRIMMED("w0 w1\n", "\nw2", "w2");
    TRIMMED("w0 w1\n\n", "\n\n  w2", "  w2");
    TRIMMED("w0 w1 ", "w2", "w2");
    TRIMMED("w0 w1", " w2", " w2");
    GIVEN("w0 w1 ", " w2", " w2");
}

static void characters_are_whole(void)
{
    ASKED("Über die Größe der Straßenbäume", "Straßenbäume und", " und");
    ASKED("日本語の文章を書", "文章を書きます", "きます");
    ASKED("日本語", "本語", "本語");
    ASKED("größer als die Bäu", "die Bäume", "me");
    STAYS("ä ö ü", "\xbc x");
}

static void nothing_is_there(void)
{
    STAYS("", "anything");
    STAYS("", "");
}

static void what_is_held_has_a_bound(void)
{
    struct seam s;
    seam_init(&s);
    seam_open(&s, "in the middle of", 16);
    seam_tell(&s, true, false);
    struct buf out;
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 40000; i++) {
        seam_feed(&s, " ", 1, &out);
    }
    CHECK(!s.open);
    CHECK_INT(out.len, 40000);
    seam_end(&s, &out);
    buf_finish(&out);
    seam_finish(&s);
}

/* What a text that repeats itself goes on with is nothing to wait for, and takes no time. */
static void a_text_that_goes_round_in_circles_goes_on_at_once(void)
{
    static const char *const rounds[] = {"a", "ha ", "| none | none |\n", " ", "\n", "x()\n\n"};
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        struct buf there, out;
        struct seam s;
        buf_init(&there, 1 << 20);
        buf_init(&out, 1 << 20);
        while (there.len < 40000) {
            buf_add_str(&there, rounds[i]);
        }
        seam_init(&s);
        seam_open(&s, there.data, there.len);
        seam_tell(&s, i % 2 == 0, false);
        seam_feed(&s, there.data, there.len, &out);
        CHECK(!s.open);
        CHECK_INT(out.len, there.len);
        buf_finish(&there);
        buf_finish(&out);
        seam_finish(&s);
    }
}

int main(void)
{
    RUN(an_overlap_of_any_length_goes);
    RUN(the_whole_text_may_come_again);
    RUN(a_text_that_begins_like_it_stays);
    RUN(what_repeats_by_nature_stays);
    RUN(a_lead_in_goes_where_the_text_stops_in_the_middle);
    RUN(the_marker_of_a_line_may_come_again);
    RUN(other_languages_have_lead_ins);
    RUN(a_capital_and_other_white_space_are_no_difference);
    RUN(what_is_meant_twice_stays);
    RUN(words_that_would_become_one_are_said_again);
    RUN(words_that_stand_apart_may_be_meant_twice);
    RUN(what_breaks_off_while_it_says_the_text_again_goes);
    RUN(quotes_of_the_request_go_with_the_words);
    RUN(a_fence_that_is_opened_again_goes);
    RUN(white_space_at_the_seam);
    RUN(white_space_that_was_not_given_may_come_again);
    RUN(characters_are_whole);
    RUN(nothing_is_there);
    RUN(what_is_held_has_a_bound);
    RUN(a_text_that_goes_round_in_circles_goes_on_at_once);
    return check_report("seam");
}
