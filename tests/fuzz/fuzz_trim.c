/* trim: what is shown is a beginning of the answer that splits no character and, looked at
 * again, is shown whole; it grows while the answer streams; behind a stop nothing changes. */
#include "fuzz.h"

#include "complete/trim/trim.h"

#define PART '\x1F' /* between the parts of an input: before, line, after, answer */

static struct trim_place place;

static const char *part(const char **from, const char *end, size_t *len)
{
    const char *begin = *from, *to = memchr(begin, PART, (size_t)(end - begin));
    *len = (size_t)((to != NULL ? to : end) - begin);
    *from = to != NULL ? to + 1 : end;
    return begin;
}

static bool is_boundary(const char *text, size_t len, size_t at)
{
    return at == len || ((unsigned char)text[at] & 0xC0) != 0x80;
}

static void check_look(const char *text, size_t len)
{
    struct trim whole = trim_answer(&place, text, len, true), last = {0};
    MUST(whole.shown <= len && is_boundary(text, len, whole.shown));
    MUST(trim_answer(&place, text, whole.shown, true).shown == whole.shown);
    for (size_t n = 0; n <= len; n++) {
        struct trim t = trim_answer(&place, text, n, false);
        MUST(t.shown <= n && is_boundary(text, len, t.shown));
        MUST(trim_answer(&place, text, t.shown, true).shown == t.shown);
        MUST(t.shown >= last.shown || t.why == TRIM_REPEATS);
        MUST(!last.stop || (t.stop && t.shown == last.shown && t.why == last.why));
        last = t;
    }
    MUST(whole.shown >= last.shown || whole.why == TRIM_REPEATS);
    MUST(!last.stop || whole.shown == last.shown);
}

static void check_lead(const char *text, size_t len)
{
    size_t whole = trim_preamble(&place, text, len, true), known = TRIM_WAIT;
    MUST(whole <= len);
    for (size_t n = 0; n <= len; n++) {
        size_t lead = trim_preamble(&place, text, n, false);
        MUST(lead == TRIM_WAIT || (lead <= n && is_boundary(text, len, lead)));
        MUST(known == TRIM_WAIT || lead == known);
        known = lead;
    }
    MUST(known == TRIM_WAIT || whole == known);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *from = (const char *)bytes + 1, *end = (const char *)bytes + len;
    /* Long inputs cost the square of their length here, and show nothing new. */
    if (len < 1 || len > 400 || !fuzz_is_utf8(from, len - 1)) {
        return 0;
    }
    place.max_lines = bytes[0] & 0x7;
    place.prose = bytes[0] & 0x8;
    place.before = part(&from, end, &place.before_len);
    place.line = part(&from, end, &place.line_len);
    place.after = part(&from, end, &place.after_len);
    size_t answer_len;
    const char *answer = part(&from, end, &answer_len);
    if (memchr(place.line, '\n', place.line_len) != NULL) {
        return 0;
    }
    check_lead(answer, answer_len);
    check_look(answer, answer_len);
    return 0;
}
