/* Anthropic's /v1/messages, which llama-server, Ollama and others speak too: SSE events with one
 * JSON object each, whose "type" the event's name repeats. A message is a list of content blocks,
 * each begun, continued by deltas and ended; blocks may overlap, and some servers end none of them
 * before the message ends. "message_delta" has the reason, "message_stop" ends the stream. A server
 * that does not stream answers with the whole message.
 * What the service signs or redacts of its thinking is given as DIALECT_THOUGHT, so that it can go
 * back. Tools that are called, and sources that are cited, are named; results of the server's own
 * tools are passed over. */
#include "base/failure.h"
#include "proto.h"
#include "server/anthropic_body.h"
#include "server/calls.h"
#include "server/dialect.h"
#include "server/emit.h"
#include "server/foreign.h"
#include "server/readers.h"
#include "server/record.h"
#include "server/refusal.h"
#include "server/shape.h"

#include <stdlib.h>
#include <string.h>

/* ---- blocks -------------------------------------------------------------------- */

/* More at once than any server sends, and longer; a bound for what a broken one makes us keep. */
#define MAX_BLOCKS 64
#define MAX_BLOCK (2u << 20)

enum block_type { BLOCK_OTHER, BLOCK_THINKING, BLOCK_CALL };

/* A block whose end matters. */
struct block {
    enum block_type type;
    int64_t index;
    char *id;
    char *name;
    struct buf text; /* thinking, or arguments */
    struct buf signature;
};

/* What a stream remembers. */
struct message {
    struct block blocks[MAX_BLOCKS];
    size_t count;
    int64_t index; /* of the block that was begun last, for servers that do not say it */
    struct buf sources;
    int64_t input, created, read, output; /* tokens, -1 for unknown */
};

static void block_finish(struct block *block)
{
    free(block->id);
    free(block->name);
    buf_finish(&block->text);
    buf_finish(&block->signature);
}

static void free_message(void *own)
{
    struct message *m = own;
    for (size_t i = 0; i < m->count; i++) {
        block_finish(&m->blocks[i]);
    }
    buf_finish(&m->sources);
    free(m);
}

static struct message *message_of(const struct emit *e)
{
    struct dialect_state *st = e->state;
    if (st->own == NULL) {
        struct message *m = xcalloc(1, sizeof *m);
        buf_init(&m->sources, LIMIT_ERROR_BODY);
        m->input = m->created = m->read = m->output = -1;
        st->own = m;
        st->free_own = free_message;
    }
    return st->own;
}

static char *copy_of(const cJSON *item)
{
    return cJSON_IsString(item) ? xstrdup(item->valuestring) : NULL;
}

/* Of the event's block, or else this one. */
static int64_t index_of(const cJSON *root, int64_t otherwise)
{
    int64_t index = json_count(json_get(root, "index"));
    return index < 0 ? otherwise : index < INT32_MAX ? index : INT32_MAX;
}

/* The block of that index, a new one if there is none. NULL if there are too many. */
static struct block *block_at(const struct emit *e, int64_t index)
{
    struct message *m = message_of(e);
    for (size_t i = 0; i < m->count; i++) {
        if (m->blocks[i].index == index) {
            return &m->blocks[i];
        }
    }
    if (m->count == MAX_BLOCKS) {
        emit_failure(e, "the reply has too many parts at once");
        return NULL;
    }
    struct block *block = &m->blocks[m->count++];
    *block = (struct block){.index = index};
    buf_init(&block->text, MAX_BLOCK);
    buf_init(&block->signature, MAX_BLOCK);
    return block;
}

/* A block is over, by its own end or by that of the message. */
static void end_block(const struct emit *e, size_t at)
{
    struct message *m = message_of(e);
    struct block block = m->blocks[at];
    m->count--;
    memmove(&m->blocks[at], &m->blocks[at + 1], (m->count - at) * sizeof *m->blocks);
    if (block.type == BLOCK_CALL) {
        emit_call(e, block.id, block.name != NULL ? block.name : "?", &block.text);
    } else if (block.signature.len > 0 && block.signature.error == 0 && block.text.error == 0) {
        buf_add_str(&block.text, "");
        emit_thought(e, block.text.data, block.text.len, block.signature.data);
    }
    block_finish(&block);
}

/* Nothing happens without such a block. */
static void end_index(const struct emit *e, int64_t index)
{
    struct message *m = message_of(e);
    for (size_t i = 0; i < m->count; i++) {
        if (m->blocks[i].index == index) {
            end_block(e, i);
            return;
        }
    }
}

static void end_blocks(const struct emit *e)
{
    while (message_of(e)->count > 0) {
        end_block(e, 0);
    }
}

/* ---- what stands in them ------------------------------------------------------- */

static void read_thinking(const struct emit *e, int64_t index, const cJSON *thinking)
{
    struct block *block = block_at(e, index);
    if (block != NULL && cJSON_IsString(thinking)) {
        block->type = BLOCK_THINKING;
        buf_add_str(&block->text, thinking->valuestring);
        if (thinking->valuestring[0] == '\0') {
            emit_tick(e);
        }
    }
    shape_text(e, DIALECT_THINKING, thinking);
}

static void read_signature(const struct emit *e, int64_t index, const cJSON *signature)
{
    struct block *block = cJSON_IsString(signature) ? block_at(e, index) : NULL;
    if (block != NULL) {
        block->type = BLOCK_THINKING;
        buf_add_str(&block->signature, signature->valuestring);
        emit_tick(e);
    }
}

static void read_arguments(const struct emit *e, int64_t index, const cJSON *piece)
{
    struct block *block = cJSON_IsString(piece) ? block_at(e, index) : NULL;
    if (block != NULL) {
        block->type = BLOCK_CALL;
        buf_add_str(&block->text, piece->valuestring);
        emit_tick(e);
    }
}

/* A call begins with its name; the arguments follow, or are there already. */
static void read_call(const struct emit *e, int64_t index, const cJSON *content)
{
    struct block *block = block_at(e, index);
    const cJSON *input = json_get(content, "input");
    if (block == NULL) {
        return;
    }
    block->type = BLOCK_CALL;
    block->id = copy_of(json_get(content, "id"));
    block->name = copy_of(json_get(content, "name"));
    if (cJSON_IsObject(input) && input->child != NULL) {
        char *json = cJSON_PrintUnformatted(input);
        buf_add_str(&block->text, json != NULL ? json : "");
        cJSON_free(json);
    }
    emit_tick(e);
}

/* "- Book of Tides" or "- Tides today, https://...", once each. */
static void read_citation(const struct emit *e, const cJSON *citation)
{
    const cJSON *url = json_get(citation, "url"), *title = json_get(citation, "title");
    if (!cJSON_IsString(title)) {
        title = json_get(citation, "document_title");
    }
    struct buf line;
    buf_init(&line, LIMIT_ERROR_BODY);
    buf_add_str(&line, "- ");
    buf_add_str(&line, cJSON_IsString(title) ? title->valuestring : "");
    buf_add_str(&line, cJSON_IsString(title) && cJSON_IsString(url) ? ", " : "");
    buf_add_str(&line, cJSON_IsString(url) ? url->valuestring : "");
    if (line.len == 2) {
        buf_add_str(&line, "a document of the request");
    }
    for (size_t i = 0; i < line.len; i++) {
        line.data[i] = line.data[i] == '\n' ? ' ' : line.data[i];
    }
    buf_add(&line, "\n", 1);
    struct buf *sources = &message_of(e)->sources;
    if (sources->len == 0 || strstr(sources->data, line.data) == NULL) {
        buf_add(sources, line.data, line.len);
    }
    buf_finish(&line);
}

static void read_citations(const struct emit *e, const cJSON *list)
{
    for (const cJSON *one = cJSON_IsArray(list) ? list->child : NULL; one != NULL;
         one = one->next) {
        read_citation(e, one);
    }
}

/* What nobody knows is passed over, unless it is called a text or nothing; so is what one of the
 * server's own tools found. */
static void read_other(const struct emit *e, const cJSON *type, const cJSON *content)
{
    if (!cJSON_IsString(type) || strstr(type->valuestring, "text") != NULL) {
        shape_text(e, DIALECT_TEXT, content);
    } else if (strstr(type->valuestring, "result") == NULL) {
        emit_unread(e, type->valuestring);
    }
}

/* A block begins, maybe with all that it has. */
static void read_content(const struct emit *e, int64_t index, const cJSON *content)
{
    const cJSON *type = json_get(content, "type"), *data = json_get(content, "data");
    end_index(e, index); /* of a server that does not end its blocks, and counts anew */
    message_of(e)->index = index;
    if (json_is_text(type, "text")) {
        shape_text(e, DIALECT_TEXT, json_get(content, "text"));
        read_citations(e, json_get(content, "citations"));
    } else if (json_is_text(type, "thinking")) {
        read_thinking(e, index, json_get(content, "thinking"));
        read_signature(e, index, json_get(content, "signature"));
    } else if (json_is_text(type, "redacted_thinking") && cJSON_IsString(data)) {
        emit_thought(e, data->valuestring, strlen(data->valuestring), NULL);
        emit_tick(e);
    } else if (json_is_text(type, "tool_use") || json_is_text(type, "server_tool_use")) {
        read_call(e, index, content);
    } else {
        read_other(e, type, content);
    }
}

static void read_delta(const struct emit *e, const cJSON *root)
{
    const cJSON *delta = json_get(root, "delta"), *type = json_get(delta, "type");
    int64_t index = index_of(root, message_of(e)->index);
    if (json_is_text(type, "text_delta")) {
        shape_text(e, DIALECT_TEXT, json_get(delta, "text"));
    } else if (json_is_text(type, "thinking_delta")) {
        read_thinking(e, index, json_get(delta, "thinking"));
    } else if (json_is_text(type, "signature_delta")) {
        read_signature(e, index, json_get(delta, "signature"));
    } else if (json_is_text(type, "input_json_delta")) {
        read_arguments(e, index, json_get(delta, "partial_json"));
    } else if (json_is_text(type, "citations_delta")) {
        read_citation(e, json_get(delta, "citation"));
    } else {
        read_other(e, type, delta);
    }
}

static void read_stop(const struct emit *e, const cJSON *root)
{
    end_index(e, index_of(root, message_of(e)->index));
}

static void keep_count(int64_t *count, const cJSON *number)
{
    int64_t n = json_count(number);
    *count = n >= 0 ? n : *count;
}

/* Counts are cumulative, and what is missing was said before. "input_tokens" leaves out what the
 * cache read or wrote. */
static void read_usage(const struct emit *e, const cJSON *usage)
{
    struct message *m = message_of(e);
    keep_count(&m->input, json_get(usage, "input_tokens"));
    keep_count(&m->created, json_get(usage, "cache_creation_input_tokens"));
    keep_count(&m->read, json_get(usage, "cache_read_input_tokens"));
    keep_count(&m->output, json_get(usage, "output_tokens"));
}

static void give_usage(const struct emit *e)
{
    const struct message *m = message_of(e);
    struct dialect_stats stats = emit_no_stats;
    if (m->input >= 0) {
        stats.prompt_tokens =
            m->input + (m->created > 0 ? m->created : 0) + (m->read > 0 ? m->read : 0);
    }
    stats.cached_tokens = m->read;
    stats.tokens = m->output;
    emit_stats(e, &stats);
}

/* A reason that is null is none yet. */
static void read_reason(const struct emit *e, const cJSON *from)
{
    const cJSON *why = json_get(json_get(from, "stop_details"), "explanation");
    emit_keep_reason(e, json_get(from, "stop_reason"));
    if (cJSON_IsString(why)) {
        free(e->state->details);
        e->state->details = copy_of(why);
    }
}

static void end_message(const struct emit *e)
{
    struct message *m = message_of(e);
    end_blocks(e);
    if (m->sources.len > 0) {
        struct buf text;
        buf_init(&text, LIMIT_RECORD);
        buf_add_str(&text, "\n\nSources:\n\n");
        buf_add(&text, m->sources.data, m->sources.len);
        emit_words(e, text.data, text.len);
        buf_finish(&text);
    }
    calls_flush(&e->state->calls, e); /* of records of another dialect */
    emit_done(e);
}

/* All at once, from a server that does not stream. */
static void read_message(const struct emit *e, const cJSON *root)
{
    const cJSON *content = json_get(root, "content");
    int64_t index = 0;
    if (!cJSON_IsArray(content)) {
        shape_text(e, DIALECT_TEXT, content);
    }
    for (const cJSON *one = cJSON_IsArray(content) ? content->child : NULL; one != NULL;
         one = one->next) {
        read_content(e, index++, one);
    }
    read_usage(e, json_get(root, "usage"));
    give_usage(e);
    read_reason(e, root);
    end_message(e);
}

/* What it says of the output is no count of anything yet. Its content is empty, unless a server has
 * all of it there. */
static void read_start(const struct emit *e, const cJSON *root)
{
    const cJSON *message = json_get(root, "message"), *content = json_get(message, "content");
    int64_t index = 0;
    for (const cJSON *one = cJSON_IsArray(content) ? content->child : NULL; one != NULL;
         one = one->next) {
        read_content(e, index++, one);
    }
    read_usage(e, json_get(message, "usage"));
    message_of(e)->output = -1;
    give_usage(e);
}

static void read_block_start(const struct emit *e, const cJSON *root)
{
    int64_t index = index_of(root, message_of(e)->index + 1);
    read_content(e, index, json_get(root, "content_block"));
}

static void read_message_delta(const struct emit *e, const cJSON *root)
{
    read_usage(e, json_get(root, "usage"));
    give_usage(e);
    read_reason(e, json_get(root, "delta"));
}

static void read_end(const struct emit *e, const cJSON *root)
{
    (void)root;
    end_message(e);
}

/* Some servers put the message beside the type. */
static void read_error(const struct emit *e, const cJSON *root)
{
    const cJSON *error = json_get(root, "error");
    emit_error(e, error != NULL ? error : root);
}

static const struct {
    const char *type;
    void (*read)(const struct emit *e, const cJSON *root);
} events[] = {
    {"message_start", read_start},
    {"content_block_start", read_block_start},
    {"content_block_delta", read_delta},
    {"content_block_stop", read_stop},
    {"message_delta", read_message_delta},
    {"message_stop", read_end},
    {"message", read_message},
    {"error", read_error},
};

/* Whether the event of that type was read. */
static bool read_event(const struct emit *e, const char *type, const cJSON *root)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (type != NULL && strcmp(type, events[i].type) == 0) {
            events[i].read(e, root);
            return true;
        }
    }
    return false;
}

/* Without a type, in a record of the events: the type is in their name with some servers, some
 * send an error alone, and some speak another API. */
static void read_untyped(const struct emit *e, const cJSON *root)
{
    if (emit_find_error(root) != NULL || emit_is_error(e)) {
        read_error(e, root);
    } else if (!read_event(e, e->state->event, root)) {
        bool is_delta = cJSON_IsString(json_get(json_get(root, "delta"), "type"));
        (is_delta ? read_delta : foreign_read)(e, root);
    }
}

/* What nobody knows, such as an event of a later version, or "ping", is passed over. */
void anthropic_read(const struct emit *e, const cJSON *root)
{
    const cJSON *type = json_get(root, "type");
    if (!cJSON_IsString(type)) {
        read_untyped(e, root);
    } else if (!read_event(e, type->valuestring, root) &&
               (emit_is_error(e) || emit_find_error(root) != NULL)) {
        read_error(e, root); /* with the error's own type in the record */
    }
}

void anthropic_finish(const struct emit *e)
{
    end_message(e);
}

/* Of servers that speak OpenAI's API too: the end is told otherwise, unless that was all. */
static void read_mark(const struct emit *e)
{
    if (e->state->foreign) {
        foreign_end(e);
    }
}

static const struct record_reader reader = {anthropic_read, read_mark};

static void record(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                   void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    record_read(&e, record, len, &reader);
}

static void end(struct dialect_state *st, dialect_on_event on_event, void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    if (st->finished) {
        end_message(&e);
    }
}

/* ---- the table ----------------------------------------------------------------- */

static const struct refusal refusals[] = {
    {"thinking:adaptive", "thinking", {"adaptive thinking"}, "adaptive thinking", "adaptive"},
    {"thinking:adaptive", "thinking", {"'adaptive'"}, "adaptive thinking", "adaptive"},
    {"thinking:adaptive", "thinking", {"type.adaptive"}, "adaptive thinking", "adaptive"},
    {"thinking:enabled", "thinking", {"budget_tokens"}, "a budget for thinking", "enabled"},
    {"thinking:enabled", "thinking", {"type.enabled"}, "a budget for thinking", "enabled"},
    {"thinking:enabled", "thinking", {"'enabled'"}, "a budget for thinking", "enabled"},
    {"thinking:display", "thinking", {"display"}, "a wish for summarized thoughts", "summarized"},
    {"thinking:disabled", "thinking", {"disabled"}, "being told not to think", "disabled"},
    {"output_config", "output_config", {"effort"}, "a level of thinking", NULL},
    {"message:prefill", NULL, {"prefill"}, "a last message of its own", NULL},
    {"cache_control:", NULL, {"cache_control"}, "marks for the server's cache", NULL},
    {0},
};

static const struct dialect_chat chat = {"/v1/messages", anthropic_body, true, refusals};

const struct dialect dialect_anthropic = {
    .name = "anthropic",
    .frame = FRAME_EVENTS,
    .accept = "text/event-stream",
    .key = {"x-api-key", ""},
    .headers = {{"anthropic-version", "2023-06-01"}},
    .chat = &chat,
    .record = record,
    .end = end,
};
