#include "reply_parts.h"

#include <stdlib.h>
#include <string.h>

size_t fault_place(const struct reply *r)
{
    if (r->next_fault == r->answer.fault_count) {
        return SIZE_MAX;
    }
    size_t at = r->answer.faults[r->next_fault].at;
    return at < reply_tokens(r) ? at : reply_tokens(r);
}

void fault_stall(struct reply *r)
{
    r->stalled = true;
    conn_flush(r->conn);
    journal_addf(&r->conn->server->journal, "stall", "\"request\":%u", r->conn->request);
}

static void huge(struct reply *r, const struct fault *fault)
{
    char *text = xmalloc(fault->size + 1);
    memset(text, *fault->text ? *fault->text : 'x', fault->size);
    r->shape->record(&r->state, (struct piece){0}, (struct piece){text, fault->size}, &r->payload);
    free(text);
    payload_write(r);
}

static void truncated(struct reply *r)
{
    payload_write(r);
    r->shape->record(&r->state, (struct piece){0}, (struct piece){"never seen whole", 16},
                     &r->payload);
    if (r->chunked) {
        buf_printf(&r->conn->out, "%zx\r\n", r->payload.len);
    }
    conn_write(r->conn, r->payload.data, r->payload.len / 2);
    finish_body(r, CONN_CLOSE);
}

/* Faults that need no stream. True if the reply goes on at once. */
static bool do_plain_fault(struct reply *r, const struct fault *fault)
{
    switch (fault->type) {
    case FAULT_CLOSE:
        conn_answered(r->conn, CONN_CLOSE);
        return false;
    case FAULT_RESET:
        conn_answered(r->conn, CONN_RESET);
        return false;
    case FAULT_STALL:
        fault_stall(r);
        return false;
    case FAULT_PAUSE:
        conn_flush(r->conn);
        r->due = uv_hrtime() + fault->ns;
        return true;
    default:
        return true;
    }
}

/* Does the next fault. True if the reply goes on at once. */
static bool do_fault(struct reply *r)
{
    const struct fault *fault = &r->answer.faults[r->next_fault++];
    if (r->records) {
        payload_write(r);
    }
    switch (fault->type) {
    case FAULT_CUT:
        payload_write(r);
        finish_body(r, CONN_KEEP);
        return false;
    case FAULT_ERROR:
        r->shape->error(&r->state, fault->text, &r->payload);
        payload_write(r);
        finish_body(r, CONN_KEEP);
        return false;
    case FAULT_TRUNCATE:
        truncated(r);
        return false;
    case FAULT_RAW:
        buf_add_str(&r->payload, fault->text);
        payload_write(r);
        return true;
    case FAULT_HUGE:
        huge(r, fault);
        return true;
    case FAULT_EMPTY:
        r->shape->record(&r->state, (struct piece){0}, (struct piece){"", 0}, &r->payload);
        payload_write(r);
        return true;
    default:
        return do_plain_fault(r, fault);
    }
}

bool fault_do_due(struct reply *r)
{
    while (!r->answer.replay && fault_place(r) == r->sent && (r->sent || uv_hrtime() >= r->due)) {
        bool goes_on =
            reply_streams(r) ? do_fault(r) : do_plain_fault(r, &r->answer.faults[r->next_fault++]);
        if (!goes_on) {
            return false;
        }
    }
    return true;
}
