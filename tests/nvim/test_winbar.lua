-- The line above a chat.
local T = require('harness')
local stream = require('lib.stream')
local test, eq, match = T.test, T.eq, T.match

---@param width integer
---@param more? string  Lua
local function opts(width, more)
  return { ui = { width, 24 }, init = stream.init .. 'local g = vim.g.hum;' .. (more or '') .. ' vim.g.hum = g' }
end

--- The first row of the screen, where between two words there is one blank.
local function top(t) return vim.trim((t:screen():match('^[^\n]*'):gsub('%s+', ' '))) end

local function wait_top(t, pattern)
  return t:wait(function() return top(t):find(pattern) end, 'above the chat: ' .. pattern)
end

local STATS = { tokens = 100, prompt_tokens = 924, window = 8192, total_ms = 60, counted = true, server = true }

test('it has model, endpoint, share of the context and state', opts(60), function(t)
  stream.open(t, 'T')
  wait_top(t, '^fake · ollama$')
  stream.ask(t, 'one')
  wait_top(t, '^fake · ollama waiting')
  stream.part(t, 'thinking')
  wait_top(t, '^fake · ollama thinking')
  stream.part(t, 'text')
  stream.tokens(t, 'reply')
  wait_top(t, '^fake · ollama writing')
  t:lua([[require('hum.server.window').of = function() return 8192 end]])
  stream.event(t, 'done', { reason = 'stop', stats = STATS })
  wait_top(t, '^fake · ollama 13 %% of 8k$')
  t:cmd('Hum model other')
  wait_top(t, '^other · ollama')
end)

test(
  'what has no room is left out whole',
  opts(40, "g.endpoints.ollama.model = 'a-name-of-24-characters:8b'"),
  function(t)
    stream.open(t, 'T')
    wait_top(t, '^a%-name%-of%-24%-characters:8b · ollama$')
    stream.ask(t, 'one')
    wait_top(t, '^a%-name%-of%-24%-characters:8b waiting$')
  end
)

for name, init in pairs({
  ["the user's own"] = "vim.o.winbar = 'mine %f';",
  ['that of another plugin'] = [[vim.api.nvim_create_autocmd('BufWinEnter', { callback = function() vim.wo[0][0].winbar = 'mine' end });]],
  ['none, if it is not wanted'] = 'g.chat.winbar = false;',
}) do
  test('a window keeps ' .. name, opts(60, init), function(t)
    stream.open(t, 'T')
    stream.ask(t, 'one')
    stream.part(t, 'text')
    stream.tokens(t, 'reply')
    wait_top(t, name:find('none') and 'T$' or '^mine')
  end)
end

test('it goes when another buffer takes the window, and comes back with the chat', opts(60), function(t)
  stream.open(t, 'T')
  wait_top(t, '^fake · ollama$')
  t:cmd('enew')
  eq('', t:eval('&winbar'))
  t:wait(function() return top(t) == '' end, 'no line')
  t:cmd('buffer #')
  wait_top(t, '^fake · ollama$')
end)

test(
  'a float has none',
  { ui = { 60, 24 }, init = stream.init .. "local g = vim.g.hum; g.chat.window = 'float'; vim.g.hum = g" },
  function(t)
    stream.open(t, 'T')
    stream.ask(t, 'one')
    eq('', t:eval('&winbar'))
  end
)

test('it is switched on and off by setup()', opts(60), function(t)
  stream.open(t, 'T')
  wait_top(t, '^fake')
  t:lua([[require('hum').setup({ chat = { winbar = false } })]])
  eq('', t:eval('&winbar'))
  t:lua([[require('hum').setup({ chat = { winbar = true } })]])
  match('HumWinbar', t:eval('&winbar'))
end)

test('while tokens come nothing is evaluated or set for it', opts(60), function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.part(t, 'text')
  stream.tokens(t, 'reply')
  wait_top(t, 'writing')
  T.no_match('%%{', t:eval('&winbar'), 'an expression')
  t:lua([[
    sets = 0
    vim.api.nvim_create_autocmd('OptionSet', { pattern = 'winbar', callback = function() sets = sets + 1 end })
    local now = vim.uv.now()
    vim.uv.now = function() return now end]])
  for i = 1, 30 do
    stream.write(t, ' word' .. i)
    t:cmd('redraw')
  end
  eq(0, t:lua('return sets'))
end)
