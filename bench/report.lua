-- Results of the chat to Markdown: figures, ratios to "bare" of the same repetition, aims.
local markdown = require('markdown')

local M = {}

local median, number, percentile, row = markdown.median, markdown.number, markdown.percentile, markdown.row

local PLACES = { 'empty', 'long', 'paragraph' }
local TITLES = {
  empty = 'Into an empty chat',
  long = 'Into a chat of 20,000 lines',
  paragraph = 'Into one paragraph of 100 kB',
}
local RATES = { 200, 333, 1000, 0 }
local PACED = { 200, 333, 1000 }
local OURS = { 'hum', 'hum, other window' }

local FIELDS = { 'p50', 'p99', 'max', 'per_edit', 'nvim', 'helper', 'stall', 'rate', 'frames', 'nvim_kb', 'helper_kb' }
-- Of these not the middle one of the repetitions is told, but the worst.
local WORST = { max = true, stall = true }

--- The figures of one result; most only where all text arrived.
---@param r bench.Result
local function figures(r)
  local l = r.latency
  return {
    p50 = l and percentile(l, 0.5),
    p99 = l and percentile(l, 0.99),
    max = l and l[#l],
    per_edit = r.events and r.tokens / r.events,
    nvim = not r.missed and r.nvim or nil,
    helper = not r.missed and math.max(r.helper, 0) or nil,
    stall = r.stall,
    rate = r.rate,
    frames = r.frames,
    nvim_kb = r.nvim_kb,
    helper_kb = r.helper_kb,
  }
end

local function key(place, rate, way) return table.concat({ place, rate, way }, '|') end

---@param list table[]   figures of one cell, by repetition
---@param bare table[]?  those of `bare` in the same place and at the same rate
local function cell_of(list, bare)
  local cell = { ratio = {} }
  for _, field in ipairs(FIELDS) do
    local values, ratios = {}, {}
    for i, f in ipairs(list) do
      values[#values + 1] = f[field]
      if bare and bare[i] and bare[i][field] and f[field] then ratios[#ratios + 1] = f[field] / bare[i][field] end
    end
    cell[field], cell.ratio[field] = median(values), median(ratios)
    if WORST[field] then cell[field] = values[#values] end
  end
  return cell
end

--- Medians and ratios of every cell.
---@return table<string, table> cells  by place|rate|way
local function summarize(results)
  local by_cell, cells = {}, {}
  for _, r in ipairs(results) do
    local name = key(r.place, r.wanted, r.way)
    by_cell[name] = by_cell[name] or {}
    table.insert(by_cell[name], figures(r))
  end
  for name, list in pairs(by_cell) do
    cells[name] = cell_of(list, by_cell[name:match('^.*|') .. 'bare'])
    cells[key(name:match('^%w+'), 'any')] = true
  end
  return cells
end

local function with_ratio(cell, field, digits)
  local ratio = cell.ratio[field]
  return number(cell[field], digits) .. (ratio and (' (%s)'):format(number(ratio)) or '')
end

local COLUMNS = {
  { 'p50 ms', function(c) return with_ratio(c, 'p50') end },
  { 'p99 ms', function(c) return with_ratio(c, 'p99') end },
  { 'max ms', function(c) return number(c.max) end },
  { 'tokens/edit', function(c) return number(c.per_edit, 1) end },
  { 'Neovim µs/token', function(c) return with_ratio(c, 'nvim', 1) end },
  { 'reader µs/token', function(c) return number(c.helper, 1) end },
  { 'stall ms', function(c) return number(c.stall, 1) end },
  { 'frames/token', function(c) return number(c.frames) end },
  { 'tokens/s reached', function(c) return c.rate and number(c.rate, 0) or 'given up' end },
}

local function place_table(out, cells, place, ways)
  if not cells[key(place, 'any')] then return end
  vim.list_extend(out, { '', '## ' .. TITLES[place], '' })
  local head = { 'tokens/s', 'way' }
  for _, column in ipairs(COLUMNS) do
    head[#head + 1] = column[1]
  end
  markdown.head(out, head)
  for _, rate in ipairs(RATES) do
    for _, way in ipairs(ways) do
      local cell = cells[key(place, rate, way)]
      if cell then
        local line = { rate > 0 and rate or 'max', way }
        for _, column in ipairs(COLUMNS) do
          line[#line + 1] = column[2](cell)
        end
        row(out, line)
      end
    end
  end
end

--- The worst of our ratios over rates, and where it is.
local function worst_ratio(cells, field, place, rates)
  local worst, where
  for _, rate in ipairs(rates) do
    for _, way in ipairs(OURS) do
      local cell = cells[key(place, rate, way)]
      local value = cell and (cell.ratio[field] or (not cell.rate and math.huge))
      if value and (not worst or value > worst) then
        worst, where = value, ('%s, %s/s, %s'):format(place, rate > 0 and rate or 'max', way)
      end
    end
  end
  return worst, where
end

local function aims(out, cells, extras)
  vim.list_extend(out, { '', '## Aims', '' })
  local aim = markdown.aims(out)
  for _, place in ipairs(PLACES) do
    aim('latency p50, ratio', 1.3, worst_ratio(cells, 'p50', place, PACED))
  end
  for _, place in ipairs(PLACES) do
    aim('latency p99, ratio', 2, worst_ratio(cells, 'p99', place, PACED))
  end
  for _, place in ipairs(PLACES) do
    aim("Neovim's CPU for each token, ratio", 1.25, worst_ratio(cells, 'nvim', place, RATES))
  end
  for _, place in ipairs({ 'empty', 'long' }) do
    local flat = cells[key(place, 0, 'hum')] or {}
    aim('worst stall flat out, ms', 10, flat.stall, place)
    aim('flat out, tokens/s', 100000, flat.rate, place, true)
  end
  aim('memory of the helper, MB', 10, extras.helper_kb and extras.helper_kb / 1024, 'resident, after a chat')
  aim('system calls of the idle helper in 3 s', 0, extras.idle_calls, extras.idle_why)
  aim('jobstart() to first event, ms', 10, extras.first_event_ms)
  aim('plugin/hum.lua in --startuptime, ms', 0.5, extras.plugin_ms)
end

local function others(out, cells, extras)
  vim.list_extend(out, { '', '## Other figures', '' })
  local function line(what, value, format, ...)
    if value then out[#out + 1] = ('- %s: ' .. format):format(what, value, ...) end
  end
  local function mb(kb) return kb and kb / 1024 end
  line('helper, its own memory, without the pages of libraries', mb(extras.helper_own_kb), '%.1f MB')
  line('helper, peak of its resident memory', mb(extras.helper_peak_kb), '%.1f MB')
  for _, way in ipairs({ 'bare', 'bare+md', 'hum', 'curl+md' }) do
    local cell = cells[key('empty', 0, way)] or {}
    line('Neovim after 20,000 tokens flat out, ' .. way, mb(cell.nvim_kb), '%.1f MB')
  end
  line('`hum --version`, start to end', extras.version_ms, '%.1f ms (`true`: %.1f ms)', extras.true_ms)
  line("the helper's instructions for each token, 200 tokens/s", extras.instructions_paced, '%.0f')
  line("the helper's instructions for each token, flat out", extras.instructions_flat, '%.0f')
end

local NOTES = [[
In brackets: the ratio to `bare` in the same repetition. Medians of the repetitions; max and stall are the worst
of them all. All windows follow the text: `bare` and `curl` set the cursor on a line break and after 64 bytes
without one. "reader" is the process that reads from the server. bench/README.md tells how each figure is made.]]

---@param run table
---@param results bench.Result[]
---@param extras table
---@return string
function M.markdown(run, results, extras)
  local cells = summarize(results)
  local out = {
    '# Chat',
    '',
    NOTES,
    run.parsers and '`+md`: in a Markdown buffer with treesitter on.'
      or '`+md` is left out: this Neovim has no parsers for Markdown.',
  }
  for _, place in ipairs(PLACES) do
    place_table(out, cells, place, run.ways)
  end
  aims(out, cells, extras)
  others(out, cells, extras)
  return table.concat(out, '\n') .. '\n'
end

return M
