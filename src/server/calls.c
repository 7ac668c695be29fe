#include "server/calls.h"

#include "proto.h"

#include <stdlib.h>

/* More than any server sends; a bound for what a broken one can make us keep. */
#define MAX_CALLS 64
#define MAX_ARGUMENTS (1u << 20)

struct call {
    int64_t index;
    char *id;
    char *name;
    struct buf arguments;
};

struct calls {
    struct call items[MAX_CALLS];
    size_t count;
};

void calls_free(struct calls *calls)
{
    if (calls == NULL) {
        return;
    }
    for (size_t i = 0; i < calls->count; i++) {
        free(calls->items[i].id);
        free(calls->items[i].name);
        buf_finish(&calls->items[i].arguments);
    }
    free(calls);
}

/* The call with that index, a new one if there is none, NULL if there are too many. */
static struct call *find(struct calls *calls, int64_t index)
{
    for (size_t i = 0; i < calls->count; i++) {
        if (calls->items[i].index == index) {
            return &calls->items[i];
        }
    }
    if (calls->count == MAX_CALLS) {
        return NULL;
    }
    struct call *call = &calls->items[calls->count++];
    *call = (struct call){.index = index};
    buf_init(&call->arguments, MAX_ARGUMENTS);
    return call;
}

static void set_once(char **field, const cJSON *item)
{
    if (*field == NULL && cJSON_IsString(item) && item->valuestring[0] != '\0') {
        *field = xstrdup(item->valuestring);
    }
}

/* Some servers send the arguments as an object, in one piece. */
static void add_arguments(struct call *call, const cJSON *arguments)
{
    if (cJSON_IsString(arguments)) {
        buf_add_str(&call->arguments, arguments->valuestring);
    } else if (arguments != NULL) {
        char *json = cJSON_PrintUnformatted(arguments);
        buf_add_str(&call->arguments, json != NULL ? json : "");
        buf_fail(&call->arguments, json != NULL ? 0 : HUM_ETOOBIG);
        cJSON_free(json);
    }
}

static void add_piece(struct calls **calls, const cJSON *piece, int64_t position,
                      const struct emit *e)
{
    const cJSON *function = json_get(piece, "function");
    int64_t index = json_count(json_get(piece, "index"));
    if (*calls == NULL) {
        *calls = xcalloc(1, sizeof **calls);
    }
    struct call *call = find(*calls, index >= 0 ? index : position);
    if (call == NULL) {
        emit_failure(e, "too many tool calls");
        return;
    }
    set_once(&call->id, json_get(piece, "id"));
    set_once(&call->name, json_get(function, "name"));
    add_arguments(call, json_get(function, "arguments"));
    if (call->arguments.error != 0) {
        emit_failure(e, "a tool call is too long");
    }
}

void calls_add(struct calls **calls, const cJSON *pieces, const struct emit *e)
{
    if (cJSON_IsObject(pieces)) {
        emit_tick(e);
        add_piece(calls, pieces, 0, e);
        return;
    }
    if (pieces == NULL || !cJSON_IsArray(pieces)) {
        emit_unread(e, pieces != NULL ? "tool_calls" : "");
        return;
    }
    const cJSON *piece = pieces->child;
    if (piece != NULL) {
        emit_tick(e);
    }
    for (int64_t position = 0; piece != NULL; piece = piece->next) {
        add_piece(calls, piece, position++, e);
    }
}

void calls_add_function(struct calls **calls, const cJSON *function, const struct emit *e)
{
    cJSON *piece = cJSON_CreateObject();
    cJSON_AddItemReferenceToObject(piece, "function", (cJSON *)(uintptr_t)function);
    calls_add(calls, piece, e);
    cJSON_Delete(piece);
}

void calls_flush(struct calls **calls, const struct emit *e)
{
    for (size_t i = 0; *calls != NULL && i < (*calls)->count; i++) {
        if ((*calls)->items[i].name != NULL) {
            const struct call *call = &(*calls)->items[i];
            emit_call(e, call->id, call->name, &call->arguments);
        }
    }
    calls_free(*calls);
    *calls = NULL;
}
