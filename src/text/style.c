#include "text/style.h"

#include "text/line.h"
#include "text/syntax.h"

#define LINES_BEFORE 300 /* that are looked at */
#define LINES_AFTER 100
#define STEP_MAX 16

/* What lines have shown so far. */
struct seen {
    const struct indent *options;
    const struct language *language;
    size_t step;               /* as the options have it */
    size_t tabs, blanks, wide; /* lines; wide: with blanks where the options want a tab */
    size_t least;              /* columns of the least indented line that is, 0: none */
    bool nearest_has_tab;
    bool aligns;
    size_t steps[STEP_MAX + 1]; /* how often a block stood so many columns deeper */
    size_t column;              /* of the line above */
    bool opens;                 /* it opens a block */
};

/* " * text" is aligned with the comment that it stands in, Vim's "\ text" by hand. */
static bool is_aligned(struct span trimmed)
{
    return trimmed.data[0] == '*' || trimmed.data[0] == '\\';
}

static void look_at(struct seen *s, struct span line)
{
    struct span trimmed = span_rtrim(span_ltrim(line));
    if (trimmed.len == 0 || is_aligned(trimmed)) {
        s->opens = s->opens && trimmed.len == 0;
        return;
    }
    size_t column = indent_columns(s->options, line), blanks = 0;
    if (column > 0) {
        bool tab = line.data[0] == '\t';
        s->tabs += tab;
        s->blanks += !tab;
        s->wide += !tab && column >= indent_advance(s->options, 0, '\t');
        s->least = s->least == 0 || column < s->least ? column : s->least;
        s->nearest_has_tab = tab;
        while (trimmed.data - blanks > line.data && trimmed.data[-1 - (ptrdiff_t)blanks] == ' ') {
            blanks++;
        }
        s->aligns = s->aligns || (tab && blanks >= indent_advance(s->options, 0, '\t'));
    }
    if (s->opens && column > s->column && column - s->column <= STEP_MAX) {
        s->steps[column - s->column]++;
    }
    s->column = column;
    enum syntax_tail tail = syntax_tail_of(s->language, trimmed);
    s->opens = tail == TAIL_OPENS || tail == TAIL_MAY_OPEN;
}

/* The last lines of s, as many as are looked at. */
static struct span last_lines(struct span s, size_t lines)
{
    size_t from = s.len;
    while (from > 0 && lines > 0) {
        from--;
        lines -= from > 0 && s.data[from - 1] == '\n';
    }
    return span_skip(s, from);
}

static void look_at_all(struct seen *s, struct span text, size_t lines)
{
    size_t at = 0;
    while (at < text.len && lines-- > 0) {
        look_at(s, span_next_line(text, &at));
    }
}

static size_t step_of(const struct seen *s)
{
    size_t best = 0;
    for (size_t n = 1; n <= STEP_MAX; n++) {
        bool better =
            s->steps[n] > s->steps[best] || (s->steps[n] == s->steps[best] && n == s->step);
        best = s->steps[n] > 0 && (best == 0 || better) ? n : best;
    }
    if (best > 0) {
        return best;
    }
    if (s->tabs > 0) {
        return s->blanks == 0 ? indent_advance(s->options, 0, '\t') : s->step;
    }
    return s->least > 0 && s->least < s->step ? s->least : s->step;
}

static bool has_blanks(const struct seen *s)
{
    if (s->tabs == 0) {
        /* What the options do not allow shows that they are not the file's. */
        bool other = s->wide > 0 || (s->least > 0 && s->least < s->step);
        return s->options->blanks || other;
    }
    if (s->wide > 2 * s->tabs) {
        return true;
    }
    if (s->wide == 0 || !s->options->blanks) {
        return s->options->blanks && s->blanks > s->tabs;
    }
    return !s->nearest_has_tab;
}

static bool are_neovims(const struct indent *options)
{
    return !options->blanks && indent_step(options) == 8 && options->tab_count <= 1 &&
           indent_advance(options, 0, '\t') == 8;
}

struct style style_of(const struct around *around, const struct indent *options,
                      const struct language *language)
{
    struct seen s = {.options = options, .language = language, .step = indent_step(options)};
    /* Below first: what stands above is nearer in kind, and counts as the nearest. */
    size_t at = 0;
    span_next_line(around->after, &at);
    look_at_all(&s, span_skip(around->after, at < around->after.len ? at : around->after.len),
                LINES_AFTER);
    s.opens = false;
    look_at_all(&s, last_lines(around->before, LINES_BEFORE), LINES_BEFORE);
    look_at(&s, around->line);
    struct style style = {.indent = *options, .step = step_of(&s), .aligns = s.aligns};
    for (size_t n = 1; n <= STEP_MAX; n++) {
        style.steps |= s.steps[n] > 0 ? UINT32_C(1) << n : 0;
    }
    style.indent.blanks = has_blanks(&s);
    style.foreign = style.indent;
    if (s.tabs == 0 && style.indent.blanks) {
        style.foreign.tabs[0] = (uint16_t)style.step;
        style.foreign.tab_count = 1;
    }
    style.unknown = s.tabs + s.blanks == 0 && are_neovims(options);
    return style;
}
