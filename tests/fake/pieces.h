/* Sources of what is known beforehand: a script's list of pieces, and a body as it stands. */
#ifndef FAKE_PIECES_H
#define FAKE_PIECES_H

#include "answer.h"
#include "player.h"

/* The pieces of an answer, in the form of README.md. */
struct listed {
    struct source source;
    const cJSON *next;
    struct buf bytes; /* of the item that is sent */
    size_t at;        /* so many of them are */
    size_t step;      /* so many at a time; 0: all */
};

void listed_init(struct listed *l, const cJSON *pieces);
void listed_finish(struct listed *l);

/* Whether each is of one kind; else why says so. */
bool listed_check(const cJSON *pieces, char why[WHY_SIZE]);

/* A body, with faults after so many bytes. */
struct fixed {
    struct source source;
    const struct answer *answer;
    size_t at;
    size_t next_fault;
};

void fixed_init(struct fixed *f, const struct answer *answer);

/* What a fault is where there are no records. */
void fault_piece(const struct fault *fault, struct piece *out);

#endif
