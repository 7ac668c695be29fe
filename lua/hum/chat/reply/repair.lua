-- Repairs a reply of which Neovim refused an edit. Under textlock (an <expr> mapping that
-- waits, say) an edit fails with E565; only the helper learns of it, and not for which edit.
-- But it knows how much of the reply was acknowledged, and an extmark here says where the
-- reply begins. So all that stands behind the acknowledged part is replaced by what was not
-- acknowledged.
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

--- Where `words` end in `text` for the last time, or 0.
---@param text string
---@param words string
---@return integer bytes
local function last_end(text, words)
  local found, from = 0, 1
  while words ~= '' do
    local first, last = text:find(words, from, true)
    if not first or not last then break end
    found, from = last, first + 1
  end
  return found
end

--- Where the sure part ends in the text of the reply. If the user has edited the reply, that
--- is where `acked_end` occurs last, or the end of the text.
---@param text string
---@param acked integer
---@param acked_end string
---@return integer bytes
local function sure_part(text, acked, acked_end)
  if acked <= #text and text:sub(acked - #acked_end + 1, acked) == acked_end then return acked end
  local found = last_end(text, acked_end)
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

--- What of `unacked` still has to be written, and how much of `present` stays.
---@param present string  the text behind the sure part
---@param unacked string  the text that should be there
---@return integer kept  bytes of `present`
---@return string missing
local function difference(present, unacked)
  local same = common(present, unacked)
  local odd, missing = present:sub(same + 1), unacked:sub(same + 1)
  if odd == missing:sub(#missing - #odd + 1) then
    return same, missing -- the middle was refused, or the end, or nothing
  end
  -- The user has edited it: what comes after its last words is missing.
  return #present, missing:sub(last_end(missing, odd:sub(-WORDS)) + 1)
end

--- Makes the reply end with `unacked`. Raises E565 while textlock lasts; the helper calls again.
---@param buf integer
---@param key integer
---@param acked integer  bytes of the reply that are surely there
---@param acked_end string  the last of those bytes
---@param unacked string  sent after them, and perhaps refused in part
function M.run(buf, key, acked, acked_end, unacked)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, key, {})
  local row, col = at[1], at[2]
  if not row then
    row = vim.api.nvim_buf_line_count(buf) - 1
    col = #vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  end
  local text = table.concat(vim.api.nvim_buf_get_text(buf, row, col, -1, -1, {}), '\n')
  local sure = sure_part(text, acked, acked_end)
  local kept, missing = difference(text:sub(sure + 1), unacked)
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
