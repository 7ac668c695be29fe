-- What references stood for that the model does not see any more, since the message that it went with is not sent.
local ledgers = require('hum.chat.context.ledger')
local walks = require('hum.chat.context.walk')

local M = {}

--- So many are named.
local MOST = 3

--- Forms of a piece that have nothing of its content.
local BARE = { gone = true, held = true, back = true }

--- Of a request: what went with the messages that are left out of it.
---@param walk hum.Walk
---@return string[] titles
function M.of_walk(walk)
  local seen = {} ---@type hum.SeenSource[]
  for _, one in pairs(walk.seen) do
    if one.out and one.kept then seen[#seen + 1] = one end
  end
  table.sort(seen, function(a, b)
    if a.turn ~= b.turn then return a.turn < b.turn end
    return a.id < b.id
  end)
  return vim.tbl_map(function(one) return one.piece.title end, seen)
end

--- Of a chat: what went with the turns above a row, and with none below it.
---@param buf integer
---@param list hum.Turn[]
---@param row integer
---@return string[] titles
---@return integer tokens  of all that went with the turns above
function M.above(buf, list, row)
  if not ledgers.has(buf) then return {}, 0 end
  local gone, stay = {}, {} ---@type table<string, true>, table<string, true>  turns, by their keys
  local key_of = ledgers.keys(buf)
  for _, turn in ipairs(list) do
    local keys = turn.row < row and gone or stay
    if turn.role == 'user' and turn.text ~= '' then keys[key_of(turn.text)] = true end
  end
  local seen, titles, tokens = {}, {}, 0 ---@type table<string, true>, string[], integer
  local function each(keys, fn)
    for _, record in ipairs(ledgers.get(buf).turns) do
      for _, piece in ipairs(keys[record.key] and record.pieces or {}) do
        if not piece.cut and not BARE[piece.form] then fn(piece, walks.place(piece.id)) end
      end
    end
  end
  each(stay, function(_, place) seen[place] = true end)
  each(gone, function(piece, place)
    tokens = tokens + (piece.tokens or 0)
    if not seen[place] then titles[#titles + 1] = piece.title end
    seen[place] = true
  end)
  return titles, tokens
end

--- As it is told.
---@param titles string[]
---@return string|nil  nil: there is nothing to tell
function M.words(titles)
  if #titles == 0 then return nil end
  local more = #titles > MOST and (' and %d more'):format(#titles - MOST) or ''
  local named = table.concat(vim.list_slice(titles, 1, MOST), ', ')
  local is, it = #titles == 1 and 'is' or 'are', #titles == 1 and 'it' or 'them'
  return ('%s%s %s not sent any more: refer to %s again where you need %s.'):format(named, more, is, it, it)
end

return M
