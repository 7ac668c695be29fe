/* The least that can stream a chat into Neovim: what the benchmark compares with.
 *
 *   bare HOST PORT BUFFER WINDOW LINES
 *
 * One request, blocking reads, "content" found by string search, each token written at
 * once as one nvim_buf_set_text notification. It knows nothing of chunks, errors,
 * other escapes than its own, split records, answers of Neovim, or stopping. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    RECORD_BYTES = 1024 * 1024, /* longest record: the long paragraph comes in one */
    FOLLOW_BYTES = 64,          /* then windows follow; src/nvim/sink.c has 32 */
};

static unsigned char out[4 * RECORD_BYTES];
static size_t out_len;

static int buffer, window;
static uint32_t lines; /* in the buffer */
static size_t unfollowed;

static void put(const void *bytes, size_t len)
{
    memcpy(out + out_len, bytes, len);
    out_len += len;
}

static void put_byte(unsigned byte)
{
    out[out_len++] = (unsigned char)byte;
}

static void put_u32(unsigned tag, uint32_t value)
{
    uint32_t big_endian = htonl(value);
    put_byte(tag);
    put(&big_endian, sizeof big_endian);
}

static void put_str(const char *text, size_t len)
{
    if (len < 32) {
        put_byte(0xa0 | (unsigned)len);
    } else {
        put_u32(0xdb, (uint32_t)len);
    }
    put(text, len);
}

static void put_call(const char *method, unsigned args)
{
    put_byte(0x93);
    put_byte(2);
    put_str(method, strlen(method));
    put_byte(0x90 | args);
}

static void put_edit(const char *text, size_t len)
{
    uint32_t count = 1;
    for (size_t i = 0; i < len; i++) {
        count += text[i] == '\n';
    }
    lines += count - 1;
    put_call("nvim_buf_set_text", 6);
    put_u32(0xce, (uint32_t)buffer);
    put("\xff\xff\xff\xff", 4);
    put_u32(0xdd, count);
    for (const char *end; (end = memchr(text, '\n', len)) != NULL; text = end + 1) {
        put_str(text, (size_t)(end - text));
        len -= (size_t)(end - text) + 1;
    }
    put_str(text, len);
}

/* Without this the text runs out of the window and nothing is drawn any more. */
static void follow(const char *text, size_t len)
{
    unfollowed += len;
    if (unfollowed < FOLLOW_BYTES && memchr(text, '\n', len) == NULL) {
        return;
    }
    unfollowed = 0;
    put_call("nvim_win_set_cursor", 2);
    put_u32(0xce, (uint32_t)window);
    put_byte(0x92);
    put_u32(0xce, lines);
    put_u32(0xce, INT32_MAX);
}

static void flush(void)
{
    for (size_t done = 0; done < out_len;) {
        ssize_t n = write(STDOUT_FILENO, out + done, out_len - done);
        if (n < 0 && errno != EINTR) {
            exit(1);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    out_len = 0;
}

/* Undoes the JSON escapes of a string in place, up to its closing quote. */
static size_t unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '"' && *from != '\0'; from++) {
        if (*from != '\\') {
            *to++ = *from;
        } else if (*++from == 'u') {
            unsigned code = 0;
            sscanf(from + 1, "%4x", &code); /* NOLINT: four hex digits always follow */
            *to++ = (char)code;
            from += 4;
        } else {
            *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
        }
    }
    return (size_t)(to - text);
}

static void take_line(char *line)
{
    char *content = line[0] == '{' ? strstr(line, "\"content\":\"") : NULL;
    if (content == NULL) {
        return;
    }
    content += strlen("\"content\":\"");
    size_t len = unescape(content);
    if (len > 0) {
        put_edit(content, len);
        follow(content, len);
    }
}

static int connect_to(const char *host, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    inet_pton(AF_INET, host, &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("bare: connect");
        exit(1);
    }
    return fd;
}

static void ask(int fd)
{
    static const char request[] =
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: 60\r\n\r\n"
        "{\"model\":\"fake\",\"messages\":[{\"role\":\"user\",\"content\":\"go\"}]}";
    if (write(fd, request, sizeof request - 1) < 0) {
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static char text[RECORD_BYTES + READ_BYTES + 1];
    size_t len = 0;
    if (argc != 6) {
        fprintf(stderr, "usage: bare HOST PORT BUFFER WINDOW LINES\n");
        return 2;
    }
    buffer = (int)strtol(argv[3], NULL, 10);
    window = (int)strtol(argv[4], NULL, 10);
    lines = (uint32_t)strtoul(argv[5], NULL, 10);
    fcntl(STDOUT_FILENO, F_SETFL, 0); /* Neovim's pipes come non-blocking */
    int fd = connect_to(argv[1], argv[2]);
    ask(fd);
    ssize_t n;
    while (len < RECORD_BYTES && (n = read(fd, text + len, READ_BYTES)) > 0) {
        len += (size_t)n;
        text[len] = '\0';
        char *line = text;
        for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            take_line(line);
        }
        flush();
        len -= (size_t)(line - text);
        memmove(text, line, len);
    }
    /* Neovim drops what it has not read yet of a process that has ended. */
    do {
        n = read(STDIN_FILENO, text, sizeof text);
    } while (n > 0);
    return 0;
}
