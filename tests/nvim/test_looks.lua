-- How a chat looks, measured: each text is read, the speakers are told from each other and from headings at a glance, in
-- every colour scheme that Neovim brings, in all colours and in those of a terminal.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

package.path = 'tools/?.lua;lua/?.lua;' .. package.path
local colour = require('hum.look.colour')
local figures = require('sheet.figures')
local space = require('hum.look.space')

local MODEL, THIRST = 'qwen3:8b', 'the runner has died of thirst'

local ANSWER = [[
Prose with *emphasis*, **strength**, `code`, ~~errors~~ and [a link](https://example.org).

## What is scattered

- an item
  - an inner one
- [x] done
- [ ] not done

> A quote.

| head | head |
| ---- | ---: |
| cell |    1 |

---

```lua
-- A comment.
local function f(x) return ("%d"):format(x + 1), nil, true end
```
]]

local SCRIPT = {
  models = { { name = MODEL, capabilities = { 'completion', 'thinking' } } },
  rules = {
    { times = 1, thinking = 'A thought.', text = ANSWER },
    { times = 1, status = 500, json = { error = THIRST } },
    { text = 'Clouds are', done_reason = 'length' },
  },
}

--- A chat with all that has a look of its own.
---@param t test.Case
local function converse(t)
  local srv = t:fake()
  srv:script(SCRIPT)
  local buf = chat.open(t, srv, { model = MODEL })
  for i = 1, 3 do
    chat.ask(t, 'why is it so', buf)
    chat.finished(t, i)
  end
  t:cmd('stopinsert')
  t:cmd('set laststatus=0 noruler noshowcmd noshowmode')
  -- On its row the text is shown as it is.
  t:cmd('normal! Gzb')
end

--- Every scheme with the backgrounds that it keeps.
---@param t test.Case
---@return looks.Scheme[]
local function schemes(t)
  return t:lua([[
    local found = {}
    for file in vim.fs.dir(vim.env.VIMRUNTIME .. '/colors') do
      local name = file:match('^(.*)%.vim$') or file:match('^(.*)%.lua$')
      for _, background in ipairs(name and { 'dark', 'light' } or {}) do
        vim.o.background = background
        vim.cmd.colorscheme(name)
        if vim.o.background == background then table.insert(found, { name = name, background = background }) end
      end
    end
    return found
  ]])
end

local STYLES =
  { bold = 'bold', italic = 'italic', underline = 'underline', reverse = 'reverse', strikethrough = 'strike' }

--- The screen as tools/sheet/figures takes it: in all colours, or in the numbers of a terminal.
---@param t test.Case
---@param kind 'all'|'256'
---@return looks.Cell[][]
local function rows_of(t, kind)
  local screen, styles, rows = t.child.screen, {}, {}
  local default = screen.default or {}
  local function rgb(value, own)
    value = value or own
    return value and value >= 0 and ('#%06x'):format(value) or nil
  end
  local function style(id)
    local attr = (kind == 'all' and screen.hls or screen.terminal_hls)[id] or {}
    local made = {}
    for from, to in pairs(STYLES) do
      made[to] = attr[from]
    end
    if kind == 'all' then
      made.fg, made.bg = rgb(attr.foreground, default.foreground), rgb(attr.background, default.background)
    else
      made.fg, made.bg = attr.foreground or default.terminal_foreground, attr.background or default.terminal_background
    end
    return made
  end
  for r = 1, screen.rows do
    rows[r] = {}
    for c = 1, screen.cols do
      local cell = screen.cells[r][c]
      styles[cell[2]] = styles[cell[2]] or style(cell[2])
      -- The second cell of a wide character is empty.
      if cell[1] ~= '' then
        table.insert(rows[r], { text = cell[1], width = vim.fn.strwidth(cell[1]), style = styles[cell[2]] })
      end
    end
  end
  return rows
end

local GROUPS = [[
  local found, is_all = {}, ...
  for _, name in ipairs({ 'Normal', 'Comment', 'Constant', 'String', 'Number', 'Boolean', 'Identifier', 'Function', 'Statement',
    'Operator', 'Keyword', 'PreProc', 'Type', 'Special', 'Delimiter', 'Todo', 'EndOfBuffer' }) do
    local look = vim.api.nvim_get_hl(0, { name = name, link = false })
    found[name] = is_all and { fg = look.fg, bg = look.bg } or { fg = look.ctermfg, bg = look.ctermbg }
  end
  return found
]]

--- What falls short in a scheme.
---@param t test.Case
---@param scheme looks.Scheme
---@param kind 'all'|'256'
---@return string[]
local function faults_of(t, scheme, kind)
  t:lua([[vim.o.background = ...; vim.cmd.colorscheme((select(2, ...)))]], scheme.background, scheme.name)
  t:cmd('redraw!')
  local screen = { scheme = scheme, colours = kind, rows = rows_of(t, kind) }
  local found = figures.of(screen, t:lua(GROUPS, kind == 'all'), { MODEL = MODEL, SEEN = { 'You', MODEL, THIRST } })
  return vim.tbl_map(
    function(fault) return ('%s %s: %s'):format(scheme.name, scheme.background, fault) end,
    found.faults
  )
end

for _, kind in ipairs({ 'all', '256' }) do
  local name = kind == 'all' and 'in all colours' or 'in a terminal of 256 colours'
  test('texts are read and speakers told apart in every scheme, ' .. name, { ui = { 80, 90 } }, function(t)
    converse(t)
    local faults, all = {}, schemes(t)
    ok(#all > 30)
    for _, scheme in ipairs(all) do
      vim.list_extend(faults, faults_of(t, scheme, kind))
    end
    eq({}, faults)
  end)
end

--- What an edit shows, and the colours of code that lie on it.
local OF_EDIT = [[
  local found = {}
  for _, name in ipairs({ 'HumAdded', 'HumRemoved', 'HumAddedWord', 'HumRemovedWord', 'HumPending', 'Normal' }) do
    found[name] = vim.api.nvim_get_hl(0, { name = name, link = false })
  end
  found.code = {}
  for _, name in ipairs({ 'Normal', 'Comment', 'Constant', 'String', 'Identifier', 'Function', 'Statement', 'Type' }) do
    local look = vim.api.nvim_get_hl(0, { name = name, link = false })
    if look.fg and not look.bg then table.insert(found.code, look.fg) end
  end
  return found
]]

test(
  'what an edit adds and removes is told apart in every scheme, and code is read on it',
  { ui = { 80, 24 } },
  function(t)
    t:lua([[require('hum.look.scheme').start('edit')]])
    for _, scheme in ipairs(schemes(t)) do
      t:lua([[vim.o.background = ...; vim.cmd.colorscheme((select(2, ...)))]], scheme.background, scheme.name)
      local look, where = t:lua(OF_EDIT), scheme.name .. ' ' .. scheme.background
      local paper = look.Normal.bg or (scheme.background == 'dark' and 0x181818 or 0xfafafa)
      local added, removed = look.HumAdded.bg, look.HumRemoved.bg
      ok(added and removed, where)
      for _, pair in ipairs({ { added, paper }, { removed, paper }, { added, removed } }) do
        ok(colour.distance(pair[1], pair[2]) >= 5, ('%s: %06x on %06x'):format(where, pair[1], pair[2]))
      end
      for _, bg in ipairs({ added, removed }) do
        for _, fg in ipairs(look.code) do
          local least = 0.7 * math.min(4.5, colour.contrast(fg, paper))
          ok(colour.contrast(fg, bg) >= least, ('%s: %06x on %06x'):format(where, fg, bg))
        end
      end
      for _, kind in ipairs({ 'Added', 'Removed' }) do
        local word = look['Hum' .. kind .. 'Word']
        ok(word.underline or colour.distance(word.bg, look['Hum' .. kind].bg) >= 5, where .. ': words')
      end
      ok(colour.contrast(look.HumPending.fg, paper) >= 4.4, where .. ': pending')
    end
  end
)

test('what is computed agrees with known figures', { ui = false }, function()
  local function near(expected, value) ok(math.abs(expected - value) < 0.05, ('%s, not %s'):format(value, expected)) end
  near(21, colour.contrast(0x000000, 0xffffff))
  near(4.54, colour.contrast(0x767676, 0xffffff))
  near(1, colour.contrast(0x123456, 0x123456))
  near(100, colour.distance(0x000000, 0xffffff))
  -- Of red and of blue: L 53.2 a 80.1 b 67.2, and L 32.3 a 79.2 b -107.9.
  near(176.3, colour.distance(0xff0000, 0x0000ff))
  eq(0x808080, colour.blend(0x000000, 0xffffff, 0.5))
  eq(0xd7d7ff, space.rgb(189))
  eq(0x1c1c1c, space.rgb(234))
  eq(0x5f87af, space.rgb(67))
end)

--- Makes all groups of so many schemes in which any group may have any colours, or none, and gives what is hard to read.
local ANY_SCHEMES = [[
  local count, seed = ...
  local make = require('hum.look.definition').make
  local contrast = require('hum.look.colour').contrast
  local eval, colours = vim.fn.eval, 256
  vim.fn.eval = function(text) return text == '&t_Co' and tostring(colours) or eval(text) end
  math.randomseed(seed)
  local function number(most)
    local kind = math.random(10)
    if kind == 1 then return nil end
    return kind == 2 and 0 or kind == 3 and most or math.random(0, most)
  end
  local found = {}
  for i = 1, count do
    vim.o.background = math.random(2) == 1 and 'dark' or 'light'
    for _, name in ipairs({ 'Normal', 'Comment', 'Function', 'Statement', 'String', 'Type', 'Identifier', 'Special', 'Constant',
      'PreProc', 'Title', 'DiagnosticError', 'DiagnosticWarn', 'NormalFloat', 'WinBar', '@markup.heading', '@markup.raw' }) do
      local look = { fg = number(0xffffff), ctermfg = number(255), bold = math.random(3) == 1 }
      look.reverse = name ~= 'Normal' and math.random(10) == 1
      if name == 'Normal' or math.random(7) == 1 then look.bg, look.ctermbg = number(0xffffff), number(255) end
      vim.api.nvim_set_hl(0, name, look)
    end
    colours = ({ 256, 88, 16, 8, 0 })[math.random(5)]
    for name, definition in pairs(make({ chat = true, ghost = true, edit = true })) do
      vim.api.nvim_set_hl(0, name, definition)
      local fg, bg = definition.fg, definition.bg
      if fg and bg and contrast(fg, bg) < (name == 'HumFence' and 3 or 4.5) then
        table.insert(found, ('%d: %s: %06x on %06x'):format(i, name, fg, bg))
      end
    end
  end
  return found
]]

local SEED = tonumber(vim.env.HUM_TEST_SEED) or math.random(1000000)
test(
  'whatever a scheme looks like, groups are made of it that are read: seed ' .. SEED,
  { ui = { 80, 24 } },
  function(t) eq({}, t:lua(ANY_SCHEMES, 100, SEED)) end
)

-- ---- whose definition holds ----------------------------------------------------------------------

--- Groups as they are defined.
---@param t test.Case
---@param name string
---@return table
local function group(t, name) return t:lua('return vim.api.nvim_get_hl(0, { name = ... })', name) end

test('what the user or the scheme has defined stays, and comes back after another scheme', {
  ui = { 80, 24 },
  init = [[
    vim.api.nvim_set_hl(0, 'HumUser', { fg = 0x123456 })
    vim.cmd('highlight link HumFigures Error')
    vim.api.nvim_create_autocmd('ColorScheme', { callback = function() vim.cmd('highlight HumHeading guifg=#654321') end })
  ]],
}, function(t)
  t:cmd('Hum new')
  eq({ fg = 0x123456 }, group(t, 'HumUser'))
  eq({ link = 'Error' }, group(t, 'HumFigures'))
  ok(group(t, 'HumAssistant').bg)
  -- Set after hum's.
  t:cmd('highlight HumAssistant guifg=#abcdef guibg=NONE gui=NONE')
  eq(0xabcdef, group(t, 'HumAssistant').fg)
  t:write_file(
    'site/colors/theirs.vim',
    table.concat({
      'highlight clear',
      "let g:colors_name = 'theirs'",
      'highlight Normal guifg=#ffffff guibg=#000000',
      'highlight HumQuote guifg=#00aa00',
      'highlight link HumRule Comment',
    }, '\n')
  )
  t:cmd('set runtimepath^=' .. t.dir .. '/site')
  t:cmd('colorscheme theirs')
  eq(0x00aa00, group(t, 'HumQuote').fg)
  eq('Comment', group(t, 'HumRule').link)
  eq(0x654321, group(t, 'HumHeading').fg)
  -- `:highlight clear` has taken the user's own away: then they are hum's again.
  ok(group(t, 'HumUser').bg)
  local quote = group(t, 'HumQuote').fg
  t:cmd('colorscheme habamax')
  ok(group(t, 'HumQuote').fg ~= quote)
end)

test('the groups follow the scheme, its background, and what is done to it afterwards', { ui = { 80, 24 } }, function(t)
  t:cmd('Hum new')
  local seen = { group(t, 'HumUser') }
  for _, ex in ipairs({ 'set background=light', 'colorscheme retrobox', 'set background=dark', 'colorscheme default' }) do
    t:cmd(ex)
    table.insert(seen, group(t, 'HumUser'))
  end
  for i = 2, 4 do
    ok(seen[i].fg ~= seen[i - 1].fg and seen[i].bg ~= seen[i - 1].bg, ('%d: %s'):format(i, vim.inspect(seen)))
  end
  eq(seen[1], seen[5])
  -- A callback that makes the background transparent may come after hum's.
  t:lua([[vim.api.nvim_create_autocmd('ColorScheme', { command = 'highlight Normal guibg=NONE ctermbg=NONE' })]])
  t:cmd('colorscheme habamax')
  local opaque = t:lua([[
    vim.cmd('colorscheme habamax')
    return vim.api.nvim_get_hl(0, { name = 'HumUser' })
  ]])
  t:wait(function() return group(t, 'HumUser').bg ~= opaque.bg end, 'the tint is that of a terminal')
end)

test('a chat in a float has the background that its colours are made for', { ui = { 80, 24 } }, function(t)
  -- Its floats are white, its text is on dark blue.
  t:cmd('colorscheme zaibatsu')
  local function background(name) return t:lua('return vim.api.nvim_get_hl(0, { name = ... }).bg', name) end
  local normal = background('Normal')
  ok(background('NormalFloat') ~= normal)
  chat.open(t, t:fake(), {}, { chat = { window = 'float' } })
  t:cmd('stopinsert | redraw')
  local screen = t.child.screen
  local row, col = screen:find('╭')
  for _, at in ipairs({ { row, col }, { row + 1, col + 1 }, { row + 6, col + 20 } }) do
    eq(normal, screen:attr(at[1], at[2]).background or screen.default.background)
  end
end)

test('nothing is set before there is a chat or a suggestion', { ui = { 80, 24 } }, function(t)
  t:cmd('colorscheme habamax')
  eq({}, group(t, 'HumUser'))
  eq(false, t:lua([[return package.loaded['hum.look.scheme'] ~= nil]]))
end)

-- ---- terminals -----------------------------------------------------------------------------------

test('with few colours, lines and weights tell what tints cannot', { ui = { 80, 24 } }, function(t)
  -- As if it were a terminal of so many.
  t:lua([[
    local eval = vim.fn.eval
    colours = 8
    vim.fn.eval = function(text) return text == '&t_Co' and tostring(colours) or eval(text) end
  ]])
  t:cmd('Hum new')
  for _, colours in ipairs({ 8, 16 }) do
    t:lua('colours = ...', colours)
    for _, scheme in ipairs(schemes(t)) do
      t:lua([[vim.o.background = ...; vim.cmd.colorscheme((select(2, ...)))]], scheme.background, scheme.name)
      local user, assistant, where =
        group(t, 'HumUser'), group(t, 'HumAssistant'), ('%s, %d'):format(scheme.name, colours)
      ok(not user.ctermbg and not assistant.ctermbg and not group(t, 'HumCode').ctermbg, where)
      ok((user.ctermfg or 0) < colours and (assistant.ctermfg or 0) < colours, where)
      local cterm = user.cterm or {}
      ok(user.ctermfg and user.ctermfg ~= assistant.ctermfg or cterm.reverse, where .. vim.inspect({ user, assistant }))
    end
  end
  t:cmd('colorscheme quiet')
  eq({ bold = true, reverse = true }, group(t, 'HumUser').cterm)
  eq({ bold = true, underline = true }, group(t, 'HumAssistant').cterm)
end)

--- What fonts of a Linux console have: code page 437, and the usual dashes, dots and quotes.
local CP437 = '☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓'
  .. '│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■'

test('on a Linux console only characters that its fonts have are drawn', {
  tui = true,
  ui = { 80, 60 },
  env = { TERM = 'linux' },
}, function(t)
  converse(t)
  t:wait(function() return t.child:screen_text():find('died of thirst', 1, true) end, 'the note is seen')
  local text = t.child:screen_text()
  for _, char in ipairs(vim.fn.split(text, '\\zs')) do
    local is_known = #char == 1 or CP437:find(char, 1, true) or ('–—…‘’“”'):find(char, 1, true)
    ok(is_known or vim.fn.char2nr(char) < 0x100, char .. ' in\n' .. text)
  end
  ok(text:find('┌ lua ─', 1, true), text)
  -- There are no tints: a rule goes through the lines of the speakers.
  ok(text:find('You ──', 1, true), text)
end)

test('characters that would be two cells wide are not drawn', { ui = { 80, 60 } }, function(t)
  t:cmd('set ambiwidth=double')
  converse(t)
  t:cmd('redraw')
  local text = table.concat(t.child.screen:lines(), '\n')
  ok(text:find('\n%+ lua %-%-'), text)
  ok(not text:find('[─╭•]'), text)
  t:cmd('set ambiwidth=single')
  t:wait_screen('╭ lua ─')
end)

test('the option "glyphs" chooses the characters', { ui = { 80, 24 } }, function(t)
  local function rule(option)
    return t:lua(
      [[
      require('hum').setup({ glyphs = ... })
      return require('hum.look.glyphs').get().rule
    ]],
      option
    )
  end
  eq('─', rule('auto'))
  eq('-', rule('ascii'))
  eq('─', rule('unicode'))
end)
