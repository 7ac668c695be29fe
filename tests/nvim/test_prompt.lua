-- Prompts as files: what is read, what is told of a file with a fault, what comes into the text.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

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
  eq({ prompt = { name = 'mine', description = '', mode = 'chat', text = 'Do it.' } }, parsed(t, 'Do it.\n'))
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
    'write "mode:" with one of chat, float, edit, insert, commit: "edti" is none (did you mean "edit"?)',
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
  { 'Do it.\n\n## » You\n\na\n\n## « x\n\nb\n', 1, 'write what is asked behind the last answer' },
  { 'a\n\n## » You\n\nb\n\n## » You\n\nc\n\n## « x\n\nd\n\n## » You\n\ne', 1, 'put the answers (## «) first' },
}

test('a fault in a file is told with its line and what to do', PURE, function(t)
  for _, case in ipairs(FAULTS) do
    local got = parsed(t, case[1])
    eq(nil, got.prompt, case[1])
    eq(case[2], got.fault.line, case[1])
    T.match(case[3], got.fault.why, true)
  end
end)

test('nothing in the prompts of hum is unknown', PURE, function(t)
  for name in vim.fs.dir(t.root .. '/prompts') do
    local text = t:read_file(t.root .. '/prompts/' .. name)
    local got = t:lua([[return { require('hum.prompt.file').parse(vim.split(..., '\n'), 'own', true) }]], text)
    T.ok(got[1], name .. ': ' .. vim.inspect(got))
    eq(nil, got[1].notes, name)
    T.ok(got[1].description ~= '', name)
  end
  local bad = t:lua([[return { require('hum.prompt.file').parse({ 'a', '{{slection}}' }, 'own', true) }]])
  eq(2, bad[2].line)
  T.match('no such placeholder (did you mean "selection"?)', bad[2].why, true)
end)

test('in a file of the user what is unknown stays, and is said', PURE, function(t)
  local got = parsed(t, '---\nname: a\ninvokable: true\n---\nAn\n{{slection}} here')
  eq('An\n{{slection}} here', got.prompt.text)
  eq({
    'line 3: "invokable:" has no meaning here',
    'line 6: take out {{slection}}, or write \\{{slection}} for the text itself: no such placeholder '
      .. '(did you mean "selection"?)',
  }, got.prompt.notes)
end)

test('a prompt has other names, references, a persona, several turns', PURE, function(t)
  local got = parsed(
    t,
    table.concat({
      '---',
      'aliases: [ex, what-is]',
      'persona: terse',
      'references:',
      '  - "#diff:staged"',
      '  - "#file:a.lua"',
      'selection: "#buffer"',
      'ask: What',
      'mode: ask',
      '---',
      'One {{input}}.',
      '',
      '## « model',
      '',
      'An answer.',
      '',
      '## » You',
      '',
      'Two.',
      '',
      '## » You',
      '',
      'Three.',
    }, '\n')
  ).prompt
  eq({
    name = 'mine',
    aliases = { 'ex', 'what-is' },
    description = '',
    persona = 'terse',
    references = '#diff:staged #file:a.lua',
    selection = '#buffer',
    asks = { { name = 'input', title = 'What' } },
    mode = 'float',
    text = 'One {{input}}.\n\nTwo.\n\nThree.',
    turns = {
      { role = 'user', text = 'One {{input}}.' },
      { role = 'assistant', text = 'An answer.' },
      { role = 'user', text = 'Two.' },
      { role = 'user', text = 'Three.' },
    },
  }, got)
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
  local own = vim.tbl_map(function(one) return one[1] end, listed(t))
  local all = 'changelog commit doc explain fix regex rename review shell simplify tests translate'
  eq(all, table.concat(own, ' '))
  write(t, 'fix.md', '---\ndescription: Mine\n---\nFix it.')
  write(t, 'more.md', '---\nname: more\ndescription: More\n---\nMore.')
  write(t, '.hidden.md', 'no')
  write(t, 'note.txt', 'no')
  local by_name = {}
  for _, one in ipairs(listed(t)) do
    by_name[one[1]] = one[2]
  end
  eq({ 'Mine', 'More' }, { by_name.fix, by_name.more })
  eq(13, vim.tbl_count(by_name))
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

test('other folders, prompts that are not offered, and none of hum', PURE, function(t)
  t:write_file('notes/a.md', 'A')
  t:write_file('proj/.prompts/b.md', 'B')
  write(t, 'explain.md', '---\nenabled: false\n---\nx')
  local function names(shipped)
    t:lua(
      [[local folder, shipped = ...
      require('hum').setup({ prompts = { folders = { folder, '.prompts' }, shipped = shipped } })]],
      t.dir .. '/notes',
      shipped
    )
    return t:lua(
      [[return table.concat(vim.tbl_map(function(e) return e.name end, require('hum.prompt').list(...)), ' ')]],
      t.dir .. '/proj'
    )
  end
  eq('a b commit fix', names(false))
  eq('a b changelog commit doc fix regex rename review shell simplify tests translate', names(true))
end)

test('a file of a project that leads out of it is none', PURE, function(t)
  t:write_file('outside.md', 'Outside.')
  t:write_file('proj/.hum/prompts/in.md', 'Inside.')
  assert(vim.uv.fs_symlink(t.dir .. '/outside.md', t.dir .. '/proj/.hum/prompts/out.md'))
  assert(vim.uv.fs_symlink('in.md', t.dir .. '/proj/.hum/prompts/also.md'))
  local found = t:lua(
    [[
    local out = {}
    for _, entry in ipairs(require('hum.prompt').list(...)) do
      if entry.origin == 'project' then out[entry.name] = entry.why or entry.prompt.text end
    end
    return out]],
    t.dir .. '/proj'
  )
  eq({ 'Inside.', 'Inside.' }, { found['in'], found.also })
  T.match('out.md leads out of the project', found.out, true)
end)
