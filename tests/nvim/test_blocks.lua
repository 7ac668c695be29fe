-- Code blocks of a chat: what they are, which file they belong to, and moving and selecting by them.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

--- A chat with one exchange. Returns its buffer.
local function reply(t, text, question)
  local srv = t:fake()
  srv:script({ tokens = { text } })
  local buf = chat.open(t, srv)
  chat.ask(t, question or 'hello', buf)
  chat.finished(t)
  return buf
end

--- What hum.blocks() says, each as "language|file|text".
local function blocks(t, buf)
  return vim.tbl_map(
    function(one) return ('%s|%s|%s'):format(one.language or '', one.file or '', one.text) end,
    t:lua('return require("hum").blocks(...)', buf)
  )
end

--- name, reply, what hum.blocks() says
local CASES = {
  { 'a block between text', 'x\n\n```lua\na\n  b\n```\ny', { 'lua||a\n  b' } },
  { 'two blocks', '```c\na\n```\n\nx\n\n```sh\nb\n```', { 'c||a', 'sh||b' } },
  { 'two blocks without a line between them', '```c\na\n```\n```sh\nb\n```', { 'c||a', 'sh||b' } },
  { 'tildes round backquotes', '~~~python\n```\na\n~~~', { 'python||```\na' } },
  { 'a long fence round a shorter one', '````markdown\n```lua\na\n```\n````', { 'markdown||```lua\na\n```' } },
  { 'a closing fence that is longer', '```lua\na\n`````\nb', { 'lua||a' } },
  { 'a fence in a list', '1. x\n\n   ```lua\n   a\n     b\n   ```\n', { 'lua||a\n  b' } },
  {
    'a fence behind a list marker',
    '1. ```lua:a.lua\n   a\n     b\n   ```\n\nx\n- ~~~c\n  c\n  ~~~\ny',
    { 'lua|a.lua|a\n  b', 'c||c' },
  },
  { 'code that is less indented than its fence', '- x\n\n   ```lua\n a\n     b\n   ```\n', { 'lua||a\n  b' } },
  { 'a fence in a list, with tabs', '1. x\n\n   ```make\n\ta:\n\t\tb\n   ```\n', { 'make|| a:\n \tb' } },
  { 'a block quote', '> x\n> ```lua\n> a\n>   b\n> ```\n> y', { 'lua||a\n  b' } },
  { 'a quote in a quote', '> > ```lua\n> > a\n> > > b\n> > ```\n', { 'lua||a\n> b' } },
  { 'a quote in a list', '- > ```lua\n  > a\n  > ```\n', { 'lua||a' } },
  { 'a quote that ends within a block', '> ```lua\n> a\n\n```c\nb\n```', { 'lua||a', 'c||b' } },
  { 'lines of code that begin like a quote', '```\n> a\n>b\n```', { '||> a\n>b' } },
  { 'no fence', '    a\n\n`b` and ```c``` and `` ``` ``', {} },
  { 'no language', '```\na\n```', { '||a' } },
  { 'no code', '```lua\n```', { 'lua||' } },
  { 'blank lines at both ends', '```lua\n\na\n\n```', { 'lua||\na\n' } },
  { 'one that the model left open', 'x\n```lua\na\n', { 'lua||a' } },
  { 'C++, C#, F#', '```c++\na\n```\n```C#\nb\n```\n```f#\nc\n```', { 'c++||a', 'c#||b', 'f#||c' } },
  { 'attributes in braces', '``` {.lua .x}\na\n```', { 'lua||a' } },
  { 'R Markdown', '```{r, echo=FALSE}\na\n```', { 'r||a' } },
  { 'a block in a thought', '<think>\n```lua\na\n```\n</think>\n\n```c\nb\n```', { 'c||b' } },
  { 'a heading of a turn in a block', '```markdown\n## x\n# y\n```', { 'markdown||## x\n# y' } },
  { 'line ends of Windows', 'x\r\n```lua\r\na\r\n  b\r\n```\r\n', { 'lua||a\n  b' } },
  { 'umlauts', '```lua:src/ä ö.lua\nü\n```', { 'lua|src/ä ö.lua|ü' } },

  { 'a file behind a colon', '```lua:src/a.lua\na\n```', { 'lua|src/a.lua|a' } },
  { 'a file behind a colon, with a line', '```lua:src/a.lua:12\na\n```', { 'lua|src/a.lua|a' } },
  { 'path=', '```lua path=src/a.lua\na\n```', { 'lua|src/a.lua|a' } },
  { 'title="…"', '```lua title="src/my a.lua"\na\n```', { 'lua|src/my a.lua|a' } },
  { 'file= in braces', '```{.lua file=a.lua}\na\n```', { 'lua|a.lua|a' } },
  { 'a title that is none', '```lua title="How it works"\na\n```', { 'lua||a' } },
  { 'a path alone', '```src/a.lua\na\n```', { 'lua|src/a.lua|a' } },
  { 'a path behind the language', '```js src/a.js\na\n```', { 'js|src/a.js|a' } },
  { "a path behind a comment's sign", '```js // src/a.js\na\n```', { 'js|src/a.js|a' } },
  { 'a path in brackets', '```ts [src/a.ts] {1,3}\na\n```', { 'ts|src/a.ts|a' } },
  { 'a path and a remark', '```lua:src/a.lua (new)\na\n```', { 'lua|src/a.lua|a' } },
  { 'a path and a title', '```lua:src/a.lua title="x"\na\n```', { 'lua|src/a.lua|a' } },
  { 'a path of an unknown kind', '```text:a.foo\na\n```', { 'text|a.foo|a' } },
  { 'filename: "…"', '```js {filename: "a.js"}\na\n```', { 'js|a.js|a' } },
  { 'lines that are cited', '```12:40:app/main.py\na\n```', { 'python|app/main.py|a' } },
  { 'two paths', '```js a.js b.js\na\n```', { 'js|a.js|a' } },
  { 'a media type', '```text/html\na\n```', { 'text/html||a' } },
  { 'an address', '```lua:https://x.org/a.lua\na\n```', { 'lua||a' } },
  { 'the lines of a highlighter', '```js {1,3-4}\na\n```', { 'js||a' } },

  { 'the line above', 'Change `src/b.lua`:\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'the line above, and a blank one', 'Change `src/b.lua`:\n\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'in bold', '**src/c.py**\n```python\na\n```', { 'python|src/c.py|a' } },
  { 'in bold, with a colon', '**src/c.py:**\n```python\na\n```', { 'python|src/c.py|a' } },
  { 'in backquotes and bold', '**`src/c.py`**\n```python\na\n```', { 'python|src/c.py|a' } },
  { 'in bold, with words', '**1. Change src/c.py:**\n```python\na\n```', { 'python|src/c.py|a' } },
  { 'in bold, with a remark', '**src/c.py (new)**\n```python\na\n```', { 'python|src/c.py|a' } },
  { 'in italics', '*src/c.py*\n```python\na\n```\n\n_d.py_:\n```\nb\n```', { 'python|src/c.py|a', '|d.py|b' } },
  { 'underscores of a name', 'pkg/__init__.py:\n```python\na\n```', { 'python|pkg/__init__.py|a' } },
  { 'behind a picture', '**📄 src/c.py**\n```python\na\n```', { 'python|src/c.py|a' } },
  { 'a closed heading', '## src/b.lua ##\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a heading that explains', '### `src/b.lua` — the module\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a rule', '--- src/b.lua ---\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a tag', '<file path="src/b.lua">\n```lua\na\n```\n</file>', { 'lua|src/b.lua|a' } },
  { 'Chinese', '修改 src/b.lua：\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'typographic quotes', '“src/b.lua”:\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a heading', '### 2. `src/b.lua`\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a heading without marks', '### src/b.lua\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'File:', 'File: src/b.lua\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a remark behind it', '`src/b.lua` (new file)\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a link', '[src/b.lua](src/b.lua):\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a link alone', '[src/b.lua](./src/b.lua)\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a link with words', '[the file](src/b.lua):\n```lua\na\n```', { 'lua|src/b.lua|a' } },
  { 'a name without a folder', '`Makefile`:\n```make\na\n```', { 'make|Makefile|a' } },
  { 'a quote of hum', '`my a.lua`, lines 3-5:\n\n```lua\na\n```', { 'lua|my a.lua|a' } },
  { 'an address above', 'See https://x.org/src/b.lua:\n```lua\na\n```', { 'lua||a' } },
  { 'a link to an address', '[this](https://x.org/b.lua):\n```lua\na\n```', { 'lua||a' } },
  { 'a sentence', 'Never touch `src/b.lua` by hand.\n```lua\na\n```', { 'lua||a' } },
  { 'a sentence of words', 'It is e.g. so, in version 1.2.3, and/or that:\n```lua\na\n```', { 'lua||a' } },
  { 'two files', 'Like `a.lua`, but in `b.lua`:\n```lua\na\n```', { 'lua||a' } },
  { 'a function', 'Call `string.format` or `self.x`:\n```lua\na\n```', { 'lua||a' } },
  { 'a name that only looks like a file', '## Node.js\n```js\na\n```', { 'js||a' } },
  { 'a command about a file', 'Run `src/b.lua`:\n```sh\nlua src/b.lua\n```', { 'sh||lua src/b.lua' } },
  { 'a command', 'Running `python app.py x.py` gives:\n```\na\n```', { '||a' } },
  { 'a script', 'Put this into `run.sh`:\n```bash\na\n```', { 'bash|run.sh|a' } },
  { 'a line that is too far above', '`src/b.lua`:\n\n\n\n```lua\na\n```', { 'lua||a' } },
  { 'a line above another block', '`b.lua`:\n```lua\na\n```\n```lua\nb\n```', { 'lua|b.lua|a', 'lua||b' } },

  { 'a comment', '```lua\n-- src/a.lua\na\n```', { 'lua|src/a.lua|-- src/a.lua\na' } },
  { 'a comment of C', '```ts\n// src/a.ts\na\n```', { 'ts|src/a.ts|// src/a.ts\na' } },
  { 'a comment of Python', '```python\n# a.py\na\n```', { 'python|a.py|# a.py\na' } },
  { 'a comment of Vim script', '```vim\n" a.vim\na\n```', { 'vim|a.vim|" a.vim\na' } },
  { 'a comment below a shebang', '```sh\n#!/bin/sh\n# a.sh\n```', { 'sh|a.sh|#!/bin/sh\n# a.sh' } },
  { 'a comment of HTML', '```html\n<!-- File: a.html -->\na\n```', { 'html|a.html|<!-- File: a.html -->\na' } },
  { 'a comment under a quote of hum', '`a.lua`, line 3:\n\n```lua\n-- b.lua\n```', { 'lua|a.lua|-- b.lua' } },
  { 'a comment in words', '```lua\n-- see a.lua\na\n```', { 'lua||-- see a.lua\na' } },
  { 'a shebang', '```sh\n#!/bin/sh\na\n```', { 'sh||#!/bin/sh\na' } },
  { 'a heading of Markdown', '```markdown\n# README\na\n```', { 'markdown||# README\na' } },
  { 'a diff', '```diff\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n```', { 'diff|x.c|--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@' } },
}

for _, case in ipairs(CASES) do
  test('blocks: ' .. case[1], { ui = false }, function(t) eq(case[3], blocks(t, reply(t, case[2]))) end)
end

test('the lines of a block, fences included, also in the question and while it is open', function(t)
  local buf = reply(t, 'x\n\n```lua\na\nb\n```', 'why?\n```c\nq\n```')
  local found = t:lua('return require("hum").blocks()')
  eq(2, #found)
  for i, want in ipairs({ { '```c', '```', 'q' }, { '```lua', '```', 'a\nb' } }) do
    eq(want[1], t:lua('return vim.fn.getline(...)', found[i].first))
    eq(want[2], t:lua('return vim.fn.getline(...)', found[i].last))
    eq(want[3], found[i].text)
  end
  t:lua([[vim.api.nvim_buf_set_lines(..., -1, -1, false, { '```py', 'open' })]], buf)
  local open = t:lua('return require("hum").blocks()')[3]
  eq({ 'py', 'open' }, { open.language, open.text })
  eq(t:lua('return vim.api.nvim_buf_line_count(0)'), open.last)
end)

test('blocks are as the text is, whatever was edited', function(t)
  local buf = reply(t, '```lua\na\n```\n\n```c\nb\n```')
  eq({ 'lua||a', 'c||b' }, blocks(t, buf))
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  t:keys('gg/^a$<CR>cc-- x.lua<Esc>')
  eq({ 'lua|x.lua|-- x.lua', 'c||b' }, vim.list_slice(blocks(t, buf), 1, 2))
  t:cmd("1put! =repeat(['above'], 5)")
  eq({ 'lua|x.lua|-- x.lua', 'c||b' }, vim.list_slice(blocks(t, buf), 1, 2))
  local first = t:lua('return require("hum").blocks()[1].first')
  eq('```lua', t:lua('return vim.fn.getline(...)', first))
  t:keys('gg/^```lua<CR>dd')
  eq(true, blocks(t, buf)[1] ~= 'lua|x.lua|-- x.lua')
  t:keys('u')
  eq({ 'lua|x.lua|-- x.lua', 'c||b' }, vim.list_slice(blocks(t, buf), 1, 2))
end)

test('a block that streams is there as far as it has come', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'x\n```lua\n', 'a\n', 'b\n', '```\n' }, interval_ms = 5 })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  gate:pass(3)
  t:wait(function() return t:text(buf):find('\nb') end, 'two lines of code')
  eq({ 'lua||a\nb' }, blocks(t, buf))
  t:cmd('normal! G')
  t:keys('gy')
  eq('a\nb\n', t:lua("return vim.fn.getreg('\"')"))
  gate:pass()
  chat.finished(t)
  eq({ 'lua||a\nb' }, blocks(t, buf))
end)

test('what the user writes below a block that streams is not of it', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'x\n```lua\na\n', 'b\n', '```\n' }, interval_ms = 5 })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  gate:pass(2)
  t:wait(function() return t:text(buf):find('\nb') end, 'two lines of code')
  t:keys('Gomine<CR>```sh<CR>ls<CR>```<Esc>')
  t:wait(function() return t:text(buf):find('mine\n```sh\nls\n```', 1, true) end, 'it stands below')
  eq('lua||a\nb', blocks(t, buf)[1])
  gate:pass()
  chat.finished(t)
  eq({ 'lua||a\nb', 'sh||ls' }, blocks(t, buf))
end)

--- Random edits of a chat, after each of which its blocks are those of a buffer with the same text that is read anew.
---@param seed integer
---@return string what is wrong first
local function storm(t, seed)
  return t:lua(
    [[
    math.randomseed(...)
    local snippets = require('hum.chat.text.snippets')
    local words = { '```lua', '```', '````', '~~~', '  ```', '- ```sh', '> ```c', '> x', '## » You', '## « fake', 'x', '',
      '`a.lua`:', '-- b.lua', '<think>', '</think>', '1. y', '`a.lua`, lines 1-2:' }
    local buf, fresh = vim.api.nvim_get_current_buf(), vim.api.nvim_create_buf(false, true)
    local function lines(n)
      local out = {}
      for i = 1, n do out[i] = words[math.random(#words)] end
      return out
    end
    for step = 1, 300 do
      local count = vim.api.nvim_buf_line_count(buf)
      local first = math.random(math.min(6, count), count)
      local last = math.min(count, first + math.random(0, 4))
      vim.api.nvim_buf_set_lines(buf, first, last, false, lines(math.random(0, 6)))
      vim.api.nvim_buf_set_lines(fresh, 0, -1, false, vim.api.nvim_buf_get_lines(buf, 0, -1, false))
      if math.random(3) == 1 and not vim.deep_equal(snippets.of(fresh), snippets.of(buf)) then
        return ('step %d: %s'):format(step, table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n'))
      end
      local row = math.random(0, vim.api.nvim_buf_line_count(buf) - 1)
      local around = snippets.around(buf, row)
      for _, one in ipairs(snippets.of(fresh)) do
        local is_in = one.row <= row and row <= one.last
        if is_in ~= (around ~= nil and around.row == one.row) then return ('step %d, row %d'):format(step, row) end
      end
    end
    return '']],
    seed
  )
end

test('a storm of edits: blocks are as if read anew', { ui = false }, function(t)
  reply(t, 'x')
  local seed = tonumber(vim.env.HUM_TEST_SEED) or math.floor(vim.uv.hrtime() % 1e9)
  eq('', storm(t, seed), 'seed ' .. seed)
end)

test('what a key reads does not grow with the chat', { ui = false }, function(t)
  local buf = reply(t, '```lua\na\n```')
  local function cost()
    t:lua('lines_read()')
    t:lua([[require('hum').yank()]])
    return t:lua('return lines_read()')
  end
  t:lua(chat.COUNT_LINES)
  cost()
  local few = cost()
  t:lua(
    [[
    local lines = {}
    for i = 1, 500 do vim.list_extend(lines, { '## « m', '', '```lua', 'a' .. i, '```', '', '## » You', '', 'x', '' }) end
    vim.api.nvim_buf_set_lines(..., -1, -1, false, lines)]],
    buf
  )
  t:lua([[vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(0), 0 })]])
  cost()
  T.ok(cost() <= few + 20, 'no more lines are read')
  eq('a500\n', t:lua([[return vim.fn.getreg('"')]]))
end)

-- ---- motions and text objects ---------------------------------------------------------------------

local TEXT = 'one\n\n```lua\na\nb\n```\n\ntwo\n\n```\n```\n\n(three b)\n\n```c\nc\n```'

--- Goes to the line with a text.
local function go(t, text)
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('^\\V' .. vim.fn.escape(..., '\\') .. '\\$', 'cW')]], text)
end

local function line(t) return t:lua('return vim.fn.getline(".")') end

test('motions go from block to block and from turn to turn, with counts', function(t)
  reply(t, TEXT)
  for _, step in ipairs({
    { 'one', ']f', 'a' },
    { 'one', '2]f', '```' },
    { 'one', '3]f', 'c' },
    { 'one', '9]f', 'c' },
    { 'c', ']f', 'c' },
    { '```lua', ']f', 'a' },
    { 'b', ']f', '```' },
    { 'b', '[f', 'a' },
    { 'a', '[f', 'a' },
    { 'two', '[f', 'a' },
    { 'c', '2[f', 'a' },
    { 'one', '[[', '## « fake' },
    { 'one', '2[[', '## » You' },
    { 'one', ']]', '## » You' },
  }) do
    go(t, step[1])
    t:keys(step[2])
    eq(step[2] .. ' ' .. step[3], step[2] .. ' ' .. line(t))
  end
  go(t, 'one')
  local before = t:lua('return vim.fn.line(".")')
  t:keys('3]f<C-o>')
  eq(before, t:lua('return vim.fn.line(".")'))
end)

test('motions extend a selection, and end an operator', function(t)
  local buf = reply(t, TEXT)
  go(t, 'one')
  t:keys('V]fy')
  eq('one\n\n```lua\na\n', t:lua([[return vim.fn.getreg('"')]]))
  go(t, 'one')
  t:keys('d]f')
  T.no_match('\none\n', t:text(buf), true)
  T.match('\na\nb\n```\n', t:text(buf), true)
  t:keys('u')
  go(t, 'c')
  local text = t:text(buf)
  t:keys('d]f')
  t:keys('c]f')
  eq('n', t.child:mode().mode)
  eq(text, t:text(buf))
end)

test('ib and ab are the block around the cursor', function(t)
  local buf = reply(t, TEXT)
  local function yanked(at, keys)
    t:lua([[vim.fn.setreg('"', 'nothing')]])
    go(t, at)
    t:keys(keys)
    return t:lua([[return vim.fn.getreg('"')]])
  end
  for _, option in ipairs({ 'inclusive', 'exclusive', 'old' }) do
    t:cmd('set selection=' .. option)
    eq('a\nb\n', yanked('b', 'yib'))
    eq('a\nb\n', yanked('```lua', 'yib'))
    eq('```lua\na\nb\n```\n', yanked('a', 'yab'))
    eq('a\nb\n', yanked('a', 'viby'))
    eq('a\nb\n', yanked('b', 'Viby'))
    eq('```lua\na\nb\n```\n', yanked('b', '<C-v>aby'))
  end
  go(t, 'two')
  t:keys('jj')
  eq('```', line(t))
  t:lua([[vim.fn.setreg('"', 'nothing')]])
  t:keys('yib')
  eq('nothing', t:lua([[return vim.fn.getreg('"')]]))
  eq('n', t.child:mode().mode)
  t:keys('dab')
  T.match('\ntwo\n\n\n(three b)\n', t:text(buf), true)
  go(t, 'b')
  t:keys('cibnew<Esc>')
  T.match('```lua\nnew\n```', t:text(buf), true)
  go(t, 'new')
  t:keys('ciblast<Esc>.')
  T.match('```lua\nlast\n```', t:text(buf), true)
  go(t, 'last')
  t:keys('dib')
  go(t, 'c')
  t:keys('k.')
  T.match('```c\n```', t:text(buf), true)
  T.match('```lua\n```', t:text(buf), true)
  go(t, 'two')
  local text = t:text(buf)
  t:keys('.')
  eq(text, t:text(buf))
  t:lua([[vim.api.nvim_buf_set_lines(0, -1, -1, false, { '```sh', 'sh', '```' })]])
  go(t, 'sh')
  t:keys('cibfoo<Esc>')
  go(t, 'two')
  text = t:text(buf)
  t:keys('.')
  eq(text, t:text(buf))
  eq('n', t.child:mode().mode)
end)

test('outside of a block ib and ab are parentheses', function(t)
  local buf = reply(t, TEXT)
  go(t, '(three b)')
  t:keys('wyib')
  eq('three b', t:lua([[return vim.fn.getreg('"')]]))
  t:keys('dab')
  T.no_match('three', t:text(buf), true)
end)

test('they work in a closed fold', function(t)
  reply(t, TEXT)
  t:cmd('setlocal foldmethod=manual')
  go(t, 'one')
  t:keys('zfG')
  t:keys('gg]f')
  eq('a', line(t))
  eq(-1, t:lua('return vim.fn.foldclosed(".")'))
  t:cmd('normal! zc')
  t:keys('yib')
  eq('a\nb\n', t:lua([[return vim.fn.getreg('"')]]))
  t:cmd('normal! zc')
  t:keys('gy')
  eq('a\nb\n', t:lua([[return vim.fn.getreg('"')]]))
end)

-- ---- yanking ------------------------------------------------------------------------------------------

test('gy yanks the block at the cursor or above', function(t)
  reply(t, TEXT)
  for at, want in pairs({ a = 'a\nb\n', two = 'a\nb\n', ['```lua'] = 'a\nb\n', c = 'c\n' }) do
    go(t, at)
    t:keys('gy')
    eq(want, t:lua([[return vim.fn.getreg('"')]]))
    eq('V', t:lua([[return vim.fn.getregtype('"')]]))
  end
  t:keys('Ggy')
  eq('c\n', t:lua([[return vim.fn.getreg('"')]]))
  go(t, 'one')
  t:lua([[vim.fn.setreg('"', 'nothing')]])
  t:keys('gy')
  eq('nothing', t:lua([[return vim.fn.getreg('"')]]))
  t:wait(function() return t:messages():find('no code block here or above', 1, true) end, 'it is told')
end)

test('gy takes a register, and appends to one', function(t)
  reply(t, '- x\n\n  ```lua\n  a\n    b\n  ```\n\n```c\nc\n```')
  go(t, '  a')
  t:keys('"qgy')
  eq('a\n  b\n', t:lua([[return vim.fn.getreg('q')]]))
  go(t, 'c')
  t:keys('"Qgy')
  eq('a\n  b\nc\n', t:lua([[return vim.fn.getreg('q')]]))
  go(t, '  a')
  t:keys('"Qgy')
  eq('a\n  b\nc\na\n  b\n', t:lua([[return vim.fn.getreg('q')]]))
  t:lua([[vim.fn.setreg('"', 'nothing')]])
  t:keys('"_gy')
  eq('nothing', t:lua([[return vim.fn.getreg('"')]]))
end)

test("gy goes where 'clipboard' says, tells TextYankPost and marks what it yanks", function(t)
  reply(t, TEXT)
  t:lua([[
    copied = {}
    vim.g.clipboard = {
      name = 'test',
      copy = { ['+'] = function(lines) copied = lines end, ['*'] = function() end },
      paste = { ['+'] = function() return copied end, ['*'] = function() return {} end },
    }
    events = {}
    vim.api.nvim_create_autocmd('TextYankPost', { callback = function()
      events[#events + 1] = vim.v.event.operator .. vim.v.event.regtype .. table.concat(vim.v.event.regcontents, ',')
    end })
    vim.o.clipboard = 'unnamedplus']])
  go(t, 'a')
  t:keys('gy')
  eq({ 'a', 'b' }, t:lua('return vim.list_slice(copied, 1, 2)'))
  eq({ 'yVa,b' }, t:lua('return events'))
  local at = t:lua([[return vim.fn.line("'[") .. '-' .. vim.fn.line("']")]])
  local first = t:lua('return require("hum").blocks()[1].first')
  eq(('%d-%d'):format(first + 1, first + 2), at)
end)

test('gY yanks the whole reply, without thinking and marks', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'A\n\n```c\nx\n```\n\nB' }, thinking = { 'hm' } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:keys('GgY')
  eq('A\n\n```c\nx\n```\n\nB\n', t:lua([[return vim.fn.getreg('"')]]))
  t:keys('gg')
  t:lua([[vim.fn.setreg('"', '')]])
  go(t, 'A')
  t:keys('"zgY')
  eq('A\n\n```c\nx\n```\n\nB\n', t:lua([[return vim.fn.getreg('z')]]))
end)

test('hum.yank() and hum.blocks() check what they are given', { ui = false }, function(t)
  local buf = reply(t, TEXT)
  for _, call in ipairs({
    { 'yank', { line = 0 } },
    { 'yank', { register = '§' } },
    { 'yank', { what = 1 } },
    { 'put', { line = 'x' } },
    { 'diff', { buf = 9999 } },
    { 'quickfix', 7 },
    { 'blocks', 'x' },
  }) do
    local ok, err = unpack(t:lua('return { pcall(require("hum")[...], select(2, ...)) }', call[1], call[2]))
    eq(false, ok)
    T.match('hum.' .. call[1] .. ': ', err, true)
  end
  t:cmd('enew')
  t:lua([[require('hum').yank({ buf = ..., line = require('hum').blocks(...)[1].first, register = 'w' })]], buf)
  eq('a\nb\n', t:lua([[return vim.fn.getreg('w')]]))
  eq({}, t:lua([[return require('hum').blocks()]]))
end)
