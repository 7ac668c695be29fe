/* Bytes of files as text, and what the first bytes of images say. */
#include "check.h"

#include "base/buf.h"
#include "gather/decode.h"
#include "gather/image.h"

static const struct {
    const char *bytes;
    size_t len;
    enum encoding encoding;
    const char *text;
} examples[] = {
    {"", 0, ENCODING_UTF8, ""},
    {"a\nb", 3, ENCODING_UTF8, "a\nb"},
    {"\xEF\xBB\xBF", 3, ENCODING_UTF8, ""},
    {"\xEF\xBB\xBFx", 4, ENCODING_UTF8, "x"},
    {"a\r\nb\rc\r\n", 8, ENCODING_UTF8, "a\nb\rc\n"},
    {"\r", 1, ENCODING_UTF8, "\r"},
    {"\r\r\n", 3, ENCODING_UTF8, "\r\n"},
    {"\x1B[1ma\x1B[m\n", 9, ENCODING_UTF8, "\x1B[1ma\x1B[m\n"},
    {"a\0b", 3, ENCODING_NONE, ""},
    {"\xE4\r\n", 3, ENCODING_LATIN1, "\xC3\xA4\n"},
    {"\x93"
     "a\x94 \x80",
     5, ENCODING_LATIN1,
     "\xE2\x80\x9C"
     "a\xE2\x80\x9D \xE2\x82\xAC"},
    {"a\x81", 2, ENCODING_NONE, ""},
    {"\xFF\x01", 2, ENCODING_NONE, ""},
    {"\xC3\xA4\xC3\xB6\xFF", 5, ENCODING_UTF8, "\xC3\xA4\xC3\xB6\xEF\xBF\xBD"},
    {"\xFF\xFE"
     "a\0\r\0\n\0",
     8, ENCODING_UTF16, "a\n"},
    {"\xFE\xFF\0a\xD8\x3D\xDE\x00", 8, ENCODING_UTF16, "a\xF0\x9F\x98\x80"},
    {"\xFF\xFE\x3D\xD8", 4, ENCODING_UTF16, "\xEF\xBF\xBD"},
    {"\xFF\xFE"
     "a",
     3, ENCODING_UTF16, "\xEF\xBF\xBD"},
    {"\xFF\xFE\0\0", 4, ENCODING_NONE, ""},
    {"\xFF\xFE", 2, ENCODING_UTF16, ""},
};

static void bytes_become_text(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct buf out, text;
        struct span s;
        buf_init(&out, SIZE_MAX);
        buf_init(&text, SIZE_MAX);
        /* A copy, so that the sanitizer sees what is read behind its end. */
        char *bytes = malloc(examples[i].len + 1);
        memcpy(bytes, examples[i].bytes, examples[i].len);
        enum encoding e = decode((struct span){bytes, examples[i].len}, &out, &s);
        if (s.len > 0) {
            buf_add(&text, s.data, s.len);
        }
        CHECK_INT(e, examples[i].encoding);
        CHECK_TEXT(text.data != NULL ? text.data : "", examples[i].text);
        free(bytes);
        buf_finish(&out);
        buf_finish(&text);
    }
}

#define BYTES(s)           \
    {                      \
        (s), sizeof(s) - 1 \
    }

static const struct {
    struct span bytes;
    const char *media;
    uint32_t width, height;
} images[] = {
    {BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x10"), "image/png", 256, 16},
    {BYTES("\x89PNG\r\n\x1A\n"), "image/png", 0, 0},
    {BYTES("\xFF\xD8\xFF\xE0\0\4xx\xFF\xFF\xC2\0\x11\x08\0\x30\0\x20"), "image/jpeg", 32, 48},
    {BYTES("\xFF\xD8\xFF\xE0\0\0"), "image/jpeg", 0, 0},
    {BYTES("\xFF\xD8\xFF\xE0\xFF\xFF"), "image/jpeg", 0, 0},
    {BYTES("\xFF\xD8\xFF\xC4\0\4xx\xFF\xC0\0\x11\x08\0\1\0\2"), "image/jpeg", 2, 1},
    {BYTES("GIF89a\x20\0\x10\1"), "image/gif", 32, 272},
    {BYTES("RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x1F\0\0\x0F\0\0"), "image/webp", 32, 16},
    {BYTES("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F\x1F\xC0\3\0"), "image/webp", 32, 16},
    {BYTES("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9D\1\x2A\x20\0\x10\0"), "image/webp", 32, 16},
    {BYTES("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x20\0\0\0\xF0\xFF\xFF\xFF"), "image/bmp", 32, 16},
    {BYTES("BM is what this text begins with"), NULL, 0, 0},
    {BYTES("%PDF-1.7"), "application/pdf", 0, 0},
    {BYTES("RIFF\0\0\0\0WAVE"), NULL, 0, 0},
    {BYTES(""), NULL, 0, 0},
};

static void images_say_how_large_they_are(void)
{
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        struct image image = image_of(images[i].bytes);
        CHECK((image.media == NULL) == (images[i].media == NULL));
        if (image.media != NULL && images[i].media != NULL) {
            CHECK_TEXT(image.media, images[i].media);
        }
        CHECK_INT(image.width, images[i].width);
        CHECK_INT(image.height, images[i].height);
    }
}

/* Would take for ever if what follows a NUL were looked at again for each of them. */
static void what_is_half_of_nuls_becomes_text_in_no_time(void)
{
    const size_t len = (size_t)4 << 20;
    char *bytes = calloc(1, len);
    struct buf out;
    buf_init(&out, SIZE_MAX);
    for (size_t i = 0; i < len; i += 2) {
        bytes[i] = 'a';
    }
    decode_anyway((struct span){bytes, len}, &out);
    CHECK_INT(out.len, len / 2 * 4);
    CHECK(memcmp(out.data, "a\xEF\xBF\xBD", 4) == 0);
    buf_finish(&out);
    free(bytes);
}

int main(void)
{
    RUN(bytes_become_text);
    RUN(what_is_half_of_nuls_becomes_text_in_no_time);
    RUN(images_say_how_large_they_are);
    return check_report("test_decode");
}
