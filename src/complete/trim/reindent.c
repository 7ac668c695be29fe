#include "complete/trim/reindent.h"

#include "text/line.h"

#include <string.h>

#define BEFORE_MAX ((size_t)16 << 10) /* bytes above the cursor that are looked at */
#define WORD_MAX 12                   /* bytes of a line that may say something */
#define WHITE_MAX 512                 /* ... that a line begins with as white space; more is none */

/* ---- the file ------------------------------------------------------------------ */

/* Lines of code open and close blocks by where they stand. */
static void enter_block(struct reindent *r, size_t column)
{
    while (r->block_count > 0 && r->blocks[r->block_count - 1] > column) {
        r->block_count--;
    }
    if (r->block_count > 0 && r->blocks[r->block_count - 1] == column) {
        return;
    }
    if (r->block_count == REINDENT_DEPTH) {
        memmove(r->blocks, r->blocks + 1, sizeof r->blocks - sizeof *r->blocks);
        r->block_count--;
    }
    r->blocks[r->block_count++] = column;
}

static void note_brackets(struct reindent *r, const struct syntax_line *l, struct span line,
                          size_t file, size_t answer)
{
    size_t indent = line.len - span_ltrim(line).len;
    r->bracket_count -= l->closed < r->bracket_count ? l->closed : r->bracket_count;
    for (size_t i = 0; i < l->open_count && r->bracket_count < REINDENT_DEPTH; i++) {
        size_t behind = l->open[i] + 1;
        while (behind < line.len && line.data[behind] == ' ') {
            behind++;
        }
        size_t offset = behind - indent;
        bool last = r->tail == TAIL_OPENS || line.data + behind >= l->code.data + l->code.len;
        r->brackets[r->bracket_count++] =
            (struct reindent_bracket){answer + offset, file + offset, file, last};
    }
}

/* A line that stands no deeper than a bracket's is not inside of it: the bracket was none. */
static void forget_brackets(struct reindent *r, struct span line, size_t file)
{
    struct span trimmed = span_ltrim(line);
    while (r->bracket_count > 0 && trimmed.len > 0 && !line_closes(trimmed) &&
           r->brackets[r->bracket_count - 1].line >= file) {
        r->bracket_count--;
    }
}

static bool is_aligned(const struct reindent *r)
{
    return r->bracket_count > 0 && !r->brackets[r->bracket_count - 1].last;
}

/* "target: source" of make. */
static bool is_rule(struct span line)
{
    const char *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
    return colon != NULL && !is_blank(line.data[0]) && line.data[0] != '#' &&
           (colon + 1 == line.data + line.len || colon[1] != '=');
}

/* The line goes on with what stands above: ".then()", "|| x". */
static bool continues(struct span trimmed)
{
    return trimmed.data[0] != '\0' && strchr(".&|?:+*/=<>,%\\", trimmed.data[0]) != NULL;
}

/* It belongs to the statement above, whose column counts. What it opens itself stands behind its
 * own. */
static bool is_rest(const struct reindent *r, enum syntax_tail above, struct span code, size_t file)
{
    if (file <= r->column || above == TAIL_OPENS) {
        return false;
    }
    return above == TAIL_CONTINUES || (continues(code) && r->tail != TAIL_OPENS);
}

/* A whole line, which stands at these columns. */
static void follow_line(struct reindent *r, struct span line, size_t file, size_t answer)
{
    const enum syntax_in in = r->syntax.in;
    if (in == SYNTAX_CODE) {
        forget_brackets(r, line, file);
    }
    bool aligned = is_aligned(r);
    const struct syntax_line l = syntax_follow(&r->syntax, line);
    if (in == SYNTAX_CODE && r->syntax.in != SYNTAX_CODE) {
        r->literal_file = file;
        r->literal_answer = answer;
    }
    if (span_is_blank(line)) {
        return;
    }
    r->recipe = line.data[0] == '\t' || is_rule(line) || (r->recipe && is_blank(line.data[0]));
    if (in == SYNTAX_STRING) {
        r->tail = TAIL_MAY_OPEN; /* what stands behind the string may */
    }
    if (l.code.len == 0 || in != SYNTAX_CODE) {
        return;
    }
    const enum syntax_tail above = r->tail;
    r->tail = syntax_tail_of(r->context->language, l.code);
    if (r->tail == TAIL_ENDS && l.closed > 0 && !is_closing_bracket(l.code.data[0])) {
        r->tail = TAIL_MAY_OPEN; /* "a)" of a case in a shell's script */
    }
    note_brackets(r, &l, line, file, answer);
    bool listed = r->bracket_count > 0 && r->brackets[r->bracket_count - 1].last;
    if (listed && l.code.data[l.code.len - 1] == ',') {
        r->tail = TAIL_ENDS; /* an item of a list; the next stands beside it */
    }
    if (!aligned && !is_rest(r, above, l.code, file)) {
        r->item = span_starts_with(l.code, "- ");
        r->column = file;
        enter_block(r, file);
        if (r->item) {
            enter_block(r, file + 2);
        }
    }
}

static void read_before(struct reindent *r)
{
    struct span before = r->context->around.before;
    size_t at = before.len > BEFORE_MAX ? before.len - BEFORE_MAX : 0;
    if (at > 0) {
        span_next_line(before, &at); /* the rest of one */
    }
    at += syntax_within(r->context->language, span_skip(before, at));
    while (at < before.len) {
        struct span line = span_next_line(before, &at);
        size_t column = indent_columns(&r->style.indent, line);
        follow_line(r, line, column, column);
    }
}

/* ---- guesses ------------------------------------------------------------------- */

/* How many blocks a line at that column is in. */
static size_t depth_of(const struct reindent *r, size_t column)
{
    size_t depth = 0, outer = column;
    for (size_t i = 0; i < r->block_count; i++) {
        depth += r->blocks[i] < column;
        outer = r->blocks[i] < outer ? r->blocks[i] : outer;
    }
    return depth + outer / r->style.step;
}

/* The column in the file. */
static size_t map(const struct reindent *r, const struct guess *g, size_t answer, bool *exact)
{
    return guess_column(g, r->style.step, answer, exact);
}

static bool is_block(const struct reindent *r, size_t column)
{
    for (size_t i = 0; i < r->block_count; i++) {
        if (r->blocks[i] == column) {
            return true;
        }
    }
    return column == 0;
}

/* It may stand in the column of the line that opens its block. */
static bool may_stand_out(struct span trimmed)
{
    static const char words[] = "case default public private protected";
    return trimmed.data[0] == '{' || trimmed.data[0] == '-' || line_closes(trimmed) ||
           span_is_among(span_first_word(trimmed), words);
}

/* Whether a line may stand there that leaves blocks, which lines of most languages do by what they
 * say. */
static bool may_leave(const struct reindent *r, size_t column, struct span trimmed)
{
    static const char words[] = "else elseif elsif elif rescue ensure catch";
    const struct reindent_bracket *b =
        r->bracket_count > 0 ? &r->brackets[r->bracket_count - 1] : NULL;
    if (b != NULL && b->last && is_closing_bracket(trimmed.data[0])) {
        return column == b->line;
    }
    if (b != NULL && b->last) {
        return column > b->line || (column == b->line && may_stand_out(trimmed));
    }
    return column == r->column || syntax_may_end_by_indent(r->context->language) ||
           may_stand_out(trimmed) || column == 0 || span_is_among(span_first_word(trimmed), words);
}

static bool fits(const struct reindent *r, const struct guess *g, size_t answer,
                 struct span trimmed)
{
    bool exact;
    size_t column = map(r, g, answer, &exact);
    size_t deeper = exact && column > r->column ? column - r->column : 0;
    bool inside = deeper == r->style.step || (guess_is_plain(g, r->style.step) && deeper < 32 &&
                                              (r->style.steps >> deeper & 1) == 1);
    bool beside =
        exact && column <= r->column && is_block(r, column) && may_leave(r, column, trimmed);
    if (r->tail == TAIL_OPENS) {
        return (deeper > 0 && inside) || (beside && column == r->column && may_stand_out(trimmed));
    }
    bool item = r->item && deeper == 2 && guess_is_plain(g, r->style.step);
    return beside || item || (r->tail == TAIL_MAY_OPEN && deeper > 0 && inside);
}

/* The file's own columns are the likeliest. */
static bool is_plain(const struct reindent *r)
{
    return guess_is_plain(&r->guesses.list[0], r->style.step);
}

/* It may stand anywhere, so nothing is said by where it does. */
static bool is_anywhere(const struct reindent *r, size_t column, struct span trimmed)
{
    if (column > r->column) {
        return r->tail == TAIL_CONTINUES || continues(trimmed);
    }
    return is_plain(r) && strchr(",>:\\|?", trimmed.data[0]) != NULL;
}

/* Drops the guesses that this line proves wrong; returns where it is to stand. */
static size_t decide(struct reindent *r, size_t answer, struct span trimmed)
{
    bool exact;
    size_t column = map(r, &r->guesses.list[0], answer, &exact), kept = 0;
    if (trimmed.data[0] != '\0' && is_anywhere(r, column, trimmed)) {
        return column;
    }
    for (size_t i = 0; i < r->guesses.count; i++) {
        const struct guess g = r->guesses.list[i];
        size_t here = map(r, &g, answer, &exact);
        if (fits(r, &g, answer, trimmed) && (kept == 0 || here == column)) {
            column = here;
            r->guesses.list[kept++] = g;
        }
    }
    r->guesses.count = kept > 0 ? kept : r->guesses.count;
    if (kept > 0 && r->tail == TAIL_OPENS && column > r->column && is_plain(r)) {
        r->guesses.count = 1; /* it is the file's own step: what follows is understood so */
    }
    return column;
}

/* ---- one line ------------------------------------------------------------------ */

static struct span span_of_line(const struct reindent *r)
{
    return (struct span){r->line.data, r->line.len};
}

/* The line that the cursor is in, where nothing but white space was typed: the column at which
 * the answer's first text stands. own: white space that the answer has for it. */
static size_t place_first(const struct reindent *r, size_t typed, size_t own, size_t kept)
{
    size_t inside = r->column + r->style.step;
    if (own == 0) {
        return typed;
    }
    if (is_aligned(r)) {
        size_t column = r->brackets[r->bracket_count - 1].file;
        bool is_it = typed < column && (own == column || typed + own == column);
        return is_it ? column : typed + kept;
    }
    if (r->tail == TAIL_OPENS) {
        /* Behind a block's first line that is what the answer wants to say. */
        return typed < inside ? inside : typed;
    }
    return typed + kept;
}

/* In a comment or string of several lines: as far from where that began as in the answer. */
static size_t place_inside(struct reindent *r, size_t answer)
{
    size_t began = r->literal_answer;
    return answer >= began ? r->literal_file + (answer - began) : answer;
}

static void guess_once(struct reindent *r, size_t base, size_t own)
{
    if (r->guesses.count == 0) {
        const struct guess_start start = {base, own, depth_of(r, base)};
        guesses_make(&r->guesses, r->context->language, r->style.step, &start);
    }
}

/* Keys of YAML in the same mapping stand in the same column, those of a list's item behind its
 * dash, whatever the step. */
static size_t place_key(struct reindent *r, size_t answer, struct span trimmed)
{
    while (r->anchor_count > 0 && r->anchors[r->anchor_count - 1].answer > answer) {
        r->anchor_count--;
    }
    const struct anchor *outer = r->anchor_count > 0 ? &r->anchors[r->anchor_count - 1] : NULL;
    size_t column = decide(r, answer, trimmed);
    bool exact;
    if (outer != NULL && answer == outer->answer) {
        column = outer->file;
    } else if (outer != NULL && outer->item && answer == outer->answer + 2) {
        column = outer->file + 2;
    } else if (outer != NULL) {
        size_t from = map(r, &r->guesses.list[0], outer->answer, &exact);
        column = outer->file + (column > from ? column - from : 0);
    }
    bool item = span_starts_with(trimmed, "- ");
    if (outer != NULL && answer == outer->answer) {
        r->anchors[r->anchor_count - 1].item = item;
    } else if (r->anchor_count < REINDENT_DEPTH) {
        r->anchors[r->anchor_count++] = (struct anchor){answer, column, item};
    }
    return column;
}

static size_t place_code(struct reindent *r, size_t answer, struct span trimmed)
{
    bool exact;
    guess_once(r, r->column, r->column);
    const struct language *language = r->context->language;
    if (language->by_indent && language->words && !language->markup) {
        return place_key(r, answer, trimmed);
    }
    if (!is_aligned(r)) {
        return decide(r, answer, trimmed);
    }
    for (size_t i = r->bracket_count; i > 0; i--) {
        if (r->brackets[i - 1].answer == answer) {
            return r->brackets[i - 1].file;
        }
    }
    return map(r, &r->guesses.list[0], answer, &exact);
}

/* White space up to that column, from one on that white space stands at already. */
static void write_indent(const struct reindent *r, size_t from, size_t to, struct buf *out)
{
    if (r->style.aligns && is_aligned(r) && r->column >= from && r->column <= to) {
        indent_write(&r->style.indent, from, r->column, out);
        for (from = r->column; from < to; from++) {
            buf_add(out, " ", 1);
        }
        return;
    }
    indent_write(&r->style.indent, from, to, out);
}

static bool is_recipe(const struct reindent *r, struct span line)
{
    return r->context->language->recipes && (r->recipe || line.data[0] == '\t');
}

/* A line of make's recipes begins with a tab, whatever the options say. */
static void write_recipe(struct reindent *r, struct span white, struct buf *out)
{
    bool typed = r->first && r->context->around.line.len > 0;
    if (white.len == 0 || white.data[0] == '\t' || typed) {
        buf_add(out, white.data, white.len);
        return;
    }
    r->recipe_white = r->recipe_white > 0 ? r->recipe_white : white.len;
    size_t base = r->recipe_white < white.len ? r->recipe_white : white.len;
    buf_add(out, "\t", 1);
    buf_add(out, white.data + base, white.len - base);
}

static void place_typed_line(struct reindent *r, size_t kept, struct buf *out)
{
    struct span typed = r->context->around.line;
    size_t at = indent_columns(&r->style.indent, typed);
    size_t own = r->dropped + kept;
    size_t column = place_first(r, at, own, kept);
    guess_once(r, column, own > 0 && own != column && at + own != column ? own : column);
    write_indent(r, at, column, out);
    r->file = column;
    r->answer = r->guesses.list[0].from == r->guesses.list[0].to ? column : own;
}

/* How much of a line, without its indentation, says where it stands: its first word and the byte
 * behind it, or three bytes. 0: more must come. However the answer comes, it is the same. */
static size_t head_of(struct span trimmed, bool final)
{
    size_t word = span_first_word(trimmed).len, wanted = word > 0 ? word + 1 : 3;
    const char *end = memchr(trimmed.data, '\n', trimmed.len);
    wanted = wanted > WORD_MAX ? WORD_MAX : wanted;
    size_t len = end != NULL ? (size_t)(end - trimmed.data) : trimmed.len;
    if (trimmed.len == 0 || (end == NULL && len < wanted && !final)) {
        return 0;
    }
    return len < wanted ? len : wanted;
}

/* Decides where the line stands and lets its white space out. head: see head_of. */
static void place(struct reindent *r, size_t head, struct buf *out)
{
    struct span line = span_of_line(r), trimmed = span_ltrim(line);
    struct span white = {line.data, line.len - trimmed.len};
    trimmed.len = head;
    /* Vim's are aligned by hand. */
    bool continued = trimmed.len > 0 && trimmed.data[0] == '\\';
    size_t columns = indent_columns(&r->style.foreign, line);
    r->placed = true;
    r->out = white.len;
    r->file = r->answer = columns;
    bool recipes = r->context->language->recipes;
    bool verbatim = r->syntax.in == SYNTAX_STRING || (recipes && !is_recipe(r, line)) ||
                    head == 0 || (continued && !r->first);
    if (verbatim) {
        buf_add(out, white.data, white.len);
    } else if (recipes) {
        write_recipe(r, white, out);
    } else if (r->first && r->context->around.line.len > 0) {
        place_typed_line(r, columns, out);
    } else {
        bool inside = r->syntax.in != SYNTAX_CODE;
        r->file = inside ? place_inside(r, columns) : place_code(r, columns, trimmed);
        write_indent(r, 0, r->file, out);
    }
}

static void end_line(struct reindent *r)
{
    struct span line = span_of_line(r);
    line.len--; /* its end */
    if (r->first) {
        /* What was typed of it, and the white space that is there instead of the answer's. */
        size_t column = indent_columns(&r->style.indent, line);
        bool typed = span_ltrim(r->context->around.line).len > 0;
        follow_line(r, line, typed ? column : r->file, typed ? column : r->answer);
    } else {
        follow_line(r, line, r->file, r->answer);
    }
    buf_clear(&r->line);
    r->first = r->placed = false;
    r->out = 0;
}

static void flush(struct reindent *r, bool final, struct buf *out)
{
    if (!r->placed && r->line.len > 0) {
        struct span trimmed = span_ltrim(span_of_line(r));
        bool endless = r->line.len - trimmed.len >= WHITE_MAX;
        size_t head = endless ? 0 : head_of(trimmed, final);
        if (head > 0 || final || endless) {
            place(r, head, out);
        }
    }
    if (r->placed) {
        buf_add(out, r->line.data + r->out, r->line.len - r->out);
        r->out = r->line.len;
    }
}

void reindent_feed(struct reindent *r, struct span text, bool final, struct buf *out)
{
    if (r->asis) {
        buf_add(out, text.data, text.len);
        return;
    }
    size_t at = 0;
    while (at < text.len) {
        size_t from = at;
        span_next_line(text, &at);
        bool whole = at <= text.len;
        buf_add(&r->line, text.data + from, (whole ? at : text.len) - from);
        if (whole && text.data[at - 1] == '\n') {
            flush(r, true, out);
            end_line(r);
        }
    }
    flush(r, final, out);
}

/* ---- all ----------------------------------------------------------------------- */

/* White space at the end of what was dropped is the first line's. */
static size_t dropped_columns(const struct reindent *r, struct span dropped)
{
    size_t from = dropped.len;
    while (from > 0 && is_blank(dropped.data[from - 1])) {
        from--;
    }
    return indent_columns(&r->style.foreign, span_skip(dropped, from));
}

void reindent_init(struct reindent *r, const struct trim_context *context, struct span dropped)
{
    struct span line = context->around.line;
    *r = (struct reindent){.context = context, .first = true};
    r->style = style_of(&context->around, &context->indent, context->language);
    syntax_init(&r->syntax, context->language);
    buf_init(&r->line, SIZE_MAX);
    r->asis = r->style.unknown || context->language->prose;
    if (r->asis) {
        return;
    }
    read_before(r);
    r->dropped = dropped_columns(r, dropped);
    if (span_ltrim(line).len > 0) {
        buf_add(&r->line, line.data, line.len);
        r->out = line.len;
        r->placed = true;
    }
}

void reindent_finish(struct reindent *r)
{
    buf_finish(&r->line);
}
