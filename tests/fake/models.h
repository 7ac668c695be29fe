/* The models the server has: what the lists say about them, and which are loaded. */
#ifndef FAKE_MODELS_H
#define FAKE_MODELS_H

#include "generate.h"

/* Whole answers. */
void models_tags(struct context *x);  /* GET /api/tags */
void models_ps(struct context *x);    /* GET /api/ps */
void models_show(struct context *x);  /* POST /api/show */
void models_list(struct context *x);  /* GET /v1/models */
void models_props(struct context *x); /* GET /props */

/* How long loading that model takes now; 0 if it is loaded with these settings. */
uint64_t models_load_time(const struct server *s, const char *name, const char *settings);
void models_loaded(struct server *s, const char *name, const char *settings);
void models_unload(struct server *s, const char *name);
void models_finish(struct server *s);

/* Those options of a request that reload the model when they change. The caller frees. */
char *models_settings(const cJSON *body);

#endif
