#include "gather/image.h"

static bool has(struct span s, size_t at, const char *what, size_t len)
{
    return s.len >= at + len && memcmp(s.data + at, what, len) == 0;
}

static uint32_t byte_at(struct span s, size_t at)
{
    return at < s.len ? (unsigned char)s.data[at] : 0;
}

/* Numbers of n bytes, the most significant one first (big), or last. */
static uint32_t big(struct span s, size_t at, size_t n)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value << 8 | byte_at(s, at + i);
    }
    return value;
}

static uint32_t little(struct span s, size_t at, size_t n)
{
    uint32_t value = 0;
    for (size_t i = n; i-- > 0;) {
        value = value << 8 | byte_at(s, at + i);
    }
    return value;
}

/* https://www.w3.org/TR/png-3/#11IHDR */
static void size_of_png(struct span s, struct image *image)
{
    if (has(s, 12, "IHDR", 4)) {
        image->width = big(s, 16, 4);
        image->height = big(s, 20, 4);
    }
}

/* A frame's header: SOF0 to SOF15, of which DHT, JPG and DAC are none. ITU-T T.81, table B.1. */
static bool is_frame(uint32_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* Segments follow one another: 0xFF, marker, length with itself. ITU-T T.81, B.1.1.4, B.2.2. */
static void size_of_jpeg(struct span s, struct image *image)
{
    size_t at = 2;
    while (at + 4 <= s.len) {
        if (byte_at(s, at) != 0xFF) {
            return;
        }
        uint32_t marker = byte_at(s, at + 1);
        if (marker == 0xFF) {
            at++; /* filling */
            continue;
        }
        if (is_frame(marker)) {
            image->height = big(s, at + 5, 2);
            image->width = big(s, at + 7, 2);
            return;
        }
        uint32_t len = big(s, at + 2, 2);
        if (marker == 0xDA || marker == 0xD9 || len < 2) {
            return;
        }
        at += 2 + (size_t)len;
    }
}

/* https://developers.google.com/speed/webp/docs/riff_container; of VP8 RFC 6386, 9.1 */
static void size_of_webp(struct span s, struct image *image)
{
    if (has(s, 12, "VP8X", 4)) {
        image->width = little(s, 24, 3) + 1;
        image->height = little(s, 27, 3) + 1;
    } else if (has(s, 12, "VP8L", 4) && byte_at(s, 20) == 0x2F) {
        uint32_t bits = little(s, 21, 4);
        image->width = (bits & 0x3FFF) + 1;
        image->height = (bits >> 14 & 0x3FFF) + 1;
    } else if (has(s, 12, "VP8 ", 4) && has(s, 23, "\x9D\x01\x2A", 3)) {
        image->width = little(s, 26, 2) & 0x3FFF;
        image->height = little(s, 28, 2) & 0x3FFF;
    }
}

/* Rows may stand from above: then the height is below 0. */
static void size_of_bmp(struct span s, struct image *image)
{
    if (little(s, 14, 4) == 12) {
        image->width = little(s, 18, 2);
        image->height = little(s, 20, 2);
    } else {
        image->width = little(s, 18, 4);
        uint32_t height = little(s, 22, 4);
        image->height = height > INT32_MAX ? 0U - height : height;
    }
}

struct image image_of(struct span s)
{
    struct image image = {0};
    if (has(s, 0, "\x89PNG\r\n\x1A\n", 8)) {
        image = (struct image){.media = "image/png", .ext = "png"};
        size_of_png(s, &image);
    } else if (has(s, 0, "\xFF\xD8\xFF", 3)) {
        image = (struct image){.media = "image/jpeg", .ext = "jpg"};
        size_of_jpeg(s, &image);
    } else if (has(s, 0, "GIF87a", 6) || has(s, 0, "GIF89a", 6)) {
        image = (struct image){"image/gif", "gif", little(s, 6, 2), little(s, 8, 2)};
    } else if (has(s, 0, "RIFF", 4) && has(s, 8, "WEBP", 4)) {
        image = (struct image){.media = "image/webp", .ext = "webp"};
        size_of_webp(s, &image);
    } else if (has(s, 0, "BM", 2) && s.len >= 26 && little(s, 6, 4) == 0 &&
               little(s, 14, 4) >= 12 && little(s, 14, 4) <= 124) {
        image = (struct image){.media = "image/bmp", .ext = "bmp"};
        size_of_bmp(s, &image);
    } else if (has(s, 0, "%PDF-", 5)) {
        image = (struct image){.media = "application/pdf", .ext = "pdf"};
    }
    return image;
}
