/* Each edit is a call of lua/hum/place/init.lua, which finds the extmark and puts the text there
 * in one go: no edit of anybody else comes between. */
#include "nvim/target.h"
#include "nvim/wire.h"
#include "proto.h"

static void edit(struct target *t, const char *text, size_t len, struct buf *out)
{
    wire_cstr(out, LUA_PLACE);
    wire_array(out, 2);
    wire_int(out, t->key);
    wire_lines(out, text, len);
}

static void repair(const struct target *t, const struct target_gap *gap, struct buf *out)
{
    wire_cstr(out, LUA_PLACE_REPAIR);
    wire_array(out, 4);
    wire_int(out, t->key);
    wire_int(out, (int64_t)gap->acked);
    wire_str(out, gap->acked_end, gap->acked_end_len);
    wire_str(out, gap->unacked, gap->unacked_len);
}

static void turn(const struct target *t, const struct target_turn *turn, struct buf *out)
{
    (void)turn; /* the only one that comes to a place: thoughts do not */
    wire_cstr(out, LUA_PLACE_CLEAR);
    wire_array(out, 1);
    wire_int(out, t->key);
}

static const struct target_ops ops = {.edit = edit, .repair = repair, .turn = turn};

struct target target_mark(int64_t buffer, int64_t key)
{
    return (struct target){.ops = &ops, .buffer = buffer, .key = key};
}
