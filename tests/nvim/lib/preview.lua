-- Previews of edits whose answer the case itself plays, event by event, as the helper would send them.
local M = {}

local SETUP = [[
  local opts, lines = ...
  FED = {}
  package.loaded['hum.edit.request'] = {
    start = function(_, on_event)
      table.insert(FED, on_event)
      local index = #FED
      return { stop = function() FED[index]('cancelled', {}) end }
    end,
  }
  if opts.file then vim.cmd.edit(opts.file) end
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  vim.bo.modified = false
  if opts.filetype then vim.bo.filetype = opts.filetype end
  if opts.treesitter then
    vim.treesitter.start(0, opts.filetype)
  elseif opts.filetype then
    vim.treesitter.stop(0)
    vim.bo.syntax = opts.filetype
  end
  return vim.api.nvim_get_current_buf()
]]

--- A buffer with lines, and whatever starts edits there.
---@param t test.Case
---@param lines string[]
---@param opts? { file?: string, filetype?: string, treesitter?: boolean }
---@return integer buf
function M.buffer(t, lines, opts)
  t:cmd('set laststatus=0 noruler noshowcmd noshowmode shortmess+=F noswapfile report=999')
  return t:lua(SETUP, opts or vim.empty_dict(), lines)
end

--- Starts an edit of some lines of the current buffer.
---@param t test.Case
---@param first integer
---@param last integer
---@param more? table  further options
---@return integer n  which one it is, for M.feed
function M.start(t, first, last, more)
  return t:lua(
    [[
    local first, last, more = ...
    local edit = require('hum.edit')
    local handle = assert(edit.start(vim.tbl_extend('force', {
      buf = vim.api.nvim_get_current_buf(), first = first, last = last, instruction = 'better',
    }, more)))
    require('hum.edit.view').attach(handle.preview, { accept = edit.accept, reject = edit.reject, stop = edit.stop })
    return #FED
  ]],
    first,
    last,
    more or vim.empty_dict()
  )
end

--- Plays an event of the helper's.
---@param t test.Case
---@param name string
---@param data? table
---@param n? integer  of which edit
function M.feed(t, name, data, n)
  t:lua('local name, data, n = ... FED[n](name, data)', name, data or vim.empty_dict(), n or 1)
end

--- Plays what came of the answer: rows of the open part.
---@param t test.Case
---@param at integer  so many old lines stand above it
---@param rows string[]
---@param tail? string
---@param n? integer
function M.open(t, at, rows, tail, n)
  M.feed(t, 'hunks', { reached = at, open = { at = at, rows = rows }, tail = tail or '', finished = {} }, n)
end

--- Plays a hunk that has finished.
---@param t test.Case
---@param first integer  old lines
---@param last integer
---@param new string[]
---@param n? integer
function M.finish(t, first, last, new, n)
  local reached = math.max(last, first - 1)
  M.feed(t, 'hunks', {
    reset = true,
    reached = reached,
    open = { at = reached, rows = {} },
    tail = '',
    finished = { { first = first, last = last, new = new } },
  }, n)
end

---@param t test.Case
---@param data? table
---@param n? integer
function M.done(t, data, n) M.feed(t, 'done', data or { answer = 'the answer' }, n) end

--- The rows of the screen, without those behind the end of the buffer and the message area.
---@param t test.Case
---@return string[]
function M.screen(t)
  t:cmd('redraw')
  local lines = t.child.screen:lines()
  table.remove(lines) -- messages
  while #lines > 0 and (lines[#lines]:find('^~') or lines[#lines] == '') do
    table.remove(lines)
  end
  return lines
end

--- Lines "1" to "count", or with another word before the number.
---@param count integer
---@param word? string
---@return string[]
function M.numbered(count, word)
  local lines = {}
  for i = 1, count do
    lines[i] = (word or 'line') .. ' ' .. i
  end
  return lines
end

return M
