/* outline: of any text, with any kind of name, it is short and valid UTF-8. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "gather/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const names[] = {"a.c",   "a.lua", "a.md", "a.toml", "a.yml",
                                        "a.tex", "a.org", "a.sh", "a.css",  "a.log"};
    static const atomic_bool stop = false;
    struct buf text, out;
    if (len < 2) {
        return 0;
    }
    buf_init(&text, SIZE_MAX);
    buf_init(&out, SIZE_MAX);
    for (size_t i = 0; i < 1 + bytes[1] % 16U; i++) { /* long, now and then */
        utf8_clean((const char *)bytes + 2, len - 2, &text);
    }
    struct span s = {text.data != NULL ? text.data : "", text.len};
    outline(s, names[bytes[0] % (sizeof names / sizeof *names)], bytes[0] >= 128, &stop, &out);
    MUST(out.len > 0 && out.len < OUTLINE_BYTES + 300);
    MUST(fuzz_is_utf8(out.data, out.len));
    buf_finish(&text);
    buf_finish(&out);
    return 0;
}
