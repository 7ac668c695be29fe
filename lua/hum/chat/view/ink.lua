-- The extmarks of a row that is being drawn: colours of it, and what of it is concealed.
local groups = require('hum.look.groups')

local M = {}

M.ns = vim.api.nvim_create_namespace('hum.highlight')

--- Below treesitter's 100 and the code blocks' colours.
local WHOLE_PRIORITY, SPAN_PRIORITY = 90, 95

local ns, set_extmark = M.ns, vim.api.nvim_buf_set_extmark
---@type table<string, integer>
local id = {}

-- Reused for each mark: making a table per mark would be most of its cost.
local whole_mark = { ephemeral = true, end_col = 0, strict = false, priority = WHOLE_PRIORITY }
local span_mark = { ephemeral = true, strict = false, priority = SPAN_PRIORITY }
local hide_mark = { ephemeral = true, strict = false, conceal = '' }

-- Their background, if they have one, goes to the window's edge.
local BAR = { HumUser = true, HumAssistant = true, HumSystem = true, HumFence = true, HumCode = true }

--- Finds the groups, once they are there.
function M.start()
  for _, group in ipairs(groups.list) do
    id[group.name] = vim.api.nvim_get_hl_id_by_name(group.name)
  end
end

--- Colours a row.
---@param buf integer
---@param row integer
---@param group string
function M.whole(buf, row, group)
  whole_mark.end_row = row + 1
  whole_mark.hl_group = id[group]
  whole_mark.hl_eol = BAR[group] or false
  set_extmark(buf, ns, row, 0, whole_mark)
end

--- Colours the bytes [first, last) of a row.
---@param buf integer
---@param row integer
---@param first integer
---@param last integer
---@param group string
function M.span(buf, row, first, last, group)
  span_mark.end_col = last
  span_mark.hl_group = id[group]
  set_extmark(buf, ns, row, first, span_mark)
end

--- Conceals the bytes [first, last) of a row.
---@param buf integer
---@param row integer
---@param first integer
---@param last integer
function M.hide(buf, row, first, last)
  hide_mark.end_col = last
  set_extmark(buf, ns, row, first, hide_mark)
end

return M
