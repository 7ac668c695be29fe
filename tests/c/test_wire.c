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
}

static int feed(struct wire_reader *r, const char *data, size_t len, size_t piece,
                struct seen *seen)
{
    while (len > 0) {
        size_t room;
        char *space = wire_reader_space(r, &room);
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

static void a_head_that_promises_too_much_is_an_error_at_once(void)
{
    struct seen seen;
    CHECK_INT(read_bytes("\x93\x02\xdd\xff\xff\xff\xff", 7, &seen), HUM_ETOOBIG);
    CHECK_INT(read_bytes("\x93\x02\xdf\xff\xff\xff\xff", 7, &seen), HUM_ETOOBIG);
    CHECK_INT(read_bytes("\x93\x02\xdb\xff\xff\xff\xff", 7, &seen), HUM_ETOOBIG);
}

static void a_message_over_the_cap_is_an_error(void)
{
    struct seen seen = {0};
    struct wire_reader *r = wire_reader_new(1000);
    static char bytes[2000] = "\x93\x02\xa1x\x91\xdb\x7f\xff\xff\xff";
    CHECK_INT(feed(r, bytes, sizeof bytes, 100, &seen), HUM_ETOOBIG);
    CHECK_INT(seen.count, 0);
    wire_reader_free(r);
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
    RUN(bytes_that_are_not_msgpack_are_an_error);
    RUN(a_message_nested_too_deeply_is_passed_over);
    RUN(a_head_that_promises_too_much_is_an_error_at_once);
    RUN(a_message_over_the_cap_is_an_error);
    RUN(messages_below_the_cap_may_come_without_end);
    return check_report("wire");
}
