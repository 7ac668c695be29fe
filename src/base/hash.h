/* FNV-1a with 64 bits: equal texts have equal hashes, and others nearly always different ones. Only
 * for texts that no attacker chooses, and where two with the same hash do no harm. */
#ifndef HUM_HASH_H
#define HUM_HASH_H

#include <stdint.h>

#define HASH_START UINT64_C(0xCBF29CE484222325)

static inline uint64_t hash_byte(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * UINT64_C(0x100000001B3);
}

/* Goes on with a hash. The end of the text counts: "ab", "c" is not "a", "bc". */
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        hash = hash_byte(hash, *c);
    }
    return hash_byte(hash, '\xff');
}

#endif
