/* Text and thinking of a reply on their way to its target: the same whatever pieces they come in. */
#include "check.h"

#include "job/parts.h"
#include "nvim/target.h"

#define OPEN "<think>\n"
#define CLOSE "\n</think>\n\n"

/* What goes to the target, with "[T]" and "[X]" where thinking and text begin, "[A:...]" for an
 * afterthought and "[wrap]", "[unwrap]", "[clear]" for turns. */
static struct buf log_of;

static void on_text(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    buf_add(&log_of, text, len);
}

static void on_part(void *ctx, enum part part)
{
    (void)ctx;
    buf_add_str(&log_of, part == PART_THINKING ? "[T]" : "[X]");
}

static void on_turn(void *ctx, const struct target_turn *turn, enum part part)
{
    static const char *const names[] = {"[wrap ", "[unwrap ", "[clear "};
    (void)ctx;
    buf_add_str(&log_of, names[turn->how]);
    buf_add_str(&log_of, part == PART_THINKING ? "T]" : "X]");
    if (turn->how == TURN_WRAP) {
        CHECK_TEXT(turn->before, OPEN);
        buf_add_str(&log_of, turn->behind);
    }
}

static void on_afterthought(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    buf_add_str(&log_of, "[A:");
    buf_add(&log_of, text, len);
    buf_add_str(&log_of, "]");
}

static const struct parts_callbacks callbacks = {on_text, on_part, on_turn, on_afterthought};

static const struct parts_form chat = {OPEN, CLOSE, true, true}, place = {"", "", false, false},
                               events = {"", "", false, true};

/* A script is pieces behind a letter and a colon, parted by '|': "T:" thinking, "X:" text; "t" and
 * "x" alone turn all so far into that, "b" alone breaks it off. */
static void play(struct parts *p, const char *script, size_t step)
{
    while (*script != '\0') {
        size_t len = strcspn(script, "|");
        enum part part = *script == 'T' || *script == 't' ? PART_THINKING : PART_TEXT;
        if (len == 1 && *script == 'b') {
            parts_break(p);
        } else if (len == 1) {
            parts_turn(p, part);
        }
        for (size_t at = 2; at < len; at += step) {
            parts_add(p, part, script + at, at + step < len ? step : len - at);
        }
        script += len + (script[len] == '|');
    }
    parts_end(p);
}

/* there: what the reply goes on with, or NULL. */
static void check_parts(int line, const struct parts_form *form, const char *there,
                        const char *script, const char *wanted)
{
    for (size_t step = 1; step <= strlen(script); step++) {
        struct parts p;
        buf_init(&log_of, 1 << 20);
        parts_init(&p, form, &callbacks, NULL);
        if (there != NULL) {
            parts_go_on(&p, there, strlen(there));
            parts_tell(&p, true, false);
        }
        play(&p, script, step);
        parts_finish(&p);
        check_texts(__FILE__, line, script, log_of.data != NULL ? log_of.data : "", wanted);
        buf_finish(&log_of);
    }
}
#define CHAT(script, wanted) check_parts(__LINE__, &chat, NULL, script, wanted)
#define PLACE(script, wanted) check_parts(__LINE__, &place, NULL, script, wanted)
#define EVENTS(script, wanted) check_parts(__LINE__, &events, NULL, script, wanted)
#define GOES_ON(there, script, wanted) check_parts(__LINE__, &chat, there, script, wanted)

static void thinking_stands_between_its_marks(void)
{
    CHAT("T:hm|X:yes", "[T]" OPEN "hm" CLOSE "[X]yes");
    CHAT("T:hm\n|X:yes", "[T]" OPEN "hm\n</think>\n\n[X]yes");
    CHAT("X:yes|T:hm", "[X]yes[T]\n" OPEN "hm" CLOSE);
    CHAT("T:hm", "[T]" OPEN "hm" CLOSE);
    CHAT("", "");
    EVENTS("T:hm|X:yes", "[T]hm[X]yes");
}

static void thinking_waits_for_the_end_of_a_fence(void)
{
    CHAT("X:```\na\n|T:hm|X:b\n```\n|X:c", "[X]```\na\nb\n```\n[T]" OPEN "hm" CLOSE "[X]c");
    CHAT("X:```\na|T:hm", "[X]```\na\n```\n[T]" OPEN "hm" CLOSE);
}

static void lines_that_mean_something_are_escaped_in_chats_alone(void)
{
    CHAT("X:<think>\n## » You\n", "[X]\\<think>\n\\## » You\n");
    PLACE("X:<think>\n## » You\n", "[X]<think>\n## » You\n");
}

static void characters_are_whole(void)
{
    CHAT("X:\xc3\xa4\xff|T:\xc3", "[X]ä\xef\xbf\xbd[T]\n" OPEN "\xef\xbf\xbd" CLOSE);
    PLACE("X:\xc3\xa4\xe2\x82", "[X]ä\xef\xbf\xbd");
}

static void a_target_that_takes_no_thoughts_gets_text_alone(void)
{
    PLACE("T:hm|X:yes", "[T][X]yes");
    PLACE("T:hm|x|X:yes", "[T][X]hmyes");
    PLACE("X:hm|t|X:yes", "[X]hm[clear T][X]yes");
}

static void all_so_far_may_turn(void)
{
    CHAT("X:hm\n|t|X:yes", "[X]hm\n[wrap T]</think>\n\n[X]yes");
    CHAT("T:yes|x|X: and no", "[T]" OPEN "yes[unwrap X] and no");
}

static void what_is_there_is_not_said_again(void)
{
    GOES_ON("The sky is bl", "X:is blue", "[X]ue");
    GOES_ON("It is ``` no fence", "X: here\n## » You\n", "[X] here\n\\## » You\n");
    GOES_ON("```\n## » You", "X:\n<think>\n```\n<think>", "[X]\n<think>\n```\n\\<think>");
    GOES_ON("a line\n", "X:<think>\n", "[X]\\<think>\n");
    GOES_ON("a line", "X:<think>\n", "[X]<think>\n");
}

static void what_breaks_off_while_it_says_that_again_goes(void)
{
    GOES_ON("The sky is bl", "X:The sky|b", "[X]");
    GOES_ON("The sky is bl", "T:hm|X:The sky|b", "[T][A:hm][X]");
    GOES_ON("The sky is bl", "X:The sea|b", "[X]The sea");
    GOES_ON("The sky is bl", "b", "");
    CHAT("X:yes|b", "[X]yes");
}

static void thinking_is_an_afterthought(void)
{
    GOES_ON("The sky is bl", "T:hm|X:is blue|T:oh|X:.", "[T][A:hm][X]ue[A:oh].");
    GOES_ON("The sky is bl", "X:is blue|T:oh", "[X]ue[A:oh]");
    GOES_ON("The sky is bl", "T:\xff", "[T][A:\xef\xbf\xbd]");
    GOES_ON("The sky is bl", "T:is blue|x", "[T][X]ue");
    GOES_ON("The sky is bl", "X:Where was I?\n|t|X:is blue", "[X]Where was I?\n[clear T][X]ue");
    GOES_ON("The sky is bl", "X:The sky is|t|X:is blue", "[X][A:The sky is][X]ue");
}

int main(void)
{
    RUN(thinking_stands_between_its_marks);
    RUN(thinking_waits_for_the_end_of_a_fence);
    RUN(lines_that_mean_something_are_escaped_in_chats_alone);
    RUN(characters_are_whole);
    RUN(a_target_that_takes_no_thoughts_gets_text_alone);
    RUN(all_so_far_may_turn);
    RUN(what_is_there_is_not_said_again);
    RUN(what_breaks_off_while_it_says_that_again_goes);
    RUN(thinking_is_an_afterthought);
    return check_report("parts");
}
