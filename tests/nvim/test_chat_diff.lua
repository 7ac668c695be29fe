-- gd: a code block as a diff against what it is for.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local UI = { ui = { 100, 24 } }

local FILE = { 'local function f()', '  return 1', 'end', '', 'local function g()', '  return 2', 'end' }

local function fence(text) return 'Here:\n\n```lua\n' .. text .. '\n```\n' end

--- A file beside a chat with one reply, whose window is the current one.
---@return integer file
---@return integer buf
local function beside(t, text, range)
  local srv = t:fake()
  srv:script({ tokens = { text } })
  chat.configure(t, srv)
  t:lua('vim.cmd.cd(...)', t.dir)
  t:write_file('my a.lua', table.concat(FILE, '\n') .. '\n')
  t:cmd('edit my\\ a.lua')
  t:cmd('setlocal expandtab shiftwidth=2')
  local file = t:eval('bufnr()')
  t:cmd((range or '') .. 'Hum chat what about this, please?')
  chat.finished(t)
  return file, t:eval('bufnr()')
end

--- Options of the windows of the first tab page that a diff changes.
local OPTIONS = [[
  local all = {}
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(vim.api.nvim_list_tabpages()[1])) do
    local row = { vim.api.nvim_win_get_buf(win) }
    for _, name in ipairs({ 'diff', 'scrollbind', 'cursorbind', 'wrap', 'foldmethod', 'foldcolumn', 'foldenable', 'foldlevel' }) do
      row[#row + 1] = name .. '=' .. tostring(vim.wo[win][name])
    end
    all[#all + 1] = table.concat(row, ' ')
  end
  return all]]

--- The two sides that are shown, and whether they are a diff.
local function sides(t)
  return t:lua([[
    local wins = vim.api.nvim_tabpage_list_wins(0)
    local texts, diff = {}, 0
    for i, win in ipairs(wins) do
      texts[i] = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false)
      diff = diff + (vim.wo[win].diff and 1 or 0)
    end
    return { texts = texts, diff = diff, tabs = vim.fn.tabpagenr('$') }]])
end

local WITH =
  { 'local function f()', '  local x = 1', '  return x', 'end', '', 'local function g()', '  return 2', 'end' }

for _, closing in ipairs({ 'q', ':close<CR>', '<C-w>h:q<CR>', ':tabclose<CR>', ':bwipeout<CR>' }) do
  test(('the selection with the block, left again by %s'):format(closing), UI, function(t)
    local file, buf = beside(t, fence('local x = 1\nreturn x'), '2,2')
    local before, win = t:lua(OPTIONS), t:eval('win_getid()')
    t:keys('gd')
    local shown = sides(t)
    eq({ 2, 2 }, { shown.diff, shown.tabs })
    eq({ FILE, WITH }, shown.texts)
    t:keys(closing)
    t:wait(function() return t:eval('tabpagenr("$")') == 1 end, 'the tab page is closed')
    t:wait(function() return t:eval('win_getid()') == win end, 'the focus is back')
    eq(before, t:lua(OPTIONS))
    eq(FILE, t:lua('return vim.api.nvim_buf_get_lines(..., 0, -1, false)', file))
    eq(false, t:lua('return vim.bo[...].modified', file))
    t:cmd('wincmd p | enew | buffer ' .. file)
    eq({ 0, 'manual' }, { t:eval('&diff'), t:eval('&foldmethod') })
    T.ok(t:lua('return vim.api.nvim_buf_is_loaded(...)', buf), 'the chat is there')
  end)
end

for _, option in ipairs({ 'switchbuf=useopen,usetab', 'nohidden', 'diffopt+=vertical', 'equalalways', 'splitright' }) do
  test(('with %q'):format(option), UI, function(t)
    beside(t, fence('local x = 1\nreturn x'), '2,2')
    t:cmd('set ' .. option)
    local win = t:eval('win_getid()')
    t:keys('gd')
    eq({ FILE, WITH }, sides(t).texts)
    eq({ 2, 2 }, { sides(t).diff, sides(t).tabs })
    t:keys('q')
    t:wait(
      function() return t:eval('tabpagenr("$")') == 1 and t:eval('win_getid()') == win end,
      'the tab page is closed'
    )
  end)
end

test('changes can be taken over', UI, function(t)
  local file = beside(t, fence('local x = 1\nreturn x'), '2,2')
  t:keys('gd<C-w>h:%diffget<CR>')
  eq(WITH, t:lua('return vim.api.nvim_buf_get_lines(..., 0, -1, false)', file))
end)

test('without a quote: the part of the file that begins and ends as the block does', UI, function(t)
  beside(t, fence('local function f()\n  if x then\n    return 3\n  end\nend'))
  t:keys('gd')
  local want =
    vim.list_extend({ 'local function f()', '  if x then', '    return 3', '  end', 'end' }, vim.list_slice(FILE, 4))
  eq({ FILE, want }, sides(t).texts)
end)

test('without such a part: the whole file', UI, function(t)
  beside(t, fence('local function h()\n  return 3\nend'))
  t:keys('gd')
  eq({ FILE, { 'local function h()', '  return 3', 'end' } }, sides(t).texts)
end)

test('the file that the block names is not there', UI, function(t)
  beside(t, '`none.lua`:\n\n```lua\nx\n```')
  t:keys('gd')
  t:wait(function() return t:messages():find('there is no file "none.lua"', 1, true) end, 'it is told')
  eq(1, t:eval('tabpagenr("$")'))
end)

test('a part that is found', UI, function(t)
  beside(t, fence('local function f()\n  -- one\n  return 1'))
  t:keys('gd')
  local want = vim.deepcopy(FILE)
  table.insert(want, 2, '  -- one')
  eq({ FILE, want }, sides(t).texts)
end)

test('the file that the block belongs to, which is not open', UI, function(t)
  beside(t, '`other file.lua`:\n\n```lua\nx\n```')
  t:write_file('other file.lua', 'y\n')
  t:keys('gd')
  eq({ { 'y' }, { 'x' } }, sides(t).texts)
end)

test('what is the same, and what there is nothing to compare with, is told', UI, function(t)
  local _, buf = beside(t, fence('return 1'), '2,2')
  t:keys('gd')
  t:wait(function() return t:messages():find('has this code already', 1, true) end, 'it is told')
  eq(1, t:eval('tabpagenr("$")'))
  t:cmd('only')
  t:lua([[vim.api.nvim_buf_set_lines(..., -1, -1, false, { '', '## » You', '', '```', 'z', '```' })]], buf)
  t:cmd('bwipeout! my\\ a.lua')
  t:keys('Ggd')
  t:wait(function() return t:messages():find('open the file beside the chat first', 1, true) end, 'it is told')
  eq(1, t:eval('tabpagenr("$")'))
end)

for _, key in ipairs({ 'gd', 'gp' }) do
  test(('a file that another Neovim has open is loaded without a prompt by %s'):format(key), UI, function(t)
    chat.configure(t, t:fake())
    local file = t:write_file('a.lua', 'local a = 1\n')
    local other = t:start()
    other:api('nvim_command', 'edit ' .. file)
    local quote = '`a.lua`, line 1:\n\n```lua\nlocal a = 1\n```\n\nWhy?'
    local text = '---\nhum: 1\n---\n\n## » You\n\n%s\n\n## « fake\n\n```lua\nlocal a = 2\n```\n'
    local path = t:write_file('chat.md', text:format(quote))
    t:lua('vim.cmd.cd(...)', t.dir)
    t:lua('return require("hum").open(...)', path)
    t:keys('G' .. key)
    t:wait_screen('hum: a.lua has a swap file: another Neovim has it open', true)
    eq(false, t.child:mode().blocking)
    eq(key == 'gd', t:eval('&diff') == 1)
    eq(
      { key == 'gd' and 'local a = 1' or 'local a = 2' },
      t:lua(
        [[
      return vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, false)]],
        file
      )
    )
  end)
end
