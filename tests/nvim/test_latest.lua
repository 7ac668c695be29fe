-- The latest chat of a project, offered in a new one.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

local FOLDER = 'data/nvim/hum/chats/'

--- A project with chats, the last of which is the newest; Neovim is in its folder.
---@param titles string[]
---@return string root
local function project(t, titles)
  t:eval('1') -- a Neovim that starts makes folders, too
  local root = t.dir .. '/proj'
  vim.fn.mkdir(root .. '/.git', 'p')
  for i, title in ipairs(titles) do
    local front = ('---\nhum: 1\ntitle: %s\nproject: proj\nroot: %s\nmodel: fake\n---\n'):format(title, root)
    local path = t:write_file(('%s2026-01-0%d-x.md'):format(FOLDER, i), front .. '\n## » You\n\nold question\n')
    local time = 1700000000 + i * 86400
    vim.uv.fs_utime(path, time, time)
  end
  t:write_file(FOLDER .. 'other.md', '---\nhum: 1\ntitle: of another\nproject: other\nroot: /x/other\n---\n')
  t:cmd('cd ' .. root)
  return root
end

local function open(t)
  local srv = t:fake()
  srv:script({ text = 'Fine.' })
  return chat.open(t, srv)
end

local HINT = 'gl opens "newest", 2023-'

test('a new chat in a project names its latest chat until something is typed', function(t)
  project(t, { 'older', 'newest' })
  local buf = open(t)
  t:wait_screen(HINT, true)
  t:keys('ia<Esc>')
  t:wait(function() return not t:screen():find('the latest chat', 1, true) end, 'it is gone')
  t:keys('u')
  eq(
    {},
    t:lua('return vim.api.nvim_buf_get_extmarks(..., vim.api.nvim_create_namespace("hum.latest"), 0, -1, {})', buf)
  )
end)

test('it is gone when a message is sent by a function', function(t)
  project(t, { 'newest' })
  local buf = open(t)
  t:wait_screen(HINT, true)
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  t:wait(function() return not t:screen():find('the latest chat', 1, true) end, 'it is gone')
end)

test('its key opens that chat, and the new one leaves nothing behind', function(t)
  project(t, { 'older', 'newest' })
  local buf = open(t)
  t:wait_screen(HINT, true)
  t:keys('gl')
  t:wait(function() return t:eval('expand("%:t")') == '2026-01-02-x.md' end, 'it is shown')
  eq(false, t:api('nvim_buf_is_valid', buf))
  eq(3, #vim.fn.readdir(t.dir .. '/' .. FOLDER))
  t:keys('gl')
  t:wait(function() return t:eval('expand("%:t")') == '2026-01-01-x.md' end, 'the other one is shown')
end)

test('what was written in the new chat stays', function(t)
  project(t, { 'newest' })
  local buf = open(t)
  t:wait_screen(HINT, true)
  t:keys('Goa draft<Esc>gl')
  t:wait(function() return t:eval('expand("%:t")') == '2026-01-01-x.md' end, 'it is shown')
  T.match('a draft', t:text(buf), true)
end)

--- Where nothing is offered.
local WITHOUT = {
  ['of no project'] = function(t) t:cmd('cd ' .. t.dir) end,
  ['of a project without chats'] = function(t)
    vim.fn.mkdir(t.dir .. '/new/.git', 'p')
    t:cmd('cd ' .. t.dir .. '/new')
  end,
}

for name, go in vim.spairs(WITHOUT) do
  test('a new chat ' .. name .. ' names none', function(t)
    project(t, { 'newest' })
    go(t)
    t:lua([[
      local get = require('hum.chat.kept.list').get
      looked = 0
      package.loaded['hum.chat.kept.list'].get = function(opts, fn)
        return get(opts, function(entries)
          fn(entries)
          looked = looked + 1
        end)
      end]])
    open(t)
    if name:find('without') then t:wait(function() return t:lua('return looked') > 0 end, 'it was looked for') end
    T.no_match('the latest chat', t:screen(), true)
  end)
end

test('in a narrow window the line is cut, and the key can be seen', { ui = { 40, 18 } }, function(t)
  project(t, { ('long '):rep(30) })
  open(t)
  t:wait_screen('gl opens "long long', true)
end)

test('without a key the line only names the chat', function(t)
  project(t, { 'newest' })
  local srv = t:fake()
  chat.open(t, srv, {}, { chat = { maps = { latest = false } } })
  t:wait_screen('the latest chat of proj', true)
  T.no_match('gl opens', t:screen(), true)
end)

-- ---- a title by the model -----------------------------------------------------------------------

--- A server whose model answers a question, and names the conversation.
local function titled(t, title)
  local srv = t:fake()
  local rules = {
    { match = { text = 'Write a title' }, text = title },
    { match = { text = 'hello' }, text = 'Hi you.' },
    { text = 'More.' },
  }
  srv:script({ rules = rules })
  local buf = chat.open(t, srv, {}, { chat = { title = 'model' } })
  chat.ask(t, 'hello there, my friend', buf)
  eq('done', chat.finished(t).status)
  return buf, srv
end

local function asked(srv) return #srv:requests('/api/chat') end

test('with chat.title = "model" the first reply gives the chat another title, once', function(t)
  local buf, srv = titled(t, '**Title: "A friendly greeting"**\n\nAs you wished.')
  t:wait(function() return t:text(buf):find('\ntitle: A friendly greeting\n', 1, true) end, 'the title')
  t:wait(function() return t:eval('expand("%:t")'):find('-a-friendly-greeting.md', 1, true) end, 'the name')
  local path = t:eval('expand("%:p")')
  t:wait(function() return t:read_file(path):find('\ntitle: A friendly greeting\n', 1, true) end, 'it is kept')
  chat.ask(t, 'second', buf)
  eq('done', chat.finished(t, 2).status)
  eq(3, asked(srv))
  t:wait(function() return t:eval('&modified') == 0 end, 'all is saved')
end)

test('one undo takes the reply back, and a redo brings it', function(t)
  local buf = titled(t, 'A greeting')
  t:wait(function() return t:text(buf):find('\ntitle: A greeting\n', 1, true) end, 'the title')
  local text = t:text(buf)
  t:keys('u')
  T.no_match('Hi you', t:text(buf), true)
  t:keys('<C-r>')
  eq(text, t:text(buf))
end)

--- Answers that give no title.
local NONE = { ['nothing'] = '', ['only marks'] = '""\n', ['a line of stars'] = '***' }

for name, answer in vim.spairs(NONE) do
  test('a model that answers ' .. name .. ' changes no title', function(t)
    local buf, srv = titled(t, answer)
    t:wait(function() return asked(srv) == 2 end, 'it was asked')
    t:wait(function() return t:lua('return require("hum").status()') == '' end, 'it has answered')
    T.match('\ntitle: hello there, my friend\n', t:text(buf), true)
  end)
end

test('a request for a title that fails changes nothing, and says nothing', function(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { text = 'Write a title' }, status = 500 }, { text = 'Hi you.' } } })
  local buf = chat.open(t, srv, {}, { chat = { title = 'model' } })
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  t:wait(function() return t:log():find('no title by the model', 1, true) end, 'it failed')
  T.match('\ntitle: hello\n', t:text(buf), true)
  T.no_match('title', t:messages(), true)
end)

test('by default, and with a title of the user, no model is asked for one', function(t)
  local srv = t:fake()
  srv:script({ text = 'Hi.' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  t:lua([[require('hum').setup(...)]], { chat = { title = 'model' }, endpoints = { ollama = { url = srv.url } } })
  local other = t:lua('return require("hum").chat({ model = "fake" })')
  t:lua('require("hum.chat.front").set_title(..., "Mine")', other)
  chat.ask(t, 'hello', other)
  eq('done', chat.finished(t, 2).status)
  eq(2, asked(srv))
end)
