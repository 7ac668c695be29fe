#include "job/overlap.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* An overlap that is shorter has to be whole words; one of a text that the model was given is a
 * server that sends it back, and may be shorter if words cannot have been meant to stand there. */
#define LEAST_ASKED 8
#define LEAST_GIVEN 24
#define LEAST_GLUED 8
#define LEAST_WORD 2
#define LEAST_WHOLE 4

/* No marker of a line is longer. */
#define MARKER_MAX 6

/* What an end counts for. */
enum counts {
    COUNTS_NOT,
    COUNTS_GLUED, /* if what comes would make one word of two */
    COUNTS,
};

void overlap_init(struct overlap *o)
{
    *o = (struct overlap){.len = 0};
}

void overlap_finish(struct overlap *o)
{
    free(o->there);
    free(o->ends);
}

void overlap_open(struct overlap *o, const char *text, size_t len)
{
    size_t from = len > OVERLAP_MAX ? utf8_ceil(text, len, len - OVERLAP_MAX) : 0;
    o->there = xstrndup(text + from, len - from);
    o->len = len - from;
    o->whole = from == 0;
}

/* ---- what repeats by nature ---------------------------------------------------- */

/* The smallest period of each end of the text, by its length: Knuth, Morris and Pratt's failure
 * function of the text read backwards. The caller frees it. */
static size_t *find_periods(const struct overlap *o)
{
    const char *last = o->there + o->len - 1;
    size_t *period = xcalloc(o->len + 1, sizeof *period), border = 0;
    period[1] = 1;
    for (size_t n = 2; n <= o->len; n++) {
        while (border > 0 && *(last - border) != *(last - (n - 1))) {
            border -= period[border];
        }
        border += *(last - border) == *(last - (n - 1));
        period[n] = n - border;
    }
    return period;
}

static size_t without_space(const char *text, size_t len)
{
    while (len > 0 && is_space(text[len - 1])) {
        len--;
    }
    return len;
}

/* Whether what stands from at on also stands right before it, but for white space. */
static bool is_doubled(const struct overlap *o, size_t at)
{
    size_t len = without_space(o->there + at, o->len - at), end = without_space(o->there, at);
    return end >= len && memcmp(o->there + end - len, o->there + at, len) == 0;
}

/* Whether from at on there is the marker of a line alone: "- ", "12.", "| ". */
static bool is_marker(const struct overlap *o, size_t at)
{
    size_t begin = at, len = o->len - at;
    if (len > MARKER_MAX || is_blank(o->there[at]) ||
        strspn(o->there + at, "-*+#>|.)0123456789 \t") < len) {
        return false;
    }
    while (begin > 0 && is_blank(o->there[begin - 1])) {
        begin--;
    }
    return begin > 0 && o->there[begin - 1] == '\n';
}

/* Whether the end of the text from at on is what the text itself would go on with. Of a period that
 * began before it half is enough. */
static bool is_natural(const struct overlap *o, size_t at, const size_t *period)
{
    size_t len = o->len - at, p = period[len], before = p < at ? p : at;
    bool goes_on = (2 * before >= p && period[len + before] == p) || is_doubled(o, at);
    return p <= len / 2 || (goes_on && !is_marker(o, at));
}

/* ---- ends that count ----------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number may go on with the same digits. */
static bool begins_word(const struct overlap *o, size_t at)
{
    return is_word(o->there[at]) && (at == 0 || !is_word(o->there[at - 1]));
}

/* How much a byte tells, in characters of words. Where those have three bytes, as in Chinese, they
 * tell more. */
static size_t weigh(char c)
{
    if (!is_word(c) || utf8_is_inner(c)) {
        return 0;
    }
    return (unsigned char)c >= 0xE0 ? 2 : 1;
}

/* How much an end tells. */
struct telling {
    size_t words, letters; /* characters of words */
    size_t blanks;
};

static void add_told(struct telling *t, char c)
{
    size_t weight = weigh(c);
    t->words += weight;
    t->letters += is_digit(c) ? 0 : weight;
    t->blanks += is_blank(c);
}

/* Whether the end from at on tells enough. */
static bool is_enough(const struct overlap *o, size_t at, const struct telling *t)
{
    size_t least = o->asked ? LEAST_ASKED : LEAST_GIVEN;
    if (utf8_is_inner(o->there[at])) {
        return false;
    }
    if (o->len - at >= least) {
        return t->words >= least / 2;
    }
    return (o->asked && begins_word(o, at) && t->letters >= LEAST_WORD) ||
           (o->asked && is_marker(o, at)) || (at == 0 && o->whole && t->letters >= LEAST_WHOLE);
}

/* Whether the text stops in or behind a word, of a script that parts words by blanks. */
static bool stops_at_word(const struct overlap *o)
{
    return weigh(o->there[utf8_floor(o->there, o->len, o->len - 1)]) == 1;
}

/* Whether the end from at on is several words that, right behind the text, would make one word of
 * two: no text goes on like that. One that ends with its own first word ("very very") is none: it
 * may be meant, and lack the blank before it. */
static bool would_glue(const struct overlap *o, size_t at, const struct telling *t, size_t period)
{
    const struct span end = {o->there + at, o->len - at};
    return end.len >= LEAST_GLUED && t->blanks > 0 && begins_word(o, at) && weigh(*end.data) == 1 &&
           *end.data != '_' && !is_digit(*end.data) &&
           end.len - period < span_first_word(end).len && stops_at_word(o);
}

static enum counts judge_end(const struct overlap *o, size_t at, const struct telling *t,
                             const size_t *period)
{
    if (is_natural(o, at, period)) {
        return COUNTS_NOT;
    }
    if (is_enough(o, at, t)) {
        return COUNTS;
    }
    return !o->asked && would_glue(o, at, t, period[o->len - at]) ? COUNTS_GLUED : COUNTS_NOT;
}

void overlap_tell(struct overlap *o, bool asked)
{
    struct telling told = {.words = 0};
    o->asked = asked;
    if (o->len == 0 || o->ends != NULL) {
        return;
    }
    size_t *period = find_periods(o);
    o->ends = xcalloc(o->len, sizeof *o->ends);
    for (size_t at = o->len; at-- > 0;) {
        add_told(&told, o->there[at]);
        o->ends[at] = (unsigned char)judge_end(o, at, &told, period);
    }
    free(period);
}

/* ---- what comes ---------------------------------------------------------------- */

static enum known match_exactly(struct span end, struct span a, bool final, size_t *len)
{
    *len = end.len;
    if (span_starts(a, end)) {
        return KNOWN_YES;
    }
    return !final && span_starts(end, a) ? KNOWN_LATER : KNOWN_NO;
}

static size_t count_space(struct span s)
{
    size_t n = 0;
    while (n < s.len && is_space(s.data[n])) {
        n++;
    }
    return n;
}

/* The first letter may be a capital. */
static bool is_same(char c, char d, bool first)
{
    return c == d || (first && to_lower(c) == to_lower(d));
}

static size_t count_same(struct span a, struct span b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.data[n] == b.data[n]) {
        n++;
    }
    return n;
}

/* What a has of the white space at the very end; it may have less of it. */
static enum known match_last_space(struct span end, struct span a, bool final, size_t *len)
{
    size_t same = count_same(end, a);
    *len += same;
    if (same < end.len && same == a.len && !final) {
        return KNOWN_LATER;
    }
    return same > 0 ? KNOWN_YES : KNOWN_NO;
}

/* White space between words is any. */
static enum known match_loosely(struct span end, struct span a, bool final, size_t *len)
{
    size_t i = 0;
    *len = 0;
    while (i < end.len && *len < a.len) {
        const struct span rest = span_skip(end, i), other = span_skip(a, *len);
        size_t space = count_space(rest);
        if (space == rest.len) {
            return match_last_space(rest, other, final, len);
        }
        size_t as_much = space > 0 ? count_space(other) : is_same(*rest.data, *other.data, i == 0);
        if (as_much == 0) {
            return KNOWN_NO;
        }
        i += space > 0 ? space : 1;
        *len += as_much;
    }
    return i == end.len ? KNOWN_YES : final ? KNOWN_NO : KNOWN_LATER;
}

enum known overlap_find(const struct overlap *o, struct span a, bool next, bool final, size_t *len)
{
    enum known found = KNOWN_NO;
    if (a.len == 0) {
        return final ? KNOWN_NO : KNOWN_LATER;
    }
    for (size_t at = 0; o->ends != NULL && at < o->len && found == KNOWN_NO; at++) {
        const struct span end = {o->there + at, o->len - at};
        bool counts = o->ends[at] == COUNTS || (o->ends[at] == COUNTS_GLUED && next);
        found = counts ? match_exactly(end, a, final, len) : KNOWN_NO;
        if (counts && found == KNOWN_NO && o->asked && !is_space(*end.data)) {
            found = match_loosely(end, a, final, len);
        }
    }
    return found;
}
