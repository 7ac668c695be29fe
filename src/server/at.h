/* What the path of a request is below: dialects say it, endpoints know addresses (endpoint.h). */
#ifndef HUM_AT_H
#define HUM_AT_H

enum endpoint_at {
    AT_API,  /* below url */
    AT_ROOT, /* below root */
    AT_CHAT, /* below url, or chat_url as a whole */
    AT_FILL, /* below url, or fill_url as a whole */
};

#endif
