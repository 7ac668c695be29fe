/* trim: what is shown is a beginning of the answer that splits no character and, trimmed
 * again, is shown whole; it grows while the answer streams; behind a stop nothing changes. */
#include "fuzz.h"

#include "base/utf8.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const types[] = {"c",    "",    "python",  "rust",
                                        "html", "sql", "haskell", "none"};
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
    context.around.before = part(&from, end);
    context.around.line = part(&from, end);
    context.around.after = part(&from, end);
    const struct span answer = part(&from, end);
    if (memchr(context.around.line.data, '\n', context.around.line.len) != NULL) {
        return 0;
    }
    check_preamble(answer.data, answer.len);
    check_answer(answer.data, answer.len);
    return 0;
}
