/* What is read from refusals: any bytes as the body of an error give times that can be waited
 * for, are learned from so often and no more, leave a request that makes sense, and no secret of
 * theirs is told. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/mask.h"
#include "server/dialect.h"
#include "server/endpoint.h"
#include "server/error_text.h"
#include "server/learned.h"
#include "server/level.h"
#include "server/missing.h"
#include "server/refusal.h"
#include "server/retry.h"

#define REQUEST                                                                                   \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":"           \
    "\"developer\"}],\"stream\":true,\"temperature\":0.5,\"stream_options\":{},\"stop\":\"x\","   \
    "\"max_tokens\":9000,\"max_completion_tokens\":9000,\"think\":true,\"reasoning_effort\":"     \
    "\"high\",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},\"output_config\":" \
    "{\"effort\":\"max\"}}"

/* What a request is about is still there. */
static void check_revised(const struct learned *l)
{
    static const char *const kept[] = {"\"model\":\"m\"", "\"messages\":[{", "\"stream\":true"};
    struct buf out;
    buf_init(&out, SIZE_MAX);
    learned_revise(l, REQUEST, sizeof REQUEST - 1, &out);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        MUST(strstr(out.data, kept[i]) != NULL);
    }
    MUST(strstr(out.data, "null") == NULL);
    buf_finish(&out);
}

static void check_times(const char *body, const char *text)
{
    struct retry retry = {0, 0};
    const struct retry_answer answer = {
        .status = 429, .after = text, .after_ms = body, .should = text, .body = body, .text = text};
    int64_t asked = retry_asked_ms(&answer, 784111777);
    MUST(asked >= -1 && asked <= INT64_C(604800000));
    int times = 0;
    int64_t wait, all = 0;
    while ((wait = retry_next_ms(&retry, &answer, 784111777)) >= 0) {
        all += wait;
        times++;
    }
    MUST(times <= RETRY_TIMES && all <= RETRY_TOTAL_MS);
}

static void check_learned(const char *dialect, long status, const char *body, size_t len,
                          const char *text)
{
    static const struct endpoint endpoint = {.hash = 1};
    const struct refusal_facts facts = {
        .status = status,
        .error = body,
        .error_len = len,
        .text = text,
        .body = REQUEST,
        .body_len = sizeof REQUEST - 1,
        .refusals = dialect_find(dialect)->chat->refusals,
    };
    struct buf told;
    buf_init(&told, SIZE_MAX);
    int times = 0;
    while (refusal_read(&endpoint, "m", &facts, &told)) {
        const struct learned l = learned_of(&endpoint, "m");
        MUST(told.len > 0 && !learned_avoids(&l, "model"));
        MUST(learned_limit(&l, 9000) >= 1);
        MUST((learned_levels(&l) & ~LEVEL_ANY) == 0 && learned_levels(&l) != 0);
        MUST(++times <= 40);
        check_revised(&l);
        buf_clear(&told);
    }
    buf_finish(&told);
    learned_forget(NULL);
}

/* The secret is a piece of the text itself. */
static void check_mask(struct buf *text)
{
    if (text->len < (size_t)3 * MASK_MIN) {
        return;
    }
    char *secret = xstrndup(text->data + text->len / 3, text->len / 3);
    char *secrets[] = {secret, NULL};
    size_t before = text->len;
    mask_text(text, secrets);
    MUST(text->len <= before && strlen(text->data) == text->len);
    free(secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *body = xstrndup((const char *)bytes, len);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    error_text(body, len, &text, NULL);
    check_times(body, text.data);
    check_learned("openai", 400, body, len, text.data);
    check_learned("ollama", 500, body, len, text.data);
    check_learned("anthropic", 0, body, len, text.data);
    MUST(!missing_is_address(200, body, len, text.data));
    missing_is_address(404, body, len, text.data);
    check_mask(&text);
    buf_finish(&text);
    free(body);
    return 0;
}
