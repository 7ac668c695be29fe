#include "job/gather_spec.h"

#include "base/value.h"
#include "proto.h"

#include <stdlib.h>

static uint64_t count_of(const struct value *v)
{
    int64_t n = value_int(v, 0);
    return n > 0 ? (uint64_t)n : 0;
}

/* A list has the last one at its end. */
static char *read_since(const struct value *v)
{
    if (v != NULL && v->type == VALUE_ARRAY && v->as.array.count > 0) {
        v = &v->as.array.items[v->as.array.count - 1];
    }
    return value_strdup(v);
}

static enum item_want read_want(const struct value *v)
{
    if (value_is_string(v, "whole")) {
        return WANT_WHOLE;
    }
    return value_is_string(v, "outline") ? WANT_OUTLINE : WANT_FITTING;
}

static void read_text(struct item *item, const struct value *text)
{
    buf_init(&item->text, LIMIT_MESSAGE);
    if (text != NULL && text->type == VALUE_STRING) {
        buf_add(&item->text, text->as.string.data, text->as.string.len);
    }
}

static bool is_absolute(const char *path)
{
    return path != NULL && path[0] == '/';
}

/* What kind of item it is shows in the field that says where it is. */
static const char *read_item(struct item *item, const struct value *v)
{
    const struct value *path = value_get(v, "path"), *glob = value_get(v, "glob");
    const struct value *dir = value_get(v, "dir"), *tree = value_get(v, "tree");
    *item = (struct item){
        .name = value_strdup(value_get(v, "name")),
        .since = read_since(value_get(v, "since")),
        .pieces = count_of(value_get(v, "pieces")),
        .first = count_of(value_get(v, "first")),
        .last = count_of(value_get(v, "last")),
        .want = read_want(value_get(v, "want")),
        .force = value_bool(value_get(v, "force"), false),
        .as_text = value_bool(value_get(v, "as_text"), false),
        .most = count_of(value_get(v, "most")),
        .depth = count_of(value_get(v, "depth")),
    };
    read_text(item, value_get(v, "text"));
    if (item->last > 0 && item->first == 0) {
        item->first = 1;
    }
    if (path != NULL) {
        item->kind = ITEM_FILE;
        item->path = value_strdup(path);
    } else if (glob != NULL) {
        item->kind = ITEM_GLOB;
        item->pattern = value_strdup(glob);
        item->path = value_strdup(value_get(v, "base"));
    } else if (dir != NULL || tree != NULL) {
        item->kind = dir != NULL ? ITEM_DIR : ITEM_TREE;
        item->path = value_strdup(dir != NULL ? dir : tree);
    } else {
        item->kind = ITEM_TEXT;
        return value_get(v, "text") != NULL || value_get(v, "pieces") != NULL
                   ? NULL
                   : "an item of gather has none of path, text, pieces, glob, dir and tree";
    }
    item->pieces = 0;
    if (item->kind == ITEM_GLOB && item->pattern == NULL) {
        return "a glob of gather is no text";
    }
    return is_absolute(item->path) ? NULL : "a path of gather is not absolute";
}

int gather_spec_init(struct gather_spec *s, const struct value *spec, const char **why)
{
    const struct value *items = value_get(spec, "items");
    *s = (struct gather_spec){
        .folder = value_strdup_or(value_get(spec, "folder"), ""),
        .root = value_strdup_or(value_get(spec, "root"), ""),
        .largest = count_of(value_get(spec, "largest")),
    };
    s->largest = s->largest > 0 ? s->largest : GATHER_LARGEST;
    *why = NULL;
    if (items == NULL || items->type != VALUE_ARRAY) {
        *why = "gather.items is missing";
    } else if (s->folder[0] != '\0' && s->folder[0] != '/') {
        *why = "gather.folder is not absolute";
    } else {
        s->items = xcalloc(items->as.array.count + 1, sizeof *s->items);
        for (size_t i = 0; i < items->as.array.count && *why == NULL; i++) {
            *why = read_item(&s->items[s->count++], &items->as.array.items[i]);
        }
    }
    return *why != NULL ? HUM_ESPEC : 0;
}

void gather_spec_finish(struct gather_spec *s)
{
    for (size_t i = 0; i < s->count; i++) {
        item_finish(&s->items[i]);
    }
    free(s->items);
    free(s->folder);
    free(s->root);
    *s = (struct gather_spec){0};
}
