/* What an endpoint keeps secret, and by what it is another one. */
#include "check.h"
#include "spec.h"

#include "server/endpoint.h"

#define TIMES "\"connect_timeout\":1,\"first_timeout\":1,\"idle_timeout\":1"
#define SPEC(more) \
    "{\"name\":\"t\",\"url\":\"http://h:1\",\"dialect\":\"anthropic\"," TIMES more "}"

static void open_endpoint(struct endpoint *e, const char *json)
{
    const char *why = NULL;
    cJSON *root = cJSON_Parse(json);
    const struct value spec = spec_value(root);
    CHECK_INT(endpoint_init(e, &spec, &why), 0);
    spec_free(&spec);
    cJSON_Delete(root);
}

/* The secrets, each behind a blank. */
static void check_secrets(int line, const char *json, const char *wanted)
{
    struct endpoint e;
    struct buf list;
    buf_init(&list, 1000);
    open_endpoint(&e, json);
    for (char **secret = e.secrets; secret != NULL && *secret != NULL; secret++) {
        buf_printf(&list, " %s", *secret);
    }
    check_texts(__FILE__, line, json, list.data != NULL ? list.data : "", wanted);
    buf_finish(&list);
    endpoint_finish(&e);
}
#define SECRETS(more, wanted) check_secrets(__LINE__, SPEC(more), wanted)

static void keys_and_headers_are_secret(void)
{
    SECRETS("", "");
    SECRETS(",\"key\":\"sesame\"", " sesame sesame"); /* in its header too */
    SECRETS(",\"headers\":{\"X-Team\":\"xyzzy-1\",\"X-Two\":\"first1 second2\"}",
            " xyzzy-1 first1 second2");
    SECRETS(",\"headers\":{\"Authorization\":\"Bearer tok-123456\"}", " tok-123456");
}

static void what_everybody_knows_is_not(void)
{
    SECRETS(",\"headers\":{\"anthropic-version\":\"2027-01-01\",\"User-Agent\":\"somebody\"}", "");
    SECRETS(",\"headers\":{\"X-Short\":\"tiny\",\"X-Empty\":\"\"}", "");
}

static uint64_t hash_of(const char *json)
{
    struct endpoint e;
    open_endpoint(&e, json);
    uint64_t hash = e.hash;
    endpoint_finish(&e);
    return hash;
}

static void another_configuration_is_another_endpoint(void)
{
    const uint64_t plain = hash_of(SPEC(""));
    CHECK(hash_of(SPEC("")) == plain);
    CHECK(hash_of(SPEC(",\"key\":\"sesame\"")) != plain);
    CHECK(hash_of(SPEC(",\"headers\":{\"X\":\"y\"}")) != plain);
    CHECK(hash_of(SPEC(",\"configured\":\"otherwise\"")) != plain);
}

static void check_key_from(const char *json, const char *wanted)
{
    struct endpoint e;
    open_endpoint(&e, json);
    CHECK_TEXT(e.key_from != NULL ? e.key_from : "none", wanted);
    endpoint_finish(&e);
}

static void where_a_key_comes_from_is_known(void)
{
    check_key_from(SPEC(""), "none");
    check_key_from(SPEC(",\"headers\":{\"X-Team\":\"blue\"}"), "none");
    check_key_from(SPEC(",\"key\":\"sesame\",\"key_from\":\"$K\""), "$K");
    check_key_from(SPEC(",\"headers\":{\"authorization\":\"Basic abc\"}"), "headers.Authorization");
    check_key_from(SPEC(",\"headers\":{\"api-key\":\"sesame\"}"), "headers.api-key");
}

int main(void)
{
    RUN(keys_and_headers_are_secret);
    RUN(what_everybody_knows_is_not);
    RUN(another_configuration_is_another_endpoint);
    RUN(where_a_key_comes_from_is_known);
    return check_report("endpoint");
}
