-- g=: an edit as a diff of Neovim's own.
local T = require('harness')
local preview = require('lib.preview')
local test, eq, ok = T.test, T.eq, T.ok

local UI = { ui = { 100, 20 } }

--- An edit with hunks in lines 2, 5 and 8 of nine, shown as a diff.
---@param t test.Case
---@return integer buf
local function shown(t)
  local buf = preview.buffer(t, preview.numbered(9), { file = t.dir .. '/a.txt' })
  preview.start(t, 1, 9)
  preview.finish(t, 2, 2, { 'new 2' })
  preview.finish(t, 5, 4, { 'new a', 'new b' })
  preview.finish(t, 8, 8, {})
  preview.done(t)
  t:keys('g=')
  eq(2, t:eval('tabpagenr("$")'))
  return buf
end

local PROPOSED = { 'line 1', 'new 2', 'line 3', 'line 4', 'new a', 'new b', 'line 5', 'line 6', 'line 7', 'line 9' }

---@param t test.Case
---@param buf integer
---@return string[]
local function lines(t, buf) return t:api('nvim_buf_get_lines', buf, 0, -1, false) end

---@param t test.Case
---@param buf integer
---@return string[]
local function states(t, buf)
  return t:lua('return vim.tbl_map(function(hunk) return hunk.state end, require("hum.edit").hunks(...))', buf)
end

test('left the file without the preview, right what is proposed; writing accepts, in one step', UI, function(t)
  local buf = shown(t)
  eq(PROPOSED, lines(t, 0))
  eq(
    { true, true },
    t:lua([[
    return vim.tbl_map(function(win) return vim.wo[win].diff end, vim.api.nvim_tabpage_list_wins(0))
  ]])
  )
  t:cmd('redraw')
  local _, times = t:screen():gsub('new 2', '')
  eq(1, times, 'it stands right alone:\n' .. t:screen())
  t:cmd('write')
  eq(PROPOSED, lines(t, buf))
  eq({ 'accepted', 'accepted', 'accepted' }, states(t, buf))
  t:cmd('quit')
  t:wait(function() return t:eval('tabpagenr("$")') == 1 end, 'the tab page is closed')
  eq(PROPOSED, lines(t, buf))
  eq(buf, t:eval('bufnr()'))
  eq('', t:eval('maparg("ga", "n")'))
  t:keys('u')
  eq(preview.numbered(9), lines(t, buf))
end)

for _, closing in ipairs({ ':q<CR>', 'q', '<C-w>h:q<CR>', ':tabclose<CR>' }) do
  test('closing it rejects: ' .. closing, UI, function(t)
    local buf = shown(t)
    t:keys(closing)
    t:wait(function() return t:eval('tabpagenr("$")') == 1 end, 'the tab page is closed')
    t:wait(
      function() return vim.deep_equal({ 'rejected', 'rejected', 'rejected' }, states(t, buf)) end,
      'all are rejected'
    )
    eq(preview.numbered(9), lines(t, buf))
    eq('', t:eval('maparg("ga", "n")'))
    eq({ 0, 0 }, { t:eval('&diff'), t:eval('&scrollbind') })
  end)
end

test('undo at the right takes back what was done there, and not what is proposed', UI, function(t)
  shown(t)
  t:keys('u')
  eq(PROPOSED, lines(t, 0))
  t:keys('ggddu')
  eq(PROPOSED, lines(t, 0))
end)

test('what is taken out at the right is rejected, what is written there comes along', UI, function(t)
  local buf = shown(t)
  t:keys('2Gdo') -- as the file has it
  t:keys('GOmine<Esc>')
  t:cmd('write')
  eq(false, t:eval('&modified') == 1)
  eq(
    { 'line 1', 'line 2', 'line 3', 'line 4', 'new a', 'new b', 'line 5', 'line 6', 'line 7', 'mine', 'line 9' },
    lines(t, buf)
  )
  eq({ 'rejected', 'accepted', 'accepted' }, states(t, buf))
  t:cmd('quit')
  t:wait(function() return t:eval('tabpagenr("$")') == 1 end, 'the tab page is closed')
  t:keys('u')
  eq(preview.numbered(9), lines(t, buf))
end)

test('a hunk that is put into the file at the left is accepted', UI, function(t)
  local buf = shown(t)
  t:keys('2Gdp')
  t:wait(function() return states(t, buf)[1] == 'accepted' end, 'it stands in the file')
  t:keys(':q<CR>')
  t:wait(
    function() return vim.deep_equal({ 'accepted', 'rejected', 'rejected' }, states(t, buf)) end,
    'the others are rejected'
  )
  eq('new 2', lines(t, buf)[2])
end)

test('it cannot be opened while the answer comes, nor without a hunk', UI, function(t)
  preview.buffer(t, preview.numbered(4))
  preview.start(t, 1, 4)
  preview.finish(t, 2, 2, { 'new' })
  t:keys('g=')
  t:wait(function() return t:messages():find('still being written', 1, true) end, 'it is told')
  eq(1, t:eval('tabpagenr("$")'))
  preview.done(t)
  t:cmd('3,4delete')
  t:keys('g=')
  eq({ 'line 1', 'new' }, lines(t, 0))
  ok(t:eval('&diff') == 1)
end)

test('the file is gone before it is written', UI, function(t)
  local buf = shown(t)
  t:cmd('bwipeout! ' .. buf)
  t:wait(function() return t:eval('tabpagenr("$")') == 1 end, 'the tab page is closed')
  eq('', t:messages())
end)
