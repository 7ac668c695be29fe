/* The lines of tests/cases/edit.jsonl and edit-more.jsonl that are about a range or an insertion, played through answer
 * and journal: what they want of the file holds, in all pieces. And answers in other forms than the
 * whole lines. */
#include "answering.h"

#include <cjson/cJSON.h>
#include <strings.h>

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static size_t number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    return cJSON_IsNumber(item) ? (size_t)item->valuedouble : 0;
}

static const char *filetype_of(const char *name)
{
    static const char *const types[][2] = {
        {"c", "c"},       {"kt", "kotlin"},     {"jsx", "javascriptreact"},
        {"rst", "rst"},   {"h", "c"},           {"hs", "haskell"},
        {"yaml", "yaml"}, {"py", "python"},     {"lua", "lua"},
        {"rs", "rust"},   {"ts", "typescript"}, {"md", "markdown"},
        {"html", "html"}, {"sql", "sql"},       {"js", "javascript"},
        {"txt", "text"},  {"go", "go"},         {"java", "java"},
        {"sh", "sh"},     {"cs", "cs"},         {"toml", "toml"},
        {"css", "css"},   {"rb", "ruby"},       {"cpp", "cpp"},
        {"json", "json"}, {"vue", "vue"},       {"make", "make"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof *types; i++) {
        if (strcmp(dot + 1, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return strcmp(name, "Makefile") == 0 ? "make" : "";
}

/* A file as Neovim has it in a buffer. */
struct file {
    struct text lines;
    bool mark, returns, ends; /* byte order mark, CR LF, newline at the end */
};

static void file_read(struct file *f, const char *bytes)
{
    struct span s = span_of(bytes);
    *f = (struct file){.mark = span_starts_with(s, "\xEF\xBB\xBF")};
    text_init(&f->lines);
    s = span_skip(s, f->mark ? 3 : 0);
    f->ends = s.len > 0 && s.data[s.len - 1] == '\n';
    f->returns = true;
    for (size_t i = 0; i < s.len; i++) {
        f->returns = f->returns && (s.data[i] != '\n' || (i > 0 && s.data[i - 1] == '\r'));
    }
    f->returns = f->returns && span_has(s, span_of("\r\n"));
    for (size_t at = 0; at < s.len;) {
        struct span line = span_next_line(s, &at);
        if (f->returns && line.len > 0 && line.data[line.len - 1] == '\r') {
            line.len--;
        }
        text_add(&f->lines, line);
    }
}

static void add_line(struct buf *b, const struct file *f, struct span line, bool last)
{
    buf_add(b, line.data, line.len);
    buf_add_str(b, !last || f->ends ? (f->returns ? "\r\n" : "\n") : "");
}

struct play {
    struct clean_context context;
    struct file file;
    struct text old, before, after;
    struct answering *result;
    struct buf written; /* the file when all hunks are accepted */
};

static void add_lines(struct text *to, const struct text *from, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add(to, text_line(from, first + i));
    }
}

static int by_place(const void *a, const void *b)
{
    const struct hunk *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

static void add_range(const struct play *p, struct text *all)
{
    struct answering *r = p->result;
    size_t at = 0;
    qsort(r->hunks, r->count, sizeof *r->hunks, by_place);
    for (size_t i = 0; i < r->count; i++) {
        const struct hunk *h = &r->hunks[i];
        add_lines(all, &p->old, at, h->first - at);
        add_lines(all, &r->text, h->new_first, h->new_count);
        at = h->first + h->count;
    }
    add_lines(all, &p->old, at, p->old.count - at);
}

static void write_file(struct play *p)
{
    struct text all;
    text_init(&all);
    add_lines(&all, &p->before, 0, p->before.count);
    add_range(p, &all);
    add_lines(&all, &p->after, 0, p->after.count);
    buf_add_str(&p->written, p->file.mark ? "\xEF\xBB\xBF" : "");
    for (size_t i = 0; i < all.count; i++) {
        add_line(&p->written, &p->file, text_line(&all, i), i + 1 == all.count);
    }
    buf_add(&p->written, "", 0);
    text_finish(&all);
}

static bool is_told(const struct play *p, const cJSON *words, const char *finish)
{
    const cJSON *word;
    cJSON_ArrayForEach(word, words)
    {
        if (strcasestr(p->result->fault_words.data, word->valuestring) != NULL) {
            return true;
        }
        if (p->result->shrunk && strcasestr("a third is gone", word->valuestring) != NULL) {
            return true;
        }
    }
    return finish != NULL && strcmp(finish, "stop") != 0; /* told by the request's ending */
}

static bool holds(const struct play *p, const cJSON *want, const char *finish)
{
    const cJSON *any = cJSON_GetObjectItem(want, "any"), *one;
    cJSON_ArrayForEach(one, any)
    {
        if (holds(p, one, finish)) {
            return true;
        }
    }
    if (any != NULL) {
        return false;
    }
    const cJSON *refused = cJSON_GetObjectItem(want, "refused"),
                *told = cJSON_GetObjectItem(want, "told");
    const char *after = text_of(want, "after");
    if (cJSON_GetObjectItem(want, "unchanged") != NULL) {
        return p->result->count == 0 && p->result->fault_code.len == 0;
    }
    if (refused != NULL) {
        return (p->result->count == 0 || p->result->shrunk) && is_told(p, refused, finish);
    }
    if (told != NULL && !is_told(p, told, finish)) {
        return false;
    }
    bool quiet = told != NULL || (p->result->fault_code.len == 0 && !p->result->shrunk);
    return quiet && after != NULL && p->written.data != NULL && strcmp(p->written.data, after) == 0;
}

static void slice(struct text *to, const struct text *from, size_t first, size_t last)
{
    text_init(to);
    for (size_t i = first; i < last; i++) {
        text_add(to, text_line(from, i));
    }
}

static void play(const cJSON *row)
{
    const cJSON *file = cJSON_GetObjectItem(row, "file");
    const char *finish = text_of(row, "finish"), *answer = text_of(row, "answer");
    bool insert = strcmp(text_of(row, "form"), "insert") == 0;
    size_t first = number_of(row, insert ? "at" : "first"),
           last = number_of(row, insert ? "at" : "last");
    bool cut = finish != NULL && strcmp(finish, "stop") != 0;
    if (finish != NULL && strncmp(finish, "status", 6) == 0) {
        return;
    }
    struct play p = {.result = NULL};
    buf_init(&p.written, SIZE_MAX);
    file_read(&p.file, text_of(file, "text"));
    slice(&p.before, &p.file.lines, 0, first - 1);
    slice(&p.old, &p.file.lines, first - 1, last);
    slice(&p.after, &p.file.lines, last, p.file.lines.count);
    p.context = (struct clean_context){
        .old = &p.old,
        .before = &p.before,
        .after = &p.after,
        .filetype = text_of(row, "filetype") != NULL ? text_of(row, "filetype")
                                                     : filetype_of(text_of(file, "name")),
        .indent = {.tabs = {8}, .tab_count = 1, .step = 8},
        .insert = insert,
        .first = first,
        .instruction = span_of(text_of(row, "instruction")),
    };
    p.result = answering_play_all(&p.context, ANSWER_WHOLE, span_of(answer), cut);
    write_file(&p);
    if (!holds(&p, cJSON_GetObjectItem(row, "want"), finish)) {
        check_fail(__FILE__, __LINE__, text_of(row, "name"));
        printf("    fault %s%s, lines:\n%.*s", p.result->fault_words.data,
               p.result->shrunk ? ", shrunk" : "", (int)p.written.len, p.written.data);
    }
    answering_finish(p.result);
    text_finish(&p.before);
    text_finish(&p.old);
    text_finish(&p.after);
    text_finish(&p.file.lines);
    buf_finish(&p.written);
}

static size_t play_file(const char *name)
{
    FILE *f = fopen(name, "r");
    char *line = NULL;
    size_t room = 0, count = 0;
    CHECK(f != NULL);
    while (f != NULL && getline(&line, &room, f) > 0) {
        cJSON *row = cJSON_Parse(line);
        CHECK(row != NULL);
        if (row != NULL && strcmp(text_of(row, "form"), "blocks") != 0) {
            play(row);
            count++;
        }
        cJSON_Delete(row);
    }
    free(line);
    if (f != NULL) {
        fclose(f);
    }
    return count;
}

static const char *given; /* a file of such cases to be played instead */

static void plays_every_case_of_a_range(void)
{
    if (given != NULL) {
        play_file(given);
        return;
    }
    CHECK(play_file("tests/cases/edit.jsonl") > 90);
    CHECK(play_file("tests/cases/edit-more.jsonl") > 10);
}

int main(int argc, char **argv)
{
    given = argc > 1 ? argv[1] : NULL;
    RUN(plays_every_case_of_a_range);
    return check_report("answer");
}
