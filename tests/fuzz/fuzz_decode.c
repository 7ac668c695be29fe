/* decode, image_of: any bytes are text in UTF-8 without "\r\n", or none; and the first bytes of what
 * is an image are read within their bounds. */
#include "fuzz.h"

#include "base/buf.h"
#include "gather/decode.h"
#include "gather/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf out;
    struct span text, given = {(const char *)bytes, len};
    buf_init(&out, SIZE_MAX);
    enum encoding e = decode(given, &out, &text);
    MUST(e != ENCODING_NONE || text.len == 0);
    MUST(text.len == 0 || fuzz_is_utf8(text.data, text.len));
    MUST(text.len <= 3 * len);
    MUST(memchr(text.len > 0 ? text.data : "x", '\0', text.len > 0 ? text.len : 1) == NULL);
    buf_finish(&out);
    struct image image = image_of(given);
    MUST((image.media == NULL) == (image.ext == NULL));
    struct buf anyway;
    buf_init(&anyway, SIZE_MAX);
    decode_anyway(given, &anyway);
    MUST(fuzz_is_utf8(anyway.data != NULL ? anyway.data : "", anyway.len));
    buf_finish(&anyway);
    return 0;
}
