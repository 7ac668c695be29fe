#include "base/fence.h"

#include "base/buf.h"

#include <string.h>

/* As in block.lua: deeper lists do not move the limit for fences. */
#define INDENT_MAX 32

/* A fence stands at most so many columns deeper than the text around it. */
#define FENCE_INDENT_MAX 3

#define RUN_MIN 3
#define DIGITS_MAX 9

/* Behind so many blanks the text of a list item is itself indented (CommonMark 5.2). */
#define GAP_MAX 4

void fence_init(struct fence *f)
{
    *f = (struct fence){.mark = 0};
}

static size_t lower(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum fence_stage stage_of_first(const struct fence *f, char c)
{
    if (c == '`' || c == '~') {
        return FENCE_RUN;
    }
    if (fence_is_open(f)) {
        return FENCE_REST;
    }
    if (c == '-' || c == '*' || c == '+') {
        return FENCE_GAP;
    }
    return is_digit(c) ? FENCE_DIGITS : FENCE_REST;
}

static void add_indent(struct fence *f, char c)
{
    struct fence_line *line = &f->line;
    if (c == ' ' || c == '\t') {
        line->columns += c == ' ' ? 1 : 4 - line->columns % 4;
        return;
    }
    line->first = c;
    line->run = 1;
    line->stage = stage_of_first(f, c);
}

static void add_word(struct fence_line *line, char c)
{
    line->has_words = line->has_words || !is_blank(c);
    line->has_tick = line->has_tick || c == '`';
}

/* A list item's content begins, and may be a run; behind too many blanks it is itself indented. */
static void begin_content(struct fence_line *line, char c)
{
    bool run = c == '`' || c == '~';
    if (run && line->gap > 0 && line->gap <= GAP_MAX) {
        line->content = lower(line->columns + line->run + line->gap, INDENT_MAX);
        line->first = c;
        line->run = 1;
        line->stage = FENCE_RUN;
        return;
    }
    line->has_words = true;
    line->stage = FENCE_REST;
}

static void add_byte(struct fence *f, char c)
{
    struct fence_line *line = &f->line;
    switch (line->stage) {
    case FENCE_INDENT:
        add_indent(f, c);
        break;
    case FENCE_RUN:
        line->run += c == line->first;
        if (c != line->first) {
            line->stage = FENCE_INFO;
            add_word(line, c);
        }
        break;
    case FENCE_INFO:
        add_word(line, c);
        break;
    case FENCE_DIGITS:
        line->stage = c == '.' || c == ')'                    ? FENCE_GAP
                      : is_digit(c) && line->run < DIGITS_MAX ? FENCE_DIGITS
                                                              : FENCE_REST;
        line->run++;
        break;
    case FENCE_GAP:
        line->gap += is_blank(c);
        if (!is_blank(c)) {
            begin_content(line, c);
        }
        break;
    case FENCE_REST:
    default:
        break;
    }
}

static bool closes(const struct fence *f, const struct fence_line *line)
{
    return line->first == f->mark && line->columns <= f->indent + FENCE_INDENT_MAX &&
           line->run >= f->run && !line->has_words;
}

/* The first byte says that it is a run. */
static bool opens(const struct fence_line *line)
{
    return line->run >= RUN_MIN && !(line->first == '`' && line->has_tick);
}

/* The columns of a list item's content, 0 if the line begins none. */
static size_t list_content(const struct fence_line *line)
{
    if (line->content > 0) {
        return line->content;
    }
    if (line->gap == 0 || !line->has_words) {
        return 0;
    }
    size_t width = line->gap > GAP_MAX ? 1 : line->gap;
    return lower(line->columns + line->run + width, INDENT_MAX);
}

static void end_line(struct fence *f, const struct fence_line *line)
{
    bool near = line->columns <= f->list + FENCE_INDENT_MAX;
    bool run = line->first == '`' || line->first == '~';
    if (fence_is_open(f)) {
        f->mark = closes(f, line) ? 0 : f->mark;
    } else if (run && near && opens(line)) {
        f->mark = line->first;
        f->run = line->run;
        f->indent = line->content > 0 ? line->content : lower(line->columns, INDENT_MAX);
        f->list = line->content > 0 ? line->content : f->list;
    } else if (line->first != 0) {
        size_t content = near ? list_content(line) : 0;
        f->list = content > 0 ? content : lower(f->list, line->columns);
    }
}

void fence_feed(struct fence *f, const char *text, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        if (text[at] == '\n') {
            const struct fence_line line = f->line;
            end_line(f, &line);
            f->line = (struct fence_line){.stage = FENCE_INDENT};
        } else if (f->line.stage == FENCE_REST) { /* most of most text */
            const char *end = memchr(text + at, '\n', len - at);
            at = end != NULL ? (size_t)(end - text) - 1 : len - 1;
        } else {
            add_byte(f, text[at]);
        }
    }
}

void fence_close(const struct fence *f, struct buf *out)
{
    for (size_t i = 0; i < f->indent; i++) {
        buf_add(out, " ", 1);
    }
    for (size_t i = 0; i < f->run; i++) {
        buf_add(out, &f->mark, 1);
    }
    buf_add(out, "\n", 1);
}
