#include "base/value.h"
#include "check.h"
#include "complete/collect.h"
#include "complete/ring.h"
#include "nvim/mirror.h"

#include <stdio.h>

#define LINES 200

/* Lines "line 0", "line 1" and so on. */
static struct mirror *mirror_of_lines(void)
{
    static char texts[LINES][24];
    struct value items[LINES], all = {.type = VALUE_ARRAY};
    struct mirror *m = mirror_new();
    for (int i = 0; i < LINES; i++) {
        snprintf(texts[i], sizeof texts[i], "line %d", i);
        items[i] = value_text(texts[i]);
    }
    all.as.array.items = items;
    all.as.array.count = LINES;
    CHECK_INT(mirror_apply(m, 0, -1, &all), 0);
    return m;
}

static bool has(const struct ring *r, size_t i, const char *line)
{
    const struct chunk *c = ring_chunk(r, i);
    return strcmp(c->name, "here.c") == 0 && strstr(c->text, line) != NULL;
}

static void lines_go_into_the_ring(void)
{
    struct mirror *m = mirror_of_lines();
    struct ring *r = ring_new(8, 100000);
    struct collect c;
    collect_init(&c, r, "here.c");
    collect_lines(&c, m, 10, 20);
    ring_settle(r);
    CHECK_INT(ring_count(r), 1);
    CHECK(has(r, 0, "line 10\n") && has(r, 0, "line 19\n") && !has(r, 0, "line 20\n"));
    ring_free(r);
    mirror_free(m);
}

static void what_is_no_range_is_passed_over(void)
{
    static const int64_t ranges[][2] = {{-1, 5}, {5, 5}, {9, 2}, {1000, 2000}};
    struct mirror *m = mirror_of_lines();
    struct ring *r = ring_new(8, 100000);
    struct collect c;
    collect_init(&c, r, "here.c");
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        collect_lines(&c, m, ranges[i][0], ranges[i][1]);
    }
    ring_settle(r);
    CHECK_INT(ring_count(r), 0);
    ring_free(r);
    mirror_free(m);
}

static void the_latest_wait_for_the_text(void)
{
    struct mirror *m = mirror_of_lines();
    struct ring *r = ring_new(8, 100000);
    struct collect c;
    collect_init(&c, r, "here.c");
    for (int64_t i = 0; i < COLLECT_WAITING + 2; i++) {
        collect_lines(&c, NULL, 10 * i, 10 * i + 10);
    }
    collect_waiting(&c, m);
    collect_waiting(&c, m);
    ring_settle(r);
    CHECK_INT(ring_count(r), COLLECT_WAITING);
    CHECK(has(r, 0, "line 20\n") && has(r, COLLECT_WAITING - 1, "line 50\n"));
    ring_free(r);
    mirror_free(m);
}

/* Of much text the ring takes what is around the line in the middle of what Lua sends. */
static void what_is_of_interest_stays(void)
{
    static const struct {
        int64_t first, last;
        const char *kept;
    } cases[] = {{0, 43, "line 10\n"}, {68, 133, "line 100\n"}, {158, 200, "line 190\n"}};
    struct mirror *m = mirror_of_lines();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ring *r = ring_new(8, 200);
        struct collect c;
        collect_init(&c, r, "here.c");
        collect_lines(&c, m, cases[i].first, cases[i].last);
        ring_settle(r);
        CHECK(ring_count(r) == 1 && has(r, 0, cases[i].kept));
        ring_free(r);
    }
    mirror_free(m);
}

int main(void)
{
    RUN(lines_go_into_the_ring);
    RUN(what_is_no_range_is_passed_over);
    RUN(the_latest_wait_for_the_text);
    RUN(what_is_of_interest_stays);
    return check_report("collect");
}
