#include "job/seam.h"

#include "base/span.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* So much of the text is looked for in what comes. */
#define THERE_MAX (32u << 10)

/* No lead-in, and no line that opens a fence, is longer. */
#define LEAD_MAX 160

/* Nor does anybody say more before it is certain. */
#define HELD_MAX (THERE_MAX + 2 * LEAD_MAX)

/* An overlap that is shorter has to be whole words; one of a text that the model was given is a
 * server that sends it back. */
#define LEAST_ASKED 8
#define LEAST_GIVEN 24
#define LEAST_WORD 2
#define LEAST_WHOLE 4

/* A longer overlap is no accident, whatever its letters are. */
#define NATURAL_MAX 512

void seam_init(struct seam *s)
{
    *s = (struct seam){.open = false};
    buf_init(&s->held, SIZE_MAX);
}

void seam_finish(struct seam *s)
{
    free(s->there);
    buf_finish(&s->held);
}

void seam_open(struct seam *s, const char *text, size_t len)
{
    size_t from = len > THERE_MAX ? utf8_ceil(text, len, len - THERE_MAX) : 0;
    s->there = xstrndup(text + from, len - from);
    s->there_len = len - from;
    s->whole = from == 0;
    fence_init(&s->fence);
    fence_feed(&s->fence, text, len);
    seam_reopen(s);
}

void seam_reopen(struct seam *s)
{
    s->open = s->there_len > 0;
    buf_clear(&s->held);
}

void seam_tell(struct seam *s, bool asked, bool trimmed)
{
    s->asked = asked;
    s->trimmed = trimmed;
}

/* ---- what repeats by nature ---------------------------------------------------- */

static size_t period_of(struct span x)
{
    size_t p = 1;
    while (p < x.len && memcmp(x.data, x.data + p, x.len - p) != 0) {
        p++;
    }
    return p;
}

static size_t without_space(const char *text, size_t len)
{
    while (len > 0 && is_space(text[len - 1])) {
        len--;
    }
    return len;
}

/* Whether what stands from at on also stands right before it, but for white space. */
static bool is_doubled(const char *there, size_t at, struct span x)
{
    size_t len = without_space(x.data, x.len), end = without_space(there, at);
    return end >= len && memcmp(there + end - len, x.data, len) == 0;
}

/* Whether the end of the text from at on is what the text itself would go on with. Of a period
 * that began before the text half is enough. */
static bool is_natural(const struct seam *s, size_t at)
{
    const struct span x = {s->there + at, s->there_len - at};
    if (x.len > NATURAL_MAX) {
        return false;
    }
    size_t p = period_of(x), most = p < at ? p : at, same = 0;
    while (same < most && s->there[at - 1 - same] == s->there[at - 1 - same + p]) {
        same++;
    }
    return p <= x.len / 2 || (same == most && 2 * most >= p) || is_doubled(s->there, at, x);
}

/* ---- overlap ------------------------------------------------------------------- */

/* Characters of words. */
static size_t count_characters(struct span x, bool with_digits)
{
    size_t count = 0;
    for (size_t i = 0; i < x.len; i++) {
        bool digit = x.data[i] >= '0' && x.data[i] <= '9';
        count += is_word(x.data[i]) && !utf8_is_inner(x.data[i]) && (with_digits || !digit);
    }
    return count;
}

/* A number may go on with the same digits. */
static bool begins_word(const struct seam *s, size_t at)
{
    return is_word(s->there[at]) && (at == 0 || !is_word(s->there[at - 1]));
}

/* Whether the end of the text from at on may be an overlap. */
static bool is_enough(const struct seam *s, size_t at)
{
    const struct span x = {s->there + at, s->there_len - at};
    size_t least = s->asked ? LEAST_ASKED : LEAST_GIVEN;
    if (utf8_is_inner(x.data[0])) {
        return false;
    }
    if (x.len >= least) {
        return count_characters(x, true) >= least / 2;
    }
    size_t letters = count_characters(x, false);
    return (s->asked && begins_word(s, at) && letters >= LEAST_WORD) ||
           (at == 0 && s->whole && letters >= LEAST_WHOLE);
}

/* What is known of something that begins in a text that has not come wholly. */
enum known { KNOWN_NO, KNOWN_YES, KNOWN_LATER };

/* Whether a begins with an end of the text; *len is how much of it. */
static enum known find_overlap(const struct seam *s, struct span a, bool final, size_t *len)
{
    const char *end = s->there + s->there_len, *p = s->there;
    enum known found = KNOWN_NO;
    if (a.len == 0) {
        return final ? KNOWN_NO : KNOWN_LATER;
    }
    for (; found == KNOWN_NO && (p = memchr(p, a.data[0], (size_t)(end - p))) != NULL; p++) {
        size_t at = (size_t)(p - s->there), n = s->there_len - at;
        bool comes = n > a.len;
        if ((comes && final) || memcmp(p, a.data, comes ? a.len : n) != 0 || !is_enough(s, at)) {
            continue;
        }
        if (comes) {
            found = KNOWN_LATER;
        } else if (!is_natural(s, at)) {
            found = KNOWN_YES;
            *len = n;
        }
    }
    return found;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* ---- what may stand before it -------------------------------------------------- */

/* Where in what comes the words may begin that belong, and what stands before them. */
struct lead {
    size_t starts[6];
    size_t count;
    size_t space; /* where the white space at the very beginning ends */
    char quote;   /* what stands before the last start, as in the request; 0: nothing */
    bool said;    /* words that are about the reply, or dots in their place */
    bool fenced;  /* a fence that was open is opened again, with its language */
};

static size_t past_space(struct span a, size_t at)
{
    while (at < a.len && is_space(a.data[at])) {
        at++;
    }
    return at;
}

static size_t add_start(struct lead *lead, size_t at)
{
    if (lead->count == 0 || lead->starts[lead->count - 1] != at) {
        lead->starts[lead->count++] = at;
    }
    return at;
}

/* Small letters against a text in any; whether it begins with the word, or may once more has come. */
static enum known begins_with(struct span a, const char *word, bool final)
{
    size_t len = strlen(word), n = 0;
    while (n < len && n < a.len && to_lower(a.data[n]) == word[n]) {
        n++;
    }
    return n == len ? KNOWN_YES : n == a.len && !final ? KNOWN_LATER : KNOWN_NO;
}

static enum known begins_with_one(struct span a, const char *const *words, bool final)
{
    enum known found = KNOWN_NO;
    for (size_t i = 0; words[i] != NULL && found != KNOWN_YES; i++) {
        enum known one = begins_with(a, words[i], final);
        found = one != KNOWN_NO ? one : found;
    }
    return found;
}

static bool says_one(struct span a, const char *const *words)
{
    bool said = false;
    for (size_t i = 0; i < a.len && !said; i++) {
        said = begins_with_one(span_skip(a, i), words, true) == KNOWN_YES;
    }
    return said;
}

/* Where the words end that introduce others: at a colon, or at the end of a line. */
static size_t find_end(struct span a)
{
    size_t i = 0;
    while (i < a.len && i < LEAD_MAX && a.data[i] != '\n' &&
           !(i > 0 && a.data[i - 1] == ':' && (is_blank(a.data[i]) || a.data[i] == '*'))) {
        i++;
    }
    return i;
}

/* Words about the reply: "Continuing from where I left off:". *at moves behind them. */
static enum known read_words(struct span a, bool final, size_t *at)
{
    static const char *const begin[] = {
        "continu",   "(continu",  "[continu", "*continu",   "**continu", "here",      "sure",
        "certainly", "of course", "ok",       "picking up", "resum",     "i'll cont", "i will cont",
        "let me co", "let's co",  "sorry",    "apologies",  NULL};
    static const char *const about[] = {"continu",    "left off", "stopped", "cut off",
                                        "picking up", "resum",    NULL};
    const struct span rest = span_skip(a, *at);
    enum known begun = begins_with_one(rest, begin, final);
    size_t end = find_end(rest);
    if (begun != KNOWN_YES) {
        return begun;
    }
    if (end == rest.len || end == LEAD_MAX) {
        return end == rest.len && end < LEAD_MAX && !final ? KNOWN_LATER : KNOWN_NO;
    }
    bool ends = rest.data[end - 1] == ':' || rest.data[end - 1] == '.' ||
                rest.data[end - 1] == '*' || rest.data[end - 1] == ')' || rest.data[end - 1] == ']';
    if (!ends || !says_one((struct span){rest.data, end}, about)) {
        return KNOWN_NO;
    }
    while (end < rest.len && rest.data[end] == '*') {
        end++;
    }
    *at += end;
    return KNOWN_YES;
}

/* "..." in the place of what was said before. */
static enum known read_dots(struct span a, bool final, size_t *at)
{
    static const char *const dots[] = {"...", "…", NULL};
    const struct span rest = span_skip(a, *at);
    enum known found = begins_with_one(rest, dots, final);
    *at += found == KNOWN_YES ? 3 : 0; /* bytes, of either */
    return found;
}

/* The line that opens the fence again in which the text stands. *named: with its language. */
static enum known read_fence(const struct seam *s, struct span a, bool final, size_t *at,
                             bool *named)
{
    const struct span rest = span_skip(a, *at);
    size_t run = 0;
    while (fence_is_open(&s->fence) && run < rest.len && rest.data[run] == s->fence.mark) {
        run++;
    }
    if (run < 3) {
        return run > 0 && run == rest.len && !final ? KNOWN_LATER : KNOWN_NO;
    }
    const char *end = memchr(rest.data, '\n', rest.len < LEAD_MAX ? rest.len : LEAD_MAX);
    if (end == NULL) {
        return final || rest.len >= LEAD_MAX ? KNOWN_NO : KNOWN_LATER;
    }
    size_t len = (size_t)(end - rest.data);
    *named = !span_is_blank((struct span){rest.data + run, len - run});
    *at += len + 1;
    return KNOWN_YES;
}

/* KNOWN_LATER: more has to come to know. */
static enum known read_lead(const struct seam *s, struct span a, bool final, struct lead *lead)
{
    *lead = (struct lead){.count = 0};
    add_start(lead, 0);
    size_t at = lead->space = add_start(lead, past_space(a, 0));
    if (at == a.len) {
        return final ? KNOWN_NO : KNOWN_LATER;
    }
    enum known found = s->asked ? read_words(a, final, &at) : KNOWN_NO;
    if (found == KNOWN_NO && s->asked) {
        found = read_dots(a, final, &at);
    }
    lead->said = found == KNOWN_YES;
    at = lead->said ? add_start(lead, past_space(a, at)) : at;
    if (found != KNOWN_LATER) {
        found = read_fence(s, a, final, &at, &lead->fenced);
        add_start(lead, at);
    }
    if (s->asked && at < a.len && is_one_of(a.data[at], "\"'`")) {
        lead->quote = a.data[at];
        add_start(lead, at + 1);
    }
    return found == KNOWN_LATER ? KNOWN_LATER : KNOWN_YES;
}

/* ---- judgement ----------------------------------------------------------------- */

/* So much of what came does not belong; this belongs in its place. */
struct verdict {
    size_t drop;
    const char *gap;
};

static bool is_letter(char c)
{
    return is_word(c) && !(c >= '0' && c <= '9') && c != '_';
}

/* What has to stand between the text and an answer that begins with c, right after it. */
static const char *gap_before(const struct seam *s, char c, bool fresh)
{
    char last = s->there[s->there_len - 1];
    bool capital = c >= 'A' && c <= 'Z';
    if (is_space(last)) {
        return "";
    }
    if (fence_is_open(&s->fence)) {
        return c == s->fence.mark || fresh ? "\n" : "";
    }
    if (last == '|' && c == '|') {
        return "\n";
    }
    bool parted = (is_one_of(last, ".!?") && capital) || (is_one_of(last, ",;") && is_letter(c)) ||
                  (fresh && is_word(last) && (is_word(c) || is_one_of(c, "\"'`(*")));
    return parted ? " " : "";
}

/* An answer that says nothing of the text again. What introduces it goes where the text stops in
 * the middle of something. */
static struct verdict judge_new(const struct seam *s, struct span a, const struct lead *lead)
{
    char last = s->there[s->there_len - 1];
    bool inside = !is_one_of(last, ".!?:\n") || fence_is_open(&s->fence);
    size_t at = lead->space;
    bool fresh = (lead->said && inside) || lead->fenced;
    if (fresh) {
        at = lead->starts[lead->count - 1 - (lead->quote != '\0')];
    }
    if (at == a.len) {
        return (struct verdict){0, ""};
    }
    if (at == 0 || fresh) {
        return (struct verdict){at, gap_before(s, a.data[at], fresh)};
    }
    if (is_blank(last)) {
        return (struct verdict){at, ""};
    }
    bool breaks = memchr(a.data, '\n', at) != NULL && inside && !fence_is_open(&s->fence);
    return breaks && is_letter(a.data[at]) ? (struct verdict){at, " "} : (struct verdict){0, ""};
}

/* What came begins with white space again that is there, but was not given. */
static size_t count_space_again(const struct seam *s, struct span a)
{
    size_t from = without_space(s->there, s->there_len), n = 0;
    while (n < a.len && from + n < s->there_len && a.data[n] == s->there[from + n]) {
        n++;
    }
    return n;
}

/* Words that were quoted in the request may come with their quotes. Returns whether that is known. */
static bool drop_quote(struct span a, char quote, bool final, struct verdict *v)
{
    if (v->drop == a.len) {
        return final;
    }
    v->drop += a.data[v->drop] == quote;
    return true;
}

/* Whether it is certain what belongs of what came. */
static bool judge(const struct seam *s, bool final, struct verdict *v)
{
    const struct span a = {s->held.data, s->held.len};
    struct lead lead;
    size_t len = 0;
    bool later = read_lead(s, a, final, &lead) == KNOWN_LATER;
    for (size_t i = 0; i < lead.count; i++) {
        enum known found = find_overlap(s, span_skip(a, lead.starts[i]), final, &len);
        if (found == KNOWN_YES) {
            *v = (struct verdict){lead.starts[i] + len, ""};
            bool quoted = lead.quote != '\0' && i + 1 == lead.count;
            return !quoted || drop_quote(a, lead.quote, final, v);
        }
        later = later || found == KNOWN_LATER;
    }
    if (later) {
        return false;
    }
    *v = s->asked     ? judge_new(s, a, &lead)
         : s->trimmed ? (struct verdict){count_space_again(s, a), ""}
                      : (struct verdict){0, ""};
    return true;
}

/* ---- the stream ---------------------------------------------------------------- */

static void settle(struct seam *s, bool final, struct buf *out)
{
    struct verdict v;
    if (s->held.len > 0 && judge(s, final || s->held.len >= HELD_MAX, &v)) {
        buf_add_str(out, v.gap);
        buf_add(out, s->held.data + v.drop, s->held.len - v.drop);
        s->open = false;
        buf_clear(&s->held);
    }
}

void seam_feed(struct seam *s, const char *text, size_t len, struct buf *out)
{
    size_t at = 0;
    for (; at < len && s->open; at++) { /* one by one: pieces must not matter */
        buf_add(&s->held, text + at, 1);
        settle(s, false, out);
    }
    if (at < len) {
        buf_add(out, text + at, len - at);
    }
}

void seam_end(struct seam *s, struct buf *out)
{
    settle(s, true, out);
}
