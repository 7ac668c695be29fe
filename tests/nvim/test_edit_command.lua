-- `:Hum edit`, `:Hum insert`, `:Hum fix`, `:Hum accept`, `:Hum reject`, `:Hum stop` and what goes on after a remark,
-- with the fake server.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local OPTS = { ui = { 80, 24 } }

local LINES = { 'one', 'two', 'three', '', 'five' }

---@param t test.Case
---@param lines? string[]
local function begin(t, lines)
  local srv = t:fake()
  chat.configure(t, srv)
  t:api('nvim_buf_set_lines', 0, 0, -1, false, lines or LINES)
  t:cmd('normal! gg0')
  return srv
end

local function text(t) return t:api('nvim_buf_get_lines', 0, 0, -1, false) end

--- What the server answers: the lines of a range.
local function answers(srv, lines) srv:script({ tokens = { '```\n', table.concat(lines, '\n'), '\n```\n' } }) end

local function finished(t, n) return t:wait_event('HumEditFinished', n) end

--- All that was said to the model in the nth request.
local function asked(srv, n)
  local all = {}
  for _, message in ipairs(chat.sent(srv, n, srv.chat_path or '/api/chat')) do
    all[#all + 1] = message[1] .. ': ' .. message[2]
  end
  return table.concat(all, '\n')
end

local function hunks(t)
  return vim.tbl_map(
    function(hunk) return { hunk.first, hunk.last, table.concat(hunk.new, '|'), hunk.state } end,
    t:lua([[return require('hum').hunks()]])
  )
end

local function said(t)
  return t:wait(function()
    local messages = t:messages()
    return messages ~= '' and messages
  end, 'a message')
end

test('lines are rewritten as hunks, accepted one by one or all', OPTS, function(t)
  local srv = begin(t)
  answers(srv, { 'one', 'TWO' })
  t:keys(':1,2Hum edit make it loud<CR>')
  eq('done', finished(t).status)
  eq(LINES, text(t), 'nothing is written before it is accepted')
  eq({ { 2, 2, 'TWO', 'finished' } }, hunks(t))
  T.match('make it loud', asked(srv, 1), true)
  t:keys('2G:Hum accept<CR>')
  t:wait(function() return text(t)[2] == 'TWO' end, 'the hunk in the text')
  answers(srv, { 'ONE', 'TWO', 'THREE' })
  t:keys('gg:Hum edit louder<CR>')
  eq('done', finished(t, 2).status)
  t:keys(':Hum accept all<CR>')
  t:wait(function() return text(t)[3] == 'THREE' end, 'all hunks in the text')
  eq({ 'ONE', 'TWO', 'THREE', '', 'five' }, text(t))
  T.no_match('make it loud', asked(srv, 2), true, 'what was accepted is done')
  t:keys('u')
  eq({ 'one', 'TWO', 'three', '', 'five' }, text(t), 'one step of undo')
end)

test('what is rejected leaves no trace', OPTS, function(t)
  local srv = begin(t)
  answers(srv, { 'one', 'TWO' })
  t:keys(':1,2Hum edit make it loud<CR>')
  finished(t)
  t:keys(':Hum reject all<CR>')
  t:wait(function() return hunks(t)[1] == nil or hunks(t)[1][4] == 'rejected' end, 'it')
  eq(LINES, text(t))
  t:cmd('messages clear')
  t:keys(':Hum accept all<CR>')
  T.match('hum: ', said(t), true)
  answers(srv, { 'ONE', 'two' })
  t:keys(':Hum edit the other one<CR>')
  finished(t, 2)
  local all = asked(srv, 2)
  T.match('make it loud', all, true)
  T.match('rejected.*%-two\n%+TWO.*the other one', all)
  eq({ { 1, 1, 'ONE', 'finished' } }, hunks(t))
end)

test('without an edit there is nothing to accept, and that is said', OPTS, function(t)
  begin(t)
  t:keys(':Hum accept<CR>')
  T.match('begins one', said(t), true)
end)

test('text is inserted at the cursor as a hunk', OPTS, function(t)
  local srv = begin(t)
  answers(srv, { 'four' })
  t:keys('4G:Hum insert the missing line<CR>')
  eq('done', finished(t).status)
  T.match('the missing line', asked(srv, 1), true)
  t:keys(':Hum accept all<CR>')
  t:wait(function() return vim.tbl_contains(text(t), 'four') end, 'the new line')
  eq({ 'one', 'two', 'three', 'four', 'five' }, text(t))
end)

test('a part of a line is edited by an operator, and repeated by "."', OPTS, function(t)
  local srv = begin(t, { 'one two three', 'four five six' })
  t:cmd('nmap <F2> <Plug>(hum-edit)')
  answers(srv, { 'TWO' })
  t:keys('w<F2>iw')
  t:wait(function() return t:lua([[return vim.bo.filetype == 'humprompt' and vim.fn.mode() == 'i']]) end, 'a prompt')
  t:keys('loud<CR>')
  eq('done', finished(t).status)
  eq({ { 1, 1, 'one TWO three', 'finished' } }, hunks(t))
  t:keys(':Hum accept<CR>')
  t:wait(function() return text(t)[1] == 'one TWO three' end, 'the word in the text')
  answers(srv, { 'FIVE' })
  t:keys('2G0w.')
  eq('done', finished(t, 2).status)
  T.match('loud', asked(srv, 2), true)
  eq({ 2, 2, 'four FIVE six', 'finished' }, hunks(t)[#hunks(t)])
end)

test('a fix tells what is known of the lines', OPTS, function(t)
  local srv = begin(t)
  t:cmd('file ' .. t.dir .. '/a.txt')
  t:lua([[
    local ns = vim.api.nvim_create_namespace('lint')
    vim.diagnostic.set(ns, 0, {
      { lnum = 1, col = 0, end_lnum = 2, end_col = 0, message = 'two is\nwrong', source = 'lint', code = 'W2', severity = 2 },
      { lnum = 4, col = 0, message = 'elsewhere' },
    })
    local buf = vim.api.nvim_get_current_buf()
    vim.fn.setqflist({}, ' ', { title = ':make', items = {
      { bufnr = buf, lnum = 3, text = 'no such thing', type = 'E', nr = 12 },
      { bufnr = buf, lnum = 5, text = 'nor that', type = 'E' },
    } })
    vim.fn.setqflist({}, ' ', { title = ':grep x', items = { { bufnr = buf, lnum = 1, text = 'found here' } } })
  ]])
  answers(srv, { 'one', 'due', 'tre' })
  t:keys(':1,3Hum fix<CR>')
  eq('done', finished(t).status)
  local all = asked(srv, 1)
  T.match(
    '- line 2, `two`: warning: two is wrong [lint W2]\n- line 3, `three`: error: no such thing [compiler 12]',
    all,
    true
  )
  T.no_match('elsewhere', all, true)
  T.no_match('found here', all, true)
  T.no_match('{{', all, true)
  t:keys(':Hum reject all<CR>')
  answers(srv, { 'one' })
  t:keys(':1Hum fix the spelling<CR>')
  eq('done', finished(t, 2).status)
  T.match('the spelling', asked(srv, 2), true)
end)

test('the model sees the definitions that are found', OPTS, function(t)
  local srv = begin(t)
  t:lua([[
    package.loaded['hum.edit.collect.definitions'] = { collect = function(_, first, last, cb)
      vim.schedule(function() cb({ { name = 'defs.h', text = ('int weigh_%d_%d(void);'):format(first, last) } }) end)
    end }
  ]])
  answers(srv, { 'one', 'TWO' })
  t:keys(':1,2Hum edit loud<CR>')
  finished(t)
  T.match('defs.h', asked(srv, 1), true)
  T.match('int weigh_0_1(void);', asked(srv, 1), true)
end)

test('nothing to fix is said, with what to do', OPTS, function(t)
  local srv = begin(t)
  t:keys(':1,3Hum fix<CR>')
  T.match('nothing to fix is known in lines 1-3', said(t), true)
  eq({}, srv:requests())
end)

test("the prompt of a fix may be the user's", OPTS, function(t)
  local srv = begin(t)
  t:lua([[
    local folder = require('hum.prompt').folder()
    vim.fn.mkdir(folder, 'p')
    vim.fn.writefile({ '---', 'model: other', 'options: {"temperature": 0.5}', '---', '', '## § System', '', 'Be brief.', '',
      '## » You', '', 'Mend {{lines}} of {{path}} ({{filetype}}): {{input}}' }, folder .. '/fix.md')
    vim.cmd.file('x.lua')
    vim.bo.filetype = 'lua'
  ]])
  answers(srv, { 'one' })
  t:keys(':1,2Hum fix please<CR>')
  eq('done', finished(t).status)
  T.match('Mend 1-2 of x.lua (lua): please', asked(srv, 1), true)
  local body = srv:requests('/api/chat')[1].body
  eq('other', body.model)
  eq(0.5, body.options.temperature)
  t:lua([[vim.fn.writefile({ '---', 'mode: nonsense', '---', 'x' }, require('hum.prompt').folder() .. '/fix.md')]])
  t:cmd('messages clear')
  t:keys(':1,2Hum fix please<CR>')
  T.match('fix.md:2: write "mode:" with one of', said(t), true)
end)

test('an edit is stopped, and what has finished stays', OPTS, function(t)
  local srv = begin(t)
  srv:script({ tokens = { '```\n', 'ONE\n', 'two\n', 'three\n' }, faults = { { at = 4, ['do'] = 'stall' } } })
  t:keys(':1,3Hum edit louder<CR>')
  t:wait(function() return #srv:requests() > 0 end, 'the request')
  t:wait(function() return t:lua([[return require('hum.edit').list()[1].phase]]) == 'streaming' end, 'text')
  t:keys(':Hum stop<CR>')
  eq('cancelled', finished(t).status)
  eq(LINES, text(t))
end)

test('a remark goes on with the edit, and tells what became of the attempt before', OPTS, function(t)
  local srv = begin(t)
  answers(srv, { 'ONE', 'two', 'THREE' })
  t:keys(':1,3Hum edit make it loud<CR>')
  finished(t)
  eq(2, #hunks(t))
  t:keys('1G:Hum accept<CR>')
  t:keys('3G:Hum reject<CR>')
  t:wait(function() return text(t)[1] == 'ONE' end, 'the accepted hunk')
  answers(srv, { 'ONE', 'TWO!', 'three' })
  t:keys('2G:Hum edit now the second<CR>')
  eq('done', finished(t, 2).status)
  eq({ { 2, 2, 'TWO!', 'finished' } }, hunks(t))
  local all = asked(srv, 2)
  T.match('make it loud.*now the second', all)
  eq(
    { attempts = 2, attempt = 2, accepted = { { old = { 'one' }, new = { 'ONE' } } } },
    t:lua([[
      local p = require('hum.edit').list(0)[1]
      return { attempts = #p.attempts, attempt = p.attempt, accepted = p.attempts[1].accepted }
    ]])
  )
  -- The earlier attempt can be shown again, over what stands there now.
  t:lua([[require('hum.edit.command').attempt(-1)]])
  eq({ { 3, 3, 'THREE', 'finished' } }, hunks(t))
  t:lua([[require('hum.edit.command').attempt(1)]])
  eq({ { 2, 2, 'TWO!', 'finished' } }, hunks(t))
  t:cmd('messages clear')
  t:lua([[require('hum.edit.command').attempt(1)]])
  T.match('this is the last attempt', said(t), true)
  t:keys(':Hum accept all<CR>')
  t:wait(function() return text(t)[2] == 'TWO!' end, 'the second attempt in the text')
end)

test('an earlier attempt stands where it did, in the midst of a file too', OPTS, function(t)
  local srv = begin(t, { 'a', 'b', 'one', 'two', 'three', 'c' })
  answers(srv, { 'one', 'new', 'two', 'three' })
  t:keys(':3,5Hum edit more<CR>')
  finished(t)
  answers(srv, { 'one', 'two', 'THREE' })
  t:keys('4G:Hum edit less<CR>')
  finished(t, 2)
  eq({ { 5, 5, 'THREE', 'finished' } }, hunks(t))
  t:keys('4G[a')
  t:wait(function() return hunks(t)[1] and hunks(t)[1][3] == 'new' end, 'the first attempt')
  eq({ { 4, 3, 'new', 'finished' } }, hunks(t))
  t:keys(':Hum accept all<CR>')
  t:wait(function() return text(t)[4] == 'new' end, 'its text')
end)

test('what the prompt was for may be gone by then', OPTS, function(t)
  local srv = begin(t)
  local function prompt(keys)
    t:keys(keys)
    t:wait(function() return t:lua([[return vim.bo.filetype == 'humprompt' and vim.fn.mode() == 'i']]) end, 'a prompt')
  end
  answers(srv, { 'ONE', 'two' })
  t:keys(':1,2Hum edit loud<CR>')
  finished(t)
  prompt('gg:Hum edit<CR>')
  t:wait_screen('Remark on the edit')
  t:lua([[require('hum.edit').list()[1]:drop()]])
  t:keys('more<CR>')
  T.match('the edit that this is about is gone', said(t), true)
  t:cmd('messages clear')
  local buf = t:eval('bufnr()')
  t:cmd('vnew | wincmd p')
  prompt(':Hum edit<CR>')
  t:api('nvim_buf_delete', buf, { force = true })
  t:keys('more<CR>')
  T.match('the buffer is gone', said(t), true)
  eq(1, #srv:requests())
end)

test('wrong arguments of the functions are errors that name them', { ui = false }, function(t)
  local function why(call) return t:lua(([[return select(2, pcall(function() %s end))]]):format(call)) end
  T.match('hum.edit: opts.instruction is missing', why([[require('hum').edit({ first = 1 })]]), true)
  T.match('hum.edit: opts must be a table', why([[require('hum').edit()]]), true)
  T.match('did you mean "first"', why([[require('hum').edit({ instruction = 'x', frist = 1 })]]), true)
  T.match(
    'opts.range must be { row, col, row, col }',
    why([[require('hum').edit({ instruction = 'x', range = { 1 } })]]),
    true
  )
  T.match('opts.at must be { row, col }', why([[require('hum').insert({ instruction = 'x', at = 3 })]]), true)
  T.match('opts.first must be the number of a line', why([[require('hum').fix({ first = 0 })]]), true)
end)

test('the functions do what the commands do', OPTS, function(t)
  local srv = begin(t)
  answers(srv, { 'ONE' })
  t:lua([[
    handle = require('hum').edit({ first = 1, last = 1, instruction = 'loud', on_done = function(r) result = r end })
  ]])
  eq('done', t:wait(function() return t:lua('return result') end, 'on_done').status)
  eq({ { 1, 1, 'ONE', 'finished' } }, hunks(t))
  eq(1, t:lua([[return require('hum').accept({ id = 'all' })]]))
  answers(srv, { 'wo' })
  t:lua([[
    result = nil
    require('hum').edit({ range = { 1, 1, 1, 3 }, instruction = 'part', on_done = function(r) result = r end })
  ]])
  t:wait(function() return t:lua('return result') end, 'on_done')
  eq('function', t:lua([[return type(handle.stop)]]))
end)
