-- Edits in place: what a token of an answer costs in small and large files and ranges, how soon an added line is on the
-- screen, what is drawn, and how much work the diff is beside others' ways.
local cell = require('cell')
local editor = require('editor')
local frames = require('frames')
local http = require('lib.http')
local markdown = require('markdown')
local proc = require('lib.proc')
local range = require('range')
local system = require('system')

local M = {}

local INTERVAL_MS = 5 -- 200 tokens a second
local PAUSE_MS, SETTLE_MS = 400, 100
local LINES = 50 -- of the answer

-- Lines of the file, lines of the range, and so manyth line is another one.
local CELLS = { { 50, 50, 5 }, { 50000, 50, 5 }, { 50000, 2000, 5 }, { 50000, 2000, 1 } }

---@class bench.Edit
---@field way string
---@field file integer
---@field range integer
---@field every integer  so manyth line is another one
---@field first number    ms from the server's write of the last byte of the first added line to the screen
---@field all number[]    of each of them
---@field nvim number     CPU in µs for each token
---@field helper number
---@field frames number   for each token
---@field rows number     drawn for each token
---@field gone integer    added lines that were on the screen and went
---@field finished integer hunks, before the end

--- A character for each added line, by which it is found on the screen.
local function mark(i) return vim.fn.nr2char(0x4e00 + i) end

--- The tokens of an answer to a range, and which of them end an added line.
---@return string[] tokens
---@return table<integer, string> marks
local function answer(first, every)
  local tokens, marks, lines, n = { '```lua\n' }, {}, range.lines(first + LINES - 1), 0
  for i = first, first + LINES - 1 do
    local line = lines[i]
    if (i - first) % every == math.min(2, every - 1) then
      n = n + 1
      line = line:gsub('compute', 'measure') .. ' -- ' .. mark(n)
    end
    for token in line:gmatch('[^%w_]*[%w_]+') do
      tokens[#tokens + 1] = token
    end
    local rest = line:match('[^%w_]*$')
    tokens[#tokens] = tokens[#tokens] .. rest .. '\n'
    if rest:find('\228') then marks[#tokens] = mark(n) end
  end
  return tokens, marks
end

--- When the server wrote each token of its last reply.
local function token_times(fake)
  local _, body = http.request(fake.host, fake.port, 'GET', '/_fake/tokens', nil, 10000)
  return vim.json.decode(body:match('%b{}')).times
end

---@param nvim bench.Editor
---@param times number[]
---@param marks table<integer, string>
---@return number[] ms, in the order of the lines
local function latencies(nvim, times, marks)
  local out = {}
  for i, time in ipairs(times) do
    local seen = marks[i] and nvim.seen[marks[i]]
    if seen then out[#out + 1] = (seen - time) / 1e6 end
  end
  return out
end

---@param run { root: string, dir: string, fake: test.Fake }
---@return bench.Edit
local function measure(run, way, file, count, every)
  local fake, first = run.fake, math.max(1, math.floor((file - count) / 2))
  local tokens, marks = answer(first, every)
  fake:script({
    tokens = tokens,
    first_ms = 20,
    interval_ms = INTERVAL_MS,
    faults = { { at = 1, ['do'] = 'pause', ms = PAUSE_MS }, { ['do'] = 'pause', ms = PAUSE_MS } },
  })
  local nvim = editor.start(run.root, run.dir)
  nvim:lua([[require('range').prepare(...)]], {
    way = way,
    bare = run.root .. '/build/bare',
    url = fake.url,
    host = fake.host,
    port = fake.port,
    file = file,
    first = first,
    last = first + count - 1,
  })
  cell.settle(nvim.pid, 5000)
  nvim.seen, nvim.chunks = {}, {}
  local helper = nvim:lua([[return require('range').go()]])
  cell.sleep(20 + SETTLE_MS)
  local nvim_0, helper_0, frames_0 = system.cpu(nvim.pid), system.cpu(helper), nvim.flushes
  cell.sleep(PAUSE_MS - SETTLE_MS + #tokens * INTERVAL_MS + SETTLE_MS)
  local n = #tokens
  local result = {
    way = way,
    file = file,
    range = count,
    every = every,
    nvim = (system.cpu(nvim.pid) - nvim_0) / 1e3 / n,
    helper = (system.cpu(helper) - helper_0) / 1e3 / n,
    frames = (nvim.flushes - frames_0) / n,
  }
  result.finished = nvim:lua([[return require('range').finished()]])
  result.all = latencies(nvim, token_times(fake), marks)
  result.first = result.all[1]
  local seen = frames.read(nvim.chunks)
  result.rows, result.gone = seen.rows / n, seen.gone
  nvim:stop()
  return result
end

--- Steps of the diff for each line of an answer, beside a diff of the whole range and Zed's cells: counted by a test.
---@return { range: integer, hum: number, diff: number, cells: number }[]
local function counted(run)
  local test = proc.spawn({ run.root .. '/build/tests/test_align_work' })
  test:join(120000)
  local rows = {}
  for lines, hum, diff, cells in test.out:gmatch('range (%d+): ([%d.]+), (%d+), (%d+)') do
    rows[#rows + 1] = { range = tonumber(lines), hum = tonumber(hum), diff = tonumber(diff), cells = tonumber(cells) }
  end
  return rows
end

---@param run table
---@param repeats integer
---@param note fun(...)
---@return table
function M.measure(run, repeats, note)
  local results = {}
  repeats = 2 * repeats + 3 -- one answer has one first line
  for repetition = 1, repeats do
    note('%d/%d edits: bare', repetition, repeats)
    results[#results + 1] = measure(run, 'bare', 50, 50, 5)
    for _, one in ipairs(CELLS) do
      note('%d/%d edits: %d lines of %d, one of %d is another', repetition, repeats, one[2], one[1], one[3])
      results[#results + 1] = measure(run, 'hum', one[1], one[2], one[3])
    end
  end
  return { results = results, counted = counted(run) }
end

-- ---- the report ------------------------------------------------------------------------------

--- The medians of a cell, and the worst of `gone`.
local function summary(results, way, file, count, every)
  local out, all = { gone = 0 }, {}
  for _, field in ipairs({ 'first', 'nvim', 'helper', 'frames', 'rows', 'finished' }) do
    local values = {}
    for _, r in ipairs(results) do
      if r.way == way and r.file == file and r.range == count and r.every == every then
        values[#values + 1] = r[field]
      end
    end
    out[field] = markdown.median(values)
  end
  for _, r in ipairs(results) do
    if r.way == way and r.file == file and r.range == count and r.every == every then
      out.gone = math.max(out.gone, r.gone)
      vim.list_extend(all, r.all)
    end
  end
  table.sort(all)
  out.p50, out.p99 = markdown.percentile(all, 0.5), markdown.percentile(all, 0.99)
  return out
end

---@param measured table
---@return string
function M.markdown(measured)
  local results, out = measured.results, { '# Edits', '' }
  local number = markdown.number
  markdown.head(out, {
    'way',
    'file, lines',
    'range',
    'changed',
    'first line ms',
    'lines p50 ms',
    'p99 ms',
    'Neovim µs/token',
    'reader µs/token',
    'frames/token',
    'rows/token',
    'lines that went',
    'hunks finished early',
  })
  local cells = { bare = summary(results, 'bare', 50, 50, 5) }
  local function row(way, file, count, every, c)
    markdown.row(out, {
      way,
      file,
      count,
      every,
      number(c.first),
      number(c.p50),
      number(c.p99),
      number(c.nvim, 1),
      number(c.helper, 1),
      number(c.frames),
      number(c.rows),
      c.gone,
      way == 'bare' and '' or number(c.finished, 0),
    })
  end
  row('bare', '', '', '', cells.bare)
  for i, one in ipairs(CELLS) do
    cells[i] = summary(results, 'hum', one[1], one[2], one[3])
    row('hum', one[1], one[2], one[3] == 1 and 'all lines' or 'each 5th', cells[i])
  end
  vim.list_extend(out, { '', '## What the diff looks at for a line of the answer', '' })
  markdown.head(out, { 'range', 'hum', 'a diff of all that has come', "Zed's cells" })
  for _, r in ipairs(measured.counted) do
    markdown.row(out, { r.range, r.hum, r.diff > 0 and r.diff or '–', r.cells })
  end
  vim.list_extend(out, { '', '## Aims', '' })
  local aim = markdown.aims(out)
  local function less(a, b) return a and b and a - b end
  local function ratio(a, b) return a and b and a / b end
  aim('first added line on the screen, ms beyond bare', 2, less(cells[1].first, cells.bare.first), 'p50')
  aim("Neovim's CPU in 50,000 lines, ratio to 50", 1.25, ratio(cells[2].nvim, cells[1].nvim))
  aim("Neovim's CPU with a range of 2000, ratio to 50", 1.25, ratio(cells[3].nvim, cells[2].nvim))
  aim("the helper's CPU with a range of 2000, ratio to 50", 1.25, ratio(cells[3].helper, cells[1].helper))
  aim('added lines that were shown and went', 0, math.max(cells[1].gone, cells[2].gone, cells[3].gone, cells[4].gone))
  return table.concat(out, '\n') .. '\n'
end

return M
