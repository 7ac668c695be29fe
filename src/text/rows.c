#include "text/rows.h"

#include "text/flow.h"

#include <stdint.h>
#include <string.h>

/* A table with more columns is no table. */
#define COLUMNS 40

void rows_init(struct rows *r, struct flow *flow, size_t cap)
{
    *r = (struct rows){.flow = flow};
    buf_init(&r->row, cap);
}

void rows_finish(struct rows *r)
{
    buf_finish(&r->row);
}

/* A cell is one line: a '|' would end it. */
void rows_text(struct rows *r, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (is_space(c)) {
            r->space = r->row.len > 0 && r->row.data[r->row.len - 1] != '\n';
            continue;
        }
        buf_add(&r->row, " ", r->space);
        buf_add(&r->row, "\\", c == '|');
        buf_add(&r->row, &c, 1);
        r->space = false;
    }
}

static struct span cell_at(const struct rows *r, size_t *at)
{
    const char *from = r->row.data + *at + 1;
    size_t left = r->row.len - *at - 1;
    const char *end = memchr(from, '\n', left);
    size_t len = end != NULL ? (size_t)(end - from) : left;
    *at += len + 1;
    return (struct span){from, len};
}

static bool has_text(const struct rows *r)
{
    for (size_t i = 0; i < r->row.len; i++) {
        if (r->row.data[i] != '\n') {
            return true;
        }
    }
    return false;
}

static void write_line(struct rows *r, bool head)
{
    struct buf line;
    buf_init(&line, SIZE_MAX);
    for (size_t at = 0; at < r->row.len;) {
        struct span cell = cell_at(r, &at);
        cell = head ? span_of("---") : cell;
        buf_add_str(&line, "| ");
        buf_add(&line, cell.data, cell.len);
        buf_add(&line, " ", cell.len > 0);
    }
    buf_add_str(&line, "|");
    flow_line(r->flow, (struct span){line.data, line.len});
    buf_finish(&line);
}

static void write_row(struct rows *r)
{
    write_line(r, false);
    if (!r->headed) {
        write_line(r, true);
    }
    r->headed = true;
}

/* As text that goes on. */
static void write_cells(struct rows *r)
{
    for (size_t at = 0; at < r->row.len;) {
        flow_text(r->flow, cell_at(r, &at));
        flow_text(r->flow, span_of(" "));
    }
    buf_clear(&r->row);
    r->cells = 0;
    r->celled = r->space = false;
}

static void end_row(struct rows *r)
{
    bool any = has_text(r);
    if (any && r->cells > 1 && r->cells <= COLUMNS) {
        write_row(r);
        buf_clear(&r->row);
    } else if (any) {
        flow_break(r->flow, 1, NULL);
        write_cells(r);
        flow_break(r->flow, 1, NULL);
    }
    buf_clear(&r->row);
    r->cells = 0;
    r->celled = r->space = false;
}

void rows_make_plain(struct rows *r)
{
    if (r->tables > 0 && !r->plain) {
        r->plain = true;
        write_cells(r);
    }
}

void rows_open(struct rows *r, bool plain)
{
    rows_make_plain(r);
    flow_break(r->flow, r->tables > 0 ? 1 : 2, NULL);
    if (r->tables++ == 0) {
        r->plain = plain;
        r->headed = false;
    }
}

void rows_close(struct rows *r)
{
    if (r->tables > 0) {
        end_row(r);
        flow_break(r->flow, --r->tables > 0 ? 1 : 2, NULL);
    }
}

void rows_row(struct rows *r)
{
    if (r->tables == 0 || r->plain) {
        flow_break(r->flow, 1, NULL);
    } else {
        end_row(r);
    }
}

void rows_cell(struct rows *r)
{
    if (r->tables == 0 || r->plain) {
        flow_text(r->flow, span_of(" "));
        return;
    }
    buf_add(&r->row, "\n", 1);
    r->cells++;
    r->celled = true;
    r->space = false;
}
