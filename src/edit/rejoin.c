#include "edit/rejoin.h"

#include <stdlib.h>

#define LINES(n) ((uint32_t)((n)*SUBSTANCE_FULL))
#define WANTED_ADDED LINES(1.5)
#define WANTED_CHANGED LINES(2.5)
#define WANTED_INSIDE LINES(2)
#define PASSED_MOST LINES(12)

/* Old lines that are looked at to see what a run passes over. */
#define LOOK_MOST 64

#define FIRST_ROOM 16

void rejoin_init(struct rejoin *r, const struct classes *classes)
{
    *r = (struct rejoin){.classes = classes};
}

void rejoin_finish(struct rejoin *r)
{
    free(r->indents);
    *r = (struct rejoin){0};
}

void rejoin_part(struct rejoin *r, size_t old, size_t new)
{
    r->old = old;
    r->new = new;
    r->run_count = 0;
}

static const struct line_class *class_at(const struct rejoin *r, const uint32_t *classes, size_t at)
{
    return &r->classes->list[classes[at]];
}

/* ---- runs ---- */

static void extend(const struct rejoin *r, struct run *run, uint32_t class)
{
    uint32_t substance = classes_substance(r->classes, class);
    run->count++;
    run->worth += substance;
    uint16_t indent = r->classes->list[class].indent;
    if (substance > 0 && indent < run->indent) {
        run->indent = indent;
    }
}

/* Runs that the newest line does not go on with end. */
static void follow(struct rejoin *r, uint32_t class)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        struct run *run = &r->runs[i];
        size_t at = run->old + run->count;
        if (at < r->classes->old->count && r->classes->of_old[at] == class) {
            extend(r, run, class);
            r->runs[kept++] = *run;
        }
    }
    r->steps += r->run_count;
    r->run_count = kept;
}

static bool is_followed(const struct rejoin *r, size_t old)
{
    for (size_t i = 0; i < r->run_count; i++) {
        if (r->runs[i].old + r->runs[i].count == old + 1) {
            return true;
        }
    }
    return false;
}

/* Where a further run goes: if there are too many, in the place of the one that is worth least. */
static struct run *room_for(struct rejoin *r, uint32_t worth)
{
    if (r->run_count < RUNS_MOST) {
        return &r->runs[r->run_count++];
    }
    struct run *least = &r->runs[0];
    for (size_t i = 1; i < RUNS_MOST; i++) {
        least = r->runs[i].worth <= least->worth ? &r->runs[i] : least;
    }
    return least->worth < worth ? least : NULL;
}

static void begin_runs(struct rejoin *r, uint32_t class, size_t new)
{
    uint32_t substance = classes_substance(r->classes, class);
    size_t count;
    const uint32_t *places = classes_ahead(r->classes, class, r->old, &count);
    for (size_t i = 0; substance > 0 && i < count && i < PLACES_MOST; i++) {
        r->steps++;
        struct run *run = is_followed(r, places[i]) ? NULL : room_for(r, substance);
        if (run != NULL) {
            *run = (struct run){.old = places[i], .new = new, .indent = INDENT_NONE};
            extend(r, run, class);
        }
    }
}

/* Lines in front of a run may be equal, too. */
static void reach_back(struct rejoin *r, struct run *run)
{
    const struct classes *c = r->classes;
    while (run->old > r->old && run->new > r->new &&
           c->of_old[run->old - 1] == c->of_new[run->new - 1]) {
        run->old--;
        run->new --;
        run->count++;
        r->steps++;
    }
}

/* ---- what is enough ---- */

/* What the new lines in front of a run are worth that stand in the old text behind its beginning. */
static uint32_t left_behind(struct rejoin *r, const struct run *run)
{
    uint32_t left = 0;
    size_t first = run->new - r->new > LOOK_MOST ? run->new - LOOK_MOST : r->new;
    for (size_t i = first; i < run->new &&left < PASSED_MOST; i++) {
        uint32_t class = r->classes->of_new[i];
        left += classes_is_ahead(r->classes, class, run->old) ? classes_substance(r->classes, class)
                                                              : 0;
        r->steps++;
    }
    return left < PASSED_MOST ? left : PASSED_MOST;
}

/* What the old lines that a run passes over are worth; *indent falls to theirs. */
static uint32_t passed_over(struct rejoin *r, const struct run *run, uint16_t *indent)
{
    uint32_t passed = 0;
    size_t end = run->old - r->old > LOOK_MOST ? r->old + LOOK_MOST : run->old;
    for (size_t i = r->old; i < end; i++) {
        const struct line_class *class = class_at(r, r->classes->of_old, i);
        passed += class->new_count > 0 ? 0 : classes_substance(r->classes, r->classes->of_old[i]);
        *indent = class->indent < *indent ? class->indent : *indent;
    }
    r->steps += end - r->old;
    return end < run->old || passed > PASSED_MOST ? PASSED_MOST : passed;
}

/* indent: the least of what has changed. */
static uint32_t wanted(struct rejoin *r, const struct run *run, uint16_t *indent)
{
    *indent = run->new > r->new ? r->indents[run->new - r->new - 1] : INDENT_NONE;
    uint32_t least = run->old == r->old ? WANTED_ADDED : WANTED_CHANGED;
    uint32_t passed = passed_over(r, run, indent), left = left_behind(r, run);
    passed = passed > left ? passed : left;
    return passed > least ? passed : least;
}

static bool is_enough(struct rejoin *r, struct run *run)
{
    if (run->worth < WANTED_ADDED) {
        return false;
    }
    reach_back(r, run);
    uint16_t indent;
    uint32_t enough = wanted(r, run, &indent);
    return run->worth >= enough + (run->indent > indent ? WANTED_INSIDE : 0);
}

static void note_indent(struct rejoin *r, size_t at, uint16_t indent)
{
    if (at >= r->indent_room) {
        r->indent_room = r->indent_room > 0 ? 2 * r->indent_room : FIRST_ROOM;
        r->indents = xrealloc(r->indents, r->indent_room * sizeof *r->indents);
    }
    bool is_least = at == 0 || indent < r->indents[at - 1];
    r->indents[at] = is_least ? indent : r->indents[at - 1];
}

bool rejoin_line(struct rejoin *r, struct run *run)
{
    size_t newest = r->classes->new.count - 1;
    uint32_t class = r->classes->of_new[newest];
    note_indent(r, newest - r->new, r->classes->list[class].indent);
    follow(r, class);
    begin_runs(r, class, newest);
    struct run *best = NULL;
    for (size_t i = 0; classes_substance(r->classes, class) > 0 && i < r->run_count; i++) {
        struct run *other = &r->runs[i];
        bool is_better = best == NULL || other->worth > best->worth ||
                         (other->worth == best->worth && other->old < best->old);
        best = is_better && is_enough(r, other) ? other : best;
    }
    if (best != NULL) {
        *run = *best;
    }
    return best != NULL;
}
