/* What is said of a failure: any words of a server, with any status, give a message that has them
 * and a hint of whole sentences, in which nothing is left to be filled in. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/explain.h"
#include "base/failure.h"
#include "base/words.h"
#include "server/dialect.h"
#include "server/missing.h"

/* Names of phrases stand in braces; "= { env = 'NAME' }" has blanks. */
static void check_hint(const struct buf *hint)
{
    MUST(hint->len > 0 && hint->data[0] >= 'A' && hint->data[0] <= 'Z');
    MUST(hint->data[hint->len - 1] == '.');
    for (const char *at = strchr(hint->data, '{'); at != NULL; at = strchr(at + 1, '{')) {
        MUST(at[1] == ' ' || at[1] == '.');
    }
}

static void check(const char *dialect, long status, enum failure_of of, const char *text)
{
    struct buf message, hint;
    buf_init(&message, SIZE_MAX);
    buf_init(&hint, SIZE_MAX);
    const struct failure f = {
        .code = status != 0 ? HUM_EHTTP : HUM_ESERVER,
        .endpoint = "e",
        .url = "http://h:1/v1",
        .dialect = dialect,
        .words = dialect_find(dialect)->words,
        .model = "m",
        .text = text,
        .status = status,
        .of = of,
        .lost = missing_is_address(status, text, strlen(text), text),
    };
    struct failure overflow = f;
    struct buf other, other_hint;
    buf_init(&other, SIZE_MAX);
    buf_init(&other_hint, SIZE_MAX);
    explain_failure(&f, &message, &hint);
    if (toolong_says(text, text, &overflow.toolong)) {
        MUST(overflow.toolong.prompt >= 0 && overflow.toolong.window >= 0);
    }
    overflow.code = HUM_EOVERFLOW;
    explain_failure(&overflow, &other, &other_hint);
    check_hint(&other_hint);
    buf_finish(&other);
    buf_finish(&other_hint);
    MUST(strlen(message.data) == message.len && strlen(hint.data) == hint.len);
    check_hint(&hint);
    buf_finish(&message);
    buf_finish(&hint);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const long statuses[] = {0,   300, 400, 401, 402, 403, 404, 405, 408, 413, 422,
                                    429, 500, 501, 502, 503, 504, 521, 524, 529, 599};
    static const char *const dialects[] = {"ollama", "openai", "anthropic"};
    if (len < 3) {
        return 0;
    }
    char *text = xstrndup((const char *)bytes + 3, len - 3);
    check(dialects[bytes[0] % 3], statuses[bytes[1] % (sizeof statuses / sizeof *statuses)],
          (enum failure_of)(bytes[2] % (OF_QUERY + 1)), text);
    MUST(!words_fit(text, "")); /* nothing is asked for */
    free(text);
    return 0;
}
