-- Prompts as they are run: by their name, by `:Hum prompt`, by hum.prompt(); chats, edits, several turns, with the fake
-- server.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local OPTS = { ui = { 100, 30 } }
local CODE = { 'local function add(a, b)', '  return a + b', 'end', '', 'print(add(1, 2))', 'print(add(3, 4))' }

---@param t test.Case
---@param config? table
local function begin(t, config)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  chat.configure(t, srv, { dialect = 'openai' }, config)
  t:cmd('edit ' .. t:write_file('code.lua', table.concat(CODE, '\n') .. '\n'))
  return srv
end

---@param t test.Case
local function write(t, name, text)
  local folder = t:lua([[return require('hum.prompt').folder()]])
  t:lua([[vim.fn.mkdir(...)]], folder, 'p')
  t:lua([[vim.fn.writefile(...)]], vim.split(text, '\n'), folder .. '/' .. name)
end

--- All that was said in the nth request, as "role: text".
local function asked(srv, n)
  return vim.tbl_map(function(m) return m[1] .. ': ' .. m[2] end, chat.sent(srv, n or 1))
end

test(':Hum explain on a range asks in a new chat, with these lines', OPTS, function(t)
  local srv = begin(t)
  t:cmd('5,6Hum explain')
  eq('done', chat.finished(t).status)
  local all = asked(srv)
  eq(1, #all)
  T.match('user: Explain this code', all[1], true)
  T.match('code.lua`, lines 5-6:\n\n```lua\nprint(add(1, 2))\nprint(add(3, 4))\n```', all[1], true)
  T.no_match('local function', all[1], true)
  T.no_match('{{', all[1], true)
  T.no_match('in particular', all[1], true)
  eq('hum', t:eval('&filetype'))
  T.match('A short answer.', t:text(), true)
  T.match('\ntitle: explain code.lua lines 5-6\n', t:text(), true)
  T.ok(t:eval([[foldclosed(search('^print(add', 'nw'))]]) > 0, 'the quote is folded')
end)

test('without a range it is about the function around the cursor; what follows is the input', OPTS, function(t)
  local srv = begin(t)
  t:keys('2G:Hum explain why is it so slow?<CR>')
  eq('done', chat.finished(t).status)
  local all = asked(srv)[1]
  T.match('lines 1-3:', all, true)
  T.match('What is asked in particular: why is it so slow?', all, true)
end)

test('a prompt about lines is not sent where there are none, unless something is said', OPTS, function(t)
  local srv = begin(t)
  for _, command in ipairs({ 'Hum explain', 'Hum prompt tests', '4Hum explain' }) do
    t:cmd('normal! 4G')
    t:cmd(command)
    t:wait_screen('there are no lines here for the prompt', true)
  end
  eq(0, #srv:requests('/v1/chat/completions'))
  t:cmd('normal! 4G')
  t:cmd('Hum explain why blank lines help')
  eq('done', chat.finished(t).status)
  T.match('in particular: why blank lines help', asked(srv)[1], true)
end)

test('"explain to me" is a question, unless lines are named', OPTS, function(t)
  local srv = begin(t)
  t:cmd('Hum explain to me how TCP works')
  eq('done', chat.finished(t).status)
  eq({ 'user: explain to me how TCP works' }, asked(srv))
  t:cmd('buffer code.lua')
  t:cmd('1,2Hum explain to me how this works')
  eq('done', chat.finished(t, 2).status)
  T.match('What is asked in particular: to me how this works', asked(srv, 2)[1], true)
end)

test('a prompt of the user: what is unknown stays and is told, nothing of the front matter is sent', OPTS, function(t)
  local srv = begin(t)
  write(t, 'polish.md', '---\ndescription: Polish\n---\nPolish {{selection}} so: {{input}} {{unknown}}\n')
  t:cmd('5,6Hum polish with care')
  eq('done', chat.finished(t).status)
  eq({ 'user: Polish print(add(1, 2))\nprint(add(3, 4)) so: with care {{unknown}}' }, asked(srv))
  T.match('polish.md, line 4: take out {{unknown}}', t:messages(), true)
  t:cmd('buffer code.lua')
  t:cmd('5Hum prompt polish again')
  eq('done', chat.finished(t, 2).status)
  eq({ 'user: Polish print(add(1, 2)) so: again {{unknown}}' }, asked(srv, 2))
end)

test('a prompt never shadows a subcommand; for lines it does where that takes none', OPTS, function(t)
  local srv = begin(t)
  write(t, 'stop.md', 'Say stop.')
  t:cmd('Hum stop')
  T.match('there is no reply to stop', t:messages(), true)
  srv:script({ tokens = { '```lua\nprint(sum(1, 2))\n```\n' } })
  t:cmd('5Hum rename add is sum')
  eq('done', t:wait_event('HumEditFinished').status)
  local all = table.concat(asked(srv), '\n')
  T.match('names that are wanted: add is sum', all, true)
  T.match('print(sum(1, 2))', t:lua([[return require('hum').hunks()[1].new[1] ]]), true)
end)

test('an edit: system, options and model of the prompt', OPTS, function(t)
  local srv = begin(t)
  srv:script({ tokens = { '```lua\n  return b + a\n```\n' } })
  write(
    t,
    'swap.md',
    '---\nmode: edit\nmodel: m2\noptions: {"temperature": 0.25}\n---\n## § System\n\nYou swap.\n\n## » You\n\nSwap {{lines}}.'
  )
  local ok = t:lua([[return require('hum').prompt('swap', { first = 2, last = 2, input = 'now' })]])
  eq(true, ok)
  eq('done', t:wait_event('HumEditFinished').status)
  local body = srv:requests('/v1/chat/completions')[1].body
  eq({ 'm2', 0.25 }, { body.model, body.temperature })
  local all = table.concat(asked(srv), '\n')
  T.match('system: You swap.', all, true)
  T.match('Swap 2.\n\nnow', all, true)
  eq('swap: now', t:lua([[return require('hum.edit').at(0, 1).label]]))
end)

test('text is inserted at the cursor, or behind the lines that are named', OPTS, function(t)
  local srv = begin(t)
  srv:script({ tokens = { '-- a comment\n' } })
  write(t, 'note.md', '---\nmode: insert\n---\nA comment on {{selection}}')
  t:cmd('5Hum note')
  eq('done', t:wait_event('HumEditFinished').status)
  local all = table.concat(asked(srv), '\n')
  T.match('print(add(1, 2))<insert_here>', all, true)
  T.match('A comment on print(add(1, 2))', all, true)
end)

test('a chat has what the prompt says: system, options, persona, answers that are there', OPTS, function(t)
  local srv = begin(t, { chat = { system = 'Be good.' } })
  write(
    t,
    'pair.md',
    table.concat({
      '---',
      'options: {"temperature": 0.5}',
      'think: false',
      'references: "#file:code.lua"',
      '---',
      '## § System',
      'You count.',
      '## » You',
      'one',
      '## « me',
      'two',
      '## » You',
      'three',
      '',
      '{{input}}',
    }, '\n')
  )
  t:cmd('Hum pair')
  eq('done', chat.finished(t).status)
  local text = t:text()
  T.match('options: {"temperature":0.5}', text, true)
  T.match('think: false', text, true)
  T.match('Be good.\n\nYou count.\n', text, true)
  T.match('one\n\n## « example\n\ntwo\n\n## » You\n\nthree\n\n#file:code.lua\n', text, true)
  eq(0.5, srv:requests('/v1/chat/completions')[1].body.temperature)
  local all = asked(srv)
  eq({ 'system: Be good.\n\nYou count.', 'user: one', 'assistant: two' }, vim.list_slice(all, 1, 3))
  T.match('return a + b', all[4], true)
  T.match('%d%-pair.md$', t:eval('expand("%")'))
  t:wait(function() return (t:read_file(t:eval('expand("%:p")')) or ''):find('A short answer.', 1, true) end, 'kept')
end)

test('several messages go one after the other', OPTS, function(t)
  local srv = begin(t)
  write(t, 'steps.md', '## » You\n\nFirst {{input}}.\n\n## » You\n\nSecond.\n\n## » You\n\nThird.\n')
  t:cmd('Hum steps here')
  eq('done', chat.finished(t, 3).status)
  eq({
    'user: First here.',
    'assistant: A short answer.',
    'user: Second.',
    'assistant: A short answer.',
    'user: Third.',
  }, asked(srv, 3))
  T.match('## » You\n\n$', t:text())
end)

test('a float at the cursor; it asks for what is not said', OPTS, function(t)
  local srv = begin(t)
  t:lua([[vim.ui.input = function(opts, cb) asked_for = opts.prompt cb('find large files') end]])
  t:cmd('Hum shell')
  eq('done', chat.finished(t).status)
  eq('Task: ', t:eval('luaeval("asked_for")'))
  T.match('Write a shell command for this task:\n\nfind large files\n\nAnswer', asked(srv)[1], true)
  T.ok(t:lua([[return vim.api.nvim_win_get_config(0).relative ~= '']]))
end)

test('a name that is none, a fault, nothing to ask: told, and nothing is sent', OPTS, function(t)
  local srv = begin(t)
  write(t, 'bad.md', '---\nmode: edti\n---\nx')
  write(t, 'empty.md', '{{input}}')
  t:cmd('Hum prompt explian')
  T.match('there is no prompt "explian"', (t:messages():gsub('\n', ' ')), true)
  T.match('(did you mean "explain"?)', (t:messages():gsub('\n', ' ')), true)
  t:cmd('Hum bad')
  T.match('bad.md:2: write "mode:" with one of', t:messages(), true)
  t:cmd('Hum empty')
  T.match('nothing to ask', t:messages(), true)
  T.match('write what you want behind its name', (t:messages():gsub('\n', ' ')), true)
  eq({ false, 'there is no prompt' }, {
    t:lua([[return (require('hum').prompt('nope'))]]),
    t:lua([[return select(2, require('hum').prompt('nope')):match('there is no prompt')]]),
  })
  local ok, err = pcall(t.lua, t, [[require('hum').prompt('explain', { inptu = 'x' })]])
  T.ok(not ok)
  T.match('hum.prompt: opts.inptu: no such option (did you mean "input"?)', err, true)
  eq(0, #srv:requests('/v1/chat/completions'))
end)

test('changelog has the commits, explain of a fenced text a longer fence', OPTS, function(t)
  local srv = begin(t)
  t:cmd('cd ' .. t.dir)
  local git = { 'git', '-C', t.dir, '-c', 'user.name=a', '-c', 'user.email=a@b' }
  for _, args in ipairs({
    { 'init', '-q' },
    { 'add', 'code.lua' },
    { 'commit', '-qm', 'old one' },
    { 'tag', 'v1' },
    { 'commit', '-q', '--allow-empty', '-m', 'add: a feature' },
  }) do
    eq(0, t:lua([[vim.fn.system(...) return vim.v.shell_error]], vim.list_extend(vim.list_slice(git), args)))
  end
  t:cmd('Hum changelog')
  eq('done', chat.finished(t).status)
  T.match('these commits:\n\n- add: a feature\n\nWrite for', asked(srv)[1], true)
  t:cmd('enew')
  t:api('nvim_buf_set_lines', 0, 0, -1, false, { '```', 'x', '```' })
  t:cmd('1,3Hum explain')
  eq('done', chat.finished(t, 2).status)
  T.match('````\n```\nx\n```\n````', asked(srv, 2)[1], true)
end)

test('names are completed, with what they are', OPTS, function(t)
  begin(t)
  write(t, 'polish.md', '---\ndescription: Polish it\n---\nx')
  local names = t:lua([[return vim.fn.getcompletion('Hum prompt ', 'cmdline')]])
  names = vim.tbl_map(function(one) return type(one) == 'table' and one.word or one end, names)
  eq(
    'changelog commit doc explain fix polish regex rename review shell simplify tests translate',
    table.concat(names, ' ')
  )
  local all = t:lua([[return vim.fn.getcompletion('Hum po', 'cmdline')]])
  eq(1, #all)
  eq('Polish it', t:lua([[return require('hum.command').explain('Hum prompt pol', 'polish')]]))
  eq('Polish it', t:lua([[return require('hum.command').explain('Hum pol', 'polish')]]))
end)

test('visual mode: the characters that are selected, by <Plug>(hum-prompt) and the list', OPTS, function(t)
  local srv = begin(t)
  write(t, 'aa.md', '---\ndescription: The first\n---\nSay:\n\n{{selection}}')
  t:lua([[vim.keymap.set({ 'n', 'x' }, '<F5>', '<Plug>(hum-prompt)')]])
  t:keys('5G0f(lve<F5>')
  t:wait_screen('The first', true)
  t:wait_screen('Say:', true)
  t:keys('<CR>')
  eq('done', chat.finished(t).status)
  T.match('line 5, columns 7-9:\n\n```lua\nadd\n```', asked(srv)[1], true)
end)

test('the list of prompts shows each, and closes without a choice', OPTS, function(t)
  local srv = begin(t)
  t:cmd('Hum prompt')
  t:wait_screen('Prompts', true)
  t:wait_screen('changelog', true)
  t:keys('/explain<CR>')
  t:wait_screen('who sees it', true)
  t:keys('q')
  eq(1, t:eval('winnr("$")'))
  eq('code.lua', t:eval('expand("%:t")'))
  t:lua([[vim.ui.select = function(items, opts, cb)
    local page = opts.preview_item(items[4])
    shown = { opts.kind, opts.format_item(items[4]), vim.api.nvim_buf_get_lines(page.buf, 1, 2, false)[1] }
    cb(items[4])
  end]])
  t:cmd('5Hum prompt')
  eq('done', chat.finished(t).status)
  local shown = t:lua('return shown')
  eq('hum_prompts', shown[1])
  T.match('^explain +chat +explain code', shown[2])
  eq("chat, hum's own", shown[3])
  T.match('line 5:', asked(srv)[1], true)
end)

test('the prompts of hum say what they ask without a range, a file type or any word', { ui = false }, function(t)
  local texts = t:lua([[
    local out = {}
    local fill = require('hum.prompt.fill')
    for _, entry in ipairs(require('hum.prompt').list()) do
      local values = { input = 'WISH', selection = 'TEXT' }
      out[entry.name] = { fill.fill(entry.prompt, { values = values }, '').text,
        fill.fill(entry.prompt, { values = { selection = 'TEXT' } }, '').text }
    end
    return out
  ]])
  for name, text in pairs(texts) do
    T.match('WISH', text[1], true)
    T.no_match('{{', text[1], true)
    T.ok(name == 'commit' or #text[2] > 60, name .. ': ' .. text[2])
  end
end)

test('the persona of a prompt: its system, model and options, in chats and edits', OPTS, function(t)
  local srv =
    begin(t, { personas = { terse = { system = 'Be terse.', model = 'm2', options = { temperature = 0.25 } } } })
  write(t, 'ask-it.md', '---\npersona: terse\n---\nSay {{input}}')
  write(
    t,
    'do-it.md',
    '---\npersona: terse\nmode: edit\noptions: {"top_p": 0.5}\n---\n## § System\nAnd good.\n## » You\nDo.'
  )
  write(t, 'no-it.md', '---\npersona: tersse\n---\nSay {{input}}')
  t:cmd('Hum ask-it x')
  eq('done', chat.finished(t).status)
  local body = srv:requests('/v1/chat/completions')[1].body
  eq({ 'm2', 0.25 }, { body.model, body.temperature })
  eq({ 'system: Be terse.', 'user: Say x' }, asked(srv))
  t:cmd('buffer code.lua')
  srv:script({ tokens = { '```lua\n  return b\n```\n' } })
  t:cmd('2Hum do-it')
  eq('done', t:wait_event('HumEditFinished').status)
  body = srv:requests('/v1/chat/completions')[2].body
  eq({ 'm2', 0.25, 0.5 }, { body.model, body.temperature, body.top_p })
  T.match('system: Be terse.\n\nAnd good.\n', asked(srv, 2)[1], true)
  t:cmd('Hum no-it x')
  T.match('tersse', (t:messages():gsub('%s+', ' ')), true)
  eq(2, #srv:requests('/v1/chat/completions'))
end)

--- Prompts, and how often the text of the clipboard may come of code that reads like a reference: never.
local NO_REFERENCES = {
  'Polish {{selection}} so.',
  'Polish ```{{selection}}``` so.',
  '```\n{{selection}}\n\n```',
  '{{selection}}',
  'See {{diagnostics}}',
  '---\nmode: edit\n---\nPolish {{selection}} so. {{diagnostics}}',
}

test('what is put in is no reference, whatever it reads like', OPTS, function(t)
  local srv = begin(t)
  t:lua([[
    vim.g.clipboard = { name = 'x', copy = {}, paste = {} }
    for _, register in ipairs({ '+', '*' }) do
      vim.g.clipboard.copy[register] = function() end
      vim.g.clipboard.paste[register] = function() return { { 'PLANTED' }, 'v' } end
    end
    vim.fn.setreg('"', 'PLANTED')
  ]])
  for i, text in ipairs(NO_REFERENCES) do
    write(t, ('p%d.md'):format(i), text)
  end
  t:api('nvim_buf_set_lines', 0, 0, -1, false, {
    '-- ``` #clipboard',
    '-- \\#clipboard #help:undo-two-ways ```',
    '-- #cmd:touch\\ x ![](pic.png)',
  })
  t:lua([[vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0,
    { { lnum = 0, col = 0, message = 'no #clipboard, \\#help:undo-two-ways' } })]])
  t:lua([[asked = 0 vim.ui.select = function(_, _, cb) asked = asked + 1 cb(nil) end]])
  for i, text in ipairs(NO_REFERENCES) do
    t:cmd('buffer code.lua')
    t:cmd(('1,3Hum p%d'):format(i))
    local is_edit = text:find('mode: edit', 1, true)
    eq('done', (is_edit and t:wait_event('HumEditFinished') or chat.finished(t, i)).status)
    local all = vim.json.encode(srv:requests('/v1/chat/completions')[i].body.messages)
    T.no_match('PLANTED', all, true)
    T.no_match('Undo-two-ways', all, true)
    T.no_match('There are two ways', all, true)
    T.no_match('image_url', all, true)
    T.match('#clipboard', all, true)
  end
  eq(0, t:lua('return asked'))
end)

test('of what is put in, kinds that need an argument are no references either', { ui = false }, function(t)
  local function escaped(text) return t:lua([[return require('hum.prompt.plain').escaped(...)]], text) end
  for _, kind in ipairs({ 'file', 'help', 'cmd', 'url', 'lines', 'symbol', 'tree', 'buffer' }) do
    local text = ('see #%s!:x, \\\\#%s:y'):format(kind, kind)
    eq(('see \\#%s!:x, \\\\\\#%s:y'):format(kind, kind), escaped(text))
  end
  eq('#include #1 #ff00cc', escaped('#include #1 #ff00cc'))
end)

test('references of a prompt hold in edits', OPTS, function(t)
  local srv = begin(t)
  srv:script({ tokens = { '```lua\n  return b\n```\n' } })
  t:write_file('style.md', 'Names are short.\n')
  write(t, 'style.md', '---\nmode: edit\nreferences: "#file:style.md"\n---\nMake it so.')
  t:cmd('cd ' .. t.dir)
  t:cmd('2Hum style')
  eq('done', t:wait_event('HumEditFinished').status)
  T.match('Names are short.', vim.json.encode(srv:requests('/v1/chat/completions')[1].body.messages), true)
end)

test('from a chat a prompt is about the code window', OPTS, function(t)
  local srv = begin(t)
  t:keys('2G')
  t:cmd('Hum new')
  t:wait(function() return t:eval('&filetype') == 'hum' end, 'a chat')
  srv:script({ tokens = { '```lua\nlocal function add(a, b)\n  return b\nend\n```\n' } })
  t:cmd('Hum simplify')
  eq('done', t:wait_event('HumEditFinished').status)
  eq('  return b', t:lua([[return require('hum').hunks(vim.fn.bufnr('code.lua'))[1].new[1] ]]))
  srv:script({ text = 'A short answer.' })
  t:cmd('Hum explain')
  eq('done', chat.finished(t).status)
  T.match('code.lua`, lines 1-3:', asked(srv, 2)[1], true)
end)

test('with a bang a prompt goes on in the latest chat, and what the model was told first stays', OPTS, function(t)
  local srv = begin(t)
  write(t, 'more.md', '## § System\n\nBe short.\n\n## » You\n\nMore of {{input}}')
  t:cmd('Hum chat one')
  eq('done', chat.finished(t).status)
  t:cmd('buffer code.lua')
  t:cmd('Hum! more that')
  eq('done', chat.finished(t, 2).status)
  eq({ 'user: one', 'assistant: A short answer.', 'user: Be short.\n\nMore of that' }, asked(srv, 2))
end)

test(':Hum prompt says what is wrong with a file that has blanks in its name', OPTS, function(t)
  local srv = begin(t)
  write(t, 'name with blanks.md', 'Blanks: {{input}}.')
  write(t, 'name.md', 'One word: {{input}}.')
  t:cmd('Hum prompt name with blanks')
  t:wait(function() return t:messages():find('name with blanks.md:1: ', 1, true) end, 'it is told')
  t:cmd('Hum prompt name without')
  eq('done', chat.finished(t).status)
  eq({ 'user: One word: without.' }, asked(srv, 1))
end)
