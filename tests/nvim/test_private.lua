-- What Neovim has for itself, used through hum.private: with it, without it, and with nonsense.
local T = require('harness')
local test, eq = T.test, T.eq

-- Two folds by expression, in a window whose lines lose their `>` unseen by the folds.
local SETUP = [[
  private = require('hum.private')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'a', '>b', '>c', 'd', '>e', 'f' })
  mark = '^>'
  function _G.level() return vim.fn.getline(vim.v.lnum):find(mark) and 1 or 0 end
  vim.wo.foldmethod, vim.wo.foldexpr = 'expr', 'v:lua.level()'
  vim.cmd('redraw')
  function levels()
    local out = {}
    for lnum = 1, vim.fn.line('$') do out[lnum] = vim.fn.foldlevel(lnum) end
    return table.concat(out)
  end
]]

test('folds of some rows are computed again, and no others', function(t)
  t:lua(SETUP)
  eq('011010', t:lua('return levels()'))
  t:lua("mark = '^$'")
  eq(true, t:lua('return private.foldupdate(vim.api.nvim_get_current_win(), 0, 3)'))
  eq('000010', t:lua('return levels()'))
  eq(true, t:lua('return private.foldupdate(0, 4, 5)'))
  eq('000000', t:lua('return levels()'))
end)

test('folds of rows that are not there are no error', function(t)
  t:lua(SETUP)
  t:lua("mark = '^$'")
  for _, rows in ipairs({ '6, 7', '100, 200', '3, 3', '4, 2', '-5, 0' }) do
    eq(false, t:lua('return private.foldupdate(0, ' .. rows .. ')'), rows)
  end
  eq(false, t:lua('return private.foldupdate(12345, 0, 1)'))
  eq('011010', t:lua('return levels()'))
  eq(true, t:lua('return private.foldupdate(0, -5, 100)'))
  eq('000000', t:lua('return levels()'))
end)

test('folds are computed again without the private function, or with one that refuses', function(t)
  t:lua(SETUP)
  t:lua("vim._foldupdate, mark = nil, '^$'")
  eq(true, t:lua('return private.foldupdate(0, 0, 3)'))
  t:cmd('redraw')
  eq('000000', t:lua('return levels()'))
  t:lua("vim._foldupdate, mark = function() error('gone') end, '^>'")
  eq(true, t:lua('return private.foldupdate(0, 0, 3)'))
  t:cmd('redraw')
  eq('011010', t:lua('return levels()'))
end)

test('a buffer is drawn again with the private function, without it, and if it refuses', function(t)
  t:lua([[
    private, drawn = require('hum.private'), 0
    vim.api.nvim_set_decoration_provider(vim.api.nvim_create_namespace('test'), {
      on_win = function() drawn = drawn + 1 end,
    })
    vim.cmd('redraw')
  ]])
  eq(true, t:lua('return private.redraw({ no_such_thing = true })'))
  t:lua([[
    calls, own = 0, vim.api.nvim__redraw
    function counted(opts)
      calls = calls + 1
      return own(opts)
    end]])
  for _, given in ipairs({ 'counted', 'nil', "function() error('gone') end" }) do
    t:lua('drawn, vim.api.nvim__redraw = 0, ' .. given)
    eq(true, t:lua('return private.redraw({ buf = 0, valid = false })'))
    t:wait(function() return t:lua('return drawn > 0') end, 'it is drawn with ' .. given)
  end
  eq(1, t:lua('return calls'), 'calls of the private function')
end)

test('the marks of a namespace are seen in one window, or wherever the buffer is', function(t)
  local seen = [[
    local private = require('hum.private')
    local ns = vim.api.nvim_create_namespace('test')
    if ... then
      vim.api.nvim__ns_set, vim.api.nvim__win_add_ns = nil, nil
      private.scoped = nil
    end
    vim.cmd('only | split')
    local done = private.bind_namespace(ns, vim.api.nvim_get_current_win())
    vim.api.nvim_buf_set_extmark(0, ns, 0, 0, { virt_text = { { 'MARK' } }, virt_text_pos = 'inline', scoped = private.scoped })
    return done]]
  local function count()
    t:lua('return 0')
    return select(2, t:screen():gsub('MARK', ''))
  end
  eq(true, t:lua(seen, false))
  t:wait(function() return count() == 1 end, 'one mark')
  eq(false, t:lua("return require('hum.private').bind_namespace(1, 12345)"))
  t:lua("vim.api.nvim_buf_clear_namespace(0, vim.api.nvim_create_namespace('test'), 0, -1)")
  eq(false, t:lua(seen, true))
end)
