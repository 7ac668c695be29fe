-- The clock ticks for what is seen, and costs nothing when nobody sees it.
local T = require('harness')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match

T.once()

local SETUP = [[
  buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, { '## » You', '', 'Why?' })
  require('hum.chat.view.highlight').attach(buf)
  clock = require('hum.chat.view.clock')
  ticks = 0
  stop = clock.watch(buf, function(b)
    assert(b == buf)
    ticks = ticks + 1
    return answer
  end)
]]

local function ticks(t) return t:lua('return ticks') end
local function runs(t) return t:lua('return clock.runs()') end

local function ticking(t)
  local before = ticks(t)
  t:wait(function() return ticks(t) > before + 1 end, 'it ticks again and again')
end

local function resting(t)
  t:wait(function() return not runs(t) end, 'the clock rests')
end

for name, hide in pairs({
  ['another buffer'] = { 'set hidden | enew', 'buffer 1' },
  ['another tab page'] = { 'tabnew', 'tabfirst' },
}) do
  test(('it ticks while the buffer is seen, and rests behind %s'):format(name), function(t)
    t:lua(SETUP)
    ticking(t)
    t:cmd(hide[1])
    resting(t)
    local before = ticks(t)
    t:cmd('redraw!')
    eq(false, runs(t), 'another window is nothing to it')
    eq(before, ticks(t))
    t:cmd(hide[2])
    ticking(t)
  end)
end

test('it ticks in a window without the focus', function(t)
  t:lua(SETUP)
  t:cmd('new')
  ticking(t)
end)

test('what says that it is not seen rests until the window is drawn again', function(t)
  t:lua(SETUP)
  ticking(t)
  t:lua('answer = false')
  resting(t)
  t:lua('answer = nil')
  t:cmd('redraw!')
  ticking(t)
end)

test('what stops is called no more, and the others go on', function(t)
  t:lua(SETUP)
  t:lua('others = 0; stop_other = clock.watch(buf, function() others = others + 1 end)')
  ticking(t)
  t:lua('stop() stop()')
  local before, others = ticks(t), t:lua('return others')
  t:wait(function() return t:lua('return others') > others + 1 end, 'the other one goes on')
  eq(before, ticks(t))
  t:lua('stop_other()')
  eq(false, runs(t))
  t:cmd('redraw!')
  eq(false, runs(t))
end)

test('it ends with the buffer', function(t)
  t:lua(SETUP)
  ticking(t)
  t:cmd('bwipeout!')
  resting(t)
end)

test('a fault is told once, and the others go on', function(t)
  t:lua(SETUP)
  t:lua('clock.watch(buf, function() error("the spring is broken") end)')
  t:wait(function() return t:messages():find('spring') end, 'it is told')
  t:cmd('redraw!')
  ticking(t)
  local _, told = t:messages():gsub('spring is broken', '')
  eq(1, told)
  match('spring is broken', t:log(), true)
  ok(runs(t))
end)
