#include "pieces.h"

#include <stdio.h>
#include <string.h>

/* What is no digit of it, such as line ends, is passed over. */
static void decode(const char *base64, struct buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, count = 0;
    for (; *base64 != '\0' && *base64 != '='; base64++) {
        const char *digit = strchr(digits, *base64);
        if (digit == NULL) {
            continue;
        }
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            unsigned char byte = (unsigned char)(bits >> count);
            buf_add(out, &byte, 1);
        }
    }
}

/* Takes up the bytes of an item: one chunk, unless it says otherwise. */
static void take_text(struct listed *l, const cJSON *item)
{
    const char *base64 = field_text(item, "base64", NULL);
    const char *text = cJSON_IsString(item) ? item->valuestring : field_text(item, "text", "");
    size_t times = (size_t)field_number(item, "times", 1);
    buf_clear(&l->bytes);
    for (; times != 0; times--) {
        if (base64 != NULL) {
            decode(base64, &l->bytes);
        } else {
            buf_add_str(&l->bytes, text);
        }
    }
    l->at = 0;
    l->step = (size_t)field_number(item, "split", 0);
}

static enum piece_type end_of(const cJSON *end)
{
    const char *word = end->valuestring;
    if (strcmp(word, "stall") == 0) {
        return PIECE_STALL;
    }
    return strcmp(word, "reset") == 0 ? PIECE_RESET : PIECE_CLOSE;
}

static void take(struct listed *l, const cJSON *item, struct piece *out)
{
    const cJSON *pause = field_get(item, "pause_ms"), *end = field_get(item, "end");
    if (pause != NULL) {
        *out = (struct piece){.type = PIECE_PAUSE, .ns = (uint64_t)(pause->valuedouble * 1e6)};
    } else if (end != NULL) {
        out->type = end_of(end);
    } else {
        take_text(l, item);
    }
}

static void send_part(struct listed *l, struct piece *out)
{
    size_t rest = l->bytes.len - l->at;
    out->data = l->bytes.data + l->at;
    out->len = l->step != 0 && l->step < rest ? l->step : rest;
    l->at += out->len;
}

static void next_listed(struct source *s, struct piece *out)
{
    struct listed *l = (struct listed *)s;
    if (l->at == l->bytes.len && l->next == NULL) {
        out->type = PIECE_END;
    } else if (l->at == l->bytes.len) {
        const cJSON *item = l->next;
        l->next = item->next;
        take(l, item, out);
    } else {
        send_part(l, out);
    }
}

void listed_init(struct listed *l, const cJSON *pieces)
{
    *l = (struct listed){.source = {next_listed}, .next = pieces->child};
    buf_init(&l->bytes, SIZE_MAX / 2);
}

void listed_finish(struct listed *l)
{
    buf_finish(&l->bytes);
}

bool listed_check(const cJSON *pieces, char why[WHY_SIZE])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, pieces)
    {
        int kinds = cJSON_IsString(item) + (field_get(item, "text") != NULL) +
                    (field_get(item, "base64") != NULL) + (field_get(item, "pause_ms") != NULL) +
                    (field_get(item, "end") != NULL);
        if (kinds != 1) {
            snprintf(why, WHY_SIZE, "a piece is one of text, base64, pause_ms and end");
            return false;
        }
    }
    return true;
}

void fault_piece(const struct fault *fault, struct piece *out)
{
    static const enum piece_type types[] = {
        [FAULT_CLOSE] = PIECE_CLOSE, [FAULT_RESET] = PIECE_RESET, [FAULT_STALL] = PIECE_STALL,
        [FAULT_PAUSE] = PIECE_PAUSE, [FAULT_CUT] = PIECE_END,
    };
    size_t known = sizeof types / sizeof *types;
    out->type = (size_t)fault->type < known ? types[fault->type] : PIECE_BYTES;
    out->ns = fault->ns;
}

static void next_fixed(struct source *s, struct piece *out)
{
    struct fixed *f = (struct fixed *)s;
    const struct answer *a = f->answer;
    const struct fault *fault = f->next_fault < a->fault_count ? &a->faults[f->next_fault] : NULL;
    size_t stop = fault != NULL && fault->at < a->body.len ? fault->at : a->body.len;
    if (f->at < stop) {
        out->data = a->body.data + f->at;
        out->len = stop - f->at;
        f->at = stop;
    } else if (fault != NULL) {
        f->next_fault++;
        fault_piece(fault, out);
    } else {
        out->type = PIECE_END;
    }
}

void fixed_init(struct fixed *f, const struct answer *answer)
{
    *f = (struct fixed){.source = {next_fixed}, .answer = answer};
}
