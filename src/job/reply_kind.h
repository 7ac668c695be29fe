/* A reply of a model: what is common to all of them, and what each kind does with what comes. */
#ifndef HUM_REPLY_KIND_H
#define HUM_REPLY_KIND_H

#include "base/buf.h"
#include "base/failure.h"
#include "base/value.h"
#include "job/job.h"
#include "job/overflow.h"
#include "job/parts.h"
#include "job/stats.h"
#include "nvim/target.h"
#include "server/endpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dialect_event;
struct learned;
struct reply;
struct sink;

enum reply_ending { REPLY_RUNS, REPLY_DONE, REPLY_ERROR, REPLY_CANCELLED };

/* What Lua is told behind text, by sink_notice: a part begins, or all so far belongs to another. */
enum reply_notice {
    NOTICE_THINKING = PART_THINKING,
    NOTICE_TEXT = PART_TEXT,
    NOTICE_WAS_THOUGHT,
    NOTICE_WAS_TEXT,
};

/* What a kind of reply does. Those marked by "?" may be NULL. */
struct reply_ops {
    enum failure_of of;
    bool tells_progress; /* of the prompt's processing */
    /* Reads what the spec has for this kind alone, and says where its text goes. The reply has its
     * endpoint, model and request by then. Returns 0 or HUM_ESPEC with *why. */
    int (*begin)(struct reply *r, const struct value *spec, struct target *target,
                 const char **why);
    /* ? Right before the first text: how the model was told what to do is certain now. */
    void (*first)(struct reply *r, const struct learned *known);
    /* A piece of a record's text, of one part: any bytes, from anywhere in a character on. */
    void (*add)(struct reply *r, enum part part, const char *text, size_t len);
    /* All of the reply so far was that part. */
    void (*turn)(struct reply *r, enum part part);
    /* A call of a tool, as JSON. */
    void (*call)(struct reply *r, const char *call, size_t len);
    /* ? What may have to go back to the service with the reply. */
    void (*thought)(struct reply *r, const struct dialect_event *event);
    /* Nothing more comes, for r->ending: the rest goes to the sink. whole: the model has said all. */
    void (*end)(struct reply *r, bool whole);
    /* ? Appends further pairs to the map of the ending event, and returns how many. */
    uint32_t (*tell)(struct reply *r, struct buf *out);
    /* What the model is at. */
    enum part (*now)(const struct reply *r);
    /* Frees what is this kind's own, but not the reply. */
    void (*finish)(struct reply *r);
};

/* Fields are read by the kinds; but for goes_on only the reply changes them. */
struct reply {
    struct job job; /* first: a reply is one */
    const struct reply_ops *ops;
    struct job_env env;
    struct endpoint endpoint;
    char *model;

    struct value *request;         /* what bodies are made of, until text comes */
    struct inlining *inlining;     /* files of the request are being read; else NULL */
    struct generation *generation; /* NULL before, and once it has ended */
    struct inspection *inspection; /* NULL before there is an endpoint, and once it was handed on */
    struct overflow overflow;
    struct stats stats;
    struct sink *sink; /* NULL: the spec was wrong */
    bool sent_first;   /* the event of the first part */
    bool goes_on;      /* with text that is there; set within begin */

    enum reply_ending ending;
    bool whole;             /* of REPLY_DONE: the model has said all */
    struct toolong toolong; /* of REPLY_ERROR: the figures of a prompt that was too long */
    struct buf told;        /* the ending event's fields, packed while what they are about exists */
    bool drained;           /* the sink has nothing left, or nowhere to put it */
    bool ended;             /* the ending event was sent */
    int busy;               /* inside one of its own callbacks: must not be freed */
};

#endif
