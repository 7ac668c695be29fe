#include "server/frame.h"

#include "base/span.h"
#include "proto.h"

#include <string.h>

/* "data: ", "error: " or a CR may stand around a record of exactly cap bytes. */
#define AROUND 8

void frame_init(struct frame *f, enum frame_kind kind, size_t cap)
{
    *f = (struct frame){.kind = kind};
    buf_init(&f->line, cap + AROUND);
    buf_init(&f->record, cap);
    buf_init(&f->strays, LIMIT_ERROR_BODY);
}

void frame_finish(struct frame *f)
{
    buf_finish(&f->line);
    buf_finish(&f->record);
    buf_finish(&f->strays);
}

/* Hands over the collected record. Nothing of f is touched after a non-zero answer:
 * the callback may have finished f. */
static int end_record(struct frame *f, frame_on_record on_record, void *ctx)
{
    int error = on_record(ctx, f->record.data, f->record.len);
    if (error != 0) {
        return error;
    }
    f->has_data = 0;
    f->name[0] = '\0';
    buf_clear(&f->record);
    return 0;
}

static int collect(struct frame *f, const char *text, size_t len)
{
    buf_add_str(&f->record, f->has_data ? "\n" : "");
    f->has_data = 1;
    buf_add(&f->record, text, len);
    return f->record.error;
}

/* The value of a line's field, if it has that name; text is NULL if not. */
static struct span field(struct span line, const char *name)
{
    size_t at = strlen(name);
    if (line.len < at || memcmp(line.data, name, at) != 0 ||
        (at < line.len && line.data[at] != ':')) {
        return (struct span){NULL, 0};
    }
    at += at < line.len;
    at += at < line.len && line.data[at] == ' ';
    return (struct span){line.data + at, line.len - at};
}

static void set_name(struct frame *f, struct span name)
{
    size_t len = name.len < sizeof f->name - 1 ? name.len : sizeof f->name - 1;
    memcpy(f->name, name.data, len);
    f->name[len] = '\0';
}

/* Whether a line is one of a stream of events: a comment, or a field that there is. */
static bool is_event_line(struct span line)
{
    static const char *const names[] = {"data", "event", "id", "retry", "error"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (field(line, names[i]).data != NULL) {
            return true;
        }
    }
    return line.data[0] == ':';
}

void frame_keep_stray(struct frame *f, const char *text, size_t len)
{
    size_t room = LIMIT_ERROR_BODY - f->strays.len;
    if (room > 0) {
        buf_add(&f->strays, text, len < room - 1 ? len : room - 1);
        buf_add(&f->strays, "\n", 1);
    }
}

static int read_event_line(struct frame *f, const char *line, size_t len, frame_on_record on_record,
                           void *ctx)
{
    if (len == 0) {
        int error = f->has_data ? end_record(f, on_record, ctx) : 0;
        if (error == 0) {
            f->name[0] = '\0';
        }
        return error;
    }
    const struct span whole = {line, len};
    struct span name = field(whole, "event"), value = field(whole, "data");
    if (name.data != NULL) {
        set_name(f, name);
    }
    /* Older llama-servers report the failure of a stream in a field "error". */
    if (value.data == NULL && len > 5) {
        value = field(whole, "error");
    }
    if (value.data == NULL && !is_event_line(whole)) {
        frame_keep_stray(f, line, len);
    }
    return value.data != NULL ? collect(f, value.data, value.len) : 0;
}

/* The first line with something in it shows whether this is a stream at all. Returns whether the
 * line is plain words in front of one. */
static bool begin(struct frame *f, struct span line)
{
    f->started = 1;
    char c = line.data[0];
    f->bare = c == '<' || (f->kind == FRAME_EVENTS && (c == '{' || c == '['));
    return f->kind == FRAME_EVENTS && !f->bare && !is_event_line(line);
}

static int read_line(struct frame *f, const char *line, size_t len, frame_on_record on_record,
                     void *ctx)
{
    bool words = false;
    if (!f->started && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        len -= 3;
    }
    if (!f->started && !span_is_blank((struct span){line, len})) {
        words = begin(f, (struct span){line, len});
    }
    if (f->bare) {
        return collect(f, line, len);
    }
    if (f->kind == FRAME_EVENTS && !words) {
        return read_event_line(f, line, len, on_record, ctx);
    }
    if (len > 0 && line[len - 1] == '\r') {
        len--;
    }
    if (span_is_blank((struct span){line, len})) {
        return 0;
    }
    int error = collect(f, line, len);
    return error != 0 ? error : end_record(f, on_record, ctx);
}

/* The unfinished line joined with its last piece. */
static int finish_line(struct frame *f, const char *data, size_t len, frame_on_record on_record,
                       void *ctx)
{
    if (f->line.len == 0 && len <= f->line.cap) {
        return read_line(f, data, len, on_record, ctx);
    }
    buf_add(&f->line, data, len);
    int error = f->line.error;
    if (error == 0) {
        error = read_line(f, f->line.data, f->line.len, on_record, ctx);
    }
    if (error != 0) {
        return error;
    }
    buf_clear(&f->line);
    return 0;
}

/* Where the next byte c is, or end. *at remembers what an earlier call found, so that
 * no byte is searched twice for the same c. */
static const char *next(const char **at, const char *from, const char *end, char c)
{
    if (*at < from) {
        const char *found = memchr(from, c, (size_t)(end - from));
        *at = found != NULL ? found : end;
    }
    return *at;
}

int frame_feed(struct frame *f, const char *data, size_t len, frame_on_record on_record, void *ctx)
{
    const char *end = data + len;
    if (len == 0) {
        return 0;
    }
    const char *cr = NULL;
    const char *lf = NULL;
    while (data < end) {
        if (f->after_cr) {
            f->after_cr = 0;
            if (*data == '\n') {
                data++;
                continue;
            }
        }
        const char *stop = next(&lf, data, end, '\n');
        if (f->kind == FRAME_EVENTS && next(&cr, data, end, '\r') < stop) {
            stop = cr;
        }
        if (stop == end) {
            buf_add(&f->line, data, (size_t)(end - data));
            return f->line.error;
        }
        f->after_cr = *stop == '\r';
        int error = finish_line(f, data, (size_t)(stop - data), on_record, ctx);
        if (error != 0) {
            return error;
        }
        data = stop + 1;
    }
    return 0;
}

int frame_end(struct frame *f, frame_on_record on_record, void *ctx)
{
    int error = f->line.len > 0 ? finish_line(f, NULL, 0, on_record, ctx) : 0;
    if (error != 0 || !f->has_data) {
        return error;
    }
    return end_record(f, on_record, ctx);
}
