#include "wire.h"

#include "proto.h"

#include <msgpack.h>
#include <string.h>

#define MIN_SPACE 4096
#define METHOD_MAX 256 /* longer names than any method has; a rplugin path fits */

/* Neovim's handle types; the payload is the handle as a msgpack integer
 * (nvim_get_api_info().types). */
#define EXT_BUFFER 0
#define EXT_TABPAGE 2

static int write_to_buf(void *data, const char *bytes, size_t len)
{
    return buf_add(data, bytes, len);
}

static msgpack_packer packer_for(struct buf *out)
{
    msgpack_packer pk;
    msgpack_packer_init(&pk, out, write_to_buf);
    return pk;
}

void wire_notification(struct buf *out, const char *method, uint32_t args)
{
    wire_array(out, 3);
    wire_int(out, 2);
    wire_cstr(out, method);
    wire_array(out, args);
}

void wire_request(struct buf *out, uint32_t id, const char *method, uint32_t args)
{
    wire_array(out, 4);
    wire_int(out, 0);
    wire_int(out, id);
    wire_cstr(out, method);
    wire_array(out, args);
}

void wire_result(struct buf *out, uint32_t id)
{
    wire_array(out, 4);
    wire_int(out, 1);
    wire_int(out, id);
    wire_nil(out);
}

void wire_error(struct buf *out, uint32_t id, const char *text)
{
    wire_array(out, 4);
    wire_int(out, 1);
    wire_int(out, id);
    wire_cstr(out, text);
    wire_nil(out);
}

void wire_nil(struct buf *out)
{
    msgpack_packer pk = packer_for(out);
    msgpack_pack_nil(&pk);
}

void wire_bool(struct buf *out, bool b)
{
    msgpack_packer pk = packer_for(out);
    if (b) {
        msgpack_pack_true(&pk);
    } else {
        msgpack_pack_false(&pk);
    }
}

void wire_int(struct buf *out, int64_t i)
{
    msgpack_packer pk = packer_for(out);
    msgpack_pack_int64(&pk, i);
}

void wire_float(struct buf *out, double d)
{
    msgpack_packer pk = packer_for(out);
    msgpack_pack_double(&pk, d);
}

void wire_str(struct buf *out, const char *data, size_t len)
{
    msgpack_packer pk = packer_for(out);
    msgpack_pack_str(&pk, len);
    msgpack_pack_str_body(&pk, data, len);
}

void wire_cstr(struct buf *out, const char *s)
{
    wire_str(out, s, strlen(s));
}

void wire_array(struct buf *out, uint32_t count)
{
    msgpack_packer pk = packer_for(out);
    msgpack_pack_array(&pk, count);
}

void wire_map(struct buf *out, uint32_t count)
{
    msgpack_packer pk = packer_for(out);
    msgpack_pack_map(&pk, count);
}

size_t wire_lines(struct buf *out, const char *text, size_t len)
{
    size_t breaks = 0;
    const char *end = text + len;
    for (const char *p = text; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
        breaks++;
    }
    wire_array(out, (uint32_t)breaks + 1);
    const char *line = text;
    for (size_t i = 0; i < breaks; i++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        wire_str(out, line, (size_t)(stop - line));
        line = stop + 1;
    }
    wire_str(out, line, (size_t)(end - line));
    return breaks;
}

struct wire_reader {
    msgpack_unpacker unpacker;
    size_t cap;
};

struct wire_reader *wire_reader_new(size_t cap)
{
    struct wire_reader *r = xcalloc(1, sizeof *r);
    if (!msgpack_unpacker_init(&r->unpacker, MIN_SPACE * 4)) {
        free(r);
        return NULL;
    }
    r->cap = cap;
    return r;
}

void wire_reader_free(struct wire_reader *r)
{
    if (r != NULL) {
        msgpack_unpacker_destroy(&r->unpacker);
        free(r);
    }
}

char *wire_reader_space(struct wire_reader *r, size_t *room)
{
    if (!msgpack_unpacker_reserve_buffer(&r->unpacker, MIN_SPACE)) {
        *room = 0;
        return NULL;
    }
    *room = msgpack_unpacker_buffer_capacity(&r->unpacker);
    return msgpack_unpacker_buffer(&r->unpacker);
}

/* Nodes live in the message's zone and are freed with it. */
static void *zone_array(msgpack_zone *zone, size_t count, size_t size)
{
    void *p = msgpack_zone_malloc(zone, count > 0 ? count * size : 1);
    if (p == NULL) {
        xmalloc(SIZE_MAX); /* aborts with its usual line */
    }
    return p;
}

static void set_handle(const msgpack_object_ext *ext, struct value *to)
{
    to->type = VALUE_NIL;
    if (ext->type < EXT_BUFFER || ext->type > EXT_TABPAGE) {
        return;
    }
    char space[64];
    msgpack_zone zone;
    if (ext->size > sizeof space || !msgpack_zone_init(&zone, sizeof space)) {
        return;
    }
    msgpack_object handle;
    if (msgpack_unpack(ext->ptr, ext->size, NULL, &zone, &handle) == MSGPACK_UNPACK_SUCCESS &&
        handle.type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        to->type = VALUE_INT;
        to->as.integer = (int64_t)handle.via.u64;
    }
    msgpack_zone_destroy(&zone);
}

static void set_string(const char *data, uint32_t len, struct value *to)
{
    to->type = VALUE_STRING;
    to->as.string.data = data;
    to->as.string.len = len;
}

static void convert(msgpack_zone *zone, const msgpack_object *from, struct value *to);

static void convert_array(msgpack_zone *zone, const msgpack_object_array *from, struct value *to)
{
    struct value *items = zone_array(zone, from->size, sizeof *items);
    for (uint32_t i = 0; i < from->size; i++) {
        convert(zone, &from->ptr[i], &items[i]);
    }
    to->type = VALUE_ARRAY;
    to->as.array.items = items;
    to->as.array.count = from->size;
}

static void convert_map(msgpack_zone *zone, const msgpack_object_map *from, struct value *to)
{
    struct value_pair *pairs = zone_array(zone, from->size, sizeof *pairs);
    size_t count = 0;
    for (uint32_t i = 0; i < from->size; i++) {
        convert(zone, &from->ptr[i].key, &pairs[count].key);
        if (pairs[count].key.type == VALUE_STRING) {
            convert(zone, &from->ptr[i].val, &pairs[count].value);
            count++;
        }
    }
    to->type = VALUE_MAP;
    to->as.map.pairs = pairs;
    to->as.map.count = count;
}

/* The depth is bounded by msgpack-c's own parse stack (MSGPACK_EMBED_STACK_SIZE). */
static void convert(msgpack_zone *zone, const msgpack_object *from, struct value *to)
{
    switch (from->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        to->type = VALUE_BOOL;
        to->as.boolean = from->via.boolean;
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        to->type = VALUE_INT;
        to->as.integer = from->via.u64 > INT64_MAX ? INT64_MAX : (int64_t)from->via.u64;
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        to->type = VALUE_INT;
        to->as.integer = from->via.i64;
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        to->type = VALUE_FLOAT;
        to->as.real = from->via.f64;
        break;
    case MSGPACK_OBJECT_STR:
        set_string(from->via.str.ptr, from->via.str.size, to);
        break;
    case MSGPACK_OBJECT_BIN:
        set_string(from->via.bin.ptr, from->via.bin.size, to);
        break;
    case MSGPACK_OBJECT_ARRAY:
        convert_array(zone, &from->via.array, to);
        break;
    case MSGPACK_OBJECT_MAP:
        convert_map(zone, &from->via.map, to);
        break;
    case MSGPACK_OBJECT_EXT:
        set_handle(&from->via.ext, to);
        break;
    case MSGPACK_OBJECT_NIL:
    default:
        to->type = VALUE_NIL;
        break;
    }
}

static const struct value *unless_nil(const struct value *v)
{
    return v->type == VALUE_NIL ? NULL : v;
}

/* [0, id, method, params], [1, id, error, result], [2, method, params] */
static void read_message(const struct value *v, char method[METHOD_MAX], struct wire_message *m)
{
    *m = (struct wire_message){.type = WIRE_INVALID};
    if (v->type != VALUE_ARRAY || v->as.array.count < 3 || v->as.array.count > 4) {
        return;
    }
    const struct value *item = v->as.array.items;
    bool has_id = v->as.array.count == 4;
    int64_t type = value_int(&item[0], -1);
    int64_t id = has_id ? value_int(&item[1], -1) : 0;
    if (type < 0 || type > 2 || (type == 2) == has_id || id < 0 || id > UINT32_MAX) {
        return;
    }
    m->id = (uint32_t)id;
    if (type == 1) {
        m->type = WIRE_RESPONSE;
        m->error = unless_nil(&item[2]);
        m->result = unless_nil(&item[3]);
        return;
    }
    const struct value *name = &item[has_id ? 2 : 1];
    const struct value *params = &item[has_id ? 3 : 2];
    if (name->type != VALUE_STRING || name->as.string.len >= METHOD_MAX ||
        params->type != VALUE_ARRAY) {
        return;
    }
    memcpy(method, name->as.string.data, name->as.string.len);
    method[name->as.string.len] = '\0';
    m->type = has_id ? WIRE_REQUEST : WIRE_NOTIFICATION;
    m->method = method;
    m->params = params;
}

int wire_reader_feed(struct wire_reader *r, size_t len, wire_on_message on_message, void *ctx)
{
    msgpack_unpacker_buffer_consumed(&r->unpacker, len);

    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return status;
    while ((status = msgpack_unpacker_next(&r->unpacker, &unpacked)) == MSGPACK_UNPACK_SUCCESS) {
        struct value value;
        struct wire_message message;
        char method[METHOD_MAX];
        /* A message without a zone has no arrays, so it needs no nodes either. */
        if (unpacked.zone == NULL) {
            unpacked.zone = msgpack_zone_new(MSGPACK_ZONE_CHUNK_SIZE);
        }
        convert(unpacked.zone, &unpacked.data, &value);
        read_message(&value, method, &message);
        on_message(ctx, &message);
    }
    msgpack_unpacked_destroy(&unpacked);
    if (status == MSGPACK_UNPACK_PARSE_ERROR || status == MSGPACK_UNPACK_NOMEM_ERROR) {
        return HUM_EBAD;
    }
    return msgpack_unpacker_message_size(&r->unpacker) > r->cap ? HUM_ETOOBIG : 0;
}
