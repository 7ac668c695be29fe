/* What of a reply's text is thought: the same whatever pieces it comes in. */
#include "check.h"

#include "server/split.h"

/* "T" before thinking, "X" before text, "!T" and "!X" for what was thought and was text. */
struct log {
    struct buf text;
    char kind;
};

static void on_give(void *ctx, enum split_kind kind, const char *text, size_t len)
{
    struct log *log = ctx;
    CHECK(text[len] == '\0');
    if (kind == SPLIT_WAS_THOUGHT || kind == SPLIT_WAS_TEXT) {
        CHECK_INT(len, 0);
        buf_add_str(&log->text, kind == SPLIT_WAS_THOUGHT ? "!T" : "!X");
        log->kind = 0;
        return;
    }
    char now = kind == SPLIT_TEXT ? 'X' : 'T';
    CHECK(len > 0);
    if (now != log->kind) {
        buf_printf(&log->text, "[%c]", now);
    }
    log->kind = now;
    buf_add(&log->text, text, len);
}

enum { PLAIN = 0, EXPECTS = 1, FIELD = 2, CUT = 4, CALL = 8 };

static void split_by(const char *text, size_t step, int how, struct log *log)
{
    struct split s;
    size_t len = strlen(text);
    split_init(&s, (how & EXPECTS) != 0, on_give, log);
    if (how & (FIELD | CALL)) {
        split_field(&s, (how & FIELD) != 0);
    }
    for (size_t at = 0; at < len; at += step) {
        size_t n = at + step < len ? step : len - at;
        char *piece = xstrndup(text + at, n); /* so that a read beyond it is seen */
        split_text(&s, piece, n);
        free(piece);
    }
    split_end(&s, (how & CUT) == 0);
    split_finish(&s);
}

static void check_split(int line, int how, const char *text, const char *wanted)
{
    for (size_t step = 1; step <= strlen(text) + 1; step++) {
        struct log log = {.kind = 0};
        buf_init(&log.text, 1000000);
        split_by(text, step, how, &log);
        check_texts(__FILE__, line, text, log.text.data != NULL ? log.text.data : "", wanted);
        buf_finish(&log.text);
    }
}
#define SPLIT(text, wanted) check_split(__LINE__, PLAIN, text, wanted)
#define SPLIT_HOW(how, text, wanted) check_split(__LINE__, how, text, wanted)

static void a_tag_at_the_beginning_opens_a_thought(void)
{
    SPLIT("<think>Let me see.</think>Hi you", "[T]Let me see.[X]Hi you");
    SPLIT("<think>\nLet me see.\n</think>\n\nHi you", "[T]Let me see.[X]Hi you");
    SPLIT("\n\n  <think>\r\n\r\nLet me see.\r\n</think>\r\n\r\nHi you", "[T]Let me see.[X]Hi you");
    SPLIT(" <think>\nLet me see.\n\n\n </think>\nHi you", "[T]Let me see.[X]Hi you");
    SPLIT("<think>a\n\n  b\n</think>\n  Hi", "[T]a\n\n  b[X]  Hi");
    SPLIT("<think></think>Hi", "[X]Hi");
    SPLIT("<think>\n\n</think>\n\nHi", "[X]Hi");
    SPLIT("<THINK>a</Think> Hi", "[T]a[X]Hi");
    SPLIT("<think>never ends", "[T]never ends");
    SPLIT("<think>a</thin", "[T]a</thin");
    SPLIT("<think>a < b <</think>x", "[T]a < b <[X]x");
    SPLIT("<think>a</think>", "[T]a");
    SPLIT("<think>", "");
    SPLIT("", "");
    SPLIT(" \n\n ", "");
}

static void other_tags_are_known(void)
{
    SPLIT("[THINK]a[/THINK]Hi", "[T]a[X]Hi");
    SPLIT("[think]a[/think]Hi", "[X][think]a[/think]Hi");
    SPLIT("\u25C1think\u25B7a\u25C1/think\u25B7Hi", "[T]a[X]Hi");
    SPLIT("<seed:think>a</think></seed:think>Hi", "[T]a</think>[X]Hi");
    SPLIT("<thinking>a</think>b</thinking>Hi", "[T]a</think>b[X]Hi");
    SPLIT("<thought>a</thought>Hi", "[T]a[X]Hi");
    SPLIT("<|channel>thought\na\n<channel|>Hi", "[T]a[X]Hi");
    SPLIT("\u201CQuoted\u201D \u25C1thin", "[X]\u201CQuoted\u201D \u25C1thin");
}

static void any_later_tag_is_text(void)
{
    SPLIT("R1:\n\n<think>\na\n</think>\n\nso", "[X]R1:\n\n<think>\na\n</think>\n\nso");
    SPLIT("a `<think>` b\n</think>\nc", "[X]a `<think>` b\n</think>\nc");
    SPLIT("<think>a</think>Hi <think>b</think>", "[T]a[X]Hi <think>b</think>");
    SPLIT("<think>a</think>\n<think>b</think>\nHi", "[T]a[X]<think>b</think>\nHi");
    SPLIT("<thin> x", "[X]<thin> x");
    SPLIT("  indented", "[X]  indented");
}

static void a_lone_closing_tag_ends_a_thought(void)
{
    SPLIT("a\nb\n</think>\n\nHi", "[X]a\nb\n!T[X]Hi");
    SPLIT("a\n </think> \t\r\nHi", "[X]a\n!T[X]Hi");
    SPLIT("a\n</think>", "[X]a\n!T");
    SPLIT("a\n</think>\n", "[X]a\n!T");
    SPLIT("</think>\n\nHi", "[X]Hi");
    SPLIT("\n</think>\nHi", "[X]Hi");
    SPLIT("a\n[/THINK]\nHi", "[X]a\n!T[X]Hi");
    SPLIT("a\n</think>\n</think>\nHi", "[X]a\n!T[X]</think>\nHi");
    SPLIT("a\n```\nx\n```\n</think>\nHi", "[X]a\n```\nx\n```\n!T[X]Hi");
}

static void other_closing_tags_are_text(void)
{
    SPLIT("a</think>\nHi", "[X]a</think>\nHi");
    SPLIT("a\n</think> b\nHi", "[X]a\n</think> b\nHi");
    SPLIT("</think>Hi", "[X]</think>Hi");
    SPLIT("a `</think>`\n</think>\nHi", "[X]a `</think>`\n</think>\nHi");
    SPLIT("```\n</think>\n```\nHi", "[X]```\n</think>\n```\nHi");
    SPLIT("```\n</think>\n```\n</think>\nHi", "[X]```\n</think>\n```\n</think>\nHi");
    SPLIT("a\n</thin\nHi", "[X]a\n</thin\nHi");
    SPLIT("a\n\\</think>\nHi", "[X]a\n\\</think>\nHi");
    SPLIT("- a\n\n      ```\n</think>\n", "[X]- a\n\n      ```\n!T");
}

static void a_server_that_sends_thoughts_apart_sends_none_as_text(void)
{
    SPLIT_HOW(FIELD, "a\n</think>\nHi", "[X]a\n</think>\nHi");
    SPLIT_HOW(FIELD, "\n\nHi", "[X]Hi");
    SPLIT_HOW(FIELD, "\n</think>\n\nHi", "[X]Hi");
    SPLIT_HOW(FIELD, "<think></think>Hi", "[X]Hi");
    SPLIT_HOW(FIELD, "<think>a</think>Hi", "[T]a[X]Hi");
    SPLIT_HOW(FIELD | EXPECTS, "Hi", "[X]Hi");
    SPLIT_HOW(CALL, "<think>Hi\n</think>\n", "[X]<think>Hi\n</think>\n");
}

static void an_expected_thought_begins_as_one(void)
{
    SPLIT_HOW(EXPECTS, "a\n</think>\n\nHi", "[T]a\n[X]Hi");
    SPLIT_HOW(EXPECTS, "<think>a</think>Hi", "[T]a[X]Hi");
    SPLIT_HOW(EXPECTS, "</think>\nHi", "[X]Hi");
    SPLIT_HOW(EXPECTS, "Hi\nyou", "[T]Hi\nyou!X");
    SPLIT_HOW(EXPECTS | CUT, "Hi\nyou", "[T]Hi\nyou");
    SPLIT_HOW(EXPECTS, "a <think> b\n</think>\nc", "[T]a <think!X[X]> b\n</think>\nc");
    SPLIT_HOW(EXPECTS, "a\n</think> b", "[T]a\n!X[X]</think> b");
    SPLIT_HOW(EXPECTS, "", "");
}

static void channels_are_thought_but_for_the_last(void)
{
    SPLIT("<|channel|>analysis<|message|>Let me see.<|end|><|start|>assistant<|channel|>final"
          "<|message|>Hi you<|return|>",
          "[T]Let me see.[X]Hi you");
    SPLIT("<|start|>assistant<|channel|>analysis<|message|>a<|end|>\n<|start|>assistant"
          "<|channel|>commentary<|message|>b<|end|><|start|>assistant<|channel|>final<|message|>Hi",
          "[T]a\n\nb[X]Hi");
    SPLIT("<|channel|>final<|message|>Hi <|end|> you<|end|>\n", "[X]Hi <|end|> you");
    SPLIT("<|channel|>analysis<|message|>a<|start|>assistant<|channel|>final<|message|>Hi",
          "[T]a[X]Hi");
    SPLIT("<|channel|>analysis<|message|>a<|channel|>final<|message|>Hi", "[T]a[X]Hi");
    SPLIT("<|channel|>analysis<|message|>a", "[T]a");
    SPLIT("<|channel|>analysis<|message|>a<|end|>Hi", "[T]a[X]Hi");
    SPLIT("<|channel|>analysis", "[X]<|channel|>analysis");
    SPLIT("<|channel|> is a\ntag<|message|>", "[X]<|channel|> is a\ntag<|message|>");
    SPLIT("So: <|channel|>analysis<|message|>a", "[X]So: <|channel|>analysis<|message|>a");
}

/* Bytes that the splitter has not given yet. */
static size_t held_behind(const char *text)
{
    struct log log = {.kind = 0};
    struct split s;
    buf_init(&log.text, 100000);
    split_init(&s, false, on_give, &log);
    split_text(&s, text, strlen(text));
    size_t given = log.text.len > 3 ? log.text.len - 3 : 0;
    split_finish(&s);
    buf_finish(&log.text);
    return strlen(text) - given;
}

static void nothing_is_held_that_cannot_be_a_tag(void)
{
    CHECK_INT(held_behind("a"), 0);
    CHECK_INT(held_behind("a <"), 0);
    CHECK_INT(held_behind("a </think"), 0);
    CHECK_INT(held_behind("a\n"), 0);
    CHECK_INT(held_behind("a\n<"), 1);
    CHECK_INT(held_behind("a\n  </thi"), 7);
    CHECK_INT(held_behind("a\n<x"), 0);
    CHECK_INT(held_behind("```\n</think"), 0);
    CHECK_INT(held_behind("a\n<think>\n</th"), 0);
}

int main(void)
{
    RUN(a_tag_at_the_beginning_opens_a_thought);
    RUN(other_tags_are_known);
    RUN(any_later_tag_is_text);
    RUN(a_lone_closing_tag_ends_a_thought);
    RUN(other_closing_tags_are_text);
    RUN(a_server_that_sends_thoughts_apart_sends_none_as_text);
    RUN(an_expected_thought_begins_as_one);
    RUN(channels_are_thought_but_for_the_last);
    RUN(nothing_is_held_that_cannot_be_a_tag);
    return check_report("split");
}
