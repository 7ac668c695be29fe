-- What was on its way when a reply lost its heading. The helper has stopped, but edits that it had sent before it
-- heard of that are handled after the deletion: those that go through Lua are kept out by hum.chat.reply.put, those
-- that do not (in insert mode, in another buffer) are taken away again here.
local undo = require('hum.chat.reply.undo')

local M = {}

--- How long the longest run of edits is that the text ends with. Not always the last ones: some may have been kept out.
---@param text string
---@param edits string[]
---@param most integer  edits that can have come in
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
