#include "server/split.h"

#include "base/thought.h"

#include <stdint.h>
#include <string.h>

/* Longer indents, and headers, belong to no tag. */
#define HELD_MAX 200
#define HELD_ROOM ((size_t)2 * HELD_MAX)

static const char message_tag[] = THOUGHT_MESSAGE, channel_tag[] = "<|channel|>";
static const char *const ends[] = {"<|end|>", "<|return|>", "<|call|>", NULL};
static const char *const others[] = {message_tag, NULL};

static enum thought_match match_one(const char *tag, const char *text, size_t len)
{
    return len > strlen(tag) ? THOUGHT_NONE : thought_match((struct span){text, len}, tag);
}

/* The tags do not begin with each other: one that is whole is the only one. */
static enum thought_match match_any(const char *const *list, const char *text, size_t len)
{
    enum thought_match best = THOUGHT_NONE;
    for (size_t i = 0; list[i] != NULL && best != THOUGHT_WHOLE; i++) {
        enum thought_match m = match_one(list[i], text, len);
        best = m > best ? m : best;
    }
    return best;
}

static enum thought_match match_open(const char *text, size_t len, const struct thought_tag **found)
{
    enum thought_match best = THOUGHT_NONE;
    for (size_t i = 0; thought_tags[i].open != NULL && best != THOUGHT_WHOLE; i++) {
        enum thought_match m = match_one(thought_tags[i].open, text, len);
        if (m > best) {
            best = m;
            *found = &thought_tags[i];
        }
    }
    return best;
}

static enum thought_match match_close(const char *text, size_t len)
{
    enum thought_match best = THOUGHT_NONE;
    for (size_t i = 0; thought_tags[i].open != NULL && best != THOUGHT_WHOLE; i++) {
        enum thought_match m = match_one(thought_tags[i].close, text, len);
        best = m > best ? m : best;
    }
    return best;
}

static enum thought_match match_tag(const char *text, size_t len)
{
    const struct thought_tag *tag;
    enum thought_match best = match_open(text, len, &tag), m = match_close(text, len);
    best = m > best ? m : best;
    m = match_any(thought_headers, text, len);
    best = m > best ? m : best;
    m = match_any(others, text, len);
    return m > best ? m : best;
}

static bool may_begin_tag(char c)
{
    return c == '<' || c == '[' || c == '\xE2';
}

static bool is_white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- what goes out ------------------------------------------------------------- */

static void flush(struct split *s)
{
    if (s->out.len > 0) {
        s->give(s->ctx, s->out_kind, s->out.data, s->out.len);
        buf_clear(&s->out);
    }
}

static void add(struct split *s, enum split_kind kind, const char *text, size_t len)
{
    if (len > 0 && s->out_kind != kind) {
        flush(s);
        s->out_kind = kind;
    }
    buf_add(&s->out, text, len);
}

static void tell(struct split *s, enum split_kind kind)
{
    flush(s);
    s->give(s->ctx, kind, "", 0);
}

static enum split_kind kind_of(const struct split *s)
{
    bool thought = s->mode == SPLIT_TAGGED || s->mode == SPLIT_CHANNEL ||
                   (s->mode == SPLIT_OPEN && s->expects);
    return thought ? SPLIT_THINKING : SPLIT_TEXT;
}

/* Of the mode. */
static void put(struct split *s, const char *text, size_t len)
{
    add(s, kind_of(s), text, len);
    s->given = s->given || len > 0;
    if (s->mode == SPLIT_OPEN) {
        fence_feed(&s->fence, text, len);
    }
}

/* What is held, or the first bytes of it, was no tag. */
static void release(struct split *s, size_t len)
{
    put(s, s->held.data, len);
    buf_drop(&s->held, len);
    s->blanks = 0;
}

static void forget(struct split *s)
{
    buf_clear(&s->held);
    s->blanks = 0;
}

static void begin_lead(struct split *s, enum split_mode next)
{
    forget(s);
    s->broken = false;
    s->mode = SPLIT_LEAD;
    s->next = next;
}

/* ---- text that may be thought -------------------------------------------------- */

/* It is text for good. */
static void settle(struct split *s)
{
    if (s->expects && s->given) {
        tell(s, SPLIT_WAS_TEXT);
    }
    s->expects = false;
    s->mode = SPLIT_PLAIN;
}

/* What is held is the first tag, alone on its line: all before it was thought. */
static void close_lone(struct split *s)
{
    if (!s->expects && s->given) {
        tell(s, SPLIT_WAS_THOUGHT);
    }
    s->lone = !s->has_field;
    s->closing = false;
    begin_lead(s, SPLIT_PLAIN);
    s->broken = true;
}

/* In mid-line a tag is but seen: a closing one behind it is not the first. */
static void see(struct split *s, char c)
{
    enum thought_match m = THOUGHT_NONE;
    if (s->word_len == 0 && !may_begin_tag(c)) {
        return;
    }
    s->word[s->word_len++] = c;
    while (s->word_len > 0 && (m = match_tag(s->word, s->word_len)) == THOUGHT_NONE) {
        memmove(s->word, s->word + 1, --s->word_len);
    }
    if (m == THOUGHT_WHOLE) {
        settle(s);
    }
}

static void add_mid_line(struct split *s, char c)
{
    if (c == '\n') {
        s->is_blank = true;
        s->word_len = 0;
    } else {
        see(s, c);
    }
    put(s, &c, 1);
}

/* No closing tag begins the line: its bytes are looked at as those in mid-line. */
static void leave_line_start(struct split *s)
{
    struct buf held = s->held;
    buf_init(&s->held, HELD_ROOM);
    s->blanks = 0;
    s->is_blank = false;
    for (size_t i = 0; i < held.len; i++) {
        if (s->mode == SPLIT_OPEN) {
            add_mid_line(s, held.data[i]);
        } else {
            put(s, held.data + i, 1);
        }
    }
    buf_finish(&held);
}

/* A closing tag stands at the beginning of the line; the rest of the line decides. */
static void add_closing(struct split *s, char c)
{
    if (c == '\n') {
        close_lone(s);
        return;
    }
    buf_add(&s->held, &c, 1);
    if (!is_white(c) || s->held.len >= HELD_MAX) {
        s->closing = false;
        settle(s);
        release(s, s->held.len);
    }
}

static void add_line_start(struct split *s, char c)
{
    bool blank = is_white(c) && s->held.len == s->blanks;
    if (s->held.len == 0 && !blank && !may_begin_tag(c)) { /* as most lines begin */
        s->is_blank = false;
        add_mid_line(s, c);
        return;
    }
    if (c == '\n') {
        leave_line_start(s);
        add_mid_line(s, c);
        return;
    }
    buf_add(&s->held, &c, 1);
    s->blanks += blank;
    enum thought_match m =
        blank ? THOUGHT_BEGUN : match_close(s->held.data + s->blanks, s->held.len - s->blanks);
    s->closing = m == THOUGHT_WHOLE;
    if (m == THOUGHT_NONE || (!s->closing && s->held.len >= HELD_MAX)) {
        leave_line_start(s);
    }
}

static void add_open(struct split *s, char c)
{
    if (s->closing) {
        add_closing(s, c);
    } else if (s->is_blank && !fence_is_open(&s->fence)) {
        add_line_start(s, c);
    } else {
        s->is_blank = false;
        add_mid_line(s, c);
    }
}

/* ---- the beginning ------------------------------------------------------------- */

static void begin_text(struct split *s)
{
    struct buf held = s->held;
    buf_init(&s->held, HELD_ROOM);
    s->blanks = 0;
    s->mode = s->has_field ? SPLIT_PLAIN : SPLIT_OPEN;
    s->is_blank = true;
    for (size_t i = 0; i < held.len; i++) {
        if (s->mode == SPLIT_OPEN) {
            add_open(s, held.data[i]);
        } else {
            put(s, held.data + i, 1);
        }
    }
    buf_finish(&held);
}

static void begin_tagged(struct split *s, const struct thought_tag *tag)
{
    s->tag = tag;
    begin_lead(s, SPLIT_TAGGED);
}

static void begin_header(struct split *s)
{
    buf_drop(&s->held, s->blanks);
    s->blanks = 0;
    s->mode = SPLIT_HEADER;
}

static void add_lead_blank(struct split *s, char c)
{
    if (c == '\n') {
        forget(s);
    } else if (s->held.len < HELD_MAX) {
        buf_add(&s->held, &c, 1);
        s->blanks++;
    }
}

static void add_begin(struct split *s, char c)
{
    if (s->closing) {
        add_closing(s, c);
        return;
    }
    bool leads = is_white(c) && s->held.len == s->blanks;
    if (leads && !s->goes_on) {
        add_lead_blank(s, c);
        return;
    }
    if (leads && s->held.len < HELD_MAX) {
        buf_add(&s->held, &c, 1);
        s->blanks++;
        return;
    }
    buf_add(&s->held, &c, 1);
    const struct thought_tag *tag = NULL;
    const char *text = s->held.data + s->blanks;
    size_t len = s->held.len - s->blanks;
    enum thought_match open = match_open(text, len, &tag), close = match_close(text, len);
    enum thought_match header = match_any(thought_headers, text, len);
    s->closing = close == THOUGHT_WHOLE;
    if (open == THOUGHT_WHOLE) {
        begin_tagged(s, tag);
    } else if (header == THOUGHT_WHOLE) {
        begin_header(s);
    } else if (open == THOUGHT_NONE && header == THOUGHT_NONE && close == THOUGHT_NONE) {
        begin_text(s);
    }
}

/* Blank lines go, the indent of the first line stays. */
static void add_lead(struct split *s, char c)
{
    if (is_white(c)) {
        s->broken = s->broken || c == '\n';
        add_lead_blank(s, c);
        return;
    }
    if (!s->broken) {
        forget(s);
    }
    s->mode = s->next;
    s->is_blank = true;
}

/* ---- thoughts with a closing tag ----------------------------------------------- */

/* Holds what may become one of these; returns whether it is one. What is none goes out. */
static bool hold(struct split *s, char c, const char *const *list)
{
    buf_add(&s->held, &c, 1);
    enum thought_match m = match_any(list, s->held.data + s->blanks, s->held.len - s->blanks);
    while (m == THOUGHT_NONE && s->held.len > 0) {
        release(s, s->blanks + 1);
        m = s->held.len > 0 ? match_any(list, s->held.data, s->held.len) : THOUGHT_NONE;
    }
    return m == THOUGHT_WHOLE;
}

/* The same in a thought, which does not end with blanks; no tag has any. */
static bool hold_end(struct split *s, char c, const char *const *list)
{
    if (!is_white(c)) {
        return hold(s, c, list);
    }
    if (s->held.len > s->blanks || s->held.len >= HELD_MAX) {
        release(s, s->held.len);
    }
    buf_add(&s->held, &c, 1);
    s->blanks++;
    return false;
}

static void add_tagged(struct split *s, char c)
{
    const char *const list[] = {s->tag->close, NULL};
    if (hold_end(s, c, list)) {
        begin_lead(s, SPLIT_PLAIN);
    }
}

/* ---- harmony ------------------------------------------------------------------- */

static bool is_final(const char *header)
{
    const char *channel = strstr(header, channel_tag);
    return channel == NULL || strncmp(channel + sizeof channel_tag - 1, "final", 5) == 0;
}

static void add_header(struct split *s, char c)
{
    size_t len = sizeof message_tag - 1;
    buf_add(&s->held, &c, 1);
    if (s->held.len >= len && memcmp(s->held.data + s->held.len - len, message_tag, len) == 0) {
        bool final = is_final(s->held.data);
        if (!final && s->given) {
            add(s, SPLIT_THINKING, "\n\n", 2);
        }
        begin_lead(s, final ? SPLIT_FINAL : SPLIT_CHANNEL);
    } else if (c == '\n' || s->held.len >= HELD_MAX) {
        s->mode = SPLIT_PLAIN;
        release(s, s->held.len);
    }
}

static void add_channel(struct split *s, char c)
{
    static const char *const list[] = {"<|end|>",   "<|return|>", "<|call|>",
                                       "<|start|>", channel_tag,  NULL};
    if (!hold_end(s, c, list)) {
        return;
    }
    const char *tag = s->held.data + s->blanks;
    size_t len = s->held.len - s->blanks;
    bool header = match_any(thought_headers, tag, len) == THOUGHT_WHOLE;
    buf_drop(&s->held, header ? s->blanks : s->held.len);
    s->blanks = 0;
    s->mode = header ? SPLIT_HEADER : SPLIT_BETWEEN;
}

static void add_between(struct split *s, char c)
{
    if (is_white(c) && s->held.len == 0) {
        return;
    }
    buf_add(&s->held, &c, 1);
    enum thought_match m = match_any(thought_headers, s->held.data, s->held.len);
    if (m == THOUGHT_WHOLE) {
        s->mode = SPLIT_HEADER;
    } else if (m == THOUGHT_NONE) {
        s->mode = SPLIT_PLAIN;
        release(s, s->held.len);
    }
}

/* A mark of the end is one only at the very end. */
static void add_final(struct split *s, char c)
{
    if (s->closing && is_white(c) && s->held.len < HELD_MAX) {
        buf_add(&s->held, &c, 1);
        return;
    }
    if (s->closing) {
        s->closing = false;
        release(s, s->held.len);
    }
    s->closing = hold(s, c, ends);
}

/* ---- all together -------------------------------------------------------------- */

static void add_byte(struct split *s, char c)
{
    if (s->mode == SPLIT_LEAD) {
        add_lead(s, c);
        if (s->mode == SPLIT_LEAD) {
            return;
        }
        if (s->mode == SPLIT_PLAIN) {
            release(s, s->held.len);
        }
    }
    switch (s->mode) {
    case SPLIT_BEGIN:
        add_begin(s, c);
        break;
    case SPLIT_TAGGED:
        add_tagged(s, c);
        break;
    case SPLIT_OPEN:
        add_open(s, c);
        break;
    case SPLIT_HEADER:
        add_header(s, c);
        break;
    case SPLIT_CHANNEL:
        add_channel(s, c);
        break;
    case SPLIT_BETWEEN:
        add_between(s, c);
        break;
    case SPLIT_FINAL:
        add_final(s, c);
        break;
    case SPLIT_LEAD:
    case SPLIT_PLAIN:
    default:
        put(s, &c, 1);
        break;
    }
}

/* Bytes at the beginning that mean nothing to any tag. */
static size_t plain_run(const struct split *s, const char *text, size_t len)
{
    size_t n = 0;
    bool thought = s->mode == SPLIT_TAGGED || s->mode == SPLIT_CHANNEL;
    bool open = s->mode == SPLIT_OPEN && !s->is_blank && s->word_len == 0;
    bool any = s->held.len == 0 && (thought || open || s->mode == SPLIT_FINAL);
    while (any && n < len && !may_begin_tag(text[n]) &&
           !(thought ? is_white(text[n]) : text[n] == '\n')) {
        n++;
    }
    return n;
}

void split_text(struct split *s, const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && s->mode != SPLIT_PLAIN) {
        size_t run = plain_run(s, text + at, len - at);
        put(s, text + at, run);
        at += run;
        if (at < len) {
            add_byte(s, text[at++]);
        }
    }
    if (s->out.len > 0) {
        add(s, SPLIT_TEXT, text + at, len - at);
        flush(s);
    } else if (at < len) {
        s->give(s->ctx, SPLIT_TEXT, text + at, len - at);
    }
}

/* What of the line has come so far is all of it. */
static void end_line(struct split *s)
{
    if (s->mode == SPLIT_BEGIN && s->held.len > s->blanks && !s->closing) {
        begin_text(s);
    }
    if (s->closing && s->mode != SPLIT_FINAL) {
        close_lone(s);
    } else if (s->mode == SPLIT_OPEN) {
        leave_line_start(s);
    }
}

void split_field(struct split *s, bool is_thought)
{
    s->has_field = s->has_field || is_thought;
    if (s->closing && s->mode != SPLIT_FINAL) { /* its line goes on, by what is no text */
        s->closing = false;
        settle(s);
        release(s, s->held.len);
    }
    end_line(s);
    if (s->mode == SPLIT_OPEN || (s->mode == SPLIT_BEGIN && !is_thought)) {
        settle(s);
        forget(s);
    }
    s->expects = s->expects && !is_thought;
    flush(s);
}

void split_end(struct split *s, bool complete)
{
    end_line(s);
    bool partial = s->mode == SPLIT_TAGGED || s->mode == SPLIT_CHANNEL ||
                   (s->mode == SPLIT_FINAL && !s->closing) ||
                   (s->mode == SPLIT_HEADER && !s->given);
    if (partial) {
        release(s, s->held.len);
    }
    if (s->mode == SPLIT_OPEN && complete) {
        settle(s);
    }
    forget(s);
    flush(s);
}

void split_init(struct split *s, bool expects_thought, split_give give, void *ctx)
{
    *s = (struct split){
        .give = give,
        .ctx = ctx,
        .mode = SPLIT_BEGIN,
        .expects = expects_thought,
        .is_blank = true,
    };
    buf_init(&s->held, HELD_ROOM);
    buf_init(&s->out, SIZE_MAX); /* a record's text, which has its cap */
    fence_init(&s->fence);
}

void split_finish(struct split *s)
{
    buf_finish(&s->held);
    buf_finish(&s->out);
}
