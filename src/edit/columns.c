#include "edit/columns.h"

#include "edit/place.h"
#include "text/guess.h"

static void add(struct guesses *g, size_t from, size_t to, size_t step)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct guess *other = &g->list[i];
        if (other->from == from && other->to == to && other->step == step) {
            return;
        }
    }
    if (g->count < GUESSES_MOST) {
        g->list[g->count++] = (struct guess){from, to, step};
    }
}

/* A way to understand lines by which the first one, too, stands where it does. */
static void add_fitting(struct columns *c, size_t answer, size_t file, size_t step)
{
    const struct guess g = {0, 0, step};
    bool exact;
    size_t column = guess_column(&g, c->place->style.step, answer, &exact);
    if (answer != file || (exact && column == file)) {
        add(&c->guesses, 0, 0, step);
    }
}

void columns_begin(struct columns *c, size_t answer, size_t file)
{
    static const size_t steps[] = {4, 2, 8, 3};
    const struct style *style = &c->place->style;
    const size_t step = style->step;
    c->moved = answer != file;
    c->answer = answer;
    c->file = file;
    /* All as far from the range's place as the first line is; as it is; in steps of other widths. */
    if (answer != file) {
        add(&c->guesses, answer, file, step);
    }
    add(&c->guesses, 0, 0, step);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !style->unknown; i++) {
        add(&c->guesses, answer, file, steps[i]);
        add_fitting(c, answer, file, steps[i]);
    }
}

static size_t map(const struct columns *c, const struct guess *g, size_t answer, bool *exact)
{
    return guess_column(g, c->place->style.step, answer, exact);
}

static bool is_plain(const struct columns *c, const struct guess *g)
{
    return guess_is_plain(g, c->place->style.step);
}

/* Where the line above stands, by that guess. */
static size_t above_of(const struct columns *c, const struct guess *g)
{
    bool exact;
    return c->after_first ? c->file : map(c, g, c->answer, &exact);
}

/* What a line says of the guesses. */
struct evidence {
    size_t answer;
    const struct linemap_entry *known; /* the range's lines that say the same */
    bool continues;                    /* it goes on with the line above: ".then()" */
    char sign;                         /* its first one */
};

typedef bool (*agrees)(const struct columns *c, const struct guess *g, const struct evidence *e);

/* A block stands a step deeper than the line that opens it. */
static bool is_inside(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    const struct style *style = &c->place->style;
    bool exact;
    size_t column = map(c, g, e->answer, &exact), above = above_of(c, g);
    size_t deeper = column > above ? column - above : 0;
    return exact && (deeper == style->step ||
                     (is_plain(c, g) && deeper < 32 && (style->steps >> deeper & 1) == 1));
}

/* Nothing stands deeper than a line that opens no block. */
static bool is_beside(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(c, g, e->answer, &exact) <= above_of(c, g) && exact;
}

static bool is_as_known(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(c, g, e->answer, &exact) == e->known->column && exact;
}

static bool is_exact(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    bool exact;
    map(c, g, e->answer, &exact);
    return exact;
}

/* It stands whole steps from where the range begins. */
static bool is_on_step(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    bool exact;
    size_t column = map(c, g, e->answer, &exact), base = c->place->base;
    size_t far = column > base ? column - base : base - column;
    return exact && far % c->place->style.step == 0;
}

/* The range's lines stand no further left than its least indented one. */
static bool is_in_range(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(c, g, e->answer, &exact) >= c->place->least;
}

/* Drops those that do not agree, unless none does. */
static void keep(struct columns *c, agrees agree, const struct evidence *e)
{
    size_t kept = 0;
    struct guesses all = c->guesses;
    for (size_t i = 0; i < all.count; i++) {
        if (agree(c, &all.list[i], e)) {
            c->guesses.list[kept++] = all.list[i];
        }
    }
    c->guesses.count = kept > 0 ? kept : all.count;
}

/* Keys of an item stand behind its dash. */
static bool is_in_item(const struct columns *c, const struct guess *g, const struct evidence *e)
{
    bool exact;
    return map(c, g, e->answer, &exact) == above_of(c, g) + 2;
}

/* A block in steps of another width than the file has. */
static bool is_strange(const struct columns *c, size_t answer)
{
    const struct style *style = &c->place->style;
    size_t deeper = answer > c->answer ? answer - c->answer : 0;
    bool usual = deeper < 32 && (style->steps >> deeper & 1) == 1;
    bool step = deeper == 2 || deeper == 3 || deeper == 4 || deeper == 8;
    return (c->block || c->may_block) && step && !usual && !style->unknown &&
           deeper != style->step && guess_has_steps(c->place->language);
}

/* The brace of the line above, and what is listed with it, stand below it. */
static bool is_mate(const struct columns *c, const struct evidence *e)
{
    bool brace = e->sign == '{' && c->may_block;
    bool listed = c->lists && e->sign == c->sign && (e->sign == '"' || e->sign == '\'');
    return brace || listed;
}

/* What stands above is known: no lines are held. */
static void weigh_block(struct columns *c, const struct evidence *e)
{
    if (c->moved && is_mate(c, e)) {
        keep(c, is_beside, e);
        return;
    }
    bool inside = c->block || (c->may_block && e->answer > c->answer && !e->continues);
    if (inside && c->moved) {
        keep(c, is_inside, e);
    }
    if (c->item && e->answer == c->answer + 2) {
        keep(c, is_in_item, e);
    }
}

/* ".then()", "|| x" */
static bool continues(struct span line)
{
    char sign = span_ltrim(line).data[0];
    return sign != '\0' && strchr(".&|?:+*/=<>,%\\", sign) != NULL;
}

void columns_weigh(struct columns *c, struct span line, size_t answer, bool above)
{
    const struct evidence e = {answer, linemap_find(&c->place->old, line), continues(line),
                               span_ltrim(line).data[0]};
    bool has_steps = guess_has_steps(c->place->language) && c->tail != TAIL_CONTINUES;
    c->moved = c->moved || place_is_foreign(c->place, line) || (above && is_strange(c, answer));
    if (above) {
        weigh_block(c, &e);
    }
    if (has_steps) {
        keep(c, is_exact, &e);
    }
    if (has_steps && c->moved && !e.continues) {
        keep(c, is_on_step, &e);
    }
    if (e.known != NULL && !e.known->mixed) {
        keep(c, is_as_known, &e);
    }
    if (c->moved && c->place->old_words > 0) {
        keep(c, is_in_range, &e);
    }
    if (c->tail == TAIL_ENDS && c->after_first && c->moved && !c->item) {
        keep(c, is_beside, &e);
    }
}

bool columns_agree(const struct columns *c, size_t answer)
{
    size_t column = columns_file(c, answer);
    bool exact;
    for (size_t i = 1; i < c->guesses.count; i++) {
        if (map(c, &c->guesses.list[i], answer, &exact) != column) {
            return false;
        }
    }
    return true;
}

size_t columns_file(const struct columns *c, size_t answer)
{
    bool exact;
    return map(c, &c->guesses.list[0], answer, &exact);
}

void columns_follow(struct columns *c, struct span code, size_t answer, size_t file)
{
    char last = code.data[code.len - 1];
    c->tail = syntax_tail_of(c->place->language, code);
    c->block = c->tail == TAIL_OPENS && last != '(' && last != '[';
    c->may_block = c->tail == TAIL_MAY_OPEN && (last == ')' || last == ':');
    c->item = span_starts_with(code, "- ");
    c->lists = last == ',';
    c->sign = code.data[0];
    c->answer = answer;
    c->file = file;
    c->after_first = false;
}
