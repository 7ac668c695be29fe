/* Any bytes are a page, in any encoding: what is read of it is bounded, has no control characters, and
 * is UTF-8. */
#include "fuzz.h"

#include "base/buf.h"
#include "text/charset.h"
#include "text/html.h"

static void check(struct span page)
{
    struct buf out, title;
    buf_init(&out, SIZE_MAX);
    buf_init(&title, 1000);
    html_text(page, &out, &title);
    MUST(out.error == 0);
    MUST(out.len <= (page.len + 1) * 100);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)out.data[i];
        MUST(c >= 0x20 || c == '\n' || c == '\t');
        MUST(c != 0x7F);
    }
    if (fuzz_is_utf8(page.data, page.len)) {
        MUST(fuzz_is_utf8(out.data, out.len));
    }
    buf_finish(&out);
    buf_finish(&title);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct span page = {(const char *)bytes, len};
    char name[CHARSET_NAME + 1];
    struct buf utf8;
    buf_init(&utf8, SIZE_MAX);
    charset_of(NULL, page, true, name);
    MUST(strlen(name) <= CHARSET_NAME);
    if (charset_convert(name, page, &utf8)) {
        MUST(fuzz_is_utf8(utf8.data, utf8.len));
        check((struct span){utf8.data, utf8.len});
    }
    check(page);
    buf_finish(&utf8);
    return 0;
}
