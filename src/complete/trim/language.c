#include "complete/trim/language.h"

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
#define TAGS .markup = true, .blocks = "<!-- -->"

static const struct row rows[] = {
    /* for people */
    {"asciidoc asciidoctor calendar changelog chordpro codecompanion context creole debchangelog "
     "doctxt flexwiki fountain gemtext gitcommit gitsendemail groff haredoc help hgcommit hum "
     "jjdescription latex livebook lyrics mail man markdown markdown_inline mdx mediawiki "
     "neogitcommitmessage nroff norg octo org pandoc plaintex quarto rhelp rmd rnoweb rrst rst "
     "scdoc "
     "svn tex texinfo text textile troff tutor typst vimwiki ",
     {.prose = true}},

    /* tags */
    {"html xhtml htmlangular angular xml xsd xslt svg docbk docbkxml dtd wml xbl xmath ant ps1xml "
     "heex eelixir eex htmldjango jinja jinja2 twig liquid handlebars mustache mason smarty tera "
     "gohtml gohtmltmpl gotmpl template eruby ejs blade jsp razor aspvbs aspperl cf "
     "cheetah htmlcheetah htmlm4 genshi kivy qml_ui xaml axaml mxml sgml ",
     {TAGS}},
    {"javascriptreact jsx vue svelte astro marko riot php hack phtml glimmer templ rescript_jsx ",
     {.markup = true, C_COMMENTS, TICKS}},
    {"typescriptreact tsx ", {.markup = true, .generics = true, C_COMMENTS, TICKS}},

    /* with types in <...> */
    {"rust move cairo noir ", {.generics = true, C_COMMENTS, QUOTE}},
    {"cpp cuda objc objcpp arduino hlsl shaderslang metal wgsl glsl c3 carbon ",
     {.generics = true, C_COMMENTS, QUOTES}},
    {"java cs csharp kotlin swift scala apex vala haxe ceylon ballerina javacc solidity qml "
     "thrift proto typespec smithy aidl pkl ",
     {.generics = true, C_COMMENTS, .strings = "\"\"\" \" '"}},
    {"typescript ", {.generics = true, C_COMMENTS, TICKS}},
    {"dart groovy ", {.generics = true, C_COMMENTS, LONG_QUOTES}},
    {"fsharp ",
     {.generics = true,
      .by_indent = true,
      .comments = "//",
      .blocks = "(* *)",
      .strings = "\"\"\" \""}},

    /* whose blocks end by indentation */
    {"python python2 python3 pyrex cython mojo gdscript snakemake bzl starlark tiltfile renpy "
     "xonsh "
     "robot ",
     {.by_indent = true, HASH, LONG_QUOTES}},
    {"nim ", {.by_indent = true, HASH, .blocks = "#[ ]#", .strings = "\"\"\" \" '"}},
    {"coffee litcoffee livescript ls ",
     {.by_indent = true, HASH, .blocks = "### ###", LONG_QUOTES}},
    {"moon moonscript yuescript ", {.by_indent = true, DASHES, QUOTES}},
    {"yaml ansible helm docker-compose cloudformation eyaml cabalproject ",
     {.by_indent = true, HASH, QUOTES}},
    {"make automake just ", {.by_indent = true, HASH, QUOTES}},
    {"haskell lhaskell haskellpersistent elm purescript agda idris2 lidris2 lean cabal dhall "
     "curry ",
     {.by_indent = true, DASHES, .blocks = "{- -}", QUOTE}},
    {"haml pug jade slim ", {.by_indent = true, .markup = true, QUOTES}},
    {"sass stylus ", {.by_indent = true, C_COMMENTS, QUOTES}},
    {"koka occam ", {.by_indent = true, C_COMMENTS, QUOTE}},

    /* whose words may be written in capitals */
    {"sql mysql plsql pgsql psql sqlite sqlanywhere sqlforms sqlhana sqlinformix sqloracle hive "
     "tsql "
     "esqlc sqlj cql ",
     {.nocase = true, DASHES, .blocks = "/* */", .strings = "' \""}},
    {"ada vhdl eiffel ", {.nocase = true, DASHES, QUOTE}},
    {"pascal delphi ", {.nocase = true, .comments = "//", .blocks = "{ } (* *)", .strings = "'"}},
    {"fortran ", {.nocase = true, .comments = "!", QUOTES}},
    {"vb vbnet basic freebasic qb64 ibasic purebasic blitzbasic visualbasic brightscript "
     "brighterscript ",
     {.nocase = true, .comments = "' rem", QUOTE}},
    {"cobol ", {.nocase = true, .comments = "*>", QUOTES}},
    {"dosbatch ", {.nocase = true, .comments = ":: rem", QUOTE}},
    {"ps1 powershell psd1 ", {.nocase = true, HASH, .blocks = "<# #>", QUOTES}},
    {"cmake apache apachestyle sshconfig sshdconfig nsis ", {.nocase = true, HASH, QUOTE}},
    {"abap autohotkey autoit foxpro clipper inform natural rexx pli rpgle sas spss "
     "xpp ",
     {.nocase = true, .comments = ";", QUOTES}},
    {"asm asm68k asmh8300 fasm masm nasm tasm vmasm avra a65 z8a pic tiasm ",
     {.nocase = true, .comments = "; # //", QUOTES}},
    {"forth applescript ", {.nocase = true, DASHES, QUOTE}},

    /* the rest of those that many write */
    {"c ch lpc opencl d go gomod v vlang zig odin hare jai javascript ecma json5 jsonc less "
     "scss css dts verilog systemverilog verilogams gleam reason rescript bicep kdl "
     "protocols idl asn yacc lex racc lemon antlr antlr4 uc ",
     {C_COMMENTS, TICKS}},
    {"sh bash zsh ksh fish csh tcsh awk sed perl raku ruby crystal elixir julia r tcl nix conf "
     "config "
     "toml dockerfile gitconfig gitignore gitattributes terraform hcl nginx meson ninja gn graphql "
     "muttrc tmux readline editorconfig desktop systemd cfg gdb expect octave bpftrace "
     "jq puppet earthfile caddyfile requirements env dotenv properties jproperties ",
     {HASH, TICKS}},
    {"lua luau teal ", {DASHES, .blocks = "--[[ ]]", QUOTES}},
    {"vim ", {.strings = "' \""}},
    {"clojure lisp commonlisp scheme racket fennel elisp hy janet chicken query dune ",
     {.comments = ";", QUOTE}},
    {"ocaml sml reasonml standardml menhir ", {.blocks = "(* *)", QUOTE}},
    {"erlang prolog matlab mercury logtalk ", {.comments = "%", QUOTES}},
    {"dosini ini udevrules ", {.comments = "; #", QUOTES}},
    {"jsonnet ", {.comments = "// #", .blocks = "/* */", QUOTES}},
    {"json ", {QUOTE}},
};

static bool has_name(const char *names, struct span name)
{
    size_t at = 0;
    for (size_t len; names[at] != '\0'; at += len + (names[at + len] != '\0')) {
        len = strcspn(names + at, " ");
        if (len == name.len && memcmp(names + at, name.data, len) == 0) {
            return true;
        }
    }
    return false;
}

static const struct language *find(struct span name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (has_name(rows[i].names, name)) {
            return &rows[i].language;
        }
    }
    return NULL;
}

const struct language *language_of(const char *filetype)
{
    static const struct language prose = {.prose = true}, unknown = {HASH, QUOTES};
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
