#include "base/buf.h"
#include "base/failure.h"
#include "complete/backend.h"
#include "complete/cache.h"
#include "complete/ring.h"
#include "complete/supply.h"
#include "job/registry.h"
#include "nvim/rpc.h"
#include "spec.h"

#include <fcntl.h>
#include <unistd.h>

/* All that must be there, behind what a case has of its own: of two fields of a name the first
 * counts. */
#define BACKEND(own)                                                                          \
    "{" own "\"api\":\"generate\",\"model\":\"coder\",\"project\":\"\",\"load\":false,"       \
    "\"prefetch\":true,\"during_chat\":false,\"max_tokens\":9,\"max_lines\":9,"               \
    "\"window_tokens\":9,\"ring_tokens\":9,\"cache_bytes\":9,\"confidence\":0,"               \
    "\"endpoint\":{\"name\":\"here\",\"url\":\"http://127.0.0.1:1/\",\"dialect\":\"ollama\"," \
    "\"connect_timeout\":1,\"first_timeout\":0,\"idle_timeout\":1}}"
#define LOADS "\"load\":true,"

/* A supply whose Neovim is the other end of a pipe. */
struct world {
    struct job job; /* a chat, first */
    struct registry jobs;
    uv_loop_t loop;
    struct rpc *rpc;
    int neovim_in, neovim_out;
    struct supply supply;
    bool chats;    /* a chat streams */
    char asked[9]; /* the model that was last asked about */
    int ready;
};

static void on_request(void *ctx, uint32_t id, const char *method, const struct value *params)
{
    (void)method;
    (void)params;
    rpc_respond_error(((struct world *)ctx)->rpc, id, "no");
}

static void on_notification(void *ctx, const char *method, const struct value *params)
{
    (void)ctx;
    (void)method;
    (void)params;
}

static void on_too_big(void *ctx, const char *method, int64_t first)
{
    (void)ctx;
    (void)method;
    (void)first;
}

static void on_closed(void *ctx, const char *why)
{
    (void)ctx;
    (void)why;
}

static const struct rpc_handlers handlers = {on_request, on_notification, on_too_big, on_closed};

/* There is none: a load fails as soon as it is tried. */
static struct http *http(void *ctx)
{
    (void)ctx;
    return NULL;
}

static bool uses(const struct job *j, const char *url, const char *model)
{
    struct world *w = (struct world *)(uintptr_t)j;
    CHECK_TEXT(url, "http://127.0.0.1:1");
    snprintf(w->asked, sizeof w->asked, "%s", model);
    return w->chats;
}

static const struct job_ops chat_ops = {.kind = "chat", .uses = uses};

static void on_ready(void *ctx)
{
    ((struct world *)ctx)->ready++;
}

static void begin(struct world *w)
{
    int in[2], out[2], error = 0;
    *w = (struct world){.job = {.ops = &chat_ops, .id = 1}};
    registry_add(&w->jobs, &w->job);
    CHECK_INT(pipe(in) | pipe(out), 0);
    w->neovim_out = in[1];
    w->neovim_in = out[0];
    CHECK_INT(fcntl(w->neovim_in, F_SETFL, O_NONBLOCK), 0);
    CHECK_INT(uv_loop_init(&w->loop), 0);
    w->rpc = rpc_new(&w->loop, in[0], out[1], &handlers, w, &error);
    const struct supply_env env = {&w->loop, w->rpc, &w->jobs, http, w};
    supply_init(&w->supply, &env, on_ready, w);
}

static void end(struct world *w)
{
    supply_finish(&w->supply);
    rpc_close(w->rpc);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&w->loop), 0);
    close(w->neovim_in);
    close(w->neovim_out);
}

/* How often Neovim has been told that the backend failed, since the last time; with these words. */
static int told(struct world *w, const char *words)
{
    static const char event[] = "backend_error";
    char bytes[16384];
    int count = 0;
    uv_run(&w->loop, UV_RUN_NOWAIT);
    ssize_t n = read(w->neovim_in, bytes, sizeof bytes);
    size_t len = n > 0 ? (size_t)n : 0;
    CHECK(len == 0 || memmem(bytes, len, words, strlen(words)) != NULL);
    for (const char *at = bytes;; at += sizeof event) {
        at = memmem(at, (size_t)(bytes + len - at), event, strlen(event));
        if (at == NULL) {
            return count;
        }
        count++;
    }
}

static void use(struct world *w, const char *json)
{
    cJSON *parsed = cJSON_Parse(json);
    struct value spec = spec_value(parsed);
    supply_set_backend(&w->supply, &spec);
    spec_free(&spec);
    cJSON_Delete(parsed);
}

static void begins_without_a_backend(void)
{
    struct world w;
    begin(&w);
    CHECK(w.supply.backend == NULL);
    CHECK_INT(cache_bytes(w.supply.cache), 0);
    ring_collect(w.supply.ring, "a.c", span_of("one\ntwo\nthree\n"), 0);
    CHECK(ring_settle(w.supply.ring)); /* what is collected early is kept ... */
    CHECK_INT(told(&w, ""), 0);
    use(&w, BACKEND("\"ring_tokens\":700,"));
    CHECK_INT(ring_count(w.supply.ring), 1); /* ... whatever room there is for it */
    use(&w, "null");
    CHECK_INT(ring_count(w.supply.ring), 1);
    use(&w, BACKEND("\"ring_tokens\":1,"));
    CHECK_INT(ring_count(w.supply.ring), 0);
    end(&w);
}

static void a_wrong_backend_is_told_and_then_there_is_none(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(""));
    CHECK(w.supply.backend != NULL);
    use(&w, "{\"api\":\"generate\"}");
    CHECK(w.supply.backend == NULL);
    CHECK_INT(told(&w, "endpoint.name is missing"), 1);
    use(&w, "null");
    CHECK(w.supply.backend == NULL);
    CHECK_INT(told(&w, ""), 0);
    end(&w);
}

static void a_chat_from_the_same_model_goes_first(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(LOADS));
    w.chats = true;
    CHECK(supply_yields(&w.supply));
    CHECK_TEXT(w.asked, "coder");
    supply_warm(&w.supply);
    CHECK(!supply_may_fetch(&w.supply));
    CHECK_INT(w.supply.counts.warmed, 0);
    use(&w, BACKEND(""));
    CHECK(!supply_may_fetch(&w.supply));
    w.chats = false;
    CHECK(supply_may_fetch(&w.supply));
    w.chats = true;
    use(&w, BACKEND("\"during_chat\":true,"));
    CHECK(!supply_yields(&w.supply));
    CHECK(supply_may_fetch(&w.supply));
    end(&w);
}

static void a_load_that_fails_is_told_and_not_tried_again_at_once(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(LOADS));
    CHECK_INT(supply_closed(&w.supply), 0);
    CHECK(!supply_may_fetch(&w.supply));
    CHECK_INT(w.supply.counts.warmed, 1);
    CHECK_INT(told(&w, "libcurl cannot be initialised"), 1);
    CHECK(supply_closed(&w.supply) > 0);
    supply_warm(&w.supply);
    CHECK(!supply_may_fetch(&w.supply));
    CHECK_INT(w.supply.counts.warmed, 1);
    CHECK_INT(told(&w, ""), 0);
    CHECK_INT(w.ready, 0);
    end(&w);
}

static void an_answer_shows_that_the_model_is_loaded_and_ends_the_back_off(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(LOADS));
    supply_warm(&w.supply);
    CHECK(supply_closed(&w.supply) > 0);
    supply_answered(&w.supply);
    CHECK_INT(supply_closed(&w.supply), 0);
    CHECK(supply_may_fetch(&w.supply));
    CHECK_INT(w.supply.counts.warmed, 1);
    CHECK_INT(w.supply.counts.done, 1);
    use(&w, BACKEND(LOADS));
    CHECK(!supply_may_fetch(&w.supply)); /* of another nothing is known */
    CHECK_INT(w.supply.counts.warmed, 2);
    CHECK_INT(told(&w, "libcurl"), 2);
    end(&w);
}

static void a_server_may_say_when_to_come_back(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(""));
    struct failure f = endpoint_failure(&w.supply.backend->endpoint, HUM_EHTTP, "busy");
    f.retry_after_s = 30;
    supply_failed(&w.supply, &f);
    CHECK_INT(supply_closed(&w.supply), 30000);
    CHECK_INT(told(&w, "busy"), 1);
    use(&w, BACKEND(""));
    CHECK_INT(supply_closed(&w.supply), 0); /* it was the other one's wish */
    end(&w);
}

static void dense_text_says_at_once_how_much_fits_into_a_prompt_and_other_text_in_the_long_run(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND("\"window_tokens\":100,"));
    double first = w.supply.bytes_per_token;
    supply_measured(&w.supply, 2000, 1000);
    CHECK_INT(supply_text_bytes(&w.supply), 200);
    supply_measured(&w.supply, 1000, 2000); /* no text is like that */
    CHECK_INT(supply_text_bytes(&w.supply), 200);
    supply_measured(&w.supply, 4000, 1000);
    CHECK(w.supply.bytes_per_token > 2 && w.supply.bytes_per_token < 2.5);
    for (int i = 0; i < 40; i++) {
        supply_measured(&w.supply, 4000, 1000);
    }
    CHECK_INT(w.supply.bytes_per_token * 100 + 0.5, 399);
    supply_measured(&w.supply, 3000, 1000);
    CHECK_INT(supply_text_bytes(&w.supply), 300);
    use(&w, BACKEND(""));
    CHECK_INT(w.supply.bytes_per_token * 10, first * 10);
    end(&w);
}

static void another_buffer_finds_the_server_cold(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(""));
    CHECK(supply_is_cold(&w.supply, 1));
    supply_fetched(&w.supply, 1);
    CHECK(!supply_is_cold(&w.supply, 1));
    CHECK(supply_is_cold(&w.supply, 2));
    supply_fetched(&w.supply, 2);
    CHECK(supply_is_cold(&w.supply, 1));
    CHECK_INT(w.supply.counts.requests, 2);
    end(&w);
}

static void answers_stay_for_a_backend_with_room_and_leave_with_the_last(void)
{
    struct world w;
    begin(&w);
    use(&w, BACKEND(""));
    const struct cache_key key = {.backend = w.supply.backend->hash};
    struct answer *a = cache_add(w.supply.cache, &key, 0);
    cache_extend(w.supply.cache, a, "text", 4);
    cache_finalize(w.supply.cache, a);
    use(&w, BACKEND("\"max_lines\":3,"));
    use(&w, BACKEND(""));
    size_t used = 0;
    CHECK(cache_find(w.supply.cache, &key, 0, &used) != NULL);
    use(&w, "null");
    CHECK_INT(cache_bytes(w.supply.cache), 0);
    end(&w);
}

int main(void)
{
    RUN(begins_without_a_backend);
    RUN(a_wrong_backend_is_told_and_then_there_is_none);
    RUN(a_chat_from_the_same_model_goes_first);
    RUN(a_load_that_fails_is_told_and_not_tried_again_at_once);
    RUN(an_answer_shows_that_the_model_is_loaded_and_ends_the_back_off);
    RUN(a_server_may_say_when_to_come_back);
    RUN(dense_text_says_at_once_how_much_fits_into_a_prompt_and_other_text_in_the_long_run);
    RUN(another_buffer_finds_the_server_cold);
    RUN(answers_stay_for_a_backend_with_room_and_leave_with_the_last);
    return check_report("supply");
}
