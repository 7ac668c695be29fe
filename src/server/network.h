/* Whether an address of the internet protocol is of the web, or of a network that only its own
 * machines see. Pure. */
#ifndef HUM_NETWORK_H
#define HUM_NETWORK_H

struct sockaddr;

enum network {
    NETWORK_UNKNOWN, /* it is no such address */
    NETWORK_PUBLIC,
    NETWORK_PRIVATE, /* this machine's too */
};

/* Of an address that is connected to. */
enum network network_of(const struct sockaddr *address);

/* Of one in its usual writing, "10.0.0.1", "fd00::1"; it may be NULL. */
enum network network_of_text(const char *address);

#endif
