-- Servers that are slower than the keys: at how many keys is a suggestion there? Counted by a scripted clock for all
-- servers and speeds (tests/c/test_slow.c), and measured with a real Neovim and hum-fake for some of them.
local coding = require('coding')
local markdown = require('markdown')
local task = require('lib.task')

local M = {}

-- As in tests/c/slow.h.
local HEAD = { 'local M = {}', '', 'function M.compute(alpha, beta)', '' }
local TYPED = table.concat({
  '  local total = alpha * beta',
  '  for index = 1, #total do',
  '    total = total + index',
  '  end',
}, '\n')
local REST = '\n  return total\nend\n\nreturn M\n'

local TOKEN_MS, TOKEN_BYTES = 15, 4

-- Milliseconds to the first byte, and from key to key.
local ROWS = { { 60, 200 }, { 150, 120 }, { 150, 200 }, { 300, 300 }, { 700, 300 }, { 1500, 200 }, { 1500, 300 } }

---@class bench.Slow
---@field first integer
---@field gap integer
---@field keys integer
---@field seen integer       keys at which a suggestion was visible
---@field requests integer

local function script(fake, first)
  coding.script(fake, {
    continue = table.concat(HEAD, '\n') .. TYPED .. REST,
    continue_lines = 1,
    miss = 2,
    first_ms = first,
    interval_ms = TOKEN_MS,
    token_bytes = TOKEN_BYTES,
  })
end

---@param run { root: string, dir: string }
---@param fake test.Fake
---@return bench.Slow
local function measure(run, fake, first, gap)
  local c = coding.start(run, fake)
  local result = { first = first, gap = gap, keys = 0, seen = 0 }
  script(fake, first)
  c:open(HEAD, 'compute.lua')
  c:lua('vim.bo.autoindent, vim.bo.shiftwidth = false, 2')
  c:hum()
  c:lua('vim.api.nvim_win_set_cursor(0, { ..., 0 })', #HEAD)
  c:type('A')
  c:await_ghost()
  c:await_answer()
  local due = task.now()
  for key in TYPED:gmatch('.') do
    due = due + gap
    coding.sleep(due - task.now())
    result.keys = result.keys + 1
    result.seen = result.seen + (c:lua('return w.ghost()') and 1 or 0)
    c:type(key == '\n' and '<CR>' or key)
  end
  c:await_answer()
  result.requests = #c:requests()
  c:stop()
  return result
end

---@param run table
---@return bench.Slow[]
function M.measure(run)
  return coding.at_once(run, 'slow', ROWS, function(own, fake, row) return measure(own, fake, row[1], row[2]) end)
end

--- The table of test_slow, its cells as numbers and texts.
---@param root string
---@return string[][]
function M.count(root)
  local out = vim.system({ root .. '/build/tests/test_slow', '--table' }, { text = true }):wait()
  assert(out.code == 0, out.stderr)
  local rows = {}
  for line in vim.gsplit(out.stdout, '\n', { trimempty = true }) do
    local cells = vim.split(line:match('^| (.*) |$'), ' | ', { plain = true })
    if tonumber(cells[1]) then rows[#rows + 1] = cells end
  end
  return rows
end

---@param out string[]
---@param counted string[][]
---@param measured bench.Slow[]
function M.markdown(out, counted, measured)
  vim.list_extend(out, { '', '## Slow servers', '' })
  markdown.head(out, {
    'first byte, ms',
    'a key each, ms',
    'hum: seen at',
    'requests',
    "llama.vim's way",
    'requests',
    'oracle',
    'requests',
    'hum in real time',
    'requests',
  })
  for _, cells in ipairs(counted) do
    local row = vim.list_slice(cells)
    for _, one in ipairs(measured) do
      if tostring(one.first) == cells[1] and tostring(one.gap) == cells[2] then
        vim.list_extend(row, { ('%d of %d'):format(one.seen, one.keys), one.requests })
      end
    end
    markdown.row(out, #row > #cells and row or vim.list_extend(row, { '–', '–' }))
  end
end

return M
