#include "check.h"
#include "complete/backend.h"
#include "server/dialect.h"
#include "server/fill.h"
#include "spec.h"

#define ENDPOINT                                                                      \
    "\"endpoint\":{\"name\":\"here\",\"url\":\"http://h:1/\",\"dialect\":\"ollama\"," \
    "\"connect_timeout\":1,\"first_timeout\":0,\"idle_timeout\":1}"

/* All that must be there. Of two fields of a name the first counts. */
#define REST                                                                               \
    "\"api\":\"infill\",\"model\":\"\",\"project\":\"\",\"load\":false,\"prefetch\":true," \
    "\"during_chat\":false,\"max_tokens\":9,\"max_lines\":9,\"window_tokens\":9,"          \
    "\"ring_tokens\":9,\"cache_bytes\":9,\"confidence\":0," ENDPOINT "}"

static struct backend *backend_of(const char *json, const char **why)
{
    cJSON *parsed = cJSON_Parse(json);
    struct value spec = spec_value(parsed);
    struct backend *backend = backend_new(&spec, why);
    spec_free(&spec);
    cJSON_Delete(parsed);
    return backend;
}

static void needs_no_more_than_it_must_have(void)
{
    const char *why = NULL;
    struct backend *backend = backend_of("{" REST, &why);
    CHECK(backend != NULL && backend->dialect == &dialect_llamacpp);
    CHECK_TEXT(backend->model, "");
    CHECK(!backend->load && backend->prefetch && !backend->raw);
    CHECK_INT(backend->debounce_ms, -1);
    CHECK(backend_fill(backend).model == NULL);
    backend_free(backend);
}

static void keeps_its_spec_after_the_call(void)
{
    const char *why = NULL;
    struct backend *backend =
        backend_of("{\"api\":\"generate\",\"model\":\"m\",\"max_tokens\":8,"
                   "\"tokens\":{\"prefix\":\"<P>\",\"suffix\":\"<S>\",\"middle\":\"<M>\","
                   "\"file\":\"<F>\",\"suffix_first\":true,\"stop\":[\"<E>\",\"<F>\"]},"
                   "\"options\":{\"num_ctx\":4096,\"stop\":[\"x\"]},\"keep_alive\":\"10m\"," REST,
                   &why);
    struct fill fill = backend_fill(backend);
    CHECK_TEXT(fill.model, "m");
    CHECK_INT(fill.max_tokens, 8);
    CHECK_TEXT(fill.tokens->prefix, "<P>");
    CHECK_TEXT(fill.tokens->file, "<F>");
    CHECK(fill.tokens->repo == NULL && fill.tokens->suffix_first);
    CHECK_INT(fill.stop_count, 2);
    CHECK_TEXT(fill.stop[1], "<F>");
    CHECK_INT(value_int(value_get(fill.options, "num_ctx"), 0), 4096);
    CHECK(value_is_string(value_item(value_get(fill.options, "stop"), 0), "x"));
    CHECK(value_is_string(fill.keep_alive, "10m"));
    backend_free(backend);
}

#define RAW \
    "{\"tokens\":{\"prefix\":\"<P>\",\"suffix\":\"<S>\",\"middle\":\"\",\"stop\":[\"<E>\"]},"
#define ENDS "\"ends\":[\"<E>\",\"<P>\",\"<S>\"],"

/* All of them end an answer; as many as the server takes are sent. */
static void sends_the_first_of_its_ends(void)
{
    static const struct {
        const char *json;
        size_t stops, ends;
    } cases[] = {
        {RAW REST, 1, 1},
        {RAW ENDS REST, 3, 3},
        {RAW ENDS "\"stop_max\":2," REST, 2, 3},
        {RAW ENDS "\"stop_max\":0," REST, 0, 3},
        {RAW ENDS "\"stop_max\":-3," REST, 0, 3},
        {RAW ENDS "\"stop_max\":\"x\"," REST, 3, 3},
        {RAW "\"ends\":[]," REST, 0, 0},
        {"{\"tokens\":{\"prefix\":\"<P>\",\"suffix\":\"<S>\",\"middle\":\"\"}," REST, 0, 0},
        {"{" ENDS REST, 0, 3}, /* the server's own stop strings hold */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        struct backend *backend = backend_of(cases[i].json, &why);
        CHECK(backend != NULL);
        CHECK_INT(backend_fill(backend).stop_count, cases[i].stops);
        CHECK_INT(backend->end_count, cases[i].ends);
        backend_free(backend);
    }
}

static void says_what_is_wrong(void)
{
    static const struct {
        const char *json, *why;
    } cases[] = {
        {"{}", "endpoint.name is missing, or not what it should be"},
        {"{\"api\":\"chat\"," REST,
         "backend.api is none of \"generate\", \"completions\", \"infill\", \"fim\""},
        {"{\"tokens\":{\"prefix\":\"<P>\"}," REST,
         "backend.tokens needs prefix, suffix and middle"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        CHECK(backend_of(cases[i].json, &why) == NULL);
        CHECK_TEXT(why, cases[i].why);
    }
}

/* Lua has the defaults, and nobody else. */
static void a_field_that_is_missing_or_wrong_is_named(void)
{
    static const char *const names[] = {
        "api",        "model",     "project",     "load",        "prefetch",   "during_chat",
        "max_tokens", "max_lines", "ring_tokens", "cache_bytes", "confidence", "window_tokens",
    };
    static const char *const values[] = {"null", "[]", "-1", "1e15"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            const char *why = "";
            char json[1024], wanted[100];
            snprintf(json, sizeof json, "{\"%s\":%s," REST, names[i], values[j]);
            snprintf(wanted, sizeof wanted, "backend.%s is missing, or not what it should be",
                     names[i]);
            CHECK(backend_of(json, &why) == NULL);
            CHECK_TEXT(why, wanted);
        }
    }
}

static void what_is_not_kept_is_not_loaded_before(void)
{
    static const struct {
        const char *json;
        bool load;
    } cases[] = {
        {"{\"load\":true," REST, true},
        {"{\"load\":true,\"kept_ms\":300000," REST, true},
        {"{\"load\":true,\"kept_ms\":1," REST, false},
        {"{\"load\":true,\"kept_ms\":0," REST, false},
        {"{\"load\":true,\"kept_ms\":-1," REST, false},
        {"{\"kept_ms\":300000," REST, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        struct backend *backend = backend_of(cases[i].json, &why);
        CHECK_INT(backend->load, cases[i].load);
        backend_free(backend);
    }
}

static uint64_t hash_of(const char *more)
{
    const char *why = NULL;
    char json[1024];
    snprintf(json, sizeof json, "{%s" REST, more);
    struct backend *backend = backend_of(json, &why);
    uint64_t hash = backend->hash;

    backend_free(backend);
    return hash;
}

static void what_makes_another_answer_is_another_backend(void)
{
    static const char *const all[] = {
        "",
        "\"model\":\"a\",",
        "\"model\":\"b\",",
        "\"max_lines\":1,",
        "\"max_tokens\":8,",
        "\"confidence\":0.5,",
        "\"options\":{\"top_k\":1},",
        "\"options\":{\"top_k\":2},",
        "\"extra\":{\"top_k\":1},",
        "\"tokens\":{\"prefix\":\"P\",\"suffix\":\"S\",\"middle\":\"M\"},",
        "\"tokens\":{\"prefix\":\"P\",\"suffix\":\"M\",\"middle\":\"S\"},",
        "\"tokens\":{\"prefix\":\"P\",\"suffix\":\"S\",\"middle\":\"M\",\"suffix_first\":true},",
    };
    size_t count = sizeof all / sizeof *all;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            CHECK((hash_of(all[i]) == hash_of(all[j])) == (i == j));
        }
    }
    CHECK(hash_of("\"debounce_ms\":5,\"prefetch\":false,\"window_tokens\":7,") == hash_of(""));
}

int main(void)
{
    RUN(needs_no_more_than_it_must_have);
    RUN(keeps_its_spec_after_the_call);
    RUN(sends_the_first_of_its_ends);
    RUN(says_what_is_wrong);
    RUN(a_field_that_is_missing_or_wrong_is_named);
    RUN(what_is_not_kept_is_not_loaded_before);
    RUN(what_makes_another_answer_is_another_backend);
    return check_report("backend");
}
