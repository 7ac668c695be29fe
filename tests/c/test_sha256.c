#include "base/kept.h"

#include "base/buf.h"
#include "check.h"

static char hex[SHA256_HEX + 1];

static const char *hash_of(const char *data, size_t len, size_t step)
{
    struct sha256 s;
    sha256_init(&s);
    for (size_t at = 0; at < len; at += step) {
        sha256_add(&s, data + at, len - at < step ? len - at : step);
    }
    sha256_end(&s, hex);
    return hex;
}

/* The examples of FIPS 180-4. */
static void hashes_as_the_standard_says(void)
{
    static const char *const two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CHECK_TEXT(hash_of("", 0, 1),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_TEXT(hash_of("abc", 3, 3),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_TEXT(hash_of(two, strlen(two), 7),
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *many = xmalloc(1000000);
    memset(many, 'a', 1000000);
    CHECK_TEXT(hash_of(many, 1000000, 1009),
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(many);
}

static void hashes_the_same_in_any_pieces(void)
{
    char text[200], whole[SHA256_HEX + 1];
    for (size_t len = 0; len < sizeof text; len++) {
        text[len] = (char)(len * 7);
        memcpy(whole, hash_of(text, len, len + 1), sizeof whole);
        CHECK_TEXT(hash_of(text, len, 1), whole);
        CHECK_TEXT(hash_of(text, len, 63), whole);
    }
}

/* The examples of RFC 4648. */
static void base64_is_as_the_standard_says(void)
{
    static const char *const wanted[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                         "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t len = 0; len <= 6; len++) {
        for (size_t step = 1; step <= 6; step++) {
            struct base64 b = {.count = 0};
            char out[16];
            size_t n = 0;
            for (size_t at = 0; at < len; at += step) {
                n += base64_add(&b, "foobar" + at, len - at < step ? len - at : step, out + n);
            }
            n += base64_end(&b, out + n);
            out[n] = '\0';
            CHECK_TEXT(out, wanted[len]);
            CHECK_INT(n, BASE64_LEN(len));
        }
    }
}

static void base64_has_all_its_digits(void)
{
    static const unsigned char bytes[] = {0xfb, 0xff, 0xbf, 0x00};
    struct base64 b = {.count = 0};
    char out[16];
    size_t n = base64_add(&b, bytes, sizeof bytes, out);
    n += base64_end(&b, out + n);
    out[n] = '\0';
    CHECK_TEXT(out, "+/+/AA==");
}

/* vim.fn.sha256(vim.base64.encode('a\0b')) */
static void what_is_kept_has_the_name_that_lua_gives_it(void)
{
    struct kept_hash h;
    kept_hash_init(&h);
    kept_hash_add(&h, "a", 1);
    kept_hash_add(&h, "\0b", 2);
    kept_hash_end(&h, hex);
    CHECK_TEXT(hex, "e6ed7e6cf9cbe7648ee9ff56358f389ac0d87b079c0f3c671870eb22fd183284");
}

static void many_bytes_are_hashed_as_few(void)
{
    static char bytes[10000];
    char whole[SHA256_HEX + 1];
    struct kept_hash h;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * i);
    }
    kept_hash_init(&h);
    kept_hash_add(&h, bytes, sizeof bytes);
    kept_hash_end(&h, whole);
    kept_hash_init(&h);
    for (size_t i = 0; i < sizeof bytes; i += 100) {
        kept_hash_add(&h, bytes + i, 100);
    }
    kept_hash_end(&h, hex);
    CHECK_TEXT(hex, whole);
}

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void a_name_is_a_hash_with_an_extension_or_none(void)
{
    CHECK(kept_is_name("/a/b.files/" HEX));
    CHECK(kept_is_name(HEX ".png"));
    CHECK(!kept_is_name(HEX "."));
    CHECK(!kept_is_name(HEX ".p/g"));
    CHECK(!kept_is_name(HEX ".tar.gz"));
    CHECK(!kept_is_name(HEX "0"));
    CHECK(!kept_is_name("/etc/passwd"));
    CHECK(!kept_is_name(HEX "/x"));
    CHECK(!kept_is_name(""));
    CHECK(kept_is_name_of("/x/" HEX ".png", HEX));
    CHECK(!kept_is_name_of("/x/" HEX ".png", hash_of("x", 1, 1)));
}

int main(void)
{
    RUN(hashes_as_the_standard_says);
    RUN(hashes_the_same_in_any_pieces);
    RUN(base64_is_as_the_standard_says);
    RUN(base64_has_all_its_digits);
    RUN(what_is_kept_has_the_name_that_lua_gives_it);
    RUN(many_bytes_are_hashed_as_few);
    RUN(a_name_is_a_hash_with_an_extension_or_none);
    return check_report("sha256");
}
