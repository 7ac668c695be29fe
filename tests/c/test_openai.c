#include "check.h"
#include "events.h"
#include "spec.h"

#include "server/level.h"

#define STREAM(data, wanted) \
    events_check(__FILE__, __LINE__, "openai", data, sizeof(data) - 1, wanted)
#define FILL(fill, options, extra, wanted) \
    spec_check_fill(__FILE__, __LINE__, "completions", fill, options, extra, wanted)
#define BODY(spec, wanted) spec_check(__FILE__, __LINE__, "openai", spec, wanted)

#define HI "\"messages\":[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"hi\"}]}]"
#define SENT "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define USAGE "\"stream_options\":{\"include_usage\":true}"
#define DELTA(delta) "data: {\"choices\":[{\"index\":0,\"delta\":{" delta "}}]}\n\n"
#define STOP "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"

static void deltas_become_text(void)
{
    STREAM("data: "
           "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":"
           "{\"role\":\"assistant\",\"content\":\"He\"},\"finish_reason\":null}]}\n\n" DELTA(
               "\"content\":\"llo\"") STOP DONE,
           "{text He}{text llo}{done stop}");
}

static void the_role_event_and_empty_or_null_content_are_no_events(void)
{
    STREAM(DELTA("\"role\":\"assistant\",\"content\":null") DELTA("\"content\":\"\"") DELTA("")
               DELTA("\"content\":\"a\",\"refusal\":null,\"tool_calls\":null") STOP DONE,
           "{text a}{done stop}");
}

static void thinking_goes_by_two_names_and_comes_first(void)
{
    STREAM(DELTA("\"reasoning_content\":\"a\"") DELTA("\"content\":\"\",\"reasoning\":\"b\"")
               DELTA("\"content\":\"d\",\"reasoning_content\":\"c\",\"reasoning\":\"c\"") STOP DONE,
           "{thinking a}{thinking b}{thinking c}{text d}{done stop}");
}

static void text_has_many_shapes(void)
{
    static const char *const contents[] = {
        "[{\"type\":\"text\",\"text\":\"hi\"}]",
        "[{\"type\":\"output_text\",\"text\":\"hi\"}]",
        "{\"type\":\"text\",\"text\":\"hi\"}",
        "{\"text\":{\"value\":\"hi\"}}",
        "[{\"content\":\"hi\"}]",
        "[\"hi\"]",
        "[[\"hi\"]]",
        "[null,{\"type\":\"refusal\",\"refusal\":\"hi\"}]",
        "[{\"type\":\"redacted_thinking\",\"data\":\"x\"},{\"text\":\"hi\"}]",
    };
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        char data[300];
        int len = snprintf(data, sizeof data, DELTA("\"content\":%s") DONE, contents[i]);
        events_check(__FILE__, __LINE__, "openai", data, (size_t)len, "{text hi}{done }");
    }
}

static void thoughts_have_many_shapes(void)
{
    static const char *const fields[] = {
        "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]}]",
        "\"content\":[{\"type\":\"reasoning\",\"text\":\"hm\"}]",
        "\"content\":[{\"thinking\":\"hm\"}]",
        "\"reasoning\":{\"content\":\"hm\"}",
        "\"reasoning_content\":\"\",\"reasoning\":\"hm\"",
        "\"reasoning\":null,\"reasoning_text\":\"hm\"",
        "\"thinking\":[{\"text\":\"hm\"}]",
        "\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"hm\"}]",
        "\"reasoning_details\":[{\"type\":\"x.encrypted\",\"data\":\"x\"},{\"text\":\"hm\"}]",
        "\"reasoning\":\"hm\",\"reasoning_details\":[{\"text\":\"hm\"}],\"thought\":\"hm\"",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char data[400];
        int len = snprintf(data, sizeof data, DELTA("%s") DONE, fields[i]);
        events_check(__FILE__, __LINE__, "openai", data, (size_t)len, "{thinking hm}{done }");
    }
}

static void what_has_no_known_shape_costs_no_more_than_itself(void)
{
    STREAM(DELTA("\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}},\"a\"]") DONE,
           "{unread image_url}{text a}{done }");
    STREAM(DELTA("\"reasoning\":true,\"content\":\"a\"") DONE, "{unread reasoning}{text a}{done }");
    STREAM(DELTA("\"images\":[{}]") DONE, "{unread images}{done }");
    STREAM("data: {\"candidates\":[]}\n\n" DONE, "{unread candidates}{done }");
}

static void a_message_beside_deltas_is_the_same_once_more(void)
{
    STREAM(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"message\":{\"content\":\"a\"}}]}\n\n"
        "data: {\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
        "{text a}{done stop}");
    STREAM("data: {\"choices\":[{\"delta\":{},\"message\":{\"content\":\"a\"}}]}\n\n" DONE,
           "{text a}{done }");
    STREAM("data: {\"choices\":[{\"delta\":null,\"text\":\"a\"}]}\n\n" DONE, "{text a}{done }");
}

static void a_reason_that_is_none_does_not_finish(void)
{
    STREAM("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"null\"}]}\n\n",
           "{text a}{cut}");
    STREAM(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":{\"type\":\"stop\"}"
        "}]}\n\n",
        "{text a}{done stop}");
}

static void a_record_may_be_several(void)
{
    STREAM("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}{\"choices\":[{\"delta\":{"
           "\"content\":\"b\"}}]}\n\n" DONE,
           "{text a}{text b}{done }");
    STREAM("data: [{\"choices\":[{\"delta\":{\"content\":\"a\"}}]},7,{\"choices\":[{\"delta\":{"
           "\"content\":\"b\"}}]}]\n\n" DONE,
           "{text a}{text b}{done }");
    STREAM("data: \"{\\\"choices\\\":[{\\\"delta\\\":{\\\"content\\\":\\\"a\\\"}}]}\"\n\n" DONE,
           "{text a}{done }");
    STREAM("data: data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: data: [DONE]\n\n",
           "{text a}{done }");
    STREAM("data: ping {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" DONE,
           "{stray ping {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}}{done }");
    STREAM("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[{"
           "\"logprob\":NaN}]}}]}\n\n" DONE,
           "{text a, 1 token -99.000}{done }");
}

static void the_mark_of_the_end_is_written_in_many_ways(void)
{
    STREAM("data:  [DONE] \n\n", "{done }");
    STREAM("data: \"[DONE]\"\n\n", "{done }");
    STREAM("data: [done]\n\n", "{done }");
    STREAM("[DONE]", "{done }");
}

static void nothing_fails_a_finished_reply(void)
{
    STREAM(STOP "data: {\"error\":{\"message\":\"late\"}}\n\n" DONE,
           "{stray late}{done stop, late}");
    STREAM(STOP "data: {\"usage\":\n\n" DONE, "{stray {\"usage\":}{done stop}");
    STREAM("data: {\"error\":{\"message\":\"now\"},\"choices\":[{\"delta\":{},\"finish_reason\":"
           "\"stop\"}]}\n\n",
           "{error now}");
}

static void records_of_another_dialect_are_read(void)
{
    STREAM("{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"message\":{\"content\":\"b\"},"
           "\"done\":true,\"done_reason\":\"length\"}\n",
           "{unread records of the dialect 'ollama'}{text a}{text b}{done length}");
    STREAM(
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
        "\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\ndata: {\"type\":\"message_delta\","
        "\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
        "{unread records of the dialect 'anthropic'}{text a}{done end_turn}");
}

static void a_refusal_is_text(void)
{
    STREAM(DELTA("\"refusal\":\"I cannot\"") STOP DONE, "{text I cannot}{done stop}");
}

static void other_choices_are_passed_over(void)
{
    STREAM("data: "
           "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"},"
           "{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
           "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n" STOP DONE,
           "{text a}{text b}{done stop}");
    STREAM("data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
           "{cut}");
}

static void usage_comes_with_empty_choices(void)
{
    STREAM(DELTA("\"content\":\"a\"") STOP
           "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,"
           "\"total_tokens\":15}}\n\n" DONE,
           "{text a}{stats 12 3 - - - -}{done stop}");
    STREAM("data: {\"choices\":[],\"usage\":null}\n\n" STOP DONE, "{done stop}");
}

static void how_far_it_is_in_the_prompt_is_told(void)
{
    STREAM(
        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}],"
        "\"prompt_progress\":{\"total\":10,\"cache\":2,\"processed\":4,\"time_ms\":0}}\n\n" DELTA(
            "\"content\":\"a\"") STOP DONE,
        "{progress 4 of 10}{text a}{done stop}");
    STREAM(
        "data: {\"choices\":[],\"prompt_progress\":{\"total\":10,\"processed\":12}}\n\n" STOP DONE,
        "{progress 10 of 10}{done stop}");
    STREAM("data: {\"choices\":[],\"prompt_progress\":{\"total\":0,\"processed\":0}}\n\n"
           "data: {\"choices\":[],\"prompt_progress\":7}\n\n" STOP DONE,
           "{done stop}");
}

static void llama_servers_timings_are_figures(void)
{
    STREAM(
        "data: {\"choices\":[{\"finish_reason\":\"length\",\"index\":0,\"delta\":{}}],\"timings\":{"
        "\"cache_n\":9,\"prompt_n\":1,\"prompt_ms\":0.288,\"predicted_n\":4,\"predicted_ms\":"
        "1.023}}\n\n" DONE,
        "{stats 10 4 288000 1023000 - -, 9 cached}{done length}");
    STREAM("data: "
           "{\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3},\"timings\":{"
           "\"prompt_n\":1,\"predicted_n\":9,\"predicted_ms\":2}}\n\n" STOP DONE,
           "{stats 12 3 - 2000000 - -}{done stop}");
}

static void a_finish_reason_without_done_mark_is_complete_at_the_end(void)
{
    STREAM(DELTA("\"content\":\"a\"") STOP, "{text a}{done stop}");
    STREAM(
        DELTA(
            "\"content\":\"a\"") "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
                                 "\"length\"}]}",
        "{text a}{done length}");
}

static void a_done_mark_without_finish_reason_is_complete(void)
{
    STREAM(DELTA("\"content\":\"a\"") DONE, "{text a}{done }");
    STREAM("data:[DONE]\n\n", "{done }");
}

static void an_end_with_neither_is_cut(void)
{
    STREAM(DELTA("\"content\":\"a\""), "{text a}{cut}");
    STREAM("", "{cut}");
    STREAM(
        DELTA(
            "\"content\":\"a\"") "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
                                 "\"\"}]}\n\n",
        "{text a}{cut}");
}

static void ollamas_hidden_failure_is_cut(void)
{
    STREAM(
        "data: "
        "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":"
        "\"He\"},\"finish_reason\":null}]}\n\n"
        "data: "
        "{\"model\":\"\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":"
        "\"\"},\"finish_reason\":null}]}\n\n",
        "{text He}{cut}");
}

static void errors_in_the_stream_are_told(void)
{
    STREAM(
        DELTA("\"content\":\"a\"") "data: {\"error\":{\"message\":\"no memory\",\"code\":500}}\n\n",
        "{text a}{error no memory}");
    STREAM("data: {\"error\":\"plain\"}\n\n" DONE, "{error plain}");
    STREAM("data: {\"object\":\"error\",\"message\":\"vanished\",\"code\":400}\n\n",
           "{error vanished}");
    STREAM("error: {\"code\":500,\"message\":\"old\",\"type\":\"server_error\"}\n\n",
           "{error old}");
    STREAM(
        "data: "
        "{\"error\":{\"message\":\"no\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},"
        "\"finish_reason\":\"error\"}]}\n\n",
        "{text a}{error no}");
}

static void errors_stand_in_many_places(void)
{
    STREAM("data: {\"choices\":[],\"x_groq\":{\"error\":\"groggy\"}}\n\n", "{error groggy}");
    STREAM("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"error\":{\"message\":"
           "\"gone\"}}]}\n\n",
           "{text a}{error gone}");
    STREAM("{\"base_resp\":{\"status_code\":1008,\"status_msg\":\"no balance\"}}",
           "{error no balance}");
    STREAM("{\"code\":\"unavailable\",\"error\":\"dark\"}", "{error dark}");
    STREAM("data: {\"error\":null,\"error\":{\"message\":\"twice\"}}\n\n", "{error twice}");
    STREAM("{\"success\":false,\"errors\":[{\"code\":7,\"message\":\"cloudy\"}]}",
           "{error cloudy}");
    STREAM("{\"detail\":\"Not here\"}", "{stray Not here}{unread detail}{cut}");
}

static void no_error_is_no_error(void)
{
    STREAM(
        "data: "
        "{\"error\":{},\"base_resp\":{\"status_code\":0},\"choices\":[{\"index\":0,\"error\":null,"
        "\"delta\":{\"content\":\"a\"}}]}\n\n"
        "data: {\"error\":[],\"choices\":[]}\n\n" STOP DONE,
        "{text a}{done stop}");
}

static void an_answer_that_is_no_stream_is_read_all_the_same(void)
{
    STREAM("{\"error\":{\"message\":\"no\"}}", "{error no}");
    STREAM("{\n  \"error\": {\n    \"message\": \"no\"\n  }\n}\n", "{error no}");
    STREAM("{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"all\"},"
           "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1}}",
           "{text all}{stats 2 1 - - - -}{done stop}");
    STREAM("<html><title>Log in</title></html>", "{odd Log in}");
}

static void what_is_not_json_or_oddly_shaped_is_an_error(void)
{
    STREAM("data: upstream failed\n\n", "{stray upstream failed}{cut}");
    STREAM("data: {\"choices\":[\n\n", "{odd {\"choices\":[}");
    STREAM("data: {\"choices\":7}\n\n", "{unread choices}{cut}");
    STREAM("data: {\"choices\":[{\"delta\":\"x\"}]}\n\n", "{text x}{cut}");
    STREAM(DELTA("\"content\":[1]"), "{unread a number}{cut}");
    STREAM(DELTA("\"tool_calls\":1"), "{unread tool_calls}{cut}");
    STREAM("data:\n\ndata: null\n\n" STOP, "{done stop}");
    STREAM(DELTA("\"content\":\"a\"") "data: ping\n\n" STOP, "{text a}{stray ping}{done stop}");
}

static void nothing_follows_the_end(void)
{
    STREAM(STOP DONE DELTA("\"content\":\"late\"") DONE, "{done stop}");
    STREAM("data: {\"error\":\"no\"}\n\n" STOP, "{error no}");
    STREAM(STOP "data: {\"error\":\"no\"}\n\n", "{stray no}{done stop, no}");
}

static void text_behind_the_finish_reason_is_kept(void)
{
    STREAM(STOP DELTA("\"content\":\"tail\"") DONE, "{text tail}{done stop}");
}

static void several_events_in_one_piece_and_data_without_a_space(void)
{
    STREAM(
        ": ping\n\ndata:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\ndata:{\"choices\":[{"
        "\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata:[DONE]\r\n\r\n",
        "{text a}{text b}{done stop}");
}

static void escapes_are_decoded_and_nul_and_lone_surrogates_replaced(void)
{
    STREAM(DELTA("\"content\":\"a\\u0000b \\udd99 \\u003c\\\\u0000\"") DONE,
           "{text a\xEF\xBF\xBD"
           "b \xEF\xBF\xBD <\\u0000}{done }");
}

static void tool_calls_are_put_together_from_pieces(void)
{
    STREAM(
        DELTA("\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"type\":\"function\",\"function\":{"
              "\"name\":"
              "\"look\",\"arguments\":\"{\"}}]")
            DELTA("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"n\\\": 2\"}}]")
                DELTA("\"tool_calls\":[{\"index\":1,\"id\":\"y\",\"function\":{\"name\":\"list\","
                      "\"arguments\":\"\"}},{\"index\":0,\"function\":{\"arguments\":\"}\"}}]")
                    STOP DONE,
        "{call {\"id\":\"x\",\"name\":\"look\",\"arguments\":{\"n\": 2}}}"
        "{call {\"id\":\"y\",\"name\":\"list\",\"arguments\":{}}}{done stop}");
}

static void a_tool_call_may_come_whole_and_its_finish_never(void)
{
    STREAM(DELTA("\"content\":\"a\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{"
                 "\"a\":1}}}]") DONE,
           "{text a}{call {\"name\":\"f\",\"arguments\":{\"a\":1}}}{done }");
    STREAM(DELTA("\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]"), "{cut}");
}

static void arguments_that_are_not_json_become_a_string(void)
{
    STREAM(DELTA("\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\"}}]")
               STOP DONE,
           "{call {\"name\":\"f\",\"arguments\":\"{\\\"a\"}}{done stop}");
}

static void a_tool_call_without_a_name_is_dropped(void)
{
    STREAM(DELTA("\"tool_calls\":[{\"index\":3,\"function\":{\"arguments\":\"{}\"}},7]") STOP DONE,
           "{done stop}");
}

static void too_many_tool_calls_are_an_error(void)
{
    struct buf data;
    buf_init(&data, LIMIT_RECORD);
    for (int i = 0; i < 65; i++) {
        buf_printf(&data,
                   "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,\"function\":{"
                   "\"name\":\"f\"}}]}}]}\n\n",
                   i);
    }
    struct events x;
    events_init(&x, "openai");
    CHECK_INT(events_run(&x, data.data, data.len, 0, data.len), 0);
    CHECK_TEXT(x.log.data, "{error too many tool calls}");
    events_finish(&x);
    buf_finish(&data);
}

static void a_tool_call_without_end_is_an_error(void)
{
    static const char head[] =
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":"
        "\"f\",\"arguments\":\"";
    struct buf data;
    buf_init(&data, LIMIT_RECORD);
    for (int i = 0; i < 5; i++) {
        buf_add(&data, head, sizeof head - 1);
        size_t at = data.len;
        buf_reserve(&data, 300000);
        memset(data.data + at, 'a', 300000);
        data.len += 300000;
        buf_add_str(&data, "\"}}]}}]}\n\n");
    }
    struct events x;
    events_init(&x, "openai");
    CHECK_INT(events_run(&x, data.data, data.len, 0, data.len), 0);
    CHECK_TEXT(x.log.data, "{error a tool call is too long}");
    events_finish(&x);
    buf_finish(&data);
}

static void a_long_finish_reason_is_kept(void)
{
    STREAM("data: "
           "{\"choices\":[{\"finish_reason\":\"a_reason_that_is_longer_than_anyone_needs\"}]}\n\n",
           "{done a_reason_that_is_longer_than_anyone_needs}");
}

static void the_events_of_one_record_have_an_order(void)
{
    STREAM("data: {\"choices\":[{\"delta\":{\"reasoning\":\"a\",\"content\":\"b\",\"tool_calls\":[{"
           "\"function\":{\"name\":\"f\"}}]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_"
           "tokens\":1}}\n\n" DONE,
           "{thinking a}{text b}{call {\"name\":\"f\",\"arguments\":{}}}{stats 1 - - - - -}"
           "{done stop}");
}

static void a_wrong_shape_costs_its_field(void)
{
    STREAM("data: {\"choices\":[{\"delta\":7,\"text\":\"b\",\"finish_reason\":\"stop\"}],"
           "\"usage\":{\"prompt_tokens\":1}}\n\n" DONE,
           "{unread delta}{text b}{stats 1 - - - - -}{done stop}");
}

static void check_recording(const char *path, const struct fixture *f)
{
    (void)path;
    if (!f->is_events) {
        return;
    }
    char *log = events_of_recording("openai", f);
    CHECK(!strstr(log, "{error"));
    free(log);
}

static void recorded_streams_give_equal_events_however_cut(void)
{
    CHECK(fixture_each(check_recording) > 0);
}

static void check_events(int line, const char *path, const char *wanted)
{
    struct fixture f;
    CHECK(fixture_load(&f, path));
    char *log = events_of_recording("openai", &f);
    check_texts(__FILE__, line, path, log, wanted);
    free(log);
    fixture_finish(&f);
}

static void recorded_chats_have_their_events(void)
{
    check_events(__LINE__, "ollama/v1-chat-stream.http",
                 "{thinking Okay}{thinking ,}{thinking  so}{thinking  someone}{thinking  asks}"
                 "{thinking  about}{thinking  something}{thinking  known}{thinking .}{thinking  "
                 "Answer}{thinking  it}{thinking  shortly}{thinking .\n}{text A}{text  tab}{text  "
                 "moves}{text  the}{text  cursor}{text  to}{text  the}{text  next}{text  stop}"
                 "{stats 12 24 - - - -}{done length}");
    check_events(__LINE__, "llama-server/chat-stream-two-choices.http",
                 "{text Text}{text  is}{text  not}{text  the}{text  same}{text  as}"
                 "{stats 10 6 626000 4228000 - -, 9 cached}{stats 10 6 761000 4314000 - -, 9 "
                 "cached}{done length}");
    check_events(
        __LINE__, "llama-server/chat-stream-tool-call.http",
        "{call {\"id\":\"S2qp9YvAwRH4f6w2OzoSc0u0042RdLV7\",\"name\":\"look\",\"arguments\":"
        "{\"n\": 2}}}{stats 207 20 20395000 7757000 - -, 0 cached}{done tool_calls}");
    check_events(__LINE__, "llama-server/chat-stream-stop.http",
                 "{text The}{text  function}{text  reads}{stats 12 4 1017000 1059000 - -, 3 "
                 "cached}{done stop}");
    check_events(
        __LINE__, "ollama/v1-chat-stream-tools.http",
        "{call {\"id\":\"Cp2nxnX6JowUcpne6CvJvrCpNa3U8YSw\",\"name\":\"look\",\"arguments\":"
        "{\"n\":0}}}{done tool_calls}");
}

static void a_recorded_chat_cut_off_anywhere_is_never_done(void)
{
    struct fixture f;
    CHECK(fixture_load(&f, "llama-server/chat-stream-reasoning.http"));
    size_t finish = (size_t)(strstr(f.body.data, "\"finish_reason\":\"stop\"") - f.body.data);
    struct events x;
    events_init(&x, "openai");
    for (size_t len = 0; len < finish; len += 13) {
        CHECK_INT(events_run(&x, f.body.data, len, 0, len), 0);
        CHECK(strstr(x.log.data, "{done") == NULL);
        CHECK(strstr(x.log.data, "{cut}") || strstr(x.log.data, "{error ") ||
              strstr(x.log.data, "{odd "));
    }
    events_finish(&x);
    fixture_finish(&f);
}

static void a_filled_gap_has_its_text_in_the_choice(void)
{
    STREAM("data: "
           "{\"object\":\"text_completion\",\"choices\":[{\"text\":\"a(\",\"index\":0,\"logprobs\":"
           "null,\"finish_reason\":null}]}\n\n"
           "data: {\"choices\":[{\"text\":\"b)\",\"index\":0,\"finish_reason\":null}]}\n\n"
           "data: {\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"length\"}]}\n\n"
           "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":2,"
           "\"prompt_tokens_details\":{\"cached_tokens\":11}}}\n\ndata: [DONE]\n\n",
           "{text a(}{text b)}{stats 12 2 - - - -, 11 cached}{done length}");
    STREAM("data: {\"choices\":[{\"text\":7}]}\n\n", "{unread text}{cut}");
}

/* OpenAI's form for completions, and the one of chats, which llama-server and Ollama have for
 * both. */
static void probabilities_come_in_two_forms(void)
{
    STREAM(
        "data: {\"choices\":[{\"text\":\"ab\",\"logprobs\":{\"tokens\":[\"a\",\"b\"],"
        "\"token_logprobs\":[null,-0.5],\"top_logprobs\":[{\"a\":-9}],\"text_offset\":[0,1]}}]}\n\n"
        "data: "
        "{\"choices\":[{\"text\":\"c\",\"logprobs\":{\"content\":[{\"token\":\"c\",\"logprob\":"
        "-0.25,\"top_logprobs\":[{\"logprob\":-9}]}]}}]}\n\n"
        "data: "
        "{\"choices\":[{\"delta\":{\"content\":\"d\"},\"logprobs\":{\"content\":[{\"logprob\":-1},"
        "{\"logprob\":-2}]}}]}\n\n"
        "data: {\"choices\":[{\"text\":\"e\",\"logprobs\":-3}]}\n\ndata: [DONE]\n\n",
        "{text ab, 1 token -0.500}{text c, 1 token -0.250}{text d, 2 token -3.000}{text e}{done }");
}

static void recorded_filled_gaps_have_their_events(void)
{
    check_events(__LINE__, "llama-server/completions-stream-suffix.http",
                 "{text    }{text  for}{text  (}{text int}{stats 7 4 1059000 1062000 - -, 1 cached}"
                 "{done length}");
    check_events(
        __LINE__, "llama-server/completions-stream-logprobs.http",
        "{text  (!, 1 token -0.067}{text s, 1 token -0.769}{text )\n, 1 token -0.000}"
        "{text \t\t, 1 token -0.021}{text \tbreak, 1 token -0.063}{text ;\n, 1 token -0.001}"
        "{text \t, 1 token -0.002}{text \tif, 1 token -0.210}"
        "{stats 59 8 786000 11826000 - -, 58 cached}{done length}");
    check_events(__LINE__, "llama-server/completions-stream-usage.http",
                 "{text  buf}{text  *}{text b}{text )\n}{stats 5 4 493000 1139000 - -, 4 cached}"
                 "{done length}");
}

static void a_gap_is_filled_by_prompt_and_suffix(void)
{
    static const char *const stop[] = {"<E>"};
    struct fill fill = spec_fill("int a;\n", "int b", ";\n");
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\"," USAGE
         ",\"prompt\":\"int a;\\nint b\",\"suffix\":\";\\n\",\"max_tokens\":64,"
         "\"stream\":true}");
    fill = spec_fill("", "", "");
    fill.temperature = 0;
    fill.seed = 7;
    fill.logprobs = true;
    fill.stop = stop;
    fill.stop_count = 1;
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\"," USAGE ",\"prompt\":\"\\n\",\"suffix\":\"\\n\",\"max_tokens\":64,"
         "\"temperature\":0,\"seed\":7,\"stop\":[\"<E>\"],\"logprobs\":1,\"stream\":true}");
}

static void with_tokens_the_prompt_is_raw_and_there_is_no_suffix(void)
{
    static const struct fim_tokens tokens = {.prefix = "<P>", .suffix = "<S>", .middle = "<M>"};
    struct fill fill = spec_fill("a\n", "b", "c");
    fill.tokens = &tokens;
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\"," USAGE
         ",\"prompt\":\"<P>a\\n<S>c<M>b\",\"max_tokens\":64,\"stream\":true}");
}

static void a_fill_wins_over_options_and_extra_over_both(void)
{
    static const char *const stop[] = {"<E>"};
    struct value keep = value_text("10m");
    struct fill fill = spec_fill("a", "", "b");
    fill.keep_alive = &keep;
    fill.stop = stop;
    fill.stop_count = 1;
    FILL(
        &fill, "{\"max_tokens\":4096,\"top_p\":0.5,\"stop\":[\"x\"],\"prompt\":\"y\"}",
        "{\"stream_options\":null,\"max_tokens\":16}",
        "{\"model\":\"m\",\"top_p\":0.5,\"prompt\":\"a\",\"suffix\":\"b\",\"stop\":[\"<E>\",\"x\"],"
        "\"max_tokens\":16,\"stream\":true}");
    FILL(&fill, "7", NULL, "why: request: options and extra must be tables of named fields");
}

static void an_address_of_its_own_gets_no_more_than_it_takes(void)
{
    static const struct fim_tokens tokens = {.prefix = "<P>", .suffix = "<S>", .middle = "<M>"};
    static const char *const stop[] = {"<E>"};
    struct fill fill = spec_fill("a\n", "b", "c");
    fill.tokens = &tokens;
    fill.temperature = 0;
    fill.seed = 7;
    fill.stop = stop;
    fill.stop_count = 1;
    fill.logprobs = true;
    spec_check_fill(__FILE__, __LINE__, "fim", &fill, "{\"top_p\":0.5}", NULL,
                    "{\"model\":\"m\",\"top_p\":0.5,\"prompt\":\"a\\nb\",\"suffix\":\"c\","
                    "\"max_tokens\":64,\"temperature\":0,\"stop\":[\"<E>\"],\"stream\":true}");
    spec_check_fill_caps("fim", &fill);
}

static void a_fill_over_the_cap_is_too_big(void)
{
    struct fill fill = spec_fill("a", "", "b");
    spec_check_fill_caps("completions", &fill);
}

static void the_body_streams_with_usage(void)
{
    BODY("{\"model\":\"m\"," HI "}", "{\"model\":\"m\"," SENT "," USAGE ",\"stream\":true}");
}

static void options_are_top_level_fields_and_extra_wins(void)
{
    BODY("{\"model\":\"m\"," HI
         ",\"options\":{\"temperature\":0.5,\"max_tokens\":10,\"seed\":null},"
         "\"extra\":{\"max_tokens\":20,\"stream\":false,\"chat_template_kwargs\":{\"enable_"
         "thinking\":"
         "false}}}",
         "{\"model\":\"m\"," SENT "," USAGE ",\"temperature\":0.5,\"max_tokens\":20,"
         "\"chat_template_kwargs\":{\"enable_thinking\":false},\"stream\":true}");
}

static void a_nil_in_extra_leaves_a_field_out(void)
{
    BODY("{\"model\":\"m\"," HI ",\"extra\":{\"stream_options\":null}}",
         "{\"model\":\"m\"," SENT ",\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"options\":{\"seed\":1},\"extra\":{\"seed\":null}}",
         "{\"model\":\"m\"," SENT "," USAGE ",\"stream\":true}");
}

static void only_thinking_that_the_user_set_is_sent(void)
{
    BODY("{\"model\":\"m\"," HI ",\"think\":\"low\"}",
         "{\"model\":\"m\"," SENT "," USAGE ",\"reasoning_effort\":\"low\",\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":false}",
         "{\"model\":\"m\"," SENT "," USAGE ",\"reasoning_effort\":\"none\",\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":true,\"keep_alive\":\"5m\"}",
         "{\"model\":\"m\"," SENT "," USAGE ",\"stream\":true}");
}

static void a_format_becomes_a_response_format(void)
{
    BODY("{\"model\":\"m\"," HI ",\"format\":\"json\"}",
         "{\"model\":\"m\"," SENT "," USAGE
         ",\"response_format\":{\"type\":\"json_object\"},\"stream\":"
         "true}");
    BODY("{\"model\":\"m\"," HI ",\"format\":{\"type\":\"object\"}}",
         "{\"model\":\"m\"," SENT "," USAGE
         ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
         "{\"name\":\"reply\",\"schema\":{\"type\":\"object\"}}},\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"format\":\"xml\"}",
         "why: request.format must be \"json\" or a JSON schema");
}

static void thinking_does_not_go_back_by_itself(void)
{
    BODY("{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"parts\":["
         "{\"type\":\"thinking\",\"text\":\"r\"},{\"type\":\"text\",\"text\":\"b\"}]}]}",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":\"b\"}]," USAGE
         ",\"stream\":true}");
}

static void a_wrong_spec_is_told_by_its_field(void)
{
    BODY("{" HI "}", "why: request.model must be a name");
    BODY("{\"model\":\"m\"," HI ",\"think\":\"loud\"}", "why: " WISH_WHY);
    BODY("{\"model\":\"m\"," HI ",\"options\":7}",
         "why: request: options and extra must be tables of named fields");
}

#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define PNG(data) "{\"type\":\"image\",\"media\":\"image/png\",\"data\":\"" data "\"}"
#define URL(data) \
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," data "\"}}"
#define USER(parts) "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"parts\":[" parts "]}]}"
#define LIST(parts)                                                                      \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[" parts "]}]," USAGE \
    ",\"stream\":true}"

static void images_are_parts_among_the_words(void)
{
    BODY(USER(TEXT("a") "," TEXT("b") "," PNG("QQ==")), LIST(TEXT("ab") "," URL("QQ==")));
    BODY(USER(PNG("QQ==") "," TEXT("b")), LIST(URL("QQ==") "," TEXT("b")));
    BODY(USER(TEXT("a") "," PNG("QQ==") "," PNG("Qg==") "," TEXT("b")),
         LIST(TEXT("a") "," URL("QQ==") "," URL("Qg==") "," TEXT("b")));
    BODY(USER(PNG("QQ==")), LIST(URL("QQ==")));
}

int main(void)
{
    RUN(images_are_parts_among_the_words);
    RUN(deltas_become_text);
    RUN(the_role_event_and_empty_or_null_content_are_no_events);
    RUN(thinking_goes_by_two_names_and_comes_first);
    RUN(text_has_many_shapes);
    RUN(thoughts_have_many_shapes);
    RUN(what_has_no_known_shape_costs_no_more_than_itself);
    RUN(a_message_beside_deltas_is_the_same_once_more);
    RUN(a_reason_that_is_none_does_not_finish);
    RUN(a_record_may_be_several);
    RUN(the_mark_of_the_end_is_written_in_many_ways);
    RUN(nothing_fails_a_finished_reply);
    RUN(records_of_another_dialect_are_read);
    RUN(a_refusal_is_text);
    RUN(other_choices_are_passed_over);
    RUN(usage_comes_with_empty_choices);
    RUN(how_far_it_is_in_the_prompt_is_told);
    RUN(llama_servers_timings_are_figures);
    RUN(a_finish_reason_without_done_mark_is_complete_at_the_end);
    RUN(a_done_mark_without_finish_reason_is_complete);
    RUN(an_end_with_neither_is_cut);
    RUN(ollamas_hidden_failure_is_cut);
    RUN(errors_in_the_stream_are_told);
    RUN(errors_stand_in_many_places);
    RUN(no_error_is_no_error);
    RUN(an_answer_that_is_no_stream_is_read_all_the_same);
    RUN(what_is_not_json_or_oddly_shaped_is_an_error);
    RUN(nothing_follows_the_end);
    RUN(text_behind_the_finish_reason_is_kept);
    RUN(several_events_in_one_piece_and_data_without_a_space);
    RUN(escapes_are_decoded_and_nul_and_lone_surrogates_replaced);
    RUN(tool_calls_are_put_together_from_pieces);
    RUN(a_tool_call_may_come_whole_and_its_finish_never);
    RUN(arguments_that_are_not_json_become_a_string);
    RUN(a_tool_call_without_a_name_is_dropped);
    RUN(too_many_tool_calls_are_an_error);
    RUN(a_tool_call_without_end_is_an_error);
    RUN(a_long_finish_reason_is_kept);
    RUN(the_events_of_one_record_have_an_order);
    RUN(a_wrong_shape_costs_its_field);
    RUN(recorded_streams_give_equal_events_however_cut);
    RUN(recorded_chats_have_their_events);
    RUN(a_recorded_chat_cut_off_anywhere_is_never_done);
    RUN(a_filled_gap_has_its_text_in_the_choice);
    RUN(probabilities_come_in_two_forms);
    RUN(recorded_filled_gaps_have_their_events);
    RUN(a_gap_is_filled_by_prompt_and_suffix);
    RUN(with_tokens_the_prompt_is_raw_and_there_is_no_suffix);
    RUN(a_fill_wins_over_options_and_extra_over_both);
    RUN(an_address_of_its_own_gets_no_more_than_it_takes);
    RUN(a_fill_over_the_cap_is_too_big);
    RUN(the_body_streams_with_usage);
    RUN(options_are_top_level_fields_and_extra_wins);
    RUN(a_nil_in_extra_leaves_a_field_out);
    RUN(only_thinking_that_the_user_set_is_sent);
    RUN(a_format_becomes_a_response_format);
    RUN(thinking_does_not_go_back_by_itself);
    RUN(a_wrong_spec_is_told_by_its_field);
    return check_report("openai");
}
