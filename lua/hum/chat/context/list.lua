-- What the model of a chat has seen beside the chat's text, as a list of sources.
local walks = require('hum.chat.context.walk')

local M = {}

---@class hum.ContextItem  a source
---@field id string
---@field title string
---@field path? string    of its file
---@field kind string     'file', 'lines', 'output', …
---@field form string     how it was sent last: 'whole', 'diff', 'outline', 'image', 'gone'
---@field diffs integer   changes that were sent of it
---@field at integer      seconds: when it was sent first
---@field last integer    when last
---@field turn integer    index of the turn that it went with first
---@field tokens integer  of all that goes of it now, about
---@field bytes integer
---@field follows boolean  its changes are sent with the next message
---@field changed? boolean|'gone'  since then
---@field held? boolean   what has changed of it is not sent, as the model was told
---@field cut boolean     it is not sent any more, as the user said
---@field left_out boolean  nor is it because it does not fit
---@field after integer   tokens from the turn that it went with first on, which the server reads again if it is cut

---@param piece hum.ContextPiece
---@param at integer
---@param turn integer
---@return hum.ContextItem
local function new(piece, at, turn)
  return {
    id = walks.place(piece.id),
    title = piece.title,
    path = piece.path,
    kind = piece.tag,
    form = piece.form,
    diffs = 0,
    at = at,
    last = at,
    turn = turn,
    tokens = 0,
    bytes = 0,
    follows = piece.follows,
    cut = false,
    left_out = false,
    after = 0,
  }
end

---@param item hum.ContextItem
---@param walked hum.WalkedPiece
---@param at integer
local function add(item, walked, at)
  item.held = walked.form == 'held'
  if item.held or walked.form == 'back' then return end
  item.form, item.last, item.left_out = walked.form, at, walked.out
  if walked.form == 'diff' then item.diffs = item.diffs + 1 end
  if walked.out then return end
  item.tokens, item.bytes = item.tokens + walked.tokens, item.bytes + walked.bytes
end

--- The sources that a walk has gone over, in the order in which they came.
---@param walk hum.Walk
---@param times table<integer, integer>  when each turn was sent
---@param cut { piece: hum.ContextPiece, turn: integer }[]  that the user has taken out
---@return hum.ContextItem[]
function M.of(walk, times, cut)
  local items, of = {}, {} ---@type hum.ContextItem[], table<string, hum.ContextItem>
  local function item_of(piece, turn)
    local place = walks.place(piece.id)
    if not of[place] then
      of[place] = new(piece, times[turn] or 0, turn)
      items[#items + 1] = of[place]
    end
    return of[place]
  end
  for _, walked in ipairs(walk.pieces) do
    if walked.form ~= 'same' then add(item_of(walked.piece, walked.turn), walked, times[walked.turn] or 0) end
  end
  for _, one in ipairs(cut) do
    local is_new = of[walks.place(one.piece.id)] == nil
    local item = item_of(one.piece, one.turn)
    item.cut = item.cut or is_new
  end
  table.sort(items, function(a, b)
    if a.turn ~= b.turn then return a.turn < b.turn end
    return a.id < b.id
  end)
  return items
end

return M
