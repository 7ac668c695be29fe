#include "edit/journal.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <string.h>

/* Bytes of the growing line that are told before it is complete: it is seen in one row. */
#define TAIL_MAX 1024

static void write_line(struct buf *out, char kind, struct span line)
{
    buf_add(out, &kind, 1);
    size_t from = out->len;
    buf_add(out, line.data, line.len);
    for (char *at = out->data + from, *end = out->data + out->len; at < end; at++) {
        *at = *at == '\n' ? '\0' : *at;
    }
    buf_add(out, "\n", 1);
}

static void write_hunk(const struct text *text, const struct hunk *h, struct buf *out)
{
    buf_printf(out, "=%zu %zu %zu\n", h->first + 1, h->count, h->new_count);
    for (size_t i = 0; i < h->new_count; i++) {
        write_line(out, ' ', text_line(text, h->new_first + i));
    }
}

static void write_open(struct journal *j, const struct answer *a, struct buf *out)
{
    struct answer_open told = j->open, now = answer_open(a);
    if (now.at != told.at || now.part != told.part || now.count < told.count) {
        buf_printf(out, "@%zu\n", now.at);
        told.count = 0;
    }
    for (size_t i = told.count; i < now.count; i++) {
        write_line(out, '+', answer_open_row(a, i));
    }
    j->open = now;
}

static void write_tail(struct journal *j, const struct answer *a, struct buf *out)
{
    struct span tail = answer_tail(a);
    size_t count = answer_text(a)->count;
    tail.len = utf8_floor(tail.data, tail.len, TAIL_MAX);
    if (j->tail > 0 && (count != j->text || tail.len < j->tail)) {
        buf_add(out, "^\n", 2);
        j->tail = 0;
    }
    if (tail.len > j->tail) {
        write_line(out, '~', span_skip(tail, j->tail));
    }
    j->tail = tail.len;
    j->text = count;
}

void journal_write(struct journal *j, const struct answer *a, struct buf *out)
{
    size_t count;
    const struct hunk *hunks = answer_hunks(a, &count);
    for (; j->hunks < count; j->hunks++) {
        write_hunk(answer_text(a), &hunks[j->hunks], out);
    }
    write_open(j, a, out);
    if (answer_reached(a) != j->reached) {
        j->reached = answer_reached(a);
        buf_printf(out, ">%zu\n", j->reached);
    }
    write_tail(j, a, out);
}

void journal_restart(struct journal *j, struct buf *out)
{
    *j = (struct journal){0};
    buf_add(out, "!\n", 2);
}
