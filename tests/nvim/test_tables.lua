-- Tables in a chat: aligned on the screen, in the text as they came.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

local PURE = { ui = false }

test('cells of a row', PURE, function(t)
  local function split(...) return t:lua([[return require('hum.chat.view.dress.cells').split(...)]], ...) end
  eq({ 'a', 'b' }, split('| a | b |'))
  eq({ 'a', 'b' }, split('|a|b'))
  eq({ 'a', '', 'c' }, split('  | a | | c |  '))
  eq({ 'a \\| b', 'c \\\\' }, split([[| a \| b | c \\|]]))
  eq({}, split('|'))
  eq({ '`a', 'b`', 'c' }, split('| `a | b` | c |'))
  eq({ '`a | b`', 'c' }, split('| `a | b` | c |', 2))
  eq({ 'a', '`b|c`', '``d | e``' }, split('a|`b|c`|``d | e``', 3))
  eq({ 'a', 'b', 'c' }, split('| a | b | c |', 2))
end)

test('what the line below the head says', PURE, function(t)
  local function aligns(line) return t:lua([[return require('hum.chat.view.dress.cells').aligns(...) or false]], line) end
  eq({ 'left', 'left', 'right', 'center' }, aligns('|---|:--|--:|:-:|'))
  eq({ 'left' }, aligns(' | - | '))
  for _, line in ipairs({ '---', '| a | - |', '| : | - |', '|', '| |-|', '' }) do
    eq(false, aligns(line), line)
  end
end)

test('a cell without its marks', PURE, function(t)
  local function shown(text)
    return t:lua(
      [[
      local styled = require('hum.chat.view.dress.styled')
      local cell, out = styled.parse(...), {}
      for _, chunk in ipairs(styled.chunks(cell, 1, #cell.text + 1)) do
        out[#out + 1] = chunk[1] .. (chunk[2] and '<' .. table.concat(chunk[2], ' '):gsub('Hum', '') .. '>' or '')
      end
      return { table.concat(out), cell.width }
    ]],
      text
    )
  end
  eq({ 'a bold<Strong> c', 8 }, shown('a **bold** c'))
  eq({ 'both<Strong Emphasis>', 4 }, shown('***both***'))
  eq({ 'a|b<CodeInline>', 3 }, shown('`a\\|b`'))
  eq({ '`x<CodeInline>', 2 }, shown('`` `x ``'))
  eq({ 'text<Link> https://a.b<Url>', 16 }, shown('[text](https://c.d/e) <https://a.b>'))
  eq({ 'gone<Strike>日本', 8 }, shown('~~gone~~日本'))
  eq({ 'a * b_c $x_1 * y * z$', 21 }, shown('a * b_c $x_1 * y * z$'))
end)

--- The lines of a cell in a column.
local FLOW = [[
  local flow, styled = require('hum.chat.view.dress.flow'), require('hum.chat.view.dress.styled')
  local text, width, hard = ...
  local cell = styled.parse(text)
  return vim.tbl_map(function(line)
    local piece = cell.text:sub(line.first, line.last - 1)
    assert(vim.api.nvim_strwidth(piece) == line.width and line.width <= width)
    return piece
  end, flow.lines(cell, width, hard))
]]

test('a cell flows in its column', PURE, function(t)
  local function flow(...) return t:lua(FLOW, ...) end
  eq({ 'one two', 'three' }, flow('one two three', 7))
  eq({ 'one', 'two', 'abcde', 'fgh' }, flow('one two abcdefgh', 5))
  eq({ '日本', '語' }, flow('日本語', 5))
  eq({ 'a', 'b c' }, flow('a<br>b c', 9, true))
  eq({ 'a b c' }, flow('a<br/>b c', 9))
  eq({}, flow('', 9))
  eq({ 'e\204\129e\204\129', 'e\204\129' }, flow('e\204\129e\204\129e\204\129', 2))
end)

--- The widths of the columns, false where the table does not fit.
local LAYOUT = [[
  local grid, styled = require('hum.chat.view.dress.grid'), require('hum.chat.view.dress.styled')
  local rows, columns, room, height = ...
  local measured = false
  local list = vim.tbl_map(function(row)
    return { cells = vim.tbl_map(styled.parse, row), height = 0 }
  end, rows)
  local found = grid.layout(list, columns, room, function(all)
    for i, row in ipairs(all) do row.height = height[i] end
    measured = true
  end)
  if not found then return false end
  local misfits = 0
  for i, row in ipairs(list) do
    row.height = height[i]
    local fitted = grid.fit(found, row)
    if not fitted then misfits = misfits + 1 end
    for c, lines in ipairs(fitted and fitted.lines or {}) do
      local text = {}
      for _, line in ipairs(lines) do
        text[#text + 1] = row.cells[c].text:sub(line.first, line.last - 1)
      end
      assert(#lines <= row.height, 'more lines than rows of the screen')
      assert(table.concat(text):gsub(' ', '') == row.cells[c].text:gsub(' ', ''), 'all of the text')
    end
  end
  local style = found.style.closed and 'closed' or found.style.pad == 0 and 'tight' or 'open'
  return { widths = found.widths, style = style, measured = measured, misfits = misfits }
]]

test('the columns of a table', PURE, function(t)
  local function layout(...) return t:lua(LAYOUT, ...) end
  local natural = { { 'name', 'what' }, { 'a', 'a long text of words' }, { 'bbbbbb', '' } }
  eq(
    { widths = { 6, 20 }, style = 'closed', measured = false, misfits = 0 },
    layout(natural, 2, 80, { 1, 1, 1 }),
    'there is room for all'
  )
  eq(
    { widths = { 6, 11 }, style = 'closed', measured = true, misfits = 0 },
    layout(natural, 2, 24, { 1, 2, 1 }),
    'wrapped'
  )
  eq(
    { widths = { 6, 11 }, style = 'open', measured = true, misfits = 0 },
    layout(natural, 2, 22, { 1, 2, 1 }),
    'without bars at the sides'
  )
  eq({ widths = { 6, 11 }, style = 'tight', measured = true, misfits = 0 }, layout(natural, 2, 18, { 1, 2, 1 }))
  eq(false, layout(natural, 2, 21, { 1, 1, 1 }), 'one row each: it does not fit')
  eq(false, layout({ { 'a', 'b', 'c', 'd' } }, 4, 6, { 1 }), 'no room for the bars alone')
  local odd = { { 'a', 'b' } }
  for i = 2, 8 do
    odd[i] = { 'x', 'y' .. i }
  end
  odd[9] = { ('wide '):rep(8), 'z' }
  local found = layout(odd, 2, 40, { 1, 1, 1, 1, 1, 1, 1, 1, 1 })
  eq(1, found.misfits, 'one row that does not fit leaves the others aligned')
end)

local TABLE = {
  '| Name | What it is | Cost |',
  '|:-----|------------|-----:|',
  '| **blink** | a matcher of [words](https://example.com/a/path) | 3 |',
  '| 日本語 | `wide` | 1200 |',
}

local ALIGNED = {
  '│ Name   │ What it is         │ Cost │',
  '├────────┼────────────────────┼──────┤',
  '│ blink  │ a matcher of words │    3 │',
  '│ 日本語 │ wide               │ 1200 │',
}

--- A chat that shows these lines, with the cursor in the last.
local function show(t, lines)
  local buf = chat.open(t, t:fake())
  t:lua('vim.api.nvim_buf_set_lines(..., 0, -1, false, select(2, ...))', buf, lines)
  t:keys('G')
  return buf
end

--- The rows of the screen from the one that has `text`, without what is blank at their ends.
local function rows(t, text, count)
  local at = t.child.screen:find(text)
  return vim.tbl_map(
    function(line) return (line:gsub('%s+$', '')) end,
    vim.list_slice(t.child.screen:lines(), at, at + count - 1)
  )
end

--- A reply with these lines.
local function with(lines) return vim.list_extend(vim.list_extend({ '## « m', 'before' }, lines), { '', 'after' }) end

local function wait_rows(t, wanted, text)
  t:wait_screen(text or wanted[1], true)
  t:wait(function() return vim.deep_equal(wanted, rows(t, text or wanted[1], #wanted)) end, 'the table is so')
end

test('a table is aligned, and raw in the row of the cursor', function(t)
  show(t, with(TABLE))
  wait_rows(t, ALIGNED)
  t:keys('5G')
  t:wait_screen('| **blink** | a matcher of [words](https://example.com/a/path) | 3 |', true)
  eq(ALIGNED[2], rows(t, ALIGNED[2], 1)[1])
  eq(ALIGNED[4], rows(t, ALIGNED[4], 1)[1])
  t:keys('G')
  wait_rows(t, ALIGNED)
end)

test('in a narrow window cells are wrapped in the rows that the text takes', { ui = { 42, 20 } }, function(t)
  show(t, with(TABLE))
  wait_rows(t, {
    ALIGNED[1],
    ALIGNED[2],
    ALIGNED[3],
    '│        │                    │      │',
    ALIGNED[4],
    '',
    'after',
  })
  t:cmd('set columns=27')
  wait_rows(t, {
    ' Name   │ What it   │ Cost',
    '        │ is        │',
    '────────┼───────────┼──────',
    '        │           │',
    ' blink  │ a matcher │    3',
    '        │ of words  │',
    '        │           │',
    ' 日本語 │ wide      │ 1200',
    '',
    'after',
  })
end)

--- A reply of these lines, a token for each and for each line end, of which as many come as the case lets pass.
---@param t test.Case
---@param lines string[]
---@param tokens? string[]  others than those
local function stream(t, lines, tokens)
  local srv = t:fake()
  if not tokens then
    tokens = {}
    for i, line in ipairs(lines) do
      tokens[#tokens + 1] = line
      if i < #lines then tokens[#tokens + 1] = '\n' end
    end
  end
  srv:script({ tokens = tokens })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(0)
  chat.ask(t, 'hello', buf)
  return gate, buf
end

local STREAMED = vim.list_extend(vim.list_extend({ 'before', '' }, TABLE), { '', 'after', '' })
--- As its rows are while they are written: bars in their places.
local BARS = {
  '│ Name │ What it is │ Cost │',
  '├──────┼────────────┼──────┤',
}

test('a table that is written is not aligned, and stays where it is when it is', function(t)
  local gate, buf = stream(t, STREAMED)
  --- Lets what makes `lines` lines pass, and gives the screen from the head of the table on.
  local passed = 0
  local function pass(lines)
    gate:pass(2 * lines - 1 - passed)
    passed = 2 * lines - 1
    local text = table.concat(vim.list_slice(STREAMED, 1, lines), '\n')
    t:wait(function() return chat.reply(t, buf) == text end, lines .. ' lines')
    t:cmd('redraw')
  end
  pass(4)
  wait_rows(t, { BARS[1] })
  local at = t.child.screen:find(BARS[1])
  pass(6)
  wait_rows(t, BARS)
  ok(rows(t, BARS[1], 4)[3]:find('a matcher of', 1, true), 'the text as it is')
  pass(7)
  wait_rows(t, BARS)
  pass(8)
  wait_rows(t, vim.list_extend(vim.list_slice(ALIGNED), { '', 'after' }))
  eq(at, t.child.screen:find(ALIGNED[1]), 'in the same row')
  gate:pass()
  chat.finished(t)
  wait_rows(t, ALIGNED)
end)

test('a table at the end of a reply is aligned when the reply has ended', function(t)
  local gate = stream(t, TABLE)
  gate:pass()
  chat.finished(t)
  t:keys('G')
  wait_rows(t, ALIGNED)
end)

test('a table that is written above the next message is not aligned', function(t)
  local gate, buf = stream(t, STREAMED)
  gate:pass(1)
  t:wait(function() return chat.reply(t, buf) == 'before' end, 'the first line')
  t:keys('Gonext<Esc>')
  t:wait(function() return t:text(buf):find('next') end, 'the next message')
  local passed = 1
  for lines = 4, 7 do
    gate:pass(2 * lines - 1 - passed)
    passed = 2 * lines - 1
    t:wait(function() return t:text(buf):find(STREAMED[lines], 1, true) end, lines .. ' lines')
    t:cmd('redraw')
    wait_rows(t, BARS)
  end
  gate:pass()
  chat.finished(t)
  wait_rows(t, ALIGNED)
end)

test('a table that the user changes is aligned anew', function(t)
  local buf = show(t, with(TABLE))
  wait_rows(t, ALIGNED)
  t:keys('6G0ea日本語<Esc>G')
  wait_rows(t, {
    '│ Name         │ What it is         │ Cost │',
    '├──────────────┼────────────────────┼──────┤',
    '│ blink        │ a matcher of words │    3 │',
    '│ 日本語日本語 │ wide               │ 1200 │',
  })
  t:lua('vim.api.nvim_buf_set_lines(..., 1, 1, false, { "one more", "above" })', buf)
  wait_rows(t, { '│ 日本語日本語 │ wide               │ 1200 │' })
  t:lua('vim.api.nvim_buf_set_lines(..., 7, 8, false, {})', buf)
  wait_rows(t, {
    '│ Name  │ What it is         │ Cost │',
    '├───────┼────────────────────┼──────┤',
    '│ blink │ a matcher of words │    3 │',
  })
end)

test('what is no table stays as it is', function(t)
  show(t, with({ '| a | b |', 'text', '| a | b |', '|---|', '| c | d |', '', '|---|---|', '| e | f |' }))
  t:wait_screen('after')
  eq({ '| a | b |', 'text', '| a | b |', '|---|', '| c | d |' }, rows(t, '| a', 5))
end)

test('a table without bars at its sides, and text with bars', function(t)
  local lines = with({ 'a | b', '-|-:', '`x | y` | *two*', 'text | three', 'with no bar' })
  table.insert(lines, 2, 'so *a* | b, or `a | b`')
  show(t, lines)
  wait_rows(t, {
    'so a | b, or a | b',
    'before',
    '│ a     │     b │',
    '├───────┼───────┤',
    '│ x | y │   two │',
    '│ text  │ three │',
    'with no bar',
  })
end)

test('a table without bars at its sides while it is written', function(t)
  local gate = stream(
    t,
    { 'a | b', '--|--', 'x | y', '', 'after' },
    { 'a | b', '\n', '--|--', '\n', 'x', ' | y', '\n\nafter' }
  )
  gate:pass(3)
  wait_rows(t, { 'a │ b', '──┼──' })
  gate:pass(2)
  wait_rows(t, { 'a │ b', '──┼──', 'x' })
  gate:pass(1)
  wait_rows(t, { 'a │ b', '──┼──', 'x │ y' })
  gate:pass()
  wait_rows(t, { '│ a │ b │', '├───┼───┤', '│ x │ y │', '', 'after' })
end)

test('a row with more cells than the head, and one with fewer', function(t)
  show(t, with({ '| a | b |', '|---|---|', '| one | two | three |', '| four |', '| five | six |' }))
  wait_rows(t, {
    '│ a    │ b   │',
    '├──────┼─────┤',
    '│ one │ two │ three │',
    '│ four │     │',
    '│ five │ six │',
  })
end)

test('a table of 2,000 rows costs what is seen of it', function(t)
  local lines = { '| row | what |', '|---|---|' }
  for i = 1, 2000 do
    lines[#lines + 1] = ('| %d | %s |'):format(i, ('x'):rep(i % 7 + 1))
  end
  local buf = show(t, with(lines))
  t:wait_screen('│ 2000 │ xxxxxx  │', true)
  -- By what draws tables: others read the whole chat once, a while after it was opened.
  t:lua([[
    local get_lines = vim.api.nvim_buf_get_lines
    lines_read = 0
    vim.api.nvim_buf_get_lines = function(...)
      local lines = get_lines(...)
      if debug.getinfo(2, 'S').source:find('view/dress/', 1, true) then lines_read = lines_read + #lines end
      return lines
    end]])
  t:keys('1000Gzt')
  t:wait_screen('│ 1010 │ xxx     │', true)
  local read = t:lua('return lines_read')
  ok(read < 500, ('%d lines were read'):format(read))
  t:lua('vim.api.nvim_buf_set_text(..., 1000, 2, 1000, 3, { "" })', buf)
  t:wait_screen('│ 1010 │ xxx     │', true)
end)
