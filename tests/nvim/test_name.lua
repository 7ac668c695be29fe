-- Titles of chats and names of their files, as pure functions of a question.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local TITLES = {
  { 'Why is the sky blue?', 'Why is the sky blue?' },
  { '\n\n  Why   is\tthe sky blue?  \n\nmore', 'Why is the sky blue?' },
  { 'wrapped by\nhand, so', 'wrapped by hand, so' },
  { '# A heading\n\ntext', 'A heading' },
  { '- **What** is `vim.uv` and *why*?', 'What is vim.uv and why?' },
  { 'See [the docs](https://x.example/a_b) please', 'See the docs please' },
  { '`src/a.lua`, lines 1-3:\n\n```lua\nlocal x\n```\n\nWhat does it do?', 'What does it do?' },
  { 'What is this?\n```lua\nlocal x\n```', 'What is this?' },
  { '```\nE5108: Error executing\n```', 'E5108: Error executing' },
  { '~~~\n```\nthe code\n~~~', 'the code' },
  { 'Fix this:\n\n```c\nint x\n```', 'Fix this:' },
  { '2 * 3 * 4 or snake_case_name?', '2 * 3 * 4 or snake_case_name?' },
  { '> quoted\n\nand?', 'quoted' },
  { '---\n***\nreal', 'real' },
  { '', 'Chat' },
  { '?!', 'Chat' },
  { 'bell\7 and null\0 here', 'bell and null here' },
  { 'Äpfel für Ärzte', 'Äpfel für Ärzte' },
  {
    'one two three four five six seven eight nine ten eleven twelve thirteen',
    'one two three four five six seven eight nine ten eleven…',
  },
  { ('x'):rep(100), ('x'):rep(59) .. '…' },
  { ('天'):rep(50), ('天'):rep(29) .. '…' },
}

for _, case in ipairs(TITLES) do
  test(
    ('title of %s'):format(vim.inspect(case[1]):sub(1, 60)),
    { ui = false },
    function(t) eq(case[2], t:lua([[return require('hum.chat.kept.name').title(...)]], case[1])) end
  )
end

local WORDS = {
  { 'Why is the sky blue?', 'why-is-the-sky-blue' },
  { '../../etc/passwd', 'etc-passwd' },
  { '.hidden', 'hidden' },
  { 'a/b\\c:d*e?f"g<h>i|j', 'a-b-c-d-e-f-g-h-i-j' },
  { 'ÄPFEL für 3 €', 'äpfel-für-3' },
  { '空はなぜ青い？', '空はなぜ青い' },
  { 'Gru\u{308}ße?', 'gru\u{308}ße' },
  { 'a\u{202e}b\u{200b}c\u{feff}d\u{a0}e\u{3000}f', 'a-b-c-d-e-f' },
  { 'smile 🙂 now', 'smile-now' },
  { 'bad \255\254 bytes', 'bad-ÿþ-bytes' },
  { '🙂', 'chat' },
  { '', 'chat' },
  { ('word '):rep(30), (('word-'):rep(16)):sub(1, -2) },
  { ('天'):rep(50), ('天'):rep(26) },
}

for _, case in ipairs(WORDS) do
  test(
    ('words of %s'):format(vim.inspect(case[1]):sub(1, 60)),
    { ui = false },
    function(t) eq(case[2], t:lua([[return require('hum.chat.kept.name').words(...)]], case[1])) end
  )
end

test(
  'a name is given once: files, dangling links, buffers and what belongs to a chat count',
  { ui = false },
  function(t)
    local function file(title) return t:lua([[return require('hum.chat.kept.name').file(...)]], t.dir, title) end
    local first = file('Hello')
    eq(t.dir .. '/' .. os.date('%Y-%m-%d') .. '-hello.md', first)
    t:lua('vim.uv.fs_symlink("/nowhere/x", ...)', first)
    eq((first:gsub('%.md', '-2.md')), file('Hello'))
    t:lua('vim.fn.bufadd(...)', (first:gsub('%.md', '-2.md')))
    eq((first:gsub('%.md', '-3.md')), file('hello!'))
    t:lua('vim.fn.mkdir(...)', (first:gsub('%.md', '-3.files')))
    eq((first:gsub('%.md', '-4.md')), file('hello!'))
    eq(
      { false, true, true, false },
      t:lua(
        [[
    return vim.tbl_map(require('hum.chat.kept.name').is_provisional, {
      '/a/2026-11-29-hello.md', '/a/2026-11-29-101112.md', '/a/2026-11-29-101112-2.md', '/a/2026-11-29-101112/x.md' })]]
      )
    )
  end
)

test('two Neovims never give the same name to chats in which nothing was asked', { nvim = false }, function(t)
  local names = {}
  for i, child in ipairs({ t:start({ ui = false }), t:start({ ui = false }) }) do
    names[i] = child:lua([[
      os.date = function() return '2026-11-29-101112' end
      return require('hum.chat.kept.name').provisional('/nowhere')]])
  end
  T.ok(names[1] ~= names[2], names[1])
end)

-- ---- folders ------------------------------------------------------------------------------------

test('folders of chats are private, and those that are there stay as they are', { ui = false }, function(t)
  local function ensure(path) return t:lua([[return { require('hum.chat.kept.folder').ensure(...) }]], path) end
  local function mode(path) return bit.band(vim.uv.fs_stat(path).mode, 511) end
  t:lua('vim.fn.mkdir(...)', t.dir .. '/mine')
  local before = mode(t.dir .. '/mine')
  eq({ true }, ensure(t.dir .. '/mine/a b/c'))
  eq({ before, 448, 448 }, { mode(t.dir .. '/mine'), mode(t.dir .. '/mine/a b'), mode(t.dir .. '/mine/a b/c') })
  t:write_file('file', 'x')
  local refused = ensure(t.dir .. '/file/x/y')
  T.match('the folder .*/file cannot be made: ', refused[2])
end)

test("the folder is as configured, with the user's own way to write it", { ui = false }, function(t)
  local function root(directory)
    t:lua([[require('hum').setup({ chat = { directory = ... } })]], directory)
    return t:lua([[return require('hum.chat.kept.folder').root()]])
  end
  local home = t:lua('return vim.env.HOME')
  eq(t:lua([[return vim.fn.stdpath('data')]]) .. '/hum/chats', root(nil))
  eq(home .. '/my chats', root('~/my chats/'))
  eq(home .. '/x', root('$HOME/x'))
  eq(t:lua('return vim.fn.getcwd()') .. '/rel', root('rel'))
end)

test('projects of the same name have folders of their own', { ui = false }, function(t)
  t:lua([[require('hum').setup({ chat = { keep = 'project' } })]])
  for _, name in ipairs({ 'a/proj', 'b/proj' }) do
    t:lua('vim.fn.mkdir(..., "p")', t.dir .. '/' .. name .. '/.git')
    t:lua('vim.fn.mkdir(..., "p")', t.dir .. '/' .. name .. '/src')
  end
  local function path(dir)
    t:cmd('cd ' .. t.dir .. '/' .. dir)
    return t:lua([[local folder = require('hum.chat.kept.folder'); return folder.path(folder.project())]])
  end
  local a, b = path('a/proj'), path('b/proj')
  T.match('/proj%-%x%x%x%x%x%x%x%x$', a)
  T.match('/proj%-%x%x%x%x%x%x%x%x$', b)
  T.ok(a ~= b)
  eq(a, path('a/proj/src'))
  eq(t:lua([[return require('hum.chat.kept.folder').root()]]), path('.'))
end)
