-- Where chats open, what that does to other windows, and what is left of it when they close.
local T = require('harness')
local windows = require('lib.windows')
local test, eq = T.test, T.eq

T.once()

local WIDE = { ui = { 120, 40 } }

--- A file in the current window, with the cursor in line 3.
local function code(t, name)
  local path = t:write_file(name or 'a.c', ('int a;\n'):rep(20))
  t:cmd('edit ' .. path .. ' | call cursor(3, 4)')
end

test('each question from the window of the code goes to the same chat window', WIDE, function(t)
  windows.setup(t)
  code(t)
  for i = 1, 3 do
    windows.ask(t, 'Hum chat hello there, ' .. i, i)
    eq('a.c chat', windows.kinds(t))
    T.match('hello there, ' .. i, t:text(windows.of(t, 'chat').buf), true)
    eq(true, windows.of(t, 'chat').current)
    t:cmd('wincmd p')
    eq({ 3, 3 }, t:api('nvim_win_get_cursor', 0))
  end
  eq({ 120 - 1, 40 }, { windows.of(t, 'a.c').width + windows.of(t, 'chat').width, windows.of(t, 'chat').height + 2 })
end)

test('from the chat itself a new one takes its window', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum new')
  t:cmd('Hum new')
  eq('a.c chat', windows.kinds(t))
end)

-- `chat.window`, and where the chat is then.
local SIDES = {
  right = function(c, a) return c.col > a.col and c.row == a.row and c.width == 59 end,
  left = function(c, a) return c.col < a.col and c.row == a.row and c.width == 59 end,
  bottom = function(c, a) return c.row > a.row and c.col == a.col and c.width == 120 and c.height >= 18 end,
  top = function(c, a) return c.row < a.row and c.col == a.col and c.width == 120 and c.height >= 18 end,
  vsplit = function(c, a) return c.col < a.col end, -- 'nosplitright'
  split = function(c, a) return c.row < a.row end, -- 'nosplitbelow'
  float = function(c, a) return c.float and c.row > 0 and c.col > 0 and a.width == 120 end,
}

for how, is_there in pairs(SIDES) do
  test('chat.window = "' .. how .. '"', WIDE, function(t)
    windows.setup(t, { window = how })
    code(t)
    for i = 1, 2 do
      windows.ask(t, 'Hum chat hello there, ' .. i, i)
      eq(2, #windows.list(t))
      local chat = windows.of(t, 'chat')
      T.ok(is_there(chat, windows.of(t, 'a.c')), vim.inspect(windows.list(t)))
      eq(how == 'float', chat.float)
      t:wait_screen('A short answer.', true)
      t:cmd('wincmd p')
    end
  end)
end

test('chat.window = "tab": one tab page has the chats', WIDE, function(t)
  windows.setup(t, { window = 'tab' })
  code(t)
  for i = 1, 2 do
    windows.ask(t, 'Hum chat hello there, ' .. i, i)
    eq('chat', windows.kinds(t))
    eq(2, t:eval('tabpagenr("$")'))
    t:cmd('tabnext')
    eq('a.c', windows.kinds(t))
  end
end)

test('command modifiers say where a chat opens, whatever is there', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum new')
  t:cmd('wincmd p')
  t:cmd('topleft Hum new')
  local first = windows.list(t)[1]
  eq({ 'chat', 120, 0 }, { first.kind, first.width, first.row })
  t:cmd('tab Hum new')
  eq(2, t:eval('tabpagenr("$")'))
end)

test('each tab page has a window of its own', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum chat')
  t:cmd('tabnew')
  code(t, 'b.c')
  t:cmd('Hum chat')
  eq('b.c chat', windows.kinds(t))
  t:cmd('tabnext')
  eq('a.c chat', windows.kinds(t))
end)

test('several windows of code give of their room in proportion, and get it back', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('rightbelow vsplit | edit ' .. t:write_file('b.c', 'b\n') .. ' | vertical resize 40')
  for _, equal in ipairs({ 'equalalways', 'noequalalways' }) do
    t:cmd('set ' .. equal)
    eq({ 79, 40 }, { windows.of(t, 'a.c').width, windows.of(t, 'b.c').width })
    t:cmd('Hum chat')
    local a, b, chat = windows.of(t, 'a.c'), windows.of(t, 'b.c'), windows.of(t, 'chat')
    eq(120, a.width + b.width + chat.width + 2)
    T.ok(chat.width >= 30 and chat.col > b.col and b.col > a.col, vim.inspect({ a, b, chat }))
    T.ok(math.abs(a.width - 2 * b.width) <= 3, 'in proportion')
    t:cmd('Hum toggle')
  end
end)

-- Windows in which a question is asked, by how they come about, and what they are called then. None may show the chat,
-- or change its size.
local SPECIAL = {
  ['the quickfix window'] = { 'quickfix', 'call setqflist([{"text": "one"}]) | copen' },
  ['a location list'] = { 'quickfix', 'call setloclist(0, [{"text": "one"}]) | lopen' },
  ['a help window'] = { 'help', 'help' },
  ['a terminal of six lines'] = { 'terminal', 'botright 6split | terminal sleep 100' },
  ['a terminal at the side'] = { 'terminal', 'botright 40vsplit | terminal sleep 100' },
  ['the preview window'] = { 'b.c', 'pedit DIR/b.c | wincmd P' },
  ['a tree of files'] = { 'nofile', 'topleft 25vnew | setlocal buftype=nofile winfixwidth' },
  ["a window with 'winfixbuf'"] = { 'b.c', 'botright 8split DIR/b.c | setlocal winfixbuf' },
  ['a window of fixed height'] = { 'b.c', 'botright 5split DIR/b.c | setlocal winfixheight' },
}

for what, case in pairs(SPECIAL) do
  for _, how in ipairs({ 'right', 'bottom', 'current' }) do
    test(('from %s a chat opens elsewhere (%s)'):format(what, how), WIDE, function(t)
      local kind, commands = unpack(case)
      windows.setup(t, { window = how })
      t:write_file('b.c', 'b\n')
      code(t)
      t:cmd((commands:gsub('DIR', t.dir)))
      local before = windows.of(t, kind)
      windows.ask(t, '%Hum chat hello there')
      local after, chat = windows.of(t, kind), windows.of(t, 'chat')
      eq(before.buf, after.buf)
      eq({ before.width, before.height }, { after.width, after.height })
      T.ok(chat.height >= 10 and chat.width >= 30, vim.inspect(chat))
      eq(true, chat.current)
      if how ~= 'current' then
        t:cmd('quit')
        eq(after.win, t:eval('win_getid()'))
      end
    end)
  end
end

test('from a float of somebody else a chat opens beside the windows below', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:lua([[
    local buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_open_win(buf, true, { relative = 'editor', row = 3, col = 3, width = 20, height = 5 })]])
  t:cmd('Hum chat')
  eq('a.c chat nofile', windows.kinds(t))
  eq({ false, true }, { windows.of(t, 'chat').float, windows.of(t, 'chat').current })
end)

test('where there are none but special windows a chat still opens', WIDE, function(t)
  windows.setup(t)
  t:cmd('help | only')
  t:cmd('Hum chat')
  eq('help chat', windows.kinds(t))
end)

test('windows of a diff and bound ones do not bind the chat', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('vert diffsplit ' .. t:write_file('b.c', 'b\n'))
  t:cmd('set scrollbind cursorbind')
  t:cmd('Hum chat')
  eq({ 0, 0, 0 }, { t:eval('&diff'), t:eval('&scrollbind'), t:eval('&cursorbind') })
  t:cmd('wincmd p')
  eq({ 1, 1, 1 }, { t:eval('&diff'), t:eval('&scrollbind'), t:eval('&cursorbind') })
end)

-- Screens, and the least that a chat has of them.
for _, screen in ipairs({ { 24, 8 }, { 40, 12 }, { 60, 20 }, { 50, 30 }, { 20, 5 } }) do
  for _, how in ipairs({ 'right', 'bottom', 'float', 'current', 'split' }) do
    local what = ('a screen of %d by %d, %s: a chat opens and is sent'):format(screen[1], screen[2], how)
    test(what, { ui = screen, init = 'vim.o.winheight, vim.o.winwidth = 5, 20' }, function(t)
      windows.setup(t, { window = how })
      code(t)
      eq('done', windows.ask(t, 'Hum chat hello there, 1').status)
      local chat = windows.of(t, 'chat')
      local least = { math.min(30, screen[1] - 2), math.min(10, screen[2] - 4) }
      if how ~= 'float' then T.ok(chat.width >= least[1] and chat.height >= least[2], vim.inspect(chat)) end
      T.no_match('E%d+', t:messages())
      if how ~= 'current' then t:cmd('quit') end
      T.no_match('E%d+', t:messages())
    end)
  end
end

test('on a screen without room one tab page has the chats', { ui = { 24, 8 } }, function(t)
  windows.setup(t)
  code(t)
  for _ = 1, 3 do
    t:cmd('Hum new')
    eq({ 'chat', 2 }, { windows.kinds(t), t:eval('tabpagenr("$")') })
    t:cmd('tabfirst')
  end
end)

test("chat.window = 'current': where no window has room, a tab page has the chat", { ui = { 40, 12 } }, function(t)
  windows.setup(t, { window = 'current' })
  code(t)
  t:cmd('help')
  t:cmd('Hum new')
  eq({ 'chat', 2 }, { windows.kinds(t), t:eval('tabpagenr("$")') })
end)

test("chat.window = 'current': on a narrow screen the chat has all of it", { ui = { 24, 30 } }, function(t)
  windows.setup(t, { window = 'current' })
  t:cmd('Hum new')
  eq(1, t:eval("winnr('$')"))
  eq('hum', t:eval('&filetype'))
end)

test("chat.window = 'current': a window without room is left alone", WIDE, function(t)
  windows.setup(t, { window = 'current' })
  code(t)
  t:cmd('5split ' .. t:write_file('b.c', 'b\n'))
  t:cmd('Hum new')
  eq('b.c chat', windows.kinds(t))
  t:cmd('only | edit a.c | 30split | wincmd p')
  t:cmd('Hum new')
  eq('chat a.c', windows.kinds(t))
end)

test('the size that the user has given comes back, scaled with the screen', WIDE, function(t)
  windows.setup(t, { size = 0.4 })
  code(t)
  t:cmd('Hum chat')
  eq(48, windows.of(t, 'chat').width)
  t:cmd('vertical resize 70 | quit')
  t:cmd('Hum chat')
  eq(70, windows.of(t, 'chat').width)
  t:cmd('Hum toggle')
  t:cmd('Hum toggle')
  eq(70, windows.of(t, 'chat').width)
  t:cmd('Hum toggle')
  t:api('nvim_ui_try_resize', 240, 40)
  t:wait(function() return t:eval('&columns') == 240 end, 'a wider screen')
  t:cmd('Hum toggle')
  eq(140, windows.of(t, 'chat').width)
  t:cmd('quit')
  t:lua([[require('hum').setup({ chat = { size = 50 } })]])
  t:cmd('Hum chat')
  eq(50, windows.of(t, 'chat').width)
end)

test('a size that Neovim has given, for the sake of other windows, does not come back', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum chat')
  eq(59, windows.of(t, 'chat').width)
  t:cmd('wincmd p | vsplit | wincmd =')
  T.ok(windows.of(t, 'chat').width < 45)
  t:cmd('Hum toggle')
  t:cmd('only')
  t:cmd('Hum toggle')
  eq(59, windows.of(t, 'chat').width)
end)

test('a float stays inside the screen', WIDE, function(t)
  windows.setup(t, { window = 'float' })
  code(t)
  t:cmd('Hum chat')
  for _, screen in ipairs({ { 40, 12 }, { 20, 6 }, { 100, 30 } }) do
    t:api('nvim_ui_try_resize', unpack(screen))
    t:wait(function() return t:eval('&columns') == screen[1] and t:eval('&lines') == screen[2] end, 'another screen')
    local chat = windows.of(t, 'chat')
    T.ok(chat.row >= 0 and chat.col >= 0, vim.inspect(chat))
    T.ok(chat.row + chat.height + 2 <= screen[2] and chat.col + chat.width + 2 <= screen[1], vim.inspect(chat))
  end
end)

test('<Esc> closes a float of chats, elsewhere it does as ever', WIDE, function(t)
  windows.setup(t, { window = 'float' })
  code(t)
  t:cmd('Hum chat')
  t:keys('<Esc>')
  t:wait(function() return windows.kinds(t) == 'a.c' end, 'it closes')
  eq({ 3, 3 }, t:api('nvim_win_get_cursor', 0))
  t:lua([[require('hum').setup({ chat = { window = 'right' } })]])
  t:cmd('Hum chat')
  t:keys('<Esc>qaIx<Esc>j<Esc>q')
  t:wait(function() return t:eval('getreg("a")') ~= '' end, 'a macro')
  eq('Ix\27j\27', t:eval('getreg("a")'))
  eq('a.c chat', windows.kinds(t))
end)

-- How a chat goes, from a window in the middle; the neighbours that Neovim would go to are others.
for what, close in pairs({
  [':quit'] = function(t) t:cmd('quit') end,
  [':close'] = function(t) t:cmd('close') end,
  ['<C-w>c'] = function(t) t:keys('<C-w>c') end,
  ['toggle'] = function(t) t:lua([[require('hum').toggle()]]) end,
  ['its buffer is deleted'] = function(t) t:cmd('bdelete!') end,
}) do
  test('the focus goes back where it was: ' .. what, WIDE, function(t)
    windows.setup(t)
    code(t)
    t:cmd('rightbelow vsplit | edit ' .. t:write_file('b.c', 'b\n') .. ' | wincmd h | new')
    code(t, 'd.c')
    local from = t:eval('win_getid()')
    t:cmd('Hum chat')
    close(t)
    t:wait(function() return not windows.kinds(t):find('chat') end, 'the chat goes')
    eq(from, t:eval('win_getid()'))
    eq({ 3, 3 }, t:api('nvim_win_get_cursor', 0))
  end)
end

test('when only the chat is left, :quit leaves Neovim', WIDE, function(t)
  windows.setup(t)
  t:cmd('Hum chat')
  t:cmd('wincmd p | quit')
  eq('chat', windows.kinds(t))
  t:keys(':quit<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end)

test(':only and <C-w>T leave the chat, and the next opens beside the code', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum chat')
  t:cmd('wincmd p | only')
  eq('a.c', windows.kinds(t))
  t:cmd('Hum chat')
  eq('a.c chat', windows.kinds(t))
  t:cmd('wincmd T')
  eq('chat', windows.kinds(t))
  t:cmd('tabfirst')
  t:cmd('Hum chat')
  eq('a.c chat', windows.kinds(t))
end)

-- ---- options --------------------------------------------------------------------------------------

test("columns at the sides are off in the chat, and the user's in his files", WIDE, function(t)
  windows.setup(t)
  t:cmd('set number relativenumber signcolumn=yes foldcolumn=2 colorcolumn=80 list cursorline statuscolumn=%l')
  code(t)
  t:cmd('Hum chat')
  local names =
    { 'number', 'relativenumber', 'signcolumn', 'foldcolumn', 'colorcolumn', 'list', 'cursorline', 'statuscolumn' }
  local function values()
    return vim.tbl_map(function(name) return t:eval('&' .. name) end, names)
  end
  eq({ 0, 0, 'no', '0', '', 0, 0, '' }, values())
  t:cmd('wincmd p')
  eq({ 1, 1, 'yes', '2', '80', 1, 1, '%l' }, values())
  t:cmd('wincmd p | split')
  eq({ 0, 0, 'no', '0', '', 0, 0, '' }, values())
  t:cmd('setlocal number | edit ' .. t:write_file('b.c', 'b\n'))
  eq({ 1, 1, 'yes', '2', '80', 1, 1, '%l' }, values())
  t:cmd('buffer #')
  eq(1, t:eval('&number'), 'what the user has set in the chat')
end)

test('what the user sets in an autocommand for new chats holds in all their windows', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('autocmd User HumChatOpened setlocal number signcolumn=auto')
  t:cmd('Hum chat')
  t:cmd('split')
  t:cmd('Hum toggle')
  t:cmd('Hum toggle')
  eq({ 1, 'auto' }, { t:eval('&number'), t:eval('&signcolumn') })
  t:cmd('wincmd p')
  eq({ 0, 'auto' }, { t:eval('&number'), t:eval('&signcolumn') })
end)

--- All options of windows, and those that the user sets.
local function options(t)
  return t:lua([[
    local out = {}
    for name, info in pairs(vim.api.nvim_get_all_options_info()) do
      if info.scope == 'win' then
        out[name] = vim.wo[name]
        out[name .. ', global'] = vim.api.nvim_get_option_value(name, { scope = 'global' })
      end
    end
    return out]])
end

local TWENTY = [[
  set number relativenumber numberwidth=6 signcolumn=yes:2 foldcolumn=1 colorcolumn=72,80 list cursorline nowrap
  set cursorcolumn spell nofoldenable foldlevel=3 foldmethod=indent foldminlines=2 conceallevel=2 concealcursor=n
  set listchars=tab:>- fillchars=fold:x,eob:y statuscolumn=%l scrolloff=3 sidescrolloff=2 virtualedit=all
  set winhighlight=Normal:Pmenu linebreak breakindent showbreak=+ foldtext=getline(1) foldexpr=2 statusline=%f winbar=%f
]]

-- How the user leaves the chat in the window that it took.
local LEAVING = {
  'buffer a.c',
  'edit a.c',
  'execute "normal! \\<C-^>"',
  'buffer b.c',
  'edit c.c',
  'split a.c',
  'tabedit a.c',
  'vsplit | buffer b.c',
  'Hum toggle',
}

for _, scope in ipairs({ 'set', 'setlocal' }) do
  for _, leave in ipairs(LEAVING) do
    test(("chat.window = 'current': options after :%s and :%s are as without a chat"):format(scope, leave), {
      ui = { 100, 40 },
    }, function(t)
      windows.setup(t, { window = 'current' })
      t:cmd('cd ' .. t.dir)
      for _, name in ipairs({ 'b.c', 'a.c' }) do
        t:cmd('edit ' .. t:write_file(name, 'x\n'))
      end
      for line in vim.gsplit(vim.trim(TWENTY), '\n') do
        t:cmd((vim.trim(line):gsub('^set', scope)))
      end
      local want
      for _, open in ipairs({ 'enew', 'Hum new' }) do -- first without a chat
        t:cmd('buffer a.c')
        t:cmd(open)
        if open ~= 'enew' then eq('chat', windows.kinds(t)) end
        t:cmd(open == 'enew' and leave == 'Hum toggle' and 'buffer a.c' or leave)
        local got = options(t)
        want = want or got
        eq(want, got)
        t:cmd('silent! tabonly | silent! only')
      end
    end)
  end
end

test('opening and closing chats leaves no option changed', WIDE, function(t)
  windows.setup(t)
  local function globals()
    return t:lua([[
      local out = {}
      for name, info in pairs(vim.api.nvim_get_all_options_info()) do
        if info.scope == 'global' then out[name] = select(2, pcall(vim.api.nvim_get_option_value, name, {})) end
      end
      return out]])
  end
  code(t)
  for _, how in ipairs({ 'right', 'bottom', 'float', 'tab', 'current' }) do
    local before, of_window = globals(), options(t)
    t:lua([[require('hum').setup({ chat = { window = ... } })]], how)
    t:cmd('Hum new')
    t:cmd('Hum toggle')
    eq(before, globals())
    eq(of_window, options(t))
  end
end)

-- ---- which chat -----------------------------------------------------------------------------------

for what, open in pairs({
  ['<Plug>(hum-chat)'] = function(t) t:cmd([[execute "normal \<Plug>(hum-chat)"]]) end,
  [':Hum chat'] = function(t) t:cmd('Hum chat') end,
  [':Hum'] = function(t) t:cmd('Hum') end,
  ['hum.chat()'] = function(t) t:lua([[require('hum').chat()]]) end,
}) do
  test(what .. ' shows the latest chat', WIDE, function(t)
    windows.setup(t)
    t:lua([[require('hum').chat({ new = true })]])
    t:lua([[require('hum').chat({ new = true })]])
    local latest = windows.of(t, 'chat').buf
    t:cmd('wincmd p')
    for _ = 1, 2 do
      code(t)
      open(t)
      eq(latest, windows.of(t, 'chat').buf)
      t:cmd('quit | enew')
      open(t)
      eq(latest, windows.of(t, 'chat').buf)
      t:cmd('wincmd p')
    end
    eq(2, #t:events('HumChatOpened'))
  end)
end

test('the latest chat goes on with another model', WIDE, function(t)
  local srv = windows.setup(t)
  windows.ask(t, 'Hum chat hello there')
  windows.ask(t, 'Hum! chat ollama/thinker and now?', 2)
  local bodies = vim.tbl_map(function(request) return request.body end, srv:requests('/api/chat'))
  eq({ 'fake', 'thinker' }, vim.tbl_map(function(body) return body.model end, bodies))
  eq(3, #bodies[2].messages)
end)

test('windows of several tab pages and floats follow a reply and fold its thoughts', WIDE, function(t)
  local srv = windows.setup(t, { window = 'float' })
  srv:script({ thinking = 'one two three', text = ('line\n'):rep(60) .. 'the end' })
  code(t)
  t:cmd('Hum new')
  local buf = windows.of(t, 'chat').buf
  t:cmd('wincmd p | vsplit | buffer ' .. buf .. ' | normal! G')
  t:cmd('tab split | tabfirst')
  require('lib.chat').ask(t, 'hello', buf)
  t:wait_event('HumRequestFinished')
  local seen = t:lua(
    [[
    return vim.tbl_map(function(win)
      return vim.api.nvim_win_call(win, function()
        return { vim.fn.line('.') == vim.fn.line('$'), vim.fn.foldclosed(vim.fn.search('<think>', 'nw')) > 0 }
      end)
    end, vim.fn.win_findbuf(...))]],
    buf
  )
  eq({ { true, true }, { true, true }, { true, true } }, seen)
end)

-- ---- whatever the user's options and mode are -----------------------------------------------------

test("'nohidden' and a changed file: the chat opens beside it", WIDE, function(t)
  windows.setup(t, { window = 'current' })
  code(t)
  t:cmd('set nohidden | normal x')
  t:cmd('Hum chat')
  eq('a.c chat', windows.kinds(t))
  t:cmd('Hum toggle')
  eq('a.c', windows.kinds(t))
  eq('', t:messages())
end)

for what, init in pairs({
  ["'winminwidth' and 'winminheight'"] = 'set winwidth=30 winheight=10 winminwidth=20 winminheight=5',
  ["'winwidth' that takes all"] = 'set winwidth=999 winheight=999',
  ["'laststatus' 3, 'winbar', no command line"] = 'set laststatus=3 winbar=%f cmdheight=0 showtabline=2',
  ["'noequalalways', 'splitright', 'splitbelow'"] = 'set noequalalways splitright splitbelow splitkeep=screen',
  ["'winborder'"] = 'silent! set winborder=double',
}) do
  test('chats open, go and come back with ' .. what, WIDE, function(t)
    windows.setup(t)
    t:cmd(init)
    code(t)
    for i, how in ipairs({ 'right', 'bottom', 'float', 'current', 'tab' }) do
      t:lua([[require('hum.config').get().chat.window = ...]], how)
      t:cmd('Hum new')
      local chat = windows.of(t, 'chat')
      T.ok(chat.width >= 30 and chat.height >= 10, how .. vim.inspect(chat))
      for _ = 1, 3 do
        t:cmd('Hum toggle')
      end
      eq(i, #t:events('HumChatOpened'))
      eq('a.c', windows.kinds(t), how)
    end
    T.no_match('E%d+', t:messages())
  end)
end

for mode, keys in pairs({ n = '', i = 'i', v = 'v', V = 'V', t = ':below 8split | terminal sleep 100<CR>i' }) do
  test('a key opens the chat in mode ' .. mode, WIDE, function(t)
    windows.setup(t)
    code(t)
    t:lua([[vim.keymap.set({ 'n', 'i', 'x', 't' }, '<F6>', '<Cmd>Hum toggle<CR>')]])
    t:keys(keys)
    t:wait(function() return t.child:mode().mode == mode end, 'the mode')
    t:keys('<F6>')
    t:wait(function() return windows.kinds(t):find('chat') end, 'the chat')
    eq(true, windows.of(t, 'chat').current)
    t:keys('<C-\\><C-n><F6>')
    t:wait(function() return not windows.kinds(t):find('chat') end, 'it goes')
    T.no_match('E%d+', t:messages())
  end)
end

test('a selection in the code stays while the chat goes and comes back', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum chat')
  t:cmd('wincmd p')
  t:lua([[vim.keymap.set('x', '<F6>', '<Cmd>Hum toggle<CR>')]])
  t:keys('Vj')
  for _, kinds in ipairs({ 'a.c', 'a.c chat' }) do
    t:keys('<F6>')
    t:wait(function() return windows.kinds(t) == kinds end, kinds)
    eq('V', t.child:mode().mode)
  end
end)

test('in the command-line window chats are refused in words', { ui = { 160, 20 } }, function(t)
  windows.setup(t)
  code(t)
  for _, call in ipairs({
    'Hum why is that?',
    'Hum toggle',
    'Hum ask why',
    'lua require("hum").toggle()',
    'lua require("hum").chat({ new = true })',
  }) do
    local _, before = t:log():gsub('\n', '')
    t:keys('q:')
    t:wait(function() return t:eval('getcmdwintype()') == ':' end, 'the window')
    t:cmd(call)
    t:wait(function()
      local _, now = t:log():gsub('\n', '')
      return now > before
    end, call)
    T.match('command%-line window', t:log())
    T.no_match('traceback', t:log())
    t:cmd('quit')
    t:wait(function() return windows.kinds(t) == 'a.c' end, 'the window closes, and there is no other')
    t:lua([[
      local now = vim.uv.now() + 10000 -- the same message is told again
      vim.uv.now = function() return now end]])
  end
end)

test('odd names, and a cursor in the last cell, are nothing to a float', { ui = { 60, 14 } }, function(t)
  windows.setup(t)
  t:cmd('edit ' .. vim.fn.fnameescape(t:write_file("ä %#'b.c", ('x'):rep(300) .. '\n')))
  t:cmd('setlocal nowrap | normal $')
  windows.ask(t, 'Hum ask what is 100% of #1 \'and\' "this" | <b>?')
  t:wait_screen('A short answer.', true)
  local float = windows.of(t, 'chat')
  T.ok(float.col >= 0 and float.col + float.width + 2 <= 60 and float.row + float.height + 2 <= 14, vim.inspect(float))
end)
