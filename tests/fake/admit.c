#include "admit.h"

#include "head.h"

#include <string.h>
#include <strings.h>

/* Ollama's check against pages in a browser: only names that cannot be rebound. */
static bool allowed_host(const struct request *r)
{
    static const char *const good[] = {"localhost", "127.0.0.1", "[::1]", "0.0.0.0", ""};
    static const char *const ends[] = {".localhost", ".local", ".internal"};
    const char *host = request_header(r, "host");
    if (request_header(r, "origin")) {
        return false;
    }
    if (!host) {
        return true;
    }
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (strlen(good[i]) == len && strncasecmp(host, good[i], len) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (len > n && strncasecmp(host + len - n, ends[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_key(const struct context *x)
{
    const char *key = x->conn->server->script.key;
    const char *given = request_header(x->request, "authorization");
    return !key || (given && strncasecmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, key) == 0);
}

bool admit(struct context *x)
{
    const struct server *s = x->conn->server;
    if (s->script.check_host && !x->llama && !allowed_host(x->request)) {
        struct head head = {.status = 403};
        head_answer(x->conn, &head, "", 0);
        return false;
    }
    if (has_key(x)) {
        return true;
    }
    if (x->llama) {
        head_error(x->conn, true, 401, "Invalid API Key");
    } else {
        head_json(x->conn, 401,
                  "{\"error\":\"unauthorized\",\"signin_url\":"
                  "\"https://ollama.com/connect?name=fake\\u0026key=fake\"}");
    }
    return false;
}
