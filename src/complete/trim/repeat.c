#include "complete/trim/repeat.h"

#include "base/utf8.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WEIGHT_MIN 3 /* of a block, as line_weight: less is found twice anywhere */
#define UNITS_MIN 48 /* bytes that repeat a unit */

static struct past *past_of(struct repeat *r, size_t back)
{
    return &r->past[(r->count - back) % REPEAT_PAST];
}

static void remember(struct repeat *r, struct line line, size_t from)
{
    r->count++;
    *past_of(r, 1) = (struct past){line, line_weight(line), from};
}

void repeat_init(struct repeat *r, struct span above)
{
    r->count = 0;
    memset(r->runs, 0, sizeof r->runs);
    memset(r->units, 0, sizeof r->units);
    struct span lines[REPEAT_PAST];
    size_t count = 0;
    while (count < REPEAT_PAST && above.len > 0) {
        lines[count] = span_last_line(&above);
        count += lines[count].len > 0;
    }
    while (count > 0) {
        remember(r, line_of(lines[--count]), 0);
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
enum repeat_verdict repeat_follow(struct repeat *r, const struct repeat_line *line, size_t *from)
{
    enum repeat_verdict verdict = REPEAT_NO;
    for (size_t n = 1; n <= REPEAT_LINES && n <= r->count; n++) {
        enum line_likeness like =
            line->begun ? LINE_OTHER : line_compare(line->line, past_of(r, n)->line);
        bool is_last = r->runs[n] + 1 == n && has_weight(r, n);
        if (line->closed && is_last && like == LINE_SAME) {
            *from = n > 1 ? past_of(r, n - 1)->from : line->at;
            return REPEAT_YES;
        }
        if (line->closed) {
            r->runs[n] = like == LINE_SAME ? r->runs[n] + 1 : 0;
        } else if (is_last && like != LINE_OTHER) {
            verdict = REPEAT_MAYBE;
        }
    }
    if (line->closed) {
        remember(r, line->line, line->at);
    }
    return verdict;
}

/* The failure function of the line's end, read backwards, tells the period of each part of it. */
bool repeat_long(struct span line, size_t *from)
{
    uint16_t back[3 * REPEAT_LONG + 1] = {0};
    size_t len = line.len < 3 * REPEAT_LONG ? line.len : 3 * REPEAT_LONG, longest = 0;
    const char *last = line.data + line.len - 1;
    for (size_t i = 1, n = 0; i < len; i++) {
        while (n > 0 && last[-(ptrdiff_t)i] != last[-(ptrdiff_t)n]) {
            n = back[n];
        }
        n += last[-(ptrdiff_t)i] == last[-(ptrdiff_t)n];
        back[i + 1] = (uint16_t)n;
        size_t whole = i + 1, unit = whole - n;
        longest = unit > REPEAT_UNIT && unit <= REPEAT_LONG && whole >= 3 * unit ? whole : longest;
    }
    size_t unit = longest - back[longest];
    if (longest == 0 || line_weight(line_of(span_skip(line, line.len - unit))) < WEIGHT_MIN) {
        return false;
    }
    *from = line.len - longest + unit;
    while (*from > 0 && utf8_is_inner(line.data[*from])) {
        (*from)--;
    }
    return true;
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
        struct line unit = line_of((struct span){text + i + 1 - n, n});
        if (line_weight(unit) > 0) {
            *from = i + 1 - r->units[n];
            while (*from > 0 && utf8_is_inner(text[*from])) {
                (*from)--;
            }
            return true;
        }
    }
    return false;
}
