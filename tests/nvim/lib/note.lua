-- Notes as a screen shows them.
local M = {}

---@class test.Note
---@field title string  with the sign before it
---@field text string   what is in it, in one line

--- The last note on a screen.
---@param screen string
---@return test.Note|nil
function M.find(screen)
  local note, open ---@type test.Note|nil, test.Note|nil
  for line in vim.gsplit(screen, '\n') do
    if vim.startswith(line, '╭ ') then
      open = { title = vim.trim((line:gsub('╭', ''):gsub('─', ''):gsub('╮', ''))), text = '' }
    elseif vim.startswith(line, '╰') and open then
      note, open = open, nil
    elseif open then
      open.text = vim.trim(open.text .. ' ' .. vim.trim(line))
    elseif vim.startswith(line, '▲ ') or vim.startswith(line, '✗ ') then
      note = { title = vim.trim(line), text = '' }
    end
  end
  return note
end

--- The one that is shown, once it is there.
---@param t hum.TestCase
---@param part? string  plain text that is in it
---@return test.Note
function M.wait(t, part)
  return t:wait(function()
    local note = M.find(t:screen())
    return note and (not part or (note.title .. ' ' .. note.text):find(part, 1, true)) and note
  end, ('a note with %q'):format(part or ''))
end

return M
