#include "check.h"
#include "fixture.h"
#include "server/dialect.h"
#include "server/error_text.h"

/* The error text of a body; the caller frees it. */
static char *text_of(const char *body, size_t len)
{
    struct buf out;
    buf_init(&out, LIMIT_ERROR_BODY);
    buf_add_str(&out, "");
    error_text(body, len, &out, NULL);
    return out.data;
}

static void check_body(int line, const char *body, size_t len, const char *wanted)
{
    char *text = text_of(body, len);
    check_texts(__FILE__, line, "error text", text, wanted);
    free(text);
}

#define BODY(body, wanted) check_body(__LINE__, body, sizeof(body) - 1, wanted)

static void finds_the_dialects_by_name(void)
{
    CHECK_TEXT(dialect_find("ollama")->chat->path, "/api/chat");
    CHECK_TEXT(dialect_find("openai")->chat->path, "/chat/completions");
    CHECK(dialect_find("ollam") == NULL);
    CHECK(dialect_find("") == NULL);
}

static void finds_the_dialects_by_how_they_fill_in(void)
{
    CHECK_TEXT(dialect_for_fill_api("generate")->fill->path, "/api/generate");
    CHECK_TEXT(dialect_for_fill_api("completions")->fill->path, "/completions");
    CHECK_TEXT(dialect_for_fill_api("infill")->fill->path, "/infill");
    CHECK(dialect_for_fill_api("chat") == NULL);
    CHECK(dialect_for_fill_api("") == NULL);
}

static void what_a_dialect_cannot_do_is_absent(void)
{
    CHECK(dialect_find("llamacpp")->chat == NULL);
}

static void an_error_lists_what_there_is(void)
{
    CHECK(strstr(dialect_names_why(), "\"ollama\", \"openai\"") != NULL);
    CHECK(strstr(dialect_names_why(), "llamacpp") == NULL);
    CHECK_TEXT(dialect_fill_apis_why(),
               "backend.api is none of \"generate\", \"completions\", \"infill\", \"fim\"");
}

static void an_error_may_be_a_text_or_an_object(void)
{
    BODY("{\"error\":\"model 'nope' not found\"}", "model 'nope' not found");
    BODY("{\"error\":{\"message\":\"no\",\"type\":\"x\",\"code\":null}}\n", "no");
    BODY("{\"message\":\"no\"}", "no");
    BODY("{\"detail\":\"Not Found\"}", "Not Found");
    BODY("{\"detail\":[{\"loc\":[\"body\",\"messages\",0,\"anchor\"],\"msg\":\"field required\"}]}",
         "messages.0.anchor: field required");
    BODY("{\"detail\":[{\"loc\":[\"body\",\"x\"]},{\"msg\":\"no\"}]}", "no");
    BODY("{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\",\"type\":\"x\"}]}",
         "field required");
    BODY("{\"object\":\"error\",\"message\":\"too long\",\"code\":400}", "too long");
    BODY("[{\"error\":{\"code\":400,\"message\":\"no\",\"status\":\"X\"}}]", "no");
    BODY("{\"error\":401,\"message\":\"no key\"}", "no key");
    BODY("{\"error\":{\"code\":7}}", "code 7");
    BODY("{\"error\":{\"type\":\"overloaded_error\"}}", "overloaded_error");
}

static void json_nested_in_the_text_is_opened(void)
{
    BODY("{\"error\":\"{\\\"error\\\":{\\\"code\\\":400,\\\"message\\\":\\\"too long\\\"}}\"}",
         "too long");
    BODY("{\"error\":\"{\\\"error\\\":\\\"{\\\\\\\"message\\\\\\\":\\\\\\\"deep\\\\\\\"}\\\"}\"}",
         "deep");
    BODY("{\"error\":\"chat error: {\\\"error\\\":{\\\"message\\\":\\\"too long\\\"}}\"}",
         "chat error: too long");
    BODY("{\"error\":\"Missing 'role' in: {\\\"content\\\":\\\"x\\\"}\"}",
         "Missing 'role' in: {\"content\":\"x\"}");
    BODY("{\"error\":\"map[code:500 {broken\"}", "map[code:500 {broken");
}

static void an_error_behind_other_words_is_found(void)
{
    BODY("upstream said:\n{\"error\":{\"message\":\"no\"}}", "no");
    BODY(": hello\nevent: error\ndata: {\"message\":\"no\"}\n\n", "no");
    BODY("{\"type\":\"ping\"}\n{\"error\":\"no\"}", "no");
    BODY("{\"type\":\"ping\"}\n", "ping");
    BODY("lost\n<html><title>502 Bad Gateway</title></html>", "502 Bad Gateway");
    BODY("[12:30] {\nno", "[12:30] { no");
}

static void json_that_is_cut_off_has_its_words(void)
{
    BODY("{\"error\":{\"message\":\"quota us", "quota us");
    BODY("{\"error\":{\"message\":\"say \\\"no\\\"\",\"typ", "say \\\"no\\\"");
    BODY("{\"error\":{\"code\"", "{\"error\":{\"code\"");
}

static void a_trace_is_cut_down_to_what_it_says(void)
{
    BODY("{\"error\":\"no\\nTraceback (most recent call last):\\n  File \\\"x.py\\\"\"}", "no");
    BODY("Traceback (most recent call last):\n  File \"x.py\"\nKeyError: 'no'\n\n",
         "KeyError: 'no'");
    BODY("lost\nTraceback (most recent call last):\n  File \"x.py\"\nKeyError\n", "lost");
}

static void a_word_and_the_message_beside_it_are_both_told(void)
{
    BODY("{\"error\":\"Bad Request\",\"message\":\"no\",\"status\":400}", "Bad Request: no");
    BODY("{\"error\":\"no\",\"message\":\"no\"}", "no");
    BODY("{\"error\":true,\"message\":\"no\"}", "no");
    BODY("{\"error\":\" \",\"message\":\"no\"}", "no");
    BODY("{\"error\":\"invalid_token\",\"error_description\":\"no\"}", "invalid_token: no");
    BODY("{\"fault\":{\"faultstring\":\"no\"}}", "no");
    BODY("{\"errorMessage\":\"no\"}", "no");
}

static void the_words_of_a_provider_behind_it_are_told(void)
{
    BODY("{\"error\":{\"message\":\"Provider returned error\",\"metadata\":{\"raw\":"
         "\"{\\\"error\\\":{\\\"message\\\":\\\"too long\\\"}}\"}}}",
         "Provider returned error: too long");
    BODY("{\"error\":{\"message\":\"failed\",\"metadata\":{\"raw\":\"too long\"}}}",
         "failed: too long");
    BODY("{\"error\":{\"message\":\"too long\",\"metadata\":{\"raw\":\"too long\"}}}", "too long");
    BODY("{\"error\":{\"message\":\"no\",\"metadata\":{\"raw\":\"<title>502</title>\"}}}",
         "no: 502");
    BODY("{\"error\":{\"message\":\"no\",\"metadata\":{\"raw\":null}}}", "no");
}

static void a_message_under_another_name_is_found(void)
{
    BODY("{\"errors\":{\"stop\":[\"is too long\"]}}", "stop: is too long");
    BODY("{\"st\\nop\":\"is too long\"}", "st op: is too long");
    BODY("{\"data\":{\"error\":\"too long\"}}", "too long");
    BODY("{\"response\":{\"error\":{\"message\":\"no\"}}}", "no");
    BODY("{\"error\":{\"issues\":[{\"path\":[\"a\"],\"message\":\"too long\"}],\"name\":\"X\"}}",
         "too long");
    BODY("{\"status\":{\"code\":3,\"message\":\"no\"}}", "no");
    BODY("{\"failure\":\"too long\"}", "failure: too long");
    BODY("{\"error\":{\"input\":{\"message\":\"hello you\"},\"code\":7}}", "code 7");
    BODY("{\"id\":\"x\"}", "{\"id\":\"x\"}");
}

static void plain_text_is_taken_as_it_is_on_one_line(void)
{
    BODY("404 page not found", "404 page not found");
    BODY("  upstream\r\n\tfailed \n", "upstream failed");
    BODY("\"plain\" does not support chat", "\"plain\" does not support chat");
    BODY("\"only a JSON string\"", "only a JSON string");
    BODY("{broken", "{broken");
    BODY("null", "null");
    BODY("bad \xFF byte \x1B[31m", "bad \xEF\xBF\xBD byte [31m");
}

static void a_page_gives_its_title(void)
{
    BODY("<html>\r\n<head><TITLE>502 Bad Gateway</title></head><body><h1>x</h1></body></html>",
         "502 Bad Gateway");
    BODY("<!DOCTYPE html><html><body><h1 class=\"a\">Not\n here</h1></body></html>", "Not here");
    BODY("<?xml version=\"1.0\"?><Error><Code>1</Code><Message>Denied</Message></Error>", "Denied");
    BODY("<html><head><title></title></head><h1>x</h1></html>", "x");
    BODY("<html><titles>a</titles></html>", "");
    BODY("<html><title", "");
}

static void a_body_that_says_nothing_gives_nothing(void)
{
    BODY("", "");
    BODY(" \r\n", "");
    BODY("{}", "");
    BODY("[]", "");
    BODY("{\"error\":\"\"}", "{\"error\":\"\"}");
    BODY("\0", "");
}

static void an_event_may_hold_the_error(void)
{
    BODY("data: {\"error\":{\"message\":\"no\"}}\n\n", "no");
}

static void what_follows_the_error_is_left_aside(void)
{
    BODY("{\"error\":\"first\"}\n{\"error\":\"second\"}\n", "first");
}

static void texts_are_cut_at_2000_bytes(void)
{
    char body[5000];
    memset(body, 'a', sizeof body);
    char *text = text_of(body, sizeof body);
    CHECK_INT(strlen(text), 2000);
    CHECK_TEXT(text + 1995, "aa...");
    free(text);
}

static void nesting_without_end_is_survived(void)
{
    struct buf body;
    /* A string in a string in a string: each level doubles the backslashes. */
    buf_init(&body, 1u << 20);
    buf_add_str(&body, "{\"error\":\"end\"}");
    for (int level = 0; level < 12; level++) {
        struct buf outer;
        buf_init(&outer, 1u << 20);
        buf_add_str(&outer, "{\"error\":\"");
        for (size_t i = 0; i < body.len; i++) {
            buf_printf(&outer, "%s%c", strchr("\"\\", body.data[i]) != NULL ? "\\" : "",
                       body.data[i]);
        }
        buf_add_str(&outer, "\"}");
        buf_finish(&body);
        body = outer;
    }
    free(text_of(body.data, body.len));
    buf_clear(&body);
    for (int i = 0; i < 5000; i++) {
        buf_add_str(&body, "{\"error\":");
    }
    free(text_of(body.data, body.len));
    buf_clear(&body);
    for (int i = 0; i < 500; i++) {
        buf_add_str(&body, "{\"error\":[");
    }
    buf_add_str(&body, "1");
    for (int i = 0; i < 500; i++) {
        buf_add_str(&body, "]}");
    }
    free(text_of(body.data, body.len));
    buf_finish(&body);
}

static void check_url(int line, const char *body, const char *wanted)
{
    struct buf out;
    buf_init(&out, LIMIT_ERROR_BODY);
    char *url;
    error_text(body, strlen(body), &out, &url);
    if (wanted != NULL) {
        check_texts(__FILE__, line, "signin_url", url, wanted);
    } else if (url != NULL) {
        check_fail(__FILE__, line, "there should be no signin_url");
    }
    free(url);
    buf_finish(&out);
}

static void hands_out_the_sign_in_url(void)
{
    check_url(__LINE__,
              "{\"error\":\"unauthorized\",\"signin_url\":\"https://ollama.com/connect?a=1\"}",
              "https://ollama.com/connect?a=1");
    check_url(__LINE__, "{\"error\":\"unauthorized\",\"signin_url\":\"javascript:x\"}", NULL);
    check_url(__LINE__, "{\"error\":\"unauthorized\",\"signin_url\":7}", NULL);
    check_url(__LINE__, "{\"error\":\"unauthorized\"}", NULL);
    check_url(__LINE__, "", NULL);
}

static void recorded_errors_give_their_message(void)
{
    static const struct {
        const char *path, *wanted;
        int status;
    } cases[] = {
        {"ollama/error-unknown-model.http", "model 'nope' not found", 404},
        {"ollama/error-no-model.http", "model is required", 400},
        {"ollama/error-bad-json.http", "unexpected EOF", 400},
        {"ollama/error-no-body.http", "missing request body", 400},
        {"ollama/error-not-found.http", "404 page not found", 404},
        {"ollama/error-method.http", "405 method not allowed", 405},
        {"ollama/gotemplate-error-think.http", "\"tiny-fim\" does not support thinking", 400},
        {"ollama/gotemplate-error-tools.http",
         "registry.ollama.ai/library/tiny-fim:latest does not support tools", 400},
        {"ollama/chat-stream-too-long.http",
         "request (12010 tokens) exceeds the available context size (4096 tokens), try increasing "
         "it",
         400},
        {"ollama/v1-error-unknown-model.http", "model 'nope' not found", 404},
        {"ollama/v1-error-bad-json.http", "unexpected EOF", 400},
        {"llama-server/error-context-stream.http",
         "request (12010 tokens) exceeds the available context size (4096 tokens), try increasing "
         "it",
         400},
        {"llama-server/error-bad-role.http",
         "Failed to parse messages: Missing 'role' in message: {\"content\":\"x\"}", 500},
        {"llama-server/error-no-key.http", "Invalid API Key", 401},
        {"llama-server/error-not-found.http", "File Not Found", 404},
        {"llama-server/chat-loading.http", "Loading model", 503},
        {"llama-server/router-error-unknown-model.http", "model 'no-such-model' not found", 400},
        {"llama-server/error-bad-header.http", "", 400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        CHECK(fixture_load(&f, cases[i].path));
        CHECK_INT(f.status, cases[i].status);
        char *text = text_of(f.body.data != NULL ? f.body.data : "", f.body.len);
        CHECK_TEXT(text, cases[i].wanted);
        free(text);
        fixture_finish(&f);
    }
}

int main(void)
{
    RUN(finds_the_dialects_by_name);
    RUN(finds_the_dialects_by_how_they_fill_in);
    RUN(what_a_dialect_cannot_do_is_absent);
    RUN(an_error_lists_what_there_is);
    RUN(an_error_may_be_a_text_or_an_object);
    RUN(json_nested_in_the_text_is_opened);
    RUN(an_error_behind_other_words_is_found);
    RUN(json_that_is_cut_off_has_its_words);
    RUN(a_trace_is_cut_down_to_what_it_says);
    RUN(a_word_and_the_message_beside_it_are_both_told);
    RUN(the_words_of_a_provider_behind_it_are_told);
    RUN(a_message_under_another_name_is_found);
    RUN(plain_text_is_taken_as_it_is_on_one_line);
    RUN(a_page_gives_its_title);
    RUN(a_body_that_says_nothing_gives_nothing);
    RUN(an_event_may_hold_the_error);
    RUN(what_follows_the_error_is_left_aside);
    RUN(texts_are_cut_at_2000_bytes);
    RUN(nesting_without_end_is_survived);
    RUN(hands_out_the_sign_in_url);
    RUN(recorded_errors_give_their_message);
    return check_report("error_text");
}
