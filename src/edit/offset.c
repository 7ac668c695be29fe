#include "edit/offset.h"

#include "edit/first.h"
#include "edit/place.h"

#define HELD_MAX 12 /* lines that are held until the likeliest way must do */

void offset_init(struct offset *o, const struct stage *stage)
{
    const struct place *p = stage->place;
    *o = (struct offset){.stage = *stage, .columns = {.place = p}};
    o->asis = p->language->prose || p->wish.white;
    syntax_init(&o->syntax, p->language);
    text_init(&o->held);
    buf_init(&o->line, SIZE_MAX);
}

void offset_finish(struct offset *o)
{
    text_finish(&o->held);
    buf_finish(&o->line);
}

/* ---- writing ------------------------------------------------------------------- */

/* White space of a line that stands at that column; white: what the answer has, at column answer. */
static void write_white(const struct offset *o, struct span white, size_t answer, size_t file,
                        struct buf *out)
{
    const struct place *p = o->stage.place;
    if (answer == file && place_is_usual(p, white)) {
        buf_add(out, white.data, white.len);
    } else {
        indent_write(&p->style.indent, 0, file, out);
    }
}

/* The line of the range that says the same at the same column has its white space from there. */
static struct span known_white(const struct offset *o, const struct linemap_entry *known,
                               size_t file)
{
    const struct place *p = o->stage.place;
    struct span line = text_line(p->context.old, known->first);
    bool fits = indent_columns(&p->style.indent, line) == file;
    return (struct span){line.data, fits ? line.len - span_ltrim(line).len : (size_t)-1};
}

static void give_at(struct offset *o, struct span line, size_t answer, size_t file)
{
    struct span words = span_ltrim(line), white = {line.data, line.len - words.len};
    const struct linemap_entry *known = linemap_find(&o->stage.place->old, line);
    buf_clear(&o->line);
    if (known != NULL && known_white(o, known, file).len != (size_t)-1) {
        struct span was = known_white(o, known, file);
        buf_add(&o->line, was.data, was.len);
    } else {
        write_white(o, white, answer, file, &o->line);
    }
    buf_add(&o->line, words.data, words.len);
    stage_pass(&o->stage, (struct span){o->line.data, o->line.len});
}

/* ---- lines --------------------------------------------------------------------- */

static size_t columns_of(const struct offset *o, struct span line)
{
    return indent_columns(&o->stage.place->style.foreign, line);
}

/* A line at the margin where the range has recipes alone, or begins with one. */
static bool lacks_tab(const struct offset *o, struct span line)
{
    const struct place *p = o->stage.place;
    bool rule =
        memchr(line.data, ':', line.len) != NULL || memchr(line.data, '=', line.len) != NULL;
    return p->old_words > 0 && (p->least > 0 || (!o->begun && p->base > 0 && !rule));
}

/* A recipe of make begins with a tab. */
static bool take_recipe(struct offset *o, struct span line)
{
    const struct place *p = o->stage.place;
    struct span words = span_ltrim(line);
    if (!p->language->recipes) {
        return false;
    }
    const struct linemap_entry *known = linemap_find(&p->old, line);
    struct span was = known != NULL ? text_line(p->context.old, known->first) : line;
    bool tab = was.len > 0 && was.data[0] == '\t';
    buf_clear(&o->line);
    if (words.len < line.len && line.data[0] == ' ' && (tab || known == NULL)) {
        buf_add(&o->line, "\t", 1);
        line = words;
    } else if (words.len == line.len && lacks_tab(o, line)) {
        buf_add(&o->line, "\t", 1);
    }
    buf_add(&o->line, line.data, line.len);
    o->begun = o->begun || words.len > 0;
    stage_pass(&o->stage, (struct span){o->line.data, o->line.len});
    return true;
}

/* In a string or comment of several lines it is as far from where that began as in the answer. */
static size_t place_literal(const struct offset *o, size_t answer)
{
    bool moves = answer >= o->literal_answer && o->literal_answer != o->literal_file;
    return moves ? o->literal_file + (answer - o->literal_answer) : answer;
}

static void follow(struct offset *o, struct span line, size_t answer, size_t file)
{
    enum syntax_in in = o->syntax.in;
    struct syntax_line l = syntax_follow(&o->syntax, line);
    if (in == SYNTAX_CODE && o->syntax.in != SYNTAX_CODE) {
        o->literal_answer = answer;
        o->literal_file = file;
    }
    if (in != SYNTAX_CODE || l.code.len == 0) {
        return;
    }
    columns_follow(&o->columns, l.code, answer, file);
}

static void place_line(struct offset *o, struct span line)
{
    if (span_is_blank(line)) {
        follow(o, line, 0, 0);
        stage_pass(&o->stage, o->stage.place->blank);
        return;
    }
    size_t answer = columns_of(o, line);
    bool code = o->syntax.in == SYNTAX_CODE;
    size_t file = code ? columns_file(&o->columns, answer) : place_literal(o, answer);
    give_at(o, line, answer, file);
    follow(o, line, answer, file);
}

static void release(struct offset *o)
{
    for (size_t i = 0; i < o->held.count; i++) {
        place_line(o, text_line(&o->held, i));
    }
    text_clear(&o->held);
}

/* What the user's own part of the line is followed by: without that part, and without white space
 * where there is none in the range. */
static struct span behind_head(const struct place *p, struct span line)
{
    struct span head = span_ltrim(p->context.head), words = span_ltrim(line);
    struct span rest = span_skip(place_first(p), p->context.head.len);
    bool again = head.len > 0 && span_starts(words, head) && !span_starts(span_ltrim(rest), head);
    struct span behind = again ? span_skip(words, head.len) : words;
    bool apart = head.len > 0 && rest.len > 0 && is_blank(rest.data[0]);
    return apart && !again ? line : behind;
}

/* Whether this line and those that are held have their places. */
static bool are_certain(const struct offset *o, size_t answer)
{
    bool certain = !o->columns.moved || columns_agree(&o->columns, answer);
    for (size_t i = 0; o->columns.moved && i < o->held.count && certain; i++) {
        struct span line = text_line(&o->held, i);
        certain = span_is_blank(line) || columns_agree(&o->columns, columns_of(o, line));
    }
    return certain;
}

static void give_behind_head(struct offset *o, struct span line)
{
    const struct span head = o->stage.place->context.head, rest = behind_head(o->stage.place, line);
    buf_clear(&o->line);
    buf_add(&o->line, head.data, head.len);
    buf_add(&o->line, rest.data, rest.len);
    stage_pass(&o->stage, (struct span){o->line.data, o->line.len});
}

static void take_first(struct offset *o, struct span line)
{
    const struct place *p = o->stage.place;
    bool head = p->context.head.len > 0;
    size_t answer = columns_of(o, line), file = head ? p->base : first_column(p, line, answer);
    o->begun = true;
    columns_begin(&o->columns, answer, file);
    if (head) {
        give_behind_head(o, line);
        follow(o, (struct span){o->line.data, o->line.len}, answer, file);
    } else {
        give_at(o, line, answer, file);
        follow(o, line, answer, file);
    }
    o->columns.after_first = true;
}

/* Whether a line of code waits for others. */
static bool waits(struct offset *o, struct span line)
{
    size_t answer = columns_of(o, line);
    columns_weigh(&o->columns, line, answer, o->held.count == 0);
    if (are_certain(o, answer)) {
        return false;
    }
    if (o->held.count < HELD_MAX) {
        return true;
    }
    o->columns.guesses.count = 1;
    return false;
}

void offset_line(struct offset *o, struct span line)
{
    const struct place *p = o->stage.place;
    if (o->asis && (o->begun || p->context.head.len == 0)) {
        o->begun = o->begun || !span_is_blank(line);
        stage_pass(&o->stage, line);
        return;
    }
    if (p->context.head.len == 0 && take_recipe(o, line)) {
        return;
    }
    if (!o->begun) {
        if (span_is_blank(line)) {
            stage_pass(&o->stage, line);
        } else {
            take_first(o, line);
        }
        return;
    }
    bool blank = span_is_blank(line);
    if (blank ? o->held.count > 0 : o->syntax.in == SYNTAX_CODE && waits(o, line)) {
        text_add(&o->held, line);
        return;
    }
    release(o);
    place_line(o, line);
}

void offset_end(struct offset *o, bool cut)
{
    (void)cut;
    release(o);
}

bool offset_preview(const struct offset *o, struct span line, struct buf *out)
{
    const struct place *p = o->stage.place;
    if (o->asis && o->begun) {
        buf_add(out, line.data, line.len);
        return true;
    }
    size_t guesses = o->columns.guesses.count, answer = columns_of(o, line);
    bool decided = guesses == 1 || (guesses > 1 && !o->columns.moved && !place_is_foreign(p, line));
    if (!o->begun || o->held.count > 0 || !decided || p->odd || p->language->recipes ||
        o->syntax.in != SYNTAX_CODE || !columns_agree(&o->columns, answer)) {
        return false;
    }
    struct span words = span_ltrim(line), white = {line.data, line.len - words.len};
    size_t column = columns_file(&o->columns, answer);
    write_white(o, white, answer, column, out);
    buf_add(out, words.data, words.len);
    return true;
}
