/* Numbers of lines that a model put in front of them: "13: x", "13 | x", "    13\tx". They are left
 * out if the first lines have them and go up by one, or the last line alone has one; and if the
 * range's own lines do not look so. Pure. */
#ifndef HUM_NUMBERS_H
#define HUM_NUMBERS_H

#include "edit/stage.h"
#include "edit/text.h"

struct numbers {
    struct stage stage;
    struct text held;
    enum numbers_mode { NUMBERS_BEGIN, NUMBERS_OFF, NUMBERS_ON, NUMBERS_OWN } mode;
    char sign;    /* between number and line */
    bool tight;   /* no blank stands behind the sign */
    size_t next;  /* number that the line to come should have */
    size_t given; /* lines */
};

void numbers_init(struct numbers *n, const struct stage *stage);
void numbers_finish(struct numbers *n);
void numbers_line(struct numbers *n, struct span line);
void numbers_end(struct numbers *n, bool cut);

/* Whether a line that begins so goes right through; *skip: so many bytes of it are left out. It may
 * still be a beginning: closed says that its first word is over. */
bool numbers_pass(const struct numbers *n, struct span line, size_t *skip);

#endif
