/* What is remembered of refusals, and what is said of a service. */
#include "check.h"

#include "base/buf.h"
#include "server/endpoint.h"
#include "server/learned.h"
#include "server/level.h"

static struct endpoint at = {.name = "one", .hash = 1};

static struct learned known(const char *model)
{
    return learned_of(&at, model);
}

static bool avoids(const char *model, const char *what)
{
    const struct learned l = known(model);
    return learned_avoids(&l, what);
}

static const char *limit_name(const char *field)
{
    const struct learned l = known("m");
    return learned_limit_name(&l, field);
}

static void nothing_is_known_at_first(void)
{
    learned_forget(NULL);
    CHECK(!avoids("m", "temperature"));
    CHECK(!learned_avoids(NULL, "temperature"));
    CHECK_INT(learned_limit(NULL, 5), 5);
    CHECK_INT(learned_levels(NULL), LEVEL_ANY);
    CHECK_TEXT(learned_limit_name(NULL, "max_tokens"), "max_tokens");
    CHECK(learned_think(NULL) == NULL && learned_thoughts(NULL) == NULL);
    CHECK(!learned_is_as_written(&at));
}

static void a_field_is_of_the_model_or_of_the_service(void)
{
    learned_forget(NULL);
    CHECK(learned_avoid(&at, "m", "temperature"));
    CHECK(!learned_avoid(&at, "m", "temperature"));
    CHECK(avoids("m", "temperature"));
    CHECK(!avoids("other", "temperature"));
    CHECK(learned_avoid(&at, "m", "stream_options"));
    CHECK(avoids("other", "stream_options"));
    CHECK(!learned_avoid(&at, "other", "stream_options"));
}

static void another_configuration_is_another_endpoint(void)
{
    learned_forget(NULL);
    learned_avoid(&at, "m", "temperature");
    learned_avoid(&at, "m", "stream_options");
    learned_note_address(&at, true);
    at.hash = 2;
    CHECK(!avoids("m", "temperature"));
    CHECK(!avoids("m", "stream_options"));
    CHECK(!learned_is_as_written(&at));
    at.hash = 1;
    CHECK(avoids("m", "temperature"));
    CHECK(learned_is_as_written(&at));
}

/* The endpoint's own memory is the oldest; what is learned of one more model takes its place. */
static void what_is_forgotten_for_want_of_room_is_asked_no_more(void)
{
    learned_forget(NULL);
    learned_avoid(&at, "m", "stream_options");
    char model[16];
    for (int i = 0; i < 100; i++) {
        snprintf(model, sizeof model, "m%d", i);
        CHECK(learned_avoid(&at, model, "temperature"));
        CHECK(avoids(model, "temperature"));
    }
    CHECK(!avoids("m0", "temperature"));
    CHECK(!avoids("m", "stream_options"));
    learned_forget(NULL);
}

static void one_endpoint_is_forgotten_by_its_name(void)
{
    learned_forget(NULL);
    struct endpoint two = {.name = "two", .hash = 2};
    learned_avoid(&at, "m", "temperature");
    learned_avoid(&at, "n", "stream_options");
    learned_avoid(&two, "m", "temperature");
    learned_forget("one");
    CHECK(!avoids("m", "temperature") && !avoids("n", "stream_options"));
    const struct learned l = learned_of(&two, "m");
    CHECK(learned_avoids(&l, "temperature"));
    learned_forget("nobody");
    learned_forget(NULL);
    const struct learned after = learned_of(&two, "m");
    CHECK(!learned_avoids(&after, "temperature"));
}

static void what_is_said_of_a_service_holds_at_once(void)
{
    learned_forget(NULL);
    char *refuses[] = {(char[]){"stream_options"}, (char[]){"role:developer"}, NULL};
    at.quirks = (struct endpoint_quirks){.refuses = refuses,
                                         .limit = (char[]){"max_tokens"},
                                         .think = (char[]){"reasoning"},
                                         .thoughts = (char[]){"reasoning_content"}};
    const struct learned l = known("any");
    CHECK(learned_avoids(&l, "stream_options") && learned_avoids(&l, "role:developer"));
    CHECK(!learned_avoids(&l, "seed"));
    CHECK_TEXT(learned_think(&l), "reasoning");
    CHECK_TEXT(learned_thoughts(&l), "reasoning_content");
    CHECK_TEXT(limit_name("max_completion_tokens"), "max_tokens");
    CHECK_TEXT(limit_name("max_tokens"), "max_tokens");
    at.quirks.thoughts = (char[]){""};
    CHECK(learned_thoughts(&l) == NULL);
    at.quirks = (struct endpoint_quirks){.refuses = NULL};
}

static void a_limit_goes_by_the_name_that_is_taken(void)
{
    learned_forget(NULL);
    CHECK_TEXT(limit_name("num_predict"), "num_predict");
    CHECK_TEXT(limit_name("max_completion_tokens"), "max_completion_tokens");
    learned_avoid(&at, "m", "max_tokens");
    CHECK_TEXT(limit_name("max_tokens"), "max_completion_tokens");
    CHECK_TEXT(limit_name("max_completion_tokens"), "max_completion_tokens");
    learned_avoid(&at, "m", "max_completion_tokens");
    CHECK(limit_name("max_tokens") == NULL);
    CHECK(limit_name("max_completion_tokens") == NULL);
}

static void a_server_knows_better_than_what_is_said_of_it(void)
{
    learned_forget(NULL);
    char *refuses[] = {(char[]){"max_tokens"}, NULL};
    at.quirks.limit = (char[]){"max_completion_tokens"};
    at.quirks.refuses = refuses;
    CHECK_TEXT(limit_name("max_tokens"), "max_completion_tokens");
    learned_avoid(&at, "m", "max_completion_tokens");
    CHECK_TEXT(limit_name("max_tokens"), "max_tokens");
    CHECK_TEXT(limit_name("max_completion_tokens"), "max_tokens");
    at.quirks = (struct endpoint_quirks){.refuses = NULL};
}

static void limits_and_levels_are_kept(void)
{
    learned_forget(NULL);
    CHECK(learned_lower(&at, "m", 4096));
    CHECK(!learned_lower(&at, "m", 5000));
    CHECK(learned_lower(&at, "m", 300));
    const struct learned l = known("m");
    CHECK_INT(learned_limit(&l, 9000), 300);
    CHECK_INT(learned_limit(&l, 100), 100);
    CHECK(learned_set_levels(&at, "m", LEVEL_BIT(LEVEL_LOW)));
    CHECK(!learned_set_levels(&at, "m", LEVEL_BIT(LEVEL_LOW)));
    CHECK_INT(learned_levels(&l), LEVEL_BIT(LEVEL_LOW));
}

static void thoughts_without_a_beginning_are_remembered(void)
{
    learned_forget(NULL);
    learned_note_thinking(&at, "m", true);
    struct learned l = known("m");
    CHECK(learned_begins_thinking(&l));
    learned_note_thinking(&at, "m", false);
    l = known("m");
    CHECK(!learned_begins_thinking(&l) && !learned_begins_thinking(NULL));
}

static void check_revised(int line, const char *body, const char *wanted)
{
    const struct learned l = known("m");
    struct buf out;
    buf_init(&out, SIZE_MAX);
    learned_revise(&l, body, strlen(body), &out);
    check_texts(__FILE__, line, "revised", out.data, wanted);
    buf_finish(&out);
}
#define REVISED(body, wanted) check_revised(__LINE__, body, wanted)

static void a_body_is_revised(void)
{
    learned_forget(NULL);
    REVISED("{\"a\":1.5,\"b\":\"\xc3\xa9\\n\"}", "{\"a\":1.5,\"b\":\"\xc3\xa9\\n\"}");
    learned_avoid(&at, "m", "logprobs");
    learned_avoid(&at, "m", "stream_options");
    learned_avoid(&at, "m", "max_tokens");
    REVISED("{\"prompt\":\"p\",\"logprobs\":1,\"max_tokens\":64,\"stream_options\":{},\"x\":[]}",
            "{\"prompt\":\"p\",\"x\":[],\"max_completion_tokens\":64}");
    REVISED("not JSON", "not JSON");
    learned_avoid(&at, "m", "max_completion_tokens");
    REVISED("{\"max_tokens\":64,\"max_completion_tokens\":1}", "{}");
}

static void the_oldest_are_forgotten(void)
{
    learned_forget(NULL);
    for (uint64_t i = 1; i <= 200; i++) {
        at.hash = i;
        learned_avoid(&at, "m", "temperature");
    }
    CHECK(avoids("m", "temperature"));
    at.hash = 1;
    CHECK(!avoids("m", "temperature"));
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "field%d", i);
        learned_avoid(&at, "m", name);
    }
    CHECK(avoids("m", "field0"));
    CHECK(!avoids("m", "field99"));
    learned_forget(NULL);
}

int main(void)
{
    RUN(nothing_is_known_at_first);
    RUN(a_field_is_of_the_model_or_of_the_service);
    RUN(another_configuration_is_another_endpoint);
    RUN(one_endpoint_is_forgotten_by_its_name);
    RUN(what_is_said_of_a_service_holds_at_once);
    RUN(a_limit_goes_by_the_name_that_is_taken);
    RUN(a_server_knows_better_than_what_is_said_of_it);
    RUN(limits_and_levels_are_kept);
    RUN(thoughts_without_a_beginning_are_remembered);
    RUN(a_body_is_revised);
    RUN(the_oldest_are_forgotten);
    RUN(what_is_forgotten_for_want_of_room_is_asked_no_more);
    return check_report("learned");
}
