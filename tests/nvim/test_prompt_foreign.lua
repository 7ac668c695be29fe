-- Prompts that were written for codecompanion and for VS Code: what of them is taken over, and what is said of the rest.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local PURE = { ui = false }

local function parsed(t, text, stem)
  return t:lua(
    [[
    local text, stem = ...
    local prompt, fault = require('hum.prompt.file').parse(vim.split(text, '\n'), stem)
    return { prompt = prompt, fault = fault }
  ]],
    text,
    stem
  )
end

local COMPANION = [[
---
name: Explain Code
interaction: chat
description: "Explain: how it works"
opts:
  alias: exp
  auto_submit: false
  is_slash_cmd: true
  stop_context_insertion: true
  adapter:
    name: ollama
    model: qwen3:8b
context:
  - type: file
    path:
      - "docs/a b.md"
      - lua/x.lua
  - type: url
    url: https://example.com
tools: [x]
---

## system

You know ${context.filetype}. ${utils.secret}

## user

```yaml
opts:
  auto_submit: true
```

Explain #{buffer}, lines ${context.start_line} to ${context.end_line}:

```${context.filetype}
${context.code}

## user
```

Use @{editor}.

## user

And now shorter.
]]

test("codecompanion's prompt library", PURE, function(t)
  local got = parsed(t, COMPANION, 'explain-code')
  eq(nil, got.fault)
  local notes = table.concat(got.prompt.notes, '\n')
  got.prompt.notes = nil
  eq({
    name = 'exp',
    aliases = { 'explain-code' },
    description = 'Explain: how it works',
    mode = 'chat',
    model = 'qwen3:8b',
    references = '#file:"docs/a b.md" #file:lua/x.lua #url:https://example.com',
    system = 'You know {{filetype}}. ${utils.secret}',
    text = 'Explain #buffer, lines {{first}} to {{last}}:\n\n```{{filetype}}\n{{selection}}\n\n## user\n```\n\n'
      .. 'Use @{editor}.\n\nAnd now shorter.',
    turns = {
      {
        role = 'user',
        text = 'Explain #buffer, lines {{first}} to {{last}}:\n\n```{{filetype}}\n{{selection}}\n\n## user\n```\n\n'
          .. 'Use @{editor}.',
      },
      { role = 'user', text = 'And now shorter.' },
    },
    draft = true,
    foreign = 'codecompanion',
  }, got.prompt)
  for _, word in ipairs({ 'runs no Lua', '@{editor}', 'opts.stop_context_insertion', '"tools:"' }) do
    T.match(word, notes, true)
  end
end)

--- What "inline" means, by where the answer goes.
local PLACEMENTS = { replace = 'edit', add = 'insert', before = 'insert', new = 'insert', chat = 'chat' }

test('inline prompts of codecompanion are edits, or put text in', PURE, function(t)
  for placement, mode in pairs(PLACEMENTS) do
    local text = '---\nname: a\nstrategy: inline\nopts:\n  placement: %s\n---\n## user\nDo it.'
    eq(mode, parsed(t, text:format(placement), 'a').prompt.mode, placement)
  end
  eq('edit', parsed(t, '---\ninteraction: inline\n---\n## user\nx', 'a').prompt.mode)
  local own = parsed(t, '---\ninteraction: chat\n---\n## user\n#{buffer:a.lua}{all} #{lsp} #{buffer}{diff}.', 'a')
  eq('#buffer:a.lua #diagnostics #buffer.', own.prompt.text)
  local none = parsed(t, '---\ninteraction: chat\n---\n## system\nx', 'a')
  T.match('write what is asked below "## user"', none.fault.why, true)
  eq(true, parsed(t, '---\nopts:\n  enabled: false\n---\n## user\nx', 'a').prompt.disabled)
end)

local VSCODE = [[
---
description: 'Make a form'
mode: agent
model: GPT-4o (copilot)
tools: ['search', 'edit/files']
---
Make the form ${input:formName:the name of the form} as in [the guide](../docs/form.md) of ${file}.
${selection} ${env} #tool:search
]]

test('prompt files of VS Code', PURE, function(t)
  local got = parsed(t, VSCODE, 'make-form.prompt').prompt
  local notes = table.concat(got.notes, '\n')
  got.notes = nil
  eq({
    name = 'make-form',
    description = 'Make a form',
    mode = 'chat',
    text = 'Make the form {{input_formName}} as in #file:../docs/form.md of {{path}}.\n{{selection}} ${env} #tool:search',
    asks = { { name = 'input_formName', title = 'formName', hint = 'the name of the form' } },
    foreign = 'VS Code',
  }, got)
  for _, word in ipairs({ '${env}', '#tool:search', '"tools:"', 'GPT-4o (copilot)', '"agent" is asked in a chat' }) do
    T.match(word, notes, true)
  end
  local function linked(folder, path)
    return t:lua(
      [[return require('hum.prompt.file').parse({ ('[x](%s)'):format((select(2, ...))) }, 'a.prompt', false, (...)).text]],
      folder,
      path
    )
  end
  eq('#file:docs/form.md', linked('.github/prompts', '../../docs/form.md'))
  eq('#file:.github/prompts/x.md', linked('.github/prompts', './x.md'))
  eq('#file:/home/u/x.md', linked('/home/u/prompts', '../x.md'))
  eq('#file:../up.md', linked('a', '../../up.md'))
  local own = t:lua(
    [[return require('hum.prompt.file').parse({ 'See #file:../x.md, #file:y.md.' }, 'a.prompt', false, '.github/prompts').text]]
  )
  eq('See #file:.github/x.md, #file:y.md.', own)
  eq('[x](https://example.com/a.md)', linked('a', 'https://example.com/a.md'))
  eq('plain', parsed(t, 'Only text.', 'plain.prompt').prompt.name)
  eq('edit', parsed(t, '---\nagent: edit\nmodel: [m1, m2]\n---\nx', 'a').prompt.mode)
  eq('m1', parsed(t, '---\nagent: edit\nmodel: [m1, m2]\n---\nx', 'a').prompt.model)
end)

test('what others write in strange ways is no fault', PURE, function(t)
  for _, text in ipairs({
    '---\nagent: ask\n  odd\n- x\n: y\n\tz\n---\nDo it.',
    '---\nagent: >\n  many\n  lines\ntools:\n- a\n-   b: c\n    d: [e, {f: g}]\n---\nDo it.',
    '---\nagent: "unclosed\n---\nDo it.',
    '---\nagent: {a: {b: {c: {d: {e: {f: {g: {h: {i: {j: k}}}}}}}}}}\n---\nDo it.',
  }) do
    local got = parsed(t, text, 'a')
    eq('Do it.', got.prompt and got.prompt.text, text)
  end
  T.match('there is nothing', parsed(t, '---\nagent: ask\n---\n', 'a').fault.why, true)
end)

test('what a prompt asks for comes from the command, or the user is asked', function(t)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  chat.configure(t, srv, { dialect = 'openai' })
  local folder = t:lua([[return require('hum.prompt').folder()]])
  t:lua([[vim.fn.mkdir(..., 'p')]], folder)
  t:lua(
    [[vim.fn.writefile(...)]],
    vim.split('---\nagent: ask\nmodel: not-known\n---\nA ${input:kind} named ${input:name:short}.', '\n'),
    folder .. '/make.prompt.md'
  )
  t:lua([[asked = {} vim.ui.input = function(opts, cb) table.insert(asked, opts.prompt) cb('box') end]])
  t:cmd('Hum make name=lid')
  eq('done', chat.finished(t).status)
  eq({ 'kind: ' }, t:lua('return asked'))
  eq({ { 'user', 'A box named lid.' } }, chat.sent(srv, 1))
  T.match('names the model "not-known", which is not known here', (t:messages():gsub('%s+', ' ')), true)
  eq('fake', srv:requests('/v1/chat/completions')[1].body.model)
  t:lua([[vim.ui.input = function(_, cb) cb(nil) end]])
  t:cmd('Hum make')
  eq(1, #srv:requests('/v1/chat/completions'))
end)

--- Texts that take some ways of reading them the square of their length.
local HOSTILE = {
  (' '):rep(250000),
  'x' .. (' '):rep(250000),
  ('\n'):rep(250000) .. 'x',
  ('[a'):rep(100000),
  ('[a]('):rep(60000),
  ('${input:a:'):rep(25000),
  ('#{a'):rep(80000),
  ('{{ '):rep(80000),
  '```\n{{selection}}' .. ('\n'):rep(240000) .. 'x',
  ('`'):rep(250000),
  '\n---\n' .. ('['):rep(250000),
}

test('a hostile prompt of a project takes no longer than its text is long', PURE, function(t)
  for _, front in ipairs({ '', '---\ninteraction: chat\n---\n## user\n', '---\nagent: ask\n---\n' }) do
    for i, text in ipairs(HOSTILE) do
      local file = front .. text .. '\n\nDo it.'
      local got = t:lua(
        [[
        local prompt = require('hum.prompt.file').parse(vim.split((...), '\n'), 'a')
        local fill = require('hum.prompt.fill')
        return prompt and #fill.fill(prompt, { values = { selection = 'x', input = 'more' } }, 'more').text]],
        file
      )
      T.ok(got and got > 0, ('%q, %d'):format(front, i))
    end
  end
  local long = { '---\na: ' .. ('['):rep(5000) .. '\n---\nx', '---\n' .. ('a\n'):rep(600) .. '---\nx' }
  for _, text in ipairs(long) do
    T.match('shorten the front matter', parsed(t, text, 'a').fault.why, true)
  end
end)
