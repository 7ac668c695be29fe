-- The tags of a thinking part that is open: `<think>` says what its closed fold would say, `</think>` looks like the
-- blank line that it is to a reader.
local glyphs = require('hum.look.glyphs')
local highlight = require('hum.chat.view.highlight')
local line = require('hum.chat.view.fold_line')
local thoughts = require('hum.chat.view.thoughts')

local M = {}

---@param view hum.View
---@param row integer
---@param text string  as wide as the tag at least
local function draw_over(view, row, text)
  vim.api.nvim_buf_set_extmark(view.buf, view.ns, row, 0, {
    ephemeral = true,
    virt_text = { { text, 'HumThought' } },
    virt_text_pos = 'overlay',
  })
end

---@param view hum.View
---@param row integer
---@return 'whole'|false
local function draw_open(view, row)
  if view.cursor == row then return false end
  local info = thoughts.at(view.buf, row)
  -- No seconds while it runs: nothing draws this row again when it is silent.
  local says = info and info.running and line.label(true) or line.label(false, info and info.seconds)
  draw_over(view, row, glyphs.get().open .. ' ' .. says)
  return 'whole'
end

---@param view hum.View
---@param row integer
---@param text string
---@return 'whole'|false
local function draw_close(view, row, text)
  if view.cursor == row then return false end
  draw_over(view, row, (' '):rep(#text))
  return 'whole'
end

--- Draws them from now on.
function M.start()
  highlight.draw_with('think_open', draw_open)
  highlight.draw_with('think_close', draw_close)
end

return M
