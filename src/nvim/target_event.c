/* Each piece is an event that says how many bytes came before it. So Lua knows what it has had
 * already and what it has missed, and a repair is the same event with all that is not
 * acknowledged. */
#include "nvim/target.h"
#include "nvim/wire.h"
#include "proto.h"

static void pack(const struct target *t, uint64_t at, const char *text, size_t len, struct buf *out)
{
    wire_cstr(out, LUA_ON_EVENT);
    wire_array(out, 3);
    wire_cstr(out, t->event);
    wire_int(out, t->key);
    wire_map(out, 2);
    wire_cstr(out, "at");
    wire_int(out, (int64_t)at);
    wire_cstr(out, "text");
    wire_str(out, text, len);
}

static void edit(struct target *t, const char *text, size_t len, struct buf *out)
{
    pack(t, t->sent, text, len, out);
    t->sent += len;
}

static void repair(const struct target *t, const struct target_gap *gap, struct buf *out)
{
    pack(t, gap->acked, gap->unacked, gap->unacked_len, out);
}

static const struct target_ops ops = {.edit = edit, .repair = repair};

struct target target_event(int64_t id, const char *name)
{
    return (struct target){.ops = &ops, .key = id, .event = name, .takes_thoughts = true};
}
