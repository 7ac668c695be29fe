#include "edit/verdict.h"

#include "base/utf8.h"
#include "edit/fold.h"
#include "edit/nearest.h"

#include <stdlib.h>

/* A line that is quoted has so many bytes at most. */
#define QUOTE_MAX 60

/* So many times the nearest place is looked for: each costs a pass over the text. */
#define LOOKS_MAX 20

static void add(struct changes_faults *faults, char *message, char *hint, size_t line)
{
    faults->items = xrealloc(faults->items, (faults->count + 1) * sizeof *faults->items);
    faults->items[faults->count++] = (struct changes_fault){message, hint, line};
}

void verdict_finish(struct changes_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        free(faults->items[i].message);
        free(faults->items[i].hint);
    }
    free(faults->items);
}

/* ---- without a place ------------------------------------------------------------------- */

static const struct {
    const char *message, *hint;
} words[] = {
    [VERDICT_SAME] = {"nothing to change: the file has these lines already", NULL},
    [VERDICT_OVERLAPS] = {"the block changes lines that an earlier block has changed",
                          "Apply the others, then ask again for this change."},
    [VERDICT_EXISTS] = {"the file is there already, and the answer takes it for a new one",
                        "Ask for the change to the file that is there."},
    [VERDICT_MISSING] = {"not found: there is no such file", NULL},
    [VERDICT_MISTAKEN] = {"this is no whole file: it has markers of a block or signs of a diff",
                          "Ask for the whole file, or for search/replace blocks."},
};

void verdict_add(struct changes_faults *faults, enum verdict verdict, size_t line)
{
    const char *hint = words[verdict].hint;
    add(faults, xstrdup(words[verdict].message), hint != NULL ? xstrdup(hint) : NULL, line);
}

static const struct {
    const char *message, *hint;
} broken[] = {
    [PATCH_UNFINISHED] = {"the block is incomplete: its >>>>>>> REPLACE marker is missing",
                          "Ask the model to send this block again."},
    [PATCH_UNDIVIDED] = {"the block has no ======= marker between its two parts",
                         "Ask the model to send this block again."},
    [PATCH_STRAY] = {">>>>>>> REPLACE stands here without a <<<<<<< SEARCH marker above it",
                     "Ask the model to send this block again."},
    [PATCH_OPEN] = {"the file is incomplete: its code block has no end",
                    "Ask the model to send this file again."},
};

static void add_named(struct changes_faults *faults, const char *name, const char *message,
                      const char *hint, size_t line)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_printf(&text, "%s%s%s", name, name[0] != '\0' ? ": " : "", message);
    add(faults, text.data, xstrdup(hint), line);
}

void verdict_broken(struct changes_faults *faults, enum patch_fault fault, const char *name,
                    size_t line)
{
    add_named(faults, name, broken[fault].message, broken[fault].hint, line);
}

void verdict_cut(struct changes_faults *faults, const char *name, size_t line)
{
    add_named(faults, name, "the answer was cut, so this block may be incomplete",
              "Ask the model to continue, or to send this block again.", line);
}

void verdict_shrunk(struct changes_faults *faults, size_t gone, size_t all, size_t line)
{
    struct buf message;
    buf_init(&message, SIZE_MAX);
    buf_printf(&message, "the answer has only a part of the file: %zu of its %zu lines would go",
               gone, all);
    add(faults, message.data, xstrdup("Ask for the whole file, or for the changed lines alone."),
        line);
}

/* ---- a block that is not found ----------------------------------------------------------- */

static void quote(struct span line, struct buf *out)
{
    struct span s = fold_trim(line);
    buf_add_str(out, "\"");
    utf8_line(s.data, s.len, QUOTE_MAX, out);
    buf_add_str(out, "\"");
}

static void list_places(const struct spots_why *why, struct buf *out)
{
    for (size_t i = 0; i < why->place_count && i < SEEK_PLACES; i++) {
        bool last = i + 1 == why->place_count;
        buf_printf(out, "%s%zu", i == 0 ? "" : last ? " and " : ", ", why->places[i] + 1);
    }
    if (why->place_count > SEEK_PLACES) {
        buf_add_str(out, " ...");
    }
}

static void say_nearest(const struct seek_lines *lines, const struct text *search,
                        const struct nearest *n, struct buf *message, struct buf *hint)
{
    if (n->cut) {
        buf_printf(message, "not found: a line of the block is only a part of line %zu",
                   n->line + 1);
        buf_add_str(hint, "Ask for whole lines. ");
    } else {
        buf_printf(message, "the lines to replace were not found; the nearest is line %zu",
                   n->line + 1);
    }
    buf_add_str(hint, "The file has ");
    quote(lines->items[n->line].text, hint);
    buf_add_str(hint, ", the answer ");
    quote(text_line(search, n->search), hint);
    buf_add_str(hint, ".");
}

static void say_absent(struct changes_faults *faults, const struct seek_lines *lines,
                       const struct patch_block *block, struct buf *message, struct buf *hint)
{
    struct nearest n;
    size_t line;
    bool looks = faults->looked++ < LOOKS_MAX;
    if (looks && nearest_has(lines, &block->replace, &line)) {
        buf_printf(message, "already applied: the new lines are at line %zu", line + 1);
    } else if (looks && nearest_find(lines, &block->search, &n)) {
        say_nearest(lines, &block->search, &n, message, hint);
    } else {
        buf_add_str(message, "the lines to replace were not found in the file");
    }
}

static void say(struct changes_faults *faults, const struct seek_lines *lines,
                const struct patch_block *block, enum spots_end end, const struct spots_why *why,
                struct buf *message, struct buf *hint)
{
    switch (end) {
    case SPOTS_SEVERAL:
        if (why->place_count > 1) {
            buf_printf(message, "the lines to replace stand in %zu places: lines ",
                       why->place_count);
            list_places(why, message);
        } else { /* there were too many that are alike to look at all */
            buf_add_str(message, "the lines to replace may stand in several places");
        }
        buf_add_str(hint, "Ask for more lines around the change, so that only one place fits.");
        break;
    case SPOTS_ELSEWHERE:
        buf_add_str(message, "the lines to replace were not found below ");
        quote(text_line(&block->anchors, block->anchors.count - 1), message);
        break;
    case SPOTS_PART:
        buf_printf(message, "the lines to replace are only a part of line %zu", why->places[0] + 1);
        buf_add_str(hint, "Ask for whole lines.");
        break;
    case SPOTS_ELIDED:
        buf_add_str(message, "lines are left out (\"...\"), and it is not clear which");
        buf_add_str(hint, "Ask for the whole text of this change.");
        break;
    case SPOTS_NOWHERE:
        buf_add_str(message, "the block does not say where its lines belong");
        buf_add_str(hint, "Ask for the lines around the change, too.");
        break;
    case SPOTS_ABSENT:
    case SPOTS_FOUND:
        say_absent(faults, lines, block, message, hint);
        break;
    }
}

void verdict_lost(struct changes_faults *faults, const struct seek_lines *lines,
                  const struct patch_block *block, enum spots_end end, const struct spots_why *why)
{
    struct buf message, hint;
    buf_init(&message, SIZE_MAX);
    buf_init(&hint, SIZE_MAX);
    say(faults, lines, block, end, why, &message, &hint);
    add(faults, message.data, hint.data, block->first);
}
