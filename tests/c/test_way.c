#include "check.h"
#include "dialect.h"
#include "fill.h"
#include "spec.h"
#include "way.h"

#define ENDPOINT "\"endpoint\":{\"name\":\"here\",\"url\":\"http://h:1/\",\"dialect\":\"ollama\"}"

static struct way *way_of(const char *json, const char **why)
{
    cJSON *parsed = cJSON_Parse(json);
    struct value spec = spec_value(parsed);
    struct way *way = way_new(&spec, why);

    spec_free(&spec);
    cJSON_Delete(parsed);
    return way;
}

static void has_limits_of_its_own(void)
{
    const char *why = NULL;
    struct way *way = way_of("{" ENDPOINT ",\"route\":\"infill\"}", &why);

    CHECK(way != NULL && way->dialect == &dialect_llamacpp);
    CHECK_TEXT(way->model, "");
    CHECK(!way->load && way->prefetch && !way->raw);
    CHECK(way->max_tokens > 0 && way->max_lines > 0 && way->window_tokens > 0);
    CHECK_INT(way->debounce_ms, -1);
    CHECK(way_fill(way).model == NULL);
    way_free(way);
}

static void keeps_what_it_was_told_after_the_call(void)
{
    const char *why = NULL;
    struct way *way =
        way_of("{" ENDPOINT ",\"route\":\"generate\",\"model\":\"m\",\"max_tokens\":9,"
               "\"tokens\":{\"prefix\":\"<P>\",\"suffix\":\"<S>\",\"middle\":\"<M>\","
               "\"file\":\"<F>\",\"suffix_first\":true,\"stop\":[\"<E>\",\"<F>\"]},"
               "\"options\":{\"num_ctx\":4096,\"stop\":[\"x\"]},\"keep_alive\":\"10m\"}",
               &why);
    struct fill fill = way_fill(way);

    CHECK_TEXT(fill.model, "m");
    CHECK_INT(fill.max_tokens, 9);
    CHECK_TEXT(fill.tokens->prefix, "<P>");
    CHECK_TEXT(fill.tokens->file, "<F>");
    CHECK(fill.tokens->repo == NULL && fill.tokens->suffix_first);
    CHECK_INT(fill.stop_count, 2);
    CHECK_TEXT(fill.stop[1], "<F>");
    CHECK_INT(value_int(value_get(fill.options, "num_ctx"), 0), 4096);
    CHECK(value_is_string(value_item(value_get(fill.options, "stop"), 0), "x"));
    CHECK(value_is_string(fill.keep_alive, "10m"));
    way_free(way);
}

static void tells_what_is_wrong(void)
{
    static const struct {
        const char *json, *why;
    } cases[] = {
        {"{}", "endpoint.name is missing"},
        {"{" ENDPOINT "}", "way.route is none of \"generate\", \"completions\" and \"infill\""},
        {"{" ENDPOINT ",\"route\":\"chat\"}",
         "way.route is none of \"generate\", \"completions\" and \"infill\""},
        {"{" ENDPOINT ",\"route\":\"generate\",\"tokens\":{\"prefix\":\"<P>\"}}",
         "way.tokens needs prefix, suffix and middle"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;

        CHECK(way_of(cases[i].json, &why) == NULL);
        CHECK_TEXT(why, cases[i].why);
    }
}

static void limits_are_kept_within_bounds(void)
{
    const char *why = NULL;
    struct way *way = way_of("{" ENDPOINT ",\"route\":\"infill\",\"max_tokens\":0,"
                             "\"window_tokens\":-5,\"cache_bytes\":1e15,\"max_lines\":\"many\"}",
                             &why);

    CHECK_INT(way->max_tokens, 1);
    CHECK_INT(way->window_tokens, 0);
    CHECK(way->cache_bytes <= 1u << 30);
    CHECK(way->max_lines > 0);
    way_free(way);
}

static void what_is_not_kept_is_not_loaded_before(void)
{
    static const struct {
        const char *json;
        bool load;
    } cases[] = {
        {"{" ENDPOINT ",\"route\":\"generate\",\"load\":true}", true},
        {"{" ENDPOINT ",\"route\":\"generate\",\"load\":true,\"kept_ms\":300000}", true},
        {"{" ENDPOINT ",\"route\":\"generate\",\"load\":true,\"kept_ms\":1}", false},
        {"{" ENDPOINT ",\"route\":\"generate\",\"load\":true,\"kept_ms\":0}", false},
        {"{" ENDPOINT ",\"route\":\"generate\",\"load\":true,\"kept_ms\":-1}", false},
        {"{" ENDPOINT ",\"route\":\"generate\",\"kept_ms\":300000}", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        struct way *way = way_of(cases[i].json, &why);

        CHECK_INT(way->load, cases[i].load);
        way_free(way);
    }
}

static uint64_t hash_of(const char *more)
{
    const char *why = NULL;
    char json[512];
    snprintf(json, sizeof json, "{" ENDPOINT ",\"route\":\"infill\"%s}", more);
    struct way *way = way_of(json, &why);
    uint64_t hash = way->hash;

    way_free(way);
    return hash;
}

static void what_makes_another_answer_is_another_way(void)
{
    static const char *const all[] = {
        "",
        ",\"model\":\"a\"",
        ",\"model\":\"b\"",
        ",\"max_lines\":1",
        ",\"max_tokens\":9",
        ",\"confidence\":0.5",
        ",\"options\":{\"top_k\":1}",
        ",\"options\":{\"top_k\":2}",
        ",\"extra\":{\"top_k\":1}",
        ",\"tokens\":{\"prefix\":\"<P>\",\"suffix\":\"<S>\",\"middle\":\"<M>\"}",
        ",\"tokens\":{\"prefix\":\"<P>\",\"suffix\":\"<M>\",\"middle\":\"<S>\"}",
    };
    size_t count = sizeof all / sizeof *all;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            CHECK((hash_of(all[i]) == hash_of(all[j])) == (i == j));
        }
    }
    CHECK(hash_of(",\"debounce_ms\":5,\"prefetch\":false,\"window_tokens\":7") == hash_of(""));
}

int main(void)
{
    RUN(has_limits_of_its_own);
    RUN(keeps_what_it_was_told_after_the_call);
    RUN(tells_what_is_wrong);
    RUN(limits_are_kept_within_bounds);
    RUN(what_is_not_kept_is_not_loaded_before);
    RUN(what_makes_another_answer_is_another_way);
    return check_report("way");
}
