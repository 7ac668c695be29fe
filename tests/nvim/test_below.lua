-- The user writes his next message while a reply streams: what he writes stands under his heading and is his, the reply
-- grows above it and is whole. The case plays the helper, unless it says other.
local T = require('harness')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

local OPTS = { init = stream.init }

local HEAD = '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\n'

--- A chat in which a reply has begun, "one two" and "three " in its last line.
local function begin(t)
  local buf = stream.open(t)
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
  { 'Gx:let @a="MINE"<CR>G"aP', 'MINE', 'one two\nhree ' },
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

-- ---- lines that are there before the reply ------------------------------------------------------

local HEADING = '\n\n## » You\n\n'

--- A reply to the first of three messages; the others stay below it.
local function begin_above(t, message)
  local buf = stream.open(t)
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
    eq(state, t:text(), ('after %d u'):format(i - 1))
    type_keys(t, 'u')
  end
  for i = #states - 1, 1, -1 do
    type_keys(t, '<C-r>')
    eq(states[i], t:text(), ('after %d <C-r>'):format(#states - i))
  end
end)
