#include "text/html.h"

#include "base/buf.h"
#include "check.h"
#include "text/entity.h"
#include "text/tag.h"

static void check_page(int line, const char *page, const char *wanted)
{
    struct buf out, title;
    buf_init(&out, SIZE_MAX);
    buf_init(&title, SIZE_MAX);
    html_text(span_of(page), &out, &title);
    check_texts(__FILE__, line, page, out.data != NULL ? out.data : "", wanted);
    buf_finish(&out);
    buf_finish(&title);
}
#define PAGE(page, wanted) check_page(__LINE__, page, wanted)

static void words_are_parted_by_one_blank(void)
{
    PAGE("", "");
    PAGE("  \n ", "");
    PAGE("a  b\n\tc", "a b c");
    PAGE("a<b>b</b>c <i> d</i>", "abc d");
    PAGE("a&nbsp;b\xc2\xa0"
         "c",
         "a b c");
    PAGE("so\xc2\xad"
         "ft&shy;ly &#8203;x",
         "softly x");
}

static void blocks_are_paragraphs_and_lines(void)
{
    PAGE("<p>a<p>b</p>c", "a\n\nb\n\nc");
    PAGE("<div>a</div><div>b</div>", "a\nb");
    PAGE("a<br>b<br/>c", "a\nb\nc");
    PAGE("<h1>A</h1>b<h3 class=x>C <em>d</em></h3>e", "# A\n\nb\n\n### C d\n\ne");
    PAGE("<h2></h2>b", "b");
    PAGE("<p></p><p> </p>b", "b");
    PAGE("a<hr>b", "a\n\nb");
}

static void lists_have_marks_and_depth(void)
{
    PAGE("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc");
    PAGE("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b");
    PAGE("<ol start=9><li>a</li><li>b<ul><li>c</li></ul>d</li></ol>",
         "9. a\n10. b\n    - c\n    d");
    PAGE("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c");
    PAGE("<li>a", "a");
    PAGE("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\n: b\nc\n: d");
    PAGE("</ul></ul>a", "a");
}

static void quotes_have_a_mark(void)
{
    PAGE("a<blockquote>b<p>c</blockquote>d", "a\n\n> b\n\n> c\n\nd");
    PAGE("<blockquote><ul><li>a</ul></blockquote>", "> - a");
    PAGE("</blockquote>a", "a");
}

static void code_keeps_its_lines(void)
{
    PAGE("a <code>b  c</code>d", "a `b c`d");
    PAGE("<code> </code>a", "a");
    PAGE("a<pre>\n  b\n\n    c &lt;d&gt;\n</pre>e", "a\n\n```\n  b\n\n    c <d>\n```\n\ne");
    PAGE("<pre><code class=\"hljs language-lua\">x</code></pre>", "```lua\nx\n```");
    PAGE("<pre class='lang-c++'>x</pre>", "```c++\nx\n```");
    PAGE("<pre class='lang-a\"b'>x</pre>", "```a\nx\n```");
    PAGE("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````");
    PAGE("<pre><span>a</span>\n<b>b</b></pre>", "```\na\nb\n```");
    PAGE("<pre><div>a</div><div>b</div></pre>", "```\na\nb\n```");
    PAGE("<pre>a<br>b</pre>", "```\na\nb\n```");
    PAGE("<ul><li>a<pre>b\nc</pre></ul>", "- a\n\n  ```\n  b\n  c\n  ```");
    PAGE("<pre>  </pre>a", "a");
    PAGE("<pre>a", "```\na\n```");
    PAGE("<pre>a<!-- no tag -->b", "```\nab\n```");
}

static void tables_are_rows_of_cells(void)
{
    PAGE("<table><tr><th>a<th>b<tr><td>1<td>2|3</table>c",
         "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |\n\nc");
    PAGE("<table><thead><tr><td>a</td><td></td></tr></thead><tbody><tr><td>  <p>x y</p></td>"
         "<td><code>z</code></td></tr></tbody></table>",
         "| a | |\n| --- | --- |\n| x y | `z` |");
    PAGE("<table><tr><td>only</td></tr><tr><td>words</td></tr></table>", "only\nwords");
    PAGE("<table><tr><td>a</td><td><ul><li>b</ul></td></tr></table>", "a\n\n- b");
    PAGE("<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>e", "a\nb c\nd\n\ne");
    PAGE("<table role=presentation><tr><td>a<td>b</table>", "a b");
    PAGE("<table><tr><td> <td> </table>a", "a");
    PAGE("<td>a</td><td>b</tr>c", "a b\nc");
    PAGE("<table><tr><td>a<td>b", "| a | b |\n| --- | --- |");
}

static void links_and_images_are_their_words(void)
{
    PAGE("<a href=/x>a <b>b</b></a> c", "a b c");
    PAGE("<h2>T<a class=headerlink href=#t>\xc2\xb6</a></h2>a", "## T\n\na");
    PAGE("<h2><a href=#t>#</a> T</h2>", "## T");
    PAGE("<a>#1</a>", "#1");
    PAGE("a <img src=x alt='b &amp; c'>d<img alt=''>", "a [image: b & c] d");
}

static void what_nobody_reads_is_left_out(void)
{
    PAGE("<script>if (a < b) document.write('<p>c</p>')</script>d", "d");
    PAGE("a<style>p > b { }</style>b", "ab");
    PAGE("<nav>a<nav>b</nav>c</nav>d", "d");
    PAGE("<div hidden>a<div>b</div></div>c", "c");
    PAGE("<div role=navigation>a</div><svg><title>x</title></svg><button>y</button>c", "c");
    PAGE("<!-- a --><!doctype html><?xml ?>b<!-- c", "b");
    PAGE("a<!--> b -->c", "a b -->c");
    PAGE("<textarea><p>a</textarea>b", "b");
    PAGE("<noscript>a</noscript>b", "b");
    PAGE("<footer>a</footer>b", "b");
}

static void of_a_page_with_a_main_part_that_is_read(void)
{
    PAGE("<p>menu</p><main><p>a</p></main><p>more</p>", "a");
    PAGE("<p>a</p><main></main>", "a");
    PAGE("<nav><p>all there is", "all there is");
}

static void what_is_broken_is_read_all_the_same(void)
{
    PAGE("a < b <= c", "a < b <= c");
    PAGE("a <", "a <");
    PAGE("a</>b</ >c", "abc");
    PAGE("<p", "");
    PAGE("<a href=\"x>y\">z</a>", "z");
    PAGE("<a href='it''s' b=\">\" c>z</a>", "z");
    PAGE("a</b></i></table></pre>b", "ab");
    PAGE("<B>a</b>", "a");
    PAGE("a\x01"
         "b\x7f",
         "ab");
}

static void entities_are_characters(void)
{
    PAGE("&amp;&lt;&gt;&quot;&#39;&apos;", "&<>\"''");
    PAGE("&auml;&euro;&#x1F600;&#228;&#XE4;",
         "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4\xc3\xa4");
    PAGE("&#150;&#x80;", "\xe2\x80\x93\xe2\x82\xac");
    PAGE("&#0;&#xD800;&#x110000;&#99999999999999;",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    PAGE("AT&T &copy 1 &unknown; &; & &#; &#x; &copyright",
         "AT&T \xc2\xa9 1 &unknown; &; & &#; &#x; &copyright");
    PAGE("?a=1&amp=2&copy=3", "?a=1&amp=2&copy=3");
    PAGE("&lt;script&gt;", "<script>");
}

static void the_title_is_apart(void)
{
    struct buf out, title;
    buf_init(&out, SIZE_MAX);
    buf_init(&title, SIZE_MAX);
    html_text(span_of("<head><TITLE> A &amp;\n b</title></head>c<svg><title>d</title></svg>"), &out,
              &title);
    CHECK_TEXT(title.data, "A & b");
    CHECK_TEXT(out.data, "c");
    buf_finish(&out);
    buf_finish(&title);
}

static void deep_pages_are_read_in_little_memory(void)
{
    struct buf page, out, title;
    buf_init(&page, SIZE_MAX);
    buf_init(&out, 100000);
    buf_init(&title, 1000);
    for (int i = 0; i < 20000; i++) {
        buf_add_str(&page, "<ul><li><blockquote><table><tr><td>");
    }
    buf_add_str(&page, "deep");
    html_text((struct span){page.data, page.len}, &out, &title);
    CHECK(strstr(out.data, "deep") != NULL);
    CHECK(out.len < 200);
    buf_finish(&page);
    buf_finish(&out);
    buf_finish(&title);
}

static void a_page_may_be_nothing_at_all(void)
{
    struct buf out, title;
    buf_init(&out, 10);
    buf_init(&title, 10);
    html_text((struct span){NULL, 0}, &out, &title);
    CHECK_INT(out.len + title.len, 0);
    buf_finish(&out);
    buf_finish(&title);
}

static void a_page_that_is_too_long_is_cut(void)
{
    struct buf out, title;
    buf_init(&out, 10);
    buf_init(&title, 10);
    html_text(span_of("<title>a long title, cut</title><p>one two three four"), &out, &title);
    CHECK_INT(out.error != 0, 1);
    CHECK(out.len <= 10);
    buf_finish(&out);
    buf_finish(&title);
}

int main(void)
{
    RUN(words_are_parted_by_one_blank);
    RUN(blocks_are_paragraphs_and_lines);
    RUN(lists_have_marks_and_depth);
    RUN(quotes_have_a_mark);
    RUN(code_keeps_its_lines);
    RUN(tables_are_rows_of_cells);
    RUN(links_and_images_are_their_words);
    RUN(what_nobody_reads_is_left_out);
    RUN(of_a_page_with_a_main_part_that_is_read);
    RUN(what_is_broken_is_read_all_the_same);
    RUN(entities_are_characters);
    RUN(the_title_is_apart);
    RUN(deep_pages_are_read_in_little_memory);
    RUN(a_page_may_be_nothing_at_all);
    RUN(a_page_that_is_too_long_is_cut);
    return check_report("html");
}
