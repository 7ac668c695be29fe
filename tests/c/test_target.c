/* What each target has Neovim do for an edit and for a repair. */
#include "check.h"

#include "base/buf.h"
#include "base/value.h"
#include "nvim/target.h"
#include "nvim/wire.h"
#include "proto.h"

/* Checks one call: its code, and its arguments, in one line. */
struct wanted {
    const char *code;
    const char *args;
};

static void print_value(const struct value *v, struct buf *out)
{
    switch (v->type) {
    case VALUE_INT:
        buf_printf(out, "%lld ", (long long)v->as.integer);
        break;
    case VALUE_BOOL:
        buf_add_str(out, v->as.boolean ? "true " : "false ");
        break;
    case VALUE_STRING:
        buf_printf(out, "<%.*s> ", (int)v->as.string.len, v->as.string.data);
        break;
    case VALUE_ARRAY:
        for (size_t i = 0; i < v->as.array.count; i++) {
            print_value(&v->as.array.items[i], out);
        }
        break;
    case VALUE_MAP:
        for (size_t i = 0; i < v->as.map.count; i++) {
            print_value(&v->as.map.pairs[i].key, out);
            print_value(&v->as.map.pairs[i].value, out);
        }
        break;
    default:
        buf_add_str(out, "? ");
    }
}

static void on_message(void *ctx, const struct wire_message *m)
{
    const struct wanted *w = ctx;
    struct buf args;
    buf_init(&args, SIZE_MAX);
    CHECK_INT(m->params->as.array.count, 2);
    CHECK(value_is_string(value_item(m->params, 0), w->code));
    print_value(value_item(m->params, 1), &args);
    CHECK_TEXT(args.data, w->args);
    buf_finish(&args);
}

static void check_call(const struct buf *call, const char *code, const char *args)
{
    struct wanted w = {code, args};
    struct wire_reader *r = wire_reader_new(LIMIT_MESSAGE);
    size_t room;
    memcpy(wire_reader_space(r, &room), call->data, call->len);
    CHECK_INT(wire_reader_feed(r, call->len, on_message, &w), 0);
    wire_reader_free(r);
}

static void begin(struct buf *out)
{
    buf_clear(out);
    wire_notification(out, "nvim_exec_lua", 2);
}

static void check_edit(struct target *t, const char *text, const char *code, const char *args)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    begin(&out);
    t->ops->edit(t, text, strlen(text), &out);
    check_call(&out, code, args);
    buf_finish(&out);
}

static void check_repair(struct target *t, const char *code, const char *args)
{
    const struct target_gap gap = {1000, "was there", 9, "may be", 6};
    struct buf out;
    buf_init(&out, SIZE_MAX);
    begin(&out);
    t->ops->repair(t, &gap, &out);
    check_call(&out, code, args);
    buf_finish(&out);
}

static void check_turn(struct target *t, struct target_turn turn, const char *code,
                       const char *args)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    begin(&out);
    t->ops->turn(t, &turn, &out);
    check_call(&out, code, args);
    buf_finish(&out);
}

static void an_end_takes_lines_and_has_windows_follow_now_and_then(void)
{
    struct target t = target_end(7, false);
    check_edit(&t, "one", LUA_PUT, "7 <one> false false ");
    check_edit(&t, "two\n", LUA_PUT, "7 <two> <> true false ");
    t.join = true;
    check_edit(&t, "0123456789012345", LUA_PUT, "7 <0123456789012345> false true ");
    check_edit(&t, "0123456789012345", LUA_PUT, "7 <0123456789012345> true true ");
    check_edit(&t, "one", LUA_PUT, "7 <one> false true ");
}

static void an_end_is_anchored_where_the_text_begins_and_mended_from_there(void)
{
    struct target first = target_end(7, false), second = target_end(7, false);
    CHECK(first.key != second.key);
    first.key = 3;
    struct buf out;
    buf_init(&out, SIZE_MAX);
    begin(&out);
    first.ops->begin(&first, &out);
    check_call(&out, LUA_ANCHOR, "7 3 ");
    buf_finish(&out);
    check_repair(&first, LUA_REPAIR, "7 3 1000 <was there> <may be> ");
}

static void an_end_turns_into_thinking_and_back(void)
{
    struct target t = target_end(7, false);
    t.key = 3;
    check_turn(&t, (struct target_turn){TURN_WRAP, "<a>\n", "</a>\n"}, LUA_WRAP,
               "7 3 <<a>\n> <</a>\n> ");
    check_turn(&t, (struct target_turn){.how = TURN_UNWRAP, .before = "<a>\n"}, LUA_UNWRAP,
               "7 3 <<a>\n> ");
}

static void a_mark_is_called_by_its_key(void)
{
    struct target t = target_mark(7, 12);
    CHECK_INT(t.buffer, 7);
    CHECK(t.ops->begin == NULL);
    CHECK(!t.takes_thoughts);
    check_edit(&t, "one\ntwo", LUA_PLACE, "12 <one> <two> ");
    check_repair(&t, LUA_PLACE_REPAIR, "12 1000 <was there> <may be> ");
    check_turn(&t, (struct target_turn){.how = TURN_CLEAR}, LUA_PLACE_CLEAR, "12 ");
}

static void events_say_how_many_bytes_came_before(void)
{
    struct target t = target_event(5, EVENT_TEXT);
    CHECK_INT(t.buffer, 0);
    CHECK(t.takes_thoughts);
    CHECK(t.ops->turn == NULL);
    check_edit(&t, "one\n", LUA_ON_EVENT, "<text> 5 <at> 0 <text> <one\n> ");
    check_edit(&t, "two", LUA_ON_EVENT, "<text> 5 <at> 4 <text> <two> ");
    check_edit(&t, "three", LUA_ON_EVENT, "<text> 5 <at> 7 <text> <three> ");
    check_repair(&t, LUA_ON_EVENT, "<text> 5 <at> 1000 <text> <may be> ");
}

int main(void)
{
    RUN(an_end_takes_lines_and_has_windows_follow_now_and_then);
    RUN(an_end_is_anchored_where_the_text_begins_and_mended_from_there);
    RUN(an_end_turns_into_thinking_and_back);
    RUN(a_mark_is_called_by_its_key);
    RUN(events_say_how_many_bytes_came_before);
    return check_report("test_target");
}
