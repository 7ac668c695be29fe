#include "edit/rejoin.h"

#include <stdlib.h>
#include <string.h>

/* What is enough, see the header. The numbers were found with 2600 changes out of the histories of
 * projects in Lua, C, Python, Go, JavaScript and Rust: smaller ones make more hunks than git does,
 * with greater ones they finish later. */
#define LINES(n) ((uint32_t)((n)*SUBSTANCE_FULL))
#define ENOUGH_NEAR LINES(1)
#define ENOUGH_ADDED LINES(1.5)
#define ENOUGH_CHANGED LINES(2.5)
#define ENOUGH_INSIDE LINES(8)
#define MOVED_MOST LINES(24)
#define MOVED_RETURNED LINES(10)

/* Old lines that are passed over at most for ENOUGH_NEAR. */
#define NEAR_MOST 3

/* Lines between a run and the one that it goes on with. */
#define GAP_MOST 6

/* Lines that are looked at to see what a run passes over. */
#define LOOK_MOST 64

/* A line from which the depth of a run is taken: no mere "end", and none that is everywhere. */
#define TELLING_WEIGHT 4
#define TELLING_SUBSTANCE (SUBSTANCE_FULL / 4)

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
    r->ended_count = 0;
}

/* ---- runs ---- */

static void note_depth(struct run *run, uint16_t indent)
{
    if (indent > run->indent) {
        run->deeper = true;
        return;
    }
    run->returned = run->returned || run->deeper;
    run->indent = indent;
}

static void extend(const struct rejoin *r, struct run *run, uint32_t class)
{
    const struct line_class *line = &r->classes->list[class];
    uint32_t substance = classes_substance(r->classes, class);
    run->count++;
    run->worth += substance;
    if (substance >= TELLING_SUBSTANCE && line->weight >= TELLING_WEIGHT) {
        note_depth(run, line->indent);
    }
}

static void remember(struct rejoin *r, const struct run *run)
{
    if (r->ended_count == ENDED_MOST) {
        memmove(r->ended, r->ended + 1, (ENDED_MOST - 1) * sizeof *r->ended);
        r->ended_count--;
    }
    r->ended[r->ended_count++] = *run;
}

/* The newest line goes on with runs, or ends them. */
static void follow(struct rejoin *r, uint32_t class)
{
    const struct classes *c = r->classes;
    size_t kept = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        struct run *run = &r->runs[i];
        size_t at = run->old + run->count;
        if (at < c->old->count && c->of_old[at] == class) {
            extend(r, run, class);
            r->runs[kept++] = *run;
        } else {
            remember(r, run);
        }
    }
    r->steps += r->run_count;
    r->run_count = kept;
}

static bool is_beside(size_t end, size_t start)
{
    return end <= start && start - end <= GAP_MOST;
}

/* Whether one of the lines of the old text between two runs stands no deeper than that. */
static bool old_gets_out(const struct rejoin *r, size_t first, size_t end, uint16_t least)
{
    bool gets_out = false;
    for (size_t i = first; i < end; i++) {
        gets_out = gets_out || r->classes->list[r->classes->of_old[i]].indent <= least;
    }
    return gets_out;
}

/* ... of the new text, a line that has certainly been added. */
static bool new_gets_out(const struct rejoin *r, size_t first, size_t end, uint16_t least)
{
    bool gets_out = false;
    for (size_t i = first; i < end; i++) {
        uint32_t class = r->classes->of_new[i];
        gets_out = gets_out || (r->classes->list[class].indent <= least &&
                                !classes_is_ahead(r->classes, class, r->old));
    }
    return gets_out;
}

/* Both texts have got out of a block between two runs: the lines above both blocks have changed, and
 * what stands in them has not. */
static bool is_apart(const struct rejoin *r, const struct run *ended, const struct run *run)
{
    uint16_t least = r->indents[run->new - r->new - 1];
    return old_gets_out(r, ended->old + ended->count, run->old, least) &&
           new_gets_out(r, ended->new + ended->count, run->new, least);
}

/* Of the runs in front of it, it goes on with the one that is worth most. */
static void chain(struct rejoin *r, struct run *run)
{
    run->chain_old = run->old;
    run->chain_new = run->new;
    for (size_t i = 0; i < r->ended_count; i++) {
        const struct run *e = &r->ended[i];
        uint32_t worth = (e->worth + e->chain_worth) * 2 / 3;
        if (worth > run->chain_worth && is_beside(e->old + e->count, run->old) &&
            is_beside(e->new + e->count, run->new)) {
            run->chain_worth = worth;
            run->chain_old = e->chain_old;
            run->chain_new = e->chain_new;
            run->apart = e->apart || is_apart(r, e, run);
        }
    }
    r->steps += r->ended_count;
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

static void begin(struct rejoin *r, uint32_t class, size_t new)
{
    uint32_t substance = classes_substance(r->classes, class);
    size_t count;
    const uint32_t *places = classes_ahead(r->classes, class, r->old, &count);
    for (size_t i = 0; substance > 0 && i < count && i < PLACES_MOST; i++) {
        r->steps += RUNS_MOST;
        struct run *run = is_followed(r, places[i]) ? NULL : room_for(r, substance);
        if (run != NULL) {
            *run = (struct run){.old = places[i], .new = new, .indent = INDENT_NONE};
            chain(r, run);
            extend(r, run, class);
        }
    }
}

/* Lines in front of a run that tell nothing may be equal, too. */
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
    if (run->chain_worth == 0) {
        run->chain_old = run->old;
        run->chain_new = run->new;
    }
}

/* ---- what is enough ---- */

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What the new lines in front are worth that stand in the old text behind the beginning. */
static uint32_t left_behind(struct rejoin *r, const struct run *run)
{
    size_t count = run->chain_new - r->new, look = count > LOOK_MOST ? LOOK_MOST : count;
    uint32_t left = 0;
    for (size_t i = run->chain_new - look; i < run->chain_new; i++) {
        uint32_t class = r->classes->of_new[i];
        if (classes_is_ahead(r->classes, class, run->chain_old)) {
            left += classes_substance(r->classes, class);
        }
    }
    r->steps += look;
    return left;
}

/* What the old lines in front are worth that have not come yet; *indent falls to theirs. */
static uint32_t passed_over(struct rejoin *r, const struct run *run, uint16_t *indent)
{
    size_t count = run->chain_old - r->old, look = count > LOOK_MOST ? LOOK_MOST : count;
    uint32_t passed = count > look ? MOVED_MOST : 0;
    for (size_t i = r->old; i < r->old + look; i++) {
        uint32_t class = r->classes->of_old[i];
        const struct line_class *line = &r->classes->list[class];
        passed += line->new_count == 0 ? classes_substance(r->classes, class) : 0;
        *indent = line->indent < *indent ? line->indent : *indent;
    }
    r->steps += look;
    return passed;
}

/* A line or a few have changed, and the next is there again. */
static bool is_near(const struct rejoin *r, const struct run *run)
{
    size_t passed = run->old - r->old, added = run->new - r->new;
    return run->worth >= ENOUGH_NEAR && passed <= NEAR_MOST && passed <= added + 1;
}

static bool is_enough(struct rejoin *r, struct run *run)
{
    uint32_t worth = run->worth + run->chain_worth;
    if (worth < ENOUGH_NEAR) {
        return false;
    }
    reach_back(r, run);
    uint16_t indent = run->new > r->new ? r->indents[run->new - r->new - 1] : INDENT_NONE;
    uint32_t left = left_behind(r, run), moved = greater(left, passed_over(r, run, &indent));
    uint32_t enough = greater(run->old == r->old ? ENOUGH_ADDED : ENOUGH_CHANGED,
                              lesser(moved, run->returned ? MOVED_RETURNED : MOVED_MOST));
    if (run->indent > indent && !run->apart) {
        return run->worth >= enough + ENOUGH_INSIDE;
    }
    return worth >= enough || (left == 0 && is_near(r, run));
}

/* ---- lines ---- */

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
    begin(r, class, newest);
    const struct run *best = NULL;
    /* A line that tells nothing is no reason to decide anything. */
    bool tells = classes_substance(r->classes, class) > 0;
    for (size_t i = 0; tells && i < r->run_count; i++) {
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
