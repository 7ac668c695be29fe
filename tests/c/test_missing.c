/* Whether an answer says that nothing is at its address. */
#include "check.h"

#include "base/buf.h"
#include "server/error_text.h"
#include "server/missing.h"

static bool is_missing(long status, const char *body)
{
    struct buf text;
    buf_init(&text, 4000);
    error_text(body, strlen(body), &text, NULL);
    bool missing = missing_is_address(status, body, strlen(body), text.data);
    buf_finish(&text);
    return missing;
}

static void an_address_is_missing_in_the_words_of_routers(void)
{
    static const char *const bodies[] = {
        "",
        "404 page not found",
        "Not Found",
        "<html><head><title>404 Not Found</title></head></html>",
        "<!DOCTYPE html><pre>Cannot POST /x/v1/chat/completions</pre>",
        "{}",
        "{\"detail\":\"Not Found\"}",
        "{\"error\":\"Not Found\"}",
        "{\"error\":{\"code\":404,\"message\":\"File Not Found\",\"type\":\"not_found_error\"}}",
        "{\"message\":\"no Route matched with those values\"}",
        "{\"error\":{\"message\":\"Invalid URL (POST /v1/v1/chat/completions)\"}}",
        "{\"error\":{\"message\":\"Unrecognized request URL (POST: /x). \"}}",
        "{\"error\":\"Unexpected endpoint or method. (POST /v1/v1/models)\"}",
        "{\"message\":\"Route POST:/x not found\",\"error\":\"Not Found\",\"statusCode\":404}",
        "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"Not found\"}}",
        "not JSON at all",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        check_ints(__FILE__, __LINE__, bodies[i], is_missing(404, bodies[i]), true);
    }
    CHECK(is_missing(405, "{\"detail\":\"Method Not Allowed\"}"));
    CHECK(is_missing(400,
                     "{\"success\":false,\"errors\":[{\"message\":\"No route for that URI\"}]}"));
}

static void what_an_api_says_is_no_missing_address(void)
{
    static const char *const bodies[] = {
        "{\"error\":{\"message\":\"The model `x` does not exist\",\"code\":\"model_not_found\"}}",
        "{\"error\":\"model 'qwen9' not found\"}",
        "{\"detail\":\"Model not found\"}",
        "model not found",
        "{\"error\":{\"message\":\"No endpoints found that support tool use.\",\"code\":404}}",
        "{\"error\":{\"message\":\"The API deployment for this resource does not exist.\"}}",
        "{\"error\":{\"message\":\"This model is only supported in v1/responses\"}}",
        "{\"type\":\"error\",\"error\":{\"message\":\"model: no-such-thing\"}}",
        "{\"error\":{\"message\":\"the harbour is closed\"}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        check_ints(__FILE__, __LINE__, bodies[i], is_missing(404, bodies[i]), false);
    }
}

static void only_some_statuses_say_it(void)
{
    CHECK(!is_missing(200, "Not Found"));
    CHECK(!is_missing(400, "{\"detail\":\"Not Found\"}"));
    CHECK(!is_missing(401, ""));
    CHECK(!is_missing(502, "Not Found"));
    CHECK(missing_is_address(404, NULL, 0, NULL));
}

int main(void)
{
    RUN(an_address_is_missing_in_the_words_of_routers);
    RUN(what_an_api_says_is_no_missing_address);
    RUN(only_some_statuses_say_it);
    return check_report("missing");
}
