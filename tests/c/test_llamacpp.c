#include "check.h"
#include "events.h"
#include "spec.h"

#define STREAM(data, wanted) \
    events_check(__FILE__, __LINE__, "infill", data, sizeof(data) - 1, wanted)
#define FILL(fill, options, extra, wanted) \
    spec_check_fill(__FILE__, __LINE__, "infill", fill, options, extra, wanted)

#define FIELDS "\"response_fields\":[\"content\",\"stop\",\"stop_type\",\"timings\"]"

static void content_becomes_text_and_the_last_event_the_figures(void)
{
    STREAM(
        "data: {\"index\":0,\"content\":\"a(\",\"tokens\":[1],\"stop\":false}\n\n"
        "data: {\"index\":0,\"content\":\"\",\"tokens\":[2],\"stop\":false}\n\n"
        "data: {\"index\":0,\"content\":\"b)\",\"tokens\":[3],\"stop\":false}\n\n"
        "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"timings\":{\"cache_n\":60,"
        "\"prompt_n\":5,\"prompt_ms\":6.159,\"predicted_n\":3,\"predicted_ms\":8.52}}\n\n",
        "{text a(}{text b)}{stats 65 3 6159000 8520000 - -, 60 cached}{done stop}");
}

static void the_last_event_may_have_text_and_no_figures(void)
{
    STREAM("data: {\"content\":\"a\",\"stop\":true}\n\n", "{text a}{done stop}");
    STREAM("data: {\"content\":\"a\",\"stop\":true,\"timings\":{\"prompt_n\":4}}\n\n",
           "{text a}{stats 4 - - - - -}{done stop}");
}

static void a_limit_is_told_as_length(void)
{
    STREAM("data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"limit\"}\n\n", "{done length}");
    STREAM("data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"word\"}\n\n", "{done stop}");
    STREAM("data: {\"content\":\"\",\"stop\":true,\"stop_type\":7}\n\n", "{done stop}");
}

static void a_text_comes_with_the_probabilities_of_its_tokens(void)
{
    STREAM(
        "data: {\"content\":\"a\",\"completion_probabilities\":[{\"token\":\"a\",\"logprob\":-0.25,"
        "\"top_logprobs\":[{\"logprob\":-9}]}],\"stop\":false}\n\n"
        "data: "
        "{\"content\":\"bc\",\"completion_probabilities\":[{\"logprob\":-1},{\"logprob\":-2}]}"
        "\n\ndata: {\"content\":\"d\",\"completion_probabilities\":[]}\n\n"
        "data: {\"content\":\"\",\"stop\":true}\n\n",
        "{text a, 1 token -0.250}{text bc, 2 token -3.000}{text d}{done stop}");
}

static void errors_are_told_wherever_they_come(void)
{
    STREAM("data: {\"content\":\"a\",\"stop\":false}\n\n"
           "error: {\"code\":500,\"message\":\"lost\"}\n\n",
           "{text a}{error lost}");
    STREAM("data: {\"error\":{\"code\":500,\"message\":\"lost\"}}\n\n", "{error lost}");
    STREAM("{\"error\":{\"code\":501,\"message\":\"Infill is not supported by this model\"}}",
           "{error Infill is not supported by this model}");
    STREAM("<html><title>502 Bad Gateway</title></html>\n", "{odd 502 Bad Gateway}");
    STREAM("data: oops\n\n", "{stray oops}{cut}");
    STREAM("data: {\"content\":7}\n\n", "{unread content}{cut}");
}

static void a_clean_end_without_stop_is_cut(void)
{
    STREAM("data: {\"content\":\"a\",\"stop\":false}\n\n", "{text a}{cut}");
    STREAM("", "{cut}");
}

static void nothing_follows_the_end(void)
{
    STREAM("data: {\"content\":\"a\",\"stop\":true}\n\ndata: {\"content\":\"late\"}\n\n",
           "{text a}{done stop}");
}

static void check_recording(const char *path, const struct fixture *f)
{
    (void)path;
    if (!f->is_events) {
        return;
    }
    char *log = events_of_recording("infill", f);
    CHECK(!strstr(log, "{error") || strstr(log, "[DONE]"));
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
    char *log = events_of_recording("infill", &f);
    check_texts(__FILE__, line, path, log, wanted);
    free(log);
    fixture_finish(&f);
}

static void recorded_filled_gaps_have_their_events(void)
{
    check_events(__LINE__, "llama-server/infill-stream.http",
                 "{text \tif}{text  (!}{text t}{text )\n}{text \t}{text \tif}{text  (}{text n}"
                 "{text  <=}{text  }{text 0}{text )\n}{text \t\t}{text \treturn}{text  -}{text 1}"
                 "{text ;\n}{text \t}{text }\n}{text \tmemcpy}{text (b}{text ->}{text data}"
                 "{text );\n}{text \tmemset}{text (t}{text ,}{text  }{text 0}{text ;\n}"
                 "{stats 65 31 6159000 8520000 - -, 0 cached}{done stop}");
    check_events(__LINE__, "llama-server/infill.http",
                 "{text \tif (!t)\n\t\tif (n <= 0)\n\t\t\treturn -1;\n\t}\n\tmemcpy(b->data);\n"
                 "\tmemset(t, 0;\n}{stats 35 31 1226000 6469000 - -, 22 cached}{done stop}");
    check_events(__LINE__, "llama-server/infill-no-predict.http",
                 "{text \t}{stats 28 1 707000 1000 - -, 23 cached}{done length}");
    check_events(__LINE__, "llama-server/infill-stream-probs.http",
                 "{text {\n, 1 token -1.035}{text \tif, 1 token -0.174}{text  (, 1 token -0.433}"
                 "{text b, 1 token -1.299}{text ->, 1 token -0.209}{text len, 1 token -0.001}"
                 "{text  +, 1 token -0.019}{text  n, 1 token -0.001}"
                 "{stats 77 8 130585000 16096000 - -, 76 cached}{done length}");
    check_events(__LINE__, "llama-server/completion-stream-probs.http",
                 "{text )\n, 1 token -0.015}{text {\n, 1 token -0.016}{text \tif, 1 token -0.619}"
                 "{text  (, 1 token -0.414}{stats 3 4 729000 1205000 - -, 0 cached}{done length}");
    /* Its last event was asked for without "stop". */
    check_events(__LINE__, "llama-server/infill-stream-vim-fields.http",
                 "{text \tif}{text  (!}{text l}{text )\n}{cut}");
}

static void a_gap_is_filled_by_prefix_prompt_and_suffix(void)
{
    struct fill fill = spec_fill("int a;\n", "int b", ";\n");
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\",\"input_extra\":[],\"input_prefix\":\"int "
         "a;\\n\",\"input_suffix\":\";\\n\","
         "\"prompt\":\"int b\",\"n_predict\":64,\"cache_prompt\":true," FIELDS ",\"stream\":true}");
    fill.path = "src/a.c";
    fill.comment = "// %s";
    fill.model = NULL;
    FILL(
        &fill, NULL, NULL,
        "{\"input_extra\":[],\"input_prefix\":\"// src/a.c\\nint a;\\n\",\"input_suffix\":\";\\n\","
        "\"prompt\":\"int b\",\"n_predict\":64,\"cache_prompt\":true," FIELDS ",\"stream\":true}");
}

static void texts_may_be_empty(void)
{
    struct fill fill = {.max_tokens = 1, .temperature = -1, .seed = -1};
    FILL(&fill, NULL, NULL,
         "{\"input_extra\":[],\"input_prefix\":\"\",\"input_suffix\":\"\",\"prompt\":\"\",\"n_"
         "predict\":1,"
         "\"cache_prompt\":true," FIELDS ",\"stream\":true}");
}

static void chunks_are_extra_files(void)
{
    static const struct chunk chunks[] = {{"a.h", "int a;\n", 7}, {"b.h", "\"b\"\n", 4}};
    static const struct chunk *const all[] = {&chunks[0], &chunks[1]};
    struct fill fill = spec_fill("", "", "");
    fill.chunks = all;
    fill.chunk_count = 2;
    fill.comment = "// %s";
    FILL(&fill, NULL, NULL,
         "{\"model\":\"m\",\"input_extra\":[{\"filename\":\"a.h\",\"text\":\"int "
         "a;\\n\"},{\"filename\":\"b.h\","
         "\"text\":\"\\\"b\\\"\\n\"}],\"input_prefix\":\"\",\"input_suffix\":\"\",\"prompt\":\"\","
         "\"n_predict\":64,"
         "\"cache_prompt\":true," FIELDS ",\"stream\":true}");
}

static void a_fill_wins_over_options_and_extra_over_both(void)
{
    static const char *const stop[] = {"<E>"};
    struct fill fill = spec_fill("a", "b", "c");
    fill.temperature = 0;
    fill.seed = 7;
    fill.logprobs = true;
    fill.stop = stop;
    fill.stop_count = 1;
    FILL(&fill, "{\"top_k\":40,\"n_predict\":-1,\"stop\":\"x\"}",
         "{\"t_max_predict_ms\":500,\"response_fields\":null}",
         "{\"model\":\"m\",\"top_k\":40,\"input_extra\":[],\"input_prefix\":\"a\",\"input_suffix\":"
         "\"c\","
         "\"prompt\":\"b\",\"n_predict\":64,\"temperature\":0,\"seed\":7,\"stop\":[\"<E>\",\"x\"],"
         "\"cache_prompt\":true,\"n_probs\":1,\"t_max_predict_ms\":500,\"stream\":true}");
    FILL(&fill, NULL, "7", "why: request: options and extra must be tables of named fields");
}

static void a_fill_over_the_cap_is_too_big(void)
{
    static const struct chunk chunk = {"a.h", "int a;\n", 7};
    static const struct chunk *const all[] = {&chunk};
    struct fill fill = spec_fill("a", "b", "c");
    fill.chunks = all;
    fill.chunk_count = 1;
    spec_check_fill_caps("infill", &fill);
}

int main(void)
{
    RUN(content_becomes_text_and_the_last_event_the_figures);
    RUN(the_last_event_may_have_text_and_no_figures);
    RUN(a_limit_is_told_as_length);
    RUN(a_text_comes_with_the_probabilities_of_its_tokens);
    RUN(errors_are_told_wherever_they_come);
    RUN(a_clean_end_without_stop_is_cut);
    RUN(nothing_follows_the_end);
    RUN(recorded_streams_give_equal_events_however_cut);
    RUN(recorded_filled_gaps_have_their_events);
    RUN(a_gap_is_filled_by_prefix_prompt_and_suffix);
    RUN(texts_may_be_empty);
    RUN(chunks_are_extra_files);
    RUN(a_fill_wins_over_options_and_extra_over_both);
    RUN(a_fill_over_the_cap_is_too_big);
    return check_report("llamacpp");
}
