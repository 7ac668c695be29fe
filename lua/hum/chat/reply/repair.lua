-- Repairs a reply of which Neovim refused an edit: see hum.place.mend. An extmark says where the reply begins; it
-- ends with the buffer.
local mending = require('hum.place.mend')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.repair')

--- The end of the buffer is where the reply begins that has this key.
---@param buf integer
---@param key integer
function M.anchor(buf, key)
  local row = vim.api.nvim_buf_line_count(buf) - 1
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  vim.api.nvim_buf_set_extmark(buf, ns, row, #line, { id = key, right_gravity = false })
end

--- Where a reply begins; the end of the buffer, if that is not known.
---@param buf integer
---@param key integer
---@return integer row, integer col
function M.start(buf, key)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, key, {})
  if at[1] then return at[1], at[2] end
  local row = vim.api.nvim_buf_line_count(buf) - 1
  return row, #vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
end

--- Makes the reply end with `unacked`. Raises E565 while textlock lasts; the helper calls again.
---@param buf integer
---@param key integer
---@param acked integer  bytes of the reply that are surely there
---@param acked_end string  the last of those bytes
---@param unacked string  sent after them, and perhaps refused in part
function M.run(buf, key, acked, acked_end, unacked)
  local row, col = M.start(buf, key)
  local text = table.concat(vim.api.nvim_buf_get_text(buf, row, col, -1, -1, {}), '\n')
  local kept, missing = mending.mend(text, acked, acked_end, unacked)
  if missing == '' and kept == #text then return end
  local last_row, last_col = mending.end_of(row, col, text:sub(1, kept))
  vim.api.nvim_buf_call(buf, function()
    pcall(vim.cmd.undojoin)
    vim.api.nvim_buf_set_text(buf, last_row, last_col, -1, -1, vim.split(missing, '\n', { plain = true }))
  end)
  require('hum.chat.reply.follow').lines(buf)
end

return M
