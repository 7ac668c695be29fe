-- Keys for suggestions as `complete.maps` sets them, and what they do without a suggestion. The case plays
-- the helper.
local T = require('harness')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

--- As README has it.
local README = "vim.g.hum = { complete = { mode = 'on', maps = true } }"

---@param before? string  Lua of init.lua in front of README's
---@param after? string   and behind it
local function opts(before, after)
  local init = suggest.init:gsub('vim%.g%.hum = [^\n]*', '')
  return { ui = { 80, 16 }, init = ('%s\n%s\n%s\n%s'):format(init, before or '', README, after or '') }
end

local FORMER = [[vim.keymap.set('i', '<Tab>', function() return 'FORMER' end, { expr = true })]]
local LOCAL = [[
  vim.api.nvim_create_autocmd('BufEnter', { callback = function()
    vim.keymap.set('i', '<Tab>', 'LOCAL', { buffer = true })
  end })]]

---@class test.TabCase
---@field name string
---@field before? string
---@field after? string
---@field lua? string    run when the buffer is open
---@field keys? string   in place of `x<Tab>`
---@field once? boolean  typed at once
---@field shown? string  the suggestion when they are typed
---@field want string
---@field new? boolean   only in Neovim 0.11 and later

---@type test.TabCase[]
local CASES = {
  { name = 'a suggestion is accepted', shown = 'local y = 1', keys = '<Tab>', want = 'local y = 1' },
  { name = 'a word of it', shown = 'local y = 1', keys = '<M-w>', want = 'local' },
  { name = 'a line of it', shown = 'local y\nz', keys = '<M-l>', want = 'local y' },
  { name = 'dismissed', shown = 'local y', keys = '<M-e><Tab>', want = '\t' },
  { name = 'nothing was mapped', want = 'x\t' },
  { name = 'nothing was mapped, at once', once = true, want = 'x\t' },
  { name = 'twice', keys = 'x<Tab><Tab>', once = true, want = 'x\t\t' },
  { name = 'as the options of tabs say', lua = 'vim.cmd("set expandtab sw=4 sts=4")', want = 'x   ' },
  { name = 'keys with Alt do nothing of their own', keys = 'x<M-w><M-l>y', want = 'xy' },
  { name = 'an expression', before = FORMER, want = 'xFORMER' },
  { name = 'an expression, a suggestion', before = FORMER, shown = 'yz', keys = '<Tab>', want = 'yz' },
  { name = 'mapped later', lua = FORMER, want = 'xFORMER' },
  { name = 'mapped later, a suggestion', lua = FORMER, shown = 'yz', keys = '<Tab>', want = 'yz' },
  { name = 'mapped later, without one again', lua = FORMER, shown = 'yz', keys = '<Tab><Tab>', want = 'yzFORMER' },
  {
    name = 'a callback',
    before = [[vim.keymap.set('i', '<Tab>', function() vim.api.nvim_put({ 'PUT' }, 'c', false, true) end)]],
    want = 'xPUT',
  },
  { name = '<Cmd>', before = [[vim.keymap.set('i', '<Tab>', '<Cmd>call feedkeys("FED")<CR>')]], want = 'xFED' },
  {
    name = 'keys that are not replaced',
    before = [[vim.keymap.set('i', '<Tab>', function() return '<lt>' end, { expr = true, replace_keycodes = false })]],
    want = 'x<lt>',
  },
  { name = 'remapped', before = [[vim.cmd('imap <Tab> <F8>b') vim.cmd('inoremap <F8> a')]], want = 'xab' },
  { name = 'remapped to itself', before = [[vim.cmd('imap <Tab> <Tab>y')]], want = 'x\ty' },
  { name = 'remapped by an expression to itself', before = [[vim.cmd('imap <expr> <Tab> "<Tab>y"')]], want = 'x\ty' },
  {
    name = 'of a script',
    before = [[
      local file = vim.fn.tempname() .. '.vim'
      vim.fn.writefile({ 'let s:word = "own"', 'func s:Word() ', 'return s:word', 'endfunc',
        'inoremap <script> <Tab> <C-r>=<SID>Word()<CR><SID>More', 'inoremap <SID>More !' }, file)
      vim.cmd.source(file)]],
    want = 'xown!',
  },
  {
    name = 'an expression of a script',
    before = [[
      local file = vim.fn.tempname() .. '.vim'
      vim.fn.writefile({ 'func s:Word()', 'return "own"', 'endfunc', 'inoremap <expr> <Tab> <SID>Word()' }, file)
      vim.cmd.source(file)]],
    want = 'xown',
  },
  {
    name = 'an abbreviation',
    before = [[pcall(vim.keymap.del, 'i', '<Tab>')]],
    lua = [[vim.cmd('iabbrev abc ALPHA')]],
    keys = 'abc<Tab>',
    want = 'ALPHA\t',
  },
  { name = 'of the buffer', before = LOCAL, want = 'xLOCAL' },
  { name = 'of the buffer, a suggestion', before = LOCAL, shown = 'yz', keys = '<Tab><Tab>', want = 'yzLOCAL' },
  { name = 'of the buffer, mapped later', after = LOCAL, shown = 'yz', keys = '<Tab><Tab>', want = 'yzLOCAL' },
  {
    name = 'of the buffer and of all, the buffer first',
    before = FORMER .. '\n' .. LOCAL,
    shown = 'yz',
    keys = '<Tab><Tab>',
    want = 'yzLOCAL',
  },
  { name = 'in a macro', before = FORMER, keys = '<Esc>qqAx<Tab>y<Esc>q2@qA', once = true, want = ('xFORMERy'):rep(3) },
  {
    name = 'of a visual block',
    before = FORMER,
    keys = '<Esc>Ax<Esc>ox<Esc>gg<C-v>jI<Tab><Esc>A',
    once = true,
    want = 'FORMERx\nFORMERx',
  },
  {
    name = 'another that falls back to what was there, each in its turn',
    before = FORMER,
    lua = [[
      require('hum.complete').start()
      local below = vim.fn.maparg('<Tab>', 'i', false, true)
      vim.keymap.set('i', '<Tab>', function()
        vim.api.nvim_put({ '+' }, 'c', false, true)
        below.callback()
      end)]],
    keys = '<Esc>ax<Tab>',
    want = 'x+FORMER',
  },
  {
    name = 'another that falls back at once, without a word',
    lua = [[
      require('hum.complete').start()
      local below = vim.fn.maparg('<Tab>', 'i', false, true)
      vim.keymap.set('i', '<Tab>', function() below.callback() end)]],
    keys = '<Esc>ax<Tab><Tab>',
    want = 'x\t\t',
  },
  {
    name = 'another that falls back by keys',
    lua = [[
      require('hum.complete').start()
      local below = vim.fn.maparg('<Tab>', 'i', false, true)
      below.lhs, below.lhsraw = '<Plug>(other-below)', vim.keycode('<Plug>(other-below)')
      vim.fn.mapset('i', false, below)
      vim.keymap.set('i', '<Tab>', function()
        vim.api.nvim_feedkeys(vim.keycode('<Plug>(other-below)'), 'im', false)
      end)]],
    keys = '<Esc>ax<Tab><Tab>',
    want = 'x\t\t',
  },
  {
    name = 'one that is mapped anew whenever insert mode is entered',
    after = [[
      vim.api.nvim_create_autocmd('InsertEnter', { callback = function()
        local below = vim.fn.maparg('<Tab>', 'i', false, true)
        vim.keymap.set('i', '<Tab>', function() below.callback() end, { desc = 'other' })
      end })]],
    keys = '<Esc>a<Esc>a<Esc>ax<Tab>',
    want = 'x\t',
  },
  {
    name = 'loaded anew',
    lua = [[
      require('hum.complete').start()
      for name in pairs(package.loaded) do
        if name:find('^hum%.complete%.maps') then package.loaded[name] = nil end
      end
      require('hum.complete.maps').start()
      require('hum.complete.maps').apply()]],
    keys = '<Esc>ax<Tab>',
    want = 'x\t',
  },
  {
    name = 'set once more',
    lua = [[require('hum').setup({}) require('hum').setup({})]],
    before = FORMER,
    want = 'xFORMER',
  },
  {
    name = 'no longer wanted',
    lua = [[require('hum').setup({ complete = { maps = false } })]],
    shown = 'y',
    want = 'x\t',
  },
  {
    name = 'no longer wanted, one that was there before',
    before = FORMER,
    lua = [[require('hum').setup({}) require('hum').setup({ complete = { maps = false } })]],
    want = 'xFORMER',
  },
  {
    name = 'another key',
    lua = [[require('hum').setup({ complete = { maps = { accept = '<C-y>', accept_word = false } } })]],
    shown = 'yz',
    keys = '<C-y><Tab>',
    want = 'yz\t',
  },
  {
    name = 'set while Neovim runs',
    lua = [[vim.g.hum = { complete = { mode = 'on', maps = { accept = '<F9>' } } }]],
    shown = 'yz',
    keys = '<F9><Tab>',
    want = 'yz\t',
  },
  {
    name = 'set while Neovim runs, with a fault that is told once',
    lua = [[
      told = 0
      require('hum.notify').error = function() told = told + 1 end
      vim.g.hum = { complete = { mode = 'on', maps = true, model = function() end } }
      require('hum').setup({})]],
    keys = '<Esc>a<Esc>a<Esc>ax<Tab><C-r>=luaeval("told")<CR>',
    once = true,
    want = 'x\t1',
  },
  {
    name = 'what it jumps to in a snippet goes first',
    lua = 'SNIPPET',
    keys = 'key<Tab>',
    want = 'for key, v in it do',
  },
  {
    name = 'a snippet goes before a suggestion',
    lua = 'SNIPPET',
    keys = 'key',
    shown = 's_of_it',
    want = 'for key, v in it do',
  },
}

local SNIPPET = [[vim.snippet.expand('for ${1:k}, ${2:v} in ${3:it} do\n\t$0\nend')]]

for _, case in ipairs(CASES) do
  test(('<Tab> and others: %s'):format(case.name), opts(case.before, case.after), function(t)
    suggest.open(t, { '' })
    suggest.type(t, 'i')
    if case.lua == 'SNIPPET' then
      t:lua(SNIPPET)
      suggest.settle(t)
      suggest.type(t, case.keys)
      if case.shown then suggest.suggest(t, case.shown) end
      if case.shown then suggest.type(t, '<Tab>') end
      eq(case.want, t:eval('getline(1)'))
      suggest.type(t, 'W')
      return eq((case.want:gsub('v', 'W', 1)), t:eval('getline(1)'))
    elseif case.lua then
      t:lua(case.lua)
      suggest.type(t, '<Esc>i')
    end
    local keys = case.keys or 'x<Tab>'
    if case.shown then
      suggest.suggest(t, case.shown)
      eq(true, suggest.call(t, 'is_visible'))
    end
    if case.once then
      suggest.type_at_once(t, keys)
    else
      suggest.type(t, keys)
    end
    eq(case.want, t:text())
    eq('i', t.child:mode().mode)
    T.no_match('E%d+:', t:messages())
  end)
end

test('what these cases have is what README says', { nvim = false }, function()
  local file = assert(io.open('README.md'))
  T.match(README, file:read('*a'), true)
  file:close()
end)

test('the health check says what is below each key, and what is above', opts(FORMER), function(t)
  suggest.open(t, { '' })
  suggest.type(t, 'i')
  local function state(key)
    return t:lua(
      [[for _, one in ipairs(require('hum.complete.maps').state()) do if one.key == ... then return one end end]],
      key
    )
  end
  eq({ 1, nil }, { #state('<Tab>').others, state('<Tab>').over })
  eq({}, state('<M-n>').others)
  t:lua([[vim.keymap.set('i', '<M-n>', 'x', { desc = 'another' })]])
  eq('another', state('<M-n>').over)
  suggest.type(t, '<Esc>i')
  eq({ { 'another' }, nil }, { state('<M-n>').others, state('<M-n>').over })
end)

test('maps are known by their description, come with insert mode and cost nothing before', opts(FORMER), function(t)
  eq({}, t:lua([[return vim.tbl_filter(function(name) return name:find('^hum') end, vim.tbl_keys(package.loaded))]]))
  suggest.open(t, { '' })
  suggest.type(t, 'i')
  T.match('hum: accept the suggestion', t:api('nvim_exec2', 'imap <Tab>', { output = true }).output, true)
  T.match('hum: next suggestion', t:api('nvim_exec2', 'imap <M-n>', { output = true }).output, true)
  t:lua([[require('hum').setup({ complete = { maps = { accept = '<C-y>' } } })]])
  T.no_match('hum', t:api('nvim_exec2', 'imap <Tab>', { output = true }).output)
  T.match('hum: accept', t:api('nvim_exec2', 'imap <C-y>', { output = true }).output, true)
  t:lua([[require('hum').setup({ complete = { maps = false } })]])
  T.no_match('hum: ', t:api('nvim_exec2', 'imap <C-y>', { output = true }).output)
  T.no_match('hum: ', t:api('nvim_exec2', 'imap <M-n>', { output = true }).output)
end)
