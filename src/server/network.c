#include "server/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* The addresses that begin with so many bits. */
struct range {
    unsigned bits;
    unsigned char bytes[16];
};

/* Those that are not reached from everywhere.
 * Source: https://www.iana.org/assignments/iana-ipv4-special-registry. Without what stands in
 * examples only, and without 198.18.0.0/15, which is for benchmarks, but in which proxies for a
 * whole machine (fake-ip of Clash and the like) give every name of the web an address. */
static const struct range private_v4[] = {
    {8, {0}},          /* this machine, as 0.0.0.0 */
    {8, {10}},         /* private */
    {10, {100, 64}},   /* shared by the customers of a provider, and by Tailscale */
    {8, {127}},        /* loopback */
    {16, {169, 254}},  /* link-local, and what clouds tell their machines */
    {12, {172, 16}},   /* private */
    {24, {192, 0, 0}}, /* of protocols, between a machine and its router */
    {16, {192, 168}},  /* private */
    {4, {224}},        /* multicast */
    {4, {240}},        /* reserved, and broadcast */
};

/* Source: https://www.iana.org/assignments/iana-ipv6-special-registry, and RFC 3879. */
static const struct range private_v6[] = {
    {48, {0, 0x64, 0xFF, 0x9B, 0, 1}}, /* NAT64 into whatever network */
    {7, {0xFC}},                       /* unique local */
    {10, {0xFE, 0x80}},                /* link-local */
    {10, {0xFE, 0xC0}},                /* site-local */
    {8, {0xFF}},                       /* multicast */
};

/* Those that lead to the address of IPv4 that stands in them, from that byte on. */
static const struct {
    struct range range;
    size_t at;
} embedding[] = {
    {{96, {0}}, 12},                        /* compatible; ::1 and :: are 0.0.0.x there */
    {{96, {[10] = 0xFF, [11] = 0xFF}}, 12}, /* mapped */
    {{96, {[8] = 0xFF, [9] = 0xFF}}, 12},   /* translated */
    {{96, {0, 0x64, 0xFF, 0x9B}}, 12},      /* NAT64 */
    {{16, {0x20, 0x02}}, 2},                /* 6to4 */
};

static bool is_in(const struct range *r, const unsigned char *address)
{
    size_t whole = r->bits / 8;
    unsigned mask = 0xFFu & ~(0xFFu >> r->bits % 8);
    return memcmp(r->bytes, address, whole) == 0 &&
           (mask == 0 || (address[whole] & mask) == r->bytes[whole]);
}

static enum network judge(const struct range *ranges, size_t count, const unsigned char *address)
{
    for (size_t i = 0; i < count; i++) {
        if (is_in(&ranges[i], address)) {
            return NETWORK_PRIVATE;
        }
    }
    return NETWORK_PUBLIC;
}

static enum network of_v4(const unsigned char *address)
{
    return judge(private_v4, sizeof private_v4 / sizeof *private_v4, address);
}

static enum network of_v6(const unsigned char *address)
{
    for (size_t i = 0; i < sizeof embedding / sizeof *embedding; i++) {
        if (is_in(&embedding[i].range, address)) {
            return of_v4(address + embedding[i].at);
        }
    }
    return judge(private_v6, sizeof private_v6 / sizeof *private_v6, address);
}

enum network network_of(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    switch (address->sa_family) { /* copied: it may stand anywhere */
    case AF_INET:
        memcpy(&v4, address, sizeof v4);
        return of_v4((const unsigned char *)&v4.sin_addr);
    case AF_INET6:
        memcpy(&v6, address, sizeof v6);
        return of_v6((const unsigned char *)&v6.sin6_addr);
    default:
        return NETWORK_UNKNOWN;
    }
}

enum network network_of_text(const char *address)
{
    unsigned char bytes[16];
    if (address == NULL) {
        return NETWORK_UNKNOWN;
    }
    return inet_pton(AF_INET, address, bytes) == 1    ? of_v4(bytes)
           : inet_pton(AF_INET6, address, bytes) == 1 ? of_v6(bytes)
                                                      : NETWORK_UNKNOWN;
}
