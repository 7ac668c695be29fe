-- Role lines: who speaks, from where, when, and what a model is doing.
local T = require('harness')
local stream = require('lib.stream')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match

T.once()

local LONG = 'Qwen3-Coder-480B-A35B-Instruct-with-a-name-of-64-characters-x:8b'
assert(#LONG == 64)

---@param width integer
---@param more? string  Lua
local function opts(width, more)
  return {
    ui = { width, 24 },
    init = stream.init
      .. 'local g = vim.g.hum; g.chat.stats, g.chat.winbar = false, false;'
      .. (more or '')
      .. ' vim.g.hum = g',
  }
end

--- Sets hum's clock on by so many seconds, as if they had passed.
local function pass(t, seconds)
  t:lua(
    [[
    local ms = 1000 * ...
    if not real_now then
      real_now, past = vim.uv.now, 0
      vim.uv.now = function() return real_now() + past end
    end
    past = past + ms
  ]],
    seconds
  )
end

--- The row of the screen with a text, where between two of its words there is one blank, whatever fills the bar.
---@return string
local function row_with(t, text)
  return t:wait(function()
    for line in vim.gsplit(t:screen(), '\n') do
      line = ' ' .. line:gsub('─', ' '):gsub('%s+', ' ')
      if line:find(text, 1, true) then return vim.trim(line) end
    end
  end, 'a row with ' .. text)
end

local function time(t) return t:lua([[return os.date('%H:%M')]]) end

local LONG_MODEL = ("g.endpoints.ollama.model = '%s';"):format(LONG)

test('a bar says who speaks, from where and when', opts(60), function(t)
  stream.open(t, 'T')
  T.no_match('%d%d:%d%d', row_with(t, 'You'))
  local before = time(t)
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.done(t)
  t:wait(function()
    local mine, reply = row_with(t, 'You'), row_with(t, 'fake ')
    return (mine:find(before, 1, true) or mine:find(time(t), 1, true)) and reply:find('ollama · %d%d:%d%d$')
  end, 'endpoint and time')
  ok(not t:screen():find('##', 1, true), 'no heading is shown as it is written')
end)

for _, width in ipairs({ 40, 80, 120 }) do
  test(("at %d columns a model's name of 64 characters is whole"):format(width), opts(width, LONG_MODEL), function(t)
    stream.open(t, 'T')
    stream.ask(t, 'one')
    stream.tokens(t, 'reply')
    stream.done(t)
    t:wait(function() return t:screen():gsub('[%s~]', ''):find(LONG, 1, true) end, 'the name')
    local last = row_with(t, width == 40 and 'characters-x:8b' or LONG .. ' ')
    eq(width == 120, last:find('ollama · ', 1, true) ~= nil, 'the endpoint, where there is room')
    eq(width > 70, last:find('%d%d:%d%d$') ~= nil, 'the time')
  end)
end

test('what has no room at the right is left out whole, the endpoint first', opts(34), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.part(t, 'text')
  pass(t, 75)
  t:wait(function() return row_with(t, 'fake '):find('^fake writing 7%d s · %d%d:%d%d$') end, 'state and time')
  stream.done(t)
  t:wait(function() return row_with(t, 'fake '):find('^fake ollama · %d%d:%d%d$') end, 'endpoint and time')
end)

test('the state of a reply is counted in its bar, and goes with its end', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  pass(t, 3)
  t:wait_screen('waiting for fake [34] s')
  T.no_match('waiting', row_with(t, ' ollama · '))
  stream.part(t, 'thinking')
  pass(t, 5)
  t:wait(function() return row_with(t, 'ollama ·'):find('thinking [56] s · ollama') end, 'thinking')
  stream.part(t, 'text')
  t:wait(function() return row_with(t, 'ollama ·'):find('writing · ollama') end, 'writing')
  stream.done(t)
  t:wait(function() return row_with(t, 'ollama ·'):find('fake ollama ·') end, 'no state')
end)

test('seconds are counted in a chat where its window is too narrow for the name', opts(40, LONG_MODEL), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  pass(t, 12)
  t:wait_screen('\n *waiting 1[23] s')
end)

test('on the row of the cursor the heading is as it is written, its details stay', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.done(t)
  row_with(t, ' fake ollama')
  local row = t:lua([[return vim.fn.search('^## « ')]])
  ok(row > 0)
  t:cmd('redraw!')
  t:wait(function() return row_with(t, '## « fake'):find('^## « fake +ollama · %d%d:%d%d$') end, 'the heading')
  t:keys('j')
  row_with(t, ' fake ollama')
end)

test('undo and redo know the time of a reply again', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.done(t)
  row_with(t, 'ollama · ')
  t:keys('u')
  t:wait(function() return not t:screen():find('ollama · ', 1, true) end, 'the reply is gone')
  t:keys('<C-r>')
  row_with(t, 'ollama · ')
end)

test('a chat that is read again knows its times', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.done(t)
  row_with(t, 'ollama · ')
  t:cmd('write')
  t:lua([[vim.api.nvim_create_autocmd('BufReadPost', { callback = function() was_read = true end })]])
  t:cmd('edit!')
  ok(t:lua('return was_read'))
  row_with(t, 'ollama · ')
end)

test('a queued message says so in its bar', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.part(t, 'text')
  stream.tokens(t, 'reply')
  t:keys('Gotwo<Esc><CR>')
  match('^You queued; .+ takes it back$', row_with(t, 'queued'))
end)

test('tokens do not draw a bar again, nor does a hidden chat', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.part(t, 'text')
  stream.tokens(t, 'reply')
  row_with(t, 'writing')
  t:lua([[
    draws = 0
    local details = require('hum.chat.view.details')
    local at = details.at
    details.at = function(...) draws = draws + 1; return at(...) end
    vim.uv.now = (function() local now = vim.uv.now() return function() return now end end)()
  ]])
  for i = 1, 30 do
    stream.write(t, ' word' .. i)
    t:cmd('redraw')
  end
  local draws = t:lua('return draws')
  ok(draws <= 2, ('drawn %d times'):format(draws))
end)

test('without dressing headings are as they are written', opts(60, 'g.chat.dress = false;'), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.done(t)
  t:wait_screen('\n## « fake')
end)
