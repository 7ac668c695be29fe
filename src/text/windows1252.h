/* What the bytes 0x80 to 0x9F mean in Windows-1252, which the web takes Latin-1 for. Pure. */
#ifndef HUM_WINDOWS1252_H
#define HUM_WINDOWS1252_H

#include <stdint.h>

/* The character of a byte from 0x80 to 0x9F, or 0: there is none. Others, whatever they are, mean
 * themselves.
 * Source: https://encoding.spec.whatwg.org/index-windows-1252.txt, without what it takes as controls. */
uint32_t windows1252(uint32_t byte);

#endif
