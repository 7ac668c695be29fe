#include "server/frame.h"

#include "base/span.h"
#include "proto.h"

#include <string.h>
#include <strings.h>

/* "data: ", "error: " or a CR may stand around a record of exactly cap bytes. */
#define AROUND 8

/* Who gets the records. */
struct out {
    frame_on_record on_record;
    void *ctx;
};

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

void frame_keep_stray(struct frame *f, const char *text, size_t len)
{
    size_t room = LIMIT_ERROR_BODY - f->strays.len;
    if (room > 0) {
        buf_add(&f->strays, text, len < room - 1 ? len : room - 1);
        buf_add(&f->strays, "\n", 1);
    }
}

/* ---- records ------------------------------------------------------------------- */

static void clear_record(struct frame *f)
{
    f->has_data = f->bare = f->closed = 0;
    f->value = (struct balance){0};
    f->blank = f->seen = 0;
    buf_clear(&f->record);
}

/* Hands over the collected record. Nothing of f is touched after a non-zero answer:
 * the callback may have finished f. */
static int end_record(struct frame *f, const struct out *out)
{
    int error = out->on_record(out->ctx, f->record.data, f->record.len);
    if (error != 0) {
        return error;
    }
    f->name[0] = '\0';
    clear_record(f);
    return 0;
}

static int collect(struct frame *f, struct span line)
{
    buf_add_str(&f->record, f->has_data ? "\n" : "");
    f->has_data = 1;
    buf_add(&f->record, line.data, line.len);
    return f->record.error;
}

static struct span skip_blanks(struct span s)
{
    while (s.len > 0 && is_space(*s.data)) {
        s.data++;
        s.len--;
    }
    return s;
}

/* The record without the white space that it begins with, which is looked at once only. */
static struct span text_of(struct frame *f)
{
    struct span text = span_skip((struct span){f->record.data, f->record.len}, f->blank);
    text = skip_blanks(text);
    f->blank = f->record.len - text.len;
    return text;
}

/* Whether the record is a JSON value that has not ended yet. */
static bool is_open(struct frame *f)
{
    struct span text = text_of(f);
    if (f->closed || text.len == 0 || (*text.data != '{' && *text.data != '[')) {
        return false;
    }
    f->closed = balance_end(&f->value, f->record.data + f->seen, f->record.len - f->seen) > 0;
    f->seen = f->record.len;
    return !f->closed;
}

/* Whether a value begins with that line, or the mark of OpenAI's end does. */
static bool opens_value(struct span line)
{
    static const char mark[] = "[done";
    line = skip_blanks(line);
    return balance_opens(line.data, line.len) ||
           (line.len >= sizeof mark - 1 && strncasecmp(line.data, mark, sizeof mark - 1) == 0);
}

/* ---- events -------------------------------------------------------------------- */

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
    return line.len > 0 && line.data[0] == ':';
}

/* The data of a stream without blank lines: what begins a value goes on with none that has ended,
 * nor with words. */
static int read_data(struct frame *f, struct span data, const struct out *out)
{
    int error = 0;
    if (f->has_data && f->record.len > 0 && opens_value(data) && !is_open(f)) {
        error = end_record(f, out);
    }
    return error != 0 ? error : collect(f, data);
}

/* A name may stand behind the data that it is for; a second one is for the next. */
static int read_name(struct frame *f, struct span name, const struct out *out)
{
    int error = 0;
    if (f->has_data && f->name[0] != '\0' && f->record.len > 0 && !is_open(f)) {
        error = end_record(f, out);
    }
    if (error == 0) {
        set_name(f, name);
    }
    return error;
}

/* What begun by itself and is no value after all. */
static void drop_bare(struct frame *f)
{
    if (f->bare) {
        frame_keep_stray(f, f->record.data, f->record.len);
        clear_record(f);
    }
}

static int read_event_line(struct frame *f, struct span line, const struct out *out)
{
    drop_bare(f);
    struct span name = field(line, "event"), value = field(line, "data");
    if (name.data != NULL) {
        return read_name(f, name, out);
    }
    /* Older llama-servers report the failure of a stream in a field "error". */
    if (value.data == NULL && line.len > 5 && field(line, "error").data != NULL) {
        value = field(line, "error");
        set_name(f, (struct span){"error", 5});
    }
    return value.data != NULL ? read_data(f, value, out) : 0;
}

/* A blank line ends an event, but not a value that stands by itself. */
static int end_event(struct frame *f, const struct out *out)
{
    if (f->bare) {
        return 0;
    }
    int error = f->has_data ? end_record(f, out) : 0;
    if (error == 0) {
        f->name[0] = '\0';
    }
    return error;
}

/* ---- what is no event ---------------------------------------------------------- */

/* A line of a value that stands by itself. */
static int read_bare(struct frame *f, struct span line, const struct out *out)
{
    f->bare = 1;
    int error = collect(f, line);
    return error == 0 && !is_open(f) ? end_record(f, out) : error;
}

/* Whether the value in the record is broken: lines of one that is written over several are indented
 * where they begin another. */
static bool is_begun_anew(const struct frame *f, struct span line)
{
    return f->bare && f->record.data[0] == '{' && line.len > 1 && line.data[0] == '{' &&
           line.data[1] == '"';
}

/* Whether the line goes on with the data of an event: a value that a server has broken into
 * lines. */
static bool goes_on(struct frame *f, struct span line)
{
    bool blank = text_of(f).len == 0;
    return f->has_data && !f->bare && (blank ? opens_value(line) : is_open(f));
}

static int read_other_line(struct frame *f, struct span line, const struct out *out)
{
    if (goes_on(f, line)) {
        return collect(f, line);
    }
    bool ends = f->bare ? is_begun_anew(f, line) : f->has_data && opens_value(line);
    int error = ends ? end_record(f, out) : 0;
    if (error != 0) {
        return error;
    }
    if (f->bare || opens_value(line)) {
        return read_bare(f, line, out);
    }
    frame_keep_stray(f, line.data, line.len);
    return 0;
}

/* ---- lines --------------------------------------------------------------------- */

/* The hot path of NDJSON: a line that is all of a value. */
static bool is_whole_line(const struct frame *f, struct span line)
{
    return f->kind == FRAME_LINES && !f->bare && line.data[0] == '{' &&
           line.data[line.len - 1] == '}';
}

static int read_words(struct frame *f, struct span line, const struct out *out)
{
    int error = collect(f, line);
    return error != 0 ? error : end_record(f, out);
}

/* The value of a line of data that has blanks where there should be none, in front of it or of its
 * colon; data is NULL if it is something else. */
static struct span loose_data(struct span line)
{
    static const char name[] = "data";
    const size_t len = sizeof name - 1;
    line = skip_blanks(line);
    if (line.len <= len || memcmp(line.data, name, len) != 0) {
        return (struct span){NULL, 0};
    }
    line = skip_blanks((struct span){line.data + len, line.len - len});
    bool is_data = line.len > 0 && *line.data == ':';
    return is_data ? skip_blanks((struct span){line.data + 1, line.len - 1})
                   : (struct span){NULL, 0};
}

static int read_text_line(struct frame *f, struct span line, const struct out *out)
{
    if (f->kind == FRAME_LINES && line.data[line.len - 1] == '\r') {
        line.len--;
    }
    if (is_whole_line(f, line)) {
        return read_words(f, line, out);
    }
    if (is_event_line(line) && (f->kind == FRAME_EVENTS || field(line, "error").data == NULL)) {
        f->kind = FRAME_EVENTS;
        return read_event_line(f, line, out);
    }
    if (f->kind == FRAME_LINES && !f->bare && !opens_value(line)) {
        return read_words(f, line, out);
    }
    const struct span data = loose_data(line);
    if (data.data != NULL && !goes_on(f, line)) {
        drop_bare(f);
        return read_data(f, data, out);
    }
    return read_other_line(f, line, out);
}

/* The first line with something in it shows whether this is a page. */
static struct span begin(struct frame *f, struct span line)
{
    if (line.len >= 3 && memcmp(line.data, "\xEF\xBB\xBF", 3) == 0) {
        line = (struct span){line.data + 3, line.len - 3};
    }
    if (!span_is_blank(line)) {
        f->started = 1;
        f->page = line.data[0] == '<';
    }
    return line;
}

static int read_line(struct frame *f, struct span line, const struct out *out)
{
    if (!f->started) {
        line = begin(f, line);
    }
    if (f->page) {
        return collect(f, line);
    }
    if (line.len == 0) {
        return f->kind == FRAME_EVENTS ? end_event(f, out) : 0;
    }
    if (f->kind == FRAME_LINES && span_is_blank(line)) {
        return 0;
    }
    return read_text_line(f, line, out);
}

/* ---- values without a line break between them ----------------------------------- */

/* Where the value at the beginning of a line ends and the next one begins; 0 if that is not there
 * yet. */
static size_t find_glued(struct glue *g, struct span line)
{
    if (line.len == 0 || line.data[0] != '{') {
        return 0;
    }
    if (g->end == 0) {
        size_t end = balance_end(&g->value, line.data + g->seen, line.len - g->seen);
        g->end = end > 0 ? g->seen + end : 0;
        g->seen = line.len;
    }
    bool glued = g->end > 0 && g->end < line.len && line.data[g->end] == '{';
    return glued && line.data[g->end - 1] == '}' ? g->end : 0; /* "]" ends none that is JSON */
}

/* Reads what of a line is certain not to be its end. Returns how much that was, or an error. */
static int read_glued(struct frame *f, struct span line, size_t *read, const struct out *out)
{
    int error = 0;
    size_t end;
    *read = 0;
    while (error == 0 && (end = find_glued(&f->glue, line)) > 0) {
        f->glue = (struct glue){.end = 0};
        error = read_line(f, (struct span){line.data, end}, out);
        line = (struct span){line.data + end, line.len - end};
        *read += end;
    }
    return error;
}

/* Whether "}{" stands in a line: in most there is no other brace than that of the message. */
static bool may_be_glued(struct span line)
{
    const char *at = line.len > 0 && line.data[0] == '{' ? line.data : NULL;
    const char *end = line.data + line.len;
    do {
        at = at != NULL ? memchr(at + 1, '{', (size_t)(end - at - 1)) : NULL;
    } while (at != NULL && at[-1] != '}');
    return at != NULL;
}

/* A whole line. */
static int read_values(struct frame *f, struct span line, const struct out *out)
{
    size_t read = 0;
    int error = 0;
    if (may_be_glued(line)) {
        error = read_glued(f, line, &read, out);
    }
    if (error != 0) {
        return error;
    }
    f->glue = (struct glue){.end = 0};
    return read_line(f, (struct span){line.data + read, line.len - read}, out);
}

/* ---- feeding ------------------------------------------------------------------- */

/* The unfinished line joined with its last piece. */
static int finish_line(struct frame *f, struct span piece, const struct out *out)
{
    if (f->line.len == 0 && piece.len <= f->line.cap) {
        return read_values(f, piece, out);
    }
    buf_add(&f->line, piece.data, piece.len);
    int error = f->line.error;
    if (error == 0) {
        error = read_values(f, (struct span){f->line.data, f->line.len}, out);
    }
    if (error != 0) {
        return error;
    }
    buf_clear(&f->line);
    return 0;
}

static int keep_unfinished(struct frame *f, struct span piece, const struct out *out)
{
    buf_add(&f->line, piece.data, piece.len);
    size_t read = 0;
    int error = f->line.error;
    if (error == 0) {
        error = read_glued(f, (struct span){f->line.data, f->line.len}, &read, out);
    }
    if (error == 0 && read > 0) {
        buf_drop(&f->line, read);
    }
    return error;
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
    const struct out out = {on_record, ctx};
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
            return keep_unfinished(f, (struct span){data, (size_t)(end - data)}, &out);
        }
        f->after_cr = *stop == '\r';
        int error = finish_line(f, (struct span){data, (size_t)(stop - data)}, &out);
        if (error != 0) {
            return error;
        }
        data = stop + 1;
    }
    return 0;
}

int frame_end(struct frame *f, frame_on_record on_record, void *ctx)
{
    const struct out out = {on_record, ctx};
    int error = f->line.len > 0 ? finish_line(f, (struct span){"", 0}, &out) : 0;
    if (error != 0 || !f->has_data) {
        return error;
    }
    return end_record(f, &out);
}

/* ---- a broken connection ------------------------------------------------------- */

/* Whether a line may be taken for a whole one: its value has ended. */
static bool is_complete(struct span line)
{
    struct span value = field(line, "data");
    value = skip_blanks(value.data != NULL ? value : line);
    struct balance balance = {0};
    return opens_value(value) && balance_end(&balance, value.data, value.len) == value.len;
}

int frame_break(struct frame *f, frame_on_record on_record, void *ctx)
{
    const struct out out = {on_record, ctx};
    const struct span line = {f->line.data, f->line.len};
    int error = 0;
    if (line.len > 0 && (f->page || f->bare || is_complete(line))) {
        error = finish_line(f, (struct span){"", 0}, &out);
    } else if (line.len > 0 && !is_event_line(line) && (line.data[0] != '{' || !f->started)) {
        frame_keep_stray(f, line.data, line.len);
    }
    if (error != 0) {
        return error;
    }
    drop_bare(f);
    return f->has_data && (f->page || !is_open(f)) ? end_record(f, &out) : 0;
}
