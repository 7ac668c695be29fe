/* Each edit is a call of lua/hum/chat/reply/put.lua, which keeps text out of a buffer that has no
 * place for it any more, joins the undo block, and has windows follow. Row and column -1, the end
 * of the buffer, are resolved when Neovim handles the edit: edits elsewhere cannot misplace it. */
#include "nvim/target.h"
#include "nvim/wire.h"
#include "proto.h"

#include <string.h>

/* Windows follow on a line break, and when a paragraph may have grown by a screen row:
 * following costs as much as an edit. */
#define FOLLOW_BYTES 32

static bool must_follow(struct target *t, const char *text, size_t len)
{
    t->unfollowed += len;
    if (t->unfollowed < FOLLOW_BYTES && memchr(text, '\n', len) == NULL) {
        return false;
    }
    t->unfollowed = 0;
    return true;
}

/* Marks where the text begins. */
static void begin(const struct target *t, struct buf *out)
{
    wire_cstr(out, LUA_ANCHOR);
    wire_array(out, 2);
    wire_int(out, t->buffer);
    wire_int(out, t->key);
}

static void edit(struct target *t, const char *text, size_t len, struct buf *out)
{
    wire_cstr(out, LUA_PUT);
    wire_array(out, 4);
    wire_int(out, t->buffer);
    wire_lines(out, text, len);
    wire_bool(out, must_follow(t, text, len));
    wire_bool(out, t->join);
}

static void repair(const struct target *t, const struct target_gap *gap, struct buf *out)
{
    wire_cstr(out, LUA_REPAIR);
    wire_array(out, 5);
    wire_int(out, t->buffer);
    wire_int(out, t->key);
    wire_int(out, (int64_t)gap->acked);
    wire_str(out, gap->acked_end, gap->acked_end_len);
    wire_str(out, gap->unacked, gap->unacked_len);
}

static void turn(const struct target *t, const struct target_turn *turn, struct buf *out)
{
    static const struct {
        const char *lua;
        uint32_t arguments;
    } calls[] = {
        [TURN_WRAP] = {LUA_WRAP, 4},
        [TURN_UNWRAP] = {LUA_UNWRAP, 3},
        [TURN_CLEAR] = {LUA_AFTERTHOUGHT, 2},
    };
    wire_cstr(out, calls[turn->how].lua);
    wire_array(out, calls[turn->how].arguments);
    wire_int(out, t->buffer);
    wire_int(out, t->key);
    if (turn->how != TURN_CLEAR) {
        wire_cstr(out, turn->before);
    }
    if (turn->how == TURN_WRAP) {
        wire_cstr(out, turn->behind);
    }
}

static const struct target_ops ops = {
    .begin = begin,
    .edit = edit,
    .repair = repair,
    .turn = turn,
};

struct target target_end(int64_t buffer, bool join)
{
    static int64_t last_key;
    return (struct target){
        .ops = &ops,
        .buffer = buffer,
        .key = ++last_key,
        .join = join,
        .takes_thoughts = true,
    };
}
