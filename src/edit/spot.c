#include "edit/spot.h"

#include "edit/recast.h"

#include <stdlib.h>

struct spot *spots_add(struct spots *spots, size_t first, size_t count)
{
    spots->items = xrealloc(spots->items, (spots->count + 1) * sizeof *spots->items);
    struct spot *spot = &spots->items[spots->count++];
    spot->first = first;
    spot->count = count;
    text_init(&spot->lines);
    return spot;
}

void spots_finish(struct spots *spots)
{
    for (size_t i = 0; i < spots->count; i++) {
        text_finish(&spots->items[i].lines);
    }
    free(spots->items);
    *spots = (struct spots){.items = NULL};
}

void spots_recast(struct spots *spots, const struct seek_lines *lines,
                  const struct seek_found *found, const struct text *replace)
{
    struct spot *spot = spots_add(spots, found->first, found->count);
    struct recast r;
    recast_init(&r, lines, found);
    for (size_t i = 0; i < replace->count; i++) {
        recast_line(&r, text_line(replace, i), &spot->lines);
    }
    recast_end(&r, &spot->lines);
    recast_finish(&r);
}

void spots_note(struct spots_why *why, const struct seek_found *found)
{
    why->place_count = found->place_count;
    for (size_t i = 0; i < SEEK_PLACES; i++) {
        why->places[i] = found->places[i];
    }
}
