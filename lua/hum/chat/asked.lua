-- What a chat's questions said when they were answered, so that one which was changed since is known.
local M = {}

local asked = {} ---@type table<integer, table<string, boolean>>  texts, by buffer

--- These turns were sent, or read from a file.
---@param buf integer
---@param list hum.Turn[]
function M.note(buf, list)
  asked[buf] = asked[buf] or {}
  for _, turn in ipairs(list) do
    if turn.role == 'user' then asked[buf][turn.text] = true end
  end
end

--- The question in a row that has an answer, and says something else than when that came.
---@param buf integer
---@param list hum.Turn[]
---@param row integer
---@return integer|nil index
function M.changed(buf, list, row)
  for i, turn in ipairs(list) do
    local here = row >= turn.row and row <= turn.last
    if here and turn.role == 'user' and list[i + 1] and list[i + 1].role == 'assistant' then
      return turn.text ~= '' and not (asked[buf] or {})[turn.text] and i or nil
    end
  end
end

---@param buf integer
function M.forget(buf) asked[buf] = nil end

return M
