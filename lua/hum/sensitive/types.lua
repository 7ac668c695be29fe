-- What is written in a file, by the end of its name: code of a programming language, prose, or data. What nobody
-- knows is data: there a word such as "password" says more of what stands in it.
local set = require('hum.sensitive.set')

local M = {}

local CODE = set([[
  ada adb ads agda als asm asp aspx astro awk bas bat bash bb bicep bzl c c++ cairo cbl cc cjs cl clj cljc cljs
  cls cmake cmd cob coffee comp cpp cppm cpy cr cs csh cshtml csproj css csx cts cu cuh cxx d dart dpr ebnf eex
  ejs el elm erb erl ex exs f f03 f08 f77 f90 f95 factor feature fish flix fnl for forth fpp frag fs fsi fsproj
  fsx ftl fut gd geom gleam glsl go gql gradle graphql groovy h h++ haml handlebars hbs heex hh hlsl hpp hrl hs
  hsc htm html hx hxx idr il inc ino inl ipp ixx janet java jinja jinja2 j2 jl js jsp jsx kk kt kts ksh l lagda
  latte ld lean leex less lex lhs lidr liquid lisp ll lua luau m m4 mak make mako mermaid metal mjml mjs mk ml
  mli mll mly mm mod mojo move mts mustache nasm nim nimble nims nix nu odin opa p4 pas php php3 php4 php5 phtml
  pike pl plx pm pod pony postcss pp pro proto ps1 psd1 psm1 pug purs pxd py pyi pyw pyx qml r rake razor rb rbi
  rbs re rego rei res resi rex rkt rktl robot roc ron rs rsx s sas sass sbt sc scad scala scm scss scpt sed sh
  sld slim sls slint smali smk sml sol sql ss st star stan styl sum sv svelte svh swift swig t tcl templ tf
  thrift tmpl tpl ts tsx twig typ ua ui v vala vapi vb vbs vcl vert vh vhd vhdl vim vue wat wgsl wit wren x y
  yacc yul zig zsh ipynb jsonnet libsonnet cue dhall prisma capnp fbs xsd xsl xslt wsdl dtd svg snap strings po pot
  arb xlf xliff resx storyboard xib]])

local PROSE = set([[
  adoc asciidoc bib creole ltx markdown md mdown mdwn mdx mediawiki mkd mkdn norg org qmd rdoc rmd rst tex texi
  texinfo text textile typst vimwiki wiki 1 2 3 5 7 8 bash_profile]])

--- Scripts of shells are code, but also where variables are set.
local SHELL = set('sh bash zsh fish csh ksh ps1 cmd bat nu')

--- Names without an end that are code.
local NAMES = set([[
  makefile gnumakefile dockerfile containerfile jenkinsfile vagrantfile rakefile gemfile brewfile procfile
  justfile cmakelists.txt snakefile fastfile podfile earthfile tiltfile build workspace readme license copying
  authors changelog contributing news todo history]])

---@param name string  lower case, without folders
---@return 'code'|'prose'|'shell'|'data'
function M.of(name)
  if NAMES[name] then return 'code' end
  local ending = name:match('.%.([^.]+)$') or ''
  return SHELL[ending] and 'shell' or CODE[ending] and 'code' or PROSE[ending] and 'prose' or 'data'
end

return M
