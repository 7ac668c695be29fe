-- Mends text that Neovim refused. Under textlock (an <expr> mapping that waits, say) an
-- edit fails with E565; only the helper learns of it, and not for which edit. But it knows
-- how much of a reply was surely taken, and where the reply begins is marked here. So
-- whatever stands behind the sure part gives way to all that was not sure.
local M = {}

local ns = vim.api.nvim_create_namespace('hum.repair')

--- Enough of a text's end to find it again, in bytes.
local WORDS = 40

--- The end of the buffer is where the reply begins that has this key.
---@param buf integer
---@param key integer
function M.anchor(buf, key)
  local row = vim.api.nvim_buf_line_count(buf) - 1
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  vim.api.nvim_buf_set_extmark(buf, ns, row, #line, { id = key, right_gravity = false })
end

--- The last place of `tail` in `text`, or 0.
---@param text string
---@param tail string
---@return integer bytes  up to its end
local function last_end(text, tail)
  local found, from = 0, 1
  while tail ~= '' do
    local first, last = text:find(tail, from, true)
    if not first or not last then break end
    found, from = last, first + 1
  end
  return found
end

--- Where the sure part ends in the text of the reply. The user may have edited the reply:
--- then the tail's last place is taken, else the end.
---@param text string
---@param acked integer
---@param tail string
---@return integer bytes
local function sure_part(text, acked, tail)
  if acked <= #text and text:sub(acked - #tail + 1, acked) == tail then return acked end
  local found = last_end(text, tail)
  return found > 0 and found or #text
end

---@param a string
---@param b string
---@return integer bytes that both begin with
local function common(a, b)
  local low, high = 0, math.min(#a, #b)
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if a:sub(1, middle) == b:sub(1, middle) then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

--- What of `rest` still has to be written, and how much of `there` gives way to it.
---@param there string  what stands behind the sure part
---@param rest string   what should
---@return integer kept  bytes of `there`
---@return string missing
local function difference(there, rest)
  local same = common(there, rest)
  local odd, missing = there:sub(same + 1), rest:sub(same + 1)
  if odd == missing:sub(#missing - #odd + 1) then
    return same, missing -- the middle was refused, or the end, or nothing
  end
  -- The user has edited it: what comes after its last words.
  return #there, missing:sub(last_end(missing, odd:sub(-WORDS)) + 1)
end

--- Makes the reply end with `rest`. Raises E565 while textlock lasts; the helper asks again.
---@param buf integer
---@param key integer
---@param acked integer  bytes of the reply that are surely there
---@param tail string    the last of those bytes
---@param rest string    sent after them, and perhaps refused in part
function M.run(buf, key, acked, tail, rest)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, key, {})
  local row, col = at[1], at[2]
  if not row then
    row = vim.api.nvim_buf_line_count(buf) - 1
    col = #vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  end
  local text = table.concat(vim.api.nvim_buf_get_text(buf, row, col, -1, -1, {}), '\n')
  local sure = sure_part(text, acked, tail)
  local kept, missing = difference(text:sub(sure + 1), rest)
  local before = text:sub(1, sure + kept)
  if missing == '' and #before == #text then return end
  local _, breaks = before:gsub('\n', '')
  local last = breaks > 0 and #before:match('[^\n]*$') or col + #before
  vim.api.nvim_buf_call(buf, function()
    pcall(vim.cmd.undojoin)
    vim.api.nvim_buf_set_text(buf, row + breaks, last, -1, -1, vim.split(missing, '\n', { plain = true }))
  end)
  require('hum.chat.reply.follow').lines(buf)
end

return M
