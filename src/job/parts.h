/* The parts of a reply, text and thinking, on their way to its target: whole UTF-8 characters;
 * thinking between its marks, and not within a fence, where they would be code; lines that look like
 * marks or headings escaped (tags.h). A reply that goes on is joined to the text that is there
 * (seam.h); its thinking has no place in that, and is an afterthought. Pure. */
#ifndef HUM_PARTS_H
#define HUM_PARTS_H

#include "base/buf.h"
#include "base/utf8.h"
#include "job/seam.h"
#include "job/tags.h"

#include <stdbool.h>
#include <stddef.h>

struct target_turn;

enum part { PART_NONE, PART_THINKING, PART_TEXT };

/* Called within the functions below, in the order in which things go to the target. A text is gone
 * when they return. None may call parts_… */
struct parts_callbacks {
    /* Valid UTF-8, marks included. */
    void (*on_text)(void *ctx, const char *text, size_t len);
    /* What comes from now on belongs to that part. */
    void (*on_part)(void *ctx, enum part part);
    /* All of the reply so far belongs to that part: the target is to be turned. What turn points to
     * lives as long as the parts. */
    void (*on_turn)(void *ctx, const struct target_turn *turn, enum part part);
    /* Valid UTF-8, without marks. Its place is before the text that was there. */
    void (*on_afterthought)(void *ctx, const char *text, size_t len);
};

struct parts_form {
    const char *open;    /* marks around thinking, copied; "" for none */
    const char *close;   /* likewise; it may begin with a line break, which is left out at one */
    bool marked;         /* the target is a chat, in which marks and headings mean something */
    bool takes_thoughts; /* its target does: else on_part alone tells that thinking has begun */
};

struct parts {
    char *open, *close;
    bool marked;
    bool takes_thoughts;
    const struct parts_callbacks *callbacks;
    void *ctx;

    enum part part;
    bool at_line_start; /* the last byte of the text was a line break, or there was none */

    struct tags tags;
    struct utf8 utf8;
    struct buf plain;   /* scratch: text without lines that would be tags */
    struct buf piece;   /* scratch: text on its way out */
    struct buf unshown; /* thinking that its target does not take, in case it was text */
    struct buf late;    /* thinking that came within a fence */

    bool goes_on;
    struct seam seam;
    struct buf joined;       /* scratch: text that belongs behind what is there */
    struct buf afterthought; /* what was not told of it yet */
};

void parts_init(struct parts *p, const struct parts_form *form,
                const struct parts_callbacks *callbacks, void *ctx);

/* Of zeros: nothing to be done. */
void parts_finish(struct parts *p);

/* Of a chat, before anything comes: the reply goes on with this text, which is not empty. */
void parts_go_on(struct parts *p, const char *text, size_t len);

/* How the model was told to, before the first text: see seam_tell. */
void parts_tell(struct parts *p, bool asked, bool trimmed);

/* A piece of a record's text, of one part: any bytes, from anywhere in a character on. */
void parts_add(struct parts *p, enum part part, const char *text, size_t len);

/* All of the reply so far was that part. Once at most. All that becomes thinking ends with a line. */
void parts_turn(struct parts *p, enum part part);

/* The reply breaks off, before parts_end: see seam_break. */
void parts_break(struct parts *p);

/* Nothing more comes: what is held back goes out. */
void parts_end(struct parts *p);

/* What the model is at. */
enum part parts_now(const struct parts *p);

#endif
