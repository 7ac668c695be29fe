/* The part of a text that a prompt shows around the cursor, within a budget. Servers keep
 * the state of the last prompt and go on from where the next one differs, so consecutive
 * windows share their beginning: the anchor, the line that a window begins with, stays
 * through edits and moves of the cursor as long as it can, then moves by about half a
 * budget at once. Its end does the same in smaller steps. Same calls, same windows. */
#ifndef HUM_WINDOW_H
#define HUM_WINDOW_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct mirror;

/* The owner embeds it; nothing is to be freed. */
struct window {
    size_t anchor; /* row of the first line; SIZE_MAX: to be chosen */
    size_t end;    /* row behind the last line; 0: to be chosen */
};

void window_init(struct window *w);

/* An edit of the mirror, with the arguments of mirror_apply and the number of the new lines.
 * Before or after it. Both ends move along with their lines; one that stood inside what was
 * replaced by more or fewer lines is forgotten. */
void window_edit(struct window *w, int64_t first, int64_t last, size_t new_count);

/* Appends (caps must allow the budgets, in bytes):
 *   before  whole lines above the cursor's, from the anchor on, each with its "\n"
 *   line    the cursor's line left of it
 *   after   from the cursor on: the rest of the line, "\n", following lines; no "\n" at the end
 * before + line <= before_max, and no less than a quarter of it unless the text begins there;
 * the text's first line is the anchor whenever that leaves a quarter of the budget free.
 * after <= after_max, and no less than half of it unless the text ends there or the next line
 * is too long; it depends on the text right of the cursor and so is the same while a line is
 * typed. A part of a line too long for its budget is cut: left of the cursor where a step of
 * half a budget ends, right of it where the budget ends. No character is cut; bytes that are
 * not UTF-8 stay. A place beyond the text means its nearest place inside. */
void window_take(struct window *w, const struct mirror *m, size_t row, size_t col,
                 size_t before_max, size_t after_max, struct buf *before, struct buf *line,
                 struct buf *after);

#endif
