/* What an endpoint keeps secret, by what it is another one, and where its requests go. */
#include "check.h"
#include "spec.h"

#include "base/buf.h"
#include "proto.h"
#include "server/endpoint.h"

#include <string.h>

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
    SECRETS(",\"key\":\"sesame\"", " sesame c2VzYW1l"); /* in its header too */
    SECRETS(",\"headers\":{\"X-Team\":\"xyzzy-1\",\"X-Two\":\"first1 second2\"}",
            " xyzzy-1 eHl6enktMQ first1 Zmlyc3Qx second2 c2Vjb25kMg");
    SECRETS(",\"headers\":{\"Authorization\":\"Bearer tok-123456\"}", " tok-123456 dG9rLTEyMzQ1Ng");
    SECRETS(",\"key\":\"a+b/c=\"", " a+b/c= YStiL2M9 a%2Bb%2Fc%3D");
}

static void the_login_at_a_proxy_is_secret(void)
{
    SECRETS(",\"proxy\":\"http://jane:pa%40ss-word@p:1\"",
            " jane:pa@ss-word amFuZTpwYUBzcy13b3Jk jane%3Apa%40ss-word pa@ss-word cGFAc3Mtd29yZA "
            "pa%40ss-word");
    SECRETS(",\"proxy\":\"http://p:1\"", "");
}

static void what_everybody_knows_is_not(void)
{
    SECRETS(",\"headers\":{\"anthropic-version\":\"2027-01-01\",\"User-Agent\":\"somebody\"}", "");
    SECRETS(",\"headers\":{\"HTTP-Referer\":\"https://hum.example\",\"X-Title\":\"hum.nvim\"}", "");
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

/* ---- where a request goes ------------------------------------------------------ */

static void check_url(int line, const char *json, enum endpoint_at at, bool as_written,
                      const char *wanted)
{
    struct endpoint e;
    struct buf url;
    buf_init(&url, 1000);
    open_endpoint(&e, json);
    const struct endpoint_request request = {.at = at, .path = "/path", .as_written = as_written};
    endpoint_url(&e, &request, &url);
    check_texts(__FILE__, line, json, url.data, wanted);
    buf_finish(&url);
    endpoint_finish(&e);
}
#define URL(more, at, wanted) check_url(__LINE__, SPEC(more), at, false, wanted)
#define WRITTEN(more, at, wanted) check_url(__LINE__, SPEC(more), at, true, wanted)

static void a_path_is_below_the_base_or_the_root(void)
{
    URL("", AT_API, "http://h:1/path");
    URL("", AT_ROOT, "http://h:1/path");
    URL(",\"root\":\"http://h:1/r/\"", AT_ROOT, "http://h:1/r/path");
    URL(",\"root\":\"http://h:1/r\"", AT_CHAT, "http://h:1/path");
}

static void a_whole_url_stands_for_its_path_alone(void)
{
#define WHOLE ",\"chat_url\":\"http://h:1/c\",\"fill_url\":\"http://h:1/f\""
    URL(WHOLE, AT_CHAT, "http://h:1/c");
    URL(WHOLE, AT_FILL, "http://h:1/f");
    URL(WHOLE, AT_API, "http://h:1/path");
    URL(WHOLE ",\"query\":\"a=b\"", AT_CHAT, "http://h:1/c?a=b");
}

static void parameters_are_added_once(void)
{
    URL(",\"query\":\"a=b&c=d\"", AT_API, "http://h:1/path?a=b&c=d");
    URL(",\"query\":\"\"", AT_API, "http://h:1/path");
    URL(",\"query\":\"a=b\",\"fill_url\":\"http://h:1/f?x=y\"", AT_FILL, "http://h:1/f?x=y&a=b");
}

/* The first header of e that begins so, or "". */
static const char *header_of(const struct endpoint *e, const char *begin)
{
    for (char **line = e->headers; *line != NULL; line++) {
        if (strncmp(*line, begin, strlen(begin)) == 0) {
            return *line;
        }
    }
    return "";
}

static void a_key_goes_in_the_header_that_is_named(void)
{
    struct endpoint e;
    open_endpoint(&e, SPEC(",\"key\":\"sesame\",\"key_header\":\"api-key\""));
    CHECK_TEXT(header_of(&e, "api-key"), "api-key: sesame");
    CHECK_TEXT(header_of(&e, "x-api-key"), "");
    endpoint_finish(&e);
}

static void refuses(const char *json, const char *wanted)
{
    struct endpoint e;
    const char *why = NULL;
    cJSON *root = cJSON_Parse(json);
    const struct value spec = spec_value(root);
    CHECK_INT(endpoint_init(&e, &spec, &why), HUM_ESPEC);
    CHECK(why != NULL && strstr(why, wanted) != NULL);
    endpoint_finish(&e);
    spec_free(&spec);
    cJSON_Delete(root);
}

static void what_may_be_absent_is_text_if_it_is_there(void)
{
    refuses(SPEC(",\"root\":7"), "endpoint.root");
    refuses(SPEC(",\"proxy\":true"), "endpoint.proxy");
    refuses(SPEC(",\"key_header\":\"a\\nb\""), "endpoint.key_header");
    refuses(SPEC(",\"tls\":{\"ca\":1}"), "endpoint.tls.ca");
    refuses(SPEC(",\"quirks\":{\"think\":[]}"), "endpoint.quirks.think");
}

static void what_is_known_of_a_service_is_read(void)
{
    struct endpoint e;
    open_endpoint(
        &e, SPEC(",\"quirks\":{\"refuses\":[\"seed\",7,\"user\"],\"limit\":\"max_tokens\","
                 "\"thoughts\":\"\"},\"tls\":{\"insecure\":true,\"ca\":\"/c\"},\"proxy\":\"\""));
    CHECK_TEXT(e.quirks.refuses[0], "seed");
    CHECK_TEXT(e.quirks.refuses[1], "user");
    CHECK(e.quirks.refuses[2] == NULL);
    CHECK_TEXT(e.quirks.limit, "max_tokens");
    CHECK_TEXT(e.quirks.thoughts, "");
    CHECK(e.quirks.think == NULL);
    CHECK(e.insecure);
    CHECK_TEXT(e.ca, "/c");
    CHECK_TEXT(e.proxy, "");
    CHECK(e.no_proxy == NULL);
    endpoint_finish(&e);
}

static void another_base_takes_the_place_of_the_url_alone(void)
{
    WRITTEN("", AT_API, "http://h:1/path");
    WRITTEN(",\"as_written\":\"http://h:1/w/\"", AT_API, "http://h:1/w/path");
    WRITTEN(",\"as_written\":\"http://h:1/w\",\"root\":\"http://h:1/r\"", AT_ROOT,
            "http://h:1/r/path");
    WRITTEN(",\"as_written\":\"http://h:1/w\",\"chat_url\":\"http://h:1/c\"", AT_CHAT,
            "http://h:1/c");
    URL(",\"as_written\":\"http://h:1/w\"", AT_API, "http://h:1/path");
}

static bool has_other(const char *json, enum endpoint_at at)
{
    struct endpoint e;
    open_endpoint(&e, json);
    bool other = endpoint_has_other(&e, at);
    endpoint_finish(&e);
    return other;
}

static void what_is_whole_has_no_other_address(void)
{
    CHECK(!has_other(SPEC(""), AT_API));
    CHECK(has_other(SPEC(",\"as_written\":\"http://h\""), AT_API));
    CHECK(has_other(SPEC(",\"as_written\":\"http://h\""), AT_FILL));
    CHECK(!has_other(SPEC(",\"as_written\":\"http://h\""), AT_ROOT));
    CHECK(!has_other(SPEC(",\"as_written\":\"http://h\",\"fill_url\":\"http://f\""), AT_FILL));
}

static void a_failure_has_what_the_whole_answer_says(void)
{
    struct endpoint e;
    open_endpoint(&e, SPEC(""));
    struct http_result result = {.error = HUM_ECUT, .url = "http://h:1/x", .status = 429};
    struct failure f =
        endpoint_result_failure(&e, &result, "{\"retryDelay\": \"27s\"}", "slow down");
    CHECK_INT(f.code, HUM_EHTTP); /* however its body ended */
    CHECK_INT(f.retry_after_s, 27);
    CHECK(!f.money);
    CHECK_TEXT(f.text, "slow down");
    f = endpoint_result_failure(&e, &result, "{\"code\": \"insufficient_quota\"}", "slow down");
    CHECK(f.money);
    result.status = 200;
    f = endpoint_result_failure(&e, &result, NULL, NULL);
    CHECK_INT(f.code, HUM_ECUT);
    endpoint_finish(&e);
}

int main(void)
{
    RUN(a_failure_has_what_the_whole_answer_says);
    RUN(a_path_is_below_the_base_or_the_root);
    RUN(a_whole_url_stands_for_its_path_alone);
    RUN(parameters_are_added_once);
    RUN(a_key_goes_in_the_header_that_is_named);
    RUN(what_may_be_absent_is_text_if_it_is_there);
    RUN(what_is_known_of_a_service_is_read);
    RUN(keys_and_headers_are_secret);
    RUN(the_login_at_a_proxy_is_secret);
    RUN(what_everybody_knows_is_not);
    RUN(another_configuration_is_another_endpoint);
    RUN(where_a_key_comes_from_is_known);
    RUN(another_base_takes_the_place_of_the_url_alone);
    RUN(what_is_whole_has_no_other_address);
    return check_report("endpoint");
}
