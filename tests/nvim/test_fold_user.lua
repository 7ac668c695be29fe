-- Folds that the user makes, opens, closes and deletes in a chat: they stay, whatever hum folds and takes out of folds.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, match = T.test, T.eq, T.match

--- The folds of a window, as "5-9" if closed, "5-9 open(6-7)" if not.
local DUMP = [[
  local function dump(folds)
    local out = {}
    for i, fold in ipairs(folds) do
      local inner = #fold.inner > 0 and '(' .. dump(fold.inner) .. ')' or ''
      out[i] = ('%d-%d%s%s'):format(fold.first + 1, fold.last + 1, fold.closed and '' or ' open', inner)
    end
    return table.concat(out, ', ')
  end
  return dump(require('hum.chat.view.fold_list').of(...))]]

---@param t test.Case
---@param win? integer
---@return string
local function folds(t, win) return t:lua(DUMP, win or 0) end

--- A chat with a reply that has thoughts, with a file beside it.
---@param t test.Case
---@return integer buf, test.Fake srv
local function begin(t)
  local srv = t:fake()
  srv:script({ thinking = 'a thought\nmore', text = 'one\ntwo\nthree\nfour\nfive\nsix' })
  t:write_file('code.lua', ('local a = 1\n'):rep(9))
  t:lua('vim.cmd.cd(...)', t.dir)
  t:cmd('edit code.lua')
  local buf = chat.open(t, srv, { model = 'thinker' }, { chat = { window = 'right', stay_in_insert = false } })
  chat.ask(t, 'hello there')
  chat.finished(t)
  return buf, srv
end

--- Folds of the user's in the first reply: an open one, one below it with a closed one in it.
---@param t test.Case
---@return string  as `folds` has them
local function fold(t)
  local row = t:lua('return vim.fn.search("^one", "nw")')
  t:cmd(('%d,%dfold | %dfoldopen'):format(row, row + 1, row))
  t:cmd(('%d,%dfold | %dfoldopen | %d,%dfold'):format(row + 2, row + 5, row + 2, row + 3, row + 4))
  return ('%d-%d open, %d-%d open(%d-%d)'):format(row, row + 1, row + 2, row + 5, row + 3, row + 4)
end

test(
  'they stay while quotes fold, turns are left out and sent again, and thinking comes',
  { ui = { 110, 40 } },
  function(t)
    local buf = begin(t)
    local front, thought = '1-6', '14-17'
    eq(front .. ', ' .. thought, folds(t))
    local mine = fold(t)
    eq(table.concat({ front, thought, mine }, ', '), folds(t))
    t:cmd('14normal! zd')
    eq(table.concat({ front, mine }, ', '), folds(t), 'one of hum that the user has deleted is gone')
    -- A quote comes in.
    local win = t:lua('return vim.api.nvim_get_current_win()')
    t:cmd('wincmd p | 3,5Hum! chat')
    local quote = t:lua([[local l = vim.fn.search('^```lua', 'nw') return ('%d-%d'):format(l, l + 4)]])
    eq(table.concat({ front, mine, quote }, ', '), folds(t, win))
    -- Turns are left out, more of them, and none any more.
    local function leave_out(last)
      local range = last and { { first = 7, last = last, text = 'not sent' } } or {}
      t:lua('require("hum.chat.view.fold").leave_out(...)', buf, range)
    end
    leave_out(11)
    eq(table.concat({ front, '8-12', mine, quote }, ', '), folds(t, win))
    local row = t:lua('return vim.fn.search("^six", "nw")')
    leave_out(row - 1)
    eq(('%s, 8-%d(%s), %s'):format(front, row, mine, quote), folds(t, win))
    leave_out()
    eq(table.concat({ front, mine, quote }, ', '), folds(t, win))
    -- Thinking is computed while it comes.
    chat.ask(t, 'and?', buf)
    eq('done', chat.finished(t, 2).status)
    local second = t:lua([[local l = vim.fn.search('^<think>', 'nbw') return ('%d-%d'):format(l, l + 3)]])
    eq(table.concat({ front, mine, quote, second }, ', '), folds(t, win))
    -- Another window has them, too.
    t:lua('vim.api.nvim_set_current_win(...)', win)
    t:cmd('split')
    eq(table.concat({ front, mine, quote, second }, ', '), folds(t))
    -- What brings a thought back folds it again, and nothing else.
    t:cmd(('%sdelete'):format(second:gsub('-', ',')))
    t:wait(function() return folds(t) == table.concat({ front, mine, quote }, ', ') end, 'the thought is gone')
    t:keys('u')
    t:wait(function() return folds(t) == table.concat({ front, mine, quote, second }, ', ') end, 'it is back')
    match('▸ Thought', t:screen(), true)
  end
)
