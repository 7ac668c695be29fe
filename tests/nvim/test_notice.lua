-- A message that the message area has no room for is shown whole in a float, until a key is pressed.
local T = require('harness')
local test, eq = T.test, T.eq

local LONG = 'hum: the first thing that happened is this; do the second thing about it with :Hum something'

--- The text of the float, in one line.
local function notice(t)
  return t:lua([[
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(win).zindex == 250 then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), ' ')
      end
    end
    return ''
  ]])
end

for _, columns in ipairs({ 20, 40, 80 }) do
  for _, height in ipairs({ 0, 1, 2 }) do
    test(("%d columns, 'cmdheight' %d: it is whole, and no prompt asks for a key"):format(columns, height), {
      ui = { columns, columns == 20 and 30 or 12 },
      init = 'vim.o.cmdheight = ' .. height,
    }, function(t)
      t:lua('require("hum.notify").warn(...)', LONG .. LONG:sub(5))
      t:wait(function() return notice(t) == LONG .. LONG:sub(5) end, 'the float')
      eq(false, t.child:mode().blocking)
      T.match((LONG:gsub(' ', '')), (t:messages():gsub('%s+', '')), true)
    end)
  end
end

test('a key takes it away once it could be read, and does what it does', { ui = { 40, 12 } }, function(t)
  t:lua('vim.uv.now = function() return _G.now or 0 end')
  t:lua('vim.api.nvim_buf_set_lines(0, 0, -1, false, { "a", "b", "c" })')
  t:lua('require("hum.notify").warn(...)', LONG)
  t:wait(function() return notice(t) ~= '' end, 'the float')
  t:keys('j')
  t:wait(function() return t:eval('line(".")') == 2 end, 'the key')
  eq(LONG, notice(t))
  t:lua('_G.now = 1000')
  t:keys('j')
  t:wait(function() return t:eval('line(".")') == 3 and notice(t) == '' end, 'the key, and no float')
end)

test('one that fits is in the message area', { ui = { 40, 12 } }, function(t)
  t:lua('require("hum.notify").warn("hum: a short message")')
  t:wait_screen('hum: a short message', true)
  eq('', notice(t))
end)

test('without room for a float as much as fits is in the message area', { ui = { 40, 4 } }, function(t)
  t:lua('require("hum.notify").warn(...)', LONG:rep(3, ' '))
  t:wait(function() return t:messages():find('something', 1, true) end, 'it is told')
  eq('', notice(t))
  eq(false, t.child:mode().blocking)
end)
