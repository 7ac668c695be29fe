#include "base/cause.h"

#include "base/buf.h"

#include <stddef.h>
#include <string.h>

/* In braces stand: name of the endpoint, its host, the proxy, what that is from, and the
 * cause's text. */
struct words {
    const char *what;
    const char *cure;
};

#define TRUST                                                                                    \
    "Set endpoints.{name}.ca to the certificate of its authority (a PEM file), or the variable " \
    "SSL_CERT_FILE (:help hum-tls)."
#define WITHOUT_PROXY "endpoints.{name}.proxy = false does without a proxy."

static const struct words words[] = {
    [CAUSE_UNKNOWN] = {"", ""},
    [CAUSE_NAME] = {"the name {host} cannot be resolved",
                    "Correct the name in endpoints.{name}.url, or check this machine's network and "
                    "DNS. If only a proxy knows the name, set endpoints.{name}.proxy."},
    [CAUSE_SOCKET] = {"{text}", "Start the server, or correct the path in endpoints.{name}.url."},
    [CAUSE_UNTRUSTED] = {"its certificate is not from an authority {text}", TRUST},
    [CAUSE_SELF_SIGNED] =
        {"its certificate is signed by itself and by no authority {text}",
         "If it is your server, set endpoints.{name}.ca to this certificate (a PEM file, :help "
         "hum-tls)."},
    [CAUSE_EXPIRED] = {"its certificate has expired",
                       "Renew the server's certificate; if it is valid still, correct the clock of "
                       "this machine."},
    [CAUSE_NOT_YET] = {"its certificate is not valid yet",
                       "Correct the clock of this machine, or the server's certificate."},
    [CAUSE_WRONG_NAME] = {"its certificate is for another name than {host}",
                          "Set endpoints.{name}.url to the name that the certificate is for, or "
                          "have one made for {host}."},
    [CAUSE_CERTIFICATE] = {"its certificate is not accepted: {text}",
                           "Renew the server's certificate (:help hum-tls)."},
    [CAUSE_CA_FILE] = {"the trusted certificates in {text}",
                       "Correct the path: a PEM file, or a directory that \"openssl rehash\" has "
                       "prepared (:help hum-tls)."},
    [CAUSE_CLIENT_FILE] = {"the client certificate {text}",
                           "Set endpoints.{name}.client_cert and client_key to PEM files that "
                           "belong together, the key without a passphrase (:help hum-tls)."},
    [CAUSE_CLIENT_WANTED] = {"the server wants a client certificate",
                             "Set endpoints.{name}.client_cert and client_key (:help hum-tls)."},
    [CAUSE_CLIENT_REFUSED] = {"the server refused the client certificate",
                              "Set endpoints.{name}.client_cert to one from an authority that the "
                              "server trusts, and that has not expired."},
    [CAUSE_PLAIN] = {"the server does not speak TLS there",
                     "Begin endpoints.{name}.url with http://, or correct its port."},
    [CAUSE_PLAIN_SILENT] = {"it did not answer as a TLS server within {text}",
                            "Begin endpoints.{name}.url with http:// if the server speaks plain "
                            "HTTP there; else raise endpoints.{name}.connect_timeout."},
    [CAUSE_TLS] = {"the server expects TLS there", "Begin endpoints.{name}.url with https://."},
    [CAUSE_NO_ANSWER] = {"it closed the connection without an answer",
                         "Try again, or check the server's log. If it speaks TLS there, begin "
                         "endpoints.{name}.url with https://."},
    [CAUSE_NOT_HTTP] = {"what it answers is not HTTP",
                        "Begin endpoints.{name}.url with https:// if the server speaks TLS there, "
                        "or correct its port."},
    [CAUSE_HANDSHAKE] = {"no TLS connection could be agreed on{text}",
                         "Correct endpoints.{name}.url (name and port), or check the server's TLS "
                         "settings and log. It may also want a client certificate: "
                         "endpoints.{name}.client_cert."},
    [CAUSE_PROXY_NAME] = {"the name of the proxy {proxy} cannot be resolved",
                          "Correct {from}; " WITHOUT_PROXY},
    [CAUSE_PROXY_REACH] = {"the proxy {proxy} cannot be reached{text}",
                           "Start the proxy, or correct {from}; " WITHOUT_PROXY},
    [CAUSE_PROXY_SILENT] = {"the proxy {proxy} opened no connection within {text}",
                            "Check the proxy, or correct {from}; " WITHOUT_PROXY},
    [CAUSE_PROXY_ODD] = {"the proxy {proxy} did not answer as a proxy does",
                         "Correct {from}: scheme, host and port; " WITHOUT_PROXY},
    [CAUSE_PROXY_REFUSED] = {"the proxy {proxy} refuses to connect to {host}{text}",
                             "Ask for {host} to be allowed there, or reach it without the proxy: "
                             "endpoints.{name}.proxy = false."},
    [CAUSE_PROXY_GATEWAY] = {"the proxy {proxy} cannot reach {host}{text}",
                             "Correct endpoints.{name}.url, or reach the server without the proxy: "
                             "endpoints.{name}.proxy = false."},
    [CAUSE_PROXY_LOGIN] = {"the proxy {proxy} {text}",
                           "Put USER:PASSWORD@ in front of the host in {from} (:help hum-proxy)."},
    [CAUSE_PROXY_CERTIFICATE] = {"the certificate of the proxy {proxy} is not trusted", TRUST},
};

/* ---- templates ----------------------------------------------------------------- */

static void add_host(const char *url, struct buf *out)
{
    const char *at = strstr(url, "://");
    at = at != NULL ? at + 3 : url;
    buf_printf(out, "%.*s", (int)strcspn(at, at[0] == '[' ? "/?#" : ":/?#"), at);
}

/* What a template is filled with. */
struct facts {
    const struct cause *cause;
    const char *endpoint;
    const char *url;
};

static void add_from(const struct facts *f, struct buf *out)
{
    if (f->cause->proxy_from != NULL) {
        buf_printf(out, "the variable %s", f->cause->proxy_from);
    } else {
        buf_printf(out, "endpoints.%s.proxy", f->endpoint);
    }
}

static void add_field(const struct facts *f, char field, struct buf *out)
{
    switch (field) {
    case 'n':
        buf_add_str(out, f->endpoint);
        break;
    case 'h':
        add_host(f->url, out);
        break;
    case 'p':
        buf_add_str(out, f->cause->proxy != NULL ? f->cause->proxy : "?");
        break;
    case 'f':
        add_from(f, out);
        break;
    default: /* text */
        buf_add_str(out, f->cause->text != NULL ? f->cause->text : "");
        break;
    }
}

/* The first letters of the fields' names differ. */
static void fill(const struct facts *f, const char *template, struct buf *out)
{
    for (const char *at = template; *at != '\0';) {
        size_t len = strcspn(at, "{");
        buf_add(out, at, len);
        at += len;
        if (*at == '{') {
            add_field(f, at[1], out);
            at += strcspn(at, "}") + 1;
        }
    }
}

/* ---- what is said -------------------------------------------------------------- */

void cause_hint(const struct cause *c, const char *endpoint, const char *url, struct buf *hint)
{
    const struct facts facts = {c, endpoint, url};
    fill(&facts, words[c->kind].cure, hint);
}

void cause_add(const struct cause *c, const char *endpoint, const char *url, struct buf *message)
{
    const struct facts facts = {c, endpoint, url};
    fill(&facts, words[c->kind].what, message);
}

enum cause_kind cause_of_answer(long status, const char *text)
{
    /* nginx; Go; Apache; Jetty and Tomcat; nginx for certificates. */
    static const struct {
        const char *part;
        enum cause_kind kind;
    } answers[] = {
        {"HTTP request was sent to HTTPS port", CAUSE_TLS},
        {"HTTP request to an HTTPS server", CAUSE_TLS},
        {"speaking plain HTTP to an SSL-enabled", CAUSE_TLS},
        {"requires TLS", CAUSE_TLS},
        {"No required SSL certificate was sent", CAUSE_CLIENT_WANTED},
        {"The SSL certificate error", CAUSE_CLIENT_REFUSED},
    };
    for (size_t i = 0; status == 400 && text != NULL && i < sizeof answers / sizeof *answers; i++) {
        if (strstr(text, answers[i].part) != NULL) {
            return answers[i].kind;
        }
    }
    return status == 407 ? CAUSE_PROXY_LOGIN : CAUSE_UNKNOWN;
}
