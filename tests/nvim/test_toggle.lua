-- `:Hum toggle` and hum.toggle(): the chat goes and comes back as it was.
local T = require('harness')
local chat = require('lib.chat')
local windows = require('lib.windows')
local test, eq = T.test, T.eq

local WIDE = { ui = { 120, 40 } }

local function code(t) t:cmd('edit ' .. t:write_file('a.c', ('int a;\n'):rep(20)) .. ' | call cursor(3, 4)') end

local function toggle(t) t:lua([[require('hum').toggle()]]) end

--- The cursor of the current window, and what that shows.
local function here(t)
  local current = vim.tbl_filter(function(one) return one.current end, windows.list(t))[1]
  return { current.kind, t:api('nvim_win_get_cursor', 0) }
end

for _, how in ipairs({ 'right', 'bottom', 'float' }) do
  test('the chat goes and comes back, and the code has the focus all the time: ' .. how, WIDE, function(t)
    windows.setup(t, { window = how })
    code(t)
    windows.ask(t, 'Hum chat hello there')
    local before = windows.of(t, 'chat')
    t:cmd('wincmd p')
    toggle(t)
    eq('a.c', windows.kinds(t))
    eq({ 'a.c', { 3, 3 } }, here(t))
    toggle(t)
    eq({ 'a.c', { 3, 3 } }, here(t))
    local after = windows.of(t, 'chat')
    eq({ before.buf, before.width, before.height }, { after.buf, after.width, after.height })
    t:cmd('wincmd w')
    toggle(t)
    eq('a.c', windows.kinds(t))
    eq({ 'a.c', { 3, 3 } }, here(t))
    toggle(t)
    eq('chat', here(t)[1], 'the chat had the focus')
  end)
end

for _, how in ipairs({ 'tab', 'current' }) do
  test('from the chat the focus goes to the code: ' .. how, WIDE, function(t)
    windows.setup(t, { window = how })
    code(t)
    windows.ask(t, 'Hum chat hello there')
    local buf = windows.of(t, 'chat').buf
    for _ = 1, 2 do
      toggle(t)
      eq('a.c', windows.kinds(t))
      eq({ 'a.c', { 3, 3 } }, here(t))
      eq(1, t:eval('tabpagenr("$")'))
      toggle(t)
      eq(buf, windows.of(t, 'chat').buf)
    end
  end)
end

test("the window of a file that a chat has taken is the file's again, from wherever it was asked", WIDE, function(t)
  windows.setup(t, { window = 'current' })
  code(t)
  t:cmd('copen')
  t:cmd('Hum chat')
  eq('chat quickfix', windows.kinds(t))
  t:cmd('wincmd p')
  toggle(t)
  eq('a.c quickfix', windows.kinds(t))
  eq('quickfix', here(t)[1])
  toggle(t)
  eq('chat quickfix', windows.kinds(t))
  eq('quickfix', here(t)[1])
end)

test("a window that several chats have taken is the file's again", WIDE, function(t)
  windows.setup(t, { window = 'current' })
  code(t)
  t:cmd('Hum new')
  t:cmd('Hum new')
  toggle(t)
  eq('a.c', windows.kinds(t))
  t:cmd('help')
  t:cmd('Hum new')
  eq('help chat', windows.kinds(t))
  toggle(t)
  eq('help a.c', windows.kinds(t))
  eq('help', here(t)[1])
  t:cmd('only')
  t:cmd('Hum new')
  t:cmd('wincmd p')
  t:cmd('Hum new')
  toggle(t)
  eq('help', windows.kinds(t))
end)

test('the first time it shows the latest chat, or a new one', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum toggle')
  local buf = windows.of(t, 'chat').buf
  eq(1, #t:events('HumChatOpened'))
  t:cmd('quit')
  t:cmd('Hum toggle')
  eq(buf, windows.of(t, 'chat').buf)
  eq(true, windows.of(t, 'chat').current)
  t:cmd('tabnew')
  t:cmd('Hum toggle')
  eq(buf, windows.of(t, 'chat').buf)
  t:cmd('Hum toggle')
  t:cmd('tabclose')
  eq('a.c chat', windows.kinds(t))
end)

test('each tab page shows its own chat again', WIDE, function(t)
  windows.setup(t)
  code(t)
  local bufs = {}
  for i = 1, 2 do
    if i > 1 then t:cmd('tabnew') end
    t:cmd('Hum new')
    bufs[i] = windows.of(t, 'chat').buf
    t:cmd('Hum toggle')
  end
  for i = 1, 2 do
    t:cmd(i .. 'tabnext')
    t:cmd('Hum toggle')
    eq(bufs[i], windows.of(t, 'chat').buf)
  end
end)

test('the only window shows the buffer from before', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum chat')
  t:cmd('only')
  t:cmd('Hum toggle')
  eq('a.c', windows.kinds(t))
  t:cmd('Hum toggle')
  eq('a.c chat', windows.kinds(t))
end)

test('a chat that was deleted does not come back', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum new')
  local buf = windows.of(t, 'chat').buf
  t:cmd('Hum toggle')
  t:cmd('bwipeout! ' .. buf)
  t:cmd('Hum toggle')
  T.ok(windows.of(t, 'chat').buf ~= buf)
end)

test('all chat windows go, the last used comes back', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum new')
  t:cmd('topleft Hum new')
  local buf = windows.list(t)[1].buf
  t:cmd('Hum toggle')
  eq('a.c', windows.kinds(t))
  t:cmd('Hum toggle')
  eq(buf, windows.of(t, 'chat').buf)
end)

test('what was read is in the window again, and who was at the end sees what came', WIDE, function(t)
  local srv = windows.setup(t)
  srv:script({ text = ('line\n'):rep(200) .. 'the end' })
  code(t)
  windows.ask(t, 'Hum chat hello there')
  t:keys('50Gzt5j')
  t:wait(function() return t:eval('line(".")') == 55 end, 'a line above')
  local view = t:eval('winsaveview()')
  toggle(t)
  toggle(t)
  eq(view, t:eval('winsaveview()'))
  t:keys('G')
  t:wait(function() return t:eval('line(".") == line("$")') == 1 end, 'the end')
  local buf = windows.of(t, 'chat').buf
  toggle(t)
  chat.ask(t, 'and now?', buf)
  t:wait_event('HumRequestFinished', 2)
  toggle(t)
  eq(1, t:eval('line(".") == line("$")'))
end)

test('a reply that streams into a hidden chat goes on, and the window follows when it comes back', WIDE, function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  chat.configure(t, srv)
  local tokens = chat.tokens(200)
  srv:script({ tokens = tokens })
  code(t)
  t:cmd('Hum chat hello there')
  gate:pass(20)
  t:wait_screen('000012')
  t:cmd('wincmd p')
  toggle(t)
  gate:pass(100)
  gate:taken()
  toggle(t)
  gate:pass()
  t:wait_event('HumRequestFinished')
  t:wait_screen('000200')
end)

test('the windows of the code have their sizes again', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('rightbelow vsplit | below split | vertical resize 31 | resize 7')
  local function sizes()
    return vim.tbl_map(
      function(one) return { one.width, one.height } end,
      vim.tbl_filter(function(one) return one.kind ~= 'chat' end, windows.list(t))
    )
  end
  local before = sizes()
  for _, how in ipairs({ 'right', 'left', 'bottom', 'top', 'float' }) do
    t:lua([[require('hum').setup({ chat = { window = ... } })]], how)
    toggle(t)
    toggle(t)
    eq(before, sizes(), how)
  end
end)
