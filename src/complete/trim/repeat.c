#include "complete/trim/repeat.h"

#include <string.h>

#define WEIGHT_MIN 3 /* of a block, as row_weight: less is found twice anywhere */
#define UNITS_MIN 48 /* bytes that repeat a unit */

static struct past *past_of(struct repeat *r, size_t back)
{
    return &r->past[(r->count - back) % REPEAT_PAST];
}

static void remember(struct repeat *r, struct row row, size_t from)
{
    row.tail = span_rtrim(row.tail);
    r->count++;
    *past_of(r, 1) = (struct past){row, row_weight(row), from};
}

void repeat_init(struct repeat *r, struct span above)
{
    r->count = 0;
    memset(r->runs, 0, sizeof r->runs);
    memset(r->units, 0, sizeof r->units);
    struct span lines[REPEAT_PAST];
    size_t count = 0;
    while (count < REPEAT_PAST && above.len > 0) {
        lines[count] = line_last(above.data, &above.len);
        count += lines[count].len > 0;
    }
    while (count > 0) {
        remember(r, (struct row){{NULL, 0}, lines[--count]}, 0);
    }
}

static bool has_weight(struct repeat *r, size_t lines)
{
    size_t weight = 0;
    for (size_t back = 1; back <= lines; back++) {
        weight += past_of(r, back)->weight;
    }
    return weight >= WEIGHT_MIN;
}

/* The line is compared with those 1, 2, 3... lines before. When n lines in a row equal those n
 * lines before, a block has come twice. */
enum repeat_verdict repeat_line(struct repeat *r, struct row row, size_t at, bool closed,
                                bool wanted, size_t *from)
{
    enum repeat_verdict verdict = REPEAT_NO;
    for (size_t n = 1; n <= REPEAT_LINES && n <= r->count; n++) {
        enum row_likeness like = wanted ? ROW_OTHER : row_compare(row, past_of(r, n)->row);
        bool is_last = r->runs[n] + 1 == n && has_weight(r, n);
        if (closed && is_last && like == ROW_SAME) {
            *from = n > 1 ? past_of(r, n - 1)->from : at;
            return REPEAT_YES;
        }
        if (closed) {
            r->runs[n] = like == ROW_SAME ? r->runs[n] + 1 : 0;
        } else if (is_last && like != ROW_OTHER) {
            verdict = REPEAT_MAYBE;
        }
    }
    if (closed) {
        remember(r, row, at);
    }
    return verdict;
}

bool repeat_byte(struct repeat *r, const char *text, size_t i, size_t *from)
{
    for (size_t n = 1; n <= REPEAT_UNIT; n++) {
        bool same = i >= n && text[i] == text[i - n] && text[i] != '\n';
        r->units[n] = same ? r->units[n] + 1 : 0;
        if (r->units[n] < UNITS_MIN) {
            continue;
        }
        /* Rulers such as "-----" are meant to be long. */
        struct row unit = {{text + i + 1 - n, n}, {NULL, 0}};
        if (row_weight(unit) > 0) {
            *from = i + 1 - r->units[n];
            while (*from > 0 && ((unsigned char)text[*from] & 0xC0) == 0x80) {
                (*from)--;
            }
            return true;
        }
    }
    return false;
}
