#include "text/flow.h"

void flow_init(struct flow *f, struct buf *out)
{
    *f = (struct flow){.out = out};
}

static size_t marked(const struct flow *f)
{
    return f->depth < FLOW_DEPTH ? f->depth : FLOW_DEPTH;
}

static void add_blanks(struct flow *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_add(f->out, " ", 1);
    }
}

static void add_item_mark(struct flow *f, struct flow_level *level)
{
    size_t before = f->out->len;
    if (level->number >= 0) {
        buf_printf(f->out, "%d. ", level->number++);
    } else {
        buf_add(f->out, "- ", 2);
    }
    level->width = f->out->len > before ? f->out->len - before : 2;
    level->marks = false;
}

static void begin_line(struct flow *f)
{
    unsigned breaks = f->out->len == 0 ? 0 : f->breaks;
    buf_add(f->out, "\n\n", breaks < 2 ? breaks : 2);
    for (size_t i = 0; i < marked(f); i++) {
        struct flow_level *level = &f->levels[i];
        if (level->kind == FLOW_QUOTE) {
            buf_add(f->out, "> ", 2);
        } else if (level->marks) {
            add_item_mark(f, level);
        } else {
            add_blanks(f, level->width);
        }
    }
    if (f->mark != NULL) {
        buf_add_str(f->out, f->mark);
        f->mark = NULL;
    }
    f->breaks = 0;
    f->open = true;
    f->space = false;
}

void flow_text(struct flow *f, struct span text)
{
    for (size_t i = 0; i < text.len;) {
        size_t first = i;
        while (i < text.len && !is_space(text.data[i]) && text.data[i] != '\f') {
            i++;
        }
        if (i > first) {
            if (!f->open) {
                begin_line(f);
            }
            buf_add(f->out, " ", f->space);
            buf_add(f->out, text.data + first, i - first);
            f->space = false;
        } else {
            f->space = f->open;
            i++;
        }
    }
}

void flow_close(struct flow *f, const char *mark)
{
    buf_add_str(f->out, mark);
}

void flow_break(struct flow *f, unsigned breaks, const char *mark)
{
    f->breaks = f->breaks > breaks ? f->breaks : breaks;
    f->open = false;
    f->space = false;
    f->mark = mark;
}

void flow_line(struct flow *f, struct span line)
{
    flow_break(f, 1, NULL);
    begin_line(f);
    buf_add(f->out, line.data, line.len);
    flow_break(f, 1, NULL);
}

void flow_enter(struct flow *f, enum flow_kind kind, int number)
{
    flow_break(f, f->depth > 0 ? 1 : 2, NULL);
    if (f->depth < FLOW_DEPTH) {
        f->levels[f->depth] = (struct flow_level){.kind = kind, .number = number, .width = 2};
    }
    f->depth++;
}

void flow_leave(struct flow *f, enum flow_kind kind)
{
    size_t depth = f->depth;
    if (depth > FLOW_DEPTH) {
        f->depth--; /* of these the kinds are not known */
        return;
    }
    while (depth > 0 && f->levels[depth - 1].kind != kind) {
        depth--;
    }
    if (depth > 0) {
        f->depth = depth - 1;
        flow_break(f, f->depth > 0 ? 1 : 2, NULL);
    }
}

void flow_item(struct flow *f)
{
    size_t depth = marked(f);
    flow_break(f, 1, NULL);
    if (depth > 0 && f->levels[depth - 1].kind == FLOW_LIST) {
        f->levels[depth - 1].marks = true;
    }
}
