-- A blank at the end of what is typed is not in the prompt, and taken off the answer.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq
T.once()

local OPTS = complete.OPTS

local function last_prompt(srv)
  local all = complete.requests(srv)
  return all[#all].body.prompt
end

for what, case in
  vim.spairs({
    ['behind a word'] = { typed = 'x = ', sent = 'x =', answer = ' 42', shown = '42' },
    ['in pieces'] = { typed = 'x = ', sent = 'x =', tokens = { ' ', '4', '2' }, shown = '42' },
    ['that the answer does not have'] = { typed = 'x = ', sent = 'x =', answer = '42', shown = '42' },
    ['two of them'] = { typed = 'x =  ', sent = 'x =  ', answer = '42', shown = '42' },
    ['behind a name, which may go on'] = { typed = 'x ', sent = 'x ', answer = '= 42', shown = '= 42' },
    ['behind a keyword'] = { typed = 'return ', sent = 'return', answer = ' 42', shown = '42' },
    ['of the indentation'] = { typed = '    ', sent = '\n   ', answer = ' x = 42', shown = 'x = 42' },
    ['a tab stays'] = { typed = '\t', sent = '\n\t', answer = 'x = 42', shown = 'x = 42' },
    ['none'] = { typed = 'x =', sent = 'x =', answer = ' 42', shown = ' 42' },
  })
do
  test('a blank at the end: ' .. what, OPTS, function(t)
    local srv = complete.start(t, { text = case.answer, tokens = case.tokens })
    local lines = { 'first = 1', 'second = 2', '', case.typed }
    complete.insert(t, lines)
    complete.wait_answer(t, case.shown)
    local sent = case.sent:gsub('^\n', '')
    T.ok(vim.endswith(last_prompt(srv), '<|fim_middle|>' .. sent), last_prompt(srv))
    complete.call(t, 'accept')
    lines[4] = case.typed .. case.shown
    eq(table.concat(lines, '\n'), t:text())
  end)
end

test('with the line before the middle the blank is in the prompt', OPTS, function(t)
  local srv = complete.start(t, { text = '42' }, { complete = { line = 'before' } })
  complete.insert(t, { 'first = 1', 'x = ' })
  complete.wait_answer(t, '42')
  T.match('first = 1\nx = <|fim_suffix|><|fim_middle|>', last_prompt(srv), true)
end)

test('of the keys of a line each prompt begins with the one before', OPTS, function(t)
  local srv = complete.start(t, { text = ' other' })
  complete.insert(t, { 'first = 1', 'x' })
  for _, char in ipairs({ ' ', '=', ' ', 'y', ' ' }) do
    complete.wait_idle(t)
    complete.type(t, char)
  end
  complete.wait_idle(t)
  local all = complete.requests(srv)
  T.ok(#all >= 3, #all)
  for i = 2, #all do
    T.ok(vim.startswith(all[i].body.prompt, all[i - 1].body.prompt), all[i].body.prompt)
  end
end)
