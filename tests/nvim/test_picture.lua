-- What records README's pictures: rows of a terminal as runs, films as SVG.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

package.path = 'tools/picture/?.lua;' .. package.path
local boxes = require('boxes')
local screen = require('screen')
local svg = require('svg')

--- A film of rows with escape sequences; a frame each second.
local function film(...)
  local frames = {}
  for i, rows in ipairs({ ... }) do
    frames[i] = { at = i - 1, rows = screen.rows(rows) }
  end
  return { frames = frames, length = #frames, columns = 10, rows = #frames[1].rows, still = #frames }
end

local function draw(...) return svg.draw(film(...), { title = 'a <title>', background = 'dark' }) end

local function count(text, what) return select(2, text:gsub(vim.pesc(what), '')) end

test('a row of a terminal is runs of cells that look alike', { nvim = false }, function()
  local runs = screen.rows({ 'a\27[1;38;2;1;2;255mbc\27[0;48;5;196md\27[m \27[4:3;31me' })[1]
  eq({ 'a', 'bc', 'd', ' ', 'e' }, vim.tbl_map(function(run) return run.text end, runs))
  eq({ 0, 1, 3, 4, 5 }, vim.tbl_map(function(run) return run.col end, runs))
  eq({ bold = true, fg = '#0102ff' }, runs[2].look)
  eq({ bg = '#ff0000' }, runs[3].look)
  eq({ underline = true, fg = '#cd0000' }, runs[5].look)
end)

test('colours go on in the next row', { nvim = false }, function()
  local rows = screen.rows({ '\27[44mab', 'c\27[md' })
  eq({ bg = '#0000ee' }, rows[2][1].look)
  eq({}, rows[2][2].look)
end)

test('cells of two columns, marks that combine and links keep the columns', { nvim = false }, function()
  local runs = screen.rows({ '水a\204\129b\27]8;;https://example.org\27\\c\27]8;;\27\\🦁d' })[1]
  eq({ '水', 'a\204\129bc', '🦁', 'd' }, vim.tbl_map(function(run) return run.text end, runs))
  eq({ 0, 2, 5, 7 }, vim.tbl_map(function(run) return run.col end, runs))
end)

test('lines of boxes are drawn, what is between them is text', { nvim = false }, function()
  local pieces = boxes.pieces('╭─── lua ─╮')
  eq({ '╭', '───', ' lua ', '─', '╮' }, vim.tbl_map(function(piece) return piece.text end, pieces))
  eq({ 0, 1, 4, 9, 10 }, vim.tbl_map(function(piece) return piece.col end, pieces))
  local drawn = draw({ '╭──╮' })
  T.no_match('─', drawn, true)
  eq(3, count(drawn, '<path'))
end)

test('a row that is seen again is there once', { nvim = false }, function()
  local drawn = draw({ 'one', '' }, { 'two', 'one' }, { 'one', 'two' })
  eq(1, count(drawn, '>one<'))
  eq(1, count(drawn, '>two<'))
  eq(5, count(drawn, '<use '))
end)

test('what does not change does not move, and one frame stands where nothing may', { nvim = false }, function()
  local drawn = draw({ 'same', 'a' }, { 'same', 'b' })
  T.match('<g><use href="#r%d" y="0"/></g>', drawn)
  T.match('<g class="a k%d"><use href="#r%d" y="18"/></g>', drawn)
  T.match('<g class="a k%d p"><use href="#r%d" y="18"/></g>', drawn)
  T.match('prefers-reduced-motion', drawn, true)
  T.match('0%%{visibility:visible}50%%{visibility:hidden}', drawn)
end)

test('what XML takes for its own is text', { nvim = false }, function()
  local drawn = draw({ 'a<b&c' })
  T.match('a&lt;b&amp;c', drawn, true)
  T.match('<title>a &lt;title&gt;</title>', drawn, true)
end)

test('every picture of README is there, for light and for dark', { nvim = false }, function()
  local text = table.concat(vim.fn.readfile('README.md'), '\n')
  local names = {}
  for name in text:gmatch('"(assets/[%w-]+%.svg)"') do
    eq(1, vim.fn.filereadable(name), name)
    names[name] = true
  end
  T.ok(next(names), 'README has pictures')
  for name in pairs(names) do
    local other = name:gsub('%-dark', '-light')
    T.ok(names[other], other .. ' is missing')
  end
end)
