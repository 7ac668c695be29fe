#include "check.h"
#include "fixture.h"
#include "server/frame.h"

/* Records are logged as [record]; stop_at is the record whose callback refuses. */
struct records {
    struct buf log;
    int count;
    int stop_at;
};

static int on_record(void *ctx, char *record, size_t len)
{
    struct records *r = ctx;
    CHECK_INT(record[len], '\0');
    buf_add(&r->log, "[", 1);
    buf_add(&r->log, record, len);
    buf_add(&r->log, "]", 1);
    /* Records may be changed in place. */
    memset(record, 'x', len);
    return ++r->count == r->stop_at ? 77 : 0;
}

/* The records of data fed in pieces: up to cut, then the rest by step bytes. */
static int feed(struct records *r, enum frame_kind kind, size_t cap, const char *data, size_t len,
                size_t cut, size_t step)
{
    r->count = 0;
    buf_clear(&r->log);
    buf_add(&r->log, "", 0);
    struct frame f;
    frame_init(&f, kind, cap);
    int error = frame_feed(&f, data, cut, on_record, r);
    while (error == 0 && cut < len) {
        size_t n = step < len - cut ? step : len - cut;
        error = frame_feed(&f, data + cut, n, on_record, r);
        cut += n;
    }
    if (error == 0) {
        error = frame_end(&f, on_record, r);
    }
    frame_finish(&f);
    return error;
}

static void check_all_cuts(enum frame_kind kind, size_t cap, const char *data, size_t len,
                           const char *wanted, int wanted_err)
{
    struct records r = {.count = 0};
    buf_init(&r.log, LIMIT_RECORD);
    for (size_t cut = 0; cut <= len; cut++) {
        CHECK_INT(feed(&r, kind, cap, data, len, cut, len), wanted_err);
        CHECK_TEXT(r.log.data, wanted);
    }
    for (size_t step = 1; step < 8; step++) {
        CHECK_INT(feed(&r, kind, cap, data, len, 0, step), wanted_err);
        CHECK_TEXT(r.log.data, wanted);
    }
    buf_finish(&r.log);
}

#define LINES(data, wanted) check_all_cuts(FRAME_LINES, 1000, data, sizeof(data) - 1, wanted, 0)
#define EVENTS(data, wanted) check_all_cuts(FRAME_EVENTS, 1000, data, sizeof(data) - 1, wanted, 0)

static void joins_a_line_split_anywhere(void)
{
    LINES("{\"a\":1}\n{\"b\":\"gr\xC3\xBC\xC3\x9F\"}\n",
          "[{\"a\":1}][{\"b\":\"gr\xC3\xBC\xC3\x9F\"}]");
}

static void accepts_crlf_and_blank_lines(void)
{
    LINES("a\r\nb\r\n\r\n\n \t\n\r\nc\n", "[a][b][c]");
    LINES("\r\na\rb\n", "[a\rb]");
}

static void the_last_line_needs_no_newline(void)
{
    LINES("a\nb", "[a][b]");
    LINES("a\nb\r", "[a][b]");
    LINES("", "");
    LINES("\n\n", "");
}

static void drops_a_byte_order_mark(void)
{
    LINES("\xEF\xBB\xBF{\"a\":1}\n", "[{\"a\":1}]");
    EVENTS("\xEF\xBB\xBF"
           "data: a\n\n",
           "[a]");
}

static void a_page_is_one_record(void)
{
    LINES("\n<html>\n<title>502</title>\n\n</html>\n", "[<html>\n<title>502</title>\n\n</html>]");
    EVENTS("<html>\n\n<title>502</title>", "[<html>\n\n<title>502</title>]");
}

static void a_value_by_itself_is_a_record(void)
{
    EVENTS("{\"error\":{\"message\":\"no\"}}", "[{\"error\":{\"message\":\"no\"}}]");
    EVENTS("{\n  \"error\": \"no\"\n}\n", "[{\n  \"error\": \"no\"\n}]");
    EVENTS("[{\n\"error\": 1}]", "[[{\n\"error\": 1}]]");
    EVENTS("data: a\n\n{\"b\":1}\n\ndata: c\n\n", "[a][{\"b\":1}][c]");
    EVENTS("data: a\n\n{\"b\":\n\n 1}\n\ndata: c\n\n", "[a][{\"b\":\n 1}][c]");
    EVENTS("{\"a\":1}\n{\"b\":\"}\"}\n[DONE]\n", "[{\"a\":1}][{\"b\":\"}\"}][[DONE]]");
    LINES("{\n \"a\": {\"b\": 1}\n}\n{\"c\":1}\n", "[{\n \"a\": {\"b\": 1}\n}][{\"c\":1}]");
}

static void a_value_that_does_not_end_holds_nothing_up(void)
{
    EVENTS("{oops\ndata: a\n\n", "[a]");
    EVENTS("[12:30] oops {\ndata: a\n\n", "[a]");
    EVENTS("{\"a\":\n{\"b\":1}\n\ndata: c\n\n", "[{\"a\":][{\"b\":1}][c]");
    LINES("{\"a\":\"bro\n{\"b\":1}\n", "[{\"a\":\"bro][{\"b\":1}]");
    EVENTS("{\"a\":1", "[{\"a\":1]");
}

static void values_need_no_line_break_between_them(void)
{
    LINES("{\"a\":\"}{\"}{\"b\":{}}{}", "[{\"a\":\"}{\"}][{\"b\":{}}][{}]");
    LINES("{\"a\":\"}{\\\"}\"}\n", "[{\"a\":\"}{\\\"}\"}]");
    LINES("{\"a\":]{\"b\":2}{}\n", "[{\"a\":]{\"b\":2}{}]");
    EVENTS("{\"a\":1}{\"b\":2}\n\n", "[{\"a\":1}][{\"b\":2}]");
    LINES("{\"a\":1} {\"b\":2}\n", "[{\"a\":1} {\"b\":2}]");
}

static void data_lines_that_are_values_are_records(void)
{
    EVENTS("data: {\"a\":1}\ndata: {\"b\":1}\ndata: [DONE]\n", "[{\"a\":1}][{\"b\":1}][[DONE]]");
    EVENTS("data: {\"a\":\ndata: {\"b\":1}}\n\n", "[{\"a\":\n{\"b\":1}}]");
    EVENTS("event: x\ndata: {\"a\":1}\nevent: y\ndata: {\"b\":1}\n\n", "[{\"a\":1}][{\"b\":1}]");
    EVENTS("data: ping\ndata: {\"a\":1}\n\n", "[ping][{\"a\":1}]");
}

static void data_may_go_on_without_a_name(void)
{
    EVENTS("data:\n {\"a\":1}\n\n", "[\n {\"a\":1}]");
    EVENTS("data: {\n\"a\":1\n}\n\ndata: b\n\n", "[{\n\"a\":1\n}][b]");
    EVENTS("data: {\"a\":1}\nword\n{\"b\":1}\n\n", "[{\"a\":1}][{\"b\":1}]");
}

static void events_among_lines_are_events(void)
{
    LINES("data: {\"a\":1}\ndata: {\"b\":1}\n", "[{\"a\":1}][{\"b\":1}]");
    LINES(": hello\n\ndata: {\"a\":1}\n\n{\"b\":1}\n", "[{\"a\":1}][{\"b\":1}]");
    LINES("error: no\n{\"b\":1}\n", "[error: no][{\"b\":1}]");
}

static void an_event_ends_with_a_blank_line(void)
{
    EVENTS("data: a\n\ndata: b\n\n\n\ndata: c\n\n", "[a][b][c]");
}

static void the_space_behind_data_is_optional_and_only_one_is_taken(void)
{
    EVENTS("data:a\n\ndata: b\n\ndata:  c\n\n", "[a][b][ c]");
}

static void several_data_lines_are_joined(void)
{
    EVENTS("data: a\ndata: b\ndata\ndata:\ndata: c\n\n", "[a\nb\n\n\nc]");
    EVENTS("data\n\ndata:\n\n", "[][]");
}

/* What a stream's records are called. */
struct names {
    struct frame frame;
    struct buf log;
};

static int on_named(void *ctx, char *record, size_t len)
{
    struct names *n = ctx;
    buf_printf(&n->log, "[%s: %.*s]", n->frame.name, (int)len, record);
    return 0;
}

static void a_record_has_its_events_name(void)
{
    static const char data[] =
        "event: a\ndata: 1\n\ndata: 2\nevent:b\n\nevent: gone\n\ndata: 3\n\nevent: first\n"
        "event: an_endless_name_that_nobody_would_give\ndata: 4\n\nevent\ndata: 5\n\nevents: x\n"
        "data: 6";
    for (size_t cut = 0; cut < sizeof data; cut++) {
        struct names n;
        buf_init(&n.log, 1000);
        frame_init(&n.frame, FRAME_EVENTS, 100);
        CHECK_INT(frame_feed(&n.frame, data, cut, on_named, &n), 0);
        CHECK_INT(frame_feed(&n.frame, data + cut, sizeof data - 1 - cut, on_named, &n), 0);
        CHECK_INT(frame_end(&n.frame, on_named, &n), 0);
        CHECK_TEXT(n.log.data, "[a: 1][b: 2][: 3][an_endless_name_that_nobody_wou: 4][: 5][: 6]");
        frame_finish(&n.frame);
        buf_finish(&n.log);
    }
}

static void comments_names_ids_and_unknown_fields_are_passed_over(void)
{
    EVENTS(
        ": ping\n\nevent: message\nid: 7\nretry: 10\ndata: a\n\n: x\ndatabase: b\ndat: c\n\nevent: "
        "x\n\n",
        "[a]");
}

static void a_field_error_is_data(void)
{
    EVENTS("error: {\"code\":500}\n\nerrors: x\n\nerror\n\n", "[{\"code\":500}]");
}

static void lines_of_events_end_with_lf_crlf_or_cr(void)
{
    EVENTS("data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\n\ndata: e\n\r\ndata: f\r\n\r\n",
           "[a][b][c][d][e][f]");
    EVENTS("data: a\rdata: b\r\ndata: c\n\r", "[a\nb\nc]");
}

static void an_event_that_lacks_its_blank_line_is_given_at_the_end(void)
{
    EVENTS("data: a\n\ndata: b\n", "[a][b]");
    EVENTS("data: a\n\ndata: b", "[a][b]");
    EVENTS("data: a\n\n: b", "[a]");
}

static void a_record_as_long_as_the_cap_passes_and_one_byte_more_does_not(void)
{
    check_all_cuts(FRAME_LINES, 4, "abcd\r\nefgh\n", 11, "[abcd][efgh]", 0);
    check_all_cuts(FRAME_LINES, 4, "ab\nabcde\nc\n", 11, "[ab]", HUM_ETOOBIG);
    check_all_cuts(FRAME_EVENTS, 4, "data: abcd\n\ndata: a\ndata: b\n\n", 29, "[abcd][a\nb]", 0);
    check_all_cuts(FRAME_EVENTS, 4, "data: ab\ndata: cd\n\n", 19, "", HUM_ETOOBIG);
    check_all_cuts(FRAME_EVENTS, 4, "data: abcde\n\n", 13, "", HUM_ETOOBIG);
}

static void an_endless_line_is_too_big_before_it_ends(void)
{
    struct records r = {.count = 0};
    buf_init(&r.log, 1000);
    struct frame f;
    frame_init(&f, FRAME_LINES, 1000);
    int error = 0;
    int fed = 0;
    while (error == 0 && ++fed < 100) {
        error = frame_feed(&f, "0123456789012345678901234567890123456789", 40, on_record, &r);
    }
    CHECK_INT(error, HUM_ETOOBIG);
    CHECK(fed < 30);
    CHECK(f.line.len <= 1010);
    frame_finish(&f);
    buf_finish(&r.log);
}

static void a_line_of_megabytes_comes_whole(void)
{
    struct records r = {.count = 0};
    size_t len = 9u << 20;
    char *line = xmalloc(len + 1);
    memset(line, 'a', len);
    line[len] = '\n';
    buf_init(&r.log, LIMIT_RECORD);
    CHECK_INT(feed(&r, FRAME_LINES, LIMIT_RECORD, line, len + 1, 0, 1000), 0);
    CHECK_INT(r.count, 1);
    CHECK_INT(r.log.len, len + 2);
    buf_finish(&r.log);
    free(line);
}

static void a_refusing_callback_ends_the_feeding(void)
{
    struct records r = {.stop_at = 2};
    buf_init(&r.log, 1000);
    CHECK_INT(feed(&r, FRAME_LINES, 1000, "a\nb\nc\nd\n", 8, 8, 8), 77);
    CHECK_TEXT(r.log.data, "[a][b]");
    CHECK_INT(feed(&r, FRAME_EVENTS, 1000, "data:a\n\ndata:b\n\ndata:c\n\n", 24, 24, 24), 77);
    CHECK_TEXT(r.log.data, "[a][b]");
    CHECK_INT(feed(&r, FRAME_LINES, 1000, "a\nb", 3, 3, 3), 77);
    CHECK_TEXT(r.log.data, "[a][b]");
    buf_finish(&r.log);
}

static int finish_on_record(void *ctx, char *record, size_t len)
{
    (void)record;
    (void)len;
    frame_finish(ctx);
    return 1;
}

static void a_refusing_callback_may_finish_the_frame(void)
{
    struct frame f;
    frame_init(&f, FRAME_LINES, 100);
    CHECK_INT(frame_feed(&f, "a", 1, finish_on_record, &f), 0);
    CHECK_INT(frame_feed(&f, "b\nc\n", 4, finish_on_record, &f), 1);
    frame_init(&f, FRAME_EVENTS, 100);
    CHECK_INT(frame_feed(&f, "data:a\n\ndata:b\n\n", 16, finish_on_record, &f), 1);
}

/* A log of records that the next ones are compared with. */
struct expected {
    const struct buf *log;
    size_t at;
};

static int on_expected(void *ctx, char *record, size_t len)
{
    struct expected *x = ctx;
    const char *wanted = x->log->data + x->at;
    if (x->log->len - x->at < len + 2 || memcmp(wanted + 1, record, len) != 0 ||
        wanted[len + 1] != ']') {
        return 1;
    }
    x->at += len + 2;
    return 0;
}

static bool gives_same(const struct fixture *f, enum frame_kind kind, size_t cut,
                       const struct buf *log)
{
    struct expected x = {log, 0};
    struct frame frame;
    frame_init(&frame, kind, LIMIT_RECORD);
    int error = frame_feed(&frame, f->body.data, cut, on_expected, &x);
    if (error == 0) {
        error = frame_feed(&frame, f->body.data + cut, f->body.len - cut, on_expected, &x);
    }
    if (error == 0) {
        error = frame_end(&frame, on_expected, &x);
    }
    frame_finish(&frame);
    return error == 0 && x.at == log->len;
}

static void check_recording(const char *path, const struct fixture *f)
{
    enum frame_kind kind = f->is_lines ? FRAME_LINES : FRAME_EVENTS;
    struct records whole = {.count = 0}, bytes = {.count = 0};
    buf_init(&whole.log, LIMIT_RECORD);
    buf_init(&bytes.log, LIMIT_RECORD);
    /* on_record overwrites what it got, which must not be the fed data. */
    CHECK_INT(feed(&whole, kind, LIMIT_RECORD, f->body.data, f->body.len, f->body.len, 1), 0);
    CHECK_INT(feed(&bytes, kind, LIMIT_RECORD, f->body.data, f->body.len, 0, 1), 0);
    CHECK(whole.count > 0);
    CHECK_TEXT(bytes.log.data, whole.log.data);
    /* The time is quadratic; a long recording repeats itself, and 7 meets each place of
     * its records sooner or later. */
    for (size_t cut = 0; cut < f->body.len; cut += f->body.len < 15000 ? 1 : 7) {
        if (gives_same(f, kind, cut, &whole.log)) {
            continue;
        }
        printf("%s, cut at %zu\n", path, cut);
        CHECK(!"equal records");
        break;
    }
    buf_finish(&whole.log);
    buf_finish(&bytes.log);
}

static void recorded_streams_give_equal_records_however_cut(void)
{
    CHECK(fixture_each(check_recording) > 30);
}

static int ignore(void *ctx, char *record, size_t len)
{
    (void)ctx;
    (void)record;
    (void)len;
    return 0;
}

static void what_is_no_field_is_kept_up_to_a_limit(void)
{
    static const char data[] = ": ping\nevent: x\ndata: a\n\n{\"error\":\nid: 1\n \"no\"}\n";
    struct frame f;
    frame_init(&f, FRAME_EVENTS, 1000);
    CHECK_INT(frame_feed(&f, data, sizeof data - 1, ignore, NULL), 0);
    CHECK_TEXT(f.strays.data, "{\"error\":\n \"no\"}\n");
    for (size_t i = 0; i < LIMIT_ERROR_BODY; i++) {
        CHECK_INT(frame_feed(&f, "stray line\n", 11, ignore, NULL), 0);
    }
    CHECK_INT(f.strays.len, LIMIT_ERROR_BODY);
    frame_finish(&f);
}

/* The records and the strays of a body that breaks off, as "[record]" and "stray\n". */
static void check_break(int line, enum frame_kind kind, const char *data, const char *wanted)
{
    struct records r = {.count = 0};
    struct frame f;
    buf_init(&r.log, LIMIT_RECORD);
    frame_init(&f, kind, 1000);
    CHECK_INT(frame_feed(&f, data, strlen(data), on_record, &r), 0);
    CHECK_INT(frame_break(&f, on_record, &r), 0);
    buf_add(&r.log, f.strays.len > 0 ? f.strays.data : "", f.strays.len);
    check_texts(__FILE__, line, data, r.log.len > 0 ? r.log.data : "", wanted);
    frame_finish(&f);
    buf_finish(&r.log);
}

static void a_connection_that_breaks_leaves_what_is_whole(void)
{
    check_break(__LINE__, FRAME_EVENTS, "data: {\"a\":1}\n\ndata: {\"b", "[{\"a\":1}]");
    check_break(__LINE__, FRAME_EVENTS, "data: {\"a\":1}\n", "[{\"a\":1}]");
    check_break(__LINE__, FRAME_EVENTS, "data: {\"a\":1}", "[{\"a\":1}]");
    check_break(__LINE__, FRAME_EVENTS, "data: {\"a\":\n", "");
    check_break(__LINE__, FRAME_EVENTS, "{\"error\":\n\"no\"", "{\"error\":\n\"no\"\n");
    check_break(__LINE__, FRAME_EVENTS, "upstream is dow", "upstream is dow\n");
    check_break(__LINE__, FRAME_EVENTS, "<html><title>No</title>", "<html><title>No</title>\n");
    check_break(__LINE__, FRAME_LINES, "{\"a\":1}\n{\"b\":1}", "[{\"a\":1}][{\"b\":1}]");
    check_break(__LINE__, FRAME_LINES, "{\"a\":1}\n{\"b\":", "[{\"a\":1}]");
    check_break(__LINE__, FRAME_LINES, "{\"error\":\"no", "{\"error\":\"no\n");
    check_break(__LINE__, FRAME_LINES, "gone", "gone\n");
}

int main(void)
{
    RUN(joins_a_line_split_anywhere);
    RUN(accepts_crlf_and_blank_lines);
    RUN(the_last_line_needs_no_newline);
    RUN(drops_a_byte_order_mark);
    RUN(a_page_is_one_record);
    RUN(a_value_by_itself_is_a_record);
    RUN(a_value_that_does_not_end_holds_nothing_up);
    RUN(values_need_no_line_break_between_them);
    RUN(data_lines_that_are_values_are_records);
    RUN(data_may_go_on_without_a_name);
    RUN(events_among_lines_are_events);
    RUN(an_event_ends_with_a_blank_line);
    RUN(the_space_behind_data_is_optional_and_only_one_is_taken);
    RUN(several_data_lines_are_joined);
    RUN(a_record_has_its_events_name);
    RUN(comments_names_ids_and_unknown_fields_are_passed_over);
    RUN(a_field_error_is_data);
    RUN(lines_of_events_end_with_lf_crlf_or_cr);
    RUN(an_event_that_lacks_its_blank_line_is_given_at_the_end);
    RUN(a_record_as_long_as_the_cap_passes_and_one_byte_more_does_not);
    RUN(an_endless_line_is_too_big_before_it_ends);
    RUN(a_line_of_megabytes_comes_whole);
    RUN(a_refusing_callback_ends_the_feeding);
    RUN(a_refusing_callback_may_finish_the_frame);
    RUN(recorded_streams_give_equal_records_however_cut);
    RUN(what_is_no_field_is_kept_up_to_a_limit);
    RUN(a_connection_that_breaks_leaves_what_is_whole);
    return check_report("frame");
}
