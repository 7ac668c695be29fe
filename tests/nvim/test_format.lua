-- The text of a chat: what is written is read back, whatever a reply contains.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local PURE = { ui = false }

local MODULES = [[
local format, read = require('hum.chat.text.format'), require('hum.chat.text.read')
local settings = require('hum.chat.text.settings')
]]

--- Runs `code` with these modules and the arguments in the child.
local function run(t, code, ...) return t:lua(MODULES .. code, ...) end

local function parse(t, text)
  return run(
    t,
    [[
    local chat = read.parse(vim.split(..., '\n'))
    chat.messages = format.messages(chat.turns)
    return chat
  ]],
    text
  )
end

local function messages(t, text)
  return vim.tbl_map(function(m) return m.role .. ': ' .. m.parts[1].text end, parse(t, text).messages)
end

--- Writes a reply as the helper and the chat do, reads it back, and gives what would be sent. What the helper does with
--- tags is not played here.
local ROUND = [[
  local block = require('hum.chat.text.block')
  local function streamed(lines)
    local id = block.next(block.FIRST, '## « m')
    for i, line in ipairs(lines) do
      if line:find('^\\*#') then lines[i] = block.escape(id, line) end
      id = block.next(id, lines[i])
    end
    return lines
  end
  local function round(body, mark)
    local lines = streamed(vim.split(body, '\n', { plain = true }))
    local changed, added = format.finish(lines, mark)
    for i, line in pairs(changed) do lines[i] = line end
    local chat = { '---', 'hum: 1', '---', '', '## » You', '', 'question', '', '## « m', '' }
    vim.list_extend(chat, lines)
    vim.list_extend(chat, added)
    vim.list_extend(chat, { '', '## » You', '', 'next' })
    return read.parse(chat), added
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
    return settings.of(read.parse(vim.split(..., '\n')).front)]],
      text
    )
  )
end)

test('a wrong line of options is told', PURE, function(t)
  for _, options in ipairs({ '{', '[1]', '5', '"x"' }) do
    local why = run(
      t,
      [[
      local _, why = settings.of({ values = { options = ... } })
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
  eq('Text.', turn.text)
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
    return format.messages(read.parse(vim.api.nvim_buf_get_lines(0, 0, -1, false)).turns)[1].parts[1].text]]
      )
    )
  end
)

local HOSTILE = {
  '## » You',
  '## « other\n\nsaid',
  '\\## » You',
  '\\\\## § System',
  '## > You\n## < other:8b \n\\## > You\n## > quoted\n## < 5 ms',
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
        return { #turns, turns[2].text, turns[2].mark or '', turns[3] and turns[3].text }
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
      return { added, #chat.turns, chat.turns[3].text, #chat.closing }
    ]], body)
    eq({ want, 3, 'next', 0 }, got, body)
  end
end)

test('random replies come back as they were', PURE, function(t)
  local failed = run(t, ROUND .. [[
    local pieces = { '## » You', '## « m', '## § x', '## > You', '## < m', '\\', '```', '````', '~~~', '\n', '\n', '\n',
      'text', '  ', '- ', '1. ',
      '<!-- hum: stopped -->', '<!-- hum: x', '-->', ' </think>', '---', '\t', 'hum: 1', '> ' }
    for seed = 1, 4000 do
      math.randomseed(seed)
      local parts = { 'x' }
      for i = 1, math.random(14) do parts[#parts + 1] = pieces[math.random(#pieces)] end
      local body = table.concat(parts) .. (seed % 3 == 0 and '\n<!-- hum: cut -->' or 'y')
      local chat, added = round(body)
      local want = table.concat(vim.list_extend({ body }, added), '\n')
      if #chat.turns ~= 3 or chat.turns[2].text ~= want or chat.turns[3].text ~= 'next' then
        return { seed, body, chat.turns[2].text }
      end
    end]])
  eq(nil, failed)
end)

-- In the child: a text of random pieces, the parts of the turn that it is read as, and what these are read as again once
-- they were written into a buffer.
local AGAIN = [[
  local PIECES = { '## » You', '## « m', '## § x', '## > You', '## < m', '\\', '\\\\',
    '```', '````lua', '~~~', '\n', '\n', '\n\n', 'text', ' ',
    '    ', '- ', '1. ', '<!-- hum: stopped -->', '<!-- hum: x-->', '<think>', '</think>', '\n<think>\n', '\n</think>\n',
    '\\<think>', '\n\\</think>\n', '---', '\t', '\r', '\0', '\n\0\n', '> ', '«', '\255' }
  local function some(n)
    local parts = {}
    for i = 1, math.random(n) do parts[i] = PIECES[math.random(#PIECES)] end
    return table.concat(parts)
  end
  --- Lines as a buffer gives them.
  local function through_buffer(lines)
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
    return read.parse(vim.api.nvim_buf_get_lines(0, 0, -1, false))
  end
  local function written(role, parts, mark)
    local lines = { '## » You', '', 'question', '', format.heading(role, 'x'), '' }
    vim.list_extend(lines, format.body(parts, role, mark))
    return vim.list_extend(lines, { '', '## » You', '', 'next' })
  end
  local function differs(seed, role, parts, mark)
    local chat = through_buffer(written(role, parts, mark))
    local turn = chat.turns[2]
    if #chat.turns ~= 3 or not vim.deep_equal(turn.parts, parts) or (turn.mark == nil) ~= (mark == nil) or chat.turns[3].text ~= 'next' then
      return ('seed %d, %s:\n%s\n%s'):format(seed, role, vim.inspect(parts), vim.inspect(chat.turns))
    end
  end
]]

test('what a file holds goes round: parse, write, parse gives the same parts', PURE, function(t)
  local why = run(t, AGAIN .. [[
    local thinking = 0
    for seed = 1, 6000 do
      math.randomseed(seed)
      local role = ({ 'assistant', 'assistant', 'user', 'system' })[math.random(4)]
      local lines = vim.split(format.heading(role, 'x') .. '\n' .. some(14), '\n')
      local text = through_buffer(lines)
      -- What a turn leaves open is closed before anything follows it.
      text = through_buffer(vim.list_extend(lines, text.closing))
      for _, turn in ipairs(text.turns) do
        for _, part in ipairs(turn.parts) do
          if part.type == 'thinking' then thinking = thinking + 1 end
        end
        local why = differs(seed, turn.role, turn.parts, turn.mark)
        if why then return why end
      end
    end
    return thinking < 500 and 'hardly any thinking' or nil]])
  eq(nil, why)
end)

test('parts of any text are read as they were written', PURE, function(t)
  local why = run(t, AGAIN .. [[
    for seed = 1, 6000 do
      math.randomseed(seed)
      local parts = {}
      for i = 1, math.random(4) do
        -- Blank lines around a part are not kept, nor is a boundary between two texts; a fence is closed by the writer.
        local type = math.random(2) == 1 and 'thinking' or 'text'
        if parts[i - 1] and parts[i - 1].type == 'text' then type = 'thinking' end
        parts[i] = { type = type, text = 'x' .. some(8):gsub('```+', ''):gsub('~~~', '') .. 'y' }
      end
      local mark = math.random(3) == 1 and 'stopped' or nil
      local why = differs(seed, 'assistant', parts, mark)
      if why then return why end
    end]])
  eq(nil, why)
end)

test('thinking and text are parts, in their order', PURE, function(t)
  local chat = parse(t, '## » You\nq\n## « m\n\n<think>\na\n\nb\n</think>\n\none\n\n<think>\nc\n</think>\ntwo\n')
  eq({
    { type = 'thinking', text = 'a\n\nb' },
    { type = 'text', text = 'one' },
    { type = 'thinking', text = 'c' },
    { type = 'text', text = 'two' },
  }, chat.turns[2].parts)
  eq({ { type = 'text', text = 'one\n\ntwo' } }, chat.messages[2].parts)
end)

test(
  'thoughts that are remembered go before the text',
  PURE,
  function(t)
    eq(
      {
        { type = 'thinking', text = 'a', signature = 's' },
        { type = 'text', text = 'one' },
        { type = 'redacted', data = 'x' },
        { type = 'text', text = '\n\ntwo' },
      },
      run(
        t,
        [[
    local turns = read.parse({ '## » You', 'q', '## « m', 'one', '## « m', 'two' }).turns
    local thoughts = {
      [turns[2] ] = { { type = 'thinking', text = 'a', signature = 's' } },
      [turns[3] ] = { { type = 'redacted', data = 'x' } },
    }
    return format.messages(turns, thoughts)[2].parts]]
      )
    )
  end
)

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
