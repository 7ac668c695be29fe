-- Thinking: its own part, folded, visibly alive, never sent back as content.
local T = require('harness')
local chat = require('lib.chat')
local rows = require('lib.rows')
local test, eq = T.test, T.eq

T.once()

local function thinker(t, answer)
  local srv = t:fake()
  srv:script(vim.tbl_extend('force', { thinking = 'let me think\nabout it', text = 'It is 42.' }, answer or {}))
  return srv
end

local PATHS = { ollama = '/api/chat', openai = '/v1/chat/completions', anthropic = '/v1/messages' }

for dialect, path in vim.spairs(PATHS) do
  test(dialect .. ': thinking is a part of its own, before the text', function(t)
    local srv = thinker(t)
    local buf = chat.open(t, srv, { model = 'thinker', dialect = dialect })
    chat.ask(t, 'hello')
    eq('done', chat.finished(t).status)
    eq('<think>\nlet me think\nabout it\n</think>\n\nIt is 42.', chat.reply(t, buf))
  end)

  test(dialect .. ': thinking is not sent back as content', function(t)
    local srv = thinker(t)
    chat.open(t, srv, { model = 'thinker', dialect = dialect })
    chat.ask(t, 'one')
    chat.finished(t)
    chat.ask(t, 'two')
    eq('done', chat.finished(t, 2).status)
    local messages = srv:requests(path)[2].body.messages
    eq(3, #messages)
    local content = messages[2].content
    eq({ 'assistant', 'It is 42.' }, { messages[2].role, type(content) == 'table' and content[1].text or content })
  end)
end

test('thinking and text in one record are kept apart', function(t)
  local srv = thinker(t, { together = true })
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('<think>\nlet me think\nabout it\n</think>\n\nIt is 42.', chat.reply(t, buf))
end)

test('thinking that is stopped is closed and marked', function(t)
  local srv = t:fake()
  srv:script({ thinking_count = 1000000, interval_ms = 5 })
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello')
  t:wait(function() return #chat.reply(t, buf) > 100 end, 'some thinking')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  local reply = chat.reply(t, buf)
  T.match('^<think>\n', reply)
  T.match('\n</think>\n', reply)
  T.match('<!-- hum: stopped -->', reply, true)
end)

test('in a terminal thinking is folded and alive while it runs, and the text is not folded', { tui = true }, function(t)
  local srv = t:fake()
  local thoughts = {}
  for i = 1, 400 do
    thoughts[i] = ('thought%03d%s'):format(i, i % 5 == 0 and '\n' or ' ')
  end
  srv:script({ thinking = thoughts, text = 'It is 42.' })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv, { model = 'thinker' })
  gate:pass(0)
  chat.ask(t, 'hello')
  -- Folded: the thoughts themselves are not on the screen, once the first line has ended.
  local screen
  for i = 50, 100, 10 do
    gate:pass(i == 50 and 50 or 10)
    t:wait(function() return chat.reply(t, buf):find(('thought%03d'):format(i)) end, 'more thinking')
    local former = screen
    screen = t:wait(function()
      local now = t:screen()
      return now:find('▸') and not now:find('\nthought') and now ~= former and now
    end, 'it is folded, and something has changed')
  end
  gate:pass()
  chat.finished(t)
  t:wait_screen('It is 42.', true)
  t:wait(function() return not t:screen():find('\nthought') end, 'the thoughts are not seen')
  -- It can be opened.
  t:lua([[vim.fn.search('^<think>', 'bw')]])
  t:cmd('normal! zo')
  t:wait_screen('thought001')
end)

test('thinking is not folded when the option says so', function(t)
  local srv = thinker(t)
  chat.open(t, srv, { model = 'thinker' }, { chat = { thinking = 'show' } })
  chat.ask(t, 'hello')
  chat.finished(t)
  t:wait_screen('let me think', true)
end)

-- Asked about lines of a file, in a chat that is opened for it: its folds are new as well.
test('text that streams after the thinking is seen at once, below one fold', { ui = { 100, 32 } }, function(t)
  local srv = t:fake()
  local thoughts, words = {}, {}
  for i = 1, 44 do
    thoughts[i] = 'hm' .. i .. (i == 44 and '\n' or ' ')
    words[i] = 'word' .. i .. ' '
  end
  srv:script({
    thinking = thoughts,
    tokens = words,
    interval_ms = 8,
    faults = { { at = 44 + 20, ['do'] = 'stall' } },
  })
  chat.configure(t, srv, { model = 'thinker' })
  t:cmd('edit ' .. t:write_file('a.c', ('int a;\n'):rep(60) .. '    }\n}\n\n'))
  t:cmd('61,63Hum chat why does this fail?')
  t:wait_screen('word19')
  local _, folds = t:screen():gsub('▸', '')
  eq(3, folds, 'those of the front matter and of the quoted lines are the others\n' .. t:screen())
end)

-- ---- the clock ------------------------------------------------------------------------------------

--- A thought that has begun, and goes on when the gate says so.
local function silent(t, config)
  local srv = t:fake()
  srv:script({ thinking = { 'let me ', 'think\n', 'about ', 'it' }, text = 'It is 42.' })
  local gate = t:gate(srv)
  gate:pass(0)
  local buf = chat.open(t, srv, { model = 'thinker' }, config)
  chat.ask(t, 'hello')
  gate:pass(3)
  t:wait(function() return chat.reply(t, buf):find('about', 1, true) end, 'it thinks')
  return buf, gate
end

local function seconds(t) return tonumber(t:screen():match('Thinking (%d+) s')) end

local function counts(t)
  local before = t:wait(function() return seconds(t) end, 'seconds are shown')
  t:wait(function() return seconds(t) > before + 1 end, 'they go on')
end

test('the line of a thought counts seconds by itself, and no other row but the state is drawn again', function(t)
  local buf, gate = silent(t)
  counts(t)
  t:lua([[
    rows = {}
    local ns = vim.api.nvim_create_namespace('test')
    local function see(_, _, _, row) rows[row + 1] = true end
    vim.api.nvim_set_decoration_provider(ns, { on_win = function() return true end, on_line = see })]])
  t:cmd('redraw')
  t:lua('rows = {}')
  counts(t)
  local fold = t:lua('return vim.fn.search("^<think>", "nbw")')
  -- Before 0.12 Neovim asks for the row below as well.
  local heading = t:lua('return vim.fn.search("^## « ", "nbw")')
  local may = { [heading] = true, [heading + 1] = true, [fold] = true }
  local drawn = t:lua('return vim.tbl_keys(rows)')
  T.ok(vim.list_contains(drawn, fold), vim.inspect(drawn))
  for _, row in ipairs(drawn) do
    T.ok(may[row], vim.inspect(drawn))
  end
  gate:pass()
  chat.finished(t)
  t:wait(function() return not t:lua('return require("hum.chat.view.clock").runs()') end, 'nothing counts')
  t:wait_screen('▸ Thought for %d[%d.]* s · 5 words')
  eq('let me think\nabout it', chat.reply(t, buf):match('<think>\n(.-)\n</think>'))
end)

for how, keys in pairs({ ['insert mode'] = 'i', ['another window'] = ':new<CR>' }) do
  test('it counts while the user is in ' .. how, function(t)
    silent(t)
    t:keys(keys)
    counts(t)
  end)
end

test('hidden thinking leaves no trace on the screen', { ui = { 80, 24 } }, function(t)
  local _, gate = silent(t, { chat = { thinking = 'hide' } })
  t:wait_screen('thinker', true)
  T.no_match('Think', t:screen())
  gate:pass()
  chat.finished(t)
  t:wait_screen('It is 42.', true)
  t:wait(function()
    local between = t:screen():match('.*thinker[^\n]*\n(.-)It is 42')
    return between and between:gsub('[^\n]*tokens[^\n]*\n', '') == '\n'
  end, 'but for the figures there is one blank row')
  T.no_match('think about', t:screen())
end)

test('a chat that is read again has its folds', function(t)
  local srv = thinker(t)
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello there')
  chat.finished(t)
  t:wait_screen('▸ Thought', true)
  t:cmd('silent write')
  t:cmd('edit!')
  eq(buf, t:eval('bufnr()'))
  t:wait_screen('▸ hello there\n.*▸ Thought · 5 words')
end)

test('folds of the user stay as he made them, and the options are given back', function(t)
  local srv = thinker(t)
  t:cmd('set winhighlight=Normal:Pmenu')
  t:cmd('edit ' .. t:write_file('a.txt', 'text\n'))
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello there')
  chat.finished(t)
  eq('Normal:Pmenu,Folded:HumThought', t:eval('&winhighlight'))
  local row = t:lua('return vim.fn.search("^## » You")')
  t:cmd(('%d,%dfold'):format(row, row + 2))
  t:wait_screen('%+%-%-.*%d lines: ')
  t:cmd('buffer a.txt')
  eq({ 'Normal:Pmenu', 'foldtext()' }, { t:eval('&winhighlight'), t:eval('&foldtext') })
  t:cmd('buffer ' .. buf)
  t:wait_screen('%+%-%-.*%d lines: ')
  t:wait_screen('▸ Thought', true)
end)

local PASTE = "G:call setreg('a', ['one', 'two', 'three'])<CR>\"ap"

for what, keys in pairs({ pasted = { PASTE, PASTE }, ['brought back'] = { PASTE .. '3dd', 'u' } }) do
  test('folds of the user stay when lines are ' .. what, function(t)
    chat.open(t, thinker(t), { model = 'thinker' })
    chat.ask(t, 'hello there')
    chat.finished(t)
    t:lua([[vim.api.nvim_create_autocmd('TextChanged', { buffer = 0, callback = function() seen = true end })]])
    local row = t:lua('return vim.fn.search("^## » You")')
    t:keys(keys[1])
    t:wait(function() return t:lua('return seen') end, 'the change is seen')
    t:cmd(('%d,%dfold'):format(row, row + 2))
    t:lua('seen = nil')
    t:keys(keys[2])
    t:wait(function() return t:lua('return seen') end, 'the change is seen')
    eq({ row, row + 2 }, { t:eval(('foldclosed(%d)'):format(row)), t:eval(('foldclosedend(%d)'):format(row)) })
    t:wait_screen('▸ Thought', true)
  end)
end

-- ---- the front matter -----------------------------------------------------------------------------

test('the line of the front matter follows :Hum model, and stays closed', function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv)
  t:wait_screen('\n▸ Untitled chat\n')
  chat.ask(t, 'why is the sky blue?', buf)
  chat.finished(t)
  t:wait_screen('\n▸ why is the sky blue%?\n')
  t:cmd('Hum model ollama/thinker')
  t:wait(function() return t:text(buf):find('model: thinker', 1, true) end, 'the model is another')
  t:wait_screen('\n▸ why is the sky blue%?\n')
  eq('1-6', chat.fold(t, 1))
  t:lua("require('hum.config').get().chat.winbar = false")
  t:cmd('Hum new')
  t:wait_screen('▸ fake · ollama\n')
  t:cmd('Hum model ollama/thinker')
  t:wait_screen('▸ thinker · ollama\n')
  eq('1-5', chat.fold(t, 1))
end)

test('a file that is a chat opens with its front matter closed, which opens for whoever writes there', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  local path = t:write_file('a.md', '---\nhum: 1\ntitle: A title\nendpoint: ollama\n---\n\n## » You\n\nWhy?\n')
  t:cmd('edit ' .. path)
  t:wait_screen('\n▸ A title\n')
  eq({ 1, '1-5' }, { t:eval('line(".")'), chat.fold(t, 1) })
  t:keys('j')
  t:wait(function() return t:eval('line(".")') == 6 end, 'one row further')
  t:keys('ggj')
  t:keys('Gggi')
  t:wait_screen('\n%-%-%-\nhum: 1\ntitle: A title\n')
  t:keys('<Esc>')
  t:wait(function() return t.child:mode().mode == 'n' end, 'normal mode')
  t:keys('jjA!<Esc>ggzc')
  t:wait_screen('\n▸ A title!\n')
end)

test('a view keeps the folds as they were', function(t)
  local srv = thinker(t)
  t:cmd(('set viewdir=%s/views'):format(t.dir))
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello there')
  chat.finished(t)
  t:wait_screen('▸ Thought', true)
  local row = t:lua('return vim.fn.search("^<think>")')
  t:keys('zo')
  t:cmd('mkview')
  t:cmd('normal! zMgg')
  t:cmd('loadview')
  eq({ '1-6', 'open' }, { chat.fold(t, 1), chat.fold(t, row) })
  t:cmd('silent write')
  local path = t:eval('expand("%:p")')
  t:cmd('bwipeout ' .. buf)
  t:cmd('edit ' .. path)
  t:cmd('loadview')
  t:wait_screen('\n▸ hello there\n')
  eq({ '1-6', 'open' }, { chat.fold(t, 1), chat.fold(t, row) })
end)

--- Backgrounds of the line of a closed fold, from its beginning to the window's edge, each once.
local function grounds(t, text)
  local row, col = t.child.screen:find(text)
  local seen = {}
  for at = col, col + 60, 4 do
    local attr = t.child.screen:attr(row, at)
    eq(nil, attr.underline)
    seen[attr.background or 'none'] = true
  end
  return vim.tbl_keys(seen)
end

test("the line has the background of the text, for which no window's groups are made anew with each token", function(t)
  local srv = thinker(t)
  t:cmd('highlight Normal guibg=#102030 | highlight Folded guibg=#ff00ff gui=underline')
  chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello there')
  chat.finished(t)
  t:wait_screen('▸ Thought', true)
  local win = t:lua('return vim.api.nvim_get_current_win()')
  local function winhighlight() return t:lua('return vim.wo[...].winhighlight', win) end
  eq({ 0x102030 }, grounds(t, '▸ Thought'))
  eq({ 0x102030 }, grounds(t, '▸ hello there'))
  eq('', winhighlight())
  t:cmd('highlight Normal guibg=#403020 | doautocmd ColorScheme')
  t:wait(
    function() return vim.deep_equal({ 0x403020 }, grounds(t, '▸ Thought')) end,
    'the background of the other scheme'
  )
  eq('', winhighlight())
  -- What is not known cannot be put there.
  t:cmd('highlight Normal guibg=NONE | doautocmd ColorScheme')
  t:wait(function() return vim.deep_equal({ 'none' }, grounds(t, '▸ Thought')) end, "the terminal's own background")
  eq('Folded:HumThought', winhighlight())
  -- Elsewhere than in the current window this is another one.
  t:cmd('highlight Normal guibg=#102030 | highlight NormalNC guibg=#304050 | doautocmd ColorScheme | new')
  t:wait(
    function() return vim.deep_equal({ 0x304050 }, grounds(t, '▸ Thought')) end,
    'that of windows that are not current'
  )
  t:cmd('highlight NormalNC guibg=NONE | doautocmd ColorScheme')
  t:wait(function() return vim.deep_equal({ 0x102030 }, grounds(t, '▸ Thought')) end, 'that of all windows')
  eq('', winhighlight())
end)

test('in a float the line has the background of the text there', { ui = { 80, 24 } }, function(t)
  local srv = thinker(t)
  t:cmd('set termguicolors')
  t:cmd('highlight Folded guibg=#ff00ff')
  chat.open(t, srv, { model = 'thinker' }, { chat = { window = 'float' } })
  chat.ask(t, 'hello there')
  chat.finished(t)
  t:wait_screen('▸ Thought', true)
  local row, col = t.child.screen:find('▸ Thought')
  local text = t.child.screen:find('It is 42')
  for at = col, col + 40, 8 do
    eq(t.child.screen:attr(text, at).background, t.child.screen:attr(row, at).background)
  end
  -- The colours are read anew.
  t:cmd('doautocmd ColorScheme')
  eq(t.child.screen:attr(text, col).background, t.child.screen:attr(row, col).background)
  T.no_match('^,', t:eval('&winhighlight'))
end)

-- ---- rows -----------------------------------------------------------------------------------------

---@param frame string[]
---@return integer|nil
local function fold_row(frame)
  for row, line in ipairs(frame) do
    if line:find('^▸ Th') then return row end
  end
end

for name, dialect in pairs({ ollama = 'ollama', openai = 'openai' }) do
  test(('a thought that is closed costs its own row a token, and never shows its tags: %s'):format(name), function(t)
    local srv = t:fake()
    local thoughts =
      { 'First', ' I', ' think', '\n', '\n', 'of', ' this,\nthen', ' of', ' that', '.\n\n', 'So', ' it', ' is' }
    srv:script({ thinking = thoughts, tokens = { 'It', ' is', ' 42', '.' } })
    local gate = t:gate(srv)
    gate:pass(0)
    local buf = chat.open(t, srv, { model = 'thinker', dialect = dialect })
    local recording = rows.record(t)
    chat.ask(t, 'hello')
    gate:pass(1) -- the record that names the role, or the first token
    local come = ''
    for _, piece in ipairs(thoughts) do
      come = come .. piece
      gate:pass(1)
      t:wait(function() return chat.reply(t, buf):find(vim.trim(come), 1, true) end, 'it is there: ' .. come)
    end
    local thinking = #recording.frames -- behind it the end of the reply may come with its last tokens, in one frame
    gate:pass()
    chat.finished(t)
    t:wait_screen('It is 42.', true)
    local at, frames = nil, 0
    for n, frame in ipairs(recording.frames) do
      local text = table.concat(frame, '\n')
      T.no_match('</?think', text)
      local here = fold_row(frame)
      T.ok(not at or here == at, 'it keeps its row: ' .. text)
      if at then
        local changed = rows.changed(
          recording.frames[n - 1],
          frame,
          function(row)
            return row:find('thinker', 1, true) or row:find('%d:%d%d') or row:find('tokens') or row:find('%d,%d')
          end
        )
        for _, row in ipairs(changed) do
          T.ok(row >= at, text)
          if row > at then T.no_match('First|this|that|So', frame[row]) end
        end
        T.ok(n > thinking or #changed <= 3, text)
      end
      at, frames = at or here, frames + (here and 1 or 0)
    end
    T.ok(frames > 5, frames .. ' frames')
    eq('First I think\n\nof this,\nthen of that.\n\nSo it is', chat.reply(t, buf):match('<think>\n(.-)\n</think>'))
  end)
end
