/* The table of what runs: found by id, of every kind, in the order in which it began. */
#include "check.h"

#include "base/buf.h"
#include "base/value.h"
#include "job/job.h"
#include "job/registry.h"
#include "nvim/wire.h"
#include "proto.h"

struct fake {
    struct job job;
    struct job_info info;
    struct registry *registry; /* which it leaves when it becomes suspect, or NULL */
    int freed, suspected;
};

static void free_fake(struct job *j)
{
    ((struct fake *)j)->freed++;
}

static void describe(const struct job *j, struct job_info *info)
{
    *info = ((const struct fake *)j)->info;
}

static void suspect(struct job *j)
{
    struct fake *f = (struct fake *)j;
    f->suspected++;
    if (f->registry != NULL) {
        registry_remove(f->registry, j);
    }
}

static bool uses(const struct job *j, const char *url, const char *model)
{
    const struct fake *f = (const struct fake *)j;
    return strcmp(url, "http://a") == 0 && strcmp(f->info.model, model) == 0;
}

static const struct job_ops writes = {
    .kind = "chat", .free = free_fake, .describe = describe, .suspect = suspect, .uses = uses};
static const struct job_ops asks = {.kind = "query", .free = free_fake, .describe = describe};

static struct fake fake(const struct job_ops *ops, int64_t id)
{
    return (struct fake){.job = {.ops = ops, .id = id, .started_ns = 1000000000},
                         .info = {JOB_THINKING, "desk", ops == &writes ? "qwen" : NULL, 12}};
}

static void a_job_is_found_until_it_is_removed(void)
{
    struct registry r = {.count = 0};
    struct fake a = fake(&writes, 7), b = fake(&asks, 9), stranger = fake(&asks, 11);
    registry_add(&r, &a.job);
    registry_add(&r, &b.job);
    CHECK(registry_find(&r, 7) == &a.job);
    CHECK(registry_find(&r, 9) == &b.job);
    CHECK(registry_find(&r, 8) == NULL);
    registry_remove(&r, &stranger.job);
    CHECK_INT(r.count, 2);
    registry_remove(&r, &a.job);
    CHECK(registry_find(&r, 7) == NULL);
    CHECK(registry_find(&r, 9) == &b.job);
    CHECK_INT(a.freed + b.freed, 0);
}

static void it_says_when_no_more_may_come(void)
{
    struct registry r = {.count = 0};
    struct fake many[REGISTRY_MAX];
    for (int i = 0; i < REGISTRY_MAX; i++) {
        CHECK(!registry_is_full(&r));
        many[i] = fake(&asks, i);
        registry_add(&r, &many[i].job);
    }
    CHECK(registry_is_full(&r));
    registry_remove(&r, &many[0].job);
    CHECK(!registry_is_full(&r));
}

static void its_own_ids_meet_no_other_and_take_no_room(void)
{
    struct registry r = {.count = 0};
    struct fake own[REGISTRY_MAX + 1], lua = fake(&writes, 1);
    for (int i = 0; i <= REGISTRY_MAX; i++) {
        own[i] = fake(&asks, 0);
        registry_add_own(&r, &own[i].job);
        CHECK(own[i].job.id < 0);
        CHECK(registry_find(&r, own[i].job.id) == &own[i].job);
    }
    CHECK(!registry_is_full(&r));
    registry_add(&r, &lua.job);
    CHECK(registry_find(&r, 1) == &lua.job);
    int64_t last = own[REGISTRY_MAX].job.id;
    registry_remove(&r, &own[REGISTRY_MAX].job);
    registry_add_own(&r, &own[REGISTRY_MAX].job);
    CHECK(own[REGISTRY_MAX].job.id != last); /* a late stop hits no other */
    registry_clear(&r);
    CHECK_INT(own[0].freed + own[REGISTRY_MAX].freed + lua.freed, 3);
}

static void clearing_frees_each_once(void)
{
    struct registry r = {.count = 0};
    struct fake a = fake(&writes, 1), b = fake(&asks, 2);
    registry_add(&r, &a.job);
    registry_add(&r, &b.job);
    registry_clear(&r);
    CHECK_INT(r.count, 0);
    CHECK_INT(a.freed, 1);
    CHECK_INT(b.freed, 1);
}

static void each_that_writes_becomes_suspect_also_while_some_end(void)
{
    struct registry r = {.count = 0};
    struct fake jobs[5];
    for (int i = 0; i < 5; i++) {
        jobs[i] = fake(i == 2 ? &asks : &writes, i);
        jobs[i].registry = i % 2 == 0 ? &r : NULL;
        registry_add(&r, &jobs[i].job);
    }
    registry_suspect(&r);
    for (int i = 0; i < 5; i++) {
        CHECK_INT(jobs[i].suspected, i != 2);
    }
    CHECK_INT(r.count, 3);
}

static void only_jobs_that_generate_use_a_model(void)
{
    struct registry r = {.count = 0};
    struct fake a = fake(&asks, 1), b = fake(&writes, 2);
    registry_add(&r, &a.job);
    CHECK(!registry_uses(&r, "http://a", "qwen"));
    registry_add(&r, &b.job);
    CHECK(registry_uses(&r, "http://a", "qwen"));
    CHECK(!registry_uses(&r, "http://b", "qwen"));
    CHECK(!registry_uses(&r, "http://a", "llama"));
}

/* ---- the list ------------------------------------------------------------------ */

static void on_list(void *ctx, const struct wire_message *m)
{
    (void)ctx;
    const struct value *list = value_item(m->params, 0);
    CHECK_INT(list->as.array.count, 2);
    const struct value *first = value_item(list, 0), *second = value_item(list, 1);
    CHECK_INT(value_int(value_get(first, "id"), 0), 7);
    CHECK(value_is_string(value_get(first, "kind"), "query"));
    CHECK(value_is_string(value_get(first, "state"), "thinking"));
    CHECK(value_is_string(value_get(first, "endpoint"), "desk"));
    CHECK(value_get(first, "model") == NULL);
    CHECK_INT(value_int(value_get(first, "age_ms"), 0), 2500);
    CHECK_INT(value_int(value_get(first, "bytes"), 0), 12);
    CHECK_INT(value_int(value_get(second, "id"), 0), 3);
    CHECK(value_is_string(value_get(second, "model"), "qwen"));
}

static void the_list_has_the_oldest_first(void)
{
    struct registry r = {.count = 0};
    struct fake gone = fake(&asks, 1), a = fake(&asks, 7), b = fake(&writes, 3);
    registry_add(&r, &gone.job);
    registry_add(&r, &a.job);
    registry_add(&r, &b.job);
    registry_remove(&r, &gone.job);
    struct buf out;
    buf_init(&out, SIZE_MAX);
    wire_notification(&out, "jobs", 1);
    registry_pack(&r, UINT64_C(3500000000), &out);
    struct wire_reader *reader = wire_reader_new(LIMIT_MESSAGE);
    size_t room;
    memcpy(wire_reader_space(reader, &room), out.data, out.len);
    CHECK_INT(wire_reader_feed(reader, out.len, on_list, NULL), 0);
    wire_reader_free(reader);
    buf_finish(&out);
}

static void every_state_has_a_name(void)
{
    for (int state = JOB_WAITING; state <= JOB_ENDING; state++) {
        CHECK(strlen(job_state_name((enum job_state)state)) > 0);
    }
    CHECK_TEXT(job_state_name(JOB_STOPPING), "stopping");
}

int main(void)
{
    RUN(a_job_is_found_until_it_is_removed);
    RUN(it_says_when_no_more_may_come);
    RUN(its_own_ids_meet_no_other_and_take_no_room);
    RUN(clearing_frees_each_once);
    RUN(each_that_writes_becomes_suspect_also_while_some_end);
    RUN(only_jobs_that_generate_use_a_model);
    RUN(the_list_has_the_oldest_first);
    RUN(every_state_has_a_name);
    return check_report("test_registry");
}
