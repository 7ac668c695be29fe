/* Whether a failed request is sent again. */
#include "check.h"

#include "base/buf.h"
#include "server/again.h"
#include "server/endpoint.h"
#include "server/learned.h"

static struct endpoint at = {.name = "e", .hash = 1};

#define MISSING "{\"detail\":\"Not Found\"}"

/* A request with a temperature that failed so. */
static struct again_facts facts(long status, const char *body)
{
    static const char request[] = "{\"model\":\"m\",\"temperature\":1}";
    return (struct again_facts){
        .endpoint = &at,
        .model = "m",
        .answer = {.status = status,
                   .body = body,
                   .text = strcmp(body, MISSING) == 0 ? "Not Found" : body},
        .body_len = strlen(body),
        .url = "http://h/w/v1/chat",
        .request = request,
        .request_len = sizeof request - 1,
        .waits = true,
        .moves = true,
    };
}

static void begin(struct again *a)
{
    learned_forget(NULL);
    at.as_written = (char *)(uintptr_t) "http://h/w";
    at.url = (char *)(uintptr_t) "http://h/w/v1";
    again_init(a, &at);
}

static enum again_how judge(struct again *a, const struct again_facts *f, int64_t *ms)
{
    struct buf told;
    buf_init(&told, SIZE_MAX);
    enum again_how how = again_judge(a, f, ms, &told);
    buf_finish(&told);
    return how;
}

static void a_busy_server_is_waited_for_if_that_is_wanted(void)
{
    struct again a;
    int64_t ms = 0;
    struct again_facts f = facts(429, "slow down");
    begin(&a);
    CHECK_INT(judge(&a, &f, &ms), AGAIN_LATER);
    CHECK_INT(ms, 2000);
    f.waits = false;
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOT);
    again_finish(&a);
}

static void what_is_learned_is_worth_another_try(void)
{
    struct again a;
    int64_t ms = 0;
    struct again_facts f = facts(400, "temperature: no");
    begin(&a);
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOW);
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOT);
    learned_forget(NULL);
    f.request = NULL;
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOT);
    again_finish(&a);
}

static void refusals_have_an_end(void)
{
    struct again a;
    int64_t ms = 0;
    int times = 0;
    const struct again_facts f = facts(400, "temperature: no");
    begin(&a);
    while (judge(&a, &f, &ms) == AGAIN_NOW) {
        learned_forget(NULL);
        CHECK(++times < 20);
    }
    CHECK_INT(times, 8);
    again_finish(&a);
}

static void an_address_that_is_missing_is_left_once(void)
{
    struct again a;
    int64_t ms = 0;
    struct again_facts f = facts(404, MISSING);
    struct buf told;
    buf_init(&told, SIZE_MAX);
    begin(&a);
    CHECK(!a.as_written);
    f.request = NULL; /* it can be sent as it is */
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOW);
    CHECK(a.as_written);
    CHECK_TEXT(a.missing, "http://h/w/v1/chat");
    CHECK(!learned_is_as_written(&at));
    CHECK(again_held(&a, &at, &told));
    CHECK_TEXT(told.data, "endpoint \"e\" is reached at http://h/w: http://h/w/v1/chat does not "
                          "exist");
    CHECK(learned_is_as_written(&at));
    CHECK(!again_held(&a, &at, &told));
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOT);
    again_finish(&a);
    buf_finish(&told);
}

static void the_next_request_goes_where_one_held(void)
{
    struct again a;
    int64_t ms = 0;
    const struct again_facts f = facts(404, MISSING);
    begin(&a);
    learned_note_address(&at, true);
    again_init(&a, &at);
    CHECK(a.as_written);
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOW); /* it has gone */
    CHECK(!a.as_written);
    again_finish(&a);
}

static void without_another_address_or_with_words_of_the_api_it_is_not_left(void)
{
    struct again a;
    int64_t ms = 0;
    struct again_facts f = facts(404, "{\"error\":{\"message\":\"The model `m` does not exist\"}}");
    begin(&a);
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOT);
    f = facts(404, MISSING);
    f.moves = false;
    CHECK_INT(judge(&a, &f, &ms), AGAIN_NOT);
    again_finish(&a);
}

static void what_was_missing_before_is_told(void)
{
    struct again a = {0};
    struct buf text;
    buf_init(&text, SIZE_MAX);
    again_add_missing(&a, &text);
    CHECK_INT(text.len, 0);
    a.missing = xstrdup("http://h/a");
    again_add_missing(&a, &text);
    CHECK_TEXT(text.data, "there is nothing; nor at http://h/a");
    buf_clear(&text);
    buf_add_str(&text, "Not Found");
    again_add_missing(&a, &text);
    CHECK_TEXT(text.data, "Not Found; nor at http://h/a");
    buf_finish(&text);
    again_finish(&a);
}

int main(void)
{
    RUN(what_was_missing_before_is_told);
    RUN(a_busy_server_is_waited_for_if_that_is_wanted);
    RUN(what_is_learned_is_worth_another_try);
    RUN(refusals_have_an_end);
    RUN(an_address_that_is_missing_is_left_once);
    RUN(the_next_request_goes_where_one_held);
    RUN(without_another_address_or_with_words_of_the_api_it_is_not_left);
    learned_forget(NULL);
    return check_report("again");
}
