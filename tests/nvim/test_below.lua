-- The user writes his next message while a reply streams: what he writes stands under his heading and is his, the reply
-- grows above it and is whole. The case plays the helper, unless it says other.
local T = require('harness')
local chat = require('lib.chat')
local random_from = require('lib.random')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

T.once()

local OPTS = { init = stream.init }

local HEAD = '---\nhum: 1\ntitle: T\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\n'

--- A chat in which a reply has begun, "one two" and "three " in its last line.
local function begin(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, 'question', buf)
  stream.part(t, 'text')
  stream.tokens(t, 'one ', 'two\n', 'three ')
  return buf
end

local function chat_text(reply, mine)
  return HEAD .. 'question\n\n## « fake\n\n' .. reply .. '\n\n## » You\n\n' .. mine
end

--- Types keys and waits until they are handled.
local function type_keys(t, keys)
  t.typed = (t.typed or 0) + 1
  t:keys(keys)
  t:keys(('<C-\\><C-n>:let g:typed = %d<CR>'):format(t.typed))
  t:wait(function() return t:eval('get(g:, "typed")') == t.typed end, keys)
end

-- ---- how one begins to write ---------------------------------------------------------------------

--- Keys, what of the user's they write below, and what of the reply is there behind them if they change that.
local BEGINNINGS = {
  { 'GiMINE<Esc>', 'MINE' },
  { 'GaMINE<Esc>', 'MINE' },
  { 'GAMINE<Esc>', 'MINE' },
  { 'GIMINE<Esc>', 'MINE' },
  { 'GoMINE<Esc>', 'MINE' },
  { 'GOMINE<Esc>', 'MINE' },
  { 'GRMINE<Esc>', 'MINE' },
  { 'GgRMINE<Esc>', 'MINE' },
  { 'GgIMINE<Esc>', 'MINE' },
  { 'G3iM<Esc>', 'MMM' },
  { 'GiMI<CR>NE<Esc>', 'MI\nNE' },
  { 'GoMI<CR><CR>NE<Esc>', 'MI\n\nNE' },
  { 'GoMINE<Esc>AMORE<Esc>', 'MINEMORE' },
  { 'GoMINE<Esc>oMORE<Esc>', 'MINE\nMORE' },
  { 'GoMINE<Esc>OMORE<Esc>', 'MORE\nMINE' },
  { 'GoMI<C-o>0NE<Esc>', 'NEMI' },
  { 'Go<Esc>', '' },
  { 'Gi<Esc>', '' },
  { 'GA<C-r>="MINE"<CR><Esc>', 'MINE' },
  { ':let @a="MINE"<CR>G"ap', 'MINE' },
  { ':let @a="MI\\nNE"<CR>G"ap', 'MI\nNE' },
  { ':let @a="MINE"<CR>G"aP', 'MINE' },
  { 'G0x:let @a="MINE"<CR>G"aP', 'MINE', 'one two\nhree ' },
  { ':let @a="MINE"<CR>G$"ap', 'MINE' },
  { ':let @a="MINE\\n"<CR>G"ap', 'MINE' },
  { ':let @a="MI\\nNE"<CR>G$"ap', 'MI\nNE' },
  { ':let @a="M\\nNE\\n"<CR>G"ap', 'M\nNE' },
  { ":$put =['MI','NE']<CR>", 'MI\nNE' },
  { ':call append("$", "MINE")<CR>', 'MINE' },
  { ':call append("$", ["MI", "NE"])<CR>', 'MI\nNE' },
  {
    ':lua vim.api.nvim_win_set_cursor(0, { vim.fn.line("$"), 0 }) vim.api.nvim_put({ "MI", "NE" }, "l", true, true)<CR>',
    'MI\nNE',
  },
  { ':lua vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { "MI", "NE" })<CR>', 'MI\nNE' },
  { ':lua vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { "MINE" })<CR>', 'MINE' },
  { ':lua vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { "MI" })<CR>GANE<Esc>', 'MINE' },
  { ':lua vim.api.nvim_buf_set_lines(0, -1, -1, false, { "", "MINE" })<CR>', 'MINE' },
  { ':$normal! AMINE<CR>', 'MINE' },
  { 'qqGAM<Esc>q2@q', 'MMM' },
  { 'GAM<Esc>.', 'MM' },
  { 'GAM<Esc>G.', 'MM' },
  { 'GoM<Esc>k.', 'M\nM' },
  { ':$r fortune<CR>', 'MI\nNE' },
  { 'GccMINE<Esc>', 'MINE', 'one two\n' },
  { 'GSMINE<Esc>', 'MINE', 'one two\n' },
  { 'G0k<C-v>j$AMINE<Esc>', 'MINE', 'one twoMINE\nthree ' },
  { 'GkAX<Esc>', nil, 'one twoX\nthree ' },
  { ':%s/three/four five/<CR>', nil, 'one two\nfour five ' },
  { 'Gdd', nil, 'one two' },
  { 'GJ' },
  { 'GkJ', nil, 'one two three ' },
}

for _, case in ipairs(BEGINNINGS) do
  local keys, mine, reply = case[1], case[2], (case[3] or 'one two\nthree ') .. 'four\nfive six'
  test(('what comes with %s is the %s'):format(keys, mine and "user's" or "reply's"), OPTS, function(t)
    begin(t)
    t:write_file('fortune', 'MI\nNE\n')
    t:cmd('cd ' .. t.dir)
    type_keys(t, keys)
    stream.tokens(t, 'four', '\nfive ', 'six')
    if mine then eq(chat_text(reply, mine), t:text()) end
    stream.done(t)
    eq(chat_text(reply, mine or ''), t:text())
  end)
end

--- CTRL-C that Neovim finds in the n-th call of a function, before or after its work.
local INTERRUPT = [[
  local name, behind, n = ...
  local fn, calls = vim.api[name], 0
  vim.api[name] = function(...)
    calls = calls + 1
    if calls ~= n then return fn(...) end
    if behind then fn(...) end
    error('Keyboard interrupt', 0)
  end]]

for _, name in ipairs({ 'nvim_buf_call', 'nvim_buf_set_lines', 'nvim_buf_set_text' }) do
  for n = 1, 3 do
    for where, behind in pairs({ at = false, behind = true }) do
      test(('CTRL-C %s call %d of %s takes nothing of what was put'):format(where, n, name), OPTS, function(t)
        begin(t)
        t:lua(INTERRUPT, name, behind, n)
        type_keys(t, ':let @a="MINE"<CR>G"ap')
        stream.tokens(t, 'four', '\nfive ', 'six')
        stream.done(t)
        eq(chat_text('one two\nthree four\nfive six', 'MINE'), t:text())
        T.no_match('hum: internal error', t:messages())
      end)
    end
  end
end

-- ---- lines that are there before the reply ------------------------------------------------------

local HEADING = '\n\n## » You\n\n'

--- A reply to the first of three messages; the others stay below it.
local function begin_above(t, message)
  local buf = stream.open(t, 'T')
  t:lua([[
    local reply = require('hum.chat.reply')
    local start = reply.start
    reply.start = function(message)
      local row = vim.fn.search('^first$', 'nw')
      message.row, message.sent, message.below, reply.start = row, row - 3, true, start
      return start(message)
    end]])
  stream.ask(t, message, buf)
  t:lua([[require('hum.chat').send(..., true)]], buf) -- headings and all
  stream.part(t, 'text')
  return buf
end

test('a reply grows above messages that stand below it from the start, in one step', OPTS, function(t)
  local rest = HEADING .. 'second' .. HEADING .. 'third'
  begin_above(t, 'first' .. rest)
  local before = HEAD .. 'first' .. rest
  stream.tokens(t, 'one ', 'two\n', 'three ')
  eq(HEAD .. 'first\n\n## « fake\n\none two\nthree ' .. rest, t:text())
  type_keys(t, 'GA and more<Esc>')
  stream.tokens(t, 'four\n', '\n')
  stream.done(t)
  local reply = HEAD .. 'first\n\n## « fake\n\none two\nthree four' .. rest
  eq(reply .. ' and more', t:text())
  type_keys(t, 'u')
  eq(reply, t:text())
  type_keys(t, 'u')
  eq(before, t:text())
  type_keys(t, '2<C-r>')
  eq(reply .. ' and more', t:text())
end)

test('a heading right below a message gets its blank line', OPTS, function(t)
  begin_above(t, 'first\n## » You\n\nsecond')
  stream.tokens(t, 'one')
  eq(HEAD .. 'first\n\n## « fake\n\none' .. HEADING .. 'second', (t:text():gsub('one\n', 'one\n', 1)))
  stream.done(t)
  eq(HEAD .. 'first\n\n## « fake\n\none' .. HEADING .. 'second', t:text())
  type_keys(t, 'u')
  eq(HEAD .. 'first\n## » You\n\nsecond', t:text())
end)

-- ---- undo ----------------------------------------------------------------------------------------

test('what is typed below keeps its steps, the reply is one below them', OPTS, function(t)
  begin(t)
  type_keys(t, 'Goone<Esc>')
  stream.tokens(t, 'four', '\nfive ')
  type_keys(t, 'gg/question<CR>Asked<Esc>')
  stream.tokens(t, 'six')
  type_keys(t, 'Gotwo<Esc>')
  stream.tokens(t, ' seven')
  stream.done(t)
  local question = HEAD .. 'question'
  local asked = question .. 'sked'
  local reply = asked .. '\n\n## « fake\n\none two\nthree four\nfive six seven' .. HEADING
  local states = { reply .. 'one\ntwo', reply .. 'one', reply, asked, question, HEAD }
  for i, state in ipairs(states) do
    if i > 1 then type_keys(t, 'u') end
    eq(state, t:text(), ('after %d u'):format(i - 1))
  end
  for i = #states - 1, 1, -1 do
    type_keys(t, '<C-r>')
    eq(states[i], t:text(), ('after %d <C-r>'):format(#states - i))
  end
end)

-- ---- what is seen --------------------------------------------------------------------------------

--- Rows of the cursor on the screen, after each of some tokens.
local function rows_while(t, tokens)
  local rows = {}
  for i, token in ipairs(tokens) do
    stream.write(t, token)
    t:cmd('redraw')
    rows[i] = t:eval('winline()')
  end
  return rows
end

local function spread(rows)
  local low, high = math.huge, 0
  for _, row in ipairs(rows) do
    low, high = math.min(low, row), math.max(high, row)
  end
  return high - low
end

local LINES, PARAGRAPHS = {}, {}
for i = 1, 60 do
  LINES[i] = ('word %d%s'):format(i, i % 4 == 0 and '\n' or ' ')
end
for i = 1, 200 do
  PARAGRAPHS[i] = ('word %d%s'):format(i, i % 50 == 0 and '\n' or ' ')
end

--- Where the user is: keys, the height of the window, and the mode.
local VIEWS = {
  ['typing in a full window'] = { 'Gomine', 16 },
  ['typing in a window with room'] = { 'Gomine', 40 },
  ['in his turn in normal mode'] = { 'Gomine<Esc>', 16 },
  ['in the middle of his turn'] = { 'Goa<CR>b<CR>c<CR>d<Esc>kk', 16 },
  ["with 'scrolloff'"] = { ':set so=4<CR>Gomine', 16 },
  ["with 'nowrap'"] = { ':setlocal nowrap<CR>Gomine', 16 },
  ['with a line number'] = { ':setlocal number<CR>Gomine', 16 },
}

for name, case in vim.spairs(VIEWS) do
  for what, tokens in pairs({ lines = LINES, paragraphs = PARAGRAPHS }) do
    test(('the row under the hands stays, %s, while %s come'):format(name, what), {
      init = stream.init,
      ui = { 60, case[2] },
    }, function(t)
      begin(t)
      stream.tokens(t, ('line\n'):rep(20))
      t:keys(case[1])
      t:wait(function() return t:text():find('## » You.*## » You') and t:text():find('[ed]$') end, 'his turn')
      stream.tokens(t, 'and\n')
      local rows = rows_while(t, tokens)
      T.ok(spread(rows) <= 1, table.concat(rows, ' '))
      T.ok(t:lua([[return vim.fn.line('w0') <= vim.fn.search('^## » You', 'bnw')]]), 'the reply is seen')
    end)
  end
end

for name, ending in vim.spairs({ ['blank lines'] = 'done', ['a mark'] = 'cancelled' }) do
  test(
    'the row under the hands stays as the reply ends with ' .. name,
    { init = stream.init, ui = { 60, 16 } },
    function(t)
      begin(t)
      stream.tokens(t, ('line\n'):rep(20))
      t:keys('Gomine')
      t:wait(function() return t:text():find('mine$') end, 'his turn')
      local rows = rows_while(t, { 'one\n', 'two', '\n', '\n', '\n' })
      stream.event(t, ending, { reason = 'stop', stats = {} })
      t:cmd('redraw')
      rows[#rows + 1] = t:eval('winline()')
      T.ok(spread(rows) <= 1, table.concat(rows, ' '))
    end
  )
end

--- Words of one long line come, of which some rows are scrolled out at last.
local function ended_in_a_paragraph(t)
  begin(t)
  t:keys('Gomine')
  t:wait(function() return t:text():find('mine$') end, 'his turn')
  local n = 0
  repeat
    stream.tokens(t, ('word%d '):format(n))
    t:cmd('redraw')
    n = n + 1
    T.ok(n < 400, 'rows are scrolled out')
  until t:eval('winsaveview().skipcol') > 0 and n > 20
  local row = t:eval('winline()')
  stream.done(t)
  t:cmd('redraw')
  return row
end

--- What ends the time of 'smoothscroll', which a reply has set.
local SCROLLS = {
  ['when the window is scrolled'] = function(t) t:keys('<Esc><C-y>') end,
  ['when the chat is shown again'] = function(t)
    t:keys('<Esc>')
    t:cmd('enew')
    t:cmd('buffer #')
  end,
}

for name, scroll in vim.spairs(SCROLLS) do
  test(("'smoothscroll' is given back %s, the text stays until then"):format(name), {
    init = stream.init,
    ui = { 60, 12 },
  }, function(t)
    local row = ended_in_a_paragraph(t)
    eq({ 1, true }, { t:eval('&l:smoothscroll'), math.abs(row - t:eval('winline()')) <= 1 })
    scroll(t)
    t:wait(function() return t:eval('&l:smoothscroll') == 0 end, 'the option')
  end)
end

test("'smoothscroll' is given back at the end of a reply, also in a window that was made meanwhile", {
  init = stream.init,
  ui = { 60, 20 },
}, function(t)
  begin(t)
  type_keys(t, 'Gomine<Esc>')
  stream.tokens(t, 'four\n', 'five')
  eq(1, t:eval('&l:smoothscroll'))
  t:cmd('split')
  stream.done(t)
  eq({ 0, 0, 0 }, t:eval([[[&l:smoothscroll, getwinvar(winnr('#'), '&smoothscroll'), &g:smoothscroll] ]]))
end)

test(
  "a user's own 'smoothscroll' stays",
  { init = stream.init .. 'vim.o.smoothscroll = true', ui = { 60, 20 } },
  function(t)
    begin(t)
    type_keys(t, 'Gomine<Esc>')
    stream.tokens(t, 'four\n', 'five')
    stream.done(t)
    eq(1, t:eval('&l:smoothscroll'))
  end
)

test('u while the reply streams takes back what was written below, and the reply goes on', OPTS, function(t)
  begin(t)
  type_keys(t, 'Goone<Esc>')
  stream.tokens(t, 'four', '\nfive ')
  type_keys(t, 'Gotwo<Esc>')
  stream.tokens(t, 'six ')
  local reply = 'one two\nthree four\nfive six '
  eq(chat_text(reply, 'one\ntwo'), t:text())
  type_keys(t, 'u')
  t:wait(function() return t:text() == chat_text(reply, 'one') end, 'the last step is taken back')
  stream.tokens(t, 'seven ')
  type_keys(t, 'u')
  reply = reply .. 'seven '
  t:wait(function() return t:text() == chat_text(reply, '') end, 'the other step is taken back')
  stream.tokens(t, 'eight')
  eq(0, stream.stops(t))
  type_keys(t, 'GAthree<Esc>')
  stream.done(t)
  reply = reply .. 'eight'
  eq(chat_text(reply, 'three'), t:text())
  type_keys(t, 'u')
  eq(chat_text(reply, ''), t:text())
  type_keys(t, 'u')
  eq(HEAD .. 'question', t:text())
  type_keys(t, '2<C-r>')
  eq(chat_text(reply, 'three'), t:text())
end)

for _, levels in ipairs({ 1, 2, 0 }) do
  test(('u costs nothing of the reply where the history has %d steps'):format(levels), OPTS, function(t)
    begin(t)
    t:cmd('setlocal undolevels=' .. levels)
    type_keys(t, 'Goone<Esc>')
    stream.tokens(t, 'four', '\nfive ')
    type_keys(t, 'Gotwo<Esc>')
    stream.tokens(t, 'six ')
    type_keys(t, 'u')
    stream.tokens(t, 'seven')
    if stream.stops(t) > 0 then
      stream.cancelled(t)
    else
      stream.done(t)
    end
    T.match('one two\nthree four\nfive six ', t:text(), true)
    T.no_match('E%d+:', t:messages())
    T.no_match('internal error', t:log())
  end)
end

test('a fault while the steps are put in order is told once, and costs the order alone', OPTS, function(t)
  begin(t)
  t:keys('Gomine')
  t:wait(function() return t:text():find('mine$') end, 'his turn')
  t:lua([[
    hum_test.calls = 0
    require('hum.chat.reply.preserve').save = function()
      hum_test.calls = hum_test.calls + 1
      error('planted fault')
    end]])
  stream.done(t)
  type_keys(t, '<Esc>')
  t:wait(function() return t:lua('return hum_test.calls') > 0 end, 'the steps are put in order')
  type_keys(t, 'j')
  type_keys(t, 'k')
  eq(1, t:lua('return hum_test.calls'))
  T.match('hum: internal error', t:messages())
  eq(chat_text('one two\nthree ', 'mine'), t:text())
end)

for _, keys in ipairs({ 'u<C-r>', 'u<C-r>u<C-r>', 'uu<C-r><C-r>', 'g-g+', ':undo 0<CR>:later 9<CR>' }) do
  test(('%s in one go is nothing, and the reply goes on'):format(keys), OPTS, function(t)
    begin(t)
    type_keys(t, 'Gomine<Esc>')
    stream.tokens(t, 'four', '\nfive ')
    type_keys(t, keys)
    eq(chat_text('one two\nthree four\nfive ', 'mine'), t:text())
    stream.tokens(t, 'six\n', 'seven')
    eq(0, stream.stops(t))
    stream.done(t)
    local all = chat_text('one two\nthree four\nfive six\nseven', 'mine')
    eq(all, t:text())
    type_keys(t, 'uu')
    eq(HEAD .. 'question', t:text())
    type_keys(t, '2<C-r>')
    eq(all, t:text())
    T.no_match('steps stay mixed', t:log())
  end)
end

--- Keys, and the reply and the user's text then.
local RIGHT_BEHIND = {
  ['G?three<CR>ix<Esc>'] = { 'one two\nxthree four\nfive six', 'mine' },
  ['G?^##<CR>ix<Esc>'] = { 'one two\nthree four\nfive six', 'mine\nx' },
}

for keys, case in vim.spairs(RIGHT_BEHIND) do
  for _, replay in ipairs({ 'u<C-r>', 'uu<C-r><C-r>', 'g-g+' }) do
    test(('%s and %s in one go: what is typed goes where it belongs'):format(replay, keys), OPTS, function(t)
      begin(t)
      type_keys(t, 'Gomine<Esc>')
      stream.tokens(t, 'four', '\nfive ')
      type_keys(t, replay .. keys)
      stream.tokens(t, 'six')
      eq(0, stream.stops(t))
      stream.done(t)
      eq(chat_text(unpack(case)), t:text())
    end)
  end
end

test('what is changed right behind an undo stays as it is, and the reply ends', OPTS, function(t)
  begin(t)
  type_keys(t, 'Goone<Esc>')
  stream.tokens(t, 'four', '\nfive ')
  type_keys(t, 'Gotwo<Esc>')
  type_keys(t, 'uothree<Esc>')
  stream.tokens(t, 'six')
  eq(1, stream.stops(t))
  stream.cancelled(t)
  T.match('\nfive \n<!%-%- hum: stopped %-%->\n', t:text())
  T.match('## » You\n\n(.+)$', t:text())
  T.no_match('two$', t:text())
end)

test('replies that end while the user is still typing are a step each', OPTS, function(t)
  local buf = begin(t)
  t:keys('Gosecond')
  t:wait(function() return t:text():find('second') end, 'the next message')
  stream.done(t)
  local first = 'one two\nthree '
  eq(chat_text(first, 'second'), t:text())
  t:lua([[require('hum').send(...)]], buf)
  stream.part(t, 'text')
  stream.tokens(t, 'four ', 'five')
  t:keys('<C-End>third')
  t:wait(function() return t:text():find('third') end, 'the one after it')
  stream.tokens(t, ' six')
  stream.done(t)
  t:keys(' and more<Esc>')
  local second = chat_text(first, 'second') .. '\n\n## « fake\n\nfour five six' .. HEADING
  t:wait(function() return t.child:mode().mode == 'n' and t:text() == second .. 'third and more' end, 'all of it')
  local states = { t:text(), second, chat_text(first, 'second'), chat_text(first, ''), HEAD .. 'question', HEAD }
  for i = 2, #states do
    type_keys(t, 'u')
    eq(states[i], t:text(), ('after %d u'):format(i - 1))
  end
  for i = #states - 1, 1, -1 do
    type_keys(t, '<C-r>')
    eq(states[i], t:text(), ('after %d <C-r>'):format(#states - i))
  end
end)

-- ---- storms --------------------------------------------------------------------------------------

--- What the user does: keys with a word of his, and what that makes of the lines of his message; none: he has not
--- begun one. `hold` says that insert mode goes on.
local function last_becomes(fn)
  return function(lines, word) lines[math.max(1, #lines)] = fn(lines[#lines] or '', word) end
end
local append, prepend = last_becomes(function(a, b) return a .. b end), last_becomes(function(a, b) return b .. a end)
local function add(lines, word) lines[#lines + 1] = word end

local ACTIONS = {
  { 'GA%s<Esc>', append },
  { 'Go%s<Esc>', add },
  { 'GI%s<Esc>', prepend },
  { 'G0i%s<Esc>', prepend },
  { 'GO%s<Esc>', function(lines, word) table.insert(lines, math.max(1, #lines), word) end },
  { 'GA%s', append, hold = true },
  { 'Go%s', add, hold = true },
  { ":$put ='%s'<CR>", add },
  { ':let @a=\'%s\'."\\n"<CR>G"ap', add },
  { ':call append("$", "%s")<CR>', add },
  { ':lua vim.api.nvim_buf_set_lines(0, -1, -1, false, { "%s" })<CR>', add },
  { ':lua vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { "%s" })<CR>', append },
  { ':lua vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { "", "%s" })<CR>', add },
  { ':let @q="GA%s\\<lt>Esc>"<CR>@q', append },
  { '<Cmd>new<CR><Cmd>close<CR>', function() end },
  { 'ggVG<Esc>', function() end },
  { 'gg', function() end },
  { ':echo 1<CR>', function() end },
}

---@return string[] tokens, string text
local function some_tokens(random, from, n)
  local tokens = {}
  for i = 1, n do
    tokens[i] = ('t%d%s'):format(from + i, random(4) == 1 and '\n' or random(9) == 1 and '\n\n' or ' ')
  end
  return tokens, table.concat(tokens)
end

--- Writes tokens without waiting until they are handled.
local function pour(t, tokens)
  local now = t:lua('return { stub.specs[stub.last].buf, stub.join[stub.last] }')
  for _, token in ipairs(tokens) do
    local lines = vim.split(token, '\n', { plain = true })
    t.child.rpc:notify(
      'nvim_exec_lua',
      "require('hum.chat.reply.put').edit(...)",
      { now[1], lines, #lines > 1, now[2] }
    )
  end
end

--- Something the user does, number `i`.
---@param doing { lines: string[], log: string[], held: boolean? }  of his message, what he did, and whether he is inserting
local function act(t, random, i, doing)
  local action, word = ACTIONS[random(#ACTIONS)], ('mine%d'):format(i)
  local keys = (doing.held and '<Esc>' or '') .. action[1]:format(word)
  table.insert(doing.log, keys)
  t:keys(keys)
  action[2](doing.lines, word)
  doing.held = action.hold
end

---@return string text  of the reply
local function rage(t, random, doing)
  local text = ''
  for i = 1, 12 do
    local tokens, more = some_tokens(random, 100 * i, random(6))
    text = text .. more
    pour(t, tokens)
    if random(3) > 1 then act(t, random, i, doing) end
  end
  type_keys(t, doing.held and '<Esc>' or '')
  t:lua('return 0')
  return text
end

--- All the way back and forth: the reply is there as a whole or not at all.
local function undo_all(t, before, text, note)
  local full, seen = t:text(), 0
  repeat
    type_keys(t, 'u')
    seen = seen + 1
    local now = t:text()
    T.ok(now == before or now:find(text, 1, true), note .. '\n' .. now)
  until now == before or seen == 40
  eq(before, t:text(), note)
  for _ = 1, seen do
    type_keys(t, '<C-r>')
  end
  eq(full, t:text(), note)
end

local function storm(seed)
  test(('a storm over the beginning of a message, seed %d'):format(seed), OPTS, function(t)
    local random, doing = random_from(seed), { lines = {}, log = {} }
    local buf = stream.open(t, 'T')
    stream.ask(t, 'question', buf)
    stream.part(t, 'text')
    local text = rage(t, random, doing)
    local note = ('seed %d: %s'):format(seed, table.concat(doing.log, ' '))
    stream.done(t)
    text = (text:gsub('\n+$', ''))
    eq(chat_text(text, table.concat(doing.lines, '\n')), t:text(), note)
    undo_all(t, HEAD .. 'question', text, note)
    T.no_match('steps stay mixed', t:log())
    T.no_match('E%d+:', t:messages())
  end)
end

local SEED = tonumber(vim.env.HUM_TEST_SEED)
for seed = SEED or 1, SEED and SEED + (tonumber(vim.env.HUM_TEST_SEEDS) or 1) - 1 or 8 do
  storm(seed)
end

-- ---- with the helper -----------------------------------------------------------------------------

--- "w0 w1 …", eight on a line.
---@return string[] tokens, string text
local function words(n)
  local tokens = {}
  for i = 0, n - 1 do
    tokens[i + 1] = ('w%d%s'):format(i, i % 8 == 7 and '\n' or ' ')
  end
  return tokens, (table.concat(tokens):gsub('%s+$', ''))
end

--- A chat in which `n` words have come and the gate is shut.
local function gated(t, n, total, more)
  local srv = t:fake()
  local gate = t:gate(srv)
  local tokens, text = words(total)
  srv:script(vim.tbl_extend('force', { tokens = tokens }, more or {}))
  gate:pass(n)
  local buf = chat.open(t, srv)
  chat.ask(t, 'question', buf)
  t:wait(function() return n == 0 or chat.reply(t, buf):find(('w%d'):format(n - 1), 1, true) end, 'the first words')
  return buf, gate, text, srv
end

--- The last reply, and what stands below the heading behind it.
local function both(t, buf)
  local reply, mine = (t:text(buf) .. '\n'):match('\n## « fake\n\n(.-)\n\n## » You\n\n(.*)\n$')
  return reply and (reply:gsub('%s+$', '')) or 'no heading:\n' .. t:text(buf), mine
end

test('the row of the cursor stays while a sentence is typed, a key for every other word', function(t)
  local buf, gate, text = gated(t, 300, 400)
  t:keys('Go')
  local sentence, rows = 'This is what I want to know next.', {}
  for i = 1, #sentence do
    gate:pass(2)
    t:keys(sentence:sub(i, i))
    t:wait(function() return gate:taken() and t:text(buf):find(sentence:sub(1, i), 1, true) end, 'a key and two words')
    rows[i] = t:eval('winline()')
  end
  T.ok(spread(rows) <= 1, table.concat(rows, ' '))
  gate:pass()
  chat.finished(t)
  t:keys('<Esc>')
  eq({ text, sentence }, { both(t, buf) })
end)

for name, go in
  vim.spairs({
    ['in the current buffer'] = function() end,
    ['while the user types below'] = function(t) t:keys('A and') end,
    ['in another window'] = function(t) t:cmd('new') end,
    ['in a buffer that is not shown'] = function(t) t:cmd('enew') end,
  })
do
  test(('words are an edit each above a message, %s'):format(name), function(t)
    local buf, gate, text = gated(t, 16, 400)
    t:keys('Gomine<Esc>')
    t:wait(function() return t:text(buf):find('mine') end, 'a message')
    go(t)
    chat.pass_by_16(gate, 384, function(i)
      t:wait(function() return t:text(buf):find(('w%d%%s'):format(i + 15)) end, 'the next words')
    end)
    local stats = chat.finished(t).stats
    eq({ 400, 400, 0 }, { stats.pieces, stats.edits, stats.merged })
    local reply, mine = both(t, buf)
    eq(text, reply)
    T.match('^mine', mine)
  end)
end

test('what was refused comes above a message that begins meanwhile', function(t)
  local buf, gate, text = gated(t, 20, 300)
  chat.lock(t, buf)
  gate:pass(100)
  t:wait(function() return gate:taken() end, 'words under the lock')
  t:keys('lGomine<Esc>')
  t:wait(function() return t:text(buf):find('mine') and t:text(buf):find('w119') end, 'both')
  chat.lock(t, buf)
  gate:pass()
  t:wait(function() return gate:taken() end, 'the rest under the lock')
  t:keys('lA and more<Esc>')
  T.ok(chat.finished(t).stats.redelivered >= 1)
  t:wait(function() return t:text(buf):find('more$') end, 'all of it')
  eq({ text, 'mine and more' }, { both(t, buf) })
end)

--- One storm: words in the pipe while keys come.
local function storm_with_helper(seed)
  test(('a storm with words in the pipe, seed %d'):format(seed), function(t)
    local random, doing = random_from(seed), { lines = {}, log = {} }
    local buf, gate, text, srv = gated(t, random(20) - 1, 200)
    local before = t:text(buf):match('^(.-)\n\n## «')
    for i = 1, 10 do
      gate:pass(random(25))
      if random(2) == 1 then t:wait(function() return gate:taken() end, 'words') end
      if random(4) > 1 then act(t, random, i, doing) end
      if random(3) == 1 then t:lua('return 0') end
    end
    type_keys(t, doing.held and '<Esc>' or '')
    gate:pass()
    local note, mine = ('seed %d: %s'):format(seed, table.concat(doing.log, ' ')), table.concat(doing.lines, '\n')
    eq('done', chat.finished(t).status, note)
    eq({ text, mine }, { both(t, buf) }, note)
    undo_all(t, before, (text:gsub('\n.*', '')), note)
    T.no_match('steps stay mixed', t:log())
    srv:script({ text = 'yes' })
    if mine == '' then return end
    t:lua([[require('hum').send(...)]], buf)
    chat.finished(t, 2)
    local requests = srv:requests('/api/chat')
    local messages = requests[#requests].body.messages
    eq({ 'question', text, mine }, vim.tbl_map(function(m) return vim.trim(m.content) end, messages), note)
  end)
end

for seed = SEED or 1, SEED and SEED + (tonumber(vim.env.HUM_TEST_SEEDS) or 1) - 1 or 4 do
  storm_with_helper(seed)
end

-- ---- thinking ------------------------------------------------------------------------------------

test('a thought above a message stays folded and counts its words', { init = stream.init, ui = { 60, 24 } }, function(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, 'question', buf)
  stream.part(t, 'thinking')
  stream.tokens(t, '<think>\n', 'one ', 'two\n', 'three ')
  t:wait_screen('Thinking.- 3 words')
  t:keys('Gomine')
  t:wait_screen('mine', true)
  for i = 4, 30 do
    stream.write(t, ('word%d%s'):format(i, i % 5 == 0 and '\n' or ' '))
  end
  t:wait_screen('Thinking.- 30 words')
  t:keys(' and more<Esc>')
  t:wait_screen('and more', true)
  for i = 31, 40 do
    stream.write(t, ('word%d%s'):format(i, i % 5 == 0 and '\n' or ' '))
  end
  t:wait_screen('Thinking.- 40 words')
  stream.tokens(t, '</think>\n\n')
  stream.part(t, 'text')
  stream.tokens(t, 'The ', 'answer.')
  t:wait_screen('Thought.+40 words.+The answer.+ You.+mine and more')
  stream.done(t)
  T.match('word40\n</think>\n\nThe answer%.\n\n## » You\n\nmine and more$', t:text())
  t:wait_screen('Thought.+40 words.+The answer.+ You.+mine and more')
end)

test('text that turns out to be thought is turned above a message', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'Okay, ', 'the user\n', 'greets.\n', '</think>', '\n\n', 'Hi ', 'you' } })
  gate:pass(2)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  local before = t:text(buf):match('^(.-)\n\n## «')
  t:wait(function() return chat.reply(t, buf):find('user') end, 'some of it')
  type_keys(t, 'Gomine<Esc>')
  gate:pass()
  eq('done', chat.finished(t).status)
  local thought = '<think>\nOkay, the user\ngreets.\n</think>\n\nHi you'
  eq({ thought, 'mine' }, { both(t, buf) })
  t:wait_screen('Thought', true)
  undo_all(t, before, thought, 'turned')
end)

test("a thought of a reply that goes on is not lost where the chat is 'nomodifiable' by then", OPTS, function(t)
  begin(t)
  type_keys(t, 'Gomine<Esc>')
  t:cmd('setlocal nomodifiable')
  stream.event(t, 'afterthought', { text = 'hm' })
  T.no_match('internal error', t:messages())
  stream.done(t)
  eq(chat_text('<think>\nhm\n</think>\n\none two\nthree ', 'mine'), t:text())
  eq(0, t:eval('&modifiable'))
end)

-- ---- what else one does meanwhile ------------------------------------------------------------------

--- A message stands below a reply that streams; then keys, and the text at the end: behind the question, or all of it.
local HAPPENINGS = {
  ['his heading is deleted'] = { 'G?^##<CR>dd', chat_text('one two\nthree four', 'mine') },
  ['heading and message are deleted'] = { 'G?^##<CR>dG', chat_text('one two\nthree four', '') },
  ['all from the growing line on is deleted'] = { 'G?three<CR>dG', chat_text('one twofour', '') },
  ['the growing line is joined with the blank one'] = { 'G?three<CR>J', chat_text('one two\nthree four', 'mine') },
  ['the message is deleted'] = { 'Gdd', (chat_text('one two\nthree four', ''):gsub('\n$', '')) },
  ['lines are put above the heading'] = {
    ':let @a="x\\ny\\n"<CR>G?^##<CR>k"ap',
    chat_text('one two\nthree four', 'x\ny\n## » You\n\nmine'),
  },
  ['all is replaced'] = { 'ggcGnew<Esc>', 'new' },
  ['the reply is deleted'] = { 'gg/« fake<CR>dG', nil },
  ['a substitution over all'] = { ':%s/m\\|th/X/<CR>', nil },
  ['undo and redo'] = { 'u<C-r>', nil },
  ['the line below the reply is opened'] = { 'G?three<CR>omore<Esc>', chat_text('one two\nthree four', 'mine\nmore') },
  ['another line is written at the growing one'] = {
    'G?three<CR>Amore<Esc>',
    chat_text('one two\nthree four', 'mine\nmore'),
  },
  ['many lines below'] = { 'G:put =range(1,100)<CR>', nil },
  ['the question is changed'] = { 'gg/question<CR>ccasked<Esc>', nil },
}

for name, case in vim.spairs(HAPPENINGS) do
  test(('above a message: %s'):format(name), OPTS, function(t)
    begin(t)
    type_keys(t, 'Gomine<Esc>')
    type_keys(t, case[1])
    local mine = t:text():match('.*## » You\n\n(.*)$')
    stream.tokens(t, 'four')
    if stream.stops(t) > 0 then
      stream.cancelled(t)
    else
      stream.done(t)
    end
    if case[2] then
      eq(case[2], t:text())
    else
      eq(mine or '', t:text():match('.*## » You\n\n(.*)$') or t:text())
    end
    T.no_match('E%d+:', t:messages())
    T.no_match('internal error', t:log())
    t:lua([[require('hum').send(0)]])
  end)
end

for name, keys in pairs({
  ['in the line that grows'] = ':let @a="MINE"<CR>G$"ap',
  ['in lines below it'] = ':let @a="MINE\\n"<CR>G"ap',
}) do
  for _, ends in ipairs({ 'while it waits', 'later' }) do
    test(('text %s, then at once a map that waits for a key: the reply ends %s'):format(name, ends), OPTS, function(t)
      begin(t)
      t:lua([[vim.keymap.set('n', '<F5>', function() return vim.fn.getcharstr() end, { expr = true })]])
      t:keys(keys .. '<F5>')
      t:wait(function()
        local changed = pcall(t.lua, t, 'vim.api.nvim_buf_set_lines(0, 0, 0, false, {})')
        return t:text():find('MINE') and not changed
      end, 'textlock')
      if ends == 'while it waits' then stream.event(t, 'done', { stats = {} }) end
      t:keys('l')
      if ends == 'later' then stream.event(t, 'done', { stats = {} }) end
      t:wait(function() return #t:events('HumRequestFinished') == 1 end, 'the end')
      eq(chat_text('one two\nthree ', 'MINE'), t:text())
      T.no_match('E565', t:messages())
    end)
  end
end

for _, ending in ipairs({ 'done', 'cancelled', 'error' }) do
  test(('a message below stays when the reply ends: %s'):format(ending), OPTS, function(t)
    begin(t)
    t:keys('Gomine')
    t:wait(function() return t:text():find('mine') end, 'a message')
    stream.event(t, ending, { message = 'no more', stats = {} })
    local mark = ending == 'cancelled' and '\n<!-- hum: stopped -->'
      or ending == 'error' and '\n<!-- hum: error: no more -->'
      or ''
    local text = ending == 'done' and 'one two\nthree ' or 'one two\nthree '
    t:keys(' and more<Esc>')
    t:wait(function() return t:text():find('and more') and t.child:mode().mode == 'n' end, 'more of it')
    eq(chat_text(text .. mark, 'mine and more'), t:text())
  end)
end

test('what a token costs above a message does not depend on what stands there', {
  init = stream.init .. [[
    local hum = vim.g.hum
    hum.chat.keep = false -- writing the file reads it once in a while
    vim.g.hum = hum
  ]] .. chat.COUNT_LINES,
}, function(t)
  begin(t)
  local read = {}
  for i, lines in ipairs({ 10, 2000 }) do
    type_keys(t, (':call append("$", range(1, %d))<CR>G'):format(lines))
    stream.tokens(t, 'a ', 'b\n')
    -- What the lines below brought with them is read once, in slices: the least of some rounds is the tokens' own.
    read[i] = math.huge
    for _ = 1, 12 do
      t:lua('lines_read()')
      stream.tokens(t, 'a ', 'b ', 'c ', 'd\n', 'e ', 'f ')
      t:cmd('redraw')
      read[i] = math.min(read[i], t:lua('return lines_read()'))
    end
  end
  T.ok(read[2] <= read[1] + 64, vim.inspect(read))
end)

test('a menu of completions stays open and is used while the reply grows above it', OPTS, function(t)
  begin(t)
  t:keys('Gowonderful wonderland wonder<C-n>')
  t:wait(function() return t:eval('pumvisible()') == 1 end, 'a menu')
  stream.tokens(t, 'four\n', 'five ', 'six\n', 'seven')
  eq(1, t:eval('pumvisible()'))
  t:keys('<C-y><Esc>')
  t:wait(function() return t.child:mode().mode == 'n' end, 'normal mode')
  stream.done(t)
  eq(chat_text('one two\nthree four\nfive six\nseven', 'wonderful wonderland wonderful'), t:text())
end)

test('code above a message is coloured once its fence has closed', { init = stream.init, ui = { 60, 30 } }, function(t)
  local buf = begin(t)
  type_keys(t, 'Gomine<Esc>')
  stream.tokens(t, '\n```lua\n', 'local x = 1\n', '```\n', 'and')
  t:wait(
    function()
      return t:lua(
        [[
      local found = vim.api.nvim_buf_get_extmarks(..., -1, 0, -1, { details = true })
      local row = vim.fn.search('^local x', 'nw') - 1
      for _, mark in ipairs(found) do
        if mark[2] == row and mark[4].hl_group then return true end
      end
      return false]],
        buf
      )
    end,
    'colours'
  )
  stream.done(t)
end)
