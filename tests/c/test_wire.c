/* msgpack-RPC messages, written and read. */
#include "check.h"

#include "base/buf.h"
#include "nvim/wire.h"
#include "proto.h"

#define SEEN_MAX 8

struct seen {
    int count;
    struct {
        enum wire_type type;
        uint32_t id;
        char method[64];
        size_t params;
        char first[64]; /* the first parameter, result or error, if it is a string */
        int64_t number; /* ... or an integer */
        bool failed;
        bool is_request;
    } message[SEEN_MAX];
};

static void note_value(const struct value *v, char text[64], int64_t *number)
{
    *number = value_int(v, -1);
    char *copy = value_strdup(v);
    snprintf(text, 64, "%s", copy != NULL ? copy : "");
    free(copy);
}

static void on_message(void *ctx, const struct wire_message *m)
{
    struct seen *seen = ctx;
    if (seen->count == SEEN_MAX) {
        CHECK(!"more messages than were sent");
        return;
    }
    int i = seen->count++;
    seen->message[i].type = m->type;
    seen->message[i].id = m->id;
    const struct value *noted = m->error != NULL ? m->error : m->result;
    seen->message[i].failed = m->error != NULL;
    if (m->type == WIRE_REQUEST || m->type == WIRE_NOTIFICATION) {
        snprintf(seen->message[i].method, 64, "%s", m->method);
        seen->message[i].params = m->params->as.array.count;
        noted = m->params->as.array.count > 0 ? &m->params->as.array.items[0] : NULL;
    }
    note_value(noted, seen->message[i].first, &seen->message[i].number);
    if (m->type == WIRE_TOO_BIG) {
        snprintf(seen->message[i].method, 64, "%s", m->method != NULL ? m->method : "");
        seen->message[i].number = m->first;
        seen->message[i].is_request = m->is_request;
    }
}

static int feed(struct wire_reader *r, const char *data, size_t len, size_t piece,
                struct seen *seen)
{
    while (len > 0) {
        size_t room;
        char *space = wire_reader_space(r, &room);
        if (space == NULL) {
            return HUM_ETOOBIG;
        }
        size_t part = len < piece ? len : piece;
        part = part < room ? part : room;
        memcpy(space, data, part);
        int error = wire_reader_feed(r, part, on_message, seen);
        if (error != 0) {
            return error;
        }
        data += part;
        len -= part;
    }
    return 0;
}

static int read_bytes(const void *data, size_t len, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    struct wire_reader *r = wire_reader_new(LIMIT_MESSAGE);
    int error = feed(r, data, len, len, seen);
    wire_reader_free(r);
    return error;
}

static void reads_its_own_messages_however_they_are_split(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wire_notification(&b, "hello", 2);
    wire_cstr(&b, "w\xc3\xb6rld");
    wire_map(&b, 1);
    wire_cstr(&b, "deep");
    wire_array(&b, 2);
    wire_float(&b, 0.5);
    wire_nil(&b);
    wire_request(&b, 7, "info", 0);
    wire_result(&b, 8);
    wire_int(&b, 42);
    wire_error(&b, UINT32_MAX, "no");

    for (size_t piece = 1; piece <= b.len; piece++) {
        struct seen seen = {0};
        struct wire_reader *r = wire_reader_new(LIMIT_MESSAGE);
        CHECK_INT(feed(r, b.data, b.len, piece, &seen), 0);
        wire_reader_free(r);
        CHECK_INT(seen.count, 4);
        CHECK_INT(seen.message[0].type, WIRE_NOTIFICATION);
        CHECK_TEXT(seen.message[0].method, "hello");
        CHECK_INT(seen.message[0].params, 2);
        CHECK_TEXT(seen.message[0].first, "w\xc3\xb6rld");
        CHECK_INT(seen.message[1].type, WIRE_REQUEST);
        CHECK_INT(seen.message[1].id, 7);
        CHECK_INT(seen.message[2].type, WIRE_RESPONSE);
        CHECK_INT(seen.message[2].number, 42);
        CHECK(!seen.message[2].failed);
        CHECK_INT(seen.message[3].id, UINT32_MAX);
        CHECK_TEXT(seen.message[3].first, "no");
        CHECK(seen.message[3].failed);
    }
    buf_finish(&b);
}

static void splits_text_at_line_breaks(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wire_lines(&b, "a\n\nb\n", 5);
    CHECK_INT(b.len, 7);
    CHECK(memcmp(b.data,
                 "\x94\xa1"
                 "a\xa0\xa1"
                 "b\xa0",
                 7) == 0);
    buf_clear(&b);
    wire_lines(&b, "", 0);
    CHECK(b.len == 2 && memcmp(b.data, "\x91\xa0", 2) == 0);
    buf_finish(&b);
}

static void a_value_that_is_no_message_is_told_and_the_next_one_read(void)
{
    /* 5; [2,"x"]; [7,"x",[]]; [2,5,[]]; [2,"x",{}]; [0,-1,"x",[]]; then [2,"x",[]] */
    static const char bytes[] =
        "\x05\x92\x02\xa1x\x93\x07\xa1x\x90\x93\x02\x05\x90\x93\x02\xa1x\x80"
        "\x94\x00\xff\xa1x\x90\x93\x02\xa1x\x90";
    struct seen seen;
    CHECK_INT(read_bytes(bytes, sizeof bytes - 1, &seen), 0);
    CHECK_INT(seen.count, 7);
    for (int i = 0; i < 6; i++) {
        CHECK_INT(seen.message[i].type, WIRE_INVALID);
    }
    CHECK_INT(seen.message[6].type, WIRE_NOTIFICATION);
}

static void a_buffer_handle_is_an_integer(void)
{
    struct seen seen;
    CHECK_INT(read_bytes("\x93\x02\xa1x\x91\xc7\x02\x00\xcc\xc8", 10, &seen), 0);
    CHECK_INT(seen.message[0].number, 200);
}

static void a_method_may_have_no_name(void)
{
    struct seen seen;
    CHECK_INT(read_bytes("\x94\x00\x79\xa0\x90", 5, &seen), 0);
    CHECK_INT(seen.message[0].type, WIRE_REQUEST);
    CHECK_TEXT(seen.message[0].method, "");
}

static void bytes_that_are_not_msgpack_are_an_error(void)
{
    struct seen seen;
    CHECK_INT(read_bytes("\xc1", 1, &seen), HUM_EBAD);
}

static void a_message_nested_too_deeply_is_passed_over(void)
{
    struct seen seen;
    char deep[206];
    memset(deep, '\x91', 200);
    memcpy(deep + 200, "\xc0\x93\x02\xa1x\x90", 6);
    CHECK_INT(read_bytes(deep, sizeof deep, &seen), 0);
    CHECK_INT(seen.count, 2);
    CHECK_INT(seen.message[0].type, WIRE_INVALID);
    CHECK_INT(seen.message[1].type, WIRE_NOTIFICATION);
}

#define TINY 64

static void check_same(const struct seen *seen, const struct seen *wanted)
{
    CHECK_INT(seen->count, wanted->count);
    for (int i = 0; i < seen->count; i++) {
        CHECK_INT(seen->message[i].type, wanted->message[i].type);
        CHECK_INT(seen->message[i].id, wanted->message[i].id);
        CHECK_TEXT(seen->message[i].method, wanted->message[i].method);
        CHECK_INT(seen->message[i].number, wanted->message[i].number);
        CHECK_INT(seen->message[i].is_request, wanted->message[i].is_request);
    }
}

/* What a reader with a tiny cap makes of the bytes and of a message behind them, fed in pieces of
 * any size: the messages must be the same, and the last one the one behind. */
static struct seen read_too_big(const struct buf *b)
{
    struct seen first = {0};
    struct buf all;
    buf_init(&all, SIZE_MAX);
    buf_add(&all, b->data, b->len);
    wire_notification(&all, "behind", 0);
    for (size_t piece = 1; piece <= all.len; piece++) {
        struct seen seen = {0};
        struct wire_reader *r = wire_reader_new(TINY);
        CHECK_INT(feed(r, all.data, all.len, piece, &seen), 0);
        wire_reader_free(r);
        first = piece == 1 ? seen : first;
        check_same(&seen, &first);
    }
    CHECK_INT(first.count, 2);
    CHECK_INT(first.message[0].type, WIRE_TOO_BIG);
    CHECK_INT(first.message[1].type, WIRE_NOTIFICATION);
    CHECK_TEXT(first.message[1].method, "behind");
    buf_finish(&all);
    return first;
}

static void wire_blank_str(struct buf *b, size_t len)
{
    char *text = xmalloc(len);
    memset(text, ' ', len);
    wire_str(b, text, len);
    free(text);
}

static void a_notification_over_the_cap_is_passed_over_with_its_name_and_id(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wire_notification(&b, "chat", 2);
    wire_int(&b, 1234);
    wire_map(&b, 2);
    wire_cstr(&b, "endpoint");
    wire_blank_str(&b, 300);
    wire_cstr(&b, "deep");
    wire_array(&b, 2);
    wire_blank_str(&b, 20);
    wire_map(&b, 0);
    const struct seen seen = read_too_big(&b);
    CHECK(!seen.message[0].is_request);
    CHECK_TEXT(seen.message[0].method, "chat");
    CHECK_INT(seen.message[0].number, 1234);
    buf_finish(&b);
}

static void a_message_of_small_values_over_the_cap_is_passed_over_too(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wire_notification(&b, "query", 3);
    wire_int(&b, 5);
    wire_array(&b, 40);
    for (int i = 0; i < 40; i++) {
        wire_nil(&b);
    }
    wire_array(&b, 40);
    for (int i = 0; i < 40; i++) {
        wire_float(&b, i);
    }
    const struct seen seen = read_too_big(&b);
    CHECK_TEXT(seen.message[0].method, "query");
    CHECK_INT(seen.message[0].number, 5);
    buf_finish(&b);
}

static void a_request_over_the_cap_is_to_be_answered(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wire_request(&b, 70000, "info", 1);
    wire_blank_str(&b, 900);
    const struct seen seen = read_too_big(&b);
    CHECK(seen.message[0].is_request);
    CHECK_INT(seen.message[0].id, 70000);
    buf_finish(&b);
}

static void a_buffer_handle_is_the_id_of_what_is_over_the_cap(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_add(&b, "\x93\x02\xa1x\x92\xc7\x02\x00\xcc\xc8", 10);
    wire_blank_str(&b, 100);
    CHECK_INT(read_too_big(&b).message[0].number, 200);
    buf_finish(&b);
}

static void what_is_over_the_cap_may_have_no_name_and_no_id(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wire_blank_str(&b, 100);
    CHECK_TEXT(read_too_big(&b).message[0].method, "");
    buf_clear(&b);
    wire_array(&b, 3);
    wire_int(&b, 2);
    wire_blank_str(&b, 100);
    wire_array(&b, 0);
    CHECK_TEXT(read_too_big(&b).message[0].method, "");
    buf_clear(&b);
    wire_notification(&b, "x", 100);
    for (int i = 0; i < 100; i++) {
        wire_map(&b, 0);
    }
    const struct seen seen = read_too_big(&b);
    CHECK_TEXT(seen.message[0].method, "x");
    CHECK_INT(seen.message[0].number, -1);
    buf_finish(&b);
}

static void a_message_of_just_the_cap_is_read(void)
{
    for (size_t len = TINY - 20; len < TINY + 20; len++) {
        struct buf b;
        buf_init(&b, SIZE_MAX);
        wire_notification(&b, "x", 1);
        wire_blank_str(&b, len);
        struct seen seen = {0};
        struct wire_reader *r = wire_reader_new(TINY);
        CHECK_INT(feed(r, b.data, b.len, 7, &seen), 0);
        CHECK_INT(seen.count, 1);
        CHECK_INT(seen.message[0].type, b.len <= TINY ? WIRE_NOTIFICATION : WIRE_TOO_BIG);
        wire_reader_free(r);
        buf_finish(&b);
    }
}

static void what_is_passed_over_costs_no_memory(void)
{
    static const char *const heads[] = {"\x93\x02\xdd\x00\x00\x3a\x98",
                                        "\x93\x02\xdf\x00\x00\x1d\x4c",
                                        "\x93\x02\xdb\x00\x00\x3a\x98"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct seen seen = {0};
        struct wire_reader *r = wire_reader_new(1000);
        char head[7];
        memcpy(head, heads[i], sizeof head);
        CHECK_INT(feed(r, head, sizeof head, 3, &seen), 0);
        CHECK_INT(seen.count, 1);
        CHECK_INT(seen.message[0].type, WIRE_TOO_BIG);
        for (int times = 0; times < 2900; times++) {
            CHECK_INT(feed(r, "     ", 5, 3, &seen), 0);
            size_t room = 0;
            CHECK(wire_reader_space(r, &room) != NULL);
        }
        CHECK_INT(seen.count, 1);
        wire_reader_free(r);
    }
}

/* Nobody can wait for the end of that. */
static void a_head_that_promises_far_too_much_is_an_error_at_once(void)
{
    struct seen seen;
    CHECK_INT(read_bytes("\x93\x02\xdd\xff\xff\xff\xff", 7, &seen), HUM_ETOOBIG);
    CHECK_INT(read_bytes("\x93\x02\xdf\xff\xff\xff\xff", 7, &seen), HUM_ETOOBIG);
    CHECK_INT(read_bytes("\x93\x02\xdb\xff\xff\xff\xff", 7, &seen), HUM_ETOOBIG);
}

static void messages_below_the_cap_may_come_without_end(void)
{
    struct seen seen = {0};
    struct wire_reader *r = wire_reader_new(64);
    for (int i = 0; i < 1000; i++) {
        seen.count = 0;
        CHECK_INT(feed(r, "\x93\x02\xa1x\x90", 5, 3, &seen), 0);
        CHECK_INT(seen.count, 1);
    }
    wire_reader_free(r);
}

int main(void)
{
    RUN(reads_its_own_messages_however_they_are_split);
    RUN(splits_text_at_line_breaks);
    RUN(a_value_that_is_no_message_is_told_and_the_next_one_read);
    RUN(a_buffer_handle_is_an_integer);
    RUN(a_method_may_have_no_name);
    RUN(bytes_that_are_not_msgpack_are_an_error);
    RUN(a_message_nested_too_deeply_is_passed_over);
    RUN(a_notification_over_the_cap_is_passed_over_with_its_name_and_id);
    RUN(a_message_of_small_values_over_the_cap_is_passed_over_too);
    RUN(a_request_over_the_cap_is_to_be_answered);
    RUN(a_buffer_handle_is_the_id_of_what_is_over_the_cap);
    RUN(what_is_over_the_cap_may_have_no_name_and_no_id);
    RUN(a_message_of_just_the_cap_is_read);
    RUN(what_is_passed_over_costs_no_memory);
    RUN(a_head_that_promises_far_too_much_is_an_error_at_once);
    RUN(messages_below_the_cap_may_come_without_end);
    return check_report("wire");
}
