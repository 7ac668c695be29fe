-- Deletes text that arrives after a reply has lost its heading. The helper has stopped, but edits that it had sent
-- before are handled after the deletion: hum.chat.reply.put drops those that go through Lua; those that do not (in
-- insert mode, in another buffer) are deleted here.
local undo = require('hum.chat.reply.undo')

local M = {}

--- How many of the edits stand at the end of the text, the last ones.
---@param text string
---@param edits string[]
---@param most integer
---@return integer bytes
local function bytes_at_end(text, edits, most)
  local found, joined = 0, ''
  for i = #edits, math.max(1, #edits - most + 1), -1 do
    joined = edits[i] .. joined
    if #joined > #text then break end
    if text:sub(-#joined) == joined then found = #joined end
  end
  return found
end

---@param record hum.UndoRecord
---@param edits string[]  sent, and not known to be handled when the helper stopped
function M.run(record, edits)
  local buf = record.buf
  if not record.broken or record.strays == 0 or not vim.api.nvim_buf_is_loaded(buf) or undo.heading(record) then
    return
  end
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local text = table.concat(lines, '\n')
  local bytes = bytes_at_end(text, edits, record.strays)
  if bytes == 0 then return end
  local kept = vim.split(text:sub(1, #text - bytes), '\n', { plain = true })
  undo.join(record, function() vim.api.nvim_buf_set_text(buf, #kept - 1, #kept[#kept], -1, -1, { '' }) end)
end

return M
