/* Plays the answers with blocks of tests/cases/edit.jsonl and edit-more.jsonl: what models write, and what must stand in
 * the files. Names are found as lua/hum/apply does it, simplified: exact, then by the base name. */
#include "check.h"

#include "base/buf.h"
#include "edit/changes.h"
#include "proto.h"
#include "server/json.h"

static const char *const cases[] = {"tests/cases/edit.jsonl", "tests/cases/edit-more.jsonl"};
#define FILES_MAX 8

struct file {
    const char *name;
    struct buf text; /* as it is on disk */
    bool there;
};

struct project {
    struct file files[FILES_MAX];
    size_t count;
    struct buf told;
};

/* ---- files ----------------------------------------------------------------------------- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static struct file *find_file(struct project *p, const char *name)
{
    struct file *found = NULL;
    size_t count = 0;
    name += strncmp(name, "./", 2) == 0 ? 2 : 0;
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->files[i].name, name) == 0) {
            return &p->files[i];
        }
        if (p->files[i].there && strcmp(base_of(p->files[i].name), base_of(name)) == 0) {
            found = &p->files[i];
            count++;
        }
    }
    return count == 1 && strstr(name, "..") == NULL ? found : NULL;
}

static struct file *add_file(struct project *p, const char *name, const char *text)
{
    struct file *f = &p->files[p->count++];
    f->name = name;
    f->there = text != NULL;
    buf_init(&f->text, SIZE_MAX);
    buf_add_str(&f->text, text != NULL ? text : "");
    return f;
}

/* As a buffer has it: without line ends, without a byte order mark. */
struct shape {
    bool returns, mark, open;
};

static struct shape lines_of(const struct buf *text, struct text *out)
{
    struct span s = {text->data, text->len};
    struct shape shape = {.open = s.len > 0 && s.data[s.len - 1] != '\n'};
    if (span_starts_with(s, "\xEF\xBB\xBF")) {
        shape.mark = true;
        s = span_skip(s, 3);
    }
    shape.returns = s.len > 0 && memmem(s.data, s.len, "\r\n", 2) != NULL;
    for (size_t at = 0; at < s.len;) {
        struct span line = span_next_line(s, &at);
        text_add(out, shape.returns ? span_rtrim(line) : line);
    }
    return shape;
}

static void write_lines(const struct text *lines, struct shape shape, struct buf *out)
{
    buf_clear(out);
    buf_add_str(out, shape.mark ? "\xEF\xBB\xBF" : "");
    for (size_t i = 0; i < lines->count; i++) {
        struct span line = text_line(lines, i);
        buf_add(out, line.data, line.len);
        bool last = i + 1 == lines->count;
        buf_add_str(out, last && shape.open ? "" : shape.returns ? "\r\n" : "\n");
    }
    buf_add(out, "", 0);
}

/* ---- applying -------------------------------------------------------------------------- */

static void tell(struct project *p, const struct changes_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        buf_printf(&p->told, "%s. %s\n", faults->items[i].message,
                   faults->items[i].hint != NULL ? faults->items[i].hint : "");
    }
}

static void apply_file(struct project *p, struct changes *c, size_t i)
{
    const struct changes_file *f = changes_file(c, i);
    struct file *file = find_file(p, f->name);
    if (file == NULL && (strstr(f->name, "..") != NULL || f->name[0] == '\0')) {
        buf_printf(&p->told, "which file? \"%s\" is outside of the project\n", f->name);
        return;
    }
    file = file != NULL ? file : add_file(p, f->name, NULL);
    struct text old, new;
    text_init(&old);
    text_init(&new);
    struct shape shape = lines_of(&file->text, &old);
    const struct changes_old is = {file->there, &old, "lua"};
    changes_apply(c, i, &is, &new);
    tell(p, &f->faults);
    file->there = f->action == PATCH_DELETE ? false : file->there || f->action == PATCH_ADD;
    if (f->to[0] != '\0') {
        file->there = false;
        file = add_file(p, f->to, "");
    }
    write_lines(&new, shape, &file->text);
    text_finish(&old);
    text_finish(&new);
}

static void apply(struct project *p, const char *answer)
{
    const struct changes_want want = {.text = span_of(answer)};
    struct changes *c = changes_new(&want);
    for (size_t i = 0; i < changes_count(c); i++) {
        apply_file(p, c, i);
    }
    tell(p, changes_faults(c));
    if (changes_count(c) == 0 && changes_faults(c)->count == 0) {
        buf_add_str(&p->told, "nothing to apply\n");
    }
    buf_add(&p->told, "", 0);
    /* names are the answer's, which goes */
    for (size_t i = 0; i < p->count; i++) {
        p->files[i].name = xstrdup(p->files[i].name);
    }
    changes_free(c);
}

/* ---- what is wanted -------------------------------------------------------------------- */

static bool is_told(const struct project *p, const cJSON *words)
{
    for (const cJSON *w = words->child; w != NULL; w = w->next) {
        if (strcasestr(p->told.data, w->valuestring) != NULL) {
            return true;
        }
    }
    return false;
}

static const cJSON *wanted_text(const cJSON *files, const char *name)
{
    for (const cJSON *f = files != NULL ? files->child : NULL; f != NULL; f = f->next) {
        if (strcmp(cJSON_GetObjectItem(f, "name")->valuestring, name) == 0) {
            return cJSON_GetObjectItem(f, "text");
        }
    }
    return NULL;
}

/* Files that are named have that text, all others the one that they had, or are not there. */
static bool has_files(const struct project *p, const cJSON *before, const cJSON *files)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct file *f = &p->files[i];
        const cJSON *text = wanted_text(files, f->name);
        text = text != NULL ? text : wanted_text(before, f->name);
        bool there = text != NULL && cJSON_IsString(text);
        if (there != f->there || (there && strcmp(text->valuestring, f->text.data) != 0)) {
            return false;
        }
    }
    for (const cJSON *f = files != NULL ? files->child : NULL; f != NULL; f = f->next) {
        bool found = !cJSON_IsString(cJSON_GetObjectItem(f, "text"));
        for (size_t i = 0; i < p->count; i++) {
            found =
                found || strcmp(p->files[i].name, cJSON_GetObjectItem(f, "name")->valuestring) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool holds(const struct project *p, const cJSON *before, const cJSON *want)
{
    const cJSON *any = cJSON_GetObjectItem(want, "any");
    const cJSON *refused = cJSON_GetObjectItem(want, "refused");
    const cJSON *told = cJSON_GetObjectItem(want, "told");
    for (const cJSON *one = any != NULL ? any->child : NULL; one != NULL; one = one->next) {
        if (holds(p, before, one)) {
            return true;
        }
    }
    if (any != NULL) {
        return false;
    }
    if (refused != NULL) {
        return has_files(p, before, NULL) && is_told(p, refused);
    }
    return has_files(p, before, cJSON_GetObjectItem(want, "files")) &&
           (told == NULL || is_told(p, told));
}

static void show(const struct project *p)
{
    for (size_t i = 0; i < p->count; i++) {
        printf("    %s%s:\n%s", p->files[i].name, p->files[i].there ? "" : " (not there)",
               p->files[i].text.data);
    }
    printf("    told: %s", p->told.data);
}

static void play(const cJSON *one)
{
    const cJSON *files = cJSON_GetObjectItem(one, "files");
    struct project p = {.count = 0};
    buf_init(&p.told, SIZE_MAX);
    for (const cJSON *f = files->child; f != NULL; f = f->next) {
        add_file(&p, cJSON_GetObjectItem(f, "name")->valuestring,
                 cJSON_GetObjectItem(f, "text")->valuestring);
    }
    apply(&p, cJSON_GetObjectItem(one, "answer")->valuestring);
    if (!holds(&p, files, cJSON_GetObjectItem(one, "want"))) {
        check_fail(cases[0], 0, cJSON_GetObjectItem(one, "name")->valuestring);
        show(&p);
    }
    for (size_t i = 0; i < p.count; i++) {
        free((char *)p.files[i].name);
        buf_finish(&p.files[i].text);
    }
    buf_finish(&p.told);
}

static size_t play_all(const char *name)
{
    FILE *file = fopen(name, "rb");
    char *line = NULL;
    size_t room = 0, played = 0;
    while (file != NULL && getline(&line, &room, file) > 0) {
        cJSON *one = cJSON_Parse(line);
        const cJSON *form = cJSON_GetObjectItem(one, "form");
        if (form != NULL && strcmp(form->valuestring, "blocks") == 0) {
            play(one);
            played++;
        }
        cJSON_Delete(one);
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return played;
}

static void answers_with_blocks_give_the_wanted_files(void)
{
    CHECK(play_all(cases[0]) > 30);
    CHECK(play_all(cases[1]) > 10);
}

int main(void)
{
    RUN(answers_with_blocks_give_the_wanted_files);
    return check_report("changes_cases");
}
