-- A new chat with the first exchanges of another one, which stays as it was.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

local FOLDER = 'data/nvim/hum/chats/'

local THREE = [[
---
hum: 1
title: Three things
model: fake
project: proj
root: /home/u/proj
---

## § System

Be brief.

## » You

one?

## « fake

Answer one.

```lua
print(1)
```

## » You

two?

## « fake

Answer two.

## » You

three?

## « fake

Answer three.

## » You

a draft
]]

--- Opens a chat.
---@return integer buf, string path, test.Fake srv
local function open(t, text)
  t:eval('1') -- a Neovim that starts makes folders, too
  local srv = t:fake()
  srv:script({ text = 'Another answer.' })
  chat.configure(t, srv, {}, { chat = { window = 'current' } })
  local path = t:write_file(FOLDER .. '2026-01-01-three-things.md', text or THREE)
  return t:lua('return require("hum").open(...)', path), path, srv
end

--- What is sent for the next question.
---@return string[]
local function sent(t, srv, buf)
  chat.ask(t, 'what else?', buf)
  eq('done', chat.finished(t).status)
  local requests = srv:requests('/api/chat')
  return vim.tbl_map(
    function(m) return m.role:sub(1, 1) .. ': ' .. m.content:match('[^\n]*') end,
    requests[#requests].body.messages
  )
end

test('a fork has the first exchanges, and the other chat stays as it was', function(t)
  local buf, path, srv = open(t)
  local new = t:lua('return require("hum").fork(...)', buf, 1)
  eq(new, t:eval('bufnr()'))
  T.ok(new ~= buf)
  eq({ 's: Be brief.', 'u: one?', 'a: Answer one.', 'u: what else?' }, sent(t, srv, new))
  eq(THREE, t:read_file(path))
  eq(THREE, t:text(buf) .. '\n')
  local file = t:eval('expand("%:p")')
  eq(vim.fs.dirname(path), vim.fs.dirname(file))
  t:wait(function() return t:read_file(file):find('Another answer.', 1, true) end, 'it is kept')
  eq('rw-------', vim.fn.getfperm(file))
  local entries = t:lua('return require("hum").chats()')
  eq({ 'Three things (fork)', 'proj' }, { entries[1].title, entries[1].project })
  eq('Three things', entries[2].title)
end)

--- How many exchanges are asked for, and the answers that are there then.
local NUMBERS = { [1] = 1, [2] = 2, [3] = 3, [9] = 3 }

for n, answers in pairs(NUMBERS) do
  test(('of %d exchanges that are asked for, %d are in the fork'):format(n, answers), { ui = false }, function(t)
    local buf = open(t)
    local text = t:text(t:lua('return require("hum").fork(...)', buf, n))
    eq(answers, select(2, text:gsub('Answer %a+%.', '')))
    T.no_match('a draft', text, true)
    T.match('\n\n## » You\n\n$', text)
  end)
end

test('without a number a fork has all answers', { ui = false }, function(t)
  local buf = open(t)
  local text = t:text(t:lua('return require("hum").fork(...)', buf))
  T.match('Answer three.', text, true)
  T.no_match('a draft', text, true)
end)

test(':Hum fork forks behind the exchange that the cursor is in, or the one with a number', function(t)
  local buf = open(t)
  for word, answer in pairs({ ['one?'] = 'one', ['Answer two'] = 'two', ['three?'] = 'three', ['a draft'] = 'three' }) do
    t:cmd('buffer ' .. buf)
    t:lua('vim.fn.cursor(1, 1) vim.fn.search(..., "cW")', word)
    t:cmd('Hum fork')
    local text = t:text()
    T.match(('Answer %s%%.'):format(answer), text)
    eq(answer, text:match('.*Answer (%a+)%.'), word)
  end
  for number, answer in pairs({ [2] = 'two', [99] = 'three' }) do
    t:cmd('buffer ' .. buf)
    t:cmd('Hum fork ' .. number)
    eq(answer, t:text():match('.*Answer (%a+)%.'))
  end
  t:cmd('buffer ' .. buf)
  t:cmd('Hum fork 0')
  t:wait_screen('hum: exchanges are counted from 1', true)
  eq(buf, t:eval('bufnr()'))
end)

test('a fork of a fork is counted', { ui = false }, function(t)
  local buf = open(t)
  local titles = {}
  for i = 1, 3 do
    buf = t:lua('return require("hum").fork(...)', buf)
    titles[i] = t:text(buf):match('\ntitle: ([^\n]*)')
  end
  eq({ 'Three things (fork)', 'Three things (fork 2)', 'Three things (fork 3)' }, titles)
end)

test('what belongs to the chat belongs to the fork', { ui = false }, function(t)
  local buf, path = open(t)
  local ref = t:lua([[return require('hum.chat.kept.belongings').put(..., 'bytes', 'png')]], path)
  local new = t:lua('return require("hum").fork(...)', buf, 1)
  local file = t:api('nvim_buf_get_name', new)
  eq('bytes', t:lua([[return require('hum.chat.kept.belongings').get(...)]], file, ref))
  vim.fn.delete(path:gsub('%.md$', '.files'), 'rf')
  eq('bytes', t:lua([[return require('hum.chat.kept.belongings').get(...)]], file, ref))
end)

test('a chat without an answer cannot be forked', { ui = { 120, 20 } }, function(t)
  local buf = open(t, '---\nhum: 1\n---\n\n## » You\n\nnot sent\n')
  local got = t:lua('return { require("hum").fork(...) }', buf)
  eq(vim.NIL, got[1])
  T.match('nothing to fork', got[2], true)
  t:wait_screen('hum: nothing to fork: this chat has no answer yet', true)
end)

test('a chat without front matter or title can', { ui = false }, function(t)
  local buf = open(t, '---\nhum: 1\n---\n\n## » You\n\nWhy so?\n\n## « fake\n\nSo.\n')
  local text = t:text(t:lua('return require("hum").fork(...)', buf))
  eq('---\nhum: 1\ntitle: Why so? (fork)\n---\n\n## » You\n\nWhy so?\n\n## « fake\n\nSo.\n\n## » You\n\n', text)
  t:lua('vim.api.nvim_buf_set_lines(..., 0, 4, false, {})', buf)
  eq(text, t:text(t:lua('return require("hum").fork(...)', buf)))
end)

test('a reply that streams is in the fork as far as it came, and marked', function(t)
  local buf, _, srv = open(t)
  srv:script({ tokens = { '```lua\n', 'local x = 1', ' + 1' } })
  local gate = t:gate(srv)
  chat.configure(t, srv, {}, { chat = { window = 'current' } })
  gate:pass(2)
  chat.ask(t, '', buf)
  t:wait(function() return t:text(buf):find('local x', 1, true) end, 'the beginning')
  local text = t:text(t:lua('return require("hum").fork(...)', buf))
  T.match('local x = 1\n```\n\n<!%-%- hum: stopped %-%->\n\n## » You\n\n$', text)
  T.no_match('stopped', t:text(buf), true)
  t:cmd('Hum! stop')
end)

test('with chat.keep off the fork is a buffer only', { ui = false }, function(t)
  local buf, path = open(t)
  t:lua([[require('hum').setup({ chat = { keep = false } })]])
  local new = t:lua('return require("hum").fork(...)', buf, 1)
  T.match('Answer one', t:text(new), true)
  T.no_match('Answer two', t:text(new), true)
  eq({ vim.fs.basename(path) }, vim.fn.readdir(vim.fs.dirname(path)))
end)
