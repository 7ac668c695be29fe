-- The words of a statusline count by themselves, and cost nothing where nobody shows them.
local T = require('harness')
local test, eq, match = T.test, T.eq, T.match

local SHOWN = [[vim.o.statusline = "%{%v:lua.require'hum'.status()%}"]]

local function emit(t, name, data) t:lua('require("hum.events").emit(...)', name, data) end

local function begin(t) emit(t, 'HumRequestStarted', { id = 1, buf = 1, model = 'fake', endpoint = 'ollama' }) end

--- Counts the timers that are made from now on.
local COUNT = [[
  made = {}
  local new_timer = vim.uv.new_timer
  vim.uv.new_timer = function()
    local timer = new_timer()
    table.insert(made, timer)
    return timer
  end
]]

--- How many of them run.
local function timers(t)
  return t:lua([[
    return #vim.tbl_filter(function(timer) return timer:is_active() and not timer:is_closing() end, made)]])
end

test('a statusline counts while a model is waited for', { init = COUNT .. SHOWN }, function(t)
  begin(t)
  t:wait_screen('waiting for fake [1-9]%d* s')
  t:wait_screen('waiting for fake [3-9]%d* s')
  emit(t, 'HumPartStarted', { id = 1, buf = 1, part = 'text' })
  t:wait_screen('fake is writing')
  t:wait(function() return timers(t) == 0 end, 'no timer once it writes')
end)

test('no timer runs where no statusline shows it', { init = COUNT }, function(t)
  local before = timers(t)
  begin(t)
  eq(before, timers(t))
  eq('waiting for fake', t:lua([[return require('hum').status()]]))
  eq(before + 1, timers(t))
  t:wait(function() return timers(t) == before end, 'the one that was ordered has gone')
end)

test('what a server does before anything comes has words', { ui = false }, function(t)
  begin(t)
  local function words(state, share)
    return t:lua(
      [[
      local status = require('hum.status')
      local now = vim.uv.now()
      vim.uv.now = function() return now end
      status.before(1, ...)
      local one = status.of(1)
      return { status.doing(one), status.text() }]],
      state,
      share
    )
  end
  match('^loading the model', words('loading')[1])
  match('^loading fake', words('loading')[2])
  match('^reading the prompt 43 %%', words('prompt', 0.432)[1])
  match('^fake is reading the prompt', words('prompt', 0.432)[2])
  T.no_match('%%', words('prompt', 0.432)[2])
end)

--- The recipes of the help, with the real plugins where these variables name their folders.
local RECIPES = {
  HUM_LUALINE = [[require('lualine').setup({
    options = { icons_enabled = false },
    sections = { lualine_x = { function() return require('hum').status() end } },
  })]],
  HUM_HEIRLINE = [[require('heirline').setup({ statusline = { { provider = '%f %=' }, {
    provider = function() return require('hum').status() .. ' ' end,
    condition = function() return require('hum').status() ~= '' end,
    hl = 'Comment',
  } } })]],
}

for variable, recipe in pairs(RECIPES) do
  local folder = vim.env[variable]
  local init = folder and ('vim.opt.rtp:prepend(%q) %s'):format(folder, recipe)
  test(('it counts in a statusline of %s'):format(variable:sub(5):lower()), { init = init }, function(t)
    if not folder then T.skip(variable .. ' does not name its folder') end
    begin(t)
    t:wait_screen('waiting for fake [1-9]%d* s')
    t:wait_screen('waiting for fake [3-9]%d* s')
  end)
end
