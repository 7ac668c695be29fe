/* Any bytes as msgpack-RPC: no crash, and the same messages however they are split,
 * also if they are over the cap. */
#include "base/buf.h"
#include "nvim/wire.h"
#include "proto.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Adds up what the messages say, in order. */
static void note(uint64_t *sum, uint64_t part)
{
    *sum = *sum * 1099511628211u + part;
}

static void note_value(uint64_t *sum, const struct value *v)
{
    if (v == NULL) {
        return;
    }
    note(sum, (uint64_t)v->type);
    switch (v->type) {
    case VALUE_STRING:
        for (size_t i = 0; i < v->as.string.len; i++) {
            note(sum, (unsigned char)v->as.string.data[i]);
        }
        break;
    case VALUE_ARRAY:
        for (size_t i = 0; i < v->as.array.count; i++) {
            note_value(sum, &v->as.array.items[i]);
        }
        break;
    case VALUE_MAP:
        for (size_t i = 0; i < v->as.map.count; i++) {
            note_value(sum, &v->as.map.pairs[i].key);
            note_value(sum, &v->as.map.pairs[i].value);
        }
        break;
    case VALUE_INT:
        note(sum, (uint64_t)v->as.integer);
        break;
    default:
        break;
    }
}

static void on_message(void *ctx, const struct wire_message *m)
{
    uint64_t *sum = ctx;
    note(sum, (uint64_t)m->type);
    note(sum, m->id);
    note(sum, (uint64_t)m->first);
    note(sum, m->is_request);
    for (const char *c = m->method; c != NULL && *c != '\0'; c++) {
        note(sum, (unsigned char)*c);
    }
    note_value(sum, m->params);
    note_value(sum, m->error);
    note_value(sum, m->result);
}

static uint64_t read_in_pieces(const uint8_t *data, size_t len, size_t piece, size_t cap)
{
    uint64_t sum = 0;
    struct wire_reader *r = wire_reader_new(cap);
    int error = 0;
    while (len > 0 && error == 0) {
        size_t room;
        char *space = wire_reader_space(r, &room);
        size_t part = len < piece ? len : piece;
        part = part < room ? part : room;
        memcpy(space, data, part);
        error = wire_reader_feed(r, part, on_message, &sum);
        data += part;
        len -= part;
    }
    wire_reader_free(r);
    note(&sum, (uint64_t)error);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 1) {
        return 0;
    }
    size_t piece = data[0] + 1u, cap = piece % 2 ? 1 << 20 : 32;
    uint64_t whole = read_in_pieces(data + 1, len - 1, SIZE_MAX, cap);
    if (whole != read_in_pieces(data + 1, len - 1, piece, cap)) {
        abort();
    }
    return 0;
}
