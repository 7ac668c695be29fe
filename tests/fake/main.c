/* hum-fake: a stand-in for Ollama and for an OpenAI-compatible server, for tests, the
 * benchmark and the demo. README.md in this folder tells how to script it. */
#include "conn.h"
#include "control.h"
#include "fill.h"
#include "live.h"
#include "models.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: hum-fake [options]\n"
    "A fake of Ollama (/api) and of an OpenAI-compatible server (/v1).\n"
    "  --port N         port to listen on; 0, the default, means any free one\n"
    "  --host ADDRESS   127.0.0.1 (default) or ::1\n"
    "  --script JSON    the script\n"
    "  --fixtures DIR   where recorded responses are (default tests/fixtures)\n"
    "  --demo           answer chats as the stand-in of the demo\n"
    "  --stdin-guard    leave when standard input ends\n"
    "  --help\n"
    "Prints \"listening http://HOST:PORT\" when it is ready.\n";

struct options {
    const char *host;
    const char *script;
    const char *fixtures;
    long port;
    bool demo;
    bool stdin_guard;
};

struct program {
    struct server server;
    uv_signal_t term, interrupt;
    uv_pipe_t guard;
    bool guarded;
};

/* Takes the value of an option that needs one. */
static bool value(int argc, char **argv, int *i, const char *name, const char **out)
{
    if (strcmp(argv[*i], name) != 0 || *i + 1 >= argc) {
        return false;
    }
    *out = argv[++*i];
    return true;
}

static bool read_options(struct options *o, int argc, char **argv)
{
    *o = (struct options){.host = "127.0.0.1", .fixtures = "tests/fixtures"};
    for (int i = 1; i < argc; i++) {
        const char *port;
        if (value(argc, argv, &i, "--port", &port)) {
            char *end;
            o->port = strtol(port, &end, 10);
            if (*end || o->port < 0 || o->port > 65535) {
                return false;
            }
        } else if (strcmp(argv[i], "--demo") == 0) {
            o->demo = true;
        } else if (strcmp(argv[i], "--stdin-guard") == 0) {
            o->stdin_guard = true;
        } else if (!value(argc, argv, &i, "--host", &o->host) &&
                   !value(argc, argv, &i, "--script", &o->script) &&
                   !value(argc, argv, &i, "--fixtures", &o->fixtures)) {
            return false;
        }
    }
    return true;
}

static void leave(struct program *p)
{
    uv_handle_t *listener = (uv_handle_t *)&p->server.listener;
    if (uv_is_closing(listener)) {
        return;
    }
    conn_close_all(&p->server);
    uv_close(listener, NULL);
    uv_close((uv_handle_t *)&p->term, NULL);
    uv_close((uv_handle_t *)&p->interrupt, NULL);
    if (p->guarded) {
        uv_close((uv_handle_t *)&p->guard, NULL);
    }
    pace_close(&p->server.pace);
}

static void on_signal(uv_signal_t *h, int number)
{
    (void)number;
    leave(h->data);
}

static void on_guard_alloc(uv_handle_t *h, size_t hint, uv_buf_t *room)
{
    static char space[256];
    (void)h;
    (void)hint;
    *room = uv_buf_init(space, sizeof space);
}

static void on_guard(uv_stream_t *stream, ssize_t n, const uv_buf_t *room)
{
    (void)room;
    if (n < 0) {
        leave(stream->data);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct program *p = listener->data;
    if (status == 0) {
        conn_accept(&p->server);
    }
}

static bool load_script(struct server *s, const char *script)
{
    char why[WHY_SIZE];
    bool good = script_load(&s->script, script, strlen(script), why);
    if (!good) {
        fprintf(stderr, "hum-fake: script: %s\n", why);
    }
    return good;
}

static int listen_on(struct program *p, const struct options *o)
{
    struct sockaddr_storage at;
    int size = sizeof at;
    bool six = strchr(o->host, ':') != NULL;
    int err = six ? uv_ip6_addr(o->host, (int)o->port, (struct sockaddr_in6 *)&at)
                  : uv_ip4_addr(o->host, (int)o->port, (struct sockaddr_in *)&at);
    if (!err) {
        err = uv_tcp_bind(&p->server.listener, (struct sockaddr *)&at, 0);
    }
    if (!err) {
        err = uv_listen((uv_stream_t *)&p->server.listener, 128, on_connection);
    }
    if (!err) {
        err = uv_tcp_getsockname(&p->server.listener, (struct sockaddr *)&at, &size);
    }
    if (err) {
        fprintf(stderr, "hum-fake: %s port %ld: %s\n", o->host, o->port, uv_strerror(err));
        return err;
    }
    int port = ntohs(six ? ((struct sockaddr_in6 *)&at)->sin6_port
                         : ((struct sockaddr_in *)&at)->sin_port);
    printf("listening http://%s%s%s:%d\n", six ? "[" : "", o->host, six ? "]" : "", port);
    fflush(stdout);
    return 0;
}

static void watch(struct program *p, bool stdin_guard)
{
    uv_loop_t *loop = p->server.loop;
    uv_tcp_init(loop, &p->server.listener);
    uv_signal_init(loop, &p->term);
    uv_signal_init(loop, &p->interrupt);
    p->server.listener.data = p->term.data = p->interrupt.data = p->guard.data = p;
    uv_signal_start(&p->term, on_signal, SIGTERM);
    uv_signal_start(&p->interrupt, on_signal, SIGINT);
    p->guarded = stdin_guard;
    if (!stdin_guard) {
        return;
    }
    uv_pipe_init(loop, &p->guard, 0);
    p->guard.data = p;
    if (uv_pipe_open(&p->guard, 0) == 0) {
        uv_read_start((uv_stream_t *)&p->guard, on_guard_alloc, on_guard);
    }
}

int main(int argc, char **argv)
{
    static struct program program;
    struct server *s = &program.server;
    struct options o;
    uv_loop_t loop;
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (!read_options(&o, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    s->fixtures = o.fixtures;
    live_reset(s);
    if (!load_script(s, o.script ? o.script : o.demo ? demo_script : "{}")) {
        return 2;
    }
    journal_init(&s->journal);
    s->journal.on_change = control_changed;
    s->journal.ctx = s;
    uv_loop_init(&loop);
    s->loop = &loop;
    if (pace_init(&s->pace, &loop) != 0) {
        return 2;
    }
    watch(&program, o.stdin_guard);
    int err = listen_on(&program, &o);
    if (err) {
        leave(&program);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    s->journal.on_change = NULL;
    journal_finish(&s->journal);
    models_finish(s);
    fill_forget(s);
    live_finish(s);
    script_finish(&s->script);
    return err ? 1 : 0;
}
