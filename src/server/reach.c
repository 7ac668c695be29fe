#include "server/reach.h"

#include "proto.h"
#include "server/proxy.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- the way ------------------------------------------------------------------- */

static char *copy(const char *text)
{
    return text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* For the server and for a proxy that is spoken to by TLS. NULL for one of them takes away what is
 * compiled in. */
static void trust(struct reach *r, const char *file, const char *directory)
{
    r->curl->easy_setopt(r->easy, CURLOPT_CAINFO, file);
    r->curl->easy_setopt(r->easy, CURLOPT_CAPATH, directory);
    r->curl->easy_setopt(r->easy, CURLOPT_PROXY_CAINFO, file);
    r->curl->easy_setopt(r->easy, CURLOPT_PROXY_CAPATH, directory);
}

/* The variables are read as the program curl does, which adds them to what is compiled in; libcurl
 * itself reads none of them (curl 8.14: src/tool_operate.c). */
static void trust_environment(struct reach *r)
{
    static const struct {
        const char *name;
        CURLoption option, for_proxy;
    } variables[] = {
        {"CURL_CA_BUNDLE", CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO},
        {"SSL_CERT_DIR", CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH},
        {"SSL_CERT_FILE", CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO},
    };
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i].name);
        if (value == NULL || value[0] == '\0') {
            continue;
        }
        free(r->ca);
        r->ca = xstrdup(value);
        r->ca_from = variables[i].name;
        r->curl->easy_setopt(r->easy, variables[i].option, value);
        r->curl->easy_setopt(r->easy, variables[i].for_proxy, value);
        if (i == 0) {
            return;
        }
    }
}

static void set_certificates(struct reach *r, const struct way *way)
{
    CURL *easy = r->easy;
    r->ca = copy(way->ca);
    if (way->insecure) {
        r->curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        r->curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (r->ca == NULL) {
        trust_environment(r);
    } else if (is_directory(r->ca)) {
        trust(r, NULL, r->ca);
    } else {
        trust(r, r->ca, NULL);
    }
    r->client_cert = copy(way->client_cert);
    r->client_key = copy(way->client_key);
    r->curl->easy_setopt(easy, CURLOPT_SSLCERT, r->client_cert);
    r->curl->easy_setopt(easy, CURLOPT_SSLKEY, r->client_key);
    /* For a key with a passphrase OpenSSL asks the terminal otherwise, or standard input. */
    r->curl->easy_setopt(easy, CURLOPT_KEYPASSWD, "");
}

/* Whether there is a proxy, and for whom, is not for curl to find out: see proxy.h. */
static void set_proxy(struct reach *r, const char *url, const struct way *way)
{
    const struct proxy proxy = proxy_for(url, way->proxy, way->no_proxy);
    bool used = r->socket == NULL && proxy.url != NULL;
    r->curl->easy_setopt(r->easy, CURLOPT_PROXY, used ? proxy.url : "");
    r->curl->easy_setopt(r->easy, CURLOPT_NOPROXY, "");
    r->curl->easy_setopt(r->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (used) {
        struct buf shown;
        buf_init(&shown, SIZE_MAX);
        proxy_show(proxy.url, &shown);
        r->proxy = shown.data != NULL ? shown.data : xstrdup("");
        r->proxy_from = proxy.from;
        r->has_login = proxy_has_login(proxy.url);
    }
}

void reach_init(struct reach *r, const struct curl *curl, CURL *easy, const char *url,
                const struct way *way)
{
    *r = (struct reach){.curl = curl, .easy = easy};
    buf_init(&r->why, SIZE_MAX);
    r->connect_timeout_ms = way->connect_timeout_ms;
    r->socket = copy(way->socket);
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, way->connect_timeout_ms);
    curl->easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, r->socket);
    set_proxy(r, url, way);
    set_certificates(r, way);
}

void reach_finish(struct reach *r)
{
    free(r->socket);
    free(r->ca);
    free(r->client_cert);
    free(r->client_key);
    free(r->proxy);
    buf_finish(&r->why);
}

/* ---- why not ------------------------------------------------------------------- */

/* What curl knows of a transfer that failed. */
struct trouble {
    CURLcode code;
    const char *words; /* curl's, with those of the TLS library */
    long connect_code; /* the proxy's answer to CONNECT, 0: none; the code of the result differs
                           from version to version */
    long status;       /* the server's answer, 0: none */
    bool tls;          /* the address is https */
    bool to_proxy;     /* it was about the connection to the proxy */
    bool handshaking;  /* there was a connection, but no TLS on it yet */
};

struct word {
    const char *part; /* of curl's words, in lower case */
    enum cause_kind cause;
    const char *text;
};

static bool has(const char *words, const char *part)
{
    return strcasestr(words, part) != NULL;
}

/* The first that fits, or NULL. */
static const struct word *find(const struct word *list, const char *words)
{
    for (; list->part != NULL; list++) {
        if (has(words, list->part)) {
            return list;
        }
    }
    return NULL;
}

static enum cause_kind say(struct reach *r, enum cause_kind cause, const char *text)
{
    buf_clear(&r->why);
    buf_add_str(&r->why, text);
    return cause;
}

/* "connection refused": what the system says, without its capital. */
static void add_error(struct buf *out, int error)
{
    const char *text = strerror(error);
    buf_printf(out, "%c%s", tolower((unsigned char)text[0]), text[0] != '\0' ? text + 1 : "");
}

static int os_error(const struct reach *r)
{
    long error = 0;
    r->curl->easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &error);
    return (int)error;
}

/* ---- a Unix socket ---- */

static enum cause_kind explain_socket(struct reach *r)
{
    struct stat st;
    int error = stat(r->socket, &st) != 0 ? errno : 0;
    buf_clear(&r->why);
    if (strlen(r->socket) >= sizeof((struct sockaddr_un){0}).sun_path) {
        buf_printf(&r->why, "the path %s is too long for a socket", r->socket);
    } else if (error == ENOENT) {
        buf_printf(&r->why, "there is no socket %s", r->socket);
    } else if (error == 0 && !S_ISSOCK(st.st_mode)) {
        buf_printf(&r->why, "%s is not a socket", r->socket);
    } else if (error == 0 && access(r->socket, W_OK) == 0) {
        buf_printf(&r->why, "nothing listens on the socket %s", r->socket);
    } else {
        buf_printf(&r->why, "the socket %s cannot be opened: ", r->socket);
        add_error(&r->why, error != 0 ? error : errno);
    }
    return CAUSE_SOCKET;
}

/* ---- certificates ---- */

static void add_source(struct buf *out, const char *path, const char *variable, const char *option)
{
    buf_printf(out, "%s (%s)", path, variable != NULL ? variable : option);
}

static enum cause_kind untrusted(struct reach *r, enum cause_kind cause)
{
    buf_clear(&r->why);
    if (r->ca != NULL && r->ca_from == NULL) {
        buf_printf(&r->why, "that is in %s", r->ca);
    } else {
        buf_add_str(&r->why, "that this machine trusts");
    }
    return cause;
}

/* X509_V_ERR_... of OpenSSL's x509_vfy.h, which LibreSSL shares. 0 is none: its verdict was good,
 * and curl found another name in it. */
static const struct {
    long result;
    enum cause_kind cause;
} verdicts[] = {
    {2, CAUSE_UNTRUSTED},   {9, CAUSE_NOT_YET},     {10, CAUSE_EXPIRED},   {18, CAUSE_SELF_SIGNED},
    {19, CAUSE_UNTRUSTED},  {20, CAUSE_UNTRUSTED},  {21, CAUSE_UNTRUSTED}, {27, CAUSE_UNTRUSTED},
    {62, CAUSE_WRONG_NAME}, {64, CAUSE_WRONG_NAME},
};

/* GnuTLS has verdicts of its own, which curl puts into words. */
static const struct word verdict_words[] = {
    {"subject name", CAUSE_WRONG_NAME, NULL},
    {"does not match", CAUSE_WRONG_NAME, NULL},
    {"expired", CAUSE_EXPIRED, NULL},
    {"not yet", CAUSE_NOT_YET, NULL},
    {"signer not found", CAUSE_UNTRUSTED, NULL},
    {"issuer", CAUSE_UNTRUSTED, NULL},
    {"CAfile", CAUSE_UNTRUSTED, NULL},
    {0},
};

static enum cause_kind explain_certificate(struct reach *r, const struct trouble *t)
{
    long result = 0;
    r->curl->easy_getinfo(r->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    if (t->to_proxy) {
        return CAUSE_PROXY_CERTIFICATE;
    }
    const struct word *word = find(verdict_words, t->words);
    enum cause_kind cause = word != NULL ? word->cause : CAUSE_CERTIFICATE;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        cause = verdicts[i].result == result ? verdicts[i].cause : cause;
    }
    if (cause == CAUSE_UNTRUSTED || cause == CAUSE_SELF_SIGNED) {
        return untrusted(r, cause);
    }
    static const char prefix[] = "SSL certificate problem: ";
    bool prefixed = strncmp(t->words, prefix, sizeof prefix - 1) == 0;
    return say(r, cause, prefixed ? t->words + sizeof prefix - 1 : t->words);
}

static enum cause_kind explain_ca(struct reach *r)
{
    if (r->ca == NULL) { /* that of the library itself */
        return say(r, CAUSE_CA_FILE, "the place that libcurl looks at cannot be read");
    }
    buf_clear(&r->why);
    add_source(&r->why, r->ca, r->ca_from, "option ca");
    buf_add_str(&r->why, " cannot be read");
    if (access(r->ca, R_OK) != 0) {
        buf_add_str(&r->why, ": ");
        add_error(&r->why, errno);
    }
    return CAUSE_CA_FILE;
}

/* The codes for this differ from version to version. */
static enum cause_kind explain_client_file(struct reach *r)
{
    const char *const files[] = {r->client_cert, r->client_key};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i] != NULL && access(files[i], R_OK) != 0) {
            int error = errno;
            buf_clear(&r->why);
            buf_printf(&r->why, "%s%s cannot be read: ", i == 1 ? "key " : "", files[i]);
            add_error(&r->why, error);
            return CAUSE_CLIENT_FILE;
        }
    }
    return CAUSE_UNKNOWN;
}

static enum cause_kind explain_client(struct reach *r, const char *words)
{
    if (explain_client_file(r) != CAUSE_UNKNOWN) {
        return CAUSE_CLIENT_FILE;
    }
    buf_clear(&r->why);
    const char *cert = r->client_cert != NULL ? r->client_cert : "?";
    const char *key = r->client_key != NULL ? r->client_key : cert;
    if (has(words, "private key")) {
        buf_printf(&r->why,
                   "%s cannot be used: its key in %s does not belong to it, has a "
                   "passphrase, or is none",
                   cert, key);
    } else {
        buf_printf(&r->why, "%s cannot be used: it is no PEM file", cert);
    }
    return CAUSE_CLIENT_FILE;
}

/* ---- TLS ---- */

/* Alerts by which servers refuse or miss a client certificate. With TLS 1.3 they come after the
 * handshake, as an error of reading. OpenSSL's words. */
static const struct word alerts[] = {
    {"alert certificate required", CAUSE_CLIENT_WANTED, NULL},
    {"alert bad certificate", CAUSE_CLIENT_WANTED, NULL},
    {"alert unknown ca", CAUSE_CLIENT_WANTED, NULL},
    {"alert certificate", CAUSE_CLIENT_WANTED, NULL},
    {"alert unsupported certificate", CAUSE_CLIENT_WANTED, NULL},
    {"certificate is required", CAUSE_CLIENT_WANTED, NULL},
    {"recv error (-12)", CAUSE_CLIENT_WANTED, NULL}, /* GnuTLS does not say which alert */
    {0},
};

static const struct word handshakes[] = {
    {"wrong version number", CAUSE_PLAIN, ""},
    {"packet length too long", CAUSE_PLAIN, ""},
    {"http request", CAUSE_PLAIN, ""},
    {"unexpected tls packet", CAUSE_PLAIN, ""},
    {"protocol version", CAUSE_HANDSHAKE, ": the server offers no version of it that is accepted"},
    {"unsupported protocol", CAUSE_HANDSHAKE,
     ": the server offers no version of it that is accepted"},
    {"alert handshake failure", CAUSE_HANDSHAKE, ": the server refused it"},
    {"handshake failed", CAUSE_HANDSHAKE, ": the server refused it"},
    {"unrecognized name", CAUSE_HANDSHAKE, ": the server does not know the name"},
    {"internal error", CAUSE_HANDSHAKE, ": the server reports an error of its own"},
    {"dh key too small", CAUSE_HANDSHAKE, ": the server's keys are too weak"},
    {"reset", CAUSE_HANDSHAKE, ": the server closed the connection"},
    {"eof", CAUSE_HANDSHAKE, ": the server closed the connection"},
    {"SYSCALL", CAUSE_HANDSHAKE, ": the server closed the connection"},
    {"", CAUSE_HANDSHAKE, ""},
    {0},
};

static enum cause_kind explain_alert(const struct reach *r, const struct trouble *t)
{
    bool refused = find(alerts, t->words) != NULL;
    return !refused                 ? CAUSE_UNKNOWN
           : r->client_cert != NULL ? CAUSE_CLIENT_REFUSED
                                    : CAUSE_CLIENT_WANTED;
}

static enum cause_kind explain_handshake(struct reach *r, const struct trouble *t)
{
    if (t->to_proxy) {
        return CAUSE_PROXY_ODD;
    }
    enum cause_kind cause = explain_client_file(r);
    cause = cause != CAUSE_UNKNOWN ? cause : explain_alert(r, t);
    if (cause != CAUSE_UNKNOWN) {
        return cause;
    }
    const struct word *word = find(handshakes, t->words);
    return say(r, word->cause, word->text);
}

/* ---- proxies ---- */

static enum cause_kind explain_connect(struct reach *r, const struct trouble *t)
{
    if (t->connect_code == 407 || t->connect_code == 401) { /* tinyproxy refuses logins by 401 */
        return say(r, CAUSE_PROXY_LOGIN,
                   r->has_login ? "refused the user name or the password"
                                : "wants a user name and a password");
    }
    if (t->connect_code == 400 || t->connect_code == 404 || t->connect_code == 405 ||
        t->connect_code == 501) {
        return CAUSE_PROXY_ODD; /* a server that knows no CONNECT */
    }
    buf_clear(&r->why);
    buf_printf(&r->why, " (HTTP %ld)", t->connect_code);
    return t->connect_code < 500 ? CAUSE_PROXY_REFUSED : CAUSE_PROXY_GATEWAY;
}

/* CURLPX_... of curl.h. What is not named here is a proxy that does not speak SOCKS. */
static enum cause_kind explain_socks(struct reach *r)
{
    static const struct {
        CURLproxycode code;
        enum cause_kind cause;
        const char *text;
    } replies[] = {
        {CURLPX_REPLY_NOT_ALLOWED, CAUSE_PROXY_REFUSED, ""},
        {CURLPX_REQUEST_FAILED, CAUSE_PROXY_GATEWAY, ""},
        {CURLPX_REPLY_GENERAL_SERVER_FAILURE, CAUSE_PROXY_GATEWAY, ""},
        {CURLPX_REPLY_CONNECTION_REFUSED, CAUSE_PROXY_GATEWAY, " (connection refused)"},
        {CURLPX_REPLY_HOST_UNREACHABLE, CAUSE_PROXY_GATEWAY, " (no route)"},
        {CURLPX_REPLY_NETWORK_UNREACHABLE, CAUSE_PROXY_GATEWAY, " (no route)"},
        {CURLPX_REPLY_TTL_EXPIRED, CAUSE_PROXY_GATEWAY, " (no route)"},
        {CURLPX_NO_AUTH, CAUSE_PROXY_LOGIN, "wants a user name and a password"},
        {CURLPX_USER_REJECTED, CAUSE_PROXY_LOGIN, "refused the user name or the password"},
        {CURLPX_RESOLVE_HOST, CAUSE_NAME, ""},
    };
    long code = 0;
    r->curl->easy_getinfo(r->easy, CURLINFO_PROXY_ERROR, &code);
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        if ((long)replies[i].code == code) {
            return say(r, replies[i].cause, replies[i].text);
        }
    }
    return CAUSE_PROXY_ODD;
}

/* ---- connections ---- */

static enum cause_kind explain_no_connection(struct reach *r, const struct trouble *t)
{
    int error = os_error(r);
    if (r->socket != NULL) {
        return explain_socket(r);
    }
    buf_clear(&r->why);
    if (r->proxy != NULL && error == 0 && has(t->words, "proxy scheme")) {
        return say(r, CAUSE_PROXY_REACH, ": its scheme is not known");
    }
    if (r->proxy != NULL) {
        buf_add_str(&r->why, error != 0 ? ": " : "");
    }
    if (error != 0) {
        add_error(&r->why, error);
    } else if (r->proxy == NULL) {
        buf_add_str(&r->why, "no connection");
    }
    return r->proxy != NULL ? CAUSE_PROXY_REACH : CAUSE_UNKNOWN;
}

static enum cause_kind explain_timeout(struct reach *r, const struct trouble *t)
{
    buf_clear(&r->why);
    buf_printf(&r->why, "%g s", (double)r->connect_timeout_ms / 1000);
    if (r->proxy != NULL && (t->to_proxy || !t->tls)) {
        return CAUSE_PROXY_SILENT;
    }
    return t->handshaking ? CAUSE_PLAIN_SILENT : say(r, CAUSE_UNKNOWN, "");
}

/* The connection broke, or what came is not HTTP. */
static enum cause_kind explain_broken(struct reach *r, const struct trouble *t)
{
    if (t->to_proxy && t->tls) {
        return CAUSE_PROXY_ODD;
    }
    if (t->status == 0 && !t->tls) {
        return CAUSE_NO_ANSWER;
    }
    enum cause_kind cause = t->status == 0 ? explain_alert(r, t) : CAUSE_UNKNOWN;
    if (cause == CAUSE_UNKNOWN && os_error(r) == ECONNRESET) {
        add_error(&r->why, ECONNRESET);
    }
    return cause;
}

static enum cause_kind explain_not_http(struct reach *r, const struct trouble *t)
{
    if (t->to_proxy) {
        return CAUSE_PROXY_ODD;
    }
    return t->status == 0 && !t->tls ? CAUSE_NOT_HTTP
                                     : say(r, CAUSE_UNKNOWN, "what it answers is not HTTP");
}

/* Codes that are no sign of anything in each version. */
static enum cause_kind explain_other(struct reach *r, const struct trouble *t)
{
    if (r->socket != NULL) {
        return explain_socket(r);
    }
    if (t->tls && (explain_client_file(r) != CAUSE_UNKNOWN || has(t->words, "private key"))) {
        return explain_client(r, t->words);
    }
    return say(r, CAUSE_UNKNOWN, t->words);
}

static enum cause_kind explain(struct reach *r, const struct trouble *t)
{
    if (t->connect_code >= 300) {
        return explain_connect(r, t);
    }
    switch (t->code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        return CAUSE_PROXY_NAME;
    case CURLE_COULDNT_RESOLVE_HOST:
        return r->socket != NULL ? explain_socket(r) : CAUSE_NAME; /* a path that is too long */
    case CURLE_COULDNT_CONNECT:
        return explain_no_connection(r, t);
    case CURLE_OPERATION_TIMEDOUT: /* only connecting is timed by curl */
        return explain_timeout(r, t);
    case CURLE_SSL_CONNECT_ERROR:
        return explain_handshake(r, t);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return explain_certificate(r, t);
    case CURLE_SSL_CERTPROBLEM:
        return explain_client(r, t->words);
    case CURLE_SSL_CACERT_BADFILE:
        return explain_ca(r);
    case CURLE_PROXY:
        return explain_socks(r);
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return explain_broken(r, t);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return explain_not_http(r, t);
    default:
        return explain_other(r, t);
    }
}

static enum hum_error error_of(CURLcode code, enum cause_kind cause)
{
    switch (code) {
    case CURLE_OK:
        return HUM_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return HUM_ETIMEOUT;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
        return cause == CAUSE_UNKNOWN || cause == CAUSE_NO_ANSWER ? HUM_ECUT : HUM_ECONNECT;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return cause == CAUSE_UNKNOWN || cause == CAUSE_NOT_HTTP ? HUM_EBAD : HUM_ECONNECT;
    case CURLE_BAD_CONTENT_ENCODING:
        return HUM_EBAD;
    default:
        return HUM_ECONNECT;
    }
}

static bool has_tls(const struct reach *r)
{
    curl_off_t us = 0; /* until the handshake was done */
    r->curl->easy_getinfo(r->easy, CURLINFO_APPCONNECT_TIME_T, &us);
    return us > 0;
}

enum hum_error reach_explain(struct reach *r, const struct reach_end *end, struct cause *cause,
                             const char **why)
{
    struct trouble t = {.code = end->code, .words = end->words, .status = end->status};
    r->curl->easy_getinfo(r->easy, CURLINFO_HTTP_CONNECTCODE, &t.connect_code);
    t.tls = strncasecmp(end->url, "https:", 6) == 0;
    t.to_proxy = r->proxy != NULL && t.connect_code == 0 && end->status == 0;
    t.handshaking = t.tls && end->connected && !has_tls(r);
    *cause = (struct cause){.proxy = r->proxy, .proxy_from = r->proxy_from};
    cause->kind = end->code != CURLE_OK ? explain(r, &t) : CAUSE_UNKNOWN;
    cause->text = r->why.data;
    *why = r->why.len > 0 ? r->why.data : NULL;
    return error_of(end->code, cause->kind);
}
