/* hum: the helper process of hum.nvim. Arguments, the loop, an orderly end. */
#include "base/log.h"
#include "methods.h"
#include "proto.h"
#include "server/http.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

static const char usage[] =
    "hum " HUM_VERSION " - the helper process of hum.nvim\n"
    "\n"
    "Neovim starts it; it is not meant to be run by hand. It speaks msgpack-RPC over\n"
    "stdin and stdout, and HTTP to Ollama and OpenAI-compatible servers.\n"
    "In Neovim, see :Hum chat, :checkhealth hum and :help hum.\n"
    "\n"
    "  hum              serve the Neovim that started it, until it exits\n"
    "  hum --version    print the versions of hum, its protocol and its libraries\n"
    "  hum --help       print this text\n";

struct program {
    uv_loop_t loop;
    uv_signal_t terminate;
    struct methods *methods;
};

static void end(struct program *p)
{
    if (p->methods != NULL) {
        struct methods *m = p->methods;
        p->methods = NULL;
        methods_close(m);
        uv_close((uv_handle_t *)&p->terminate, NULL);
        signal(SIGTERM, SIG_IGN); /* jobstop sends it too, and we are leaving already */
    }
}

static void on_terminate(uv_signal_t *handle, int signum)
{
    (void)signum;
    end(handle->data);
}

static void on_closed(void *ctx)
{
    end(ctx);
}

/* A core file would hold keys and chats. 1, because Linux ignores 0 where it pipes cores to a
 * program (core(5)), and writes none for 1 there either (fs/coredump.c); a file is larger. Other
 * processes of the user may still look into this one, as they may into Neovim: debuggers and
 * sanitizers do. */
static void forbid_cores(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_max = limit.rlim_max > 1 ? 1 : limit.rlim_max;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_CORE, &limit);
    }
}

static int serve(void)
{
    static struct program program;
    const char *why = NULL;
    forbid_cores();
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&program.loop);
    program.methods =
        methods_new(&program.loop, STDIN_FILENO, STDOUT_FILENO, on_closed, &program, &why);
    int status = 0;
    if (program.methods == NULL) {
        log_write(LOG_ERROR, "hum cannot start: %s", why);
        status = 1;
    } else {
        uv_signal_init(&program.loop, &program.terminate);
        program.terminate.data = &program;
        uv_signal_start(&program.terminate, on_terminate, SIGTERM);
    }
    uv_run(&program.loop, UV_RUN_DEFAULT);
    uv_loop_close(&program.loop);
    log_close();
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("hum %s, protocol %d, libuv %s, %s\n", HUM_VERSION, HUM_PROTOCOL,
               uv_version_string(), http_library());
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc > 1) {
        fprintf(stderr, "hum: unknown argument %s\n\n%s", argv[1], usage);
        return 2;
    }
    if (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO)) {
        fputs(usage, stderr);
        return 2;
    }
    return serve();
}
