/* Where the lines of an answer are to stand: a model may write them at the margin, the first line
 * alone without its indentation, in steps of another width, with blanks for tabs. Its columns are
 * understood by what they can be: by lines that the range has, too, and by what opens a block.
 * Lines are held while two ways to understand them would place them differently and the answer does
 * not begin where the range does. Pure. */
#ifndef HUM_OFFSET_H
#define HUM_OFFSET_H

#include "base/buf.h"
#include "edit/columns.h"
#include "edit/stage.h"
#include "edit/text.h"
#include "text/syntax.h"

struct offset {
    struct stage stage;
    bool asis;  /* nothing is moved: prose, and where white space is what was asked for */
    bool begun; /* the first line came */
    struct columns columns;
    struct syntax syntax;
    size_t literal_answer, literal_file; /* of the line in which a string or comment begins */
    struct text held;
    struct buf line; /* as it is given */
};

void offset_init(struct offset *o, const struct stage *stage);
void offset_finish(struct offset *o);
void offset_line(struct offset *o, struct span line);
void offset_end(struct offset *o, bool cut);

/* The beginning of the next line as it will be given, appended to out; false: that is not certain.
 * line: its beginning, with a byte at least that is no blank. */
bool offset_preview(const struct offset *o, struct span line, struct buf *out);

#endif
