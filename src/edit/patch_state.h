/* Private to patch.c and patch_*.c: where the reading of an answer is. */
#ifndef HUM_PATCH_STATE_H
#define HUM_PATCH_STATE_H

#include "edit/block.h"
#include "edit/sign.h"

enum patch_state {
    IN_TEXT,
    IN_THOUGHT,
    IN_SEARCH,  /* behind the opening marker, no divider yet that is sure */
    IN_REPLACE, /* on_search has taken a divider */
    IN_HUNKS,   /* of a unified diff, behind its names */
    IN_PATCH,   /* behind "*** Update File:" */
    IN_ADDED,   /* behind "*** Add File:" */
    IN_WHOLE,   /* in a fence with a name, or one that may get it by its first line */
};

struct patch {
    const struct patch_calls *calls;
    void *ctx;
    enum patch_state state;
    size_t line;         /* number of the line that is read */
    bool text;           /* there was something but blank lines */
    const char *thought; /* what ends the thought that is read */

    /* the fence that is open; mark 0: none */
    char mark;
    size_t run, indent, opened; /* opened: its line */
    size_t nested;              /* fences that are open within it */
    bool diff;                  /* it is one of a diff */
    struct buf fence_name;      /* by its words or the line above */
    struct buf fence_above;     /* that line */

    struct buf above; /* the last line with text, outside the fence or inside; "": none is near */
    size_t above_line;

    struct buf standing; /* a name that holds until another comes, or a heading; "": none */
    bool quote;          /* the block stands in a quote of Markdown */

    struct buf name;  /* of the file that blocks belong to */
    struct buf to;    /* of the patch's file: where it is moved, until a block has told */
    struct buf moved; /* of a diff of git: where it says that the file is moved */
    struct buf held;  /* "--- name", until the next line says whether it is one */
    bool holds;
    bool removed; /* hunks of a file that is deleted say nothing more */
    bool added;   /* or of one that is new */

    size_t signs;                  /* of the opening marker */
    size_t others[PATCH_DIVIDERS]; /* dividers of another length */
    size_t other_count;
    size_t doubled; /* signs of a divider that may be one too much; 0: none */
    bool begins;    /* the part that is read has no line yet */
    bool placed;    /* but was told where it stands */

    struct patch_block block; /* its form is PATCH_NONE outside */
};

void patch_set(struct buf *to, struct span name);

/* A line outside of blocks. */
void patch_text(struct patch *p, struct span line);

/* Begins a block whose first line that is, and hands it out with the current name. */
void patch_begin(struct patch *p, enum patch_form form, size_t first);
void patch_give(struct patch *p);

/* Whether the line closes the fence that is open; closing it. */
bool patch_closes(const struct patch *p, struct span line);
void patch_close(struct patch *p);

/* patch_search.c: search/replace. The end is that of the answer. */
void patch_search_begin(struct patch *p, size_t signs, struct span rest);
void patch_search_line(struct patch *p, struct span line);
void patch_search_end(struct patch *p);

/* patch_hunk.c: diffs and patches. named: the names stand in the answer. */
void patch_diff_begin(struct patch *p, struct span old, struct span name, bool named);
void patch_git_line(struct patch *p, struct span line);
void patch_file_begin(struct patch *p, enum sign sign, struct span name);
void patch_hunk_line(struct patch *p, struct span line);
void patch_hunk_body(struct patch *p, struct span line);
void patch_added_line(struct patch *p, struct span line);
void patch_hunk_end(struct patch *p, bool closed);

/* patch_whole.c: files in fences. */
void patch_whole_begin(struct patch *p);
void patch_whole_line(struct patch *p, struct span line);
void patch_whole_add(struct patch *p, struct span line);
void patch_whole_end(struct patch *p, bool closed);

#endif
