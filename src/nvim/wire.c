#include "nvim/wire.h"

#include "proto.h"

#include <msgpack.h>
#include <string.h>

#define MIN_SPACE 4096

/* Most messages with a key fit into it, and are never moved. */
#define FIRST_SPACE (60u << 10)

/* The memory of a longer message is freed: most are short. */
#define KEPT_ROOM (256u << 10)

/* A message said to be so many times as long as the cap is none, but a fault: to pass over it would
 * mean to read nothing else for good. */
#define BELIEVED_TIMES 16

/* Neovim's handle types; the payload is the handle as a msgpack integer
 * (nvim_get_api_info().types). */
#define EXT_BUFFER 0
#define EXT_TABPAGE 2

static int write_to_buf(void *data, const char *bytes, size_t len)
{
    struct buf *out = data;
    buf_add(out, bytes, len);
    return out->error;
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

void wire_lines(struct buf *out, const char *text, size_t len)
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
}

/* ---- where messages end -------------------------------------------------------- */

/* msgpack-c allocates for a container when it sees the head, which may promise 2^32
 * items in five bytes. So the reader first counts its way to the end of a message, and
 * unpacks only what is there whole. */
enum body { BODY_NONE, BODY_BYTES, BODY_ITEMS, BODY_PAIRS };

struct head {
    enum body body;
    unsigned char size_bytes; /* of the big-endian number that says how many ... */
    unsigned char fixed;      /* ... besides these bytes */
};

/* For the first bytes 0xc0 to 0xdf, https://github.com/msgpack/msgpack/blob/master/spec.md;
 * 0xc1 is never used. */
static const struct head heads[32] = {
    {BODY_NONE, 0, 0},  {BODY_NONE, 0, 0},   {BODY_NONE, 0, 0},  {BODY_NONE, 0, 0},
    {BODY_BYTES, 1, 0}, {BODY_BYTES, 2, 0},  {BODY_BYTES, 4, 0}, /* bin */
    {BODY_BYTES, 1, 1}, {BODY_BYTES, 2, 1},  {BODY_BYTES, 4, 1}, /* ext */
    {BODY_BYTES, 0, 4}, {BODY_BYTES, 0, 8},                      /* float */
    {BODY_BYTES, 0, 1}, {BODY_BYTES, 0, 2},  {BODY_BYTES, 0, 4}, {BODY_BYTES, 0, 8},
    {BODY_BYTES, 0, 1}, {BODY_BYTES, 0, 2},  {BODY_BYTES, 0, 4}, {BODY_BYTES, 0, 8},
    {BODY_BYTES, 0, 2}, {BODY_BYTES, 0, 3},  {BODY_BYTES, 0, 5}, /* fixext */
    {BODY_BYTES, 0, 9}, {BODY_BYTES, 0, 17}, {BODY_BYTES, 1, 0}, {BODY_BYTES, 2, 0},
    {BODY_BYTES, 4, 0}, /* str */
    {BODY_ITEMS, 2, 0}, {BODY_ITEMS, 4, 0},  {BODY_PAIRS, 2, 0}, {BODY_PAIRS, 4, 0},
};

struct wire_reader {
    struct buf bytes;   /* of the unfinished message, unless that is too big */
    size_t cap;         /* of a message */
    size_t counted;     /* how many of the bytes have been counted */
    uint64_t size;      /* of the message, as far as its heads have said it */
    uint64_t missing;   /* values that it still lacks */
    uint64_t uncounted; /* bytes that the last value still lacks */
    bool too_big;       /* the message is passed over, and its bytes are dropped as they come */
};

static void begin_message(struct wire_reader *r)
{
    r->size = 0;
    r->missing = 1;
    r->too_big = false;
}

struct wire_reader *wire_reader_new(size_t cap)
{
    struct wire_reader *r = xcalloc(1, sizeof *r);
    /* What is kept is no longer than the cap, and the head of one value. */
    buf_init_secret(&r->bytes, cap + (size_t)2 * MIN_SPACE); /* keys come by here */
    r->cap = cap;
    begin_message(r);
    return r;
}

void wire_reader_free(struct wire_reader *r)
{
    if (r != NULL) {
        buf_finish(&r->bytes);
        free(r);
    }
}

/* In few steps: each leaves a copy that has to be wiped. What is not used of it costs nothing. */
static void grow(struct wire_reader *r)
{
    size_t more = r->bytes.room > 0 ? r->bytes.room * 7 : FIRST_SPACE;
    size_t left = r->bytes.cap - r->bytes.len;
    buf_reserve(&r->bytes, more < left ? more : left);
}

char *wire_reader_space(struct wire_reader *r, size_t *room)
{
    if (r->bytes.room < r->bytes.len + MIN_SPACE + 1) {
        grow(r);
    }
    if (buf_reserve(&r->bytes, MIN_SPACE) != 0) {
        *room = 0;
        return NULL;
    }
    *room = r->bytes.room - r->bytes.len - 1;
    return r->bytes.data + r->bytes.len;
}

/* Passes over what there is of the last value. Returns whether that is all of it. */
static bool count_bytes(struct wire_reader *r)
{
    size_t left = r->bytes.len - r->counted;
    size_t n = r->uncounted < left ? (size_t)r->uncounted : left;
    r->counted += n;
    r->uncounted -= n;
    return r->uncounted == 0;
}

/* Passes over the head of the next value. Returns 1, 0 if it is not all there yet, or HUM_EBAD. */
static int count_head(struct wire_reader *r)
{
    const unsigned char *at = (const unsigned char *)r->bytes.data + r->counted;
    size_t left = r->bytes.len - r->counted;
    if (left == 0) {
        return 0;
    }
    struct head head = {BODY_NONE, 0, 0};
    uint64_t size = 0;
    if (*at >= 0x80 && *at <= 0xbf) { /* the number stands in the first byte itself */
        head.body = *at <= 0x8f ? BODY_PAIRS : *at <= 0x9f ? BODY_ITEMS : BODY_BYTES;
        size = *at <= 0x9f ? *at & 0x0fu : *at & 0x1fu;
    } else if (*at >= 0xc0 && *at <= 0xdf) {
        head = heads[*at - 0xc0];
    }
    if (*at == 0xc1) {
        return HUM_EBAD;
    }
    if (left < 1u + head.size_bytes) {
        return 0;
    }
    for (unsigned i = 1; i <= head.size_bytes; i++) {
        size = size << 8 | at[i];
    }
    r->counted += 1u + head.size_bytes;
    r->uncounted = head.fixed + (head.body == BODY_BYTES ? size : 0);
    r->size += 1u + head.size_bytes + r->uncounted;
    r->missing += head.body == BODY_ITEMS ? size : head.body == BODY_PAIRS ? 2 * size : 0;
    r->missing--;
    return 1;
}

/* Each value that is missing takes a byte at least. */
static bool is_over(const struct wire_reader *r, uint64_t limit)
{
    return r->missing > limit || r->size > limit - r->missing;
}

/* ---- what they say ------------------------------------------------------------- */

/* Nodes live in the message's zone and are freed with it. */
static void *zone_array(msgpack_zone *zone, size_t count, size_t size)
{
    void *p = msgpack_zone_malloc(zone, count > 0 ? count * size : 1);
    if (p == NULL) {
        xmalloc(SIZE_MAX); /* aborts with its usual line */
    }
    return p;
}

/* An unsigned msgpack integer at the beginning of these bytes: 0x00-0x7f, or 0xcc-0xcf before 1,
 * 2, 4 or 8 bytes. Returns how many bytes it has, 0 if there is none. */
static size_t read_unsigned(const unsigned char *at, size_t len, uint64_t *number)
{
    if (len > 0 && at[0] <= 0x7f) {
        *number = at[0];
        return 1;
    }
    if (len == 0 || at[0] < 0xcc || at[0] > 0xcf) {
        return 0;
    }
    size_t size = (size_t)1 << (at[0] - 0xcc);
    if (len < 1 + size) {
        return 0;
    }
    *number = 0;
    for (size_t i = 1; i <= size; i++) {
        *number = *number << 8 | at[i];
    }
    return 1 + size;
}

static bool is_handle(int type)
{
    return type >= EXT_BUFFER && type <= EXT_TABPAGE;
}

/* Any other extension is nil. */
static void set_handle(const msgpack_object_ext *ext, struct value *to)
{
    uint64_t handle = 0;
    size_t used = read_unsigned((const unsigned char *)ext->ptr, ext->size, &handle);
    to->type = VALUE_NIL;
    if (is_handle(ext->type) && used > 0 && used == ext->size) {
        to->type = VALUE_INT;
        to->as.integer = (int64_t)(handle & INT64_MAX);
    }
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

/* The depth is bounded by msgpack-c, which refuses what is nested more than 32 deep. */
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
static void read_message(msgpack_zone *zone, const struct value *v, struct wire_message *m)
{
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
    if (name->type != VALUE_STRING || params->type != VALUE_ARRAY) {
        m->type = has_id ? WIRE_BAD_REQUEST : WIRE_INVALID;
        return;
    }
    char *method = zone_array(zone, name->as.string.len + 1, 1);
    if (name->as.string.len > 0) {
        memcpy(method, name->as.string.data, name->as.string.len);
    }
    method[name->as.string.len] = '\0';
    m->type = has_id ? WIRE_REQUEST : WIRE_NOTIFICATION;
    m->method = method;
    m->params = params;
}

/* A message that cannot be unpacked may still be a request that Neovim waits for: 0x94, 0x00,
 * then the id. */
static bool read_request_id(const unsigned char *data, size_t len, uint32_t *id)
{
    uint64_t number = 0;
    if (len < 3 || data[0] != 0x94 || data[1] != 0 ||
        read_unsigned(data + 2, len - 2, &number) == 0 || number > UINT32_MAX) {
        return false;
    }
    *id = (uint32_t)number;
    return true;
}

static void pass_message(const char *data, size_t len, wire_on_message on_message, void *ctx)
{
    struct wire_message message = {.type = WIRE_INVALID};
    msgpack_zone zone;
    msgpack_object object;
    struct value value;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE)) {
        xmalloc(SIZE_MAX); /* aborts with its usual line */
    }
    if (msgpack_unpack(data, len, NULL, &zone, &object) == MSGPACK_UNPACK_SUCCESS) {
        convert(&zone, &object, &value);
        read_message(&zone, &value, &message);
    } else {
        bool is_request = read_request_id((const unsigned char *)data, len, &message.id);
        message.type = is_request ? WIRE_BAD_REQUEST : WIRE_INVALID;
    }
    on_message(ctx, &message);
    msgpack_zone_destroy(&zone);
}

/* The first parameter of a notification, if it is a number from 0 on or a handle. The head before
 * it may be that of an array of any size. */
static int64_t read_first(const unsigned char *at, size_t len)
{
    size_t head = len == 0 ? 0 : at[0] == 0xdc ? 3 : at[0] == 0xdd ? 5 : (at[0] & 0xf0) == 0x90;
    if (head == 0 || len <= head) {
        return -1;
    }
    at += head;
    len -= head;
    /* fixext 1 to 8 have their type behind the first byte, ext 8 has its size between. */
    size_t ext = at[0] >= 0xd4 && at[0] <= 0xd7 ? 2 : at[0] == 0xc7 ? 3 : 0;
    if (len <= ext || (ext > 0 && !is_handle(at[ext - 1]))) {
        return -1;
    }
    uint64_t number = 0;
    size_t used = read_unsigned(at + ext, len - ext, &number);
    return used > 0 && number <= INT64_MAX ? (int64_t)number : -1;
}

/* The message is too big, and this is what came of it before that was known. */
static void pass_too_big(const char *data, size_t len, wire_on_message on_message, void *ctx)
{
    const unsigned char *at = (const unsigned char *)data;
    struct wire_message message = {.type = WIRE_TOO_BIG, .first = -1};
    char method[32] = "";
    message.is_request = read_request_id(at, len, &message.id);
    size_t name_len = len > 2 ? at[2] & 0x1fu : 0;
    /* [2, method, ...], the name in a fixstr. */
    if (len >= 3 + name_len && at[0] == 0x93 && at[1] == 2 && (at[2] & 0xe0) == 0xa0) {
        memcpy(method, at + 3, name_len);
        message.method = method;
        message.first = read_first(at + 3 + name_len, len - 3 - name_len);
    }
    on_message(ctx, &message);
}

static void end_message(struct wire_reader *r, size_t start, wire_on_message on_message, void *ctx)
{
    if (!r->too_big) {
        pass_message(r->bytes.data + start, r->counted - start, on_message, ctx);
    }
    begin_message(r);
}

/* Drops the first bytes, and the memory if it is much and nothing is left. */
static void drop(struct wire_reader *r, size_t len)
{
    r->counted -= len;
    if (r->bytes.len == len && r->bytes.room > KEPT_ROOM) {
        buf_finish(&r->bytes);
    } else {
        buf_drop(&r->bytes, len);
    }
}

int wire_reader_feed(struct wire_reader *r, size_t len, wire_on_message on_message, void *ctx)
{
    r->bytes.len += len;
    size_t start = 0; /* of the message */
    int counted = 1;
    while (counted == 1 && count_bytes(r)) {
        if (r->missing == 0) {
            end_message(r, start, on_message, ctx);
            start = r->counted;
        }
        counted = count_head(r);
        if (is_over(r, BELIEVED_TIMES * (uint64_t)r->cap)) {
            counted = HUM_ETOOBIG;
        } else if (!r->too_big && is_over(r, r->cap)) {
            r->too_big = true;
            pass_too_big(r->bytes.data + start, r->counted - start, on_message, ctx);
        }
    }
    drop(r, r->too_big ? r->counted : start);
    return counted < 0 ? counted : 0;
}
