/* What of a line is code, by its language's strings and comments, and what that says of the next
 * line's indentation. A guess, without a parser. */
#ifndef HUM_SYNTAX_H
#define HUM_SYNTAX_H

#include "base/span.h"
#include "text/language.h"

#include <stdbool.h>
#include <stddef.h>

#define SYNTAX_BRACKETS 8 /* brackets that a line leaves open, at most */
#define SYNTAX_WORD 32    /* bytes of the word that ends a here-document, at most */

/* Where a line begins. */
enum syntax_in {
    SYNTAX_CODE,
    SYNTAX_COMMENT,
    SYNTAX_STRING,
    SYNTAX_DOC, /* a string that stands alone: documentation, which is indented as code is */
};

struct syntax {
    const struct language *language;
    enum syntax_in in;
    char close[SYNTAX_WORD + 1]; /* what ends it */
    bool line;                   /* alone on a line: of a here-document */
};

/* What a line consists of. */
struct syntax_line {
    struct span code;             /* without the comment at its end, and without blanks */
    size_t open[SYNTAX_BRACKETS]; /* where the brackets stand that it leaves open, in bytes */
    size_t open_count;
    size_t closed; /* brackets of lines above that it closes */
};

/* language outlives s. The text begins in code. */
void syntax_init(struct syntax *s, const struct language *language);

/* A text that was cut out of a file may begin within documentation: how many bytes that are, up to
 * the end of the line that closes it. A guess. */
size_t syntax_within(const struct language *language, struct span text);

/* Every whole line in turn, without its end. */
struct syntax_line syntax_follow(struct syntax *s, struct span line);

enum syntax_tail {
    TAIL_ENDS,      /* the next line stands as deep as this one, or less deep */
    TAIL_OPENS,     /* ... a step deeper: it begins a block */
    TAIL_MAY_OPEN,  /* one or the other */
    TAIL_CONTINUES, /* ... anywhere: it goes on with the same statement */
};

/* "if x:" may begin a block: in languages that have such, and where the language is not known. */
bool syntax_may_end_by_indent(const struct language *language);

/* Of a line's code. */
enum syntax_tail syntax_tail_of(const struct language *language, struct span code);

#endif
