#include "edit/envelope.h"

#include "edit/lead.h"
#include "edit/place.h"
#include "edit/prose.h"
#include "edit/thinking.h"
#include "edit/wrapper.h"
#include "text/talk.h"

#define WORDS_LINES 8 /* lines in front of a fence that are no sentences */
#define LEAD_LINES 3  /* lines in front of a fence in texts for people */

static struct span trim(struct span line)
{
    return span_rtrim(span_ltrim(line));
}

/* ---- giving -------------------------------------------------------------------- */

static void give(struct envelope *e, struct span line)
{
    if (wrapper_is_marker(e->stage.place, line, !e->begun)) {
        stage_fail(&e->stage, CLEAN_MARKER);
    }
    if (!e->begun && wrapper_is_tool(e->stage.place, line)) {
        stage_fail(&e->stage, CLEAN_TOOL);
    } else if (!e->begun && wrapper_is_json(e->stage.place, line)) {
        stage_fail(&e->stage, CLEAN_ENVELOPE);
    }
    if (!e->begun && lead_names_file(e->stage.place, line)) {
        return;
    }
    e->blank = span_is_blank(line);
    e->begun = e->begun || !e->blank;
    syntax_follow(&e->syntax, line);
    stage_pass(&e->stage, line);
}

static void give_text(struct envelope *e, struct text *t)
{
    for (size_t i = 0; i < t->count; i++) {
        give(e, text_line(t, i));
    }
    text_clear(t);
}

/* Counts how far the doubtful code repeats the range. */
static void compare(struct envelope *e, struct span line)
{
    const struct text *old = e->stage.place->context.old;
    if (e->same == e->block.count && e->same < old->count) {
        struct span was = trim(text_line(old, e->same)), now = trim(line);
        e->same += was.len == now.len && span_starts(was, now);
    }
}

/* Of the code in a fence. */
static void on_code(void *ctx, struct span line)
{
    struct envelope *e = ctx;
    if (e->doubt == DOUBT_NONE) {
        give(e, line);
        return;
    }
    compare(e, line);
    text_add(&e->block, line);
    bool differs = e->same < e->block.count;
    if (differs && (e->doubt == DOUBT_QUOTED || e->same > 0)) {
        e->doubt = DOUBT_NONE; /* new lines */
        give_text(e, &e->block);
    }
}

void envelope_init(struct envelope *e, const struct stage *stage)
{
    *e = (struct envelope){.stage = *stage};
    const struct stage inner = {stage->place, on_code, e, stage->fault};
    fenced_init(&e->fenced, &inner);
    syntax_init(&e->syntax, stage->place->language);
    text_init(&e->held);
    text_init(&e->block);
}

void envelope_finish(struct envelope *e)
{
    fenced_finish(&e->fenced);
    text_finish(&e->held);
    text_finish(&e->block);
}

/* ---- thoughts ------------------------------------------------------------------ */

static void end_thought(struct envelope *e, struct span rest)
{
    e->in = e->back;
    e->close = e->tag;
    text_clear(&e->held);
    if (!span_is_blank(rest)) {
        envelope_line(e, e->in == ENVELOPE_BEFORE ? span_ltrim(rest) : rest);
    }
}

/* Whether a thought begins with this line, which is taken then. */
static bool take_opener(struct envelope *e, struct span line)
{
    size_t open = 0, len;
    struct span words = span_ltrim(line);
    const char *close = words.len > 0 ? thinking_opens(e->stage.place, words, &open) : NULL;
    if (close == NULL) {
        return false;
    }
    e->back = e->in;
    e->in = ENVELOPE_THOUGHT;
    e->tag = e->close;
    e->close = close;
    if (e->back == ENVELOPE_BEFORE) {
        text_clear(&e->held);
    }
    text_add(&e->held, line);
    struct span inner = span_skip(words, open);
    size_t at = thinking_find(inner, close, &len);
    if (at < inner.len) {
        end_thought(e, span_skip(inner, at + len));
    }
    return true;
}

/* It was text: what closes a thought comes before what closes the code. */
static void undo_thought(struct envelope *e)
{
    e->in = e->back;
    e->close = e->tag;
    for (size_t i = 0; i < e->held.count; i++) {
        if (e->in == ENVELOPE_FENCE) {
            fenced_line(&e->fenced, text_line(&e->held, i));
        } else {
            give(e, text_line(&e->held, i));
        }
    }
    text_clear(&e->held);
}

static void take_thought(struct envelope *e, struct span line)
{
    size_t len, at = thinking_find(line, e->close, &len);
    struct fenceline f;
    if (at < line.len) {
        end_thought(e, span_skip(line, at + len));
    } else if (e->back == ENVELOPE_FENCE && fenceline_of(line, &f) && f.info.len == 0) {
        undo_thought(e);
        envelope_line(e, line);
    } else {
        text_add(&e->held, line);
    }
}

/* ---- what code is in ----------------------------------------------------------- */

static void begin_plain(struct envelope *e)
{
    e->in = ENVELOPE_PLAIN;
    give_text(e, &e->held);
}

static bool has_commands(const struct place *p)
{
    static const char types[] = "sh bash zsh ksh fish csh tcsh dockerfile make just ps1 dosbatch";
    return span_is_among(span_of(p->context.filetype), types);
}

static bool is_json(const struct place *p)
{
    return span_has(span_of(p->context.filetype), span_of("json"));
}

static void open_fence(struct envelope *e, const struct fenceline *f, enum fenceline_tag tag)
{
    const struct place *p = e->stage.place;
    bool shell = tag == FENCE_SHELL && !has_commands(p) && !p->language->prose;
    bool json = tag == FENCE_JSON && !is_json(p);
    e->doubt = shell                   ? DOUBT_SHELL
               : lead_quotes(&e->held) ? DOUBT_QUOTED
               : json                  ? DOUBT_JSON
                                       : DOUBT_NONE;
    e->in = ENVELOPE_FENCE;
    e->same = 0;
    text_clear(&e->held);
    text_clear(&e->block);
    fenced_open(&e->fenced, f, p->fences);
    if (tag == FENCE_CODE) {
        fenced_line(&e->fenced, f->info);
    }
}

/* Objects of JSON are code, but for one that calls a tool. */
static void end_json(struct envelope *e)
{
    if (wrapper_is_tool(e->stage.place, text_lines(&e->block, 0, e->block.count))) {
        stage_fail(&e->stage, CLEAN_TOOL);
    }
    e->doubt = DOUBT_NONE;
    give_text(e, &e->block);
}

static void close_fence(struct envelope *e)
{
    if (e->doubt == DOUBT_JSON) {
        end_json(e);
    }
    e->in = e->doubt == DOUBT_NONE ? ENVELOPE_AFTER : ENVELOPE_BEFORE;
    e->talks = true;
}

/* Where fences are text: whether one that the answer begins with stands around all of it. */
static bool is_outer(const struct envelope *e, const struct fenceline *f, enum fenceline_tag tag)
{
    const struct place *p = e->stage.place;
    struct fenceline old;
    bool was = fenceline_of(place_first(p), &old);
    char name[32];
    fenceline_language(f->info, name, sizeof name);
    if (was && old.info.len == f->info.len && span_starts(old.info, f->info)) {
        return false;
    }
    bool file = span_has(f->info, span_of(".md"));
    if (tag == FENCE_MARKDOWN || tag == FENCE_CODE || file ||
        strcmp(name, p->context.filetype) == 0) {
        return true;
    }
    return p->markdown ? tag == FENCE_BARE && !was : !was;
}

/* Where fences are text: whether the lines in front of an outer one are no part of it. A heading, or
 * "For example:", may be, unless the fence says that what follows is a text as a whole. */
static bool are_words(const struct envelope *e, struct span line, enum fenceline_tag tag)
{
    const struct place *p = e->stage.place;
    bool whole = tag == FENCE_MARKDOWN && linemap_find(&p->old, line) == NULL;
    return e->held.count == 0 || e->talks || !p->markdown || whole;
}

static void take_before(struct envelope *e, struct span line);

static void take_fence(struct envelope *e, struct span line, const struct fenceline *f)
{
    const struct place *p = e->stage.place;
    enum fenceline_tag tag = fenceline_tag(f->info);
    char name[32];
    fenceline_language(f->info, name, sizeof name);
    if (wrapper_tag_is_tool(name)) {
        stage_fail(&e->stage, CLEAN_TOOL);
    } else if (p->language->prose && !(is_outer(e, f, tag) && are_words(e, line, tag))) {
        if (e->talks) {
            text_clear(&e->held);
        }
        begin_plain(e);
        give(e, line);
    } else if (tag == FENCE_MARKDOWN && !p->language->prose) {
        e->talks = true; /* a whole reply in a fence: its code is in one of its own */
        text_clear(&e->held);
    } else {
        open_fence(e, f, tag);
    }
}

/* In texts for people any words may stand in front of a fence, a few lines without a blank one. */
static bool may_lead(const struct envelope *e, struct span words)
{
    bool known = linemap_find(&e->stage.place->old, words) != NULL;
    bool ended = e->held.count > 0 && span_is_blank(text_line(&e->held, e->held.count - 1));
    return !known && !ended && e->held.count < LEAD_LINES;
}

/* Words that are no sentence: "Changes:", a heading, the name of a file, an item of a list. */
static bool may_be_words(const struct place *p, struct span words)
{
    return prose_introduces(words) || strchr("#*`", words.data[0]) != NULL ||
           prose_is_item(p, words);
}

/* In texts for people words such as "Here is the new text:" are the reader's only if a fence or a
 * blank line follows. */
static void take_prose(struct envelope *e, struct span line, struct span words)
{
    bool talk = e->held.count == 0 && prose_is_talk(e->stage.place, words);
    if (talk) {
        e->talks = true;
        text_add(&e->held, line);
        return;
    }
    bool apart = e->held.count > 1 && prose_announces(trim(text_line(&e->held, 0)));
    if (e->talks && apart) {
        text_clear(&e->held);
    } else if (!e->talks && may_lead(e, words)) {
        text_add(&e->held, line);
        return;
    }
    begin_plain(e);
    give(e, line);
}

static void take_code(struct envelope *e, struct span line, struct span words)
{
    const struct place *p = e->stage.place;
    bool code = prose_is_code(p, words);
    bool waits = e->held.count == 0 ||
                 (e->held.count < WORDS_LINES && may_be_words(p, trim(text_line(&e->held, 0))));
    text_add(&e->held, line);
    e->talks = e->talks || prose_is_talk(p, words);
    if (!e->talks && (code || !waits)) {
        begin_plain(e);
    }
}

static void take_tag(struct envelope *e, struct span line)
{
    struct fenceline f;
    size_t len = strlen(e->close);
    for (size_t i = 0; i + len <= line.len; i++) {
        if (memcmp(line.data + i, e->close, len) == 0) {
            if (!span_is_blank((struct span){line.data, i})) {
                give(e, (struct span){line.data, i});
            }
            e->in = ENVELOPE_AFTER;
            return;
        }
    }
    if (!e->begun && fenceline_of(line, &f)) {
        open_fence(e, &f, fenceline_tag(f.info));
        return;
    }
    give(e, line);
}

static void take_before(struct envelope *e, struct span line)
{
    const struct place *p = e->stage.place;
    struct span words = trim(line), code;
    struct fenceline f;
    size_t len;
    if (words.len == 0) {
        if (e->held.count > 0) {
            text_add(&e->held, line);
        }
        return;
    }
    const char *open = wrapper_open(p, words, &e->close);
    if (thinking_closes(p, words, &len)) {
        e->back = ENVELOPE_BEFORE;
        e->talks = false;
        end_thought(e, span_skip(words, len));
    } else if (wrapper_is_tool(p, words)) {
        stage_fail(&e->stage, CLEAN_TOOL);
    } else if (fenceline_of(line, &f)) {
        take_fence(e, line, &f);
    } else if (lead_is_fenced(p, words, &code)) {
        text_clear(&e->held);
        give(e, code);
        e->in = ENVELOPE_AFTER;
    } else if (open != NULL) {
        struct span rest = span_skip(words, strlen(open));
        e->in = ENVELOPE_TAG;
        text_clear(&e->held);
        if (!span_is_blank(rest)) {
            take_tag(e, rest);
        }
    } else if (p->language->prose) {
        take_prose(e, line, words);
    } else {
        take_code(e, line, words);
    }
}

/* ---- plain code ---------------------------------------------------------------- */

/* "Changes made:", or a heading of Markdown. */
static bool may_head_list(const struct envelope *e, struct span words)
{
    const struct place *p = e->stage.place;
    bool capital = words.len > 0 && words.data[0] >= 'A' && words.data[0] <= 'Z';
    return e->syntax.in == SYNTAX_CODE && !p->language->prose && !p->language->words &&
           linemap_find(&p->old, words) == NULL &&
           ((capital && prose_introduces(words)) || span_starts_with(words, "### "));
}

/* Words behind code, up to a line that is code again. */
static bool take_remark(struct envelope *e, struct span line, struct span words)
{
    const struct place *p = e->stage.place;
    bool said = words.len > 0 && !p->language->prose && prose_is_talk(p, words);
    bool strays = p->least > 0 || !p->language->markup; /* at the margin */
    bool sure = said && (!p->language->words || talk_at_start(words, true, false) == TALK_IS ||
                         (strays && !p->sentence));
    bool talk = sure && e->syntax.in == SYNTAX_CODE;
    bool item = words.len > 0 && prose_is_item(p, words);
    if (e->doubtful && words.len > 0) { /* "Changes made:", and what stands below it */
        e->doubtful = false;
        if (!talk && !item) {
            e->remarks = false;
            give_text(e, &e->held);
        }
    }
    e->doubtful = e->doubtful || (!e->remarks && !talk && e->blank && words.data == line.data &&
                                  may_head_list(e, words));
    if (!e->remarks && !e->doubtful && !(talk && e->blank && words.data == line.data)) {
        return false;
    }
    e->remarks = true;
    text_add(&e->held, line);
    /* Where lines may be sentences, one that is none ends them: the end of a here-document. */
    bool code = p->language->words ? !said && !item : prose_is_code(p, words);
    if (words.len > 0 && !talk && code && !e->doubtful) {
        e->remarks = false;
        give_text(e, &e->held);
    }
    return true;
}

/* "latex" is "tex". */
static bool is_own_fence(const struct place *p, const struct fenceline *f)
{
    const char *type = p->context.filetype;
    char name[32];
    fenceline_language(f->info, name, sizeof name);
    return type[0] != '\0' && span_has(span_of(name), span_of(type));
}

static void take_plain(struct envelope *e, struct span line)
{
    const struct place *p = e->stage.place;
    struct span words = trim(line);
    struct fenceline f;
    size_t len;
    if (words.len > 0 && thinking_closes(p, words, &len)) {
        stage_fail(&e->stage, CLEAN_THOUGHT);
    } else if (wrapper_is_tool(p, words)) {
        stage_fail(&e->stage, CLEAN_TOOL);
    } else if (p->language->prose && !p->fences && fenceline_of(line, &f) && is_own_fence(p, &f)) {
        stage_fail(&e->stage, CLEAN_PROSE);
    } else if (!p->language->prose && !p->fences && fenceline_of(line, &f)) {
        if (f.info.len > 0) {
            stage_fail(&e->stage, CLEAN_PROSE);
        }
        e->in = ENVELOPE_AFTER;
    } else if (!take_remark(e, line, words)) {
        give(e, line);
    }
}

void envelope_line(struct envelope *e, struct span line)
{
    bool may_think = e->in != ENVELOPE_THOUGHT && e->in != ENVELOPE_AFTER;
    if (may_think && take_opener(e, line)) {
        return;
    }
    switch (e->in) {
    case ENVELOPE_BEFORE:
        take_before(e, line);
        break;
    case ENVELOPE_THOUGHT:
        take_thought(e, line);
        break;
    case ENVELOPE_PLAIN:
        take_plain(e, line);
        break;
    case ENVELOPE_FENCE:
        if (fenced_line(&e->fenced, line)) {
            close_fence(e);
        }
        break;
    case ENVELOPE_TAG:
        take_tag(e, line);
        break;
    case ENVELOPE_AFTER:
    default:
        break;
    }
}

bool envelope_passes(const struct envelope *e, struct span words)
{
    const struct place *p = e->stage.place;
    bool special =
        words.len == 0 || strchr("<`~[{\xE2", words.data[0]) != NULL || e->held.count > 0;
    if (special) {
        return false;
    }
    if (e->in == ENVELOPE_FENCE) {
        return e->doubt == DOUBT_NONE && e->fenced.holds == FENCED_NONE;
    }
    bool talk =
        !p->language->prose && e->blank &&
        (talk_at_start(words, false, true) != TALK_NONE ||
         (words.data[0] >= 'A' && words.data[0] <= 'Z') || (unsigned char)words.data[0] >= 0x80);
    return e->in == ENVELOPE_PLAIN && !talk;
}

/* ---- the end ------------------------------------------------------------------- */

/* There was no fence: what is held is code, or a text, or words to the reader. */
static void end_lead(struct envelope *e)
{
    const struct place *p = e->stage.place;
    struct span code;
    size_t from;
    if (lead_is_quoted(p, &e->held, &code)) {
        give(e, code);
    } else if (p->language->prose && e->talks && prose_declines(trim(text_line(&e->held, 0)))) {
        stage_fail(&e->stage, CLEAN_PROSE);
    } else if (!e->talks || p->language->prose) {
        begin_plain(e);
    } else if (lead_introduces(p, &e->held, &from)) {
        for (struct fenceline f; from < e->held.count; from++) {
            if (!fenceline_of(text_line(&e->held, from), &f)) {
                give(e, text_line(&e->held, from));
            }
        }
    } else {
        stage_fail(&e->stage, lead_asks(&e->held) ? CLEAN_QUESTION : CLEAN_PROSE);
    }
}

static void end_before(struct envelope *e)
{
    bool known = false;
    for (size_t i = 0; i < e->block.count; i++) {
        known = known || linemap_find(&e->stage.place->old, text_line(&e->block, i)) != NULL;
    }
    if (known) {
        give_text(e, &e->block);
    } else if (e->block.count > 0) {
        stage_fail(&e->stage, CLEAN_PROSE);
    } else if (e->held.count > 0) {
        end_lead(e);
    }
    text_clear(&e->held);
}

static void end_thinking(struct envelope *e)
{
    if (e->back == ENVELOPE_BEFORE) {
        stage_fail(&e->stage, CLEAN_THOUGHT);
    } else if (e->back == ENVELOPE_FENCE) {
        undo_thought(e);
    }
    text_clear(&e->held);
}

void envelope_end(struct envelope *e, bool cut)
{
    if (e->in == ENVELOPE_THOUGHT) {
        end_thinking(e);
    }
    if (e->in == ENVELOPE_BEFORE && !cut) {
        end_before(e);
    }
    if (e->in == ENVELOPE_PLAIN && e->doubtful && !cut) {
        give_text(e, &e->held);
    }
    if (e->in == ENVELOPE_FENCE) {
        e->open_fence = !fenced_end(&e->fenced);
        if (e->doubt == DOUBT_JSON && !cut) {
            end_json(e);
        } else if (e->doubt != DOUBT_NONE && !cut) {
            e->in = ENVELOPE_BEFORE;
            end_before(e);
        }
    }
}
