#include "server/shape.h"

#include "base/words.h"

#include <string.h>

/* How deep parts may stand in one another. */
#define MAX_NESTED 8

/* ---- text ---------------------------------------------------------------------- */

/* What a part is by its type: the first of these words that is in it decides. */
enum kind { KIND_HIDDEN, KIND_OTHER, KIND_THINKING, KIND_TEXT };

static const struct {
    const char *word;
    enum kind kind;
} kinds[] = {
    {"redacted", KIND_HIDDEN},  {"encrypted", KIND_HIDDEN}, {"tool", KIND_OTHER},
    {"function", KIND_OTHER},   {"image", KIND_OTHER},      {"audio", KIND_OTHER},
    {"video", KIND_OTHER},      {"file", KIND_OTHER},       {"think", KIND_THINKING},
    {"thought", KIND_THINKING}, {"reason", KIND_THINKING},  {"summary", KIND_THINKING},
};

/* Where the words of an object stand, and whether they are thinking whatever else is said. */
static const struct {
    const char *name;
    bool thinking;
} fields[] = {
    {"text", false},    {"thinking", true},          {"reasoning", true},
    {"content", false}, {"reasoning_content", true}, {"reasoning_text", true},
    {"summary", false}, {"refusal", false},          {"value", false},
    {"parts", false},   {"output_text", false},      {"thought", true},
};

static bool give(const struct emit *e, enum dialect_event_type type, const cJSON *item, int depth);

static enum kind kind_of(const char *type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcasestr(type, kinds[i].word) != NULL) {
            return kinds[i].kind;
        }
    }
    return KIND_TEXT;
}

/* Parts of a list, and objects that have no type. */
static bool give_object(const struct emit *e, enum dialect_event_type type, const cJSON *object,
                        int depth)
{
    const cJSON *name = json_get(object, "type");
    enum kind kind = cJSON_IsString(name) ? kind_of(name->valuestring) : KIND_TEXT;
    bool known = false;
    if (kind == KIND_HIDDEN) {
        emit_tick(e);
        return false;
    }
    for (size_t i = 0; kind != KIND_OTHER && i < sizeof fields / sizeof *fields; i++) {
        const cJSON *item = json_get(object, fields[i].name);
        bool thinks = kind == KIND_THINKING || (fields[i].thinking && item != NULL);
        known = known || item != NULL;
        if (give(e, thinks ? DIALECT_THINKING : type, item, depth + 1)) {
            return true;
        }
    }
    if (!known && object->child != NULL) {
        emit_unread(e, cJSON_IsString(name) ? name->valuestring : object->child->string);
    }
    return false;
}

static bool give(const struct emit *e, enum dialect_event_type type, const cJSON *item, int depth)
{
    bool given = false;
    if (item == NULL || cJSON_IsNull(item) || depth > MAX_NESTED) {
        return false;
    }
    if (cJSON_IsString(item)) {
        emit_text(e, type, item);
        return item->valuestring[0] != '\0';
    }
    if (cJSON_IsObject(item)) {
        return give_object(e, type, item, depth);
    }
    if (!cJSON_IsArray(item)) {
        emit_unread(e, item->string != NULL ? item->string : "a number");
    }
    for (const cJSON *part = item->child; part != NULL; part = part->next) {
        given = give(e, type, part, depth + 1) || given;
    }
    return given;
}

bool shape_text(const struct emit *e, enum dialect_event_type type, const cJSON *item)
{
    return give(e, type, item, 0);
}

/* ---- messages ------------------------------------------------------------------ */

/* The fields of a thought: servers that have several say the same in each. */
static const char *const thoughts[] = {"reasoning_content", "reasoning",      "reasoning_text",
                                       "thinking",          "thought",        "thoughts",
                                       "reasoning_details", "thinking_blocks"};
#define THOUGHTS (sizeof thoughts / sizeof *thoughts)

/* What else a message has, and is read elsewhere or of no use. */
static const char *const passed[] = {"tool_calls", "function_call", "annotations", "citations",
                                     NULL};

struct message {
    const cJSON *content, *text, *refusal;
    const cJSON *thought[THOUGHTS];
    const cJSON *other; /* a field that nobody knows and that holds something */
};

/* Which of the fields of a thought it is; THOUGHTS: none. */
static size_t thought_of(const char *name)
{
    size_t i = 0;
    while (i < THOUGHTS && strcmp(name, thoughts[i]) != 0) {
        i++;
    }
    return i;
}

/* One field: the usual one is looked at first, and most deltas have no other. */
static void sort(struct message *m, const cJSON *field)
{
    size_t thought;
    if (strcmp(field->string, "content") == 0) {
        m->content = field;
    } else if ((thought = thought_of(field->string)) < THOUGHTS) {
        m->thought[thought] = cJSON_IsNull(field) ? NULL : field;
    } else if (strcmp(field->string, "refusal") == 0) {
        m->refusal = field;
    } else if (strcmp(field->string, "text") == 0) {
        m->text = field;
    } else if (field->child != NULL && !words_is_one(field->string, passed)) {
        m->other = field;
    }
}

/* Returns whether there was a thought. */
static bool give_thought(const struct emit *e, const struct message *m)
{
    bool empty = false;
    for (size_t i = 0; i < THOUGHTS; i++) {
        if (shape_text(e, DIALECT_THINKING, m->thought[i])) {
            return true;
        }
        empty = empty || m->thought[i] != NULL;
    }
    if (empty && e->state->begun) {
        emit_tick(e);
    }
    return false;
}

bool shape_message(const struct emit *e, const cJSON *message)
{
    struct message m = {.content = NULL};
    if (!cJSON_IsObject(message)) {
        return shape_text(e, DIALECT_TEXT, message);
    }
    for (const cJSON *field = message->child; field != NULL; field = field->next) {
        sort(&m, field);
    }
    bool thought = give_thought(e, &m);
    bool text = shape_text(e, DIALECT_TEXT, m.content) || shape_text(e, DIALECT_TEXT, m.text);
    bool refusal = shape_text(e, DIALECT_TEXT, m.refusal);
    e->state->begun = true;
    if (m.other != NULL && !thought && !text && !refusal) {
        emit_unread(e, m.other->string);
    }
    return thought || text || refusal;
}
