-- Prompts as files: what is read, what is told of a file with a fault, what comes into the text.
local T = require('harness')
local test, eq = T.test, T.eq

local PURE = { ui = false }

--- A prompt of these lines, or its fault.
local function parsed(t, text, stem)
  return t:lua(
    [[
    local text, stem = ...
    local prompt, fault = require('hum.prompt.file').parse(vim.split(text, '\n'), stem)
    return { prompt = prompt, fault = fault }
  ]],
    text,
    stem or 'mine'
  )
end

test('a prompt is text with front matter, both of which may be short', PURE, function(t)
  eq({ prompt = { name = 'mine', description = '', mode = 'edit', text = 'Do it.' } }, parsed(t, 'Do it.\n'))
  local whole = table.concat({
    '---',
    'name: tidy-up   # short',
    'description: "Tidy: all of it"',
    'mode: chat',
    'endpoint: team',
    'model: qwen3:8b',
    'think: low',
    'options: {"temperature": 0.2,',
    '  "top_k": 3}',
    '# a comment',
    '',
    '---',
    '',
    'Tidy {{selection}}.',
    '',
    '## § System',
    '',
    'You tidy.',
    '',
    '## » You',
    '',
    'And {{ input }}!',
    '',
  }, '\n')
  local want = {
    name = 'tidy-up',
    description = 'Tidy: all of it',
    mode = 'chat',
    endpoint = 'team',
    model = 'qwen3:8b',
    think = 'low',
    options = { temperature = 0.2, top_k = 3 },
    system = 'You tidy.',
    text = 'Tidy {{selection}}.\n\nAnd {{ input }}!',
  }
  eq({ prompt = want }, parsed(t, whole))
  eq({ prompt = want }, parsed(t, '\239\187\191' .. whole:gsub('\n', '\r\n')), 'with a byte order mark and CRLF')
end)

--- Files with a fault: where it is, and what is said.
local FAULTS = {
  { '---\nname: a\nDo it', 1, 'write "---" below the front matter: it does not end' },
  {
    '---\nmode: edti\n---\nx',
    2,
    'write "mode:" with one of edit, insert, chat, ask, commit: "edti" is none (did you mean "edit"?)',
  },
  { '---\nname: two words\n---\nx', 2, 'write "name: two-words": a name has letters, digits, "-", "_" and "." alone' },
  {
    '---\nmoddel: a\n---\nx',
    2,
    'take out "moddel:": the front matter of a prompt has no such key (did you mean "model"?)',
  },
  { '---\nname: a\nname: b\n---\nx', 3, 'take out this line: "name:" stands in line 2 already' },
  { '---\nname: a\njust words\n---\nx', 3, 'write "key: value": this line of the front matter has no key' },
  { '---\n\nthink: a lot\n---\nx', 3, '"think:"' },
  { '---\noptions: {"temprature": 1}\n---\nx', 2, 'take "temprature" out of "options:" (did you mean "temperature"?)' },
  { '---\noptions:\n  temperature: 0.2\n---\nx', 2, 'expected a JSON object' },
  { '---\nname: a\n---\n\n', 5, 'write what is asked below the front matter: there is nothing' },
  { '', 1, 'write what is asked below the front matter: there is nothing' },
  {
    '---\nname: a\n---\nAn\n{{slection}} here',
    5,
    'take out {{slection}}, or write \\{{slection}} for the text itself: no such placeholder (did you mean "selection"?)',
  },
}

test('a fault in a file is told with its line and what to do', PURE, function(t)
  for _, case in ipairs(FAULTS) do
    local got = parsed(t, case[1])
    eq(nil, got.prompt, case[1])
    eq(case[2], got.fault.line, case[1])
    T.match(case[3], got.fault.why, true)
  end
end)

local function filled(t, text, values)
  return t:lua([[return require('hum.prompt.placeholders').fill(...)]], text, values)
end

test('what is put in is text and nothing else', PURE, function(t)
  local values = { selection = 'a {{input}} %1 \\{{input}}', input = 'b', filetype = 'lua' }
  eq('> a {{input}} %1 \\{{input}} < b', filled(t, '> {{selection}} < {{ input }}', values))
  eq('${vim.fn.system("x")} `=1` b', filled(t, '${vim.fn.system("x")} `=1` {{input}}', values))
  eq('{{input}} b', filled(t, '\\{{input}} {{input}}', values))
end)

test('a paragraph whose placeholders are empty is left out', PURE, function(t)
  local text = 'First.\n\nAlso: {{input}}\nand more\n\n{{filetype}}{{input}}\n\n\nLast.'
  eq('First.\n\nlua\n\nLast.', filled(t, text, { filetype = 'lua' }))
  eq('First.\n\nAlso: x\nand more\n\nx\n\nLast.', filled(t, text, { input = 'x' }))
  local fenced = 'Code:\n```\n{{selection}}\n\nend\n```\n\n~~~\n{{input}}\n\n~~~'
  eq('Code:\n```\nx\n\nend\n```', filled(t, fenced, { selection = 'x' }), 'a fenced block is one paragraph')
end)

--- The entries of all prompts by name: where they are from, or why not.
local function listed(t)
  local found = {}
  for _, entry in ipairs(t:lua([[return require('hum.prompt').list()]])) do
    found[#found + 1] = { entry.name, entry.prompt and entry.prompt.description or entry.why }
  end
  return found
end

local function write(t, name, text)
  local folder = t:lua([[return require('hum.prompt').folder()]])
  t:lua([[vim.fn.mkdir(...)]], folder, 'p')
  t:lua([[vim.fn.writefile(...)]], vim.split(text, '\n'), folder .. '/' .. name)
end

test('hum has prompts, and those of the user win', PURE, function(t)
  eq({ { 'commit', 'Write the message of a commit' }, { 'fix', 'Fix the diagnostics of the range' } }, listed(t))
  write(t, 'fix.md', '---\ndescription: Mine\n---\nFix it.')
  write(t, 'more.md', '---\nname: more\ndescription: More\n---\nMore.')
  write(t, '.hidden.md', 'no')
  write(t, 'note.txt', 'no')
  eq({ { 'commit', 'Write the message of a commit' }, { 'fix', 'Mine' }, { 'more', 'More' } }, listed(t))
  eq('Fix it.', t:lua([[return require('hum.prompt').get('fix').text]]))
end)

test('a file with a fault does not give way to the one of hum', PURE, function(t)
  write(t, 'repair.md', '---\nname: fix\nmode: edits\n---\nFix it.')
  eq(true, t:lua([[return require('hum.prompt').get('fix') == nil]]))
  local why = t:lua([[return select(2, require('hum.prompt').get('fix'))]])
  T.match('hum/prompts/repair.md:3: write "mode:" with one of', why, true)
end)

test('two files of one name, one that is no text, one that is not there', PURE, function(t)
  write(t, 'a.md', '---\nname: x\n---\nA')
  write(t, 'b.md', '---\nname: x\n---\nB')
  write(t, 'c.md', ('x'):rep(300 * 1024))
  eq('A', t:lua([[return require('hum.prompt').get('x').text]]))
  local why = {}
  for _, entry in ipairs(listed(t)) do
    why[entry[1]] = entry[2]
  end
  T.match('is larger than 256 kB', why.c, true)
  T.match('b.md: write another "name:": ', why.x, true)
  local told = t:lua([[return select(2, require('hum.prompt').get('comit'))]])
  T.match('hum/prompts/comit.md: there is no prompt "comit" (did you mean "commit"?)', told, true)
end)
