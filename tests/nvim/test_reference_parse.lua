-- Which texts are references, and what they say: a row is a text and what is found in it, each as `kind`, `kind=argument`,
-- `kind!=argument`. Neighbours that are none stand beside.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

--- Whether a kind has an argument.
local KINDS = {
  buffer = 'optional',
  buffers = 'none',
  clipboard = 'optional',
  cmd = 'needed',
  diagnostics = 'optional',
  diff = 'optional',
  file = 'needed',
  help = 'needed',
  image = 'needed',
  lines = 'needed',
  quickfix = 'none',
  selection = 'none',
  symbol = 'needed',
  tree = 'optional',
  url = 'needed',
}

---@alias hum.test.Row { [1]: string, [2]: string[] }

---@type table<string, hum.test.Row[]>
local CASES = {
  ['names'] = {
    { '#buffer', { 'buffer' } },
    { 'see #buffer', { 'buffer' } },
    { '#buffer, then', { 'buffer' } },
    { '#buffer.', { 'buffer' } },
    { '#buffer?', { 'buffer' } },
    { '#buffer: what is it?', { 'buffer' } },
    { '#buffer; and', { 'buffer' } },
    { '(#buffer)', { 'buffer' } },
    { '[#buffer]', { 'buffer' } },
    { '"#buffer"', { 'buffer' } },
    { "'#buffer'", { 'buffer' } },
    { '*#buffer*', { 'buffer' } },
    { '**#buffer**', { 'buffer' } },
    { '_#buffer_', { 'buffer' } },
    { '~~#buffer~~', { 'buffer' } },
    { "#buffer's end", { 'buffer' } },
    { 'compare #buffer/#selection', {} },
    { '#buffer #selection', { 'buffer', 'selection' } },
    { '#buffer,#selection', { 'buffer', 'selection' } },
    { '#buffer\n#selection', { 'buffer', 'selection' } },
    { '-#buffer', { 'buffer' } },
    { '- #buffer', { 'buffer' } },
    { '1. #buffer', { 'buffer' } },
    { 'a|#buffer|b', { 'buffer' } },
    { '#buffer\t#tree', { 'buffer', 'tree' } },
    { '#diff', { 'diff' } },
    { '#buffer—that', { 'buffer' } },
    { '“#buffer”', { 'buffer' } },
    { '„#buffer“', { 'buffer' } },
    { '«#buffer»', { 'buffer' } },
    { '（#buffer）', { 'buffer' } },
    { '见#buffer。', { 'buffer' } },
    { '#bufferを見て', { 'buffer' } },
    { '…#buffer…', { 'buffer' } },
    { '#buffer!', { 'buffer' } },
    { '#buffer! Now', { 'buffer' } },
    { '#buffer!: Now', { 'buffer!' } },
    { '# heading with #buffer', { 'buffer' } },
    { '## #buffer', { 'buffer' } },
  },
  ['none'] = {
    { 'issue #12', {} },
    { '#12', {} },
    { '#ffcc00', {} },
    { '#fff; #file', {} },
    { 'C#', {} },
    { 'C# and F#', {} },
    { 'C#file:x', {} },
    { '#include <stdio.h>', {} },
    { '#define file 1', {} },
    { '#pragma once', {} },
    { '#!/bin/sh', {} },
    { '#!buffer', {} },
    { '# file', {} },
    { '# buffer', {} },
    { '## file', {} },
    { '##buffer', {} },
    { '##file:x', {} },
    { '#Buffer', {} },
    { '#BUFFER', {} },
    { '#FILE:x', {} },
    { '#bufferx', {} },
    { '#buffer1', {} },
    { '#buffer_x', {} },
    { '#buffer-local', {} },
    { '#buffer.lua', {} },
    { '#buffer/x', {} },
    { '#buffer=1', {} },
    { '#buffer#tree', {} },
    { '#buffer@x', {} },
    { '#bufferä', {} },
    { '#файл', {} },
    { 'x#buffer', {} },
    { '1#buffer', {} },
    { 'ä#buffer', {} },
    { 'a.#buffer', {} },
    { 'a=#buffer', {} },
    { 'a/#buffer', {} },
    { '&#buffer', {} },
    { '&#35;', {} },
    { '\\#buffer', {} },
    { '\\#file:x', {} },
    { 'a \\#file:x b', {} },
    { '@#buffer', {} },
    { '$#buffer', {} },
    { '%#buffer', {} },
    { '#', {} },
    { '#:', {} },
    { '#:x', {} },
    { 'a # b', {} },
    { '#file', {} },
    { 'the #file directive', {} },
    { '#file: a tale', {} },
    { '#file:', {} },
    { '#file::', {} },
    { '#lines', {} },
    { '#symbol', {} },
    { '#filename:x', {} },
    { '#files:x', {} },
    { '#selection:x', {} },
    { '#unknown:x', {} },
    { '#region file:x', {} },
    { 'a[#buffer.x]', {} },
    { '#(file)', {} },
    { '#buffer(1)', {} },
    { '{{#buffer.each}}', {} },
    { 'http://x/#file:y', {} },
    { 'https://x.y/z#buffer', {} },
    { 'see https://x.y/?q=#buffer now', {} },
    { 'https://x.y/a,#buffer', {} },
    { 'ftp://x/#file:y', {} },
    { '<https://x.y/#buffer>', {} },
    { '[text](#buffer)', {} },
    { '[text](#file:a.lua)', {} },
    { '[text](http://x/#file:y)', {} },
    { '[a](b) #buffer', { 'buffer' } },
    { 'https://x.y/ #buffer', { 'buffer' } },
    { 'a:#buffer', { 'buffer' } },
    { 'x \\\\#buffer', {} },
    { '', {} },
    { '\n\n', {} },
  },
  ['arguments'] = {
    { '#file:a.lua', { 'file=a.lua' } },
    { '#file:src/a.lua please', { 'file=src/a.lua' } },
    { '#file:./a.lua', { 'file=./a.lua' } },
    { '#file:../a.lua', { 'file=../a.lua' } },
    { '#file:~/a.lua', { 'file=~/a.lua' } },
    { '#file:/etc/hosts', { 'file=/etc/hosts' } },
    { '#file:.env', { 'file=.env' } },
    { '#file:.', { 'file=.' } },
    { '#file:..', { 'file=..' } },
    { '#file:../..', { 'file=../..' } },
    { '#file:.., and', { 'file=..' } },
    { '#file:src/', { 'file=src/' } },
    { '#file:src/*.lua', { 'file=src/*.lua' } },
    { '#file:**/*', { 'file=**/*' } },
    { '#file:{a,b}.lua', { 'file={a,b}.lua' } },
    { '#file:{a,b}.lua, #file:c', { 'file={a,b}.lua', 'file=c' } },
    { '#file:[id].tsx', { 'file=[id].tsx' } },
    { '#file:a(1).lua', { 'file=a(1).lua' } },
    { '(#file:a(1).lua)', { 'file=a(1).lua' } },
    { '#file:(group)/page.tsx', { 'file=(group)/page.tsx' } },
    { '#file:a.lua:10-40', { 'file=a.lua:10-40' } },
    { '#file:a.lua:10', { 'file=a.lua:10' } },
    { '#file:a.lua:', { 'file=a.lua' } },
    { '#file:a.lua: why?', { 'file=a.lua' } },
    { '#file:a.lua#L3-L5', { 'file=a.lua#L3-L5' } },
    { '#file:a#b', { 'file=a#b' } },
    { '#file:a@2x.css', { 'file=a@2x.css' } },
    { '#file:a+b=c&d', { 'file=a+b=c&d' } },
    { '#file:C:\\x\\a.lua', { 'file=C:\\x\\a.lua' } },
    { '#file:größe.txt', { 'file=größe.txt' } },
    { '#file:日本語.txt', { 'file=日本語.txt' } },
    { '#file:日本語.txt、次', { 'file=日本語.txt' } },
    { '#file:日本語.txt。', { 'file=日本語.txt' } },
    { '「#file:a.lua」', { 'file=a.lua' } },
    { '（#file:a.lua）', { 'file=a.lua' } },
    { '#file:a.lua！', { 'file=a.lua' } },
    { '#file:a.lua；b', { 'file=a.lua' } },
    { '“#file:a.lua”', { 'file=a.lua' } },
    { '„#file:a.lua“', { 'file=a.lua' } },
    { '‚#file:a.lua‘', { 'file=a.lua' } },
    { '#file:a.lua— why', { 'file=a.lua' } },
    { '‘#file:a.lua’', { 'file=a.lua' } },
    { '«#file:a.lua»', { 'file=a.lua' } },
    { '#file:a.lua…', { 'file=a.lua' } },
    { '#file:a.lua.', { 'file=a.lua' } },
    { '#file:a.lua...', { 'file=a.lua' } },
    { '#file:a.lua,', { 'file=a.lua' } },
    { '#file:a.lua;', { 'file=a.lua' } },
    { '#file:a.lua!', { 'file=a.lua' } },
    { '#file:a.lua?', { 'file=a.lua' } },
    { '#file:a.lua),', { 'file=a.lua' } },
    { '(#file:a.lua)', { 'file=a.lua' } },
    { '(#file:a.lua).', { 'file=a.lua' } },
    { '(see #file:a.lua):', { 'file=a.lua' } },
    { '[#file:a.lua]', { 'file=a.lua' } },
    { '[#file:a.lua](x)', { 'file=a.lua' } },
    { '{#file:a.lua}', { 'file=a.lua' } },
    { '<#file:a.lua>', { 'file=a.lua' } },
    { '"#file:a.lua"', { 'file=a.lua' } },
    { '"#file:a.lua",', { 'file=a.lua' } },
    { "'#file:a.lua'", { 'file=a.lua' } },
    { '"#file:a b"', { 'file=a' } },
    { '*#file:a.lua*', { 'file=a.lua' } },
    { '**#file:a.lua**', { 'file=a.lua' } },
    { '**#file:src/***', { 'file=src/*' } },
    { '_#file:a.lua_', { 'file=a.lua' } },
    { '~~#file:a.lua~~', { 'file=a.lua' } },
    { '#file:a_', { 'file=a_' } },
    { '#file:a~', { 'file=a~' } },
    { '| #file:a.lua|', { 'file=a.lua' } },
    { "#file:a.lua's", { 'file=a.lua' } },
    { '#file:a.lua’s', { 'file=a.lua' } },
    { "#file:o'brien.txt", { "file=o'brien.txt" } },
    { '#file:a.lua,#file:b.lua', { 'file=a.lua', 'file=b.lua' } },
    { '#file:a.lua;#buffer', { 'file=a.lua', 'buffer' } },
    { '#file:a,v', { 'file=a,v' } },
    { '#file:a,#12', { 'file=a,#12' } },
    { '#file:a.lua #file:a.lua', { 'file=a.lua', 'file=a.lua' } },
    { '#file:a\\ b.lua', { 'file=a b.lua' } },
    { '#file:a\\ b\\ c', { 'file=a b c' } },
    { '#file:a\\b', { 'file=a\\b' } },
    { '#file:a\tb', { 'file=a' } },
    { '#file!:.env', { 'file!=.env' } },
    { '#file!:"a b"', { 'file!=a b' } },
    { '#file!:.env.', { 'file!=.env' } },
    { '#selection!: and', { 'selection!' } },
    { '#selection!:.', { 'selection!' } },
    { '#selection!:x', { 'selection' } },
    { '#file!', {} },
    { '#file!.env', {} },
    { '#lines:10-40', { 'lines=10-40' } },
    { '#lines:10-40.', { 'lines=10-40' } },
    { '#lines:10,40', { 'lines=10,40' } },
    { '#buffer:a.lua', { 'buffer=a.lua' } },
    { '#buffer:visible', { 'buffer=visible' } },
    { '#buffer:3', { 'buffer=3' } },
    { '#diff:main...', { 'diff=main...' } },
    { '#diff:main....', { 'diff=main...' } },
    { '#diff:main..dev', { 'diff=main..dev' } },
    { '#diff:main..', { 'diff=main..' } },
    { '#diff:main.', { 'diff=main' } },
    { '#diff:staged', { 'diff=staged' } },
    { '#diff:HEAD~2', { 'diff=HEAD~2' } },
    { '#help:undo-two-ways', { 'help=undo-two-ways' } },
    { "#help:'wrap'", { "help='wrap'" } },
    { "#help:'wrap'.", { "help='wrap'" } },
    { '#help::Hum', { 'help=:Hum' } },
    { '#help:i_CTRL-X', { 'help=i_CTRL-X' } },
    { '#help:expand()', { 'help=expand()' } },
    { '(#help:expand())', { 'help=expand()' } },
    { '#help:<Plug>', { 'help=<Plug>' } },
    { '#url:https://x.y/z', { 'url=https://x.y/z' } },
    { '#url:https://x.y/z.', { 'url=https://x.y/z' } },
    { '#url:https://x.y/z?a=b&c=d#e', { 'url=https://x.y/z?a=b&c=d#e' } },
    { '#url:https://x.y/a_(b)', { 'url=https://x.y/a_(b)' } },
    { '(#url:https://x.y/a)', { 'url=https://x.y/a' } },
    { '<#url:https://x.y/a>', { 'url=https://x.y/a' } },
    { '#cmd:make', { 'cmd=make' } },
    { '#cmd:make test', { 'cmd=make' } },
    { '#cmd:"make test"', { 'cmd=make test' } },
    { '#symbol:M.compute', { 'symbol=M.compute' } },
    { '#symbol:M:compute', { 'symbol=M:compute' } },
    { '#symbol:compute()', { 'symbol=compute()' } },
    { '#clipboard:*', { 'clipboard=*' } },
    { '#tree:src', { 'tree=src' } },
  },
  ['quotes'] = {
    { '#file:"a b"', { 'file=a b' } },
    { '#file:"a b".', { 'file=a b' } },
    { '#file:"a b"c', { 'file=a b' } },
    { '#file:"a b" #buffer', { 'file=a b', 'buffer' } },
    { '#file:"a b",#file:"c d"', { 'file=a b', 'file=c d' } },
    { '(#file:"a b")', { 'file=a b' } },
    { '#file:"a.lua":10-40', { 'file=a.lua:10-40' } },
    { '#file:"a b.lua":10-40.', { 'file=a b.lua:10-40' } },
    { '#file:"a b.lua":10', { 'file=a b.lua:10' } },
    { '#file:"a b.lua": why', { 'file=a b.lua' } },
    { '#file:"a b.lua":10- x', { 'file=a b.lua:10' } },
    { '#file:"a\\"b"', { 'file=a"b' } },
    { '#file:"a\\\\b"', { 'file=a\\b' } },
    { '#file:"C:\\x y"', { 'file=C:\\x y' } },
    { "#file:'a b'", { 'file=a b' } },
    { "#file:'a b'.", { 'file=a b' } },
    { '#file:"größe 日本.txt"', { 'file=größe 日本.txt' } },
    { '#file:"a b', { 'file="a' } },
    { '#file:"a\nb"', { 'file="a' } },
    { '#file:""', { 'file=' } },
    { '#file:"a`b"', { 'file=a`b' } },
    { '#cmd:"grep -rn \'x y\' src"', { "cmd=grep -rn 'x y' src" } },
    { '#cmd:"make 2>&1"', { 'cmd=make 2>&1' } },
  },
  ['code'] = {
    { '`#buffer`', {} },
    { '`#buffer` #tree', { 'tree' } },
    { 'a `#file:x` b #file:y', { 'file=y' } },
    { '``#buffer ` x`` #tree', { 'tree' } },
    { '`` ` #buffer ` `` #tree', { 'tree' } },
    { '` #buffer', { 'buffer' } },
    { '`` #buffer `', { 'buffer' } },
    { '\\`#buffer\\`', { 'buffer' } },
    { 'a `b\n#buffer\nc` #tree', { 'tree' } },
    { 'a `b\n\n#buffer`', { 'buffer' } },
    { 'a `b\n- #buffer` c', { 'buffer' } },
    { '# a `b\n#buffer c` d', { 'buffer' } },
    { '```\n#buffer\n```', {} },
    { '```\n#buffer\n```\n#tree', { 'tree' } },
    { '```c\n#define file 1\n#file:x\n```', {} },
    { '~~~\n#buffer\n~~~', {} },
    { '~~~\n#buffer\n```\n#tree', {} },
    { '````\n```\n#buffer\n```\n#tree\n````\n#diff', { 'diff' } },
    { '```\n#buffer', {} },
    { '   ```\n   #buffer\n   ```\n#tree', { 'tree' } },
    { '- ```\n  #buffer\n  ```\n- #tree', { 'tree' } },
    { '1. x\n\n   ```\n   #buffer\n   ```\n\n   #tree', { 'tree' } },
    { '> ```\n> #buffer\n> ```\n#tree', { 'tree' } },
    { '    #buffer', {} },
    { '\t#buffer', {} },
    { 'a\n    #buffer', { 'buffer' } },
    { 'a\n\n    #buffer', {} },
    { 'a\n\n    b\n    #buffer\n\n    #tree\n#diff', { 'diff' } },
    { '   #buffer', { 'buffer' } },
    { '- a\n\n  #buffer', { 'buffer' } },
    { '- a\n\n      #buffer', {} },
    { '- a\n    - #buffer', { 'buffer' } },
    { '`a` #buffer `b`', { 'buffer' } },
    { '#buffer `a`, #tree `b', { 'buffer', 'tree' } },
  },
  ['quoted and hidden'] = {
    { '> #buffer', {} },
    { '>#buffer', {} },
    { '   > #buffer', {} },
    { '> > #buffer', {} },
    { '- > #buffer', {} },
    { '> a\n#buffer', { 'buffer' } },
    { '> a `b\n#buffer` c', { 'buffer' } },
    { 'a > #buffer', { 'buffer' } },
    { '-> #buffer', { 'buffer' } },
    { '<!-- #buffer -->', {} },
    { 'a <!-- #buffer --> #tree', { 'tree' } },
    { '<!--\n#buffer\n-->\n#tree', { 'tree' } },
    { '<!--\n\n#buffer\n\n--> #tree', { 'tree' } },
    { '<!-- a\n#buffer --> #tree', { 'tree' } },
    { 'a <!-- b\n#buffer --> #tree', { 'tree' } },
    { '<!-- #buffer', {} },
    { 'a <!- #buffer', { 'buffer' } },
    { '`<!--` #buffer', { 'buffer' } },
    { '```\n<!--\n```\n#buffer', { 'buffer' } },
    { '## « model\n#buffer', { 'buffer' } },
    { '$$\nx #buffer\n$$', { 'buffer' } },
  },
  ['images'] = {
    { '![](pic.png)', { 'image=pic.png' } },
    { 'a ![alt](pic.png) b', { 'image=pic.png' } },
    { '![alt](<a b.png>)', { 'image=a b.png' } },
    { '![](a%20b.png)', { 'image=a b.png' } },
    { '![x](pic.png "title")', { 'image=pic.png' } },
    { '![x]( pic.png )', { 'image=pic.png' } },
    { '![](a.png)![](b.png)', { 'image=a.png', 'image=b.png' } },
    { '![](file:///x/a.png)', { 'image=/x/a.png' } },
    { '![](C:\\a.png)', { 'image=C:\\a.png' } },
    { '![](http://x/a.png)', {} },
    { '![](https://x/a.png)', {} },
    { '![](data:image/png;base64,AA)', {} },
    { '![](#anchor)', {} },
    { '![]()', {} },
    { '[x](pic.png)', {} },
    { '\\![](pic.png)', {} },
    { '`![](pic.png)`', {} },
    { '> ![](pic.png)', {} },
    { '![#buffer](pic.png)', { 'image=pic.png' } },
    { '#image:pic.png', { 'image=pic.png' } },
    { '#image:"a b.png"', { 'image=a b.png' } },
    { '![](pic.png', {} },
  },
}

--- Runs in Neovim.
local READ = [[
  local kinds, texts = ...
  local parse = require('hum.reference.parse')
  local function is_kind(name, arg)
    local kind = kinds[name]
    if not kind then return false end
    if arg then return kind ~= 'none' end
    return kind ~= 'needed'
  end
  local all = {}
  for i, text in ipairs(texts) do
    all[i] = parse.of(vim.split(text, '\n', { plain = true }), is_kind)
    if #all[i] == 0 then all[i] = vim.NIL end
  end
  return all
]]

---@param ref hum.Reference
---@return string
local function said(ref) return ref.kind .. (ref.force and '!' or '') .. (ref.arg and '=' .. ref.arg or '') end

for name, rows in vim.spairs(CASES) do
  test('reference, parse: ' .. name, { ui = false }, function(t)
    local texts = vim.tbl_map(function(row) return row[1] end, rows)
    local all = t:lua(READ, KINDS, texts)
    for i, row in ipairs(rows) do
      local refs = type(all[i]) == 'table' and all[i] or {}
      eq(row[2], vim.tbl_map(said, refs), vim.inspect(row[1]))
      for _, ref in ipairs(refs) do
        local line = vim.split(row[1], '\n', { plain = true })[ref.row + 1]
        eq(ref.text, line:sub(ref.col + 1, ref.end_col), 'its place in ' .. vim.inspect(row[1]))
      end
    end
  end)
end

test('reference, parse: a megabyte is read in a moment, whatever is in it', { ui = false }, function(t)
  local worst = { '`', '#', '#file:"', '![', '<!--', '](', '#file:(', '\\', '://', '#file:a,#', '`` ` ', "#file:'s" }
  local counts = t:lua(
    [[
    local parse = require('hum.reference.parse')
    local counts = {}
    for i, one in ipairs(...) do
      counts[i] = #parse.of({ one:rep(20000) }, function(name, arg) return name == 'file' and arg end)
    end
    return counts
  ]],
    worst
  )
  eq(#worst, #counts)
end)

test('reference, parse: of random texts each reference is where it says, and in order', { ui = false }, function(t)
  local faults = t:lua(
    [[
    math.randomseed(...)
    local parse = require('hum.reference.parse')
    local parts = {
      '#', '#file:', '#buffer', '#file!:', '!', ':', '"', "'", '`', '``', '```\n', '~~~\n', '> ', '\n', '\n\n', ' ', '\t',
      '    ', '- ', '<!--', '-->', '(', ')', '[', ']', '](', '![', '](a.png)', '<', '>', '\\', 'a.lua', 'a b', '.', '...',
      ',', '*', '_', 'ä', '見', '。', 'https://x.y/', '/', '\240\159\146\150', '\255', '## » You\n', '$$\n', "'s", '1-2',
    }
    local function is_kind(name, arg) return name == 'buffer' or (arg and (name == 'file' or name == 'image')) end
    local faults = {}
    for _ = 1, 4000 do
      local text = {}
      for i = 1, math.random(1, 14) do
        text[i] = parts[math.random(#parts)]
      end
      local lines = vim.split(table.concat(text), '\n', { plain = true })
      local row, col = 0, 0
      for _, ref in ipairs(parse.of(lines, is_kind)) do
        local line = lines[ref.row + 1] or ''
        local in_order = ref.row > row or (ref.row == row and ref.col >= col)
        if line:sub(ref.col + 1, ref.end_col) ~= ref.text or not in_order or not ref.text:find('^[#!]') then
          faults[#faults + 1] = { table.concat(text), ref }
        end
        row, col = ref.row, ref.end_col
      end
    end
    return faults
  ]],
    tonumber(os.getenv('HUM_TEST_SEED')) or os.time()
  )
  eq({}, faults)
end)
