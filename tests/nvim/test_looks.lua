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
    { match = { nth = 1 }, thinking = 'A thought.', text = ANSWER },
    { match = { nth = 2 }, status = 500, json = { error = THIRST } },
    { match = { nth = 3 }, text = 'Clouds are', done_reason = 'length' },
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
