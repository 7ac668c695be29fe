-- Where a chat begins that is not sent whole: the first turn that is, known by its text, so that it is found again when
-- lines above it come and go, in a fork, and after the chat was opened again. Pure.
local M = {}

---@class hum.FitAnchor  as a ledger keeps it
---@field key string  sha256 of the turn's text
---@field n integer   which of the turns with this text, from 1
---@field at integer  which of all turns

---@param turn hum.Turn
---@return string
local function key_of(turn) return vim.fn.sha256(turn.text) end

---@param entries hum.FitEntry[]
---@return hum.Turn[] turns, integer[] owners  index of the entry of each
local function turns_of(entries)
  local turns, owners = {}, {}
  for i, entry in ipairs(entries) do
    for _, turn in ipairs(entry.turns or {}) do
      turns[#turns + 1], owners[#turns + 1] = turn, i
    end
  end
  return turns, owners
end

--- The anchor of an entry.
---@param entries hum.FitEntry[]
---@param index integer
---@return hum.FitAnchor|nil
function M.of(entries, index)
  local turns, owners = turns_of(entries)
  for at, turn in ipairs(turns) do
    if owners[at] == index then
      local n = 1
      for i = 1, at - 1 do
        if turns[i].text == turn.text then n = n + 1 end
      end
      return { key = key_of(turn), n = n, at = at }
    end
  end
end

--- The entry with an anchor. Of a turn that was changed or deleted the one in its place; of one that lies behind those
--- that are sent now, as in a fork, the first.
---@param anchor hum.FitAnchor|nil
---@param entries hum.FitEntry[]
---@return integer
function M.index(anchor, entries)
  if type(anchor) ~= 'table' or type(anchor.at) ~= 'number' then return 1 end
  local turns, owners = turns_of(entries)
  local guess = turns[anchor.at]
  if guess and anchor.n == 1 and key_of(guess) == anchor.key then return owners[anchor.at] end
  local n = 0
  for at, turn in ipairs(turns) do
    if key_of(turn) == anchor.key then
      n = n + 1
      if n == anchor.n then return owners[at] end
    end
  end
  return guess and owners[anchor.at] or 1
end

return M
