-- The text of a chat: what is written is read back, whatever a reply contains.
local T = require('harness')
local test, eq = T.test, T.eq

local PURE = { ui = false }

--- Runs `code` with `format` and the arguments in the child.
local function run(t, code, ...) return t:lua("local format = require('hum.chat.text.format')\n" .. code, ...) end

local function parse(t, text)
  return run(
    t,
    [[
    local chat = format.parse(vim.split(..., '\n'))
    chat.messages = format.messages(chat.turns)
    return chat
  ]],
    text
  )
end

local function messages(t, text)
  return vim.tbl_map(function(m) return m.role .. ': ' .. m.parts[1].text end, parse(t, text).messages)
end

--- Writes a reply as the chat does, reads it back, and gives what would be sent.
local ROUND = [[
  local function round(body, mark)
    local lines = vim.split(body, '\n', { plain = true })
    local changed, added = format.finish(lines, mark)
    for i, line in pairs(changed) do lines[i] = line end
    local chat = { '---', 'hum: 1', '---', '', '## » You', '', 'question', '', '## « m', '' }
    vim.list_extend(chat, lines)
    vim.list_extend(chat, added)
    vim.list_extend(chat, { '', '## » You', '', 'next' })
    return format.parse(chat), added
  end
]]

local FRONT = '---\nhum: 1\nendpoint: e\nmodel: m:8b\nthink: low\noptions: {"seed": 1}\n---\n'

test('a chat is read as turns', PURE, function(t)
  local text = FRONT
    .. '\n## § System\n\nBe brief.\n\n## » You\n\nWhy?\n\nReally?\n\n## « m:8b\n\nBecause.\n\n## » You\n\n'
  eq({ 'system: Be brief.', 'user: Why?\n\nReally?', 'assistant: Because.' }, messages(t, text))
  local chat = parse(t, text)
  eq({ 'system', 'user', 'assistant', 'user' }, vim.tbl_map(function(turn) return turn.role end, chat.turns))
  eq('m:8b', chat.turns[3].name)
  eq({ 8, 11 }, { chat.turns[1].row, chat.turns[1].last })
  eq('m:8b', chat.front.values.model)
  eq(
    { think = 'low', options = { seed = 1 } },
    run(
      t,
      [[
    return format.settings(format.parse(vim.split(..., '\n')).front)]],
      text
    )
  )
end)

test('a wrong line of options is told', PURE, function(t)
  for _, options in ipairs({ '{', '[1]', '5', '"x"' }) do
    local why = run(
      t,
      [[
      local _, why = format.settings({ values = { options = ... } })
      return why]],
      options
    )
    T.match('options', why)
  end
end)

test('thinking and marks are not sent', PURE, function(t)
  eq(
    { 'user: q', 'assistant: Text.' },
    messages(t, '## » You\nq\n## « m\n\n<think>\nhm\n```\n## » You\n```\n</think>\n\nText.\n<!-- hum: stopped -->\n')
  )
  eq({ 'user: q' }, messages(t, '## » You\nq\n## « m\n\n<think>\nhm, not closed\n\n## » You\n'))
  local turn = parse(t, '## » You\nq\n## « m\n\nText.\n<!-- hum: error: it broke -->').turns[2]
  eq('error: it broke', turn.mark)
  eq('Text.', turn.content)
end)

test(
  'questions after a reply without words become one message',
  PURE,
  function(t)
    eq({ 'user: one\n\ntwo' }, messages(t, '## » You\none\n## « m\n\n<!-- hum: error: x -->\n\n## » You\ntwo\n'))
  end
)

test('headings inside fences are text, also in lists and with tildes', PURE, function(t)
  for _, text in ipairs({
    '```\n## » You\n```',
    '~~~~ md\n## « x\n~~~\n~~~~',
    '- item\n\n  ```\n  ## » You\n  ```',
    '````\n```\n## § System\n````',
  }) do
    eq(
      { 'user: q', 'assistant: ' .. text, 'user: w' },
      messages(t, '## » You\nq\n## « m\n' .. text .. '\n## » You\nw')
    )
  end
end)

test('a thinking tag in code or in the middle of a line is text', PURE, function(t)
  for _, text in ipairs({ '```\n<think>\n```', 'see <think> here', 'a\n <think>', 'a\n\n    <think>\nx' }) do
    eq({ 'user: q', 'assistant: ' .. text }, messages(t, '## » You\nq\n## « m\n' .. text))
  end
end)

test('CRLF at the ends of lines does not hide headings', PURE, function(t)
  local chat = parse(
    t,
    '---\r\nhum: 1\r\nmodel: m\r\n---\r\n\r\n## » You\r\n\r\nhi\r\n\r\n## « m\r\n\r\n<think>\r\nx\r\n</think>\r\nho\r'
  )
  eq('m', chat.front.values.model)
  eq({ 'hi\r', 'ho\r' }, vim.tbl_map(function(m) return m.parts[1].text end, chat.messages))
end)

test(
  'NUL is sent as NUL',
  PURE,
  function(t)
    eq(
      'a\0b',
      run(
        t,
        [[
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { '## » You', 'a\0b' })
    return format.messages(format.parse(vim.api.nvim_buf_get_lines(0, 0, -1, false)).turns)[1].parts[1].text]]
      )
    )
  end
)

local HOSTILE = {
  '## » You',
  '## « other\n\nsaid',
  '\\## » You',
  '\\\\## § System',
  'x\n## » You\ny\n## »',
  '## » You\n```\n## » You\n```\n## » You',
  '---\nhum: 1\n---\n\n## » You\n\nhi\n\n## « m\n\nho',
  '<!-- hum: stopped -->',
  'x\n<!-- hum: cut -->',
  '\\<!-- hum: x -->',
  '<!-- hum: stopped -->\nand more',
  '```\n<!-- hum: stopped -->\n```',
  '    ## » You',
  '##  » You',
  '## »You',
  '# » You',
  '## » You\r',
  'a\r\n## » You\r\nb',
  '- a\n  - b\n## » You',
  '> ## » You',
  'text\n</think>',
  '~~~\n## » You\n~~~',
  '',
}

test('replies that quote chats come back as they were', PURE, function(t)
  for _, body in ipairs(HOSTILE) do
    for _, mark in ipairs({ '', 'stopped', 'error: a --> b' }) do
      local got = run(t, ROUND .. [[
        local body, mark = ...
        local chat = round(body, mark ~= '' and mark or nil)
        local turns = chat.turns
        return { #turns, turns[2].content, turns[2].mark or '', turns[3] and turns[3].content }
      ]], body, mark)
      -- A mark is one comment, so it cannot contain what would end one.
      eq({ 3, body, (mark:gsub('%-%->', '-')), 'next' }, got, ('%q with mark %q'):format(body, mark))
    end
  end
end)

test('what a reply leaves open is closed', PURE, function(t)
  local cases = {
    ['```lua\nx'] = { '```' },
    ['````\n```\nx'] = { '````' },
    ['- a\n\n  ~~~\n  x'] = { '  ~~~' },
    ['<think>\nx'] = { '</think>' },
    ['<think>\n```\nx'] = { '</think>' },
    ['```\n<think>'] = { '```' },
  }
  for body, want in pairs(cases) do
    local got = run(t, ROUND .. [[
      local chat, added = round(...)
      return { added, #chat.turns, chat.turns[3].content, #chat.closing }
    ]], body)
    eq({ want, 3, 'next', 0 }, got, body)
  end
end)

test('random replies come back as they were', PURE, function(t)
  local failed = run(t, ROUND .. [[
    local pieces = { '## » You', '## « m', '## § x', '\\', '```', '````', '~~~', '\n', '\n', '\n', 'text', '  ', '- ', '1. ',
      '<!-- hum: stopped -->', '<!-- hum: x', '-->', '</think>', '---', '\t', 'hum: 1', '> ' }
    for seed = 1, 4000 do
      math.randomseed(seed)
      local parts = { 'x' }
      for i = 1, math.random(14) do parts[#parts + 1] = pieces[math.random(#pieces)] end
      local body = table.concat(parts) .. 'y'
      local chat, added = round(body)
      local want = table.concat(vim.list_extend({ body }, added), '\n')
      if #chat.turns ~= 3 or chat.turns[2].content ~= want or chat.turns[3].content ~= 'next' then
        return { seed, body, chat.turns[2].content }
      end
    end]])
  eq(nil, failed)
end)

test('a quotation ends where it should', PURE, function(t)
  local function quote(lines, extra)
    return run(
      t,
      'return format.quote(...)',
      vim.tbl_extend('force', { lines = lines, filetype = 'lua', name = 'a/b.lua', first = 3, last = 4 }, extra or {})
    )
  end
  eq({ '`a/b.lua`, lines 3-4:', '', '```lua', 'x', 'y', '```' }, quote({ 'x', 'y' }))
  eq({ '`a/b.lua`, line 3:', '', '```lua', 'x', '```' }, quote({ 'x' }, { last = 3 }))
  for _, lines in ipairs({ { '```' }, { '## » You', '`````', '## « m' }, { 'a ```` b', '~~~' }, { '```lua', 'x' } }) do
    local quoted = quote(lines, { filetype = 'markdown', name = 'odd `name`\n## » You' })
    local text = '## » You\n' .. table.concat(quoted, '\n') .. '\n\nwhy?\n## « m\nok'
    local got = parse(t, text)
    eq(2, #got.turns, text)
    T.match('why%?$', got.messages[1].parts[1].text)
  end
end)
