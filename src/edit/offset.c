#include "edit/offset.h"

#include "edit/place.h"
#include "text/line.h"

#include <string.h>

#define HELD_MAX 12 /* lines that are held until the likeliest way must do */

/* ---- the place ----------------------------------------------------------------- */

static bool is_text(struct span line, bool *closes)
{
    *closes = line_closes(span_ltrim(line));
    return !span_is_blank(line);
}

/* Where new lines stand between two others: in the block that the one above opens, else beside the
 * deeper one of both that is no closing bracket. */
static size_t column_between(const struct place *p, bool *any_root)
{
    const struct text *before = p->context.before, *after = p->context.after;
    const struct indent *indent = &p->style.indent;
    size_t above = 0, below = 0, i = before->count, j = 0;
    bool closes_above = false, closes_below = false;
    while (i > 0 && !is_text(text_line(before, i - 1), &closes_above)) {
        i--;
    }
    while (j < after->count && !is_text(text_line(after, j), &closes_below)) {
        j++;
    }
    bool has_above = i > 0, has_below = j < after->count;
    enum syntax_tail tail = TAIL_ENDS;
    if (has_above) {
        struct span line = text_line(before, i - 1);
        above = indent_columns(indent, line);
        tail = syntax_tail_of(p->language, span_rtrim(span_ltrim(line)));
    }
    if (has_below) {
        below = indent_columns(indent, text_line(after, j));
    }
    *any_root = !has_above || !has_below || above == 0 || (below == 0 && !closes_below);
    if (tail == TAIL_OPENS) {
        return above + p->style.step;
    }
    if (!has_below || closes_below) {
        return above;
    }
    return !has_above || below < above ? below : above;
}

/* The column at which the first line is to stand. */
static size_t base_of(const struct place *p, size_t column)
{
    const struct clean_context *c = &p->context;
    if (p->old_words > 0) {
        return p->base;
    }
    bool any_root;
    size_t cursor = c->old->count > 0 ? indent_columns(&p->style.indent, text_line(c->old, 0)) : 0;
    size_t base = cursor > 0 ? cursor : column_between(p, &any_root);
    if (cursor > 0) {
        return base;
    }
    /* The model has seen the lines around: where a block stands it may mean another one. */
    bool stands = column > 0 || any_root;
    for (size_t side = 0; stands && side < 2; side++) {
        const struct text *t = side == 0 ? c->before : c->after;
        for (size_t i = 0; i < t->count && i < 60; i++) {
            size_t at = side == 0 ? t->count - 1 - i : i;
            struct span other = text_line(t, at);
            if (!span_is_blank(other) && indent_columns(&p->style.indent, other) == column) {
                return column;
            }
        }
    }
    return base;
}

void offset_init(struct offset *o, const struct stage *stage)
{
    const struct place *p = stage->place;
    *o = (struct offset){.stage = *stage};
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

/* ---- ways to understand columns ------------------------------------------------ */

static void add(struct guesses *g, size_t from, size_t to, size_t step)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct guess *o = &g->list[i];
        if (o->from == from && o->to == to && o->step == step) {
            return;
        }
    }
    if (g->count < GUESSES_MOST) {
        g->list[g->count++] = (struct guess){from, to, step};
    }
}

/* A way to understand lines by which the first one, too, stands where it does. */
static void add_fitting(struct offset *o, size_t answer, size_t file, size_t step)
{
    const struct guess g = {0, 0, step};
    bool exact;
    size_t column = guess_column(&g, o->stage.place->style.step, answer, &exact);
    if (answer != file || (exact && column == file)) {
        add(&o->guesses, 0, 0, step);
    }
}

/* As it is; all as far from the range's place as the first line is; in steps of other widths. */
static void make_guesses(struct offset *o, size_t answer, size_t file)
{
    static const size_t steps[] = {4, 2, 8, 3};
    const struct style *style = &o->stage.place->style;
    const size_t step = style->step;
    if (answer != file) {
        add(&o->guesses, answer, file, step);
        add(&o->guesses, 0, 0, step);
    } else {
        add(&o->guesses, 0, 0, step);
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !style->unknown; i++) {
        add(&o->guesses, answer, file, steps[i]);
        add_fitting(o, answer, file, steps[i]);
    }
}

static size_t map(const struct offset *o, const struct guess *g, size_t answer, bool *exact)
{
    return guess_column(g, o->stage.place->style.step, answer, exact);
}

static bool is_plain(const struct offset *o, const struct guess *g)
{
    return guess_is_plain(g, o->stage.place->style.step);
}

/* Where the line above stands, by that guess. */
static size_t above_of(const struct offset *o, const struct guess *g)
{
    bool exact;
    return o->after_first ? o->file : map(o, g, o->answer, &exact);
}

/* What a line says of the guesses. */
struct evidence {
    size_t answer;
    const struct linemap_entry *known; /* the range's lines that say the same */
    bool continues;                    /* it goes on with the line above: ".then()" */
};

typedef bool (*agrees)(const struct offset *o, const struct guess *g, const struct evidence *e);

/* A block stands a step deeper than the line that opens it. */
static bool is_inside(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    const struct style *style = &o->stage.place->style;
    bool exact;
    size_t column = map(o, g, e->answer, &exact), above = above_of(o, g);
    size_t deeper = column > above ? column - above : 0;
    return exact && (deeper == style->step ||
                     (is_plain(o, g) && deeper < 32 && (style->steps >> deeper & 1) == 1));
}

/* Nothing stands deeper than a line that opens no block. */
static bool is_beside(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(o, g, e->answer, &exact) <= above_of(o, g) && exact;
}

static bool is_as_known(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(o, g, e->answer, &exact) == e->known->column && exact;
}

static bool is_exact(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    bool exact;
    map(o, g, e->answer, &exact);
    return exact;
}

/* It stands whole steps from where the range begins. */
static bool is_on_step(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    bool exact;
    size_t column = map(o, g, e->answer, &exact), base = o->stage.place->base;
    size_t far = column > base ? column - base : base - column;
    return exact && far % o->stage.place->style.step == 0;
}

/* The range's lines stand no further left than its least indented one. */
static bool is_in_range(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(o, g, e->answer, &exact) >= o->stage.place->least;
}

/* Drops those that do not agree, unless none does. */
static void keep(struct offset *o, agrees agree, const struct evidence *e)
{
    size_t kept = 0;
    struct guesses all = o->guesses;
    for (size_t i = 0; i < all.count; i++) {
        if (agree(o, &all.list[i], e)) {
            o->guesses.list[kept++] = all.list[i];
        }
    }
    o->guesses.count = kept > 0 ? kept : all.count;
}

/* Keys of an item stand behind its dash. */
static bool is_in_item(const struct offset *o, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(o, g, e->answer, &exact) == above_of(o, g) + 2;
}

/* A block in steps of another width than the file has. */
static bool is_strange(const struct offset *o, size_t answer)
{
    const struct style *style = &o->stage.place->style;
    size_t deeper = answer > o->answer ? answer - o->answer : 0;
    bool usual = deeper < 32 && (style->steps >> deeper & 1) == 1;
    bool step = deeper == 2 || deeper == 3 || deeper == 4 || deeper == 8;
    return (o->block || o->may_block) && step && !usual && !style->unknown &&
           deeper != style->step && guess_has_steps(o->stage.place->language);
}

static void weigh(struct offset *o, const struct evidence *e)
{
    bool inside = o->block || (o->may_block && e->answer > o->answer && !e->continues);
    if (o->held.count == 0 && inside && o->moved) {
        keep(o, is_inside, e);
    }
    if (o->held.count == 0 && o->item && e->answer == o->answer + 2) {
        keep(o, is_in_item, e);
    }
    if (o->tail != TAIL_CONTINUES && guess_has_steps(o->stage.place->language)) {
        keep(o, is_exact, e);
    }
    if (o->tail != TAIL_CONTINUES && o->moved && !e->continues &&
        guess_has_steps(o->stage.place->language)) {
        keep(o, is_on_step, e);
    }
    if (e->known != NULL && !e->known->mixed) {
        keep(o, is_as_known, e);
    }
    if (o->moved && o->stage.place->old_words > 0) {
        keep(o, is_in_range, e);
    }
    if (o->tail == TAIL_ENDS && o->after_first && o->moved && !o->item) {
        keep(o, is_beside, e);
    }
}

static bool is_certain(const struct offset *o, size_t answer)
{
    bool exact;
    size_t column = map(o, &o->guesses.list[0], answer, &exact);
    for (size_t i = 1; o->moved && i < o->guesses.count; i++) {
        if (map(o, &o->guesses.list[i], answer, &exact) != column) {
            return false;
        }
    }
    return true;
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
    char last = l.code.data[l.code.len - 1];
    o->tail = syntax_tail_of(o->stage.place->language, l.code);
    o->block = o->tail == TAIL_OPENS && last != '(' && last != '[';
    o->may_block = o->tail == TAIL_MAY_OPEN && (last == ')' || last == ':');
    o->item = span_starts_with(l.code, "- ");
    o->answer = answer;
    o->file = file;
    o->after_first = false;
}

static void place_line(struct offset *o, struct span line)
{
    if (span_is_blank(line)) {
        follow(o, line, 0, 0);
        stage_pass(&o->stage, o->stage.place->blank);
        return;
    }
    size_t answer = columns_of(o, line), file;
    bool exact;
    if (o->syntax.in == SYNTAX_CODE) {
        file = map(o, &o->guesses.list[0], answer, &exact);
    } else {
        file = place_literal(o, answer);
    }
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

/* Whether its white space is of another kind than the file's. */
static bool is_foreign(const struct offset *o, struct span line)
{
    struct span white = {line.data, line.len - span_ltrim(line).len};
    return !place_is_usual(o->stage.place, white);
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

/* The same for the lines that are held. */
static bool are_certain(const struct offset *o, size_t answer)
{
    bool certain = is_certain(o, answer);
    for (size_t i = 0; i < o->held.count && certain; i++) {
        struct span line = text_line(&o->held, i);
        certain = span_is_blank(line) || is_certain(o, columns_of(o, line));
    }
    return certain;
}

static bool begin_alike(struct span a, struct span b)
{
    struct span x = span_first_word(span_ltrim(a)), y = span_first_word(span_ltrim(b));
    return x.len > 0 && x.len == y.len && span_starts(x, y);
}

/* A range may begin deeper than it goes on, and the answer where it goes on: at the margin only if a
 * line there begins alike, as first lines come without their indentation often. */
static bool leaves_first(const struct place *p, struct span line, size_t answer)
{
    const struct text *old = p->context.old;
    if (p->old_words == 0 || answer != p->least || begin_alike(line, place_first(p))) {
        return false;
    }
    for (size_t i = 0; i < old->count && answer == 0; i++) {
        struct span other = text_line(old, i);
        if (indent_columns(&p->style.indent, other) == 0 && begin_alike(line, other)) {
            return true;
        }
    }
    return answer > 0;
}

/* Where the first line is to stand. */
static size_t first_column(const struct offset *o, struct span line, size_t answer, size_t base)
{
    const struct place *p = o->stage.place;
    const struct linemap_entry *known = linemap_find(&p->old, line);
    bool here = answer == base && !is_foreign(o, line);
    if (here || (known != NULL && known->first == p->first)) {
        return base;
    }
    if (known != NULL && !known->mixed) {
        return known->column;
    }
    return leaves_first(p, line, answer) ? answer : base;
}

static void take_first(struct offset *o, struct span line)
{
    const struct place *p = o->stage.place;
    size_t answer = columns_of(o, line);
    o->begun = true;
    if (p->context.head.len > 0) {
        struct span rest = behind_head(p, line);
        buf_clear(&o->line);
        buf_add(&o->line, p->context.head.data, p->context.head.len);
        buf_add(&o->line, rest.data, rest.len);
        stage_pass(&o->stage, (struct span){o->line.data, o->line.len});
        o->moved = answer != p->base;
        make_guesses(o, answer, p->base);
        o->after_first = true;
        follow(o, (struct span){o->line.data, o->line.len}, answer, p->base);
        o->after_first = true;
        return;
    }
    size_t base = base_of(p, answer), file = first_column(o, line, answer, base);
    o->moved = answer != file;
    make_guesses(o, answer, file);
    give_at(o, line, answer, file);
    o->answer = answer;
    o->file = file;
    follow(o, line, answer, file);
    o->after_first = true;
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
    if (o->held.count > 0 && span_is_blank(line)) {
        text_add(&o->held, line);
        return;
    }
    if (!span_is_blank(line) && o->syntax.in == SYNTAX_CODE) {
        o->moved = o->moved || is_foreign(o, line) ||
                   (o->held.count == 0 && is_strange(o, columns_of(o, line)));
        char sign = span_ltrim(line).data[0];
        struct evidence e = {columns_of(o, line), linemap_find(&p->old, line),
                             sign != '\0' && strchr(".&|?:+*/=<>,%\\", sign) != NULL};
        weigh(o, &e);
        if (!are_certain(o, e.answer) && o->held.count < HELD_MAX) {
            text_add(&o->held, line);
            return;
        }
        if (o->held.count >= HELD_MAX) {
            o->guesses.count = 1;
        }
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
    bool decided = o->guesses.count == 1 || !o->moved;
    if (!o->begun || o->held.count > 0 || !decided || p->odd || p->language->recipes ||
        o->syntax.in != SYNTAX_CODE || o->guesses.count == 0) {
        return false;
    }
    struct span words = span_ltrim(line), white = {line.data, line.len - words.len};
    size_t answer = columns_of(o, line);
    bool exact;
    size_t column = map(o, &o->guesses.list[0], answer, &exact);
    for (size_t i = 1; i < o->guesses.count; i++) {
        if (map(o, &o->guesses.list[i], answer, &exact) != column) {
            return false;
        }
    }
    if (is_foreign(o, line) && o->guesses.count > 1) {
        return false;
    }
    write_white(o, white, answer, column, out);
    buf_add(out, words.data, words.len);
    return true;
}
