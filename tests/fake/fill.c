#include "fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A buffer's text, also when nothing was ever added. */
static const char *text_of(const struct buf *b)
{
    return b->len ? b->data : "";
}

/* As llama-server puts it together: other files, then the gap. */
static void infill_prompt(struct fill *f, const struct fim *fim, const cJSON *body)
{
    const cJSON *chunk;
    if (fim->repo != NULL) {
        buf_printf(&f->prompt, "%smyproject\n", fim->repo);
    }
    cJSON_ArrayForEach(chunk, field_get(body, "input_extra"))
    {
        const cJSON *name = field_get(chunk, "filename");
        if (fim->file != NULL) {
            buf_printf(&f->prompt, "%s%s\n", fim->file,
                       name ? field_text(chunk, "filename", "") : "tmp");
        } else {
            buf_add_str(&f->prompt, "\n\n--- snippet ---\n\n");
        }
        buf_add_str(&f->prompt, field_text(chunk, "text", ""));
    }
    if (fim->file != NULL) {
        buf_printf(&f->prompt, "%sfilename\n", fim->file);
    }
}

static void add_gap(struct fill *f, const struct fim *fim)
{
    buf_printf(&f->prompt, "%s%s%s%s%s", fim->prefix, text_of(&f->before), fim->suffix,
               text_of(&f->after), fim->middle);
}

static void read_infill(struct fill *f, const struct fim *fim, const cJSON *body)
{
    buf_add_str(&f->before, field_text(body, "input_prefix", ""));
    buf_add_str(&f->before, field_text(body, "prompt", ""));
    buf_add_str(&f->after, field_text(body, "input_suffix", ""));
    infill_prompt(f, fim, body);
    add_gap(f, fim);
}

/* A prompt that may hold fill-in tokens of its own. */
static void read_raw(struct fill *f, const struct fim *fim, const cJSON *body)
{
    const char *prompt = field_text(body, "prompt", "");
    buf_add_str(&f->prompt, prompt);
    if (!fim_take_apart(fim, prompt, &f->before, &f->after)) {
        buf_add_str(&f->before, prompt);
    }
}

static void read_suffix(struct fill *f, const struct fim *fim, const cJSON *body)
{
    buf_add_str(&f->before, field_text(body, "prompt", ""));
    buf_add_str(&f->after, field_text(body, "suffix", ""));
    add_gap(f, fim);
}

bool fill_ignores_suffix(const struct script *s)
{
    return strcmp(field_text(s->root, "suffix", "used"), "ignored") == 0;
}

static void read_completion(struct fill *f, const struct fim *fim, const struct context *x)
{
    const char *suffix = field_text(x->body, "suffix", "");
    bool ignored = fill_ignores_suffix(&x->conn->server->script);
    if (*suffix && !x->llama && !ignored) {
        read_suffix(f, fim, x->body);
        return;
    }
    read_raw(f, fim, x->body);
    buf_add_str(&f->after, ignored ? "" : suffix);
}

bool fill_read(struct fill *f, const struct context *x)
{
    const struct script *s = &x->conn->server->script;
    const char *prompt = field_text(x->body, "prompt", "");
    bool raw = cJSON_IsTrue(field_get(x->body, "raw"));
    bool suffix = *field_text(x->body, "suffix", "") != '\0';
    struct fim fim;
    if (!(x->route == ROUTE_INFILL || (x->route == ROUTE_V1_COMPLETIONS && *prompt) ||
          (x->route == ROUTE_GENERATE && *prompt && (raw || suffix)))) {
        return false;
    }
    buf_init(&f->before, SIZE_MAX / 2);
    buf_init(&f->after, SIZE_MAX / 2);
    buf_init(&f->prompt, SIZE_MAX / 2);
    if (!fim_of(s, script_model(s, x->model), &fim)) {
        fim = (struct fim){.prefix = "", .suffix = "", .middle = ""};
    }
    if (x->route == ROUTE_INFILL) {
        read_infill(f, &fim, x->body);
    } else if (x->route == ROUTE_V1_COMPLETIONS) {
        read_completion(f, &fim, x);
    } else if (raw) {
        read_raw(f, &fim, x->body);
    } else {
        read_suffix(f, &fim, x->body);
    }
    return true;
}

const char *fill_prompt(const struct fill *f)
{
    return text_of(&f->prompt);
}

void fill_finish(struct fill *f)
{
    buf_finish(&f->before);
    buf_finish(&f->after);
    buf_finish(&f->prompt);
}

/* Whether each text of the list is (or is not) in the prompt. */
static bool holds(const struct fill *f, const cJSON *list, bool wanted, char why[WHY_SIZE])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if ((strstr(text_of(&f->prompt), item->valuestring) != NULL) != wanted) {
            snprintf(why, WHY_SIZE, "the prompt %s \"%.100s\"", wanted ? "lacks" : "contains",
                     item->valuestring);
            return false;
        }
    }
    return true;
}

bool fill_expected(const struct fill *f, const cJSON *answer, char why[WHY_SIZE])
{
    const cJSON *expect = field_get(answer, "expect_prompt");
    const cJSON *max = field_get(expect, "max_bytes");
    const char *ends = field_text(expect, "prefix_ends", ""),
               *begins = field_text(expect, "suffix_begins", "");
    if (expect == NULL) {
        return true;
    }
    if (f == NULL) {
        snprintf(why, WHY_SIZE, "this is no request to fill in");
        return false;
    }
    size_t len = strlen(ends);
    if (f->before.len < len || strcmp(text_of(&f->before) + f->before.len - len, ends) != 0) {
        size_t shown = f->before.len < 60 ? f->before.len : 60;
        snprintf(why, WHY_SIZE, "the prefix ends with \"%s\" instead of \"%.100s\"",
                 text_of(&f->before) + f->before.len - shown, ends);
        return false;
    }
    if (strncmp(text_of(&f->after), begins, strlen(begins)) != 0) {
        snprintf(why, WHY_SIZE, "the suffix begins with \"%.60s\" instead of \"%.100s\"",
                 text_of(&f->after), begins);
        return false;
    }
    if (max != NULL && (double)f->prompt.len > max->valuedouble) {
        snprintf(why, WHY_SIZE, "the prompt has %zu bytes, more than %.0f", f->prompt.len,
                 max->valuedouble);
        return false;
    }
    return holds(f, field_get(expect, "contains"), true, why) &&
           holds(f, field_get(expect, "excludes"), false, why);
}

size_t fill_shared(const struct fill *f, struct server *s, const char *model)
{
    struct former *former = &s->former;
    size_t n = 0;
    if (former->model == NULL || strcmp(former->model, model) != 0) {
        fill_forget(s);
        former->model = xstrdup(model);
    }
    while (n < former->prompt.len && n < f->prompt.len &&
           former->prompt.data[n] == f->prompt.data[n]) {
        n++;
    }
    buf_clear(&former->prompt);
    buf_add(&former->prompt, text_of(&f->prompt), f->prompt.len);
    return n;
}

void fill_forget(struct server *s)
{
    free(s->former.model);
    buf_finish(&s->former.prompt);
    s->former.model = NULL;
    buf_init(&s->former.prompt, SIZE_MAX / 2);
}
