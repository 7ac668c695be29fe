/* Keeps secrets out of what is told and logged: servers repeat the key that they refuse. */
#ifndef HUM_MASK_H
#define HUM_MASK_H

struct buf;

/* What is shorter is no secret, and would tear holes into sentences. */
#define MASK_MIN 6

/* Replaces each of the words, all that looks like a key ("sk-...") and what is secret in an address
 * ("http://NAME:PASSWORD@", "?key=VALUE") by "***", in place. A word counts where it stands as one,
 * also as JSON escapes it, and where its beginning does that a text was cut behind. secrets is
 * NULL-terminated, or NULL. */
void mask_text(struct buf *text, char *const *secrets);

/* The same with as many stars as there were bytes: what is known of places in the text holds. */
void mask_over(struct buf *text, char *const *secrets);

#endif
