#include "check.h"
#include "events.h"
#include "spec.h"

#include "server/level.h"

#define STREAM(data, wanted) \
    events_check(__FILE__, __LINE__, "ollama", data, sizeof(data) - 1, wanted)
#define BODY(spec, wanted) spec_check(__FILE__, __LINE__, "ollama", spec, wanted)

#define FILL(fill, options, extra, wanted) \
    spec_check_fill(__FILE__, __LINE__, "generate", fill, options, extra, wanted)

#define HI "\"messages\":[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"hi\"}]}]"
#define SENT "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define DONE "{\"done\":true,\"done_reason\":\"stop\"}\n"

static void tokens_become_text_and_the_last_line_the_figures(void)
{
    STREAM("{\"model\":\"m\",\"created_at\":\"2026-01-02T03:04:05.1Z\",\"message\":{\"role\":"
           "\"assistant\","
           "\"content\":\"He\"},\"done\":false}\n"
           "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"llo\"},\"done\":"
           "false}\n"
           "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
           "\"done_reason\":\"stop\",\"total_duration\":261933641,\"load_duration\":257858076,"
           "\"prompt_eval_count\":12,\"prompt_eval_duration\":12500000,\"eval_count\":3,"
           "\"eval_duration\":34250000}\n",
           "{text He}{text llo}{stats 12 3 12500000 34250000 257858076 261933641}{done stop}");
}

static void figures_that_are_zero_are_absent(void)
{
    STREAM("{\"message\":{},\"done\":true,\"done_reason\":\"load\",\"total_duration\":5}\n",
           "{stats - - - - - 5}{done load}");
    STREAM(DONE, "{done stop}");
    STREAM("{\"done\":true}\n", "{done }");
}

static void a_reason_is_one_short_line(void)
{
    STREAM("{\"done\":true,\"done_reason\":\"so\\nit\\u001b ends\"}", "{done so it ends}");
    STREAM("{\"done\":true,\"done_reason\":\"0123456789012345678901234567890123456789"
           "0123456789012345678901234567890\"}",
           "{done 0123456789012345678901234567890123456789012345678901234567890...}");
}

static void durations_need_64_bits(void)
{
    STREAM("{\"done\":true,\"total_duration\":261933641123,\"eval_duration\":4294967296}\n",
           "{stats - - - 4294967296 - 261933641123}{done }");
}

static void created_at_may_have_any_form(void)
{
    STREAM("{\"created_at\":\"2026-01-02T03:04:05-07:00\",\"message\":{\"content\":\"a\"}}\n"
           "{\"created_at\":7,\"message\":{\"content\":\"b\"}}\n" DONE,
           "{text a}{text b}{done stop}");
}

static void the_done_object_may_hold_the_rest_of_the_text(void)
{
    STREAM("{\"message\":{\"content\":\"a\"},\"done\":false}\n"
           "{\"message\":{\"content\":\"b\"},\"done\":true,\"done_reason\":\"stop\"}\n",
           "{text a}{text b}{done stop}");
}

static void thinking_comes_before_content_of_the_same_object(void)
{
    STREAM("{\"message\":{\"content\":\"answer\",\"thinking\":\"hm\"}}\n" DONE,
           "{thinking hm}{text answer}{done stop}");
}

static void empty_chunks_are_no_events(void)
{
    STREAM(
        "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"\"},\"done\":false}\n"
        "{\"message\":{\"content\":null}}\n{\"message\":null}\n{}\n{\"done\":false}\n\n" DONE,
        "{done stop}");
}

static void nothing_follows_the_end(void)
{
    STREAM(DONE "{\"message\":{\"content\":\"late\"}}\n{\"error\":\"late\"}\n", "{done stop}");
    STREAM("{\"error\":\"no\"}\n" DONE, "{error no}");
}

static void an_error_line_ends_the_stream_wherever_it_comes(void)
{
    STREAM("{\"error\":\"model 'x' not found\"}", "{error model 'x' not found}");
    STREAM("{\"message\":{\"content\":\"a\"}}\n"
           "{\"error\":\"an error was encountered while running the model: unexpected EOF\"}\n",
           "{text a}{error an error was encountered while running the model: unexpected EOF}");
    STREAM("{\"message\":{\"content\":\"a\"},\"error\":{\"message\":\"no\"},\"done\":true}\n",
           "{text a}{error no}");
}

static void an_error_may_be_json_in_a_string(void)
{
    STREAM("{\"error\":\"{\\\"error\\\":{\\\"code\\\":400,\\\"message\\\":\\\"too long\\\"}}\"}\n",
           "{error too long}");
}

static void an_error_that_tells_none_is_none(void)
{
    STREAM("{\"message\":{\"content\":\"a\"},\"error\":\"\"}\n{\"error\":null,\"message\":{"
           "\"content\":"
           "\"b\"}}\n{\"error\":false}\n" DONE,
           "{text a}{text b}{done stop}");
}

static void a_clean_end_without_done_is_cut(void)
{
    STREAM("{\"message\":{\"content\":\"a\"},\"done\":false}\n", "{text a}{cut}");
    STREAM("", "{cut}");
}

static void a_line_that_is_not_json_is_an_error_with_its_text(void)
{
    STREAM("{\"message\":{\"content\":\"a\"}}\nupstream  failed\r\n",
           "{text a}{stray upstream failed}{cut}");
    STREAM("<html><head><title>502 Bad Gateway</title></head>\n<body>x</body></html>\n",
           "{odd 502 Bad Gateway}");
    STREAM("{\"message\":{\"con", "{odd {\"message\":{\"con}");
    STREAM(DONE "junk\n", "{done stop}");
}

static void what_has_no_shape_is_passed_over(void)
{
    STREAM("[1]\n", "{cut}");
    STREAM("{\"message\":\"x\"}\n", "{stray x}{unread message}{cut}");
    STREAM("{\"message\":{\"content\":7}}\n", "{unread content}{cut}");
    STREAM("{\"message\":{\"tool_calls\":{}}}\n", "{unread tool_calls}{cut}");
    STREAM("7\nnull\n[]\n", "{cut}");
    STREAM("[{\"error\":\"no\"}]\n", "{error no}");
    STREAM("\"words\"\n", "{stray words}{cut}");
}

static void an_odd_answer_is_shown_in_short(void)
{
    char line[5000];
    memset(line, 'a', sizeof line);
    memcpy(line, "{\"x", 3);
    struct events x;
    events_init(&x, "ollama");
    events_run(&x, line, sizeof line, 0, sizeof line);
    CHECK(x.log.len > 200 && x.log.len < 300);
    events_finish(&x);
}

static void escapes_are_decoded_and_nul_and_lone_surrogates_replaced(void)
{
    STREAM("{\"message\":{\"content\":\"\\u003cb\\u003e\\u2028\"}}\n"
           "{\"message\":{\"content\":\"a\\u0000b\\\\u0000\"}}\n"
           "{\"message\":{\"content\":\"\\ud83e\\udd99 \\ud83e\"}}\n" DONE,
           "{text <b>\xE2\x80\xA8}{text a\xEF\xBF\xBD"
           "b\\u0000}"
           "{text \xF0\x9F\xA6\x99 \xEF\xBF\xBD}{done stop}");
}

static void raw_bytes_pass_as_they_are(void)
{
    STREAM("{\"message\":{\"content\":\"\xF0\x9F\xA6\x99 \x7F \xFF\t\"}}\n" DONE,
           "{text \xF0\x9F\xA6\x99 \x7F \xFF\t}{done stop}");
}

static void crlf_blank_lines_and_a_missing_last_newline_are_accepted(void)
{
    STREAM("{\"message\":{\"content\":\"a\"}}\r\n\r\n{\"done\":true,\"done_reason\":\"stop\"}",
           "{text a}{done stop}");
}

static void a_line_of_megabytes_is_one_text(void)
{
    static const char head[] = "{\"message\":{\"content\":\"", tail[] = "\"},\"done\":true}\n";
    size_t len = 8u << 20, all = sizeof head - 1 + len + sizeof tail - 1;
    char *data = xmalloc(all);
    memset(data, 'a', all);
    memcpy(data, head, sizeof head - 1);
    memcpy(data + all - (sizeof tail - 1), tail, sizeof tail - 1);
    struct events x;
    events_init(&x, "ollama");
    CHECK_INT(events_run(&x, data, all, 0, 16384), 0);
    CHECK_INT(x.count, 2);
    CHECK_INT(x.log.len, len + strlen("{text }{done }"));
    events_finish(&x);
    free(data);
}

static void tool_calls_are_given_as_json(void)
{
    STREAM(
        "{\"message\":{\"content\":\"\",\"tool_calls\":["
        "{\"id\":\"call_1\",\"function\":{\"index\":0,\"name\":\"read\",\"arguments\":{\"path\":"
        "\"a.c\",\"n\":[1,2]}}},{\"function\":{\"name\":\"list\"}}]},\"done\":true}\n",
        "{call {\"id\":\"call_1\",\"name\":\"read\",\"arguments\":{\"path\":\"a.c\",\"n\":[1,2]}}}"
        "{call {\"name\":\"list\",\"arguments\":{}}}{done }");
}

static void the_events_of_one_record_have_an_order(void)
{
    STREAM(
        "{\"message\":{\"thinking\":\"a\",\"content\":\"b\",\"tool_calls\":[{"
        "\"function\":{\"name\":\"f\"}}]},\"eval_count\":1,\"done\":true}\n",
        "{thinking a}{text b}{call {\"name\":\"f\",\"arguments\":{}}}{stats - 1 - - - -}{done }");
}

static void a_wrong_shape_costs_its_field(void)
{
    STREAM("{\"message\":{\"thinking\":7,\"content\":\"b\",\"tool_calls\":[{}]},\"done\":true}\n",
           "{unread thinking}{text b}{unread tool_calls}{done }");
}

static void check_recording(const char *path, const struct fixture *f)
{
    if (!f->is_lines) {
        return;
    }
    char *log = events_of_recording("ollama", f);
    CHECK(!strstr(log, "{error"));
    if (strstr(log, "{done") == NULL) {
        printf("%s: %s\n", path, log);
    }
    CHECK(strstr(log, "{done") != NULL);
    free(log);
}

static void recorded_streams_give_equal_events_however_cut(void)
{
    CHECK(fixture_each(check_recording) > 0);
}

static void a_recorded_chat_has_its_thinking_text_and_figures(void)
{
    struct fixture f;
    CHECK(fixture_load(&f, "ollama/chat-stream.http"));
    char *log = events_of_recording("ollama", &f);
    CHECK_TEXT(log,
               "{thinking Okay}{thinking ,}{thinking  so}{thinking  someone}{thinking  asks}"
               "{thinking  about}{thinking  something}{thinking  known}{thinking .}{thinking  "
               "Answer}{thinking  it}{thinking  shortly}{thinking .\n}{text A}{text  tab}{text "
               " moves}{text  the}{text  cursor}{text  to}{text  the}{text  next}{text  "
               "stop}{stats 12 24 550000 9591000 1006983 13535224}{done length}");
    free(log);
    fixture_finish(&f);
}

static void a_filled_gap_has_its_text_in_the_record(void)
{
    STREAM("{\"model\":\"m\",\"created_at\":\"2026-01-02T03:04:05Z\",\"response\":\"a(\",\"done\":"
           "false}\n{\"response\":\"\",\"done\":false}\n{\"response\":\"b)\",\"done\":false}\n"
           "{\"response\":\"\",\"done\":true,\"done_reason\":\"length\",\"context\":[1,2],"
           "\"prompt_eval_count\":12,\"eval_count\":2}\n",
           "{text a(}{text b)}{stats 12 2 - - - -}{done length}");
    STREAM("{\"response\":\"a\",\"thinking\":\"hm\"}\n{\"response\":\"b\",\"done\":true}\n",
           "{thinking hm}{text a}{text b}{done }");
    STREAM("{\"response\":7}\n", "{unread response}{cut}");
    STREAM("{\"response\":\"a\"}\n{\"error\":\"no\"}\n", "{text a}{error no}");
}

static void a_text_comes_with_the_probabilities_of_its_tokens(void)
{
    STREAM(
        "{\"response\":\"a\",\"logprobs\":[{\"token\":\"a\",\"logprob\":-0.25,\"top_logprobs\":[{"
        "\"token\":\"x\",\"logprob\":-9}]}]}\n"
        "{\"response\":\"bc\",\"logprobs\":[{\"logprob\":-0.5},{\"logprob\":-1}]}\n"
        "{\"response\":\"d\"}\n" DONE,
        "{text a, 1 token -0.250}{text bc, 2 token -1.500}{text d}{done stop}");
}

static void a_token_without_text_counts_for_the_next_text(void)
{
    STREAM("{\"response\":\"\",\"logprobs\":[{\"logprob\":-2}]}\n"
           "{\"response\":\"\xC3\xA9\",\"logprobs\":[{\"logprob\":-1}]}\n"
           "{\"response\":\"\",\"logprobs\":[{\"logprob\":-3}]}\n" DONE,
           "{text \xC3\xA9, 2 token -3.000}{done stop}");
}

static void probabilities_that_are_none_count_for_nothing(void)
{
    STREAM(
        "{\"response\":\"a\",\"logprobs\":[{\"logprob\":null},{},7,\"x\",{\"logprob\":-1e999}]}\n"
        "{\"response\":\"b\",\"logprobs\":{\"logprob\":-1}}\n"
        "{\"response\":\"c\",\"logprobs\":null}\n" DONE,
        "{text a, 1 token 7.000}{text b}{text c}{done stop}");
}

static void a_recorded_filled_gap_has_its_text_and_figures(void)
{
    struct fixture f;
    CHECK(fixture_load(&f, "ollama/gotemplate-generate-stream-suffix.http"));
    char *log = events_of_recording("ollama", &f);
    CHECK(strncmp(log, "{text \tif}{text  (!}{text t}{text )\n}", 37) == 0);
    CHECK(strstr(log, "{text data}{text );\n}{stats 14 24 988000 15485000 1232678 20323999}"
                      "{done length}") != NULL);
    free(log);
    fixture_finish(&f);
}

static void a_loaded_model_is_told_as_done(void)
{
    struct fixture f;
    CHECK(fixture_load(&f, "ollama/generate-load.http"));
    char *log = events_of_recording("ollama", &f);
    CHECK_TEXT(log, "{done load}");
    free(log);
    fixture_finish(&f);
}

static void a_gap_is_filled_by_prompt_and_suffix(void)
{
    struct fill fill = spec_fill("int a;\n", "int b", ";\n");
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\",\"options\":{\"num_predict\":64},\"prompt\":\"int a;\\nint "
         "b\",\"suffix\":"
         "\";\\n\",\"think\":false,\"stream\":true}");
}

/* An empty prompt would only load the model, an empty suffix begin a chat. */
static void prompt_and_suffix_are_never_empty(void)
{
    struct fill fill = spec_fill("", "", "");
    fill.path = "a.c";
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\",\"options\":{\"num_predict\":64},\"prompt\":\"\\n\",\"suffix\":\"\\n\","
         "\"think\":false,\"stream\":true}");
}

static void with_tokens_the_prompt_is_raw_and_there_is_no_suffix(void)
{
    static const struct fim_tokens tokens = {.prefix = "<P>", .suffix = "<S>", .middle = "<M>"};
    struct fill fill = spec_fill("a\n", "b", "");
    fill.tokens = &tokens;
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\",\"options\":{\"num_predict\":64},\"prompt\":\"<P>a\\n<S><M>b\",\"raw\":"
         "true,"
         "\"think\":false,\"stream\":true}");
}

static void how_to_generate_goes_with_the_users_options_and_wins(void)
{
    static const char *const stop[] = {"<E>", "<F>"};
    struct value keep = value_text("10m");
    struct fill fill = spec_fill("a", "", "b");
    fill.temperature = 0.5;
    fill.seed = 7;
    fill.logprobs = true;
    fill.keep_alive = &keep;
    FILL(&fill,
         "{\"num_ctx\":8192,\"num_predict\":-1,\"temperature\":1,\"top_k\":null,\"stop\":\"x\"}",
         NULL,
         "{\"model\":\"m\",\"options\":{\"num_ctx\":8192,\"stop\":[\"x\"],\"num_predict\":64,"
         "\"temperature\":0.5,\"seed\":7},\"keep_alive\":\"10m\",\"prompt\":\"a\",\"suffix\":\"b\","
         "\"think\":false,\"logprobs\":true,\"stream\":true}");
    fill = spec_fill("a", "", "b");
    fill.stop = stop;
    fill.stop_count = 2;
    FILL(&fill, "{\"stop\":\"x\"}", NULL,
         "{\"model\":\"m\",\"options\":{\"num_predict\":64,\"stop\":[\"<E>\",\"<F>\",\"x\"]},"
         "\"prompt\":"
         "\"a\",\"suffix\":\"b\",\"think\":false,\"stream\":true}");
    FILL(&fill, "{\"stop\":[\"x\",\"y\"]}", NULL,
         "{\"model\":\"m\",\"options\":{\"num_predict\":64,\"stop\":[\"<E>\",\"<F>\",\"x\",\"y\"]},"
         "\"prompt\":\"a\",\"suffix\":\"b\",\"think\":false,\"stream\":true}");
}

static void extra_wins_over_what_a_fill_says(void)
{
    struct fill fill = spec_fill("a", "", "b");
    FILL(&fill, "[]", "{\"think\":null,\"shift\":true,\"raw\":false,\"stream\":false}",
         "{\"model\":\"m\",\"options\":{\"num_predict\":64},\"prompt\":\"a\",\"suffix\":\"b\","
         "\"shift\":"
         "true,\"raw\":false,\"stream\":true}");
    FILL(&fill, "\"x\"", NULL, "why: request: options and extra must be tables of named fields");
    FILL(&fill, NULL, "[1]", "why: request: options and extra must be tables of named fields");
}

/* Other load options than a chat's would make Ollama load the model again. */
static void a_model_is_loaded_with_its_options_and_no_prompt(void)
{
    struct value keep = value_text("10m");
    struct fill fill = spec_fill("a", "", "b");
    fill.load = true;
    FILL(&fill, NULL, NULL, "{\"model\":\"m\",\"stream\":true}");
    fill.keep_alive = &keep;
    FILL(&fill, "{\"num_ctx\":8192}", "{\"shift\":true}",
         "{\"model\":\"m\",\"options\":{\"num_ctx\":8192},\"keep_alive\":\"10m\",\"shift\":true,"
         "\"stream\":"
         "true}");
}

static void a_fill_over_the_cap_is_too_big(void)
{
    static const char *const stop[] = {"<E>"};
    struct fill fill = spec_fill("a", "", "b");
    fill.stop = stop;
    fill.stop_count = 1;
    spec_check_fill_caps("generate", &fill);
}

static void the_body_has_what_the_spec_says(void)
{
    BODY("{\"model\":\"m\"," HI "}", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
                                     "\"content\":\"hi\"}],\"truncate\":false,\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"options\":{\"num_ctx\":8192,\"temperature\":0.5},\"think\":"
         "\"low\",\"keep_alive\":\"10m\",\"format\":\"json\",\"tools\":[{\"type\":\"function\"}]}",
         "{\"model\":\"m\"," SENT ",\"options\":{\"num_ctx\":8192,\"temperature\":0.5},\"think\":"
         "\"low\",\"keep_alive\":\"10m\",\"format\":\"json\",\"tools\":[{\"type\":\"function\"}],"
         "\"truncate\":false,\"stream\":true}");
    BODY("{\"model\":\"m\"," HI
         ",\"think\":false,\"keep_alive\":-1,\"format\":{\"type\":\"object\"}}",
         "{\"model\":\"m\"," SENT
         ",\"think\":false,\"keep_alive\":-1,\"format\":{\"type\":\"object\"},"
         "\"truncate\":false,\"stream\":true}");
}

static void an_empty_table_stands_for_no_options(void)
{
    BODY("{\"model\":\"m\"," HI ",\"options\":[],\"extra\":[],\"think\":null}",
         "{\"model\":\"m\"," SENT ",\"truncate\":false,\"stream\":true}");
}

static void a_stop_string_becomes_an_array(void)
{
    BODY("{\"model\":\"m\"," HI ",\"options\":{\"stop\":\"x\",\"seed\":1,\"top_k\":null}}",
         "{\"model\":\"m\"," SENT
         ",\"options\":{\"stop\":[\"x\"],\"seed\":1},\"truncate\":false,\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"options\":{\"stop\":[\"x\",\"y\"]}}",
         "{\"model\":\"m\"," SENT
         ",\"options\":{\"stop\":[\"x\",\"y\"]},\"truncate\":false,\"stream\":true}");
}

static void parts_are_joined_as_they_are(void)
{
    BODY("{\"model\":\"m\",\"messages\":["
         "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"a\"},"
         "{\"type\":\"text\",\"text\":\"\\nb\"}]},"
         "{\"role\":\"assistant\",\"parts\":[{\"type\":\"thinking\",\"text\":\"t\"},"
         "{\"type\":\"text\",\"text\":\"c\"},{\"type\":\"thinking\",\"text\":\"u\"}]}]}",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\\nb\"},"
         "{\"role\":\"assistant\",\"content\":\"c\"}],\"truncate\":false,\"stream\":true}");
}

static void what_another_service_signed_is_left_out(void)
{
    BODY("{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"parts\":["
         "{\"type\":\"thinking\",\"text\":\"t\",\"signature\":\"s\"},"
         "{\"type\":\"redacted\",\"data\":\"d\"},{\"type\":\"text\",\"text\":\"c\"}]}]}",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":\"c\"}],"
         "\"truncate\":false,\"stream\":true}");
}

#define PARTS(parts) "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"parts\":" parts "}]}"

#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define PNG(data) "{\"type\":\"image\",\"media\":\"image/png\",\"data\":\"" data "\"}"

static void images_stand_beside_a_content_that_is_a_text(void)
{
    BODY(PARTS("[" TEXT("a") "," PNG("QQ==") "," TEXT("b") "," PNG("Qg==") "]"),
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"ab\","
         "\"images\":[\"QQ==\",\"Qg==\"]}],\"truncate\":false,\"stream\":true}");
    BODY(PARTS("[" PNG("QQ==") "]"),
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\","
         "\"images\":[\"QQ==\"]}],\"truncate\":false,\"stream\":true}");
}

static void a_part_that_cannot_be_sent_is_named(void)
{
    BODY(PARTS("[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\"}]"),
         "why: request.messages: an image needs its media, such as \"image/png\"");
    BODY(PARTS("[{\"type\":\"image\",\"media\":\"text/html\",\"data\":\"QQ==\"}]"),
         "why: request.messages: an image needs its media, such as \"image/png\"");
    BODY(PARTS("[{\"type\":\"image\",\"media\":\"image/a\\\"b\",\"data\":\"QQ==\"}]"),
         "why: request.messages: an image needs its media, such as \"image/png\"");
    BODY(PARTS("[{\"type\":\"image\",\"media\":\"image/png\"}]"),
         "why: request.messages: an image needs a path, a string");
    BODY(PARTS("[{\"type\":\"image\",\"media\":\"image/png\",\"path\":\"/a\"}]"),
         "why: request.messages: a file in it was not read");
    BODY(PARTS("[{\"type\":\"kept\"}]"), "why: request.messages: a kept part needs a path");
    BODY(PARTS("[{\"type\":\"kept\",\"path\":\"/a\"}]"),
         "why: request.messages: a file in it was not read");
    BODY("{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"parts\":[{\"type\":\"image\","
         "\"media\":\"image/png\",\"data\":\"QQ==\"}]}]}",
         "why: request.messages: an image can only be in a message of the user");
    BODY(PARTS("[{\"type\":\"call\"}]"),
         "why: request.messages: a tool call cannot be sent to a model yet");
    BODY(PARTS("[{\"type\":\"result\"}]"),
         "why: request.messages: a tool result cannot be sent to a model yet");
    BODY(PARTS("[{\"type\":\"note\"}]"),
         "why: request.messages: a note cannot be sent to a model yet");
    BODY(PARTS("[{\"type\":\"dance\"}]"),
         "why: request.messages: a part is of a type that hum does not know");
    BODY(PARTS("[7]"), "why: request.messages: a part is of a type that hum does not know");
    BODY(PARTS("[{\"type\":\"text\"}]"), "why: request.messages: a part needs a text, a string");
    BODY(PARTS("[{\"type\":\"thinking\",\"text\":7}]"),
         "why: request.messages: a part needs a text, a string");
    BODY(PARTS("[{\"type\":\"redacted\"}]"),
         "why: request.messages: a redacted part needs its data");
    BODY(PARTS("[]"), "why: request.messages: each needs parts, a list");
    BODY(PARTS("\"a\""), "why: request.messages: each needs parts, a list");
}

static void extra_wins_but_cannot_turn_the_stream_off(void)
{
    BODY("{\"model\":\"m\"," HI ",\"keep_alive\":1,\"extra\":{\"keep_alive\":2,\"shift\":true,"
         "\"stream\":false,\"nothing\":null}}",
         "{\"model\":\"m\"," SENT
         ",\"truncate\":false,\"keep_alive\":2,\"shift\":true,\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":true,\"extra\":{\"think\":null}}",
         "{\"model\":\"m\"," SENT ",\"truncate\":false,\"stream\":true}");
}

static void a_wrong_spec_is_told_by_its_field(void)
{
    BODY("{" HI "}", "why: request.model must be a name");
    BODY("{\"model\":\"\"," HI "}", "why: request.model must be a name");
    BODY("{\"model\":7," HI "}", "why: request.model must be a name");
    BODY("7", "why: request.model must be a name");
    BODY("{\"model\":\"m\"}", "why: request.messages must be a list with at least one message");
    BODY("{\"model\":\"m\",\"messages\":[]}",
         "why: request.messages must be a list with at least one message");
    BODY("{\"model\":\"m\",\"messages\":[7]}",
         "why: request.messages: a role is \"user\", \"assistant\" or \"system\"");
    BODY("{\"model\":\"m\",\"messages\":[{\"role\":\"tool\"}]}",
         "why: request.messages: a role is \"user\", \"assistant\" or \"system\"");
    BODY("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}",
         "why: request.messages: each needs parts, a list");
    BODY("{\"model\":\"m\"," HI ",\"think\":\"loud\"}", "why: " WISH_WHY);
    BODY("{\"model\":\"m\"," HI ",\"options\":\"x\"}",
         "why: request: options and extra must be tables of named fields");
    BODY("{\"model\":\"m\"," HI ",\"extra\":[1]}",
         "why: request: options and extra must be tables of named fields");
}

static void text_from_a_buffer_is_made_valid(void)
{
    BODY("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"parts\":[{\"type\":\"text\","
         "\"text\":\"a\xFF\n\\u0001\"}]}]}",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
         "\"a\xEF\xBF\xBD\\n\\u0001\"}],"
         "\"truncate\":false,\"stream\":true}");
}

static void a_body_over_the_cap_is_too_big(void)
{
    cJSON *json =
        cJSON_Parse("{\"model\":\"m\"," HI ",\"options\":{\"seed\":1},\"extra\":{\"a\":1}}");
    struct value v = spec_value(json);
    int error = HUM_ETOOBIG;
    size_t cap = 0;
    struct buf body;
    const char *why = NULL;
    for (; error == HUM_ETOOBIG && cap < 1000; cap++) {
        buf_init(&body, cap);
        error = dialect_find("ollama")->chat->body(&v, NULL, &body, &why);
        CHECK(error != 0 || body.len == cap);
        buf_finish(&body);
    }
    CHECK_INT(error, 0);
    CHECK(cap > 50);
    spec_free(&v);
    cJSON_Delete(json);
}

int main(void)
{
    RUN(tokens_become_text_and_the_last_line_the_figures);
    RUN(a_reason_is_one_short_line);
    RUN(figures_that_are_zero_are_absent);
    RUN(durations_need_64_bits);
    RUN(created_at_may_have_any_form);
    RUN(the_done_object_may_hold_the_rest_of_the_text);
    RUN(thinking_comes_before_content_of_the_same_object);
    RUN(empty_chunks_are_no_events);
    RUN(nothing_follows_the_end);
    RUN(an_error_line_ends_the_stream_wherever_it_comes);
    RUN(an_error_may_be_json_in_a_string);
    RUN(an_error_that_tells_none_is_none);
    RUN(a_clean_end_without_done_is_cut);
    RUN(a_line_that_is_not_json_is_an_error_with_its_text);
    RUN(what_has_no_shape_is_passed_over);
    RUN(an_odd_answer_is_shown_in_short);
    RUN(escapes_are_decoded_and_nul_and_lone_surrogates_replaced);
    RUN(raw_bytes_pass_as_they_are);
    RUN(crlf_blank_lines_and_a_missing_last_newline_are_accepted);
    RUN(a_line_of_megabytes_is_one_text);
    RUN(tool_calls_are_given_as_json);
    RUN(the_events_of_one_record_have_an_order);
    RUN(a_wrong_shape_costs_its_field);
    RUN(recorded_streams_give_equal_events_however_cut);
    RUN(a_recorded_chat_has_its_thinking_text_and_figures);
    RUN(a_filled_gap_has_its_text_in_the_record);
    RUN(a_text_comes_with_the_probabilities_of_its_tokens);
    RUN(a_token_without_text_counts_for_the_next_text);
    RUN(probabilities_that_are_none_count_for_nothing);
    RUN(a_recorded_filled_gap_has_its_text_and_figures);
    RUN(a_loaded_model_is_told_as_done);
    RUN(a_gap_is_filled_by_prompt_and_suffix);
    RUN(prompt_and_suffix_are_never_empty);
    RUN(with_tokens_the_prompt_is_raw_and_there_is_no_suffix);
    RUN(how_to_generate_goes_with_the_users_options_and_wins);
    RUN(extra_wins_over_what_a_fill_says);
    RUN(a_model_is_loaded_with_its_options_and_no_prompt);
    RUN(a_fill_over_the_cap_is_too_big);
    RUN(the_body_has_what_the_spec_says);
    RUN(an_empty_table_stands_for_no_options);
    RUN(a_stop_string_becomes_an_array);
    RUN(parts_are_joined_as_they_are);
    RUN(what_another_service_signed_is_left_out);
    RUN(images_stand_beside_a_content_that_is_a_text);
    RUN(a_part_that_cannot_be_sent_is_named);
    RUN(extra_wins_but_cannot_turn_the_stream_off);
    RUN(a_wrong_spec_is_told_by_its_field);
    RUN(text_from_a_buffer_is_made_valid);
    RUN(a_body_over_the_cap_is_too_big);
    return check_report("ollama");
}
