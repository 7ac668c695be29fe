-- hum's `User` events and a CTRL-C that comes while Neovim is at work.
local T = require('harness')
local test, eq = T.test, T.eq

local INIT = [[
  seen = 0
  vim.api.nvim_create_autocmd('User', { pattern = 'HumChatOpened', callback = function() seen = seen + 1 end })
  function emit(count, before)
    for i = 1, count do
      if before then before() end
      require('hum.events').emit('HumChatOpened', { buf = i })
    end
    return seen
  end
]]

test('a CTRL-C that Neovim has found takes an event from nobody', { init = INIT }, function(t)
  eq(50, t:lua([[return emit(50, function() vim.api.nvim_input('<C-c>') end)]]))
  T.no_match('an autocommand for', t:messages())
end)

test('a CTRL-C that comes with an event is no fault of its autocommands', { init = INIT }, function(t)
  for _ = 1, 40 do
    t.child.rpc:notify('nvim_exec_lua', 'emit(500)', {})
    for _ = 1, 20 do
      t:keys('<C-c>')
    end
    t:lua('return 0')
  end
  T.no_match('an autocommand for', t:messages())
end)
