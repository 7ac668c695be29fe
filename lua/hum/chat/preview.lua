-- What a picker shows of a chat before it is chosen. Which of them reads what:
--
-- * vim.ui.select() of Neovim 0.12, and fzf-lua: `preview_item(item)` returns { buf, pos }
-- * mini.pick: `preview_item(item)` returns lines
-- * snacks: options for the picker in `snacks`; the items have `file` and `pos`
-- * telescope-ui-select has no preview; the item is `entry.value.text` for the user's own
local disk = require('hum.chat.kept.disk')
local question = require('hum.question')

local M = {}

--- So much of a file, in bytes, and so many lines above and below what was found.
local MOST, ABOVE, BELOW = 256 * 1024, 3, 200

local scratch ---@type integer|nil

---@param entry hum.ChatEntry
---@return string[]
local function lines_of(entry)
  local text = disk.read(entry.path, MOST)
  if not text then return {} end
  local lines = vim.split(text:gsub('\r\n', '\n'):gsub('%z', ' '), '\n', { plain = true })
  return vim.list_slice(lines, 1, (entry.line or 0) + BELOW)
end

---@return integer
local function buffer()
  if not scratch or not vim.api.nvim_buf_is_loaded(scratch) then
    scratch = vim.api.nvim_create_buf(false, true)
    vim.bo[scratch].syntax = 'markdown' -- not the file type: this is no chat
  end
  return scratch
end

---@param entry hum.ChatEntry
---@return { buf: integer, pos?: [integer, integer] }
local function in_buffer(entry)
  local buf, lines = buffer(), lines_of(entry)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  return { buf = buf, pos = entry.line and entry.line <= #lines and { entry.line, 0 } or nil }
end

--- From a little above what was found: mini.pick shows the first of them.
---@param entry hum.ChatEntry
---@return string[]
local function lines_near(entry) return vim.list_slice(lines_of(entry), math.max(1, (entry.line or 1) - ABOVE)) end

--- Options of vim.ui.select() for these items.
---@param entries hum.ChatEntry[]
---@return table
function M.options(entries)
  for _, entry in ipairs(entries) do
    entry.file = entry.path ~= '' and entry.path or nil
    entry.pos = entry.line and { entry.line, 0 } or nil
  end
  return {
    preview_item = question.is_mini() and lines_near or in_buffer,
    snacks = { preview = 'file', layout = { preset = 'default' } },
  }
end

--- The choice is made.
function M.close()
  if scratch then pcall(vim.api.nvim_buf_delete, scratch, { force = true }) end
  scratch = nil
end

return M
