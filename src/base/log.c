#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Longer messages are cut; nothing the helper logs on purpose comes near it. */
#define LINE_MAX_BYTES 2048

static FILE *file;
static enum log_level threshold = LOG_WARN;

static const char *const level_names[] = {"error", "warn", "info", "debug"};

enum log_level log_level_named(const char *name, enum log_level fallback)
{
    for (unsigned i = 0; name != NULL && i < sizeof level_names / sizeof *level_names; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            return (enum log_level)i;
        }
    }
    return fallback;
}

int log_open(const char *path, enum log_level level)
{
    /* 0600: at level debug it holds what was said. */
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    FILE *opened = fd >= 0 ? fdopen(fd, "a") : NULL;
    if (opened == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    log_close();
    file = opened;
    threshold = level;
    return 0;
}

void log_close(void)
{
    if (file != NULL) {
        fclose(file);
        file = NULL;
    }
}

void log_write(enum log_level level, const char *format, ...)
{
    if (level > threshold) {
        return;
    }
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (char *c = line; len > 0 && *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            *c = ' ';
        }
    }

    char stamp[32] = "";
    time_t now = time(NULL);
    struct tm tm;
    if (localtime_r(&now, &tm) != NULL) {
        strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
    }
    FILE *out = file != NULL ? file : stderr;
    fprintf(out, "%s %-5s helper[%ld]: %s\n", stamp, level_names[level], (long)getpid(), line);
    fflush(out);
}
