#include "edit/classes.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define TAB 8
#define WEIGHT_MOST 8
#define FIRST_ROOM 16

static uint64_t hash_of(struct span line)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < line.len; i++) {
        hash = hash_byte(hash, line.data[i]);
    }
    return hash;
}

static uint16_t indent_of(struct span line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (!is_blank(line.data[i])) {
            return (uint16_t)(column < INDENT_NONE ? column : INDENT_NONE - 1);
        }
        column += line.data[i] == '\t' ? TAB - column % TAB : 1;
    }
    return INDENT_NONE;
}

static uint8_t weight_of(struct span line)
{
    uint8_t weight = 0;
    for (size_t i = 0; i < line.len && weight < WEIGHT_MOST; i++) {
        weight = (uint8_t)(weight + is_word(line.data[i]));
    }
    return weight;
}

static struct span line_of(const struct classes *c, const struct line_class *class)
{
    return class->line < c->old->count ? text_line(c->old, class->line)
                                       : text_line(&c->new, class->line - c->old->count);
}

static bool is_line(const struct classes *c, const struct line_class *class, uint64_t hash,
                    struct span line)
{
    if (class->hash != hash) {
        return false;
    }
    struct span other = line_of(c, class);
    return other.len == line.len && span_starts(other, line);
}

/* ---- the table ---- */

static size_t next_slot(const struct classes *c, size_t slot)
{
    return (slot + 1) & (c->slot_count - 1);
}

static void put(const struct classes *c, uint32_t class)
{
    size_t slot = c->list[class].hash & (c->slot_count - 1);
    while (c->slots[slot] != 0) {
        slot = next_slot(c, slot);
    }
    c->slots[slot] = class + 1;
}

static void widen(struct classes *c)
{
    c->room = c->room > 0 ? 2 * c->room : FIRST_ROOM;
    c->list = xrealloc(c->list, c->room * sizeof *c->list);
    free(c->slots);
    c->slot_count = 2 * c->room;
    c->slots = xcalloc(c->slot_count, sizeof *c->slots);
    for (size_t i = 0; i < c->count; i++) {
        put(c, (uint32_t)i);
    }
}

/* The class of a line that is the text's already: number `at`, old lines first. */
static uint32_t class_of(struct classes *c, struct span line, size_t at)
{
    uint64_t hash = hash_of(line);
    if (c->count == c->room) {
        widen(c);
    }
    size_t slot = hash & (c->slot_count - 1);
    for (; c->slots[slot] != 0; slot = next_slot(c, slot)) {
        uint32_t class = c->slots[slot] - 1;
        if (is_line(c, &c->list[class], hash, line)) {
            return class;
        }
    }
    c->list[c->count] = (struct line_class){
        .hash = hash,
        .line = (uint32_t)at,
        .indent = indent_of(line),
        .weight = weight_of(line),
    };
    c->slots[slot] = (uint32_t)++c->count;
    return (uint32_t)(c->count - 1);
}

/* ---- life ---- */

static void find_places(struct classes *c)
{
    uint32_t first = 0;
    for (size_t i = 0; i < c->count; i++) {
        c->list[i].first = first;
        first += c->list[i].old_count;
        c->list[i].old_count = 0;
    }
    c->places = xcalloc(c->old->count, sizeof *c->places);
    for (size_t i = 0; i < c->old->count; i++) {
        struct line_class *class = &c->list[c->of_old[i]];
        c->places[class->first + class->old_count++] = (uint32_t)i;
        class->last = (uint32_t)i;
    }
}

void classes_init(struct classes *c, const struct text *old)
{
    *c = (struct classes){.old = old, .new_room = FIRST_ROOM};
    text_init(&c->new);
    c->of_new = xcalloc(c->new_room, sizeof *c->of_new);
    c->of_old = xcalloc(old->count, sizeof *c->of_old);
    for (size_t i = 0; i < old->count; i++) {
        c->of_old[i] = class_of(c, text_line(old, i), i);
        c->list[c->of_old[i]].old_count++;
    }
    find_places(c);
}

void classes_finish(struct classes *c)
{
    text_finish(&c->new);
    free(c->list);
    free(c->of_old);
    free(c->of_new);
    free(c->places);
    free(c->slots);
    *c = (struct classes){0};
}

bool classes_add(struct classes *c, struct span line)
{
    size_t at = c->new.count;
    text_add(&c->new, line);
    if (c->new.count == at) {
        return false;
    }
    if (at == c->new_room) {
        c->new_room *= 2;
        c->of_new = xrealloc(c->of_new, c->new_room * sizeof *c->of_new);
    }
    c->of_new[at] = class_of(c, text_line(&c->new, at), c->old->count + at);
    c->list[c->of_new[at]].new_count++;
    return true;
}

/* ---- what is known ---- */

const uint32_t *classes_ahead(const struct classes *c, uint32_t class, size_t from, size_t *count)
{
    const uint32_t *places = c->places + c->list[class].first;
    size_t low = 0, high = c->list[class].old_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places[middle] < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *count = c->list[class].old_count - low;
    return places + low;
}

bool classes_is_ahead(const struct classes *c, uint32_t class, size_t from)
{
    return c->list[class].old_count > 0 && c->list[class].last >= from;
}

uint32_t classes_substance(const struct classes *c, uint32_t class)
{
    const struct line_class *l = &c->list[class];
    uint32_t often = l->old_count > l->new_count ? l->old_count : l->new_count;
    return often == 0 ? 0 : l->weight * (uint32_t)(SUBSTANCE_FULL / WEIGHT_MOST) / often;
}
