-- What is to be done for a text of which Neovim refused some edits. Under textlock (an <expr> mapping that
-- waits, say) an edit fails with E565; only the helper learns of it, and not for which edit. But it knows how
-- much of the text was acknowledged. So all that stands behind the acknowledged part is to be what was not
-- acknowledged. Pure.
local M = {}

--- Enough of a text's end to find it again, in bytes.
local WORDS = 40

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

--- Where the sure part ends in the text. If the user has edited it, that
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

--- What makes a text end with `unacked`.
---@param text string       as it stands in the buffer
---@param acked integer     bytes of it that were surely there
---@param acked_end string  the last of those bytes
---@param unacked string    sent after them, and perhaps refused in part
---@return integer kept     bytes of `text` that stay
---@return string missing   what comes in the place of the others
function M.mend(text, acked, acked_end, unacked)
  local sure = sure_part(text, acked, acked_end)
  local kept, missing = difference(text:sub(sure + 1), unacked)
  return sure + kept, missing
end

--- The end of a text that begins at a position.
---@param row integer
---@param col integer
---@param text string
---@return integer row, integer col
function M.end_of(row, col, text)
  local _, breaks = text:gsub('\n', '')
  return row + breaks, breaks > 0 and #text:match('[^\n]*$') or col + #text
end

return M
