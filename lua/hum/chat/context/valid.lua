-- A ledger that was read from a file, which anybody may have written: only what is as it should be is taken. Pure.
local M = {}

--- More is no ledger of hum's.
local MOST_TURNS, MOST_PIECES, MOST_TEXT, MOST_NOTES = 10000, 2000, 4000, 200

local FORMS = {
  whole = true,
  diff = true,
  same = true,
  outline = true,
  image = true,
  gone = true,
  held = true,
  back = true,
}

---@param value any
---@param most? integer  bytes
---@return string|nil
local function text(value, most)
  return type(value) == 'string' and #value <= (most or MOST_TEXT) and not value:find('%z') and value or nil
end

---@param value any
---@return integer
local function count(value)
  local is = type(value) == 'number' and value == value and value >= 0 and value < 2 ^ 53
  return is and math.floor(value) or 0
end

--- A name under which something is kept, which leads nowhere else.
---@param value any
---@return string|nil
local function name(value)
  local hash = text(value, 80) and (value:match('^(%x+)$') or value:match('^(%x+)%.%w+$'))
  return hash and #hash == 64 and value or nil
end

---@param value any
---@return table<string, string>
local function attributes(value)
  local out, left = {}, 20
  for key, one in pairs(type(value) == 'table' and value or {}) do
    if left > 0 and text(key, 60) and (text(one) or type(one) == 'number') then
      out[key] = tostring(one)
      left = left - 1
    end
  end
  return out
end

---@param value any
---@return { bytes: integer, lines: integer, tokens: integer }
local function size(value)
  local from = type(value) == 'table' and value or {}
  return { bytes = count(from.bytes), lines = count(from.lines), tokens = count(from.tokens) }
end

---@param value any
---@return hum.ContextPiece|nil
local function piece(value)
  if type(value) ~= 'table' or not text(value.id) or not FORMS[value.form] then return nil end
  local own = size(value)
  ---@type hum.ContextPiece
  local out = {
    id = value.id,
    title = text(value.title) or value.id,
    tag = text(value.tag, 60) or 'source',
    attributes = attributes(value.attributes),
    form = value.form,
    kept = name(value.kept),
    base = name(value.base),
    sent = name(value.sent),
    head = text(value.head, 2 * MOST_TEXT),
    tail = text(value.tail, 2 * MOST_TEXT),
    bytes = own.bytes,
    lines = own.lines,
    tokens = own.tokens,
    size = size(value.size),
    closed = value.closed == true or nil,
    follows = value.follows == true,
    path = text(value.path),
    media = text(value.media, 60),
    width = value.width and count(value.width),
    height = value.height and count(value.height),
    cut = value.cut == true or nil,
    forced = value.forced == true or nil,
  }
  local form = out.form
  if (form == 'diff' or form == 'outline') and not out.sent or form == 'image' and not out.kept then return nil end
  return out
end

---@param list any
---@param most integer
---@param read fun(value: any): any
---@return any[]|nil  nil: it is no list, or something in it is wrong
local function all(list, most, read)
  if type(list) ~= 'table' or not vim.islist(list) or #list > most then return nil end
  local out = {}
  for i, one in ipairs(list) do
    out[i] = read(one)
    if out[i] == nil then return nil end
  end
  return out
end

---@param value any
---@return hum.ContextTurn|nil
local function turn(value)
  if type(value) ~= 'table' then return nil end
  local key, pieces = name(value.key), all(value.pieces, MOST_PIECES, piece)
  if not key or not pieces then return nil end
  return { key = key, n = math.max(count(value.n), 1), at = count(value.at), text = name(value.text), pieces = pieces }
end

---@param value any
---@return hum.SystemNote|nil
local function note(value)
  if type(value) ~= 'table' then return nil end
  return {
    path = text(value.path),
    title = text(value.title) or '',
    tokens = value.tokens and count(value.tokens),
    state = text(value.state, 60) or 'ok',
    why = text(value.why),
  }
end

---@param value any
---@return hum.ContextSystem|nil
local function system(value)
  if type(value) ~= 'table' or not name(value.key) then return nil end
  return {
    key = value.key,
    kept = name(value.kept),
    tokens = count(value.tokens),
    bytes = count(value.bytes),
    replaces = value.replaces == true or nil,
    notes = all(value.notes, MOST_NOTES, note) or {},
  }
end

---@param value any
---@return table<string, 'outline'|'whole'>
local function choices(value)
  local out = {} ---@type table<string, 'outline'|'whole'>
  for id, choice in pairs(type(value) == 'table' and value or {}) do
    if text(id) and (choice == 'outline' or choice == 'whole') then out[id] = choice end
  end
  return out
end

--- The ledger that is in what was read.
---@param value table
---@return hum.Ledger|nil  nil: it is none
function M.ledger(value)
  if value.version ~= 1 then return nil end
  local turns = all(value.turns or {}, MOST_TURNS, turn)
  if not turns then return nil end
  ---@type hum.Ledger
  local ledger = {
    version = 1,
    turns = turns,
    system = system(value.system),
    fit = type(value.fit) == 'table' and value.fit or {},
    choices = choices(value.choices),
  }
  return ledger
end

return M
