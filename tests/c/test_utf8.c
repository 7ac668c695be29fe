#include "base/buf.h"
#include "base/utf8.h"
#include "check.h"
#include "proto.h"

#define BAD "\xEF\xBF\xBD"

/* A decoder written again from the definition of UTF-8, by code points: the length of
 * the character at p, 0 if there is none. */
static size_t character(const unsigned char *p, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t want = p[0] < 0x80       ? 1
                  : p[0] >> 5 == 6  ? 2
                  : p[0] >> 4 == 14 ? 3
                  : p[0] >> 3 == 30 ? 4
                                    : 0;
    if (want == 0 || want > len) {
        return 0;
    }
    if (want == 1) {
        return 1;
    }
    uint32_t code = p[0] & (0x7Fu >> want);
    for (size_t i = 1; i < want; i++) {
        if (p[i] >> 6 != 2) {
            return 0;
        }
        code = code << 6 | (p[i] & 0x3Fu);
    }
    if (code < least[want] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        return 0;
    }
    return want;
}

static bool is_valid(const char *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t n = character((const unsigned char *)data + at, len - at);
        if (n == 0) {
            return false;
        }
        at += n;
    }
    return true;
}

/* Feeds data cut in two, at each byte, and one byte at a time. */
static void check_clean(const char *data, size_t len, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000);
    struct utf8 u;
    for (size_t cut = 0; cut <= len; cut++) {
        utf8_init(&u);
        buf_clear(&out);
        utf8_feed(&u, data, cut, &out);
        CHECK_INT(out.error, HUM_OK);
        CHECK(is_valid(out.data != NULL ? out.data : "", out.len));
        utf8_feed(&u, data + cut, len - cut, &out);
        CHECK_INT(out.error, HUM_OK);
        utf8_end(&u, &out);
        CHECK_INT(out.error, HUM_OK);
        CHECK_TEXT(out.data, wanted);
    }
    utf8_init(&u);
    buf_clear(&out);
    for (size_t i = 0; i < len; i++) {
        utf8_feed(&u, data + i, 1, &out);
        CHECK(is_valid(out.data != NULL ? out.data : "", out.len));
    }
    utf8_end(&u, &out);
    CHECK_TEXT(out.data, wanted);
    buf_clear(&out);
    utf8_clean(data, len, &out);
    CHECK_TEXT(out.data, wanted);
    CHECK_INT(utf8_valid(data, len) == len, out.len == len && memcmp(out.data, data, len) == 0);
    buf_finish(&out);
}

#define CLEAN(data, wanted) check_clean(data, sizeof(data) - 1, wanted)

static void passes_valid_text_of_every_length(void)
{
    CLEAN("plain text, longer than the eight bytes that are looked at together",
          "plain text, longer than the eight bytes that are looked at together");
    CLEAN("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"
          "\xF4\x8F\xBF\xBF",
          "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"
          "\xF4\x8F\xBF\xBF");
    CLEAN("gr\xC3\xBC\xC3\x9F \xE2\x9C\x93 \xF0\x9F\xA6\x99!", "gr\xC3\xBC\xC3\x9F \xE2\x9C\x93 "
                                                               "\xF0\x9F\xA6\x99!");
}

static void replaces_each_maximal_invalid_part_once(void)
{
    /* Unicode, table 3-8: what is replaced by how many. */
    CLEAN("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A");
    CLEAN("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A");
    CLEAN("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", BAD BAD BAD BAD BAD "A" BAD BAD "B");
    CLEAN("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", BAD BAD BAD BAD "A");
}

static void a_character_cut_by_the_end_is_replaced_once(void)
{
    CLEAN("a\xC3", "a" BAD);
    CLEAN("a\xE2\x9C", "a" BAD);
    CLEAN("a\xF0\x9F\xA6", "a" BAD);
}

static void a_held_beginning_that_goes_on_wrongly_is_replaced(void)
{
    CLEAN("\xF0\x9F\xF0\x9F\xA6\x99", BAD "\xF0\x9F\xA6\x99");
    CLEAN("\xE2\x9Cx\xE2\x9C\x93", BAD "x\xE2\x9C\x93");
}

static void holds_back_only_what_may_become_a_character(void)
{
    struct utf8 u;
    utf8_init(&u);
    struct buf out;
    buf_init(&out, 100);
    utf8_feed(&u, "a\xF0\x9F\xA6", 4, &out);
    CHECK_TEXT(out.data, "a");
    CHECK_INT(u.held_len, 3);
    utf8_feed(&u, "\x99", 1, &out);
    CHECK_TEXT(out.data, "a\xF0\x9F\xA6\x99");
    CHECK_INT(u.held_len, 0);
    utf8_feed(&u, "\xED\xA0", 2, &out);
    CHECK_INT(u.held_len, 0);
    buf_finish(&out);
}

static void passes_nul_and_control_characters(void)
{
    struct buf out;
    buf_init(&out, 100);
    utf8_clean("a\0\x1B\r\n", 5, &out);
    CHECK_INT(out.error, HUM_OK);
    CHECK_INT(out.len, 5);
    CHECK_INT(memcmp(out.data, "a\0\x1B\r\n", 5), 0);
    buf_finish(&out);
}

static void every_pair_and_triple_of_bytes_becomes_valid(void)
{
    struct buf out;
    buf_init(&out, 100);
    for (unsigned n = 0; n < 1u << 18; n++) {
        /* All second bytes at the borders of the ranges, behind all first bytes. */
        static const unsigned char marks[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                              0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xF5, 0xFF};
        unsigned char text[4] = {(unsigned char)(n >> 10), marks[n >> 6 & 15], marks[n >> 2 & 15],
                                 marks[(n & 3) * 2]};
        bool was_valid = is_valid((char *)text, 4);
        size_t whole = utf8_valid((char *)text, 4);
        if ((whole == 4) != was_valid || !is_valid((char *)text, whole)) {
            CHECK(!"what is valid is known");
        }
        buf_clear(&out);
        utf8_clean((char *)text, 4, &out);
        if (!is_valid(out.data, out.len)) {
            CHECK(!"valid");
        }
        if (was_valid && memcmp(out.data, text, 4) != 0) {
            CHECK(!"valid text must pass unchanged");
        }
    }
    buf_finish(&out);
}

static void says_when_the_text_outgrows_the_buffer(void)
{
    struct buf out;
    buf_init(&out, 4);
    utf8_clean("abcde", 5, &out);
    CHECK_INT(out.error, HUM_ETOOBIG);
    buf_clear(&out);
    utf8_clean("\xFF\xFF", 2, &out);
    CHECK_INT(out.error, HUM_ETOOBIG);
    buf_finish(&out);
}

static void a_line_is_trimmed_and_squeezed(void)
{
    struct buf out;
    buf_init(&out, 100);
    utf8_line(" \n a\t\tb\r\n\x1B[31mc\0d\x7F ", 19, 100, &out);
    CHECK_INT(out.error, HUM_OK);
    CHECK_TEXT(out.data, "a b [31mc d");
    buf_clear(&out);
    utf8_line(" \n ", 3, 100, &out);
    CHECK_INT(out.error, HUM_OK);
    CHECK_INT(out.len, 0);
    utf8_line("", 0, 100, &out);
    CHECK_INT(out.error, HUM_OK);
    CHECK_INT(out.len, 0);
    buf_finish(&out);
}

static void a_long_line_is_cut_between_characters(void)
{
    struct buf out;
    buf_init(&out, 100);
    utf8_line("abcdef", 6, 6, &out);
    CHECK_TEXT(out.data, "abcdef");
    buf_clear(&out);
    utf8_line("abcdefg", 7, 6, &out);
    CHECK_TEXT(out.data, "abc...");
    buf_clear(&out);
    utf8_line("ab\xE2\x9C\x93zz", 7, 6, &out);
    CHECK_TEXT(out.data, "ab...");
    buf_finish(&out);
}

static void finds_where_characters_begin(void)
{
    static const char text[] = "a\xF0\x9D\x84\x9Ez";
    for (size_t at = 0; at <= 8; at++) {
        size_t low = at >= 6 ? 6 : at == 5 ? 5 : at > 0 ? 1 : 0;
        size_t high = at >= 6 ? 6 : at > 1 ? 5 : at;
        CHECK_INT(utf8_floor(text, 6, at), low);
        CHECK_INT(utf8_ceil(text, 6, at), high);
    }
    CHECK_INT(utf8_floor("\x80\x80\x80\x80\x80\x80", 6, 5), 2);
    CHECK_INT(utf8_ceil("\x80\x80\x80\x80\x80\x80", 6, 1), 4);
    CHECK_INT(utf8_ceil("\x80\x80", 2, 1), 2);
    CHECK_INT(utf8_floor("\x80\x80", 2, 1), 0);
    CHECK_INT(utf8_ceil("", 0, 0), 0);
}

static void knows_how_much_is_whole_characters(void)
{
    static const char text[] = "a\xC3\xB6\xE2\x82\xAC\xF0\x9F\xA6\x99z";
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
    for (size_t len = 0; len < sizeof text; len++) {
        CHECK_INT(utf8_whole(text, len), whole[len]);
    }
    CHECK_INT(utf8_whole("\x80\x80\x80", 3), 3);
    CHECK_INT(utf8_whole("\x80\x80\x80\x80\x80", 5), 5);
}

int main(void)
{
    RUN(passes_valid_text_of_every_length);
    RUN(replaces_each_maximal_invalid_part_once);
    RUN(a_character_cut_by_the_end_is_replaced_once);
    RUN(a_held_beginning_that_goes_on_wrongly_is_replaced);
    RUN(holds_back_only_what_may_become_a_character);
    RUN(passes_nul_and_control_characters);
    RUN(every_pair_and_triple_of_bytes_becomes_valid);
    RUN(says_when_the_text_outgrows_the_buffer);
    RUN(a_line_is_trimmed_and_squeezed);
    RUN(a_long_line_is_cut_between_characters);
    RUN(finds_where_characters_begin);
    RUN(knows_how_much_is_whole_characters);
    return check_report("utf8");
}
