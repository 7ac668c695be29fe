#include "edit/lead.h"

#include "base/words.h"
#include "edit/fenceline.h"
#include "edit/pathname.h"
#include "edit/place.h"
#include "edit/prose.h"
#include "edit/sentence.h"

static struct span trim(struct span line)
{
    return span_rtrim(span_ltrim(line));
}

bool lead_quotes(const struct text *t)
{
    static const char *const words[] = {"riginal",  "urrent", "Before", "xisting",
                                        "our code", "Old ",   " old "};
    struct span all = text_lines(t, 0, t->count);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_has(all, span_of(words[i]))) {
            return true;
        }
    }
    return false;
}

bool lead_asks(const struct text *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (prose_asks(trim(text_line(t, i)))) {
            return true;
        }
    }
    return false;
}

bool lead_is_fenced(const struct place *p, struct span words, struct span *code)
{
    size_t run = 0, end = 0;
    while (run < words.len && words.data[run] == '`') {
        run++;
    }
    while (end < words.len - run && words.data[words.len - 1 - end] == '`') {
        end++;
    }
    if (run < 3 || end < 3) {
        return false;
    }
    *code = trim((struct span){words.data + run, words.len - run - end});
    char name[32];
    fenceline_language(*code, name, sizeof name);
    size_t len = strlen(name);
    struct span rest = span_ltrim(span_skip(*code, len));
    bool named = len > 0 && len < code->len && is_blank(code->data[len]);
    bool tagged = named && (strcmp(name, p->context.filetype) == 0 ||
                            linemap_find(&p->old, rest) != NULL || fenceline_is_language(name));
    *code = tagged ? rest : *code;
    return true;
}

bool lead_is_quoted(const struct place *p, const struct text *t, struct span *code)
{
    struct span words = trim(text_lines(t, 0, t->count));
    while (words.len > 0 && is_space(words.data[words.len - 1])) {
        words.len--;
    }
    if (words.len < 3 || words.data[0] != '`' || words.data[words.len - 1] != '`' ||
        memchr(words.data + 1, '`', words.len - 2) != NULL ||
        memchr(words.data, '\n', words.len) != NULL ||
        span_starts_with(span_ltrim(place_first(p)), "`")) {
        return false;
    }
    *code = (struct span){words.data + 1, words.len - 2};
    return true;
}

/* What a comment of one line says. */
static bool read_comment(const struct language *l, struct span line, struct span *words)
{
    const char *marks[] = {l->comments, l->blocks};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct span mark;
        while (marks[i] != NULL && (mark = span_next_word(&marks[i])).len > 0) {
            struct span end = i > 0 ? span_next_word(&marks[i]) : (struct span){NULL, 0};
            if (!span_starts(line, mark) || line.len < mark.len + end.len ||
                memcmp(line.data + line.len - end.len, end.len > 0 ? end.data : "", end.len) != 0) {
                continue;
            }
            *words = trim((struct span){line.data + mark.len, line.len - mark.len - end.len});
            return true;
        }
    }
    return false;
}

bool lead_names_file(const struct place *p, struct span line)
{
    static const char *const wishes = "comment|header|name|path|title";
    struct span words, path;
    line = trim(line);
    if (p->language->prose || !read_comment(p->language, line, &words) ||
        linemap_find(&p->old, line) != NULL) {
        return false;
    }
    if (span_starts_with(words, "File: ") || span_starts_with(words, "file: ")) {
        words = span_skip(words, strlen("file: "));
    }
    return memchr(words.len > 0 ? words.data : "", ' ', words.len) == NULL &&
           pathname_read(words, false, &path) && !prose_fits(p->context.instruction, wishes);
}

bool lead_introduces(const struct place *p, const struct text *t, size_t *from)
{
    bool known = false;
    *from = 0;
    for (size_t i = 0; i < t->count; i++) {
        struct span words = trim(text_line(t, i));
        struct fenceline f;
        if (words.len == 0 || fenceline_of(words, &f)) {
            continue;
        }
        if (prose_is_talk(p, words) || sentence_is(words)) {
            *from = prose_introduces(words) ? i + 1 : t->count;
            known = false;
        }
        known = known || (i >= *from && linemap_find(&p->old, words) != NULL);
    }
    return known && *from > 0;
}
