#include "check.h"
#include "proto.h"
#include "server/json.h"

static void check_write(int line, struct value v, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000);
    json_write(&out, &v);
    check_ints(__FILE__, line, "error", out.error, 0);
    check_texts(__FILE__, line, "JSON", out.data, wanted);
    buf_finish(&out);
}

#define WRITE(v, wanted) check_write(__LINE__, v, wanted)

static struct value real(double number)
{
    return (struct value){.type = VALUE_FLOAT, .as.real = number};
}

static struct value integer(int64_t number)
{
    return (struct value){.type = VALUE_INT, .as.integer = number};
}

static struct value bytes(const char *data, size_t len)
{
    struct value v = {.type = VALUE_STRING};
    v.as.string.data = data;
    v.as.string.len = len;
    return v;
}

static struct value array(const struct value *items, size_t count)
{
    struct value v = {.type = VALUE_ARRAY};
    v.as.array.items = items;
    v.as.array.count = count;
    return v;
}

static void writes_every_type(void)
{
    struct value items[] = {integer(1), value_true(), {.type = VALUE_NIL}};
    struct value_pair pairs[] = {{value_text("a"), array(items, 3)},
                                 {value_text("b \"c\""), value_pairs(NULL, 0)}};
    WRITE(value_pairs(pairs, 2), "{\"a\":[1,true,null],\"b \\\"c\\\"\":{}}");
    WRITE(array(NULL, 0), "[]");
    WRITE(((struct value){.type = VALUE_BOOL}), "false");
}

static void integers_keep_all_digits(void)
{
    WRITE(integer(INT64_MAX), "9223372036854775807");
    WRITE(integer(INT64_MIN), "-9223372036854775808");
    WRITE(integer(9007199254740993), "9007199254740993");
}

static void reals_are_short_and_exact(void)
{
    WRITE(real(0.8), "0.8");
    WRITE(real(0.1 + 0.2), "0.30000000000000004");
    WRITE(real(-1.5e300), "-1.5e+300");
    WRITE(real(0), "0");
}

static void escapes_what_json_asks_for(void)
{
    WRITE(bytes("\"\\/\n\r\t\b\0\x1F\x7F", 10), "\"\\\"\\\\/\\n\\r\\t\\u0008\\u0000\\u001f\x7F\"");
    WRITE(bytes(NULL, 0), "\"\"");
    WRITE(value_text("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\"");
}

/* Whatever stands beside it, and wherever it stands in a word of eight bytes. */
static void every_byte_is_escaped_or_not_at_every_place(void)
{
    for (int c = 1; c < 0x80; c++) {
        for (size_t at = 0; at < 20; at++) {
            char text[21], wanted[32], escape[8];
            memset(text, 'x', 20);
            text[20] = '\0';
            text[at] = (char)c;
            if (c == '"' || c == '\\') {
                snprintf(escape, sizeof escape, "\\%c", c);
            } else if (c == '\n' || c == '\r' || c == '\t') {
                snprintf(escape, sizeof escape, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            } else {
                snprintf(escape, sizeof escape, c < 0x20 ? "\\u%04x" : "%c", (unsigned)c);
            }
            snprintf(wanted, sizeof wanted, "\"%.*s%s%s\"", (int)at, text, escape, text + at + 1);
            WRITE(bytes(text, 20), wanted);
        }
    }
    WRITE(value_text("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82\xC2\xA7\xEF\xBF\xBD\n"),
          "\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82\xC2\xA7\xEF\xBF\xBD\\n\"");
}

static void invalid_utf8_is_replaced(void)
{
    WRITE(bytes("a\xFF"
                "b\xE2\x9C",
                5),
          "\"a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD\"");
}

static void what_json_cannot_say_is_refused(void)
{
    struct value not_finite[] = {real(1.0 / 0.0), real(-1.0 / 0.0), real(0.0 / 0.0)};
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < 3; i++) {
        json_write(&out, &not_finite[i]);
        CHECK_INT(out.error, HUM_ESPEC);
        buf_clear(&out);
    }
    struct value deep[LIMIT_DEPTH + 1];
    deep[0] = array(NULL, 0);
    for (size_t i = 1; i <= LIMIT_DEPTH; i++) {
        deep[i] = array(&deep[i - 1], 1);
    }
    json_write(&out, &deep[LIMIT_DEPTH - 1]);
    CHECK_INT(out.error, HUM_OK);
    buf_clear(&out);
    json_write(&out, &deep[LIMIT_DEPTH]);
    CHECK_INT(out.error, HUM_ESPEC);
    buf_clear(&out);
    buf_finish(&out);
}

static void every_cap_is_an_error_and_no_overrun(void)
{
    struct value items[] = {integer(-12), real(0.25), value_text("a\"\n\xFF"), value_true()};
    struct value_pair pairs[] = {{value_text("key"), array(items, 4)}};
    struct value map = value_pairs(pairs, 1);
    struct buf out;
    for (size_t cap = 0; cap < 34; cap++) {
        buf_init(&out, cap);
        json_write(&out, &map);
        CHECK_INT(out.error, HUM_ETOOBIG);
        buf_finish(&out);
    }
    buf_init(&out, 34);
    json_write(&out, &map);
    CHECK_INT(out.error, HUM_OK);
    CHECK_INT(out.len, 34);
    buf_finish(&out);
}

static void check_mend(int line, const char *text, size_t len, const char *wanted)
{
    char *copy = xstrndup(text, len);
    json_mend(copy, len);
    if (memcmp(copy, wanted, len) != 0) {
        check_texts(__FILE__, line, "mended", copy, wanted);
    }
    free(copy);
}

#define MEND(text, wanted) check_mend(__LINE__, text, sizeof(text) - 1, wanted)

static void escaped_nul_becomes_a_replacement_character(void)
{
    MEND("\"a\\u0000b\"", "\"a\\ufffdb\"");
    MEND("\\u0000", "\\ufffd");
}

static void an_escaped_backslash_before_u_is_left_alone(void)
{
    MEND("\"\\\\u0000\"", "\"\\\\u0000\"");
    MEND("\"\\\\\\u0000\"", "\"\\\\\\ufffd\"");
}

static void lone_surrogates_are_replaced_and_pairs_kept(void)
{
    MEND("\\ud83e\\udd99", "\\ud83e\\udd99");
    MEND("\\uD83E\\uDD99", "\\uD83E\\uDD99");
    MEND("\\ud83ex", "\\ufffdx");
    MEND("\\udd99", "\\ufffd");
    MEND("\\ud83e\\ud83e\\udd99", "\\ufffd\\ud83e\\udd99");
    MEND("\\udd99\\ud83e", "\\ufffd\\ufffd");
    MEND("\\ud83e\\u0041", "\\ufffd\\u0041");
    MEND("\\ud83e\\n", "\\ufffd\\n");
    MEND("\\ud83e\\u0000", "\\ufffd\\ufffd");
    MEND("\\ud83e\\uzzzz", "\\ufffd\\?zzzz");
}

static void escapes_cut_short_are_errors(void)
{
    MEND("\\", "\\");
    MEND("\\u", "\\?");
    MEND("\\u000", "\\?000");
    MEND("\\ud83e", "\\ufffd");
    MEND("\\ud83e\\udd9", "\\ufffd\\?dd9");
    MEND("", "");
}

static void a_raw_nul_becomes_a_substitute_character(void)
{
    MEND("\"a\0b\"", "\"a\x1A"
                     "b\"");
}

static void other_text_is_untouched(void)
{
    MEND("\"\\u003c\\n\\t\\\"\\u2028 u0000\"", "\"\\u003c\\n\\t\\\"\\u2028 u0000\"");
}

static void check_parse(int line, const char *text, size_t len, const char *wanted)
{
    char *copy = xstrndup(text, len);
    cJSON *json = json_parse(copy, len);
    if (wanted != NULL) {
        check_texts(__FILE__, line, "parsed", cJSON_GetStringValue(json), wanted);
    } else if (json != NULL) {
        check_fail(__FILE__, line, "parsed what is no JSON");
    }
    cJSON_Delete(json);
    free(copy);
}

#define PARSE(text, wanted) check_parse(__LINE__, text, sizeof(text) - 1, wanted)

static void parses_one_whole_value(void)
{
    PARSE("\"a\"", "a");
    PARSE(" \"a\" \r\n\t", "a");
    PARSE("\"a\" x", NULL);
    PARSE("\"a\"\"b\"", NULL);
    PARSE("\"a", NULL);
    PARSE("", NULL);
    PARSE(" ", NULL);
    PARSE("{", NULL);
    PARSE("\"\\x\"", NULL);
    PARSE("\"a\\uzzzzb\"", NULL);
    PARSE("\"\\u12\"", NULL);
}

static void raw_control_bytes_are_no_error(void)
{
    PARSE("\"a\n\x01\x7F"
          "b\"",
          "a\n\x01\x7F"
          "b");
}

static void strings_come_whole_whatever_escapes_are_in_them(void)
{
    PARSE("\"a\\u0000b\"", "a\xEF\xBF\xBD"
                           "b");
    PARSE("\"a\\ud800b\"", "a\xEF\xBF\xBD"
                           "b");
    PARSE("\"\\ud83e\\udd99\"", "\xF0\x9F\xA6\x99");
    PARSE("\"\\u003c\\u2028\"", "<\xE2\x80\xA8");
    PARSE("\"a\0b\"", "a\x1A"
                      "b");
}

static void nesting_without_end_is_an_error(void)
{
    size_t len = 100000;
    char *deep = xmalloc(len + 1);
    memset(deep, '[', len);
    deep[len] = '\0';
    CHECK(json_parse(deep, len) == NULL);
    free(deep);
}

static void members_that_are_null_are_absent(void)
{
    char text[] = "{\"a\":null,\"b\":1}", list[] = "[1]";
    cJSON *json = json_parse(text, strlen(text)), *array = json_parse(list, strlen(list));
    CHECK(json_get(json, "a") == NULL);
    CHECK(json_get(json, "B") == NULL);
    CHECK_INT(json_count(json_get(json, "b")), 1);
    CHECK(json_get(array, "b") == NULL);
    CHECK(json_get(NULL, "b") == NULL);
    cJSON_Delete(json);
    cJSON_Delete(array);
}

static void a_text_is_a_string_and_all_of_it(void)
{
    cJSON *text = cJSON_CreateString("a"), *number = cJSON_CreateNumber(1);
    CHECK(json_is_text(text, "a") && !json_is_text(text, "ab") && !json_is_text(text, ""));
    CHECK(!json_is_text(number, "1") && !json_is_text(NULL, "a"));
    cJSON_Delete(text);
    cJSON_Delete(number);
}

static void counts_are_64_bit_integers_or_absent(void)
{
    static const struct {
        const char *text;
        int64_t wanted, wanted_ns;
    } cases[] = {
        {"261933641123", 261933641123, 261933641123000000},
        {"4294967296", 4294967296, 4294967296000000},
        {"1.023", 1, 1023000},
        {"0", 0, 0},
        {"-1", -1, -1},
        {"1e300", -1, -1},
        {"1e999", -1, -1},
        {"9223372036854775808", -1, -1},
        {"\"5\"", -1, -1},
        {"true", -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *json = cJSON_Parse(cases[i].text);
        CHECK(json != NULL);
        CHECK_INT(json_count(json), cases[i].wanted);
        CHECK_INT(json_ms_to_ns(json), cases[i].wanted_ns);
        cJSON_Delete(json);
    }
    CHECK_INT(json_count(NULL), -1);
    CHECK_INT(json_ms_to_ns(NULL), -1);
}

int main(void)
{
    RUN(writes_every_type);
    RUN(integers_keep_all_digits);
    RUN(reals_are_short_and_exact);
    RUN(escapes_what_json_asks_for);
    RUN(every_byte_is_escaped_or_not_at_every_place);
    RUN(invalid_utf8_is_replaced);
    RUN(what_json_cannot_say_is_refused);
    RUN(every_cap_is_an_error_and_no_overrun);
    RUN(escaped_nul_becomes_a_replacement_character);
    RUN(an_escaped_backslash_before_u_is_left_alone);
    RUN(lone_surrogates_are_replaced_and_pairs_kept);
    RUN(escapes_cut_short_are_errors);
    RUN(a_raw_nul_becomes_a_substitute_character);
    RUN(other_text_is_untouched);
    RUN(parses_one_whole_value);
    RUN(raw_control_bytes_are_no_error);
    RUN(strings_come_whole_whatever_escapes_are_in_them);
    RUN(nesting_without_end_is_an_error);
    RUN(members_that_are_null_are_absent);
    RUN(a_text_is_a_string_and_all_of_it);
    RUN(counts_are_64_bit_integers_or_absent);
    return check_report("json");
}
