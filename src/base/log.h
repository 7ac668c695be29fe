/* The log file: one line per entry, as lua/hum/log.lua writes them too. Never stdout, which is
 * the RPC pipe. Keys are never passed to it; prompts and replies only at LOG_DEBUG.
 * Until log_open succeeds entries of level warn and above go to stderr. */
#ifndef HUM_LOG_H
#define HUM_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* The level of that name ("error", "warn", "info", "debug"), or fallback. */
enum log_level log_level_named(const char *name, enum log_level fallback);

/* Opens path for appending. Returns 0, or -1 and keeps the old target. */
int log_open(const char *path, enum log_level level);
void log_close(void);

/* Newlines and control bytes in the message become spaces: an entry is one line. */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
