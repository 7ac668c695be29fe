-- #terminal, by real terminals with a real shell.
local T = require('harness')
local kinds = require('lib.kinds')
local test, eq = T.test, T.eq

--- A terminal with a shell whose prompt is given.
---@return integer buf
local function open(t, prompt, extra)
  t:lua(
    [[
    local prompt, extra = ...
    vim.cmd('enew')
    vim.fn.termopen({ 'sh', '-i' }, { env = { PS1 = prompt, ENV = '', HISTFILE = '' } })
    if extra then vim.fn.chansend(vim.bo.channel, extra .. '\n') end
  ]],
    prompt,
    extra
  )
  return t:lua('return vim.api.nvim_get_current_buf()')
end

local function type_in(t, text, buf)
  t:lua([[local text, buf = ...; vim.fn.chansend(vim.bo[buf].channel, text .. '\r')]], text, buf)
end

local function lines(t, buf)
  return t:lua([[return table.concat(vim.api.nvim_buf_get_lines(..., 0, -1, false), '\n')]], buf)
end

local function shown(t, buf, text)
  t:wait(function() return lines(t, buf):find(text, 1, true) end, text)
end

--- Waits until the last line is the prompt.
local function idle(t, buf, prompt)
  t:wait(function()
    local text = lines(t, buf):gsub('%s+$', '')
    return text:sub(-#prompt) == prompt
  end, 'the prompt')
end

test('the last command of a terminal, by the look of the prompt', function(t)
  local buf = open(t, 'me@host:~$ ')
  idle(t, buf, 'me@host:~$')
  type_in(t, 'echo first', buf)
  shown(t, buf, '\nfirst')
  idle(t, buf, 'me@host:~$')
  type_in(t, 'echo sec""ond; echo "cost > 5 $ now"', buf)
  shown(t, buf, '\nsecond')
  idle(t, buf, 'me@host:~$')
  local one = kinds.source(t, 'terminal', nil, { code = false })
  eq('me@host:~$ echo sec""ond; echo "cost > 5 $ now"\nsecond\ncost > 5 $ now', one.text)
  eq(nil, one.note)
  type_in(t, '', buf)
  t:wait(function() return select(2, lines(t, buf):gsub('me@host', '')) == 4 end, 'an empty prompt')
  T.match('\nsecond\n', kinds.source(t, 'terminal', nil, { code = false }).text, true)
end)

test('a command that runs still is sent as far as it is', function(t)
  local buf = open(t, 'me@host:~$ ')
  idle(t, buf, 'me@host:~$')
  type_in(t, 'echo first', buf)
  shown(t, buf, '\nfirst')
  type_in(t, 'echo begun; sleep 1000', buf)
  shown(t, buf, '\nbegun')
  eq('me@host:~$ echo begun; sleep 1000\nbegun', kinds.source(t, 'terminal', nil, { code = false }).text)
end)

test('without a prompt the last screen is sent, and that is said', function(t)
  t:lua([[vim.cmd('enew'); vim.fn.termopen({ 'sh', '-c', 'seq 1 200; sleep 1000' })]])
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  shown(t, buf, '\n200')
  local one = kinds.source(t, 'terminal', nil, { code = false })
  T.match('^1%d%d\n.*\n200$', one.text)
  eq('no prompt was found in the terminal: its last screen', one.note)
  T.match('^1\n2\n.*\n200$', kinds.source(t, 'terminal', 'all', { code = false }).text)
end)

test('prompts that the shell marks are known by the marks', function(t)
  if t:lua([[return vim.fn.has('nvim-0.11')]]) == 0 then T.skip('Neovim marks them from 0.11 on') end
  local buf = open(t, '\27]133;A\7>>> ')
  idle(t, buf, '>>>')
  type_in(t, 'echo first', buf)
  shown(t, buf, '\nfirst')
  idle(t, buf, '>>>')
  type_in(t, 'printf \'>>> echo fake\\n>>> x\\n\'; echo sec""ond', buf)
  shown(t, buf, '\nsecond')
  idle(t, buf, '>>>')
  local one = kinds.source(t, 'terminal', nil, { code = false })
  T.match('^>>> printf.*\n>>> echo fake\n>>> x\nsecond$', one.text)
end)

test('a terminal is meant by number or name; without one it is refused', function(t)
  eq('there is no terminal\nOpen one first, with :terminal.', kinds.refused(t, 'terminal', nil, { code = false }))
  local first = open(t, 'one$ ')
  idle(t, first, 'one$')
  local second = open(t, 'two$ ')
  idle(t, second, 'two$')
  T.match('one%$', kinds.source(t, 'terminal', first .. ':all', { code = false }).text)
  T.match('two%$', kinds.source(t, 'terminal', tostring(second) .. ':all', { code = false }).text)
  T.match(
    '^2 terminals are called "sh"\nName one by its number: ',
    kinds.refused(t, 'terminal', 'sh', { code = false })
  )
  T.match('no terminal is called "zsh"', kinds.refused(t, 'terminal', 'zsh', { code = false }), true)
  T.ok(vim.tbl_contains(kinds.words(t, 'terminal', ''), tostring(first)))
end)
