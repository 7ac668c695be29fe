-- Deletes text that arrives after a reply has lost its heading. The helper has stopped, but edits that it had sent
-- before are handled after the deletion: hum.chat.reply.put drops those that go through Lua; those that do not (in
-- insert mode, in another buffer) are deleted here.
local undo = require('hum.chat.reply.undo')

local M = {}

--- The length of the longest run of edits that the text ends with. These need not be the last ones: some may have been
--- dropped.
---@param text string
---@param edits string[]
---@param most integer  edits that can have arrived
---@return integer bytes
local function bytes_at_end(text, edits, most)
  local longest = 0
  for last = #edits, 1, -1 do
    local run = ''
    for first = last, math.max(1, last - most + 1), -1 do
      run = edits[first] .. run
      if text:sub(-#run) ~= run then break end
      longest = math.max(longest, #run)
    end
  end
  return longest
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
