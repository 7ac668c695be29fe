-- While a completion menu hides suggestions nothing is fetched; when it goes, once. The case plays the helper.
local T = require('harness')
local complete = require('lib.complete')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

local OPTS = suggest.OPTS

--- Kinds of the keys that were sent since the last call.
local function kinds(t)
  return vim.tbl_map(function(one) return one[6] end, suggest.sent(t, 'key'))
end

--- A buffer with words to complete, in insert mode on its last line, which is empty.
local function insert(t, lines)
  local buf = suggest.open(t, lines or { 'abacus', 'abandon', 'abstract', '' })
  t:cmd('set completeopt=menu,menuone,noinsert,noselect')
  suggest.type(t, 'A')
  kinds(t)
  return buf
end

--- What opens Neovim's own menu behind "ab".
local OPENS = {
  ['<C-n>'] = 'ab<C-n>',
  ['<C-x><C-n>'] = 'ab<C-x><C-n>',
  ['an omni function'] = 'ab<C-x><C-o>',
  ['a plugin that calls complete()'] = 'ab<C-l>',
}

for what, keys in vim.spairs(OPENS) do
  test('keys typed while a menu is open ask nothing, but when it is closed: ' .. what, OPTS, function(t)
    t:lua([[
      _G.words = function(start) return start == 1 and vim.fn.col('.') - 3 or { 'abacus', 'abandon' } end
      vim.bo.omnifunc = 'v:lua.words'
      vim.keymap.set('i', '<C-l>', function() vim.fn.complete(vim.fn.col('.') - 2, { 'abacus', 'abandon' }) end)]])
    insert(t)
    t:lua([[vim.bo.omnifunc = 'v:lua.words']])
    suggest.type(t, keys)
    t:wait(function() return t:eval('pumvisible()') == 1 end, 'the menu is open')
    kinds(t)
    suggest.type(t, '<C-n><C-n>')
    eq(1, t:eval('pumvisible()'))
    local sent = kinds(t)
    T.ok(#sent > 0 and not vim.tbl_contains(sent, 'typed'), vim.inspect(sent))
    suggest.type(t, '<C-y>')
    eq({ 'typed' }, kinds(t))
    suggest.type(t, 'x')
    eq({ 'typed' }, kinds(t))
  end)
end

test("the menu of 'autocomplete' is one, too", OPTS, function(t)
  if t:eval("exists('+autocomplete')") == 0 then T.skip("no 'autocomplete'") end
  t:cmd('set autocomplete')
  insert(t)
  suggest.type(t, 'aba')
  eq(1, t:eval('pumvisible()'))
  eq({ 'followed', 'followed', 'followed' }, kinds(t))
  suggest.type(t, '<C-e>')
  eq({ 'typed' }, kinds(t))
  suggest.type(t, ' ')
  eq({ 'typed' }, kinds(t))
  suggest.type(t, 'ab')
  eq({ 'followed', 'followed' }, kinds(t))
  suggest.type(t, 'x')
  eq({ 'typed' }, kinds(t))
end)

test('a plugin that opens it at each key, before hum hears of the key, hides suggestions at once', OPTS, function(t)
  t:lua([[
    vim.api.nvim_create_autocmd('TextChangedI', {
      callback = function()
        local word = vim.fn.matchstr(vim.api.nvim_get_current_line(), [=[\k*$]=])
        if #word == 2 then vim.fn.complete(vim.fn.col('.') - 2, { 'abacus', 'abandon' }) end
      end,
    })]])
  insert(t)
  suggest.type(t, 'a')
  eq({ 'typed' }, kinds(t))
  suggest.type(t, 'b')
  eq(1, t:eval('pumvisible()'))
  suggest.suggest(t, 'GHOST')
  T.no_match('GHOST', t:screen())
  kinds(t)
  suggest.type(t, '<C-n>')
  eq({ 'followed' }, kinds(t))
end)

test('what is closed by leaving insert mode asks nothing', OPTS, function(t)
  insert(t)
  suggest.type(t, 'ab<C-n><C-n>')
  kinds(t)
  suggest.type(t, '<Esc>')
  eq({}, kinds(t))
end)

test('with menu = "show" all is asked as ever', OPTS, function(t)
  t:lua([[require('hum').setup({ complete = { menu = 'show' } })]])
  insert(t)
  suggest.type(t, 'ab<C-n><C-n>')
  eq(1, t:eval('pumvisible()'))
  local sent = kinds(t)
  T.ok(#sent > 0 and not vim.tbl_contains(sent, 'followed'), vim.inspect(sent))
end)

test('what is asked for by the user is asked', OPTS, function(t)
  insert(t)
  suggest.type(t, 'ab<C-n>')
  kinds(t)
  suggest.call(t, 'now')
  T.ok(vim.tbl_contains(kinds(t), 'requested'))
end)

-- Menus of plugins are windows of their own: what a stub of each needs to open and to close.
local PLUGINS = {
  ['nvim-cmp'] = {
    init = [[
      local heard = {}
      package.loaded.cmp = {
        visible = function() return open end,
        event = { on = function(_, name, fn) heard[name] = fn end },
      }
      function _G.set_open(value)
        open = value
        heard[value and 'menu_opened' or 'menu_closed']()
      end]],
  },
  ['blink.cmp'] = {
    init = [[
      package.loaded['blink.cmp'] = { is_menu_visible = function() return open end }
      function _G.set_open(value)
        open = value
        vim.api.nvim_exec_autocmds('User', { pattern = value and 'BlinkCmpMenuOpen' or 'BlinkCmpMenuClose' })
      end]],
  },
}

for name, plugin in vim.spairs(PLUGINS) do
  test('the menu of ' .. name .. ' is one, too', OPTS, function(t)
    t:lua('open = false\n' .. plugin.init)
    insert(t)
    suggest.type(t, 'a')
    eq({ 'typed' }, kinds(t))
    t:lua('set_open(true)')
    suggest.type(t, 'bc')
    eq({ 'followed', 'followed' }, kinds(t))
    t:lua('set_open(false)')
    suggest.settle(t)
    eq({ 'typed' }, kinds(t))
    t:lua('set_open(true)')
    t:lua('set_open(false)')
    suggest.settle(t)
    eq({}, kinds(t), 'nothing was typed meanwhile')
  end)
end

test('in manual mode the end of a menu asks nothing', OPTS, function(t)
  t:lua([[require('hum').setup({ complete = { mode = 'manual' } })]])
  insert(t)
  suggest.type(t, 'ab<C-n><C-n><C-y>x')
  eq({}, kinds(t))
end)

test('the server is asked once for all that was typed in a menu', complete.OPTS, function(t)
  local srv = complete.start(t, { text = '()' })
  t:cmd('set completeopt=menu,menuone,noinsert,noselect')
  complete.insert(t, { 'abacus', 'abandon', 'abstract', 'ab' })
  complete.wait_idle(t)
  complete.type(t, '<C-n>')
  t:wait(function() return t:eval('pumvisible()') == 1 end, 'the menu is open')
  complete.wait_idle(t)
  complete.reset(srv)
  complete.type(t, '<C-n><C-n><C-n>')
  complete.wait_idle(t)
  eq(0, #complete.requests(srv))
  complete.type(t, '<C-y>')
  complete.wait_ghost(t, '()')
  eq(1, #complete.requests(srv))
end)
