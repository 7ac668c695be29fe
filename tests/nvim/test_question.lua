-- Pickers and prompts that the user may have put in place of vim.ui.select() and vim.ui.input(): whatever they do harms
-- nothing.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local OPTS = { ui = { 100, 30 } }

--- Lets run what is scheduled, and what that schedules.
local DRAIN = [[
  function drain()
    local passes = 0
    local function pass()
      passes = passes + 1
      if passes < 4 then vim.schedule(pass) end
    end
    pass()
    vim.wait(60000, function() return passes == 4 end)
  end]]

--- What a picker may do, and what then counts: the place in { 'a', 'b', 'a' }, or nothing.
local SELECTS = {
  { 'cb(items[2], 2)', 2 },
  { 'cb(items[2])', 2 }, -- the item alone
  { 'cb(items[2], 9) cb(items[1], 1) cb(nil)', 2 }, -- a number of its own list; twice more
  { 'cb(items[3], 3)', 3 },
  { 'vim.defer_fn(function() cb(items[2], 2) end, 1)', 2 }, -- late
  { 'cb(nil)' },
  { 'cb(nil, 2)' },
  { 'cb("c", 2)' },
  { 'cb(2)' },
  { 'cb(items[2], 2) error("too late")', 2 },
  { 'error("broken")', fault = 'hum: vim.ui.select failed: .*broken' },
  { 'error({})', fault = 'hum: vim.ui.select failed: table' },
  { 'error("Keyboard interrupt")' },
}

test('what a picker tells is one answer or none, whatever it does', { ui = { 100, 30 }, once = true }, function(t)
  t:lua(DRAIN)
  for _, one in ipairs(SELECTS) do
    local got = t:lua(
      [[
      vim.cmd('messages clear')
      vim.ui.select = loadstring('return function(items, _, cb) ' .. ... .. ' end')()
      local told, inside = {}, true
      local pick = vim.ui.select
      vim.ui.select = function(...)
        inside = true
        local ok, err = pcall(pick, ...)
        inside = false
        if not ok then error(err, 0) end
      end
      require('hum.question').ask({ 'a', 'b', 'a' }, { prompt = 'Which:' }, function(i, item)
        table.insert(told, { i = i or vim.NIL, item = item, inside = inside })
      end)
      vim.wait(60000, function() return #told > 0 end)
      drain()
      return told]],
      one[1]
    )
    eq({ { i = one[2] or vim.NIL, item = one[2] and ({ 'a', 'b', 'a' })[one[2]], inside = false } }, got)
    if one.fault then
      T.match(one.fault, t:messages())
    else
      eq('', t:messages())
    end
  end
  eq(
    { 'x', vim.NIL, vim.NIL, vim.NIL },
    t:lua([[
    local told = {}
    for i, act in ipairs({ 'cb("x") cb("y")', 'cb(nil)', 'cb(7)', 'error("broken")' }) do
      vim.ui.input = loadstring('return function(_, cb) ' .. act .. ' end')()
      require('hum.question').input({ prompt = '' }, function(text) table.insert(told, text or vim.NIL) end)
      vim.wait(60000, function() return #told == i end)
    end
    return told]])
  )
  T.match('vim.ui.input failed: .*broken', (t:messages():gsub('\n', ' ')))
end)

--- What asks, and whether it asks for a text. Each is answered late, when its buffer is gone.
local LATE = {
  { 'Hum persona', 'select' },
  { 'Hum rename', 'input' },
  { 'Hum delete', 'select' },
  { '2Hum remark', 'input', file = true },
  { 'Hum gone', 'input', file = true },
  { '2Hum ask', 'input', file = true },
}

test('an answer that comes when its buffer is gone does nothing, and is no fault', OPTS, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'ok' } })
  t:lua(DRAIN)
  t:lua([[
    held = {}
    vim.ui.select = function(items, _, cb) table.insert(held, function() cb(items[#items], #items) end) end
    vim.ui.input = function(_, cb) table.insert(held, function() cb('text') end) end]])
  chat.configure(t, srv, {}, { personas = { short = { system = 'Be short.' } } })
  t:lua(
    [[
    local dir = vim.fn.stdpath('config') .. '/hum/prompts'
    vim.fn.mkdir(dir, 'p')
    vim.fn.writefile({ '---', 'mode: chat', 'ask: What', '---', 'About {{selection}}: {{input}}' }, dir .. '/gone.md')]]
  )
  for i, one in ipairs(LATE) do
    t:cmd(one.file and 'new' or 'Hum new')
    if one.file then t:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'one', 'two', 'three' })]]) end
    t:cmd(one[1])
    t:wait(function() return t:lua('return #held') == i end, one[1])
    t:lua(
      [[vim.cmd('bwipeout!')
      local n = ... held[n]() held[n]() drain()]],
      i
    )
    T.no_match('E5108', t:messages(), true)
    T.no_match('stack traceback', t:messages(), true)
    eq(false, t.child:mode().blocking)
  end
  t:cmd('messages clear')
  t:cmd('Hum new')
  T.no_match('persona: short', t:text(), true)
  eq({}, srv:requests('/api/chat'))
end)
