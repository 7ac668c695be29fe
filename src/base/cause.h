/* Why a server could not be reached, in words: its name, its certificate, its proxy. Pure. */
#ifndef HUM_CAUSE_H
#define HUM_CAUSE_H

struct buf;

/* What is wrong, as far as that is known. */
enum cause_kind {
    CAUSE_UNKNOWN,
    CAUSE_NAME,        /* no address for its name */
    CAUSE_SOCKET,      /* a Unix socket; text says what is wrong with it */
    CAUSE_UNTRUSTED,   /* text: "that ...", by whom the authority is not trusted */
    CAUSE_SELF_SIGNED, /* likewise */
    CAUSE_EXPIRED,
    CAUSE_NOT_YET,        /* valid in the future */
    CAUSE_WRONG_NAME,     /* a certificate for another one */
    CAUSE_CERTIFICATE,    /* text says what is wrong with it */
    CAUSE_CA_FILE,        /* text: which one, and what is wrong */
    CAUSE_CLIENT_FILE,    /* likewise, of the client certificate or its key */
    CAUSE_CLIENT_WANTED,  /* the server wants a client certificate ... */
    CAUSE_CLIENT_REFUSED, /* ... another one than it got */
    CAUSE_PLAIN,          /* TLS was spoken where plain HTTP is */
    CAUSE_PLAIN_SILENT,   /* perhaps so: nothing came; text: within what time */
    CAUSE_TLS,            /* plain HTTP was spoken where TLS is */
    CAUSE_NO_ANSWER,      /* likewise: the connection was closed at once */
    CAUSE_NOT_HTTP,       /* perhaps so */
    CAUSE_HANDSHAKE,      /* TLS failed for another reason; text: ": why", or "" */
    /* From here on the proxy is at fault. */
    CAUSE_PROXY_NAME,    /* no address for the proxy's name */
    CAUSE_PROXY_REACH,   /* text: ": why", or "" */
    CAUSE_PROXY_SILENT,  /* text: within what time */
    CAUSE_PROXY_ODD,     /* what answers is no proxy, or it closes the connection */
    CAUSE_PROXY_REFUSED, /* it does not let us to the server; text: " (why)", or "" */
    CAUSE_PROXY_GATEWAY, /* it cannot reach the server; likewise */
    CAUSE_PROXY_LOGIN,   /* text: "wants ...", or "refused ..." */
    CAUSE_PROXY_CERTIFICATE,
};

struct cause {
    enum cause_kind kind;
    const char *text;       /* what belongs to the kind, see there; or NULL */
    const char *proxy;      /* that was used, without a password; or NULL */
    const char *proxy_from; /* the variable that it is from; NULL: the endpoint's option */
};

/* Appends what is wrong, in the midst of a sentence; nothing if that is unknown. */
void cause_add(const struct cause *c, const char *endpoint, const char *url, struct buf *message);

/* What an answer with this status and these words is about: a certificate, TLS or a proxy; else
 * CAUSE_UNKNOWN. */
enum cause_kind cause_of_answer(long status, const char *text);

/* Appends what to do about it. */
void cause_hint(const struct cause *c, const char *endpoint, const char *url, struct buf *hint);

#endif
