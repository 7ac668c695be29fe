/* The dialect of /v1/messages: events out of streams, bodies out of specs. */
#include "events.h"
#include "server/endpoint.h"
#include "server/learned.h"
#include "server/level.h"
#include "server/refusal.h"
#include "spec.h"

#define STREAM(data, wanted) \
    events_check(__FILE__, __LINE__, "anthropic", data, sizeof(data) - 1, wanted)
#define BODY(spec, wanted) spec_check(__FILE__, __LINE__, "anthropic", spec, wanted)

#define E(json) "data: " json "\n\n"
#define START                                                                                      \
    E("{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"content\":[]," \
      "\"stop_reason\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}")
#define BEGIN(index, block) \
    E("{\"type\":\"content_block_start\",\"index\":" index ",\"content_block\":{" block "}}")
#define TEXT_BEGINS(index) BEGIN(index, "\"type\":\"text\",\"text\":\"\"")
#define DELTA(index, delta) \
    E("{\"type\":\"content_block_delta\",\"index\":" index ",\"delta\":{" delta "}}")
#define TEXT(index, text) DELTA(index, "\"type\":\"text_delta\",\"text\":\"" text "\"")
#define THINKING(index, text) DELTA(index, "\"type\":\"thinking_delta\",\"thinking\":\"" text "\"")
#define SIGNATURE(index, text) \
    DELTA(index, "\"type\":\"signature_delta\",\"signature\":\"" text "\"")
#define ENDS(index) E("{\"type\":\"content_block_stop\",\"index\":" index "}")
#define REASON(reason)                                                 \
    E("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":" reason \
      ",\"stop_sequence\":null},\"usage\":{\"output_tokens\":5}}")
#define STOP E("{\"type\":\"message_stop\"}")
#define END REASON("\"end_turn\"") STOP
#define GOOD "{stats 9 5 - - - -}{done end_turn}"
#define BEGUN "{stats 9 - - - - -}"

static void deltas_become_text(void)
{
    STREAM(START TEXT_BEGINS("0") TEXT("0", "Hi ") TEXT("0", "you") ENDS("0") END,
           BEGUN "{text Hi }{text you}" GOOD);
}

static void what_is_no_event_of_ours_is_passed_over(void)
{
    STREAM("event: ping\n" E("{\"type\":\"ping\"}") START E("{\"type\":\"solar_flare\",\"x\":1}")
               TEXT_BEGINS("0") "event: odd\n" E("5") E("null") E("[1]") E("{}") TEXT("0", "a")
                   DELTA("0", "\"type\":\"new_delta\",\"text\":\"b\"")
                       BEGIN("1", "\"type\":\"new_block\",\"text\":\"c\"") E("[DONE]")
                           END E("[DONE]"),
           BEGUN "{text a}{unread new_delta}{unread new_block}" GOOD);
}

static void the_type_may_stand_in_the_events_name_alone(void)
{
    STREAM(
        "event: content_block_delta\n" E("{\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}") E(
            "{\"delta\":{\"type\":\"text_delta\",\"text\":\"b\"}}") "data: {\"delta\":{"
                                                                    "\"stop_reason\":\"end_turn\"}}"
                                                                    "\nevent: message_delta\n\n"
                                                                    "event: message_stop\n" E("{}"),
        "{text a}{text b}{done end_turn}");
    STREAM("event: message\n" TEXT("0", "a") "event: message\n" END,
           "{text a}{stats - 5 - - - -}{done end_turn}");
}

static void nothing_has_to_begin_or_end(void)
{
    STREAM(TEXT("0", "a") END, "{text a}{stats - 5 - - - -}{done end_turn}");
    STREAM(START BEGIN("0", "\"type\":\"text\",\"text\":\"a\"") TEXT("0", "b") END,
           BEGUN "{text a}{text b}" GOOD);
    STREAM(START TEXT("0", "a") REASON("\"end_turn\""), BEGUN "{text a}" GOOD);
    STREAM(START TEXT("0", "a") REASON("null") STOP, BEGUN "{text a}{stats 9 5 - - - -}{done }");
    STREAM(START TEXT("0", "a") ENDS("0") ENDS("7"), BEGUN "{text a}{cut}");
    STREAM("", "{cut}");
}

static void a_signed_thought_is_given_when_it_is_complete(void)
{
    STREAM(START BEGIN("0", "\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"")
               THINKING("0", "Let me ") THINKING("0", "see.") SIGNATURE("0", "c2")
                   SIGNATURE("0", "ln") ENDS("0") TEXT_BEGINS("1") TEXT("1", "a") ENDS("1") END,
           BEGUN
           "{thinking Let me }{thinking see.}{thought Let me see., signed c2ln}{text a}" GOOD);
    /* Some are not shown, */
    STREAM(START BEGIN("0", "\"type\":\"thinking\",\"thinking\":\"\"") THINKING("0", "")
               SIGNATURE("0", "s") ENDS("0") TEXT("1", "a") END,
           BEGUN "{thought , signed s}{text a}" GOOD);
    /* not signed, */
    STREAM(START THINKING("0", "hm") ENDS("0") TEXT("1", "a") END,
           BEGUN "{thinking hm}{text a}" GOOD);
    /* or not to be read by anybody. */
    STREAM(START BEGIN("0", "\"type\":\"redacted_thinking\",\"data\":\"xyz\"") ENDS("0")
               TEXT("1", "a") END,
           BEGUN "{thought xyz}{text a}" GOOD);
}

static void blocks_may_overlap(void)
{
    STREAM(START BEGIN("0", "\"type\":\"thinking\",\"thinking\":\"\"") THINKING("0", "a")
               TEXT_BEGINS("2") TEXT("2", "b") THINKING("0", "c") SIGNATURE("0", "s") ENDS("0")
                   TEXT("2", "d") ENDS("2") END,
           BEGUN "{thinking a}{text b}{thinking c}{thought ac, signed s}{text d}" GOOD);
    STREAM(START THINKING("0", "a") SIGNATURE("0", "s") TEXT("1", "b") END,
           BEGUN "{thinking a}{text b}{stats 9 5 - - - -}{thought a, signed s}{done end_turn}");
    /* A block that begins ends one of its index. */
    STREAM(BEGIN("0", "\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"a\"")
               BEGIN("0", "\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"b\"") END,
           "{call {\"id\":\"t\",\"name\":\"a\",\"arguments\":{}}}{stats - 5 - - - -}"
           "{call {\"id\":\"u\",\"name\":\"b\",\"arguments\":{}}}{done end_turn}");
    /* Without an index a delta belongs to what was begun last. */
    STREAM(E("{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"thinking\"}}")
               E("{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\","
                 "\"thinking\":\"a\"}}")
                   E("{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"signature_delta\","
                     "\"signature\":\"s\"}}") E("{\"type\":\"content_block_stop\"}")
                       E("{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\","
                         "\"text\":\"b\"}}") E("{\"type\":\"content_block_stop\"}") END,
           "{thinking a}{thought a, signed s}{text b}{stats - 5 - - - -}{done end_turn}");
}

static void tools_are_named(void)
{
    STREAM(START BEGIN("0", "\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"tides\",\"input\":{}")
               DELTA("0", "\"type\":\"input_json_delta\",\"partial_json\":\"\"")
                   DELTA("0", "\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"port\\\":\"")
                       DELTA("0", "\"type\":\"input_json_delta\",\"partial_json\":\" 7}\"")
                           ENDS("0") REASON("\"tool_use\"") STOP,
           BEGUN "{call {\"id\":\"t1\",\"name\":\"tides\",\"arguments\":{\"port\": 7}}}"
                 "{stats 9 5 - - - -}{done tool_use}");
    STREAM(START BEGIN("0", "\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"tides\",\"input\":{}")
               ENDS("0") END,
           BEGUN "{call {\"id\":\"t1\",\"name\":\"tides\",\"arguments\":{}}}" GOOD);
    STREAM(START BEGIN("0", "\"type\":\"server_tool_use\",\"name\":\"web_search\",\"input\":{"
                            "\"query\":\"q\"}") ENDS("0")
               BEGIN("1", "\"type\":\"web_search_tool_result\",\"content\":[{\"x\":\"eHh4\"}]")
                   ENDS("1") TEXT("2", "a") END,
           BEGUN "{call {\"name\":\"web_search\",\"arguments\":{\"query\":\"q\"}}}{text a}" GOOD);
    STREAM(DELTA("0", "\"type\":\"input_json_delta\",\"partial_json\":\"{no\"") ENDS("0") END,
           "{call {\"name\":\"?\",\"arguments\":\"{no\"}}{stats - 5 - - - -}{done end_turn}");
}

static void sources_are_named_once_behind_the_text(void)
{
    STREAM(START TEXT("0", "The sea ")
               BEGIN("1", "\"type\":\"text\",\"text\":\"\",\"citations\":[]") TEXT("1", "is salt")
                   DELTA("1", "\"type\":\"citations_delta\",\"citation\":{\"type\":"
                              "\"char_location\",\"document_title\":\"Book\\nof Tides\"}")
                       DELTA("1", "\"type\":\"citations_delta\",\"citation\":{\"type\":"
                                  "\"char_location\",\"document_title\":\"Book\\nof Tides\"}")
                           DELTA("1", "\"type\":\"citations_delta\",\"citation\":{\"url\":"
                                      "\"https://a.example\",\"title\":\"A\"}")
                               DELTA("1", "\"type\":\"citations_delta\",\"citation\":{}")
                                   TEXT("2", " at noon.") END,
           BEGUN "{text The sea }{text is salt}{text  at noon.}{stats 9 5 - - - -}{text \n\n"
                 "Sources:\n\n- Book of Tides\n- A, https://a.example\n- a document of the "
                 "request\n}{done end_turn}");
}

static void a_whole_message_is_read_too(void)
{
    STREAM("{\"type\":\"message\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\","
           "\"signature\":\"s\"},{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":"
           "\"max_tokens\",\"usage\":{\"input_tokens\":2,\"output_tokens\":3}}",
           "{thinking hm}{text a}{stats 2 3 - - - -}{thought hm, signed s}{done max_tokens}");
    STREAM("{\"type\":\"message\",\"content\":\"a\",\"stop_reason\":null}", "{text a}{done }");
}

static void usage_adds_up(void)
{
    STREAM(E("{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":100,"
             "\"cache_creation_input_tokens\":900,\"cache_read_input_tokens\":9000,"
             "\"output_tokens\":1}}}")
               E("{\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":3,"
                 "\"input_tokens\":null}}")
                   E("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                     "\"usage\":{\"output_tokens\":7}}") STOP,
           "{stats 10000 - - - - -, 9000 cached}{stats 10000 3 - - - -, 9000 cached}"
           "{stats 10000 7 - - - -, 9000 cached}{done end_turn}");
}

static void a_reason_comes_with_its_details(void)
{
    STREAM(TEXT("0", "a") E("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\","
                            "\"stop_details\":{\"category\":\"x\",\"explanation\":\"Storms.\"}}}")
               STOP,
           "{text a}{done refusal, Storms.}");
    STREAM(TEXT("0", "a") E("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\","
                            "\"stop_details\":{\"explanation\":\"Storms\\n\\n of\\tall kinds.\"}}}")
               STOP,
           "{text a}{done refusal, Storms of all kinds.}");
}

static void an_error_ends_the_stream(void)
{
    static const char overloaded[] = "{error Overloaded}";
    STREAM("event: error\n" E("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                              "\"message\":\"Overloaded\"}}") STOP,
           overloaded);
    STREAM(START TEXT("0", "a") E("{\"type\":\"error\",\"error\":{\"message\":\"Overloaded\"}}")
               END,
           BEGUN "{text a}{error Overloaded}");
    STREAM(E("{\"type\":\"error\",\"message\":\"Overloaded\"}"), overloaded);
    STREAM("event: error\n" E("{\"message\":\"Overloaded\"}"), overloaded);
    STREAM("{\"error\":{\"message\":\"Overloaded\"}}", overloaded);
    STREAM("{\"type\":\"error\",\"error\":\"Overloaded\"}", overloaded);
    STREAM("event: error\ndata: Overloaded\n\n", overloaded);
    STREAM("data: Overloaded\n\n", "{stray Overloaded}{cut}");
    STREAM("event: error\n" E("{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}"),
           overloaded);
    STREAM("{\"detail\":\"Overloaded\"}", "{stray Overloaded}{unread detail}{cut}");
    STREAM("event: message\n" E("{\"type\":\"ping\"}") TEXT("0", "a") END,
           "{text a}{stats - 5 - - - -}{done end_turn}");
    STREAM(START E("{\"type\":"), BEGUN "{odd {\"type\":}");
    STREAM(TEXT("0", "a") E("{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\","
                            "\"text\":7}}"),
           "{text a}{unread text}{cut}");
}

static void another_api_is_read_as_what_it_is(void)
{
    STREAM(E("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}") E("[DONE]"),
           "{unread records of the dialect 'openai'}{text a}{done }");
    STREAM(E("{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"),
           "{unread records of the dialect 'openai'}{text a}{done stop}");
    STREAM(E("{\"message\":{\"content\":\"a\"},\"done\":false}"),
           "{unread records of the dialect 'ollama'}{text a}{cut}");
}

static void too_many_open_blocks_are_an_error(void)
{
    struct buf data;
    buf_init(&data, LIMIT_MESSAGE);
    for (int i = 0; i < 70; i++) {
        buf_printf(&data,
                   "data: {\"type\":\"content_block_start\",\"index\":%d,"
                   "\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}\n\n",
                   i);
    }
    struct events x;
    events_init(&x, "anthropic");
    CHECK_INT(events_run(&x, data.data, data.len, data.len, 1), 0);
    CHECK_TEXT(x.log.data, "{error the reply has too many parts at once}");
    events_finish(&x);
    buf_finish(&data);
}

static void an_index_may_be_any_number(void)
{
#define FIRST                                                                                   \
    "data: {\"type\":\"content_block_start\",\"index\":9223372036854774784,\"content_block\":{" \
    "\"type\":\"thinking\",\"thinking\":\"a\",\"signature\":\"x\"}}\n\n"
    struct buf data;
    buf_init(&data, LIMIT_MESSAGE);
    buf_add_str(&data, FIRST);
    for (int i = 0; i < 1100; i++) {
        buf_add_str(&data, "data: {\"type\":\"content_block_start\",\"content_block\":{}}\n\n");
    }
    buf_add_str(&data, STOP);
    struct events x;
    events_init(&x, "anthropic");
    CHECK_INT(events_run(&x, data.data, data.len, data.len, 1), 0);
    CHECK_TEXT(x.log.data, "{thinking a}{thought a, signed x}{done }");
    events_finish(&x);
    buf_finish(&data);
}

/* ---- recordings ---------------------------------------------------------------- */

static void check_recording(const char *path, const struct fixture *f)
{
    (void)path;
    if (f->is_events) {
        free(events_of_recording("anthropic", f));
    }
}

static void recorded_streams_give_equal_events_however_cut(void)
{
    CHECK(fixture_each(check_recording) > 0);
}

static void check_events(const char *path, const char *wanted)
{
    struct fixture f;
    CHECK(fixture_load(&f, path));
    char *log = events_of_recording("anthropic", &f);
    check_texts(__FILE__, __LINE__, path, log, wanted);
    free(log);
    fixture_finish(&f);
}

static void recorded_messages_have_their_events(void)
{
    check_events("llama-server/anthropic-messages-stream.http",
                 "{stats 12 - - - - -, 10 cached}{thinking Hm}{thinking .}{thinking  Okay}"
                 "{thinking ,}{thinking  what}{thinking  was}{thinking  asked}{thinking  before}"
                 "{thinking ?}{thinking  Nothing}{thinking .}{thinking  Answer}{thinking  it}"
                 "{thinking  shortly}{thinking .\n}{text There}{text  are}{text  three}{text  "
                 "steps}{text :\n\n}"
                 "{text 1}{text .}{stats 12 24 - - - -, 10 cached}{done max_tokens}");
}

static void a_recorded_message_cut_off_anywhere_is_never_done(void)
{
    struct fixture f;
    CHECK(fixture_load(&f, "llama-server/anthropic-messages-stream.http"));
    size_t reason = (size_t)(strstr(f.body.data, "\"max_tokens\"") - f.body.data);
    struct events x;
    events_init(&x, "anthropic");
    for (size_t len = 0; len < reason; len += 13) {
        CHECK_INT(events_run(&x, f.body.data, len, 0, len), 0);
        CHECK(strstr(x.log.data, "{done") == NULL);
    }
    events_finish(&x);
    fixture_finish(&f);
}

/* ---- bodies -------------------------------------------------------------------- */

#define SAYS(role, text) \
    "{\"role\":\"" role "\",\"parts\":[{\"type\":\"text\",\"text\":\"" text "\"}]}"
#define SPEC(messages) "{\"model\":\"m\",\"messages\":[" messages "]}"
#define HI "\"messages\":[" SAYS("user", "hi") "]"
#define MARK ",\"cache_control\":{\"type\":\"ephemeral\"}"
#define BLOCK(text) "{\"type\":\"text\",\"text\":\"" text "\""
#define SENT "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("hi") MARK "}]}]"
#define MODEL "{\"model\":\"m\",\"max_tokens\":8192,"

static void the_body_has_what_the_spec_says_and_a_limit(void)
{
    BODY("{\"model\":\"m\"," HI "}", MODEL SENT ",\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"max_tokens\":300}",
         "{\"model\":\"m\",\"max_tokens\":300," SENT ",\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"max_tokens\":300,\"keep_alive\":\"5m\",\"options\":{"
         "\"max_tokens\":77,\"temperature\":0.2},\"extra\":{\"stream\":false,\"top_k\":null}}",
         "{\"model\":\"m\"," SENT ",\"max_tokens\":77,\"temperature\":0.2,\"stream\":true}");
}

static void the_system_stands_on_top(void)
{
    BODY(SPEC(SAYS("system", "Be brief.") "," SAYS("user", "hi") "," SAYS("system", "Now.")),
         MODEL "\"system\":[" BLOCK("Be brief.\\n\\nNow.") MARK "}]," SENT ",\"stream\":true}");
    BODY(SPEC(SAYS("system", " ") "," SAYS("user", "hi")), MODEL SENT ",\"stream\":true}");
}

static void roles_alternate_and_the_user_begins(void)
{
    BODY(SPEC(SAYS("user", "a") "," SAYS("user", "b") "," SAYS("assistant", "c") "," SAYS(
             "user", "d") "," SAYS("assistant", "e") "," SAYS("user", "f")),
         MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("a") "}," BLOCK(
             "b") "}]},"
                  "{\"role\":\"assistant\",\"content\":[" BLOCK(
                      "c") "}]},"
                           "{\"role\":\"user\",\"content\":[" BLOCK("d") MARK
         "}]},"
         "{\"role\":\"assistant\",\"content\":[" BLOCK(
             "e") "}]},"
                  "{\"role\":\"user\",\"content\":[" BLOCK("f") MARK "}]}],\"stream\":true}");
    BODY(SPEC(SAYS("assistant", "a") "," SAYS("user", "b")),
         MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("Begin.") MARK
         "}]},"
         "{\"role\":\"assistant\",\"content\":[" BLOCK(
             "a") "}]},"
                  "{\"role\":\"user\",\"content\":[" BLOCK("b") MARK "}]}],\"stream\":true}");
}

static void nothing_empty_is_sent(void)
{
    BODY(SPEC(SAYS("user", "a") "," SAYS("assistant", " \\n") "," SAYS("user", "b")),
         MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("a") "}," BLOCK("b") MARK
         "}]}],\"stream\":true}");
    BODY(SPEC(SAYS("user", "")), "why: request.messages: there is no text in them");
    BODY(SPEC(SAYS("system", "a")), "why: request.messages: there is no text in them");
}

static void signed_thoughts_go_back_in_front_of_the_text(void)
{
    BODY(SPEC(SAYS(
             "user",
             "a") ",{\"role\":\"assistant\",\"parts\":["
                  "{\"type\":\"thinking\",\"text\":\"t\",\"signature\":\"s\"},"
                  "{\"type\":\"redacted\",\"data\":\"d\"},{\"type\":\"thinking\",\"text\":\"u\"},"
                  "{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"text\",\"text\":\"c\"}]}," SAYS(
                      "user", "d")),
         MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("a") MARK
         "}]},"
         "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\","
         "\"signature\":\"s\"},{\"type\":\"redacted_thinking\",\"data\":\"d\"}," BLOCK(
             "bc") "}]},{\"role\":\"user\",\"content\":[" BLOCK("d") MARK "}]}],\"stream\":true}");
}

static void thinking_is_asked_for_in_the_newer_form(void)
{
    BODY("{\"model\":\"m\"," HI ",\"think\":true}",
         MODEL SENT ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},"
                    "\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":\"high\"}",
         MODEL SENT ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},"
                    "\"output_config\":{\"effort\":\"high\"},\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":false}",
         MODEL SENT ",\"thinking\":{\"type\":\"disabled\"},\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":true,\"options\":{\"thinking\":{\"type\":\"x\"}}}",
         MODEL SENT ",\"thinking\":{\"type\":\"x\"},\"stream\":true}");
    BODY("{\"model\":\"m\"," HI ",\"think\":\"loud\"}", "why: " WISH_WHY);
}

/* The body of a spec for a model that has refused some things: errors, as its server has sent
 * them, to requests with these bodies. */
static void check_learned(int line, const char *const refused[][2], const char *spec,
                          const char *wanted)
{
    static const struct endpoint e = {.hash = 7};
    struct buf told, body;
    buf_init(&told, 1000);
    buf_init(&body, 4000);
    learned_forget(NULL);
    for (size_t i = 0; refused[i][0] != NULL; i++) {
        const struct refusal_facts facts = {
            .status = 400,
            .error = refused[i][0],
            .error_len = strlen(refused[i][0]),
            .text = refused[i][0],
            .body = refused[i][1],
            .body_len = strlen(refused[i][1]),
            .refusals = dialect_anthropic.chat->refusals,
        };
        CHECK(refusal_read(&e, "m", &facts, &told));
    }
    cJSON *json = cJSON_Parse(spec);
    struct value v = spec_value(json);
    const char *why = NULL;
    const struct learned known = learned_of(&e, "m");
    CHECK_INT(dialect_anthropic.chat->body(&v, &known, &body, &why), 0);
    check_texts(__FILE__, line, "body", body.data, wanted);
    spec_free(&v);
    cJSON_Delete(json);
    learned_forget(NULL);
    buf_finish(&told);
    buf_finish(&body);
}

#define ADAPTIVE "adaptive thinking is not supported on this model"
#define BUDGET "thinking.type.enabled: budget_tokens is not supported for this model"
#define ASKED(type) "{\"thinking\":{\"type\":\"" type "\"},\"output_config\":{}}"
#define THINKS(think) "{\"model\":\"m\"," HI ",\"think\":" think "}"

static void what_was_refused_is_not_sent_again(void)
{
    static const char *const adaptive[][2] = {{ADAPTIVE, ASKED("adaptive")}, {0}};
    check_learned(__LINE__, adaptive, THINKS("true"),
                  MODEL SENT ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4096},"
                             "\"stream\":true}");
    check_learned(__LINE__, adaptive, THINKS("\"low\""),
                  MODEL SENT ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},"
                             "\"stream\":true}");
    check_learned(__LINE__, adaptive,
                  "{\"model\":\"m\"," HI ",\"think\":true,\"options\":{\"max_tokens\":900}}",
                  "{\"model\":\"m\"," SENT ",\"max_tokens\":900,\"stream\":true}");
    static const char *const both[][2] = {
        {ADAPTIVE, ASKED("adaptive")}, {BUDGET, ASKED("enabled")}, {0}};
    check_learned(__LINE__, both, THINKS("true"), MODEL SENT ",\"stream\":true}");
    static const char *const display[][2] = {
        {"thinking.display: unknown field", ASKED("adaptive\",\"display\":\"summarized")}, {0}};
    check_learned(__LINE__, display, THINKS("true"),
                  MODEL SENT ",\"thinking\":{\"type\":\"adaptive\"},\"stream\":true}");
    static const char *const effort[][2] = {
        {"This model does not support the effort parameter.", ASKED("adaptive")}, {0}};
    check_learned(__LINE__, effort, THINKS("\"high\""),
                  MODEL SENT ",\"thinking\":{\"type\":\"adaptive\",\"display\":"
                             "\"summarized\"},\"stream\":true}");
    static const char *const off[][2] = {
        {"thinking.type: disabled is not supported", ASKED("disabled")}, {0}};
    check_learned(__LINE__, off, THINKS("false"), MODEL SENT ",\"stream\":true}");
    static const char *const limit[][2] = {
        {"max_tokens: 8192 > 4096, which is the maximum allowed", "{\"max_tokens\":8192}"}, {0}};
    check_learned(__LINE__, limit, "{\"model\":\"m\"," HI "}",
                  "{\"model\":\"m\",\"max_tokens\":4096," SENT ",\"stream\":true}");
    static const char *const marks[][2] = {
        {"messages.0.content.0.cache_control: extra inputs are not permitted", "{}"}, {0}};
    check_learned(__LINE__, marks, SPEC(SAYS("system", "s") "," SAYS("user", "hi")),
                  MODEL
                  "\"system\":[" BLOCK("s") "}],\"messages\":[{\"role\":\"user\","
                                            "\"content\":[" BLOCK("hi") "}]}],\"stream\":true}");
    static const char *const nothing[][2] = {{0}};
    check_learned(__LINE__, nothing, SPEC(SAYS("user", "hi") "," SAYS("assistant", "a \\n")),
                  MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("hi") MARK
                  "}]},{\"role\":\"assistant\",\"content\":[" BLOCK("a") "}]}],\"stream\":true}");
    static const char *const prefill[][2] = {
        {"This model does not support assistant message prefill.", "{}"}, {0}};
    check_learned(__LINE__, prefill, SPEC(SAYS("user", "hi") "," SAYS("assistant", "a")),
                  MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("hi") MARK
                  "}]},"
                  "{\"role\":\"assistant\",\"content\":[" BLOCK(
                      "a") "}]},"
                           "{\"role\":\"user\",\"content\":[" BLOCK(
                               "Go on exactly where your last message ends.") MARK
                  "}]}],\"stream\":true}");
}

static void a_number_asks_for_a_budget_and_a_level_for_the_newer_form(void)
{
    static const char *const nothing[][2] = {{0}};
    check_learned(__LINE__, nothing, THINKS("2000"),
                  "{\"model\":\"m\",\"max_tokens\":10192," SENT
                  ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000},\"stream\":true}");
    check_learned(__LINE__, nothing, THINKS("100"),
                  "{\"model\":\"m\",\"max_tokens\":8292," SENT
                  ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},\"stream\":true}");
    check_learned(__LINE__, nothing,
                  "{\"model\":\"m\"," HI ",\"think\":9000,\"options\":{\"max_tokens\":4000}}",
                  "{\"model\":\"m\"," SENT ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":"
                  "3999},\"max_tokens\":4000,\"stream\":true}");
    check_learned(__LINE__, nothing, THINKS("\"minimal\""),
                  MODEL SENT ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},"
                             "\"output_config\":{\"effort\":\"low\"},\"stream\":true}");
    check_learned(__LINE__, nothing, THINKS("\"none\""),
                  MODEL SENT ",\"thinking\":{\"type\":\"disabled\"},\"stream\":true}");
    static const char *const budget[][2] = {{"\"thinking.type.enabled\" is not supported for this "
                                             "model. Use \"thinking.type.adaptive\" "
                                             "and \"output_config.effort\".",
                                             ASKED("enabled")},
                                            {0}};
    check_learned(__LINE__, budget, THINKS("20000"),
                  "{\"model\":\"m\",\"max_tokens\":28192," SENT
                  ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},"
                  "\"output_config\":{\"effort\":\"high\"},\"stream\":true}");
    static const char *const levels[][2] = {
        {"output_config.effort: must be one of 'low', 'medium', 'high'",
         "{\"output_config\":{\"effort\":\"max\"}}"},
        {0}};
    check_learned(__LINE__, levels, THINKS("\"max\""),
                  MODEL SENT ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},"
                             "\"output_config\":{\"effort\":\"high\"},\"stream\":true}");
}

static void what_cannot_be_sent_is_told(void)
{
    BODY("{\"model\":\"m\"," HI ",\"format\":\"json\"}",
         "why: request.format cannot be sent in this dialect yet");
    BODY("{" HI "}", "why: request.model must be a name");
    BODY("{\"model\":\"m\"}", "why: request.messages must be a list with at least one message");
    BODY(SPEC("{\"role\":\"user\",\"parts\":[{\"type\":\"image\"}]}"),
         "why: request.messages: an image needs its media, such as \"image/png\"");
}

#define WORDS(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define PNG(data) "{\"type\":\"image\",\"media\":\"image/png\",\"data\":\"" data "\"}"
#define SOURCE(data)                                                                    \
    "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\"," \
    "\"data\":\"" data "\"}"

static void images_are_blocks_among_the_texts(void)
{
    BODY(SPEC("{\"role\":\"user\",\"parts\":[" WORDS("a") "," WORDS("b") "," PNG("QQ==") "," WORDS(
             "\\n") "," PNG("Qg==") "," WORDS("c") "]}"),
         MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" BLOCK("ab") "}," SOURCE(
             "QQ==") "}," SOURCE("Qg==") "}," BLOCK("c") MARK "}]}],\"stream\":true}");
    BODY(SPEC("{\"role\":\"user\",\"parts\":[" PNG("QQ==") "]}"),
         MODEL "\"messages\":[{\"role\":\"user\",\"content\":[" SOURCE("QQ==") MARK
         "}]}],\"stream\":true}");
}

int main(void)
{
    RUN(deltas_become_text);
    RUN(what_is_no_event_of_ours_is_passed_over);
    RUN(the_type_may_stand_in_the_events_name_alone);
    RUN(nothing_has_to_begin_or_end);
    RUN(a_signed_thought_is_given_when_it_is_complete);
    RUN(blocks_may_overlap);
    RUN(tools_are_named);
    RUN(sources_are_named_once_behind_the_text);
    RUN(a_whole_message_is_read_too);
    RUN(usage_adds_up);
    RUN(a_reason_comes_with_its_details);
    RUN(an_error_ends_the_stream);
    RUN(another_api_is_read_as_what_it_is);
    RUN(too_many_open_blocks_are_an_error);
    RUN(an_index_may_be_any_number);
    RUN(recorded_streams_give_equal_events_however_cut);
    RUN(recorded_messages_have_their_events);
    RUN(a_recorded_message_cut_off_anywhere_is_never_done);
    RUN(the_body_has_what_the_spec_says_and_a_limit);
    RUN(the_system_stands_on_top);
    RUN(roles_alternate_and_the_user_begins);
    RUN(nothing_empty_is_sent);
    RUN(signed_thoughts_go_back_in_front_of_the_text);
    RUN(thinking_is_asked_for_in_the_newer_form);
    RUN(what_was_refused_is_not_sent_again);
    RUN(a_number_asks_for_a_budget_and_a_level_for_the_newer_form);
    RUN(what_cannot_be_sent_is_told);
    RUN(images_are_blocks_among_the_texts);
    return check_report("anthropic");
}
