#include "fill.h"

#include <string.h>

/* Of longer tokens first: a shorter one may be part of them. */
static const struct fim known[] = {
    {"<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>"},
    {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<repo_name>", "<file_sep>"},
    {"<fim-prefix>", "<fim-suffix>", "<fim-middle>", NULL, NULL},
    {"<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", NULL, NULL},
    {"<|code_prefix|>", "<|code_suffix|>", "<|code_middle|><|assistant|>\n", NULL, NULL},
    {"<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>", NULL, NULL},
    {"<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>", NULL, NULL},
    {"▁<AIX-SPAN-PRE>", "▁<AIX-SPAN-POST>", "▁<AIX-SPAN-MIDDLE>", NULL, NULL},
    {"<PRE> ", " <SUF>", " <MID>", NULL, NULL},
    {"[PREFIX]", "[SUFFIX]", "", NULL, "+++++ "},
};

bool fim_of(const struct script *s, const cJSON *model, struct fim *out)
{
    const cJSON *own = field_get(model, "fim");
    const cJSON *given = own != NULL ? own : field_get(s->root, "fim");
    *out = known[0];
    if (cJSON_IsObject(given)) {
        *out = (struct fim){
            .prefix = field_text(given, "prefix", ""),
            .suffix = field_text(given, "suffix", ""),
            .middle = field_text(given, "middle", ""),
            .repo = field_text(given, "repo", NULL),
            .file = field_text(given, "file", NULL),
        };
    }
    return !cJSON_IsFalse(given);
}

static void add_between(struct buf *out, const char *from, const char *to)
{
    if (to > from) {
        buf_add(out, from, (size_t)(to - from));
    }
}

/* Without the last file's beginning and the line that has its name. */
static const char *skip_files(const struct fim *f, const char *from, const char *to)
{
    size_t len = f->file != NULL ? strlen(f->file) : 0;
    const char *at = from;
    while (len && (at = strstr(at, f->file)) && at < to) {
        size_t name = strcspn(at, "\n");
        from = at[name] && at + name < to ? at + name + 1 : to;
        at = from;
    }
    return from;
}

static const char *find_last(const char *text, const char *what)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) {
        found = at;
    }
    return found;
}

/* Three orders: prefix suffix middle, suffix prefix middle, prefix suffix middle with the
 * text before the cursor (or its last part, the typed one) behind the middle token. */
static bool take_apart(const struct fim *f, const char *prompt, struct buf *before,
                       struct buf *after)
{
    const char *end = prompt + strlen(prompt);
    const char *prefix = *f->prefix ? strstr(prompt, f->prefix) : NULL;
    const char *suffix = *f->suffix ? strstr(prompt, f->suffix) : NULL;
    if (prefix == NULL || suffix == NULL) {
        return false;
    }
    const char *search = prefix > suffix ? prefix : suffix;
    const char *middle = *f->middle ? find_last(search, f->middle) : NULL;
    const char *stop = middle != NULL ? middle : end;
    const char *text = prefix + strlen(f->prefix), *rest = suffix + strlen(f->suffix);
    const char *text_end = prefix < suffix ? suffix : stop;
    add_between(before, skip_files(f, text, text_end), text_end);
    add_between(after, rest, prefix < suffix ? stop : prefix);
    if (middle != NULL) {
        add_between(before, middle + strlen(f->middle), end);
    }
    return true;
}

bool fim_take_apart(const struct fim *f, const char *prompt, struct buf *before, struct buf *after)
{
    if (f != NULL && take_apart(f, prompt, before, after)) {
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        bool whole = strstr(prompt, known[i].middle) != NULL;
        if (whole && take_apart(&known[i], prompt, before, after)) {
            return true;
        }
    }
    return false;
}
