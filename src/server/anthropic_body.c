#include "server/anthropic_body.h"

#include "base/buf.h"
#include "base/span.h"
#include "base/value.h"
#include "server/body.h"
#include "server/json.h"
#include "server/learned.h"
#include "server/level.h"
#include "server/message.h"
#include "server/prefill.h"

#include <string.h>

/* The longest reply that is asked for if neither the options nor the list of models say more. */
#define MAX_TOKENS 8192

/* The least that a model may be given to think, in tokens, which "max_tokens" has to exceed. */
#define LEAST_BUDGET 1024

/* ---- messages ------------------------------------------------------------------ */

/* The messages on their way out: neighbours of one role become one, as roles must alternate. */
struct turns {
    struct buf *out;
    const char *role; /* of the open message, NULL before the first */
    size_t users;     /* messages of the user there will be, */
    size_t user;      /* and have been begun */
    bool marks;       /* for the server's cache */
};

static struct span text_of(const struct value *part)
{
    const struct value *text = value_get(part, "text");
    return (struct span){text->as.string.data, text->as.string.len};
}

static bool is_role(const struct value *message, const char *role)
{
    return value_is_string(value_get(message, "role"), role);
}

static bool is_white(struct span s)
{
    size_t i = 0;
    while (i < s.len && is_space(s.data[i])) {
        i++;
    }
    return i == s.len;
}

/* Appends the texts of a message as one. */
static void join(const struct value *message, struct buf *text)
{
    const struct value *parts = value_get(message, "parts");
    for (size_t i = 0; i < parts->as.array.count; i++) {
        if (message_part_is(&parts->as.array.items[i], "text")) {
            struct span s = text_of(&parts->as.array.items[i]);
            buf_add(text, s.data, s.len);
        }
    }
}

/* Whether it is one of the messages, and there is anything to be read in it: an empty text is
 * refused. */
static bool is_said(const struct value *message)
{
    const struct value *parts = value_get(message, "parts");
    bool said = false;
    for (size_t i = 0; i < parts->as.array.count && !is_role(message, "system"); i++) {
        const struct value *part = &parts->as.array.items[i];
        said = said || message_part_is_image(part) ||
               (message_part_is(part, "text") && !is_white(text_of(part)));
    }
    return said;
}

static void write_mark(struct buf *out)
{
    buf_add_str(out, ",\"cache_control\":{\"type\":\"ephemeral\"}");
}

/* What is said up to the last two questions does not change any more. */
static void end_turn(struct turns *t)
{
    if (t->role != NULL) {
        if (t->marks && strcmp(t->role, "user") == 0 && t->user + 1 >= t->users) {
            write_mark(t->out);
        }
        buf_add_str(t->out, "}]}");
    }
}

/* Makes room for a block in a message of that role: the block before it ends with the next. */
static void begin_block(struct turns *t, const char *role, const char *type)
{
    if (t->role != NULL && strcmp(t->role, role) == 0) {
        buf_add_str(t->out, "},");
    } else {
        end_turn(t);
        buf_printf(t->out, "%s{\"role\":\"%s\",\"content\":[", t->role != NULL ? "," : "", role);
        t->role = role;
        t->user += strcmp(role, "user") == 0;
    }
    buf_printf(t->out, "{\"type\":\"%s\"", type);
}

static void write_field(struct turns *t, const char *name, const struct value *text)
{
    buf_printf(t->out, ",\"%s\":", name);
    json_write_string(t->out, text->as.string.data, text->as.string.len);
}

static void write_text(struct turns *t, const char *role, struct span text)
{
    begin_block(t, role, "text");
    buf_add_str(t->out, ",\"text\":");
    json_write_string(t->out, text.data, text.len);
}

/* Thinking without a signature is refused by the service, and of no use to others. */
static void write_thoughts(struct turns *t, const struct value *message)
{
    const struct value *parts = value_get(message, "parts");
    for (size_t i = 0; i < parts->as.array.count; i++) {
        const struct value *part = &parts->as.array.items[i];
        const struct value *signature = value_get(part, "signature");
        if (message_part_is(part, "redacted")) {
            begin_block(t, "assistant", "redacted_thinking");
            write_field(t, "data", value_get(part, "data"));
        } else if (message_part_is(part, "thinking") && signature != NULL &&
                   signature->type == VALUE_STRING) {
            begin_block(t, "assistant", "thinking");
            write_field(t, "thinking", value_get(part, "text"));
            write_field(t, "signature", signature);
        }
    }
}

/* The beginning of a reply may not end in white space. */
static void trim_end(struct buf *text)
{
    while (text->len > 0 && is_space(text->data[text->len - 1])) {
        text->len--;
    }
}

static void write_image(struct turns *t, const struct value *part)
{
    const struct value *media = value_get(part, "media"), *data = value_get(part, "data");
    begin_block(t, "user", "image");
    buf_add_str(t->out, ",\"source\":{\"type\":\"base64\",\"media_type\":");
    json_write_string(t->out, media->as.string.data, media->as.string.len);
    buf_add_str(t->out, ",\"data\":\"");
    buf_add(t->out, data->as.string.data, data->as.string.len); /* JSON escapes nothing of it */
    buf_add_str(t->out, "\"}");
}

static void write_words(struct turns *t, struct buf *text)
{
    const struct span words = {text->data, text->len};
    if (!is_white(words)) {
        write_text(t, "user", words);
    }
    buf_clear(text);
}

/* Texts and images of the user in their order; texts between two images are one. */
static void write_mixed(struct turns *t, const struct value *message, struct buf *text)
{
    const struct value *parts = value_get(message, "parts");
    for (size_t i = 0; i < parts->as.array.count; i++) {
        const struct value *part = &parts->as.array.items[i];
        if (message_part_is(part, "text")) {
            buf_add(text, text_of(part).data, text_of(part).len);
        } else if (message_part_is_image(part)) {
            write_words(t, text);
            write_image(t, part);
        }
    }
    write_words(t, text);
}

static void write_turn(struct turns *t, const struct value *message, bool last)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    bool assistant = is_role(message, "assistant");
    if (assistant && t->role == NULL) {
        write_text(t, "user", span_of("Begin.")); /* the first message has to be the user's */
    }
    if (assistant) {
        write_thoughts(t, message);
    }
    if (assistant) {
        join(message, &text);
        if (last) {
            trim_end(&text);
        }
        write_text(t, "assistant", (struct span){text.data, text.len});
    } else {
        write_mixed(t, message, &text);
    }
    buf_finish(&text);
}

/* How many messages of the user there will be. */
static size_t count_users(const struct value *messages)
{
    size_t count = 0;
    bool any = false, before = false; /* the user's */
    for (size_t i = 0; i < messages->as.array.count; i++) {
        const struct value *message = &messages->as.array.items[i];
        if (is_said(message)) {
            bool user = is_role(message, "user");
            count += user ? !before : !any;
            before = user;
            any = true;
        }
    }
    return count;
}

/* What the user says last if a message of the assistant's may not be that; NULL: it may. */
static struct span words_behind(const struct value *spec, const struct learned *learned)
{
    const struct value *ask = value_get(spec, "ask");
    if (prefill_of(spec, learned) == PREFILL_ASKED) {
        return (struct span){ask->as.string.data, ask->as.string.len};
    }
    return learned_avoids(learned, "message:prefill")
               ? span_of("Go on exactly where your last message ends.")
               : (struct span){NULL, 0};
}

static void write_messages(struct body *b, const struct value *spec, const struct learned *learned)
{
    const struct value *messages = value_get(spec, "messages");
    const struct span behind = words_behind(spec, learned);
    if (!body_key(b, "messages")) {
        return;
    }
    struct turns t = {.out = b->out, .users = count_users(messages)};
    t.marks = !learned_avoids(learned, "cache_control:");
    buf_add(b->out, "[", 1);
    for (size_t i = 0; i < messages->as.array.count; i++) {
        if (is_said(&messages->as.array.items[i])) {
            write_turn(&t, &messages->as.array.items[i], i + 1 == messages->as.array.count);
        }
    }
    if (t.role != NULL && strcmp(t.role, "user") != 0 && behind.len > 0) {
        write_text(&t, "user", behind);
    }
    if (t.role == NULL) {
        body_fail(b, "request.messages: there is no text in them");
    }
    end_turn(&t);
    buf_add(b->out, "]", 1);
}

/* All that the system says stands on top, wherever it was said. */
static void write_system(struct body *b, const struct value *messages,
                         const struct learned *learned)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    for (size_t i = 0; i < messages->as.array.count; i++) {
        const struct value *message = &messages->as.array.items[i];
        if (is_role(message, "system")) {
            buf_add_str(&text, text.len > 0 ? "\n\n" : "");
            join(message, &text);
        }
    }
    if (!is_white((struct span){text.data, text.len}) && body_key(b, "system")) {
        buf_add_str(b->out, "[{\"type\":\"text\",\"text\":");
        json_write_string(b->out, text.data, text.len);
        if (!learned_avoids(learned, "cache_control:")) {
            write_mark(b->out);
        }
        buf_add_str(b->out, "}]");
    }
    buf_finish(&text);
}

/* ---- the rest ------------------------------------------------------------------ */

/* The limit that the request will have: the user's, or the model's or ours, with room for the
 * thoughts that are wished. */
static int64_t max_tokens(const struct value *spec, const struct wish *w,
                          const struct learned *learned)
{
    const struct value *users = value_get(value_get(spec, "options"), "max_tokens");
    int64_t own = value_int(value_get(spec, "max_tokens"), 0), most = value_int(users, 0);
    if (most <= 0) {
        most = own > 0 ? own : MAX_TOKENS;
        bool grows = own <= 0 && w->kind == WISH_BUDGET && w->budget < INT32_MAX;
        most += grows ? w->budget : 0;
    }
    return learned_limit(learned, most);
}

/* For models that think by a budget: what was wished, or a part of what they may say at all; 0 for
 * none. */
static int64_t budget_for(const struct wish *w, int64_t most)
{
    static const int64_t eighths[LEVELS] = {
        [LEVEL_MINIMAL] = 0, [LEVEL_LOW] = 1,   [LEVEL_MEDIUM] = 2,
        [LEVEL_HIGH] = 4,    [LEVEL_XHIGH] = 6, [LEVEL_MAX] = 7,
    };
    int64_t share = w->kind == WISH_LEVEL ? most / 8 * eighths[w->level] : most / 2;
    share = w->kind == WISH_BUDGET ? w->budget : share;
    share = share < most ? share : most - 1;
    if (most <= LEAST_BUDGET) {
        return 0;
    }
    return share > LEAST_BUDGET ? share : LEAST_BUDGET;
}

static void write_budget(struct body *b, int64_t budget)
{
    const struct value_pair fields[] = {
        {value_text("type"), value_text("enabled")},
        {value_text("budget_tokens"), {.type = VALUE_INT, .as.integer = budget}}};
    const struct value written = value_pairs(fields, 2);
    if (budget > 0) {
        body_value(b, "thinking", &written);
    }
}

/* Without "display" new models send empty thoughts. */
static void write_adaptive(struct body *b, const struct wish *w, const struct learned *learned)
{
    static const unsigned known = LEVEL_ANY & ~(LEVEL_BIT(LEVEL_NONE) | LEVEL_BIT(LEVEL_MINIMAL));
    const struct value_pair fields[] = {{value_text("type"), value_text("adaptive")},
                                        {value_text("display"), value_text("summarized")}};
    const struct value written =
        value_pairs(fields, learned_avoids(learned, "thinking:display") ? 1 : 2);
    enum level level =
        w->kind == WISH_ON ? LEVELS : level_nearest(learned_levels(learned) & known, w->level);
    body_value(b, "thinking", &written);
    if (level < LEVELS) {
        const struct value_pair effort = {value_text("effort"), value_text(level_name(level))};
        const struct value config = value_pairs(&effort, 1);
        body_value(b, "output_config", &config);
    }
}

/* A number asks for the form that has numbers, anything else for that of newer models; each is the
 * other's way out. */
static void write_on(struct body *b, const struct wish *w, int64_t most,
                     const struct learned *learned)
{
    bool adaptive = !learned_avoids(learned, "thinking:adaptive");
    bool enabled = !learned_avoids(learned, "thinking:enabled");
    if (enabled && (w->kind == WISH_BUDGET || !adaptive)) {
        write_budget(b, budget_for(w, most));
    } else if (adaptive) {
        write_adaptive(b, w, learned);
    }
}

static void write_think(struct body *b, const struct wish *w, int64_t most,
                        const struct learned *learned)
{
    const struct value_pair off = {value_text("type"), value_text("disabled")};
    const struct value disabled = value_pairs(&off, 1);
    if (w->kind == WISH_WRONG) {
        body_fail(b, WISH_WHY);
    } else if (w->kind == WISH_OFF) {
        body_value(b, "thinking", learned_avoids(learned, "thinking:disabled") ? NULL : &disabled);
    } else if (w->kind != WISH_ABSENT) {
        write_on(b, w, most, learned);
    }
}

int anthropic_body(const struct value *spec, const struct learned *learned, struct buf *out,
                   const char **why)
{
    const struct wish wish = wish_read(value_get(spec, "think"));
    const int64_t most = max_tokens(spec, &wish, learned);
    const struct value limit = {.type = VALUE_INT, .as.integer = most};
    struct body b;
    body_begin(&b, out, spec, learned, true);
    if (value_get(spec, "format") != NULL) {
        body_fail(&b, "request.format cannot be sent in this dialect yet");
    }
    if (out->error == 0) {
        body_value(&b, "max_tokens", &limit);
        write_system(&b, value_get(spec, "messages"), learned);
        write_messages(&b, spec, learned);
        write_think(&b, &wish, most, learned);
        body_value(&b, "tools", value_get(spec, "tools"));
    }
    return body_end(&b, why);
}
