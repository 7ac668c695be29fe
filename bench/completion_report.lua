-- Results of completion to Markdown.
local markdown = require('markdown')
local slow = require('slow')

local M = {}

local mean, median, number, percentile = markdown.mean, markdown.median, markdown.number, markdown.percentile

local OURS = { 'hum', 'hum, through', 'hum, off it' }

local NOTES = [[
CPU is that of Neovim's process, for each key, medians of keys and then of repetitions; "less bare": what it is more
than without any plugin, in the same repetition. "callbacks": time inside the autocommands, of all keys; their median
as a share of the CPU of a bare key, and as a ratio to `least`: one notification and one extmark of three lines.
`hum`: no suggestion is shown; `through`: a shown one is typed; `off it`: something else is typed, and it goes away.
`hashes`: what llama.vim does at a key, 256 lines before and 64 after the cursor, 129 hashes of them;
`all lines`: the same with the lines of the whole buffer collected. bench/README.md tells how each figure is made.]]

local function percent(part, whole) return ('%.0f %%'):format(100 * part / whole) end

---@param keys bench.KeyResult[]
---@return table<string, table>  by way and size
local function summarize(keys)
  local cells = {}
  local bare = {} ---@type table<integer, number[]>
  for _, r in ipairs(keys) do
    local name = ('%s|%d'):format(r.way, r.size)
    local cell = cells[name] or { cpu = {}, mean = {}, less = {}, calls = {} }
    cells[name] = cell
    local here = median(r.cpu)
    if r.way == 'bare' then bare[r.size] = here end
    table.insert(cell.cpu, here)
    table.insert(cell.mean, mean(r.cpu))
    table.insert(cell.less, bare[r.size] and here - bare[r.size])
    vim.list_extend(cell.calls, r.calls)
  end
  for _, cell in pairs(cells) do
    cell.cpu, cell.mean, cell.less = median(cell.cpu), median(cell.mean), median(cell.less)
    table.sort(cell.calls)
    cell.p50, cell.p99 = percentile(cell.calls, 0.5), percentile(cell.calls, 0.99)
  end
  return cells
end

local function key_tables(out, cells, sizes, ways)
  for _, size in ipairs(sizes) do
    vim.list_extend(out, { '', ('## A key in a buffer of %d lines'):format(size), '' })
    markdown.head(out, { 'way', 'CPU µs', 'mean', 'less bare', 'callbacks p50 µs', 'p99', 'of a bare key', 'ratio' })
    local least, bare = cells['least|' .. size], cells['bare|' .. size]
    for _, way in ipairs(ways) do
      local cell = cells[('%s|%d'):format(way, size)]
      if cell then
        local own = way ~= 'bare'
        markdown.row(out, {
          way,
          number(cell.cpu, 0),
          number(cell.mean, 0),
          own and ('%.0f'):format(cell.less) or '–',
          number(own and cell.p50 or nil, 0),
          number(own and cell.p99 or nil, 0),
          own and percent(cell.p50, bare.cpu) or '–',
          number(own and cell.p50 / least.p50 or nil, 1),
        })
      end
    end
  end
end

local function arrival_table(out, arrivals)
  vim.list_extend(out, { '', '## On the way', '' })
  markdown.head(out, { 'from, to', 'p50 ms', 'p99 ms', 'max ms', 'times' })
  for _, one in ipairs(arrivals) do
    table.sort(one.ms)
    markdown.row(out, {
      one.what,
      number(percentile(one.ms, 0.5)),
      number(percentile(one.ms, 0.99)),
      number(one.ms[#one.ms]),
      #one.ms,
    })
  end
end

--- Keys after which the answer was known.
local function answered(r) return r.counts.through + r.counts.hits end

local function miss_text(miss) return miss == 1 and 'all' or ('1 of %d'):format(miss) end

local function replay_table(out, replays)
  vim.list_extend(out, { '', '## A replayed session', '' })
  markdown.head(out, {
    'wrong answers',
    'keys',
    'answered without a request',
    'typed through',
    'known',
    'requests',
    'for 100 keys',
    'looked ahead',
    'cancelled',
    'suggestions shown',
    'accepted',
    'bytes of them',
    'seconds',
  })
  for _, r in ipairs(replays) do
    local n = r.counts
    markdown.row(out, {
      miss_text(r.miss),
      n.keys,
      percent(answered(r), n.keys),
      n.through,
      n.hits,
      n.requests,
      number(100 * n.requests / n.keys, 1),
      n.prefetched,
      n.cancelled,
      r.shown,
      r.accepts,
      r.accepted,
      number(r.seconds, 0),
    })
  end
end

local WINDOWS = { 'hum', 'slides by lines', 'slides by characters' }

local function prompt_table(out, replays)
  vim.list_extend(out, { '', '## Tokens that the server has to read', '' })
  markdown.head(out, { 'wrong answers', 'window', 'prompt', 'not in its cache', 'share', 'ratio to hum' })
  for _, r in ipairs(replays) do
    for _, name in ipairs(WINDOWS) do
      local p = r.prompts[name]
      local ratio = p.again / r.prompts.hum.again
      markdown.row(out, {
        miss_text(r.miss),
        name,
        number(p.tokens / p.requests, 0),
        number(p.again / p.requests, 0),
        percent(p.again, p.tokens),
        number(ratio, 1),
      })
    end
  end
  out[#out + 1] = ''
  out[#out + 1] = 'Means of all requests, in tokens as hum-fake cuts them.'
end

--- The worst of a field over our ways.
local function worst(cells, field, size)
  local value, where
  for _, way in ipairs(OURS) do
    local cell = cells[('%s|%d'):format(way, size)]
    if cell and (not value or cell[field] > value) then
      value, where = cell[field], ('%s, %d lines'):format(way, size)
    end
  end
  return value, where
end

local function aims(out, cells, results)
  vim.list_extend(out, { '', '## Aims', '' })
  local aim = markdown.aims(out)
  for _, size in ipairs(results.sizes) do
    aim('callbacks for each key, p50, µs', 100, worst(cells, 'p50', size))
  end
  for _, one in ipairs(results.arrivals) do
    if one.aim then aim(one.what .. ', p50, ms', one.aim, percentile(one.ms, 0.5)) end
  end
  for _, r in ipairs(results.replays) do
    if r.miss > 1 then
      local text = 'wrong answers: ' .. miss_text(r.miss)
      aim('keys answered without a request, %', 50, 100 * answered(r) / r.counts.keys, text, true)
    end
  end
  for _, one in ipairs(results.slow.measured) do
    local text = ('first byte after %d ms, a key each %d ms'):format(one.first, one.gap)
    aim('keys at which a suggestion is there, %', 80, 100 * one.seen / one.keys, text, true)
  end
  local quiet = results.quiet
  aim('processes started by Neovim and the helper', 0, quiet.processes, quiet.processes_why)
  aim('system calls of the idle helper in 3 s, in insert mode', 0, quiet.idle_calls, quiet.idle_why)
end

---@param results table
---@return string
function M.markdown(results)
  local cells = summarize(results.keys)
  local out = { '# Completion', '', NOTES }
  key_tables(out, cells, results.sizes, results.ways)
  arrival_table(out, results.arrivals)
  slow.markdown(out, results.slow.counted, results.slow.measured)
  replay_table(out, results.replays)
  prompt_table(out, results.replays)
  aims(out, cells, results)
  return table.concat(out, '\n') .. '\n'
end

return M
