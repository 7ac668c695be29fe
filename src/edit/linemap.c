#include "edit/linemap.h"

#include "base/hash.h"

#include <stdlib.h>

static struct span trim(struct span line)
{
    return span_rtrim(span_ltrim(line));
}

static bool is_same(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

static uint64_t hash_of(struct span s)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < s.len; i++) {
        hash = hash_byte(hash, s.data[i]);
    }
    return hash;
}

/* The slot of these words: theirs, or the free one that they would get. */
static size_t *slot_of(const struct linemap *m, struct span words, uint64_t hash)
{
    for (size_t i = (size_t)hash & (m->room - 1);; i = (i + 1) & (m->room - 1)) {
        if (m->slots[i] == 0) {
            return &m->slots[i];
        }
        const struct linemap_entry *e = &m->entries[m->slots[i] - 1];
        if (e->hash == hash && is_same(trim(text_line(m->text, e->first)), words)) {
            return &m->slots[i];
        }
    }
}

static void add(struct linemap *m, size_t i, const struct indent *indent)
{
    struct span line = text_line(m->text, i), words = trim(line);
    m->next[i] = LINEMAP_NONE;
    if (words.len == 0) {
        return;
    }
    uint64_t hash = hash_of(words);
    size_t *slot = slot_of(m, words, hash), column = indent_columns(indent, line);
    if (*slot == 0) {
        m->entries[m->count++] = (struct linemap_entry){hash, i, i, 1, column, false};
        *slot = m->count;
        return;
    }
    struct linemap_entry *e = &m->entries[*slot - 1];
    m->next[e->last] = i;
    e->last = i;
    e->count++;
    e->mixed = e->mixed || e->column != column;
}

void linemap_init(struct linemap *m, const struct text *text, const struct indent *indent)
{
    *m = (struct linemap){.text = text, .room = 16};
    while (m->room < 2 * text->count) {
        m->room *= 2;
    }
    m->slots = xcalloc(m->room, sizeof *m->slots);
    m->entries = xcalloc(text->count + 1, sizeof *m->entries);
    m->next = xcalloc(text->count + 1, sizeof *m->next);
    for (size_t i = 0; i < text->count; i++) {
        add(m, i, indent);
    }
}

void linemap_finish(struct linemap *m)
{
    free(m->slots);
    free(m->entries);
    free(m->next);
}

const struct linemap_entry *linemap_find(const struct linemap *m, struct span line)
{
    struct span words = trim(line);
    size_t n = words.len > 0 ? *slot_of(m, words, hash_of(words)) : 0;
    return n > 0 ? &m->entries[n - 1] : NULL;
}

size_t linemap_behind(const struct linemap *m, struct span line, size_t from, bool *only)
{
    const struct linemap_entry *e = linemap_find(m, line);
    size_t found = LINEMAP_NONE;
    *only = true;
    for (size_t i = e != NULL ? e->first : LINEMAP_NONE; i != LINEMAP_NONE; i = m->next[i]) {
        bool behind = from == LINEMAP_NONE || i > from;
        if (behind && is_same(span_rtrim(text_line(m->text, i)), span_rtrim(line))) {
            if (found != LINEMAP_NONE) {
                *only = false;
                return found;
            }
            found = i;
        }
    }
    return found;
}
