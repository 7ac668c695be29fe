#include "text/charset.h"

#include "base/buf.h"
#include "check.h"

static char name[CHARSET_NAME + 1];

static const char *found(const char *type, const char *page)
{
    charset_of(type, span_of(page), true, name);
    return name;
}

static void the_encoding_is_where_pages_say_it(void)
{
    CHECK_TEXT(found("text/html; charset=ISO-8859-2", "<meta charset=utf-8>"), "iso-8859-2");
    CHECK_TEXT(found("text/html; Charset = \"koi8-r\"", ""), "koi8-r");
    CHECK_TEXT(found("text/html", "<meta charset='windows-1251'>"), "windows-1251");
    CHECK_TEXT(found(NULL, "<meta http-equiv=content-type content=\"text/html; charset=gbk\">"),
               "gbk");
    CHECK_TEXT(found(NULL, "<?xml version='1.0' encoding='euc-jp'?><a>"), "euc-jp");
    CHECK_TEXT(found("text/html; charset=latin1", "\xef\xbb\xbf"), "utf-8");
    CHECK_TEXT(found(NULL, "<meta charset=utf-16>"), "utf-8");
}

static void what_does_not_say_it_is_looked_at(void)
{
    CHECK_TEXT(found(NULL, "plain"), "utf-8");
    CHECK_TEXT(found(NULL, "\xc3\xa4"), "utf-8");
    CHECK_TEXT(found(NULL, "cut \xc3"), "utf-8");
    CHECK_TEXT(found(NULL, "\xe4 latin, not cut"), "windows-1252");
    CHECK_TEXT(found(NULL, ""), "utf-8");
    CHECK_TEXT(found("text/html; charset=", "a"), "utf-8");
    charset_of(NULL, span_of("charset=koi8-r"), false, name);
    CHECK_TEXT(name, "utf-8");
}

static void check_text(int line, const char *from, const char *bytes, size_t len,
                       const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000000);
    bool is_known = charset_convert(from, (struct span){bytes, len}, &out);
    check_texts(__FILE__, line, from,
                !is_known          ? "unknown"
                : out.data != NULL ? out.data
                                   : "",
                wanted);
    buf_finish(&out);
}
#define TEXT(from, bytes, wanted) check_text(__LINE__, from, bytes, sizeof(bytes) - 1, wanted)

static void all_becomes_utf8(void)
{
    TEXT("utf-8", "\xef\xbb\xbf\xc3\xa4\xff", "\xc3\xa4\xef\xbf\xbd");
    TEXT("iso-8859-1", "\xe4\x80", "\xc3\xa4\xe2\x82\xac");
    TEXT("utf-16le", "\xff\xfe\xe4\0", "\xc3\xa4");
    TEXT("koi8-r", "\xc1", "\xd0\xb0");
    TEXT("shift_jis", "\x82\xa0", "\xe3\x81\x82");
    TEXT("gb2312", "\xc4\xe3", "\xe4\xbd\xa0");
    TEXT("windows-1252", "a\x81z", "a\xef\xbf\xbdz");
    TEXT("shift_jis", "a\x82", "a\xef\xbf\xbd");
    TEXT("x-nobody", "a", "unknown");
    TEXT("", "", "");
}

static void a_long_text_is_converted_whole(void)
{
    struct buf page, out;
    buf_init(&page, SIZE_MAX);
    buf_init(&out, SIZE_MAX);
    for (int i = 0; i < 50000; i++) {
        buf_add(&page, "\xe4", 1);
    }
    CHECK(charset_convert("latin1", (struct span){page.data, page.len}, &out));
    CHECK_INT(out.len, 100000);
    buf_finish(&page);
    buf_finish(&out);
}

int main(void)
{
    RUN(the_encoding_is_where_pages_say_it);
    RUN(what_does_not_say_it_is_looked_at);
    RUN(all_becomes_utf8);
    RUN(a_long_text_is_converted_whole);
    return check_report("charset");
}
