/* One reply of a model, from the spec to its single ending, whatever becomes of its text: what jobs
 * have in common that ask a model. They embed it, as their first member, and say by a table what
 * they do with what comes; what they make of it goes to Neovim through the reply's sink. */
#ifndef HUM_REPLY_H
#define HUM_REPLY_H

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

/* Starts one that is all zero, and the first member of memory that free() takes. Returns the job, or
 * NULL if the spec is wrong: the ending event was sent then, and all is freed. */
struct job *reply_start(struct reply *r, const struct job_ops *job, const struct reply_ops *ops,
                        const struct job_env *env, int64_t id, const struct value *spec);

/* Nothing more is wanted of it: the model is stopped, and the ending is as if it had said all. Within
 * add and call. */
void reply_enough(struct reply *r);

/* Operations that all kinds have. */
void reply_stop(struct job *j, bool discard);
void reply_free(struct job *j);
void reply_describe(const struct job *j, struct job_info *info);
void reply_suspect(struct job *j);
bool reply_uses(const struct job *j, const char *url, const char *model);
const struct inspection *reply_inspection(const struct job *j, char *const **secrets);

#endif
