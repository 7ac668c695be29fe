-- Repairs a reply of which Neovim refused an edit: see hum.place.mend. An extmark says where the reply begins.
local below = require('hum.chat.reply.below')
local mending = require('hum.place.mend')
local records = require('hum.chat.reply.record')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.repair')

--- The end of what a buffer has of its reply is where the reply begins that has this key.
---@param buf integer
---@param key integer
function M.anchor(buf, key)
  local row, col = below.position(buf)
  vim.api.nvim_buf_set_extmark(buf, ns, row, col, { id = key, right_gravity = false })
end

--- Where a reply begins; its end, if that is not known.
---@param buf integer
---@param key integer
---@return integer row, integer col
function M.start(buf, key)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, key, {})
  if at[1] then return at[1], at[2] end
  return below.position(buf)
end

--- Makes the reply end with `unacked`. Raises E565 while textlock lasts; the helper calls again.
---@param buf integer
---@param key integer
---@param acked integer  bytes of the reply that are surely there
---@param acked_end string  the last of those bytes
---@param unacked string  sent after them, and perhaps refused in part
function M.run(buf, key, acked, acked_end, unacked)
  local record = records.of(buf)
  if not record or record.undone or not vim.api.nvim_buf_is_loaded(buf) then return end
  if record.arrived then below.take(record) end
  local row, col = M.start(buf, key)
  local end_row, end_col = below.position(buf)
  local text = table.concat(vim.api.nvim_buf_get_text(buf, row, col, end_row, end_col, {}), '\n')
  local kept, missing = mending.mend(text, acked, acked_end, unacked)
  if missing == '' and kept == #text then return end
  local last_row, last_col = mending.end_of(row, col, text:sub(1, kept))
  below.write(record, function()
    pcall(vim.cmd.undojoin)
    vim.api.nvim_buf_set_text(buf, last_row, last_col, end_row, end_col, vim.split(missing, '\n', { plain = true }))
  end)
  require('hum.chat.reply.follow').lines(buf)
end

return M
