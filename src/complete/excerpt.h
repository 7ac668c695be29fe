/* The part of a text that a prompt shows around the cursor, within a budget. Servers keep
 * the state of the last prompt and go on from where the next one differs, so consecutive
 * excerpts share their beginning: the anchor, the line that an excerpt begins with, stays
 * through edits and moves of the cursor as long as it can, then moves by about half a
 * budget at once. Its end does the same in smaller steps. Same calls, same excerpts. */
#ifndef HUM_EXCERPT_H
#define HUM_EXCERPT_H

#include <stddef.h>
#include <stdint.h>

struct around_text;
struct mirror;

/* The owner embeds it; nothing is to be freed. */
struct excerpt {
    size_t anchor; /* row of the first line; SIZE_MAX: to be chosen */
    size_t end;    /* row behind the last line; 0: to be chosen */
};

void excerpt_init(struct excerpt *e);

/* An edit of the mirror, with the arguments of mirror_apply and the number of the new lines.
 * Before or after it. Both ends move along with their lines; one that stood inside what was
 * replaced by more or fewer lines is forgotten. */
void excerpt_edit(struct excerpt *e, int64_t first, int64_t last, size_t new_count);

/* In bytes. */
struct excerpt_budget {
    size_t left;  /* for the lines above the cursor's, and its line left of it */
    size_t after; /* for what follows the cursor */
    size_t head;  /* of left, for the imports of a file that begins above the excerpt; 0: none */
};

/* Budgets for this position in which each side has what the other does not need, in steps of a
 * quarter of what that had: so that what is typed on one side does not move the other with each
 * key. */
struct excerpt_budget excerpt_share(const struct mirror *m, size_t row, size_t col,
                                    struct excerpt_budget budget);

/* Appends to text, which was just initialised:
 *   left   whole lines above the cursor's, from the anchor on, then its line left of it
 *   after  from the cursor on: the rest of the line, "\n", following lines; no "\n" at the end
 * left takes between three eighths and all of its budget, after between a half and all of its own;
 * less where the text begins or ends, or where the next line is longer than what
 * is still free. The text's first line is the anchor when one is chosen and a quarter stays free.
 * In front of an anchor further below stand the imports of the file's head (head.h) and a blank
 * line.
 * What stands left of the cursor says nothing about after, so a line that is typed leaves it
 * as it is. A part of a line too long for its budget is cut: left of the cursor where a step
 * of half a budget ends, right of it where the budget ends; so is the line below the cursor's
 * if no other is shown. No character is cut, and bytes that are not UTF-8 stay. A position
 * beyond the text means the nearest one inside. */
void excerpt_read(struct excerpt *e, const struct mirror *m, size_t row, size_t col,
                  struct excerpt_budget budget, struct around_text *text);

#endif
