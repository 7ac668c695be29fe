#include "base/around.h"
#include "base/value.h"
#include "check.h"
#include "complete/prompt.h"
#include "complete/ring.h"
#include "nvim/mirror.h"

#define CHUNK "static int first;\nstatic int second;\nstatic int third = FIRST + SECOND + OTHERS;\n"

static struct mirror *mirror_of(const char *const *lines, size_t count)
{
    struct mirror *m = mirror_new();
    struct value items[8], all = {.type = VALUE_ARRAY};
    for (size_t i = 0; i < count; i++) {
        items[i] = value_text(lines[i]);
    }
    all.as.array.items = items;
    all.as.array.count = count;
    CHECK_INT(mirror_apply(m, 0, -1, &all), 0);
    return m;
}

/* How many chunks a prompt of file "here" has, behind the last of its lines. */
static size_t chunks_in(const char *name, const char *const *lines, size_t count)
{
    struct mirror *m = mirror_of(lines, count);
    struct ring *r = ring_new(8, 4096);
    const struct prompt_request request = {.mirror = m,
                                           .row = count - 1,
                                           .col = strlen(lines[count - 1]),
                                           .name = "here",
                                           .max_bytes = 1000,
                                           .cold = true};
    ring_collect(r, name, span_of(CHUNK), 0);
    struct prompt p;
    prompt_init(&p);
    struct around_text text;
    around_text_init(&text);
    const struct chunk *chunks[PROMPT_MOST];
    size_t chosen = prompt_read(&p, r, &request, &text, chunks);
    around_text_finish(&text);
    ring_free(r);
    mirror_free(m);
    return chosen;
}

static void the_excerpts_own_text_is_not_shown_twice(void)
{
    static const char *const with[] = {"static int first;", "static int second;",
                                       "static int third = FIRST + SECOND + OTHERS;", "int x = "};
    static const char *const without[] = {"int main(void)", "{", "    int x = "};
    CHECK_INT(chunks_in("here", with, 4), 0);
    CHECK_INT(chunks_in("there", with, 4), 1);
    CHECK_INT(chunks_in("here", without, 3), 1);
    CHECK_INT(chunks_in("there", without, 3), 1);
}

static bool is_empty(const char *const *lines, size_t count, const char *chunk)
{
    struct mirror *m = mirror_of(lines, count);
    struct ring *r = ring_new(8, 4096);
    ring_collect(r, "there", span_of(chunk), 0);
    bool empty = prompt_is_empty(m, r);
    ring_free(r);
    mirror_free(m);
    return empty;
}

static void without_text_and_chunks_there_is_nothing_to_go_by(void)
{
    static const char *const blank[] = {"", "  ", "\t"}, *const text[] = {"", "", "x"};
    CHECK(is_empty(blank, 1, ""));
    CHECK(is_empty(blank, 3, ""));
    CHECK(!is_empty(text, 3, ""));
    CHECK(!is_empty(blank, 1, CHUNK));
}

int main(void)
{
    RUN(the_excerpts_own_text_is_not_shown_twice);
    RUN(without_text_and_chunks_there_is_nothing_to_go_by);
    return check_report("prompt");
}
