/* What a generation cost: the server's stats, our own clock and counts, and the "stats"
 * of the ending event made from them. */
#ifndef HUM_STATS_H
#define HUM_STATS_H

#include "nvim/sink.h"
#include "server/dialect.h"

#include <stdbool.h>
#include <stdint.h>

struct stats {
    struct dialect_stats server;
    int64_t pieces;       /* of text and thinking, as they arrived */
    int64_t tokens;       /* about: a piece is one, unless it is too long for that */
    int64_t first_tokens; /* those of them that came at once with the first */
    int64_t reads;        /* how often something came; what comes at once came once */
    uint64_t started_ns;
    uint64_t first_ns; /* 0: no piece yet */
    uint64_t last_ns;  /* the last piece so far */
    uint64_t ended_ns; /* 0: still running */
    bool is_cut;       /* the server has read less of the prompt than it was sent */
};

/* now_ns as of uv_hrtime. */
void stats_init(struct stats *s, uint64_t now_ns);

/* A piece has come. */
void stats_piece(struct stats *s, size_t len, uint64_t now_ns);

/* Servers send their stats in several records: what is known stays known. */
void stats_add(struct stats *s, const struct dialect_stats *news);

/* From the start to that moment, negative if it has not come. */
double stats_ms(const struct stats *s, uint64_t ns);

/* Appends a map; what is not known is left out. sent may be NULL. */
void stats_pack(const struct stats *s, const struct sink_stats *sent, struct buf *out);

#endif
