/* A typist, a server and the clock that both go by, for clients that suggest: how often is a
 * suggestion there when a key is struck, and how many requests does that take? Nothing here takes
 * time: the clock is scripted, a step is a millisecond. */
#ifndef HUM_SLOW_H
#define HUM_SLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_TEXT 4096

/* What the buffer has first, what is typed behind it, and how the model goes on from there. */
static const char slow_head[] = "local M = {}\n\nfunction M.compute(alpha, beta)\n";
static const char slow_lines[] = "  local total = alpha * beta\n"
                                 "  for index = 1, #total do\n"
                                 "    total = total + index\n"
                                 "  end";
static const char slow_rest[] = "\n  return total\nend\n\nreturn M\n";

struct slow_server {
    int first_ms;
    int token_ms, token_bytes;
    int miss;      /* every so manyth answer that is begun is wrong ... */
    int miss_at;   /* ... from this byte on */
    int max_lines; /* of an answer */
    bool rejects;  /* every request fails instead of an answer */
};

struct slow_typist {
    int gap_ms;
    int typo_every;  /* so many keys: one more that is wrong, and <BS>; 0: none */
    int pause_every; /* so many keys: a pause of ... */
    int pause_ms;
};

/* One slot: a request at a time. */
struct slow_request {
    bool alive, begun;
    int asked_ms;
    char place[SLOW_TEXT]; /* all that stands before the cursor */
    char text[SLOW_TEXT];  /* the answer */
    size_t sent;
};

struct slow_world {
    struct slow_server server;
    struct slow_typist typist;
    struct slow_request request;
    int now;
    int requests, answers;
    int keys, seen; /* keys struck, and those at which a suggestion was there */
    char typed[SLOW_TEXT];
    size_t typed_len;
    bool adds; /* the last key */
};

/* The client under test. */
struct slow_client {
    void (*on_key)(void *ctx);
    void (*on_text)(void *ctx, const char *text, size_t len); /* a token */
    void (*on_end)(void *ctx, bool failed);
    void (*on_tick)(void *ctx); /* each millisecond */
    bool (*is_seen)(void *ctx);
};

static inline const char *slow_document(void)
{
    static char document[SLOW_TEXT];
    if (document[0] == '\0') {
        snprintf(document, sizeof document, "%s%s%s", slow_head, slow_lines, slow_rest);
    }
    return document;
}

/* What the model says there; a line break right at the cursor is no line. */
static inline void slow_answer(struct slow_world *w, bool wrong)
{
    struct slow_request *r = &w->request;
    const char *document = slow_document();
    size_t len = strlen(r->place), n = 0;
    bool knows = strncmp(document, r->place, len) == 0;
    const char *from = knows ? document + len : "";
    n += from[0] == '\n';
    for (int line = 0; from[n] != '\0'; n++) {
        if (from[n] == '\n' && ++line == w->server.max_lines) {
            break;
        }
    }
    memcpy(r->text, from, n);
    r->text[n] = '\0';
    if (wrong || !knows) {
        size_t at = (size_t)w->server.miss_at < n ? (size_t)w->server.miss_at : n;
        strcpy(r->text + (knows ? at : 0), "~~wrong~~~~~~~~~~~~");
    }
}

/* place: all that stands before the cursor. */
static inline void slow_ask(struct slow_world *w, const char *place)
{
    w->requests++;
    w->request = (struct slow_request){.alive = true, .asked_ms = w->now};
    snprintf(w->request.place, sizeof w->request.place, "%s", place);
}

static inline void slow_stop(struct slow_world *w)
{
    w->request.alive = false;
}

static inline void slow_serve(struct slow_world *w, const struct slow_client *client, void *ctx)
{
    struct slow_request *r = &w->request;
    int since = w->now - r->asked_ms - w->server.first_ms;
    if (!r->alive || since < 0 || since % w->server.token_ms != 0) {
        return;
    }
    if (w->server.rejects) {
        r->alive = false;
        client->on_end(ctx, true);
        return;
    }
    if (!r->begun) {
        r->begun = true;
        w->answers++;
        slow_answer(w, w->server.miss > 0 && w->answers % w->server.miss == 0);
    }
    size_t left = strlen(r->text) - r->sent, len = (size_t)w->server.token_bytes;
    len = left < len ? left : len;
    if (len > 0) {
        r->sent += len;
        client->on_text(ctx, r->text + r->sent - len, len);
    } else {
        r->alive = false;
        client->on_end(ctx, false);
    }
}

static inline void slow_run(struct slow_world *w, const struct slow_client *client, void *ctx,
                            int ms)
{
    for (int i = 0; i < ms; i++) {
        w->now++;
        slow_serve(w, client, ctx);
        client->on_tick(ctx);
    }
}

/* c 0: <BS>. */
static inline void slow_strike(struct slow_world *w, const struct slow_client *client, void *ctx,
                               char c)
{
    slow_run(w, client, ctx, w->typist.gap_ms);
    w->keys++;
    w->seen += client->is_seen(ctx);
    w->adds = c != '\0';
    if (c != '\0') {
        w->typed[w->typed_len++] = c;
    } else {
        w->typed_len--;
    }
    w->typed[w->typed_len] = '\0';
    client->on_key(ctx);
}

/* Types all of it, after a first answer was had. */
static inline void slow_type(struct slow_world *w, const struct slow_client *client, void *ctx)
{
    strcpy(w->typed, slow_head);
    w->typed_len = strlen(w->typed);
    client->on_key(ctx);
    slow_run(w, client, ctx, w->server.first_ms + 1000);
    for (size_t i = 0; slow_lines[i] != '\0'; i++) {
        int n = (int)i + 1;
        if (w->typist.pause_every > 0 && n % w->typist.pause_every == 0) {
            slow_run(w, client, ctx, w->typist.pause_ms);
        }
        if (w->typist.typo_every > 0 && n % w->typist.typo_every == 0) {
            slow_strike(w, client, ctx, '%');
            slow_strike(w, client, ctx, '\0');
        }
        slow_strike(w, client, ctx, slow_lines[i]);
    }
}

#endif
