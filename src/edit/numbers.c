#include "edit/numbers.h"

#include "edit/place.h"

#define DIGITS_MAX 7
#define PROOF_LINES 3 /* "1: x" may be code: one of so many lines must be known */
#define ARROW "\u2192"

struct numbered {
    size_t number;
    char sign;   /* ':', '|', '\t', ' ', or '>' for an arrow */
    bool padded; /* a blank stands behind it, which is not in rest */
    struct span rest;
};

/* "1. x" may be an item of a list, too. */
static bool is_list(char sign)
{
    return sign == '.' || sign == ')';
}

/* Whether a number and a sign begin the line. sign: of the lines above, '\0': there is none. */
static bool split_as(struct span line, char sign, struct numbered *n)
{
    struct span words = span_ltrim(line);
    size_t digits = 0;
    *n = (struct numbered){.number = 0};
    if (words.len > 1 && words.data[0] == 'L') {
        words = span_skip(words, 1);
    }
    while (digits < words.len && words.data[digits] >= '0' && words.data[digits] <= '9') {
        n->number = digits < DIGITS_MAX ? n->number * 10 + (size_t)(words.data[digits] - '0') : 0;
        digits++;
    }
    struct span rest = span_skip(words, digits);
    if (digits == 0 || digits > DIGITS_MAX) {
        return false;
    }
    bool blank = rest.len > 0 && rest.data[0] == ' ';
    if (blank && sign != ' ' && span_starts_with(span_skip(rest, 1), "|")) {
        rest = span_skip(rest, 1);
    }
    if (span_starts_with(rest, ARROW)) {
        n->sign = '>';
        n->rest = span_skip(rest, strlen(ARROW));
        return true;
    }
    if (rest.len == 0 || strchr(":|\t.) ", rest.data[0]) == NULL || rest.data[0] == '\0') {
        return false;
    }
    n->sign = rest.data[0];
    n->rest = span_skip(rest, 1);
    if (is_list(n->sign) && (n->rest.len == 0 || n->rest.data[0] != ' ')) {
        return false;
    }
    if (n->sign != '\t' && n->sign != ' ' && n->rest.len > 0 && n->rest.data[0] == ' ') {
        n->padded = true;
        n->rest = span_skip(n->rest, 1);
    }
    return true;
}

static bool split(struct span line, struct numbered *n)
{
    return split_as(line, '\0', n);
}

/* The range's own lines look so. */
static bool are_own(const struct place *p)
{
    struct numbered n;
    for (size_t i = 0; i < p->context.old->count; i++) {
        if (split(text_line(p->context.old, i), &n)) {
            return true;
        }
    }
    return false;
}

void numbers_init(struct numbers *n, const struct stage *stage)
{
    *n = (struct numbers){.stage = *stage, .mode = NUMBERS_BEGIN};
    bool own = stage->place->wish.numbers || are_own(stage->place);
    n->mode = own ? NUMBERS_OWN : NUMBERS_BEGIN;
    text_init(&n->held);
}

void numbers_finish(struct numbers *n)
{
    text_finish(&n->held);
}

static void give(struct numbers *n, struct span line)
{
    struct numbered l;
    bool strip = n->mode == NUMBERS_ON && split_as(line, n->sign, &l) && l.sign == n->sign;
    if (strip && l.padded && n->tight) {
        l.rest = (struct span){l.rest.data - 1, l.rest.len + 1};
    }
    n->given++;
    stage_pass(&n->stage, strip ? l.rest : line);
}

static void release(struct numbers *n)
{
    for (size_t i = 0; i < n->held.count; i++) {
        give(n, text_line(&n->held, i));
    }
    text_clear(&n->held);
}

/* Without its number the line is one of the range, or the number is that of a line of the range. */
static bool is_known(const struct numbers *n, const struct numbered *l)
{
    const struct place *p = n->stage.place;
    size_t first = p->context.first;
    if (is_list(l->sign)) {
        return !p->language->prose && linemap_find(&p->old, l->rest) != NULL;
    }
    if (l->sign == ' ') {
        bool begins = n->given == 0 && n->held.count > 1 && l->number == first;
        return (begins && !p->language->words) || linemap_find(&p->old, l->rest) != NULL;
    }
    return linemap_find(&p->old, l->rest) != NULL || (first > 0 && l->number == first + n->given) ||
           (first > 0 && l->number + 1 == first + p->context.old->count && n->given > 0);
}

/* No code has such a sign there. */
static bool is_sure(char sign)
{
    return sign == '|' || sign == '\t' || sign == '>';
}

/* The lines that are held have numbers. */
static bool is_proven(const struct numbers *n)
{
    for (size_t i = 0; i < n->held.count; i++) {
        struct numbered l;
        if (split(text_line(&n->held, i), &l) && (is_sure(l.sign) || is_known(n, &l))) {
            return true;
        }
    }
    return false;
}

static void decide(struct numbers *n, enum numbers_mode mode)
{
    n->mode = mode;
    for (size_t i = 0; i < n->held.count; i++) {
        struct numbered l;
        bool tight = split(text_line(&n->held, i), &l) && l.rest.len > 0 && !l.padded;
        n->tight = n->tight || tight;
    }
    release(n);
}

static void begin(struct numbers *n, struct span line)
{
    struct numbered l;
    bool numbered = split_as(line, n->held.count > 0 ? n->sign : '\0', &l);
    bool goes_on = numbered && (n->held.count == 0 || (l.sign == n->sign && l.number == n->next));
    bool strange =
        n->held.count == 0 && numbered && !is_sure(l.sign) && n->stage.place->context.insert;
    if (!goes_on || strange) {
        decide(n, NUMBERS_OFF);
        numbers_line(n, line);
        return;
    }
    n->sign = l.sign;
    n->next = l.number + 1;
    text_add(&n->held, line);
    if (n->held.count > 1 && is_proven(n)) {
        decide(n, NUMBERS_ON);
    } else if (n->held.count > PROOF_LINES) {
        decide(n, NUMBERS_OFF);
    }
}

void numbers_line(struct numbers *n, struct span line)
{
    struct numbered l;
    if (n->mode == NUMBERS_BEGIN && !span_is_blank(line)) {
        begin(n, line);
        return;
    }
    if (n->mode == NUMBERS_BEGIN && n->held.count > 0) {
        text_add(&n->held, line);
        return;
    }
    if (n->mode == NUMBERS_OFF) {
        bool last = split(line, &l);
        if (n->held.count > 0 && span_is_blank(line)) {
            text_add(&n->held, line);
            return;
        }
        release(n);
        if (last) {
            text_add(&n->held, line);
            return;
        }
    }
    give(n, line);
}

void numbers_end(struct numbers *n, bool cut)
{
    struct numbered l;
    bool alone = n->held.count > 0 && !cut && split(text_line(&n->held, 0), &l);
    alone =
        alone && (n->mode == NUMBERS_OFF || (n->mode == NUMBERS_BEGIN && l.number + 1 == n->next));
    bool sure = alone && n->mode == NUMBERS_BEGIN && is_sure(l.sign);
    if (sure || (alone && is_known(n, &l))) {
        n->mode = NUMBERS_ON;
        n->sign = l.sign;
    }
    if (cut && n->mode == NUMBERS_BEGIN) {
        text_clear(&n->held);
    }
    release(n);
}

bool numbers_pass(const struct numbers *n, struct span line, size_t *skip)
{
    struct span words = span_ltrim(line);
    *skip = 0;
    bool digit =
        words.len > 0 && ((words.data[0] >= '0' && words.data[0] <= '9') || words.data[0] == 'L');
    return n->held.count == 0 && (n->mode == NUMBERS_OWN || (n->mode != NUMBERS_ON && !digit));
}
