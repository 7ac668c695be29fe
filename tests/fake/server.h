/* The fake server's one state, and what every module may know of it. */
#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include "journal.h"
#include "pace.h"
#include "script.h"

#include <uv.h>

struct conn;
struct reply;

/* A model in memory, as /api/ps shows it. */
struct loaded {
    struct loaded *next;
    char *name;
    char *settings; /* the options that would reload it if they changed */
};

/* The last prompt to fill in; model NULL: none. */
struct former {
    char *model;
    struct buf prompt;
};

struct server {
    uv_loop_t *loop;
    uv_tcp_t listener;
    struct pace pace;
    struct journal journal;
    struct script script;
    struct conn *conns;
    struct reply *replies; /* in order of arrival */
    struct reply *loading; /* whose model is being loaded, or NULL */
    struct loaded *loaded;
    struct former former;
    struct most *most; /* requests alive at a time, see live.h */
    const char *fixtures;
    unsigned next_conn; /* numbers count from 1 */
    unsigned next_request;
    uint64_t began; /* when the first bytes of the last request were there */
};

#endif
