#include "text/language.h"

#include "base/span.h"

/* Languages that are alike, by the names that Neovim's runtime and widespread plugins have. */
struct row {
    const char *names; /* with blanks between them */
    struct language language;
};

#define C_COMMENTS .comments = "//", .blocks = "/* */"
#define HASH .comments = "#"
#define DASHES .comments = "--"
#define QUOTES .strings = "\" '"
#define QUOTE .strings = "\""
#define LONG_QUOTES .strings = "\"\"\" ''' \" '"
#define TICKS .strings = "\" ' `"

static const struct row rows[] = {
    /* for people */
    {"asciidoc asciidoctor calendar changelog chordpro codecompanion context creole debchangelog "
     "doctxt flexwiki fountain gemtext gitcommit gitsendemail groff haredoc help hgcommit hum "
     "jjdescription latex livebook lyrics mail man markdown markdown_inline mdx mediawiki "
     "neogitcommitmessage nroff norg octo org pandoc plaintex quarto rhelp rmd rnoweb rrst rst "
     "scdoc svn tex texinfo text textile troff tutor typst vimwiki",
     {.prose = true, .words = true}},

    /* tags */
    {"html xhtml htmlangular angular xml xsd xslt svg docbk docbkxml dtd wml xbl xmath ant ps1xml "
     "heex eelixir eex htmldjango jinja jinja2 twig liquid handlebars mustache mason smarty tera "
     "gohtml gohtmltmpl gotmpl template eruby ejs blade jsp razor aspvbs aspperl cf cheetah "
     "htmlcheetah htmlm4 genshi xaml axaml mxml sgml",
     {.markup = true, .words = true, .blocks = "<!-- -->"}},
    {"javascriptreact jsx vue svelte astro marko riot glimmer templ",
     {.markup = true, .words = true, C_COMMENTS, TICKS}},
    {"typescriptreact tsx", {.markup = true, .words = true, .generics = true, C_COMMENTS, TICKS}},
    {"php hack phtml", {.long_strings = true, .comments = "// #", .blocks = "/* */", QUOTES}},

    /* with types in <...> */
    {"rust move cairo noir", {.generics = true, .long_strings = true, C_COMMENTS, QUOTE}},
    {"cpp cuda objc objcpp arduino hlsl shaderslang metal wgsl c3 carbon",
     {.generics = true, C_COMMENTS, QUOTES}},
    {"java cs csharp kotlin swift scala apex vala haxe ceylon ballerina javacc qml thrift proto "
     "typespec smithy aidl pkl",
     {.generics = true, C_COMMENTS, .strings = "\"\"\" \" '"}},
    {"typescript", {.generics = true, C_COMMENTS, TICKS}},
    {"dart groovy", {.generics = true, C_COMMENTS, LONG_QUOTES}},
    {"fsharp",
     {.generics = true,
      .by_indent = true,
      .bars = true,
      .comments = "//",
      .blocks = "(* *)",
      .strings = "\"\"\" \""}},

    /* whose blocks end by indentation */
    {"python python2 python3 pyrex cython mojo gdscript snakemake bzl starlark tiltfile renpy "
     "xonsh",
     {.by_indent = true, HASH, LONG_QUOTES}},
    {"nim", {.by_indent = true, HASH, .blocks = "#[ ]#", .strings = "\"\"\" \" '"}},
    {"coffee litcoffee livescript ls", {.by_indent = true, HASH, .blocks = "### ###", LONG_QUOTES}},
    {"moon moonscript yuescript", {.by_indent = true, DASHES, QUOTES}},
    {"yaml ansible helm docker-compose cloudformation eyaml cabalproject robot",
     {.by_indent = true, .words = true, HASH, QUOTES}},
    {"just", {.by_indent = true, .words = true, HASH, QUOTES}},
    {"make automake", {.by_indent = true, .recipes = true, .words = true, HASH, QUOTES}},
    {"haskell lhaskell haskellpersistent elm purescript agda idris2 lidris2 lean cabal dhall curry",
     {.by_indent = true, .bars = true, DASHES, .blocks = "{- -}", QUOTE}},
    {"haml pug jade slim", {.by_indent = true, .markup = true, .words = true, QUOTES}},
    {"sass stylus", {.by_indent = true, C_COMMENTS, QUOTES}},
    {"koka occam", {.by_indent = true, C_COMMENTS, QUOTE}},

    /* whose words may be written in capitals */
    {"sql mysql plsql pgsql psql sqlite sqlanywhere sqlforms sqlhana sqlinformix sqloracle hive "
     "tsql esqlc sqlj cql",
     {.nocase = true,
      .words = true,
      .long_strings = true,
      DASHES,
      .blocks = "/* */",
      .strings = "' \""}},
    {"ada vhdl eiffel", {.nocase = true, DASHES, QUOTE}},
    {"pascal delphi", {.nocase = true, .comments = "//", .blocks = "{ } (* *)", .strings = "'"}},
    {"fortran", {.nocase = true, .comments = "!", QUOTES}},
    {"vb vbnet basic freebasic qb64 ibasic purebasic blitzbasic visualbasic brightscript "
     "brighterscript",
     {.nocase = true, .words = true, .comments = "'", QUOTE}},
    {"cobol", {.nocase = true, .words = true, .comments = "*>", QUOTES}},
    {"dosbatch", {.nocase = true, .words = true, .comments = "::", QUOTE}},
    {"ps1 powershell psd1", {.nocase = true, HASH, .blocks = "<# #>", QUOTES}},
    {"cmake apache apachestyle sshconfig sshdconfig nsis",
     {.nocase = true, .words = true, HASH, QUOTE}},
    {"abap autohotkey autoit foxpro clipper inform natural rexx pli rpgle sas spss xpp",
     {.nocase = true, .words = true, .comments = ";", QUOTES}},
    {"asm asm68k asmh8300 fasm masm nasm tasm vmasm avra a65 z8a pic tiasm",
     {.nocase = true, .comments = "; # //", QUOTES}},
    {"forth applescript", {.nocase = true, .words = true, DASHES, QUOTE}},

    /* sentences without quotes, here-documents */
    {"sh bash zsh ksh fish csh tcsh dockerfile expect tcl",
     {.words = true, .long_strings = true, HASH, QUOTES}},
    {"perl raku ruby crystal", {.words = true, .long_strings = true, HASH, QUOTES}},
    {"conf config toml gitconfig gitignore gitattributes nginx muttrc tmux readline editorconfig "
     "desktop systemd cfg puppet caddyfile requirements env dotenv properties jproperties cucumber "
     "csv tsv po mermaid dot ledger beancount taskpaper todotxt lilypond gedcom bib",
     {.words = true, HASH, QUOTE}},
    {"dosini ini udevrules", {.words = true, .comments = "; #", QUOTES}},
    {"prolog erlang logtalk mercury", {.words = true, .comments = "%", QUOTES}},

    /* the rest of those that many write */
    {"c ch lpc opencl glsl d v vlang zig odin hare jai solidity json5 jsonc less scss css dts "
     "verilog systemverilog verilogams bicep kdl protocols idl asn yacc lex racc lemon antlr "
     "antlr4 "
     "uc",
     {C_COMMENTS, QUOTES}},
    {"go gomod javascript ecma", {C_COMMENTS, TICKS}},
    {"gleam reason rescript", {.bars = true, C_COMMENTS, QUOTE}},
    {"elixir julia", {.bars = true, .long_strings = true, HASH, .strings = "\"\"\" \""}},
    {"awk sed r nix terraform hcl meson ninja gn graphql gdb octave bpftrace jq earthfile",
     {.long_strings = true, HASH, QUOTE}},
    {"lua luau teal", {DASHES, .blocks = "--[[ ]] [[ ]]", QUOTES}},
    {"vim", {.strings = "' \""}},
    {"clojure lisp commonlisp scheme racket fennel elisp hy janet chicken query dune",
     {.long_strings = true, .comments = ";", QUOTE}},
    {"ocaml sml reasonml standardml menhir",
     {.bars = true, .long_strings = true, .blocks = "(* *)", QUOTE}},
    {"matlab", {.comments = "%", QUOTE}},
    {"jsonnet", {.comments = "// #", .blocks = "/* */", QUOTE}},
    {"json", {QUOTE}},
};

static const struct language *find(struct span name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (span_is_among(name, rows[i].names)) {
            return &rows[i].language;
        }
    }
    return NULL;
}

const struct language *language_of(const char *filetype)
{
    static const struct language prose = {.prose = true, .words = true},
                                 unknown = {.comments = "// #", .blocks = "/* */", QUOTES};
    if (filetype[0] == '\0') {
        return &prose;
    }
    for (size_t at = 0, len; filetype[at] != '\0'; at += len + (filetype[at + len] != '\0')) {
        len = strcspn(filetype + at, ".");
        const struct language *found = find((struct span){filetype + at, len});
        if (found != NULL) {
            return found;
        }
    }
    return &unknown;
}
