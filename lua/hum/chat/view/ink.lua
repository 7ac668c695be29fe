-- The extmarks of a row that is being drawn: colours of it, what of it is concealed, and what is drawn over it.
local groups = require('hum.look.groups')

local M = {}

---@alias hum.Chunk [string, (string|string[])?]  of virtual text, with its group

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
local over_mark = { ephemeral = true, virt_text_pos = 'overlay', hl_mode = 'combine' }

-- Their background, if they have one, goes to the window's edge.
local BAR = { HumUser = true, HumAssistant = true, HumSystem = true, HumFence = true, HumCode = true }

--- The groups of what is found within a line.
---@type table<hum.InlineKind, string>
M.INLINE = {
  emphasis = 'HumEmphasis',
  strong = 'HumStrong',
  strike = 'HumStrike',
  code = 'HumCodeInline',
  link = 'HumLink',
  url = 'HumUrl',
}

--- Finds the groups, once they are there.
function M.start()
  for _, group in ipairs(groups.list) do
    id[group.name] = vim.api.nvim_get_hl_id_by_name(group.name)
  end
end

--- Colours a row, or what of it stands behind `col` bytes.
---@param buf integer
---@param row integer
---@param group string
---@param col? integer
function M.whole(buf, row, group, col)
  whole_mark.end_row = row + 1
  whole_mark.hl_group = id[group]
  whole_mark.hl_eol = BAR[group] or false
  set_extmark(buf, ns, row, col or 0, whole_mark)
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

--- Draws over a row, from a byte on.
---@param buf integer
---@param row integer
---@param col integer
---@param chunks hum.Chunk[]
function M.over(buf, row, col, chunks)
  over_mark.virt_text = chunks
  set_extmark(buf, ns, row, col, over_mark)
end

return M
