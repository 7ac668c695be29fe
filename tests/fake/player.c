#include "player.h"

enum { BATCH_BYTES = 64 * 1024 }; /* one write of an answer without pauses */

enum turn { GO_ON, COME_BACK, OVER };

static void write_head(struct player *p)
{
    if (!p->headed && !p->raw) {
        p->headed = true;
        head_write(p->conn, &p->head, &p->chunked);
    }
}

static void add_bytes(struct player *p, const struct piece *piece)
{
    if (piece->whole && !p->headed) {
        p->head.length = head_length(p->head.llama, piece->len);
    }
    write_head(p);
    p->tokens += piece->tokens;
    for (size_t at = 0; at < piece->len;) {
        size_t rest = piece->len - at;
        size_t n = p->chunk_bytes != 0 && p->chunk_bytes < rest ? p->chunk_bytes : rest;
        head_body(p->conn, p->chunked, piece->data + at, n);
        at += n;
    }
}

/* Hands over what was appended, and notes the moment of its tokens. */
static void flush(struct player *p)
{
    struct journal *j = &p->conn->server->journal;
    size_t tokens = p->tokens;
    if (tokens != 0 && p->first_token == 0) {
        journal_addf(j, "first", "\"request\":%u", p->conn->request);
        p->first_token = uv_hrtime();
    }
    uint64_t now = uv_hrtime();
    p->tokens = 0;
    conn_flush(p->conn);
    if (tokens != 0) {
        journal_tokens(j, p->conn->request, tokens, now);
    }
}

static enum turn come_back(struct player *p, uint64_t when)
{
    p->due = when;
    return COME_BACK;
}

static enum turn leave(struct player *p, enum conn_end end)
{
    flush(p);
    conn_answered(p->conn, end);
    return OVER;
}

static enum turn half(struct player *p, const struct piece *piece)
{
    write_head(p);
    if (p->chunked) {
        buf_printf(&p->conn->out, "%zx\r\n", piece->len);
    }
    conn_write(p->conn, piece->data, piece->len / 2);
    return leave(p, CONN_CLOSE);
}

static enum turn end(struct player *p)
{
    write_head(p);
    if (p->chunked) {
        conn_write(p->conn, "0\r\n\r\n", 5);
    }
    bool close = p->raw || p->head.close || (!p->chunked && p->head.length < 0);
    return leave(p, close ? CONN_CLOSE : CONN_KEEP);
}

static enum turn stall(struct player *p)
{
    p->stalled = true;
    flush(p);
    journal_addf(&p->conn->server->journal, "stall", "\"request\":%u", p->conn->request);
    return OVER;
}

static enum turn play(struct player *p, const struct piece *piece)
{
    switch (piece->type) {
    case PIECE_BYTES:
        add_bytes(p, piece);
        if (p->conn->out.len < BATCH_BYTES) {
            return GO_ON;
        }
        flush(p);
        return come_back(p, uv_hrtime());
    case PIECE_HALF:
        return half(p, piece);
    case PIECE_PAUSE:
        flush(p);
        return come_back(p, uv_hrtime() + piece->ns);
    case PIECE_BEAT:
        flush(p);
        return come_back(p, p->due + piece->ns);
    case PIECE_STALL:
        return stall(p);
    case PIECE_CLOSE:
        return leave(p, CONN_CLOSE);
    case PIECE_RESET:
        return leave(p, CONN_RESET);
    default:
        return end(p);
    }
}

/* Plays what is due, and comes back for the rest when the moment has come or, if bytes wait
 * for a slow reader, when they are out. */
static void step(void *ctx)
{
    struct player *p = ctx;
    enum turn turn = COME_BACK;
    if (p->stalled || conn_pending(p->conn)) {
        return;
    }
    if (uv_hrtime() >= p->due) {
        do {
            struct piece piece = {0};
            p->source->next(p->source, &piece);
            turn = play(p, &piece);
        } while (turn == GO_ON);
    }
    if (turn == COME_BACK && !conn_pending(p->conn)) {
        pace_at(&p->conn->server->pace, &p->timer, p->due, step, p);
    }
}

void player_start(struct player *p, uint64_t when)
{
    p->due = when;
    if (p->early) {
        write_head(p);
        conn_flush(p->conn);
    }
    pace_at(&p->conn->server->pace, &p->timer, when, step, p);
}

void player_drained(struct player *p)
{
    pace_at(&p->conn->server->pace, &p->timer, p->due, step, p);
}

void player_stop(struct player *p)
{
    pace_cancel(&p->conn->server->pace, &p->timer);
}
