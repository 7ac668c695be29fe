#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Whether the client has closed its side: the loop may not have come to know it yet. */
static bool has_left(const struct conn *c)
{
    uv_os_fd_t fd;
    char byte;
    if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) != 0) {
        return true;
    }
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static bool alive(const struct conn *c)
{
    return c->generates && c->state != CONN_IDLE && !c->closing && !c->lingering && !has_left(c);
}

/* With fills: of those to fill in; with a path: of those to it. */
static unsigned count(const struct server *s, bool fills, const char *path)
{
    unsigned n = 0;
    for (const struct conn *c = s->conns; c != NULL; c = c->next) {
        n += (!fills || c->fills) && alive(c) &&
             (path == NULL || strcmp(c->parser.request.path, path) == 0);
    }
    return n;
}

static void keep_most(struct server *s, const char *name, unsigned n)
{
    struct most **at = &s->most;
    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        *at = xcalloc(1, sizeof **at);
        (*at)->name = xstrdup(name);
    }
    if (n > (*at)->count) {
        (*at)->count = n;
    }
}

void live_began(struct conn *c, bool fills)
{
    struct server *s = c->server;
    const char *path = c->parser.request.path;
    c->generates = true;
    c->fills = fills;
    keep_most(s, "all", count(s, false, NULL));
    keep_most(s, "fill", count(s, true, NULL));
    keep_most(s, path, count(s, false, path));
}

unsigned live_filling(const struct server *s)
{
    return count(s, true, NULL);
}

void live_print(const struct server *s, struct buf *out)
{
    buf_add_str(out, "{");
    for (const struct most *m = s->most; m != NULL; m = m->next) {
        buf_printf(out, "%s\"%s\":%u", m == s->most ? "" : ",", m->name, m->count);
    }
    buf_add_str(out, "}");
}

void live_finish(struct server *s)
{
    while (s->most != NULL) {
        struct most *m = s->most;
        s->most = m->next;
        free(m->name);
        free(m);
    }
}

void live_reset(struct server *s)
{
    live_finish(s);
    keep_most(s, "all", count(s, false, NULL));
    keep_most(s, "fill", count(s, true, NULL));
    for (const struct conn *c = s->conns; c != NULL; c = c->next) {
        if (alive(c)) {
            const char *path = c->parser.request.path;
            keep_most(s, path, count(s, false, path));
        }
    }
}
