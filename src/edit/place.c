#include "edit/place.h"

#include "base/fence.h"
#include "base/words.h"
#include "edit/fenceline.h"
#include "edit/sentence.h"

#define BLANKS_MIN 2 /* that are a step, where tabs are one: " * text" has one */

/* File types in which a fence is part of the language. */
static const char *const markdowns[] = {"markdown", "markdown_inline", "mdx",     "rmd",
                                        "quarto",   "pandoc",          "hum",     "codecompanion",
                                        "octo",     "livebook",        "vimwiki", "gitsendemail",
                                        NULL};

/* What a fence calls a language, and what Neovim does. */
static const char *const aliases[][2] = {
    {"py", "python"},  {"js", "javascript"}, {"ts", "typescript"}, {"rs", "rust"},
    {"rb", "ruby"},    {"shell", "sh"},      {"console", "sh"},    {"golang", "go"},
    {"c++", "cpp"},    {"c#", "cs"},         {"csharp", "cs"},     {"yml", "yaml"},
    {"hs", "haskell"}, {"kt", "kotlin"},     {"ex", "elixir"},
};

bool place_has(const struct place *p, struct span text)
{
    const struct text *texts[] = {p->context.old, p->context.before, p->context.after};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (span_has(text_lines(texts[i], 0, texts[i]->count), text)) {
            return true;
        }
    }
    return span_has(p->context.instruction, text);
}

struct span place_first(const struct place *p)
{
    return p->old_words > 0 ? text_line(p->context.old, p->first) : (struct span){NULL, 0};
}

struct span place_last(const struct place *p)
{
    return p->old_words > 0 ? text_line(p->context.old, p->last) : (struct span){NULL, 0};
}

/* ---- the language -------------------------------------------------------------- */

static const struct language *language_of_tag(struct span info)
{
    char name[32];
    fenceline_language(info, name, sizeof name);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (strcmp(name, aliases[i][0]) == 0) {
            return language_of(aliases[i][1]);
        }
    }
    return name[0] != '\0' ? language_of(name) : language_of("conf");
}

/* The line that opens the fence which the range stands in, LINEMAP_NONE: there is none. Of a part of a
 * file, which may begin within a fence, a fence with words opens one, and a bare one closes it. */
static size_t find_opener(const struct clean_context *c)
{
    struct fence fence;
    struct fenceline f;
    size_t opener = LINEMAP_NONE, last = LINEMAP_NONE;
    bool named = false, last_named = false, whole = c->first <= c->before->count + 1;
    fence_init(&fence);
    for (size_t i = 0; i < c->before->count; i++) {
        struct span line = text_line(c->before, i);
        bool was = fence_is_open(&fence);
        fence_feed(&fence, line.data, line.len);
        fence_feed(&fence, "\n", 1);
        opener = !fence_is_open(&fence) ? LINEMAP_NONE : was ? opener : i;
        if (fenceline_of(line, &f)) {
            last = i;
            last_named = f.info.len > 0;
            named = named || last_named;
        }
    }
    if (whole || !named) {
        return opener;
    }
    return last_named ? last : LINEMAP_NONE;
}

/* Of a range in a fence of Markdown: that of the fence. */
static void find_language(struct place *p)
{
    const struct clean_context *c = &p->context;
    struct fenceline f;
    p->language = language_of(c->filetype);
    p->markdown = words_is_one(c->filetype, markdowns);
    size_t opener = p->markdown ? find_opener(c) : LINEMAP_NONE;
    if (opener != LINEMAP_NONE && fenceline_of(text_line(c->before, opener), &f)) {
        p->language = language_of_tag(f.info);
        p->markdown = false;
    }
}

/* ---- the range ----------------------------------------------------------------- */

bool place_is_usual(const struct place *p, struct span white)
{
    size_t tabs = 0;
    while (tabs < white.len && white.data[tabs] == '\t') {
        tabs++;
    }
    if (p->style.unknown) {
        return true;
    }
    if (p->style.indent.blanks) {
        return memchr(white.len > 0 ? white.data : "", '\t', white.len) == NULL;
    }
    struct span rest = span_skip(white, tabs);
    bool blanks = memchr(rest.len > 0 ? rest.data : "", '\t', rest.len) == NULL;
    size_t stop = indent_advance(&p->style.indent, 0, '\t');
    bool aligned = tabs > 0 && (rest.len < stop || p->style.aligns);
    return blanks && (aligned || rest.len < BLANKS_MIN);
}

bool place_is_foreign(const struct place *p, struct span line)
{
    return !place_is_usual(p, (struct span){line.data, line.len - span_ltrim(line).len});
}

static void look_at(struct place *p, size_t i)
{
    struct span line = text_line(p->context.old, i), words = span_ltrim(line);
    struct fenceline f;
    if (words.len == 0) {
        p->blank = line.len > 0 && line.data[line.len - 1] != '\r' ? line : p->blank;
        return;
    }
    size_t column = indent_columns(&p->style.indent, line);
    p->first = p->old_words == 0 ? i : p->first;
    p->last = i;
    p->base = p->old_words == 0 ? column : p->base;
    p->least = p->old_words == 0 || column < p->least ? column : p->least;
    p->old_words++;
    p->fences = p->fences || fenceline_of(line, &f);
    p->odd = p->odd || place_is_foreign(p, line);
}

static void look_at_all(struct place *p)
{
    const struct text *old = p->context.old;
    size_t returns = 0, sentences = 0, empty = 0, sides = 0;
    for (size_t i = 0; i < old->count; i++) {
        struct span line = text_line(old, i);
        look_at(p, i);
        returns += line.len > 0 && line.data[line.len - 1] == '\r';
        empty += line.len == 0;
        sides += span_starts_with(line, "<<<<<<< ") || span_starts_with(line, ">>>>>>> ");
        sentences += sentence_is(span_rtrim(span_ltrim(line)));
    }
    p->returns = returns > old->count / 2;
    p->conflict = sides > 1;
    p->sentence = sentences > 0;
    p->sentences = 2 * sentences > p->old_words;
    p->blank = empty > 0 ? (struct span){NULL, 0} : p->blank;
    p->marked = old->count > 0 && span_starts_with(text_line(old, 0), "\xEF\xBB\xBF");
}

static void find_style(struct place *p, struct buf *above, struct buf *below)
{
    const struct clean_context *c = &p->context;
    const struct text *parts[] = {c->before, c->old};
    for (size_t i = 0; i < 2; i++) {
        struct span lines = text_lines(parts[i], 0, parts[i]->count);
        buf_add(above, lines.data, lines.len);
    }
    struct span lines = text_lines(c->after, 0, c->after->count);
    buf_add(below, "\n", 1); /* the end of the line that the cursor is in */
    buf_add(below, lines.data, lines.len);
    const struct around around = {.before = {above->data, above->len},
                                  .after = {below->data, below->len}};
    p->style = style_of(&around, &c->indent, p->language);
    p->style.step = p->style.step > 0 ? p->style.step : 1;
    p->style.indent.blanks = p->style.indent.blanks || p->style.unknown;
}

void place_init(struct place *p, const struct clean_context *context)
{
    *p = (struct place){.context = *context, .wish = wish_of(context->instruction)};
    find_language(p);
    struct buf above, below;
    buf_init(&above, SIZE_MAX);
    buf_init(&below, SIZE_MAX);
    find_style(p, &above, &below);
    buf_finish(&above);
    buf_finish(&below);
    look_at_all(p);
    p->fences = p->fences || p->markdown;
    linemap_init(&p->old, context->old, &p->style.indent);
}

void place_finish(struct place *p)
{
    linemap_finish(&p->old);
}
