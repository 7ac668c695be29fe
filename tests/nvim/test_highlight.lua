-- The colours of a chat as the screen shows them.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

-- Each group has a foreground of its own, so that a cell tells its group.
local SETUP = [[
  local highlight = require('hum.chat.view.highlight')
  names = vim.tbl_map(function(group) return group.name end, require('hum.look.groups').list)
  table.sort(names)
  for i, name in ipairs(names) do
    vim.api.nvim_set_hl(0, name, { fg = 0x100000 + i })
  end
  buf = vim.api.nvim_get_current_buf()
  highlight.attach(buf)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, ...)
  return names
]]

local function show(t, lines)
  t.names = t:lua(SETUP, lines)
  t:cmd('redraw')
end

--- A screen row as its coloured pieces: "group:text", plain ones left out, Hum cut off.
local function pieces(t, row)
  local screen, out, last = t.child.screen, {}, nil
  for col = 1, screen.cols do
    local cell = screen.cells[row][col]
    local fg = screen:attr(row, col).foreground or 0
    local name = fg >= 0x100000 and fg <= 0x100000 + #t.names and t.names[fg - 0x100000]
    if name and name == last then
      out[#out] = out[#out] .. cell[1]
    elseif name then
      out[#out + 1] = name:sub(4) .. ':' .. cell[1]
    end
    last = name
  end
  for i, piece in ipairs(out) do
    out[i] = piece:gsub('%s+$', '')
  end
  return out
end

local function expect(t, cases)
  local lines = {}
  for i, case in ipairs(cases) do
    lines[i] = case[1]
  end
  show(t, lines)
  t:wait(function() return t.child.screen:find(lines[#lines]:sub(1, 20)) end, 'the text is shown')
  t:cmd('redraw')
  for i, case in ipairs(cases) do
    eq(vim.list_slice(case, 2), pieces(t, i), ('line %d: %s'):format(i, case[1]))
  end
end

test(
  'turns, thinking, marks and the head',
  { ui = { 80, 40 } },
  function(t)
    expect(t, {
      { '---', 'FrontMatter:---' },
      { 'model: m', 'FrontMatter:model: m' },
      { '---', 'FrontMatter:---' },
      { '## » You', 'User:## » You' },
      { '<think>' },
      { '## « m', 'Assistant:## « m' },
      { '<think>', 'Thinking:<think>' },
      { 'a **b** `c`', 'Thinking:a **b** `c`' },
      { '```', 'Thinking:```' },
      { '</think>', 'Thinking:</think>' },
      { '<!-- hum: stopped -->', 'Mark:<!-- hum: stopped -->' },
      { '## § System', 'System:## § System' },
      { '\\## » You' },
    })
  end
)

test(
  'blocks',
  { ui = { 80, 40 } },
  function(t)
    expect(t, {
      { '# A **b**', 'Heading:# A', 'Strong:**b**' },
      { '#hash' },
      { '- one `c`', 'ListMarker:-', 'CodeInline:`c`' },
      { '  10. two', 'ListMarker:10.' },
      { '- [x] done', 'ListMarker:-', 'ListChecked:[x]' },
      { '- [ ] open', 'ListMarker:-', 'ListUnchecked:[ ]' },
      { '-no' },
      { '> quote *e*', 'Quote:> quote', 'Emphasis:*e*' },
      { '* * *', 'Rule:* * *' },
      { '---', 'Rule:---' },
      { '| a | **b** |', 'Table:|', 'Table:|', 'Strong:**b**', 'Table:|' },
      { '|---|:-:|', 'Table:|---|:-:|' },
      { '```nosuch', 'Fence:```nosuch' },
      { 'x = **y**', 'Code:x = **y**' },
      { '## » You', 'Code:## » You' },
      { '```', 'Fence:```' },
      { 'end' },
    })
  end
)

test(
  'inside a line',
  { ui = { 80, 40 } },
  function(t)
    expect(t, {
      { 'a *b* c', 'Emphasis:*b*' },
      { 'a **b c** d', 'Strong:**b c**' },
      { 'a_b_c 2*3*4 * x *', 'Emphasis:*3*' },
      { '_a_ __b__', 'Emphasis:_a_', 'Strong:__b__' },
      { '`a *b*` *c', 'CodeInline:`a *b*`' },
      { '``a ` b`` `', 'CodeInline:``a ` b``' },
      { '\\*a\\* \\`b`' },
      { '~~a~~ ~b', 'Strike:~~a~~' },
      { '[a](http://b.c/d_e_f) x', 'Link:[a]', 'Url:(http://b.c/d_e_f)' },
      { '[a] [b][c]', 'Link:[b]', 'Url:[c]' },
      { 'see https://a.b/c_d_e. and <http://x.y>', 'Url:https://a.b/c_d_e', 'Url:<http://x.y>' },
      { 'ä*ö*ü 日本**語**', 'Emphasis:*ö*', 'Strong:**語**' },
      { 'end' },
    })
  end
)

test('a token changes the colours of the line it is in', function(t)
  show(t, { '## « m', '' })
  t:lua([[vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { 'so **stro' })]])
  t:wait_screen('stro', true)
  eq({}, pieces(t, 2))
  t:lua([[vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { 'ng** x' })]])
  t:wait_screen('strong', true)
  eq({ 'Strong:**strong**' }, pieces(t, 2))
  t:lua([[vim.api.nvim_buf_set_lines(buf, 1, 1, false, { '```' })]])
  t:wait(function() return pieces(t, 3)[1] == 'Code:so **strong** x' end, 'a fence above makes it code')
end)

test('the end of a very long line is coloured, also with wide characters', { ui = { 80, 20 } }, function(t)
  show(t, { '## « m', ('größer als 日本 '):rep(3000) .. '**strong** end' })
  t:keys('G$')
  t:wait_screen('**strong** end', true)
  local row = t.child.screen:find('**strong** end')
  t:wait(function() return vim.deep_equal(pieces(t, row), { 'Strong:**strong**' }) end, 'the strong word is')
  t:lua([[vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { ' and `code` at the end' })]])
  t:wait_screen('at the end', true)
  ok(table.concat(pieces(t, (t.child.screen:find('`code`')))):find('CodeInline:`code`', 1, true))
  t:cmd('set nowrap')
  t:keys('$')
  t:wait_screen('at the end', true)
  eq({ 'Strong:**strong**', 'CodeInline:`code`' }, pieces(t, (t.child.screen:find('`code`'))))
end)

test('only chats are coloured, and in every window that shows them', function(t)
  show(t, { 'a **b** c' })
  t:cmd('split')
  t:wait(function() return #pieces(t, 1) == 1 and #pieces(t, 13) == 1 end, 'both windows')
  t:cmd('enew')
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x **y** z' })]])
  t:wait_screen('x **y** z', true)
  eq({}, pieces(t, 1))
end)

test('the groups are links that a user may change', { ui = false }, function(t)
  t:lua('require("hum.chat.view.highlight").attach(0)')
  eq('@markup.strong', t:lua('return vim.api.nvim_get_hl(0, { name = "HumStrong" }).link'))
  t:cmd('hi HumQuote guifg=#123456')
  t:lua('require("hum.chat.view.highlight").attach(0)')
  eq(0x123456, t:lua('return vim.api.nvim_get_hl(0, { name = "HumQuote" }).fg'))
  t:cmd('colorscheme habamax')
  eq('@markup.strong', t:lua('return vim.api.nvim_get_hl(0, { name = "HumStrong" }).link'))
end)

test('no treesitter runs in a chat, not even when all files have it', function(t)
  t:lua([[
    vim.api.nvim_create_autocmd('FileType', { callback = function(ev) pcall(vim.treesitter.start, ev.buf) end })
    vim.bo.filetype = 'hum']])
  t:wait(function() return t:lua('return next(vim.treesitter.highlighter.active) == nil') end, 'it is stopped')
  eq('markdown', t:lua('return vim.treesitter.language.get_lang("hum")'))
  t:cmd('new')
  t:lua('vim.bo.filetype = "lua"')
  t:lua('vim.wait(0)')
  t:lua([[if pcall(vim.treesitter.get_parser, 0, 'lua') then assert(next(vim.treesitter.highlighter.active)) end]])
end)

-- Once it is loaded it takes part in each redraw, and 'conceallevel' has it asked about each row that is measured.
test('a chat with code does not load the highlighter of treesitter', function(t)
  local srv = t:fake()
  srv:script({ text = 'So:\n\n```lua\nlocal x = 1\n```\n' })
  chat.open(t, srv)
  chat.ask(t, 'how?')
  chat.finished(t)
  t:wait_screen('local x = 1', true)
  eq(true, t:lua([[return package.loaded['vim.treesitter.highlighter'] == nil]]))
end)
