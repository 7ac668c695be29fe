-- What a new user does on the first day, by keys alone, and where he reads which: README's quick start, the hints of an
-- empty chat (hint), `g?`, the explanations of `:Hum <Tab>` (Tab), or what stands on the screen anyway (seen).
local T = require('harness')
local chat = require('lib.chat')
local test = T.test

local CODE = 'Look:\n\n```lua\nlocal x = 1\n```\n\nThat is all.'

--- A chat with one exchange.
local function answered(t)
  local buf = chat.open(t, t.server, nil, { chat = { window = 'right' } })
  chat.ask(t, 'why is that?', buf)
  T.eq('done', chat.finished(t).status)
  return buf
end

--- A chat whose reply is on its way.
local function streaming(t)
  t.server:script({ tokens = { 'one ', 'two ', 'three ', 'four' }, thinking = 'hm' })
  t.gate = t:gate(t.server)
  t.gate:pass(3)
  local buf = chat.open(t, t.server, nil, { chat = { window = 'right' } })
  chat.ask(t, 'why is that?', buf)
  t:wait(function() return t:text(buf):find('one two', 1, true) end, 'it streams')
  return buf
end

--- A file, and nothing of hum.
local function file(t)
  chat.configure(t, t.server)
  t:cmd('edit ' .. t:write_file('a.lua', 'local a = 0\nlocal b = 2\n'))
  return t:eval('bufnr()')
end

--- An empty chat.
local function empty(t) return chat.open(t, t.server, nil, { chat = { window = 'right' } }) end

local function is_chat(t) return t:eval('&filetype') == 'hum' end

local function sent(t, n)
  local requests = t.server:requests('/api/chat')
  return requests[n] and requests[n].body.messages[#requests[n].body.messages].content
end

---@class test.Task
---@field [1] string               what is wanted
---@field [2] fun(t): integer      where it begins
---@field [3] string               the keys; what is in braces is the user's own, at "…" he sees a list
---@field [4] string               where they are read
---@field [5] string               what is read there
---@field [6] fun(t, buf): any     whether it is done

---@type test.Task[]
local TASKS = {
  { 'open a chat', file, ':Hum<CR>', 'README', ':Hum', is_chat },
  {
    'ask',
    file,
    ':Hum {why is it so?}<CR>',
    'README',
    ':Hum why',
    function(t) return sent(t, 1) == 'why is it so?' end,
  },
  {
    'send what is written',
    empty,
    'i{hello}<Esc><CR>',
    'hint',
    '<CR> sends',
    function(t) return sent(t, 1) == 'hello' end,
  },
  {
    'send from insert mode',
    empty,
    'i{hello}<C-s>',
    'hint',
    '<C-s> in insert mode',
    function(t) return sent(t, 1) == 'hello' end,
  },
  {
    'stop',
    streaming,
    '<C-c>',
    'README',
    '`<C-c>`',
    function(t) return #t:events('HumRequestFinished') == 1 end,
  },
  {
    'go on with it',
    function(t)
      local buf = streaming(t)
      t:cmd('Hum stop')
      chat.finished(t)
      t.gate:pass()
      return buf
    end,
    'g.',
    'seen',
    'g.',
    function(t) return #t.server:requests('/api/chat') == 2 end,
  },
  {
    'ask again',
    answered,
    'g<CR>',
    'g?',
    'regenerate the last reply',
    function(t) return #t.server:requests('/api/chat') == 2 end,
  },
  {
    'write on while it streams',
    streaming,
    'Go{and then?}<Esc><CR>',
    'README',
    'while a reply streams',
    function(t, buf) return #t:lua('return require("hum").queue(...)', buf) == 1 end,
  },
  {
    'take that back',
    function(t)
      local buf = streaming(t)
      t:keys('Goand then?<Esc><CR>')
      t:wait(function() return #t:lua('return require("hum").queue(...)', buf) == 1 end, 'it waits')
      return buf
    end,
    'g<BS>',
    'seen',
    'g<BS>',
    function(t, buf) return #t:lua('return require("hum").queue(...)', buf) == 0 end,
  },
  {
    'undo the reply',
    answered,
    'u',
    'g?',
    'undo a whole reply',
    function(t, buf) return not t:text(buf):find('local x', 1, true) end,
  },
  {
    'yank the code',
    answered,
    'gy',
    'g?',
    'yank the code block',
    function(t) return t:eval('@"') == 'local x = 1\n' end,
  },
  {
    'put it into the file',
    function(t)
      file(t)
      t:cmd('2Hum what is this?')
      chat.finished(t)
      return t:eval('bufnr("#")')
    end,
    'gp',
    'README',
    '`gp`',
    function(t) return t:text(vim.F.if_nil(t:eval('bufnr("a.lua")'), 0)):find('local x = 1') end,
  },
  {
    'see it as a diff',
    function(t)
      file(t)
      t:cmd('2Hum what is this?')
      chat.finished(t)
      return 0
    end,
    'gd',
    'README',
    '`gd`',
    function(t) return t:eval('&diff') == 1 end,
  },
  {
    'ask about lines',
    file,
    'V:Hum {why is this?}<CR>',
    'README',
    "'<,'>Hum",
    function(t) return (sent(t, 1) or ''):find('local a = 0', 1, true) end,
  },
  {
    'copy the whole reply',
    answered,
    'gY',
    'g?',
    'yank the reply',
    function(t) return t:eval('@"'):find('That is all', 1, true) end,
  },
  {
    'select another model',
    answered,
    'gm…2<CR>',
    'hint',
    'gm selects the model',
    function(t, buf) return t:text(buf):find('model: other', 1, true) end,
  },
  {
    'see which models there are',
    file,
    ':Hum m<Tab><CR>',
    'Tab',
    'select the model',
    function(t) return t:screen():find('images', 1, true) end,
  },
  {
    'find an old chat',
    answered,
    'gL',
    'hint',
    'gL lists',
    function(t) return t:screen():find('1: why is that', 1, true) end,
  },
  {
    'search in all chats',
    answered,
    ':Hum chats {that is all}<CR>',
    'Tab',
    'or those with some words',
    function(t) return t:screen():find('That is all', 1, true) end,
  },
  {
    'rename a chat',
    answered,
    ':Hum ren<Tab> {New name}<CR>',
    'Tab',
    'another title',
    function(t, buf) return t:text(buf):find('title: New name', 1, true) end,
  },
  {
    'fork it',
    answered,
    'gb',
    'g?',
    'fork the chat here',
    function(t, buf) return is_chat(t) and t:eval('bufnr()') ~= buf end,
  },
  {
    'delete it',
    answered,
    ':Hum d<Tab><CR>…2<CR>',
    'Tab',
    'delete this chat',
    function(t, buf) return not t:api('nvim_buf_is_valid', buf) end,
  },
  {
    'read the turn before',
    answered,
    '[[',
    'g?',
    'jump to the previous turn',
    function(t) return t:eval('getline(".")'):find('## ', 1, true) end,
  },
  { 'hide the chat', answered, 'gh', 'g?', 'hide the chat window', function(t) return t:eval('winnr("$")') == 1 end },
  {
    'have it back',
    function(t)
      local buf = answered(t)
      t:keys('gh')
      t:wait(function() return t:eval('winnr("$")') == 1 end, 'hidden')
      return buf
    end,
    ':Hum<CR>',
    'README',
    ':Hum',
    is_chat,
  },
}

--- What can be read in a place.
local READ = {
  README = function(t) return t:read_file(t.root .. '/README.md') end,
  hint = function(t)
    t.child = t:start({ ui = { 120, 50 } })
    empty(t)
    t:wait_screen('lists all keys', true)
    return t:screen()
  end,
  ['g?'] = function(t)
    t.child = t:start({ ui = { 120, 50 } })
    empty(t)
    t:keys('g?')
    t:wait_screen('Keys of a chat', true)
    return t:screen()
  end,
  Tab = function(t)
    t.child = t:start({ ui = { 120, 50 } })
    t:keys(':Hum <Tab>')
    t:wait_screen('check the installation', true)
    return t:screen()
  end,
  seen = function(t) return t:screen() end,
}

--- So many keys are pressed, without what is the user's own.
local function count(keys) return #keys:gsub('{.-}', ''):gsub('<[%w-]+>', 'x'):gsub('…', '') end

--- Types them; at "…" a list is waited for.
local function press(t, keys)
  for i, part in ipairs(vim.split(keys:gsub('[{}]', ''), '…')) do
    if i > 1 then t:wait_screen('Type number', true) end
    t:keys(part)
  end
end

for _, task in ipairs(TASKS) do
  local name, begin, keys, where, told, done = unpack(task)
  test(('%s: %d keys, read in %s'):format(name, count(keys), where), { ui = { 120, 40 } }, function(t)
    t.server = t:fake()
    t.server:script({
      models = { 'fake', { name = 'other', capabilities = { 'completion', 'vision' } } },
      default = { text = CODE },
    })
    local buf = begin(t)
    if where == 'seen' then t:wait_screen(told, true) end
    press(t, keys)
    t:wait(function() return done(t, buf) end, name)
    if where ~= 'seen' then T.match(told, READ[where](t), true) end
  end)
end
