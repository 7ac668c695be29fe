#include "edit/loop.h"

#include "base/hash.h"
#include "text/line.h"

#define TIMES 5       /* a block comes so often ... */
#define LINES_MIN 12  /* ... and so many lines have repeated others */
#define WEIGHT_MIN 3  /* letters of a block: less is found often anywhere */
#define CLOSING 40    /* lines of nothing but the same bracket, in the same column */
#define KNOWN_TIMES 8 /* the same, of lines that the range repeats itself, so many times as much */
#define UNIT_MAX 256  /* bytes of what a line repeats */

static uint64_t hash_of(struct span line)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < line.len; i++) {
        hash = hash_byte(hash, line.data[i]);
    }
    return hash;
}

static size_t weight_of(const struct loop *l, size_t lines)
{
    size_t weight = 0;
    for (size_t i = 1; i <= lines; i++) {
        weight += l->weights[(l->count - i) % LOOP_LINES];
    }
    return weight;
}

bool loop_line(struct loop *l, struct span line, const struct linemap *old)
{
    line = span_rtrim(line);
    if (line.len == 0) {
        return false;
    }
    uint64_t hash = hash_of(line);
    const struct linemap_entry *known = linemap_find(old, line);
    size_t times = known != NULL && known->count >= 3 ? KNOWN_TIMES : 1;
    bool loops = false;
    for (size_t n = 1; n <= LOOP_LINES && n <= l->count; n++) {
        bool same = l->past[(l->count - n) % LOOP_LINES] == hash;
        l->runs[n] = same ? l->runs[n] + 1 : 0;
        size_t enough = (TIMES - 1) * n > LINES_MIN ? (TIMES - 1) * n : LINES_MIN;
        loops = loops || (l->runs[n] >= enough * times && weight_of(l, n) >= WEIGHT_MIN);
    }
    loops = loops || (l->runs[1] >= CLOSING * times && line_closes(span_ltrim(line)));
    l->past[l->count % LOOP_LINES] = hash;
    l->weights[l->count % LOOP_LINES] = line_weight(line_of(line));
    l->count++;
    return loops;
}

bool loop_long(struct span line)
{
    size_t len = LOOP_LONG / 2;
    const char *end = line.data + line.len, *from = end - len;
    for (size_t unit = 1; unit <= UNIT_MAX; unit++) {
        if (memcmp(from, from + unit, len - unit) == 0) {
            return line_weight(line_of((struct span){from, unit})) >= WEIGHT_MIN;
        }
    }
    return false;
}
