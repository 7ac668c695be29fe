-- What a chat's questions said when they were answered, so that one which was changed since is known.
local M = {}

---@class hum.AskedTurns
---@field texts table<string, boolean>  of all questions that were sent, or read from a file
---@field order string[]                of the questions as they last stood there

local asked = {} ---@type table<integer, hum.AskedTurns>  by buffer

---@param list hum.Turn[]
---@return hum.Turn[]
local function questions(list)
  return vim.tbl_filter(function(turn) return turn.role == 'user' and turn.text ~= '' end, list)
end

--- These turns were sent, or read from a file.
---@param buf integer
---@param list hum.Turn[]
function M.note(buf, list)
  local one = asked[buf] or { texts = {}, order = {} }
  asked[buf], one.order = one, {}
  for i, turn in ipairs(questions(list)) do
    one.texts[turn.text], one.order[i] = true, turn.text
  end
end

--- Whether a question has been sent like this, or was read from a file.
---@param buf integer
---@param turn hum.Turn
---@return boolean
function M.knows(buf, turn) return asked[buf] ~= nil and turn.role == 'user' and asked[buf].texts[turn.text] == true end

--- What the question of this number said.
---@param buf integer
---@param list hum.Turn[]
---@param index integer
---@return string|nil
local function formerly(buf, list, index)
  return asked[buf] and asked[buf].order[#questions(vim.list_slice(list, 1, index))]
end

--- The question in a row that has an answer, and says something else than when that came.
---@param buf integer
---@param list hum.Turn[]
---@param row integer
---@return integer|nil index
function M.changed(buf, list, row)
  for i, turn in ipairs(list) do
    if row >= turn.row and row <= turn.last then
      local answered = turn.role == 'user' and list[i + 1] ~= nil and list[i + 1].role == 'assistant'
      local known = formerly(buf, list, i) ~= nil and not M.knows(buf, turn)
      return answered and turn.text ~= '' and known and i or nil
    end
  end
end

--- What a question said before it was changed, if it is still the same in number.
---@param buf integer
---@param list hum.Turn[]
---@param index integer
---@return string|nil
function M.original(buf, list, index)
  local before = formerly(buf, list, index)
  for _, turn in ipairs(list) do
    if turn.text == before then return nil end
  end
  return before
end

---@param buf integer
function M.forget(buf) asked[buf] = nil end

return M
