/* The seam between hum and the kinds of server. A dialect is a table of functions
 * without state of its own: it makes request bodies from specs and events from
 * records. The dialects are ollama.c (/api/chat and /api/generate, NDJSON), openai.c
 * (/v1/chat/completions and /v1/completions, SSE) and llamacpp.c (/infill, SSE), which
 * only fills in. What they share: body (requests), fim (prompts), emit and calls (events),
 * json. No other module knows cJSON. */
#ifndef HUM_DIALECT_H
#define HUM_DIALECT_H

#include "server/dialect_event.h"
#include "server/frame.h"

struct buf;
struct fill;
struct value;

void dialect_state_finish(struct dialect_state *st);

struct dialect {
    const char *name; /* "ollama", "openai": what the configuration says */
    enum frame_kind frame;
    const char *accept;    /* Accept header of a stream */
    const char *chat_path; /* appended to the endpoint's URL; NULL: cannot chat */
    const char *fill_api;  /* "generate", "completions", "infill": how it fills in; NULL: cannot */
    const char *fill_path; /* appended to the endpoint's URL */

    /* The body of a chat request, from a spec
     *   {model=string, messages={{role="user"|"assistant"|"system", parts={part...}}...},
     *    options?=map, think?=bool|string, keep_alive?=, format?=, tools?=, extra?=map}
     * appended to out. "options" means sampling and load options of the dialect (Ollama:
     * the "options" object; OpenAI: top-level fields, which win over hum's own); "extra" is
     * merged at the top level last and wins. There a nil leaves a field out, for servers
     * that refuse one that hum sends by itself ("stream_options"). "stream" is always
     * true. An empty array stands for an empty map, since Lua has one form for both.
     * Invalid UTF-8 becomes U+FFFD.
     * Ollama gets think, keep_alive and format as they are. OpenAI-compatible servers
     * have no keep_alive, so it is not sent; format "json" or a schema becomes
     * response_format; think as a string becomes reasoning_effort, false becomes
     * reasoning_effort "none", and true sends nothing (servers that take template
     * arguments get chat_template_kwargs as an option).
     * A part is {type="text", text=}, {type="thinking", text=, signature?=} or
     * {type="redacted", data=}; other types are refused by name.
     * Returns 0, HUM_ESPEC with *why set to a static text that names the field, or
     * HUM_ETOOBIG. */
    int (*chat_body)(const struct value *spec, struct buf *out, const char **why);

    /* The body of a request that fills in, appended to out; a stream, as above. Ollama
     * and OpenAI-compatible servers get the suffix, or a raw prompt if the fill has tokens;
     * llama-server knows its model's own. Returns as chat_body. */
    int (*fill_body)(const struct fill *fill, struct buf *out, const char **why);

    /* One record of either stream to events, thinking before text before tool calls before stats
     * before error or done. Changes record in place; it must be NUL-terminated behind
     * len. A record that is not JSON, or whose shape is wrong, gives DIALECT_ODD with its
     * beginning as the text; plain words give DIALECT_ERROR. After DIALECT_ERROR, DIALECT_ODD
     * or DIALECT_DONE nothing more is given. */
    void (*record)(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                   void *ctx);

    /* The body ended cleanly. Gives DIALECT_DONE if the stream was complete in
     * substance (OpenAI: a finish_reason but no [DONE]); otherwise nothing, and the
     * caller reports HUM_ECUT. */
    void (*end)(struct dialect_state *st, dialect_on_event on_event, void *ctx);
};

extern const struct dialect dialect_ollama;
extern const struct dialect dialect_openai;
extern const struct dialect dialect_llamacpp;

/* The dialect of that name that an endpoint's chats may be in, or NULL. */
const struct dialect *dialect_find(const char *name);

/* The dialect that fills in by that api, or NULL. An endpoint may fill in by another
 * dialect than it chats in: llama-server chats like OpenAI. */
const struct dialect *dialect_for_fill_api(const char *api);

#endif
