/* What was gathered, for Lua: see |hum-protocol|. */
#ifndef HUM_GATHER_PACK_H
#define HUM_GATHER_PACK_H

struct buf;
struct item;
struct result;

/* Appends one map. */
void gather_pack(const struct item *item, const struct result *r, struct buf *out);

#endif
