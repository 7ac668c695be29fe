/* A web page as text that is read as Markdown: headings, paragraphs, lists, quotes, tables, code in
 * fences, the words of links. What is not read is left out: scripts, styles, navigation, forms.
 * Takes any bytes, as broken as pages are; no tree is made, so memory is bounded by the page. Pure. */
#ifndef HUM_HTML_H
#define HUM_HTML_H

#include "base/span.h"

struct buf;

/* Appends the text of a page, UTF-8, to out, and its title to title, both without white space at
 * their ends. Of a page that says where its main part is (<main>) only that, if there is anything
 * in it. What exceeds the cap of out is dropped, and remembered there. */
void html_text(struct span page, struct buf *out, struct buf *title);

#endif
