#include "nvim/mirror.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "base/value.h"
#include "proto.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Waste below this is not worth a copy of the text. */
#define WASTE (64u << 10)

struct line {
    size_t at; /* of its bytes in text */
    size_t len;
};

struct mirror {
    struct buf text;    /* the bytes of the lines in any order, and of lines that are gone */
    struct line *lines; /* [0, gap), then room - count unused ones, then the others */
    size_t count, room, gap;
    size_t live; /* bytes of all lines */
};

static struct line *line_at(const struct mirror *m, size_t row)
{
    return &m->lines[row < m->gap ? row : row + (m->room - m->count)];
}

static const char *bytes_of(const struct mirror *m, const struct line *line)
{
    return m->text.data + line->at;
}

/* ---- the gap ------------------------------------------------------------------- */

static void move_gap(struct mirror *m, size_t to)
{
    size_t unused = m->room - m->count;
    if (to < m->gap) {
        memmove(m->lines + to + unused, m->lines + to, (m->gap - to) * sizeof *m->lines);
    } else {
        memmove(m->lines + m->gap, m->lines + m->gap + unused, (to - m->gap) * sizeof *m->lines);
    }
    m->gap = to;
}

/* The gap is at the end then. */
static void set_room(struct mirror *m, size_t room)
{
    if (m->gap < m->count) {
        move_gap(m, m->count);
    }
    m->lines = xrealloc(m->lines, room * sizeof *m->lines);
    m->room = room;
}

/* Room for count lines and for some to come: each growth pays for itself. */
static size_t room_for(size_t count)
{
    return count + count / 4 + 16;
}

/* ---- lines in and out ---------------------------------------------------------- */

/* The lines behind the gap leave. What stands last in text is overwritten at once, so
 * typing in one line makes no waste. */
static void drop_lines(struct mirror *m, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct line *line = line_at(m, m->gap + count - 1 - i);
        m->live -= line->len;
        if (line->at + line->len == m->text.len) {
            m->text.len = line->at;
        }
    }
    m->count -= count;
}

static void add_line(struct mirror *m, const char *data, size_t len)
{
    m->lines[m->gap++] = (struct line){m->text.len, len};
    m->count++;
    m->live += len;
    buf_add(&m->text, data, len);
}

/* Copies the lines into a text without waste. */
static void compact(struct mirror *m)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_reserve(&text, m->live);
    for (size_t row = 0; row < m->count; row++) {
        struct line *line = line_at(m, row);
        const char *bytes = bytes_of(m, line);
        line->at = text.len;
        buf_add(&text, bytes, line->len);
    }
    buf_finish(&m->text);
    m->text = text;
    set_room(m, room_for(m->count));
}

static bool are_strings(const struct value *lines)
{
    if (lines == NULL || lines->type != VALUE_ARRAY) {
        return false;
    }
    for (size_t i = 0; i < lines->as.array.count; i++) {
        if (lines->as.array.items[i].type != VALUE_STRING) {
            return false;
        }
    }
    return true;
}

struct mirror *mirror_new(void)
{
    struct mirror *m = xcalloc(1, sizeof *m);
    buf_init(&m->text, SIZE_MAX);
    buf_reserve(&m->text, 0);
    set_room(m, room_for(1));
    add_line(m, "", 0);
    return m;
}

void mirror_free(struct mirror *m)
{
    if (m != NULL) {
        buf_finish(&m->text);
        free(m->lines);
        free(m);
    }
}

int mirror_apply(struct mirror *m, int64_t first, int64_t last, const struct value *lines)
{
    int64_t count = (int64_t)m->count, end = last == -1 ? count : last;
    if (first < 0 || end < first || end > count || !are_strings(lines)) {
        return HUM_EBAD;
    }
    size_t added = lines->as.array.count;
    size_t left = m->count - (size_t)(end - first);
    if (m->room < left + added) {
        set_room(m, room_for(left + added));
    }
    move_gap(m, (size_t)first);
    drop_lines(m, m->count - left);
    for (size_t i = 0; i < added; i++) {
        const struct value *line = &lines->as.array.items[i];
        add_line(m, line->as.string.data, line->as.string.len);
    }
    if (m->count == 0) {
        add_line(m, "", 0);
    }
    if (m->text.len - m->live > m->live + WASTE) {
        compact(m);
    }
    return 0;
}

/* ---- reading ------------------------------------------------------------------- */

size_t mirror_lines(const struct mirror *m)
{
    return m->count;
}

const char *mirror_line(const struct mirror *m, size_t row, size_t *len)
{
    const struct line *line = line_at(m, row < m->count ? row : m->count - 1);
    *len = line->len;
    return bytes_of(m, line);
}

/* A row below the last line means the end of the text. */
static void clamp(const struct mirror *m, size_t *row, size_t *col)
{
    if (*row >= m->count) {
        *row = m->count - 1;
        *col = SIZE_MAX;
    }
    size_t len = line_at(m, *row)->len;
    if (*col > len) {
        *col = len;
    }
}

void mirror_before(const struct mirror *m, size_t row, size_t col, size_t max, struct buf *out)
{
    clamp(m, &row, &col);
    size_t first = row;
    size_t size = col;
    while (first > 0 && size < max) {
        first--;
        size += line_at(m, first)->len + 1;
    }
    size_t from = 0;
    if (size > max) {
        const struct line *line = line_at(m, first);
        from = utf8_ceil(bytes_of(m, line), line->len, size - max);
    }
    for (; first < row; first++, from = 0) {
        const struct line *line = line_at(m, first);
        buf_add(out, bytes_of(m, line) + from, line->len - from);
        buf_add(out, "\n", 1);
    }
    if (from < col) {
        buf_add(out, bytes_of(m, line_at(m, row)) + from, col - from);
    }
}

void mirror_after(const struct mirror *m, size_t row, size_t col, size_t max, struct buf *out)
{
    clamp(m, &row, &col);
    for (;;) {
        const struct line *line = line_at(m, row);
        const char *bytes = bytes_of(m, line) + col;
        size_t len = utf8_floor(bytes, line->len - col, max);
        buf_add(out, bytes, len);
        max -= len;
        if (len < line->len - col || max == 0 || ++row == m->count) {
            return;
        }
        buf_add(out, "\n", 1);
        max--;
        col = 0;
    }
}

void mirror_range(const struct mirror *m, size_t first, size_t last, struct buf *out)
{
    if (last > m->count) {
        last = m->count;
    }
    for (size_t row = first; row < last; row++) {
        const struct line *line = line_at(m, row);
        buf_add(out, bytes_of(m, line), line->len);
        buf_add(out, "\n", 1);
    }
}
