#include "stream.h"

#include "pieces.h"

#include <stdlib.h>
#include <string.h>

size_t stream_tokens(const struct stream *s)
{
    const struct answer *a = s->state.answer;
    return a->thinking.count + a->text.count;
}

static struct span token_at(const struct tokens *t, size_t i)
{
    struct span span;
    span.data = tokens_at(t, i, &span.len);
    return span;
}

static struct span all_of(const struct tokens *t)
{
    return (struct span){t->text.len != 0 ? t->text.data : "", t->text.len};
}

/* What precedes the first record. */
static void begin(struct stream *s)
{
    if (!s->state.begun && s->state.shape->first != NULL) {
        shape_print(&s->state, s->state.shape->first, &s->out);
    }
}

static void add_record(struct stream *s, struct span thinking, struct span text)
{
    s->state.thinking = thinking;
    s->state.text = text;
    begin(s);
    pattern_add(s->record, &s->state, &s->out);
    s->state.begun = true;
}

static void add_token(struct stream *s)
{
    const struct answer *a = s->state.answer;
    struct span thinking = {0}, text = {0};
    size_t before = a->thinking.count, i = s->sent++;
    s->state.token = i < before ? 0 : i - before;
    if (i < before) {
        thinking = token_at(&a->thinking, i);
    } else {
        text = token_at(&a->text, i - before);
    }
    if (a->together && s->sent == before && a->text.count != 0) {
        text = token_at(&a->text, 0);
        s->sent++;
    }
    add_record(s, thinking, text);
}

/* How many tokens come before the next fault; SIZE_MAX: none is left. */
static size_t fault_place(const struct stream *s)
{
    const struct answer *a = s->state.answer;
    if (s->next_fault == a->fault_count) {
        return SIZE_MAX;
    }
    size_t at = a->faults[s->next_fault].at, all = stream_tokens(s);
    return at < all ? at : all;
}

static void send_tokens(struct stream *s, struct piece *out)
{
    size_t before = s->sent, place = fault_place(s), all = stream_tokens(s);
    size_t stop = place < all ? place : all, records = 0;
    while (s->sent < stop && (records < s->state.answer->per_chunk || records == 0)) {
        add_token(s);
        records++;
    }
    out->tokens = s->sent - before;
    s->beats = records;
}

static void add_huge(struct stream *s, const struct fault *fault)
{
    char *text = xmalloc(fault->size + 1);
    memset(text, *fault->text != '\0' ? *fault->text : 'x', fault->size);
    add_record(s, (struct span){0}, (struct span){text, fault->size});
    free(text);
}

static void do_fault(struct stream *s, struct piece *out)
{
    const struct fault *fault = &s->state.answer->faults[s->next_fault++];
    fault_piece(fault, out);
    switch (s->whole ? FAULT_NONE : fault->type) {
    case FAULT_ERROR:
        s->state.thinking = s->state.text = (struct span){0};
        s->state.error = fault->text;
        shape_print(&s->state, s->state.shape->error, &s->out);
        s->stage = STREAM_END;
        break;
    case FAULT_RAW:
        buf_add_str(&s->out, fault->text);
        break;
    case FAULT_HUGE:
        add_huge(s, fault);
        break;
    case FAULT_EMPTY:
        add_record(s, (struct span){0}, span_of(""));
        break;
    case FAULT_TRUNCATE:
        add_record(s, (struct span){0}, span_of("never seen whole"));
        out->type = PIECE_HALF;
        break;
    default:
        break;
    }
}

static void read_clock(struct stream *s)
{
    uint64_t now = uv_hrtime();
    uint64_t first = s->player->first_token != 0 ? s->player->first_token : now;
    s->state.tokens = s->sent + (s->state.shape->counts_end && s->state.stop == STOP_EOS);
    s->state.total_ns = now - s->asked;
    s->state.prompt_ns = first - s->begun;
    s->state.eval_ns = now - first;
}

/* At the very end the answer may want no line end. */
static void end_line(struct stream *s)
{
    while (s->state.answer->no_last_newline && s->out.len != 0 &&
           strchr("\r\n", s->out.data[s->out.len - 1]) != NULL) {
        s->out.len--;
    }
}

static void send_final(struct stream *s)
{
    const struct shape *shape = s->state.shape;
    struct span text = span_of(s->state.answer->done_text);
    if (text.len != 0 && !shape->final_text) {
        add_record(s, (struct span){0}, text);
    }
    read_clock(s);
    s->state.thinking = (struct span){0};
    s->state.text = text;
    s->state.kind = RECORD_FINAL;
    begin(s);
    shape_print(&s->state, shape->final, &s->out);
    s->stage = shape->last != NULL ? STREAM_LAST : STREAM_END;
    if (shape->last == NULL) {
        end_line(s);
    }
}

static void send_last(struct stream *s)
{
    shape_print(&s->state, s->state.shape->last, &s->out);
    end_line(s);
    s->stage = STREAM_END;
}

static void send_whole(struct stream *s, struct piece *out)
{
    s->sent = stream_tokens(s);
    read_clock(s);
    s->state.kind = RECORD_WHOLE;
    s->state.thinking = all_of(&s->state.answer->thinking);
    s->state.text = all_of(&s->state.answer->text);
    shape_print(&s->state, s->state.shape->whole, &s->out);
    out->whole = true;
    s->stage = STREAM_END;
}

/* A beat comes between tokens, and behind the last one even if it takes no time: when the
 * end is written, the tokens are out. */
static void next(struct source *source, struct piece *out)
{
    struct stream *s = (struct stream *)source;
    buf_clear(&s->out);
    if (s->beats != 0 && (s->state.answer->interval_ns != 0 || s->sent == stream_tokens(s))) {
        *out = (struct piece){PIECE_BEAT, .ns = s->beats * s->state.answer->interval_ns};
        s->beats = 0;
        return;
    }
    if (s->stage == STREAM_END) {
        out->type = PIECE_END;
        return;
    }
    if (s->stage == STREAM_LAST) {
        send_last(s);
    } else if (fault_place(s) == s->sent) {
        do_fault(s, out);
    } else if (s->whole) {
        send_whole(s, out);
    } else if (s->sent < stream_tokens(s)) {
        send_tokens(s, out);
    } else {
        send_final(s);
    }
    out->data = s->out.data;
    out->len = s->out.len;
}

void stream_init(struct stream *s, const struct player *player)
{
    s->source.next = next;
    s->player = player;
    buf_init(&s->out, SIZE_MAX / 2);
    s->record = shape_make(&s->state, s->state.shape->record);
}

void stream_finish(struct stream *s)
{
    pattern_free(s->record);
    buf_finish(&s->out);
}
