#include "journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Bounds of the memory a long run may take. */
enum { MAX_ENTRIES = 100000, MAX_BYTES = 64 << 20, MAX_TIMED_REQUESTS = 1000 };

void journal_init(struct journal *j)
{
    *j = (struct journal){.next_seq = 1};
}

static void free_entry(struct journal *j, struct entry *e)
{
    j->bytes -= strlen(e->json);
    free(e->event);
    free(e->json);
}

static void free_times(struct token_times *t)
{
    while (t != NULL) {
        struct token_times *next = t->next;
        free(t->ns);
        free(t);
        t = next;
    }
}

void journal_reset(struct journal *j)
{
    for (size_t i = 0; i < j->count; i++) {
        free_entry(j, &j->entries[i]);
    }
    free_times(j->times);
    j->times = NULL;
    j->count = 0;
    j->tokens = 0;
    j->next_seq = 1;
}

void journal_finish(struct journal *j)
{
    journal_reset(j);
    free(j->entries);
    j->entries = NULL;
}

static void drop_oldest(struct journal *j)
{
    size_t n = 0;
    while (n < j->count && (j->count - n > MAX_ENTRIES || j->bytes > MAX_BYTES)) {
        free_entry(j, &j->entries[n++]);
    }
    if (n) {
        j->count -= n;
        memmove(j->entries, j->entries + n, j->count * sizeof *j->entries);
    }
}

void journal_add(struct journal *j, const char *event, const char *more)
{
    struct buf line;
    buf_init(&line, SIZE_MAX / 2);
    unsigned seq = j->next_seq++;
    buf_printf(&line, "{\"seq\":%u,\"ns\":%" PRIu64 ",\"event\":\"%s\"%s", seq, uv_hrtime(), event,
               *more ? "," : "");
    buf_add_str(&line, more);
    buf_add_str(&line, "}");
    if (j->count == j->room) {
        j->room = j->room ? j->room * 2 : 64;
        j->entries = xrealloc(j->entries, j->room * sizeof *j->entries);
    }
    j->bytes += line.len;
    j->entries[j->count++] = (struct entry){.event = xstrdup(event), .json = line.data, .seq = seq};
    drop_oldest(j);
    if (j->on_change != NULL) {
        j->on_change(j->ctx);
    }
}

void journal_addf(struct journal *j, const char *event, const char *format, ...)
{
    char more[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(more, sizeof more, format, args);
    va_end(args);
    journal_add(j, event, more);
}

const struct entry *journal_find(const struct journal *j, const char *event, unsigned n)
{
    for (size_t i = 0; i < j->count; i++) {
        if (strcmp(j->entries[i].event, event) == 0 && --n == 0) {
            return &j->entries[i];
        }
    }
    return NULL;
}

const struct token_times *journal_times(const struct journal *j, unsigned request)
{
    const struct token_times *t = j->times;
    while (t != NULL && t->request != request) {
        t = t->next;
    }
    return t;
}

static struct token_times *add_times(struct journal *j, unsigned request)
{
    struct token_times *t = xcalloc(1, sizeof *t);
    t->request = request;
    t->next = j->times;
    j->times = t;
    size_t n = 1;
    for (struct token_times *at = t; at != NULL; at = at->next) {
        if (n++ == MAX_TIMED_REQUESTS) {
            free_times(at->next);
            at->next = NULL;
        }
    }
    return t;
}

void journal_tokens(struct journal *j, unsigned request, size_t n, uint64_t ns)
{
    struct token_times *t = j->times;
    while (t != NULL && t->request != request) {
        t = t->next;
    }
    if (t == NULL) {
        t = add_times(j, request);
    }
    if (t->count + n > t->room) {
        t->room = (t->count + n) * 2;
        t->ns = xrealloc(t->ns, t->room * sizeof *t->ns);
    }
    for (size_t i = 0; i < n; i++) {
        t->ns[t->count++] = ns;
    }
    j->tokens += n;
    if (j->on_change != NULL) {
        j->on_change(j->ctx);
    }
}

void journal_print_times(const struct token_times *t, struct buf *out)
{
    buf_printf(out, "\"request\":%u,\"times\":[", t->request);
    for (size_t i = 0; i < t->count; i++) {
        buf_printf(out, "%s%" PRIu64, i ? "," : "", t->ns[i]);
    }
    buf_add_str(out, "]");
}
