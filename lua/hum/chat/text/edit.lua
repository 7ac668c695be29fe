-- Changes of a buffer's text.
local M = {}

--- How many bytes, or lines, two strings or lists have in common at their start and, of
--- what is left, at their end.
---@param n integer
---@param m integer
---@param same fun(i: integer, j: integer): boolean
---@return integer head, integer tail
local function common(n, m, same)
  local head, tail = 0, 0
  local most = math.min(n, m)
  while head < most and same(head + 1, head + 1) do
    head = head + 1
  end
  while tail < most - head and same(n - tail, m - tail) do
    tail = tail + 1
  end
  return head, tail
end

--- How many bytes two texts have in common at their start and, of what is left, at their end.
---@param a string
---@param b string
---@return integer head, integer tail
function M.common(a, b)
  return common(#a, #b, function(i, j) return a:byte(i) == b:byte(j) end)
end

---@param buf integer
---@param row integer
---@param from string
---@param to string
local function replace_in_line(buf, row, from, to)
  local head, tail = M.common(from, to)
  vim.api.nvim_buf_set_text(buf, row, head, row, #from - tail, { to:sub(head + 1, #to - tail) })
end

--- Rows [first, last) become `lines`, with as small a change as possible, so that marks
--- in them stay where they are. Lines are as nvim_buf_get_lines() gives them.
---@param buf integer
---@param first integer
---@param last integer  the row after them; -1: the end
---@param lines string[]
function M.replace(buf, first, last, lines)
  local old = vim.api.nvim_buf_get_lines(buf, first, last, false)
  local head, tail = common(#old, #lines, function(i, j) return old[i] == lines[j] end)
  local new = vim.list_slice(lines, head + 1, #lines - tail)
  local from, to = first + head, first + #old - tail
  if to - from == 1 and #new == 1 then
    replace_in_line(buf, from, old[head + 1], new[1])
  elseif to > from or #new > 0 then
    vim.api.nvim_buf_set_lines(buf, from, to, true, new)
  end
end

--- Whether Neovim lets no text be changed now: textlock, or 'nomodifiable'.
---@param err any  that a change has raised
---@return boolean
function M.is_refused(err)
  local text = tostring(err)
  return text:find('E565', 1, true) ~= nil or text:find("Buffer is not 'modifiable'", 1, true) ~= nil
end

--- Calls `fn`, which does not raise, also where the user has set 'nomodifiable' meanwhile.
---@param buf integer
---@param fn fun()
function M.allowed(buf, fn)
  if vim.bo[buf].modifiable then return fn() end
  local function set(value)
    vim.api.nvim_buf_call(buf, function() vim.cmd('noautocmd setlocal ' .. value) end)
  end
  set('modifiable')
  fn()
  if vim.api.nvim_buf_is_loaded(buf) then set('nomodifiable') end
end

--- Changes a buffer that has no history yet, without a step that `u` could take back.
---@param buf integer
---@param fn fun()
function M.without_undo(buf, fn)
  vim.bo[buf].undolevels = -1
  local ok, err = pcall(fn)
  vim.bo[buf].undolevels = -123456 -- stands for "as the global value"
  vim.bo[buf].modified = false
  assert(ok, err)
end

return M
