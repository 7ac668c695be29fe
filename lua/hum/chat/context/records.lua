-- What the ledger of a chat has for the turns that it has now, and what it has when a request has started. Pure but for
-- looking whether what is kept is there.
local ledgers = require('hum.chat.context.ledger')

local M = {}

--- The record of each turn, by its text and by which of the turns with that text it is.
---@param ledger hum.Ledger
---@return table<string, hum.ContextTurn>
function M.index(ledger)
  local out = {}
  for _, record in ipairs(ledger.turns) do
    out[record.key .. record.n] = record
  end
  return out
end

---@class hum.Recorded
---@field key string
---@field n integer
---@field record? hum.ContextTurn  as the ledger has it

--- What the ledger knows of each turn of the user's.
---@param run hum.ContextRun
---@return table<integer, hum.Recorded>  by the turn's index
function M.of(run)
  local known = M.index(run.ledger) ---@type table<string, hum.ContextTurn?>
  local counts, out = {}, {} ---@type table<string, integer>, table<integer, hum.Recorded>
  local key_of = ledgers.keys(run.buf)
  for i, turn in ipairs(run.given.turns) do
    if turn.role == 'user' and turn.text ~= '' then
      local key = key_of(turn.text)
      counts[key] = (counts[key] or 0) + 1
      local id = key .. counts[key] ---@type string
      local record = known[id] ---@type hum.ContextTurn|nil
      -- What its text stood for is gone: it is found out again.
      if record and record.text and run.lost[record.text] then record = nil end
      out[i] = { key = key, n = counts[key], record = record }
    end
  end
  return out
end

--- The names of what is missing among what records need.
---@param run hum.ContextRun
---@return table<string, true>
function M.lost(run)
  local lost, looked = {}, {}
  local function look(name)
    if not name or looked[name] then return end
    looked[name] = true
    if not vim.uv.fs_stat(run.path(name)) then lost[name] = true end
  end
  for _, record in ipairs(run.ledger.turns) do
    for _, piece in ipairs(record.pieces) do
      look(piece.kept)
      look(piece.sent)
    end
    look(record.text)
  end
  look(run.ledger.system and run.ledger.system.kept)
  return lost
end

--- Records of texts that the chat does not have now are kept too, for undo: so many.
local SPARE = 200

---@param run hum.ContextRun
function M.commit(run)
  local ledger = ledgers.get(run.buf)
  local was_there = #ledger.turns > 0 or ledger.system ~= nil or next(ledger.fit) ~= nil
  local known, used, turns, spare = M.index(ledger), {}, {}, {}
  for i, one in pairs(run.recorded) do
    local id = one.key .. one.n
    used[id] = true
    local made = run.made[i]
    if made then known[id] = (#made.pieces > 0 or made.text) and made or nil end
  end
  for id, record in pairs(known) do
    table.insert(used[id] and turns or spare, record)
  end
  local function later(a, b)
    if a.at ~= b.at then return a.at > b.at end
    return a.key .. a.n < b.key .. b.n
  end
  table.sort(turns, later)
  table.sort(spare, later)
  ledger.turns = vim.list_extend(turns, vim.list_slice(spare, 1, SPARE))
  ledger.system = run.system and (run.system.kept or next(run.system.notes) or ledger.system) and run.system or nil
  ledger.fit = run.fit_state
  if was_there or #ledger.turns > 0 or ledger.system or next(ledger.fit) then ledgers.save(run.buf) end
end

return M
