/* trim: what is shown is a beginning of the answer that splits no character and, trimmed again, is
 * shown whole; it grows while the answer streams; behind a stop nothing changes. reindent: however
 * the answer comes it is placed alike, and nothing but white space at the beginning of lines is
 * changed. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "complete/trim/reindent.h"
#include "complete/trim/trim.h"

#define PART '\x1F' /* between the parts of an input: before, line, after, answer */

static struct trim_context context;

static struct span part(const char **from, const char *end)
{
    const char *begin = *from, *to = memchr(begin, PART, (size_t)(end - begin));
    *from = to != NULL ? to + 1 : end;
    return (struct span){begin, (size_t)((to != NULL ? to : end) - begin)};
}

static bool is_boundary(const char *text, size_t len, size_t at)
{
    return at == len || !utf8_is_inner(text[at]);
}

static void check_answer(const char *text, size_t len)
{
    struct trim whole = trim_answer(&context, (struct span){text, len}, TRIM_ENDED), last = {0};
    MUST(whole.shown <= len && is_boundary(text, len, whole.shown));
    MUST(trim_answer(&context, (struct span){text, whole.shown}, TRIM_ENDED).shown == whole.shown);
    for (size_t n = 0; n <= len; n++) {
        struct trim t = trim_answer(&context, (struct span){text, n}, TRIM_STREAMS);
        MUST(t.shown <= n && is_boundary(text, len, t.shown));
        MUST(trim_answer(&context, (struct span){text, t.shown}, TRIM_ENDED).shown == t.shown);
        MUST(t.shown >= last.shown || t.why == TRIM_REPEATS);
        MUST(!last.stop || (t.stop && t.shown == last.shown && t.why == last.why));
        last = t;
    }
    MUST(whole.shown >= last.shown || whole.why == TRIM_REPEATS);
    MUST(!last.stop || whole.shown == last.shown);
    const struct trim cut = trim_answer(&context, (struct span){text, len}, TRIM_CUT);
    MUST(cut.shown <= whole.shown && is_boundary(text, len, cut.shown));
    MUST(trim_answer(&context, (struct span){text, cut.shown}, TRIM_ENDED).shown == cut.shown);
}

static void check_preamble(const char *text, size_t len)
{
    size_t whole = trim_preamble(&context, (struct span){text, len}, true), known = TRIM_WAIT;
    MUST(whole <= len);
    for (size_t n = 0; n <= len; n++) {
        size_t preamble = trim_preamble(&context, (struct span){text, n}, false);
        MUST(preamble == TRIM_WAIT || (preamble <= n && is_boundary(text, len, preamble)));
        MUST(known == TRIM_WAIT || preamble == known);
        known = preamble;
    }
    MUST(known == TRIM_WAIT || whole == known);
}

static void reindent(struct span answer, size_t step, struct buf *out)
{
    struct reindent r;
    reindent_init(&r, &context, (struct span){NULL, 0});
    for (size_t at = 0; at < answer.len; at += step) {
        size_t len = answer.len - at < step ? answer.len - at : step;
        reindent_feed(&r, (struct span){answer.data + at, len}, false, out);
    }
    reindent_feed(&r, (struct span){NULL, 0}, true, out);
    reindent_finish(&r);
}

static void check_lines(struct span a, struct span b)
{
    size_t at_a = 0, at_b = 0;
    while (at_a <= a.len) {
        MUST(at_b <= b.len);
        struct span line_a = span_next_line(a, &at_a), line_b = span_next_line(b, &at_b);
        line_a = span_ltrim(line_a);
        line_b = span_ltrim(line_b);
        MUST(line_a.len == line_b.len &&
             (line_a.len == 0 || memcmp(line_a.data, line_b.data, line_a.len) == 0));
    }
    MUST(at_b > b.len);
}

static void check_reindent(struct span answer)
{
    struct buf whole, bytes;
    buf_init(&whole, SIZE_MAX);
    buf_init(&bytes, SIZE_MAX);
    reindent(answer, SIZE_MAX / 2, &whole);
    reindent(answer, 1, &bytes);
    MUST(whole.len == bytes.len);
    MUST(whole.len == 0 || memcmp(whole.data, bytes.data, whole.len) == 0);
    check_lines(answer, (struct span){whole.data, whole.len});
    check_answer(whole.len > 0 ? whole.data : "", whole.len);
    buf_finish(&whole);
    buf_finish(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const types[] = {"c", "", "python", "rust", "html", "sql", "lua", "make"};
    static const struct indent indents[] = {
        {.tabs = {8}, .tab_count = 1, .step = 8},
        {.tabs = {4}, .tab_count = 1, .step = 4, .blanks = true},
        {.tabs = {2, 6}, .tab_count = 2, .step = 2},
        {.tabs = {8}, .tab_count = 1, .step = 4},
    };
    const char *from = (const char *)bytes + 1, *end = (const char *)bytes + len;
    /* Long inputs cost the square of their length here, and show nothing new. */
    if (len < 1 || len > 400 || !fuzz_is_utf8(from, len - 1)) {
        return 0;
    }
    static const char *const tokens[] = {"<PRE> ", "<|file_sep|>%s\n", "\n\n", "<END>"};
    context.tokens = tokens;
    context.token_count = sizeof tokens / sizeof *tokens;
    context.max_lines = bytes[0] & 0x7;
    context.language = language_of(types[bytes[0] >> 3 & 0x7]);
    context.indent = indents[bytes[0] >> 6];
    context.around.before = part(&from, end);
    context.around.line = part(&from, end);
    context.around.after = part(&from, end);
    const struct span answer = part(&from, end);
    if (memchr(context.around.line.data, '\n', context.around.line.len) != NULL) {
        return 0;
    }
    check_preamble(answer.data, answer.len);
    check_answer(answer.data, answer.len);
    check_reindent(answer);
    return 0;
}
