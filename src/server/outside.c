#include "server/outside.h"

#include "server/network.h"

#include <fcntl.h>
#include <sys/socket.h>

/* Called for each address that is tried: none of curl's own kind of purposes is another. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct outside *o = ctx;
    (void)purpose;
    if (network_of(&address->addr) != NETWORK_PUBLIC) {
        o->refused = true;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype, address->protocol);
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
}

void outside_init(struct outside *o, const struct curl *curl, CURL *easy)
{
    *o = (struct outside){0};
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, o);
    /* A connection that is there already was not judged. */
    curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}
