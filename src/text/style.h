/* How a file is indented, by its lines where they tell, else by its options: who sets none has
 * Neovim's, which fit few files. */
#ifndef HUM_STYLE_H
#define HUM_STYLE_H

#include "base/around.h"
#include "text/indent.h"
#include "text/language.h"

#include <stdbool.h>
#include <stddef.h>

struct style {
    struct indent indent;  /* what is written is written so */
    struct indent foreign; /* another's white space: a tab is a step if the file has none */
    size_t step;           /* columns by which a block stands deeper */
    uint32_t steps;        /* bit n: somewhere it is n columns */
    bool aligns;           /* tabs for blocks, blanks behind them for what is aligned */
    bool unknown;          /* neither lines nor options say anything */
};

struct style style_of(const struct around *around, const struct indent *options,
                      const struct language *language);

#endif
