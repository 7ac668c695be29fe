/* Any bytes are a page: what is read of it is bounded, has no control characters, and is UTF-8 if the
 * page is. */
#include "fuzz.h"

#include "base/buf.h"
#include "text/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf out, title;
    buf_init(&out, SIZE_MAX);
    buf_init(&title, 1000);
    html_text((struct span){(const char *)bytes, len}, &out, &title);
    MUST(out.error == 0);
    MUST(out.len <= (len + 1) * 100);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)out.data[i];
        MUST(c >= 0x20 || c == '\n' || c == '\t');
        MUST(c != 0x7F);
    }
    if (fuzz_is_utf8((const char *)bytes, len)) {
        MUST(fuzz_is_utf8(out.data, out.len));
    }
    buf_finish(&out);
    buf_finish(&title);
    return 0;
}
