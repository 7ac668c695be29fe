-- Which turns of a chat a summary is to replace, and in which portions a model is given them. Pure.
local summaries = require('hum.chat.text.summary')

local M = {}

--- So many exchanges stay as they are, of a short chat one.
local STAY, FEW = 2, 4

--- Tokens that a summary has, about, and that it has to save to be worth it.
local SUMMARY, WORTH = 600, 400

--- A turn is shown to the model with its role before it.
local NAMES = { user = 'User', assistant = 'Assistant' }

---@class hum.OldTurns
---@field texts string[]   of those that are replaced, with who says each; the summary before them first
---@field row integer      of the first turn that stays
---@field turns integer    so many are replaced

--- The turns that are replaced: all but the last exchanges, and what the user is writing.
---@param turns hum.Turn[]
---@return hum.OldTurns|nil  nil: there are none
function M.of(turns)
  local at = summaries.find(turns)
  local starts, texts, n = {}, {}, 0 ---@type integer[], string[], integer
  for i = (at or 0) + 1, #turns do
    local reply = turns[i + 1]
    local is_exchange = turns[i].role == 'user' and turns[i].text ~= '' and reply and reply.role == 'assistant'
    if is_exchange then starts[#starts + 1] = i end
  end
  local stay = #starts >= FEW and STAY or 1
  local first = starts[#starts - stay + 1]
  if not first or #starts - stay < 1 then return nil end
  if at then texts[1] = 'Summary of what came before: ' .. turns[at].text end
  for i = (at or 0) + 1, first - 1 do
    local turn = turns[i]
    if NAMES[turn.role] and turn.text ~= '' then
      texts[#texts + 1] = ('%s: %s'):format(NAMES[turn.role], turn.text)
      n = n + 1
    end
  end
  return n > 0 and { texts = texts, row = turns[first].row, turns = n } or nil
end

--- Whether so many tokens are worth a summary.
---@param tokens integer
---@return boolean
function M.is_worth(tokens) return tokens - SUMMARY >= WORTH end

--- A text of which the middle is left out.
---@param text string
---@param bytes integer
---@return string
local function shortened(text, bytes)
  if #text <= bytes then return text end
  local half = math.max(1, math.floor(bytes / 2))
  local first = half + vim.str_utf_start(text, half + 1)
  local last = #text - half + 1
  last = last + vim.str_utf_end(text, last) + 1
  return ('%s\n[... %d bytes left out ...]\n%s'):format(text:sub(1, first), last - first - 1, text:sub(last))
end

--- Portions of texts, each of which has room beside a summary of those before it. What is longer alone loses its
--- middle.
---@param texts string[]
---@param sizes integer[]  of them, in tokens
---@param room integer  tokens of one
---@return string[]
function M.portions(texts, sizes, room)
  local out, portion, filled = {}, {}, 0 ---@type string[], string[], integer
  local function close()
    if #portion > 0 then out[#out + 1] = table.concat(portion, '\n\n') end
    portion, filled = {}, 0
  end
  for i, text in ipairs(texts) do
    local size = math.max(1, sizes[i])
    if filled > 0 and filled + size > room then close() end
    if size > room then
      text = shortened(text, math.floor(#text * room / size))
      size = room
    end
    portion[#portion + 1], filled = text, filled + size
  end
  close()
  return out
end

return M
