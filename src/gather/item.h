/* One thing that a message refers to, and what of it goes to the model: read, measured, kept,
 * compared with what the model has seen. Blocking, for a thread of its own; nothing here is shared
 * with others. */
#ifndef HUM_ITEM_H
#define HUM_ITEM_H

#include "base/buf.h"
#include "gather/content.h"
#include "gather/difference.h"
#include "gather/image.h"
#include "gather/names.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum item_kind { ITEM_FILE, ITEM_TEXT, ITEM_GLOB, ITEM_DIR, ITEM_TREE };

enum item_want { WANT_FITTING, WANT_WHOLE, WANT_OUTLINE };

/* What was asked for. Texts are its own; NULL where nothing was given. */
struct item {
    enum item_kind kind;
    char *path;           /* of a file, a folder, or where a glob's names begin; absolute */
    char *name;           /* of a text, for its language */
    char *pattern;        /* of a glob */
    char *since;          /* the name of what the model has seen of it */
    struct buf text;      /* of a text: what has come of it */
    uint64_t pieces;      /* of a text: so many are still to come */
    uint64_t first, last; /* lines from 1; 0: all, up to the end */
    enum item_want want;
    bool force;           /* it may lie outside, and be ignored by git */
    bool as_text;         /* it is taken as text even if it is none */
    uint64_t most, depth; /* of names */
};

enum item_state {
    ITEM_OK,
    ITEM_MISSING,
    ITEM_OUTSIDE,
    ITEM_BINARY,
    ITEM_LARGE,
    ITEM_UNREADABLE,
    ITEM_DIRECTORY,
    ITEM_SPECIAL,
    ITEM_RANGE, /* the lines that were asked for are not in it */
};

/* "ok", "missing", ... */
const char *item_state_name(enum item_state state);

/* What came of it. */
struct result {
    enum item_state state;
    struct buf why; /* empty, or what is wrong and what to do, for the user */
    char *real;
    bool is_image, is_pdf;
    struct image image;
    const char *encoding; /* NULL: UTF-8, or no text */
    struct content all;   /* the text, or the lines of it that were asked for */
    uint64_t total;       /* lines of the whole text, if only some were asked for */
    bool about;           /* lines and tokens are an estimate: not all of it was read */
    uint64_t fence;       /* the longest run of backquotes */
    struct buf head;      /* its beginning */
    bool same, has_diff, has_outline;
    struct content diff, outline;
    struct difference changed;
    struct buf diff_text; /* empty if it is long */
    struct names names;   /* of a glob, a folder, a tree */
    bool has_names;
};

/* Where all items of a call live. */
struct place {
    const char *folder; /* "": nothing is kept */
    const char *root;   /* "": nothing is outside */
    uint64_t largest;   /* bytes of a text that is taken whole */
    const atomic_bool *stop;
};

/* Fills in r, which is all zero. Returns 0, or HUM_EBAD if what was to be kept could not be: then
 * all fail, and r->why says why. */
int item_gather(struct item *item, const struct place *place, struct result *r);

void item_finish(struct item *item);
void result_finish(struct result *r);

#endif
