-- Mends text that Neovim refused. Under textlock (an <expr> mapping that waits, say)
-- an edit fails with E565 and only the helper learns of it, not for which edit. It then
-- asks here: of these edits, sent in this order to the end of the buffer, which are there?
local M = {}

---The end of the buffer, at least `want` bytes of it if there are as many.
---@param buf integer
---@param want integer
---@return string[] lines
---@return integer row  of the first of them, 0-based
local function tail(buf, want)
  local count = vim.api.nvim_buf_line_count(buf)
  local first = count
  local size = 0
  repeat
    local step = math.min(first, 64)
    local lines = vim.api.nvim_buf_get_lines(buf, first - step, first, false)
    for i = #lines, 1, -1 do
      size = size + #lines[i] + 1
      first = first - 1
      if size > want then
        break
      end
    end
  until size > want or first == 0
  return vim.api.nvim_buf_get_lines(buf, first, -1, false), first
end

---How much of the text's end the edits that arrived make up. Edits of equal text are
---interchangeable, so looking from the end finds a right answer.
---@param text string
---@param edits string[]
---@return integer bytes
---@return boolean complete  nothing was refused
local function arrived(text, edits)
  local stop = #text
  local complete = true
  for i = #edits, 1, -1 do
    local edit = edits[i]
    if stop >= #edit and text:sub(stop - #edit + 1, stop) == edit then
      stop = stop - #edit
    else
      complete = false
    end
  end
  return #text - stop, complete
end

---Makes the buffer end with all edits, each once. Raises E565 while textlock lasts; the
---helper asks again.
---@param buf integer
---@param edits string[]
function M.run(buf, edits)
  local whole = table.concat(edits)
  local lines, first = tail(buf, #whole)
  local text = table.concat(lines, '\n')
  local bytes, complete = arrived(text, edits)
  if complete then
    return
  end
  local kept = vim.split(text:sub(1, #text - bytes), '\n', { plain = true })
  vim.api.nvim_buf_call(buf, function()
    pcall(vim.cmd.undojoin)
    local row = first + #kept - 1
    vim.api.nvim_buf_set_text(buf, row, #kept[#kept], -1, -1, vim.split(whole, '\n', { plain = true }))
  end)
  require('hum.chat.follow').lines(buf)
end

return M
