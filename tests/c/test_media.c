/* What pages are, by what servers call them and by what they begin with. */
#include "check.h"

#include "text/media.h"

static const struct {
    const char *type, *body;
    enum media media;
} examples[] = {
    {"text/html; charset=utf-8", "", MEDIA_HTML},
    {"TEXT/HTML", "x", MEDIA_HTML},
    {"application/xhtml+xml", "x", MEDIA_HTML},
    {"text/plain", "<html>", MEDIA_TEXT},
    {"text/markdown", "# a", MEDIA_TEXT},
    {"application/json", "{}", MEDIA_TEXT},
    {"application/ld+json", "{}", MEDIA_TEXT},
    {"image/svg+xml", "<svg>", MEDIA_TEXT},
    {"image/png", "x", MEDIA_OTHER},
    {"application/pdf", "", MEDIA_PDF},
    {"text/html", "%PDF-1.7", MEDIA_PDF},
    {NULL, "  <!DOCTYPE html><p>", MEDIA_HTML},
    {NULL, "\n<HTML lang=de>", MEDIA_HTML},
    {NULL, "a < b", MEDIA_TEXT},
    {NULL, "", MEDIA_TEXT},
    {"application/octet-stream", "<html><p>", MEDIA_HTML},
    {"application/octet-stream", "text", MEDIA_TEXT},
};

static void a_page_is_what_it_is_called_or_begins_like(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        CHECK_INT(media_of(examples[i].type, span_of(examples[i].body)), examples[i].media);
    }
}

static void one_with_nuls_is_no_text_unless_it_is_utf16(void)
{
    CHECK_INT(media_of("text/plain", (struct span){"a\0b", 3}), MEDIA_OTHER);
    CHECK_INT(media_of(NULL, (struct span){"a\0b", 3}), MEDIA_OTHER);
    CHECK_INT(media_of("text/html", (struct span){"\xff\xfe<\0", 4}), MEDIA_HTML);
}

int main(void)
{
    RUN(a_page_is_what_it_is_called_or_begins_like);
    RUN(one_with_nuls_is_no_text_unless_it_is_utf16);
    return check_report("test_media");
}
