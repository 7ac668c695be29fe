/* The imports at the head of a file: what says which names the rest of it may use. An excerpt that
 * begins further below is read with them in front. */
#ifndef HUM_HEAD_H
#define HUM_HEAD_H

#include <stddef.h>

struct buf;
struct mirror;

/* Appends to out the lines of the file's head that import something, each with its "\n", those
 * that an import goes on in with it: of rows [0, end), whole lines, at most max bytes of them.
 * Languages say it in many ways, which are known by their words (import, #include, use, require,
 * using, package ...), whatever the file's type. Only a few hundred lines are searched, so it
 * costs little; the same text gives the same head. */
void head_read(const struct mirror *m, size_t end, size_t max, struct buf *out);

#endif
