/* Chunks of text from elsewhere than around the cursor, to be shown to the model: what the
 * user opened, edited, yanked or jumped to. Prompts begin with them, so every change of
 * the ring costs the server what it has cached of the prompt. Hence new chunks wait in a
 * queue until the caller finds the moment good, those in the ring keep their order, and
 * new ones come last.
 *
 * No text is shown twice. Lines are compared without the blanks around them, and only those
 * count that say something: that have a letter, a digit or a byte that is not ASCII. Of an
 * earlier and a later chunk
 *   - the later is left out if the earlier has all of it in one piece, whatever the file;
 *   - else, of the same file, the later replaces the earlier if it has more than half of
 *     that one's lines, or if more than 90 % of its own are in that one: text has changed;
 *   - else, of different files, the later replaces the earlier if it has more than 90 % of
 *     that one's lines, and is left out if more than 90 % of its own are in that one. */
#ifndef HUM_RING_H
#define HUM_RING_H

#include "base/span.h"
#include "server/fill.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* At most so many chunks, and so many bytes of their names and texts; the queue is bounded
 * likewise. 0 of either keeps none. */
struct ring *ring_new(size_t max_chunks, size_t max_bytes);
void ring_free(struct ring *r); /* NULL is nothing */

/* From now on at most so many bytes; what is too much leaves as it does when new chunks come. */
void ring_resize(struct ring *r, size_t max_bytes);

/* Copies text into the queue. Of what is larger than half of all that the ring may hold, the lines
 * around byte focus <= len are taken, so that one place does not drive out all others. Less than 3
 * lines that say something are not worth it. When the queue is full the longest waiting
 * leaves. */
void ring_collect(struct ring *r, const char *name, struct span text, size_t focus);

/* The queue moves into the ring. Those leave that were collected longest ago; a chunk that
 * others are left out for counts as collected again with each of them. True if the
 * ring is another than before: then prompts begin differently. */
bool ring_settle(struct ring *r);

/* Drops what is known of a file, in ring and queue, at once. */
void ring_forget(struct ring *r, const char *name);

/* Another number whenever the ring may be another, from 0. */
uint64_t ring_version(const struct ring *r);

/* The chunks of the ring, oldest first; valid until ring_settle, ring_resize, ring_forget,
 * ring_free. */
size_t ring_count(const struct ring *r);
const struct chunk *ring_chunk(const struct ring *r, size_t i);

#endif
