#include "server/curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The names by which programs that are linked with it know it, for many years now. Debian calls
 * the one with GnuTLS another name; where Homebrew has it the Makefile says. */
#ifdef __APPLE__
#ifndef CURL_DIR
#define CURL_DIR "/usr/lib"
#endif
static const char *const libraries[] = {CURL_DIR "/libcurl.4.dylib", "libcurl.4.dylib"};
#else
static const char *const libraries[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif

static struct curl functions;
static char trouble[512];

/* A pointer to a function is no void * in C; dlsym's is meant to be copied into one. */
static bool find(void *library, const char *name, void *function, size_t size)
{
    void *found = dlsym(library, name);
    if (found == NULL) {
        snprintf(trouble, sizeof trouble, "libcurl is too old: it has no %s", name);
        return false;
    }
    memcpy(function, &found, size);
    return true;
}

static bool find_all(void *library)
{
#define CURL_FIND(name) &&find(library, "curl_" #name, &functions.name, sizeof functions.name)
    return true CURL_FUNCTIONS(CURL_FIND);
#undef CURL_FIND
}

const struct curl *curl_load(const char **why)
{
    static bool loaded;
    for (size_t i = 0; !loaded && i < sizeof libraries / sizeof *libraries; i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_LOCAL);
        if (library == NULL && i == 0) {
            snprintf(trouble, sizeof trouble, "libcurl cannot be loaded: %s", dlerror());
        } else if (library != NULL) {
            loaded = find_all(library);
        }
    }
    if (!loaded) {
        *why = trouble;
    }
    return loaded ? &functions : NULL;
}
