/* An answer played through edit/answer and edit/journal, in pieces of several kinds, which must give
 * the same hunks: what Lua would make of the log is kept, so that it is tested, too. */
#ifndef HUM_ANSWERING_H
#define HUM_ANSWERING_H

#include "check.h"
#include "cleaning.h"
#include "edit/answer.h"
#include "edit/journal.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWERING_HUNKS 4096

/* What the log tells. */
struct answering {
    struct hunk hunks[ANSWERING_HUNKS]; /* new_first: in text */
    size_t count, missing;
    struct text text;
    struct text rows; /* of the open part */
    struct buf tail;
    size_t reached, at;
    struct buf fault_code, fault_words;
    bool shrunk;
    enum answer_form form;
};

static inline void answering_finish(struct answering *r)
{
    text_finish(&r->text);
    text_finish(&r->rows);
    buf_finish(&r->tail);
    buf_finish(&r->fault_code);
    buf_finish(&r->fault_words);
    free(r);
}

static inline void answering_record(struct answering *r, struct span record)
{
    struct span rest = span_skip(record, 1);
    unsigned long first, count, new;
    switch (record.data[0]) {
    case '=':
        CHECK(r->missing == 0 && r->count < ANSWERING_HUNKS);
        CHECK(sscanf(rest.data, "%lu %lu %lu", &first, &count, &new) == 3);
        r->hunks[r->count++] = (struct hunk){first - 1, count, r->text.count, new};
        r->missing = new;
        break;
    case ' ':
        CHECK(r->missing > 0);
        r->missing--;
        text_add(&r->text, rest);
        break;
    case '@':
        text_clear(&r->rows);
        r->at = strtoul(rest.data, NULL, 10);
        break;
    case '+':
        text_add(&r->rows, rest);
        break;
    case '>':
        r->reached = strtoul(rest.data, NULL, 10);
        break;
    case '~':
        buf_add(&r->tail, rest.data, rest.len);
        break;
    case '^':
        buf_clear(&r->tail);
        break;
    default:
        CHECK(false);
    }
}

static inline void answering_read(struct answering *r, const struct buf *log)
{
    const struct span s = {log->data, log->len};
    for (size_t at = 0; at < s.len;) {
        struct span record = span_next_line(s, &at);
        CHECK(record.len > 0);
        answering_record(r, record);
    }
    CHECK(r->missing == 0);
}

/* The log says what the answer has. */
static inline void answering_compare(const struct answering *r, const struct answer *a)
{
    size_t count;
    const struct hunk *hunks = answer_hunks(a, &count);
    CHECK(count == r->count);
    for (size_t i = 0; i < count && i < r->count; i++) {
        CHECK(hunks[i].first == r->hunks[i].first && hunks[i].count == r->hunks[i].count &&
              hunks[i].new_count == r->hunks[i].new_count);
    }
    struct answer_open open = answer_open(a);
    CHECK(open.count == r->rows.count && open.at == r->at && answer_reached(a) == r->reached);
    for (size_t i = 0; i < open.count && i < r->rows.count; i++) {
        struct span x = answer_open_row(a, i), y = text_line(&r->rows, i);
        CHECK(x.len == y.len && span_starts(x, y));
    }
    CHECK(r->tail.len == answer_tail(a).len || r->tail.len >= 1020);
}

/* Plays it once. seed as of cleaning_piece. */
static inline struct answering *answering_play(const struct clean_context *context,
                                               enum answer_form asked, struct span text, bool cut,
                                               uint32_t seed)
{
    struct answering *r = calloc(1, sizeof *r);
    struct answer *a = answer_new(context, asked);
    struct journal journal = {0};
    struct buf log;
    text_init(&r->text);
    text_init(&r->rows);
    buf_init(&r->tail, SIZE_MAX);
    buf_init(&r->fault_code, SIZE_MAX);
    buf_init(&r->fault_words, SIZE_MAX);
    buf_init(&log, SIZE_MAX);
    for (size_t at = 0; at < text.len && !answer_is_over(a);) {
        size_t n = cleaning_piece(&seed, text.len - at);
        answer_feed(a, (struct span){text.data + at, n});
        at += n;
        buf_clear(&log);
        journal_write(&journal, a, &log);
        answering_read(r, &log);
        answering_compare(r, a);
    }
    answer_end(a, cut ? ANSWER_CUT : ANSWER_SAID);
    buf_clear(&log);
    journal_write(&journal, a, &log);
    answering_read(r, &log);
    answering_compare(r, a);
    CHECK(r->rows.count == 0 && r->tail.len == 0);
    struct answer_fault fault = answer_fault(a);
    buf_add_str(&r->fault_code, fault.code != NULL ? fault.code : "");
    buf_printf(&r->fault_words, "%s. %s", fault.code != NULL ? fault.message : "",
               fault.code != NULL ? fault.hint : "");
    r->shrunk = answer_is_shrunk(a);
    r->form = answer_form(a);
    buf_finish(&log);
    answer_free(a);
    return r;
}

static inline bool answering_same(const struct answering *a, const struct answering *b)
{
    struct span x = text_lines(&a->text, 0, a->text.count),
                y = text_lines(&b->text, 0, b->text.count);
    bool same = a->count == b->count && x.len == y.len && span_starts(x, y) &&
                a->shrunk == b->shrunk && a->form == b->form &&
                strcmp(a->fault_words.data, b->fault_words.data) == 0;
    for (size_t i = 0; same && i < a->count; i++) {
        same = memcmp(&a->hunks[i], &b->hunks[i], sizeof a->hunks[i]) == 0;
    }
    return same;
}

/* Plays it in all pieces, which must give the same. */
static inline struct answering *answering_play_all(const struct clean_context *context,
                                                   enum answer_form asked, struct span text,
                                                   bool cut)
{
    struct answering *whole = answering_play(context, asked, text, cut, 0);
    for (uint32_t seed = 1; seed < 8; seed++) {
        struct answering *one = answering_play(context, asked, text, cut, seed);
        CHECK(answering_same(whole, one));
        answering_finish(one);
    }
    return whole;
}

#endif
