/* The seam between hum and the kinds of server. A dialect is a table of what it is called and
 * how it is spoken, without state of its own, and of operations, any of which may be absent
 * (NULL): then the user is told that this service cannot do it. They make request bodies from
 * specs and events from records. The dialects are ollama.c (/api/chat and /api/generate, NDJSON),
 * openai.c (/v1/chat/completions and /v1/completions, SSE), anthropic.c (/v1/messages, SSE), which
 * only chats, and llamacpp.c (/infill, SSE), which only fills in. What they share: body (requests),
 * fim (prompts), record (objects), shape (text), emit and calls (events), foreign (what another
 * dialect has), error_text, learned (refusals), json.
 * No other module knows cJSON. */
#ifndef HUM_DIALECT_H
#define HUM_DIALECT_H

#include "server/at.h"
#include "server/dialect_event.h"
#include "server/frame.h"

struct buf;
struct failure_words;
struct fill;
struct learned;
struct refusal;
struct value;

void dialect_state_finish(struct dialect_state *st);

/* So many headers of its own a dialect may have. */
#define DIALECT_HEADERS 3

struct dialect_chat {
    const char *path; /* AT_CHAT */

    /* The body of a chat request, from a spec
     *   {model=string, messages={{role="user"|"assistant"|"system", parts={part...}}...},
     *    options?=map, think?=bool|string|int, keep_alive?=, format?=, tools?=, extra?=map, ask?=}
     * appended to out. "options" means sampling and load options of the dialect (Ollama:
     * the "options" object; OpenAI: top-level fields, which win over hum's own); "extra" is
     * merged at the top level last and wins. There a nil leaves a field out, for servers
     * that refuse one that hum sends by itself ("stream_options"). "stream" is always
     * true. An empty array stands for an empty map, since Lua has one form for both.
     * Invalid UTF-8 becomes U+FFFD.
     * Ollama gets keep_alive and format as they are. OpenAI-compatible servers have no
     * keep_alive, so it is not sent; format "json" or a schema becomes response_format. think
     * is a wish (level.h), said in the way of the dialect or service (think.h).
     * "ask", a text, says that the last message, the assistant's, is to be gone on with: see
     * prefill.h.
     * A part is {type="text", text=}, {type="thinking", text=, signature?=},
     * {type="redacted", data=} or, of the user, {type="image", media="image/png", data=base64,
     * name?=}; other types are refused by name. Lua's {type="kept", path=} and {type="image", path=}
     * were read before: job/inline.h.
     * learned is what the model refused before, or NULL.
     * Returns 0, HUM_ESPEC with *why set to a static text that names the field, or
     * HUM_ETOOBIG. */
    int (*body)(const struct value *spec, const struct learned *learned, struct buf *out,
                const char **why);
    bool trims; /* the beginning of a reply is given without white space at its end */
    const struct refusal *refusals; /* what its models refuse, see refusal.h; NULL: fields alone */
};

/* Why a request fails whose endpoint's dialect has no chat. */
#define DIALECT_CANNOT_CHAT "the endpoint's dialect cannot chat, it only fills in"

struct dialect_fill {
    const char *api; /* "generate", "completions", "fim", "infill": how it fills in */
    enum endpoint_at at;
    const char *path;

    /* The body of a request that fills in, appended to out; a stream, as above. Ollama
     * and OpenAI-compatible servers get the suffix, or a raw prompt if the fill has tokens;
     * llama-server knows its model's own. Returns as the body of a chat. */
    int (*body)(const struct fill *fill, const struct learned *learned, struct buf *out,
                const char **why);
};

struct dialect {
    const char *name; /* what the configuration says */
    enum frame_kind frame;
    const char *accept; /* Accept header of a stream */

    /* The header that an endpoint's key goes in, and what stands before the key there. */
    struct {
        const char *name;
        const char *prefix;
    } key;
    /* Sent with every request unless the user has a header of that name; the last has no name. */
    struct dialect_header {
        const char *name;
        const char *text;
    } headers[DIALECT_HEADERS + 1];
    const struct failure_words *words; /* for hints */
    /* How to widen the window of a server that cuts longer prompts without a word; NULL for one
     * that does not. */
    const char *widen;

    const struct dialect_chat *chat; /* NULL: cannot chat */
    const struct dialect_fill *fill; /* NULL: cannot fill in */

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
extern const struct dialect dialect_anthropic;
extern const struct dialect dialect_llamacpp;
extern const struct dialect dialect_fim;

/* The dialect of that name, or NULL. */
const struct dialect *dialect_find(const char *name);

/* The dialect that fills in by that api, or NULL. An endpoint may fill in by another
 * dialect than it chats in: llama-server chats like OpenAI. */
const struct dialect *dialect_for_fill_api(const char *api);

/* Static texts that say what there is: "endpoint.dialect must be \"ollama\", \"openai\" ...". */
const char *dialect_names_why(void);
const char *dialect_fill_apis_why(void);

#endif
