/* What a generation cost: the server's figures, our own clock and counts, and the "stats"
 * of the ending event made from them. */
#ifndef HUM_FIGURES_H
#define HUM_FIGURES_H

#include "dialect.h"
#include "sink.h"

#include <stdint.h>

struct figures {
    struct dialect_stats server;
    int64_t pieces; /* of text and thinking, as they arrived: tokens, nearly always */
    uint64_t started_ns;
    uint64_t first_ns; /* 0: no piece yet */
    uint64_t ended_ns; /* 0: still running */
};

/* now_ns as of uv_hrtime. */
void figures_init(struct figures *f, uint64_t now_ns);

/* Servers tell their figures in several records: what is known stays known. */
void figures_add(struct figures *f, const struct dialect_stats *news);

/* From the start to that moment, negative if it has not come. */
double figures_ms(const struct figures *f, uint64_t ns);

/* Appends a map; figures that are not known are left out. sent may be NULL. */
void figures_pack(const struct figures *f, const struct sink_stats *sent, struct buf *out);

#endif
