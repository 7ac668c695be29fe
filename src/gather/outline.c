#include "gather/outline.h"

#include "base/buf.h"

#define HALF (OUTLINE_BYTES / 2)

void outline(struct span text, const char *name, bool sampled, struct buf *out)
{
    (void)name;
    (void)sampled;
    buf_add(out, text.data, text.len < HALF ? text.len : HALF);
}
