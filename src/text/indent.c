#include "text/indent.h"

#include "base/hash.h"

#define TAB 8
#define WIDTH_MAX 999 /* of a tab or step; Neovim takes no wider tab than 9999 */

static uint16_t width_of(const struct value *v)
{
    int64_t n = value_int(v, 0);
    return n > 0 && n <= WIDTH_MAX ? (uint16_t)n : 0;
}

struct indent indent_from(const struct value *indent)
{
    struct indent i = {.blanks = value_bool(value_get(indent, "expandtab"), false),
                       .step = width_of(value_get(indent, "shiftwidth"))};
    const struct value *stops = value_get(indent, "vartabstop");
    uint16_t width;
    while (i.tab_count < INDENT_TABS && (width = width_of(value_item(stops, i.tab_count))) > 0) {
        i.tabs[i.tab_count++] = width;
    }
    if (i.tab_count == 0 && (width = width_of(value_get(indent, "tabstop"))) > 0) {
        i.tabs[i.tab_count++] = width;
    }
    return i;
}

uint64_t indent_hash(uint64_t hash, const struct indent *indent)
{
    hash = hash_byte(hash, (char)indent->blanks);
    hash = hash_byte(hash_byte(hash, (char)indent->step), (char)(indent->step >> 8));
    for (size_t i = 0; i < indent->tab_count; i++) {
        hash = hash_byte(hash_byte(hash, (char)indent->tabs[i]), (char)(indent->tabs[i] >> 8));
    }
    return hash;
}

/* The first tab stop behind that column. */
static size_t next_stop(const struct indent *indent, size_t column)
{
    size_t stop = 0, width = TAB;
    for (size_t i = 0; i < indent->tab_count; i++) {
        width = indent->tabs[i];
        stop += width;
        if (stop > column) {
            return stop;
        }
    }
    return stop + ((column - stop) / width + 1) * width;
}

size_t indent_advance(const struct indent *indent, size_t column, char c)
{
    return c == '\t' ? next_stop(indent, column) : column + 1;
}

size_t indent_columns(const struct indent *indent, struct span s)
{
    size_t column = 0;
    for (size_t i = 0; i < s.len && is_blank(s.data[i]); i++) {
        column = indent_advance(indent, column, s.data[i]);
    }
    return column;
}

size_t indent_step(const struct indent *indent)
{
    return indent->step > 0 ? indent->step : next_stop(indent, 0);
}

void indent_write(const struct indent *indent, size_t from, size_t to, struct buf *out)
{
    size_t stop;
    while (!indent->blanks && (stop = next_stop(indent, from)) <= to) {
        buf_add(out, "\t", 1);
        from = stop;
    }
    for (; from < to; from++) {
        buf_add(out, " ", 1);
    }
}
