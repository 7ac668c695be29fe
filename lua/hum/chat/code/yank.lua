-- Taking a code block, or a whole reply, into a register.
local M = {}

--- How long what was yanked is marked, in ms: as vim.hl.on_yank() does.
local SHOWN = 150

--- Marks what was yanked last in the current buffer.
local function show()
  local hl = vim.hl or vim.highlight -- its name before Neovim 0.11
  hl.on_yank({ event = { operator = 'y', regtype = 'V', inclusive = true, visual = false }, timeout = SHOWN })
end

--- Sets a register to lines that stand, with indentation and other marks, in rows of the current buffer. Neovim yanks
--- those, so that all comes that comes with a yank: `'[`, a message, TextYankPost.
---@param rows { first: integer, last: integer }
---@param lines string[]
---@param register string  as v:register has it
---@return boolean|nil ok, string|nil err
function M.lines(rows, lines, register)
  local name = register:lower()
  local before = name ~= register and vim.fn.getreg(name, 1, true) or {} -- "A appends to "a
  local range = { rows.first + 1, rows.last + 1 }
  local ok, err = pcall(vim.cmd.yank, { range = range, reg = register ~= '"' and register or nil })
  if not ok then return nil, tostring(err) end
  if not vim.deep_equal(vim.fn.getreg(name, 1, true), vim.list_extend(vim.list_slice(before), lines)) then
    vim.fn.setreg(name, vim.list_extend(before, lines), 'V')
  end
  show()
  return true
end

return M
