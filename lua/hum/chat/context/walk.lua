-- Going through the turns of a chat in order: what the model has seen at each point, and which parts a turn's pieces
-- become there. Pure. The same records give the same parts, whenever they are walked through: so the beginnings of
-- requests stay as they were, to the byte.
--
-- A piece that cannot stand as it went becomes its content as a whole: a diff whose base is not sent any more, say.
local wording = require('hum.reference.wording')

local M = {}

---@alias hum.ContextForm
---| 'whole'    # its content
---| 'diff'     # what has changed since `base`
---| 'same'     # nothing: the model has it already
---| 'outline'  # of what is too large
---| 'image'
---| 'gone'     # a line that says so
---| 'held'     # a line: what has changed of it is not sent
---| 'back'     # a line: it is as the model has seen it, again

---@class hum.ContextPiece: hum.Worded  what went with one message of one source, as the ledger keeps it
---@field id string         of the source
---@field title string
---@field tag string
---@field attributes table<string, any>
---@field form hum.ContextForm
---@field kept? string      name of the content that the model knows then
---@field base? string      of a diff: of the one that it knew before
---@field sent? string      name of what goes, of a diff or an outline
---@field head? string      the words before what goes, as they were
---@field tail? string      likewise behind it
---@field bytes integer     of what goes
---@field lines integer
---@field tokens integer
---@field size { bytes: integer, lines: integer, tokens: integer }  of the content as a whole
---@field closed? boolean   the content ends with a line break
---@field follows boolean   later changes are sent
---@field path? string      of its file
---@field media? string     of an image
---@field width? integer
---@field height? integer
---@field cut? boolean      the user has taken it out
---@field forced? boolean   "!" has sent it

---@class hum.ContextTurn  what went with one turn of the user's
---@field key string  of its text
---@field n integer   which of the turns with this text
---@field at integer  seconds: when it was last sent
---@field text? string  name of what its text stands for, if that is another (`/explain`)
---@field pieces hum.ContextPiece[]

---@class hum.SeenSource
---@field id string
---@field kept? string    nil: it is gone
---@field piece hum.ContextPiece  that was last sent of it
---@field form hum.ContextForm    as it went
---@field follows boolean
---@field turn integer     with which it went
---@field forced? boolean  "!" has sent it
---@field out boolean     that turn is left out: the model does not see it any more
---@field held? boolean   the model was told that what has changed is not sent

---@class hum.WalkedPiece  a piece as it goes now
---@field piece hum.ContextPiece
---@field form hum.ContextForm|'twin'
---@field turn integer
---@field out boolean
---@field tokens integer
---@field bytes integer

---@class hum.Walk
---@field seen table<string, hum.SeenSource>  by place
---@field places table<string, table<string, true>>  where each content is what the model knows now, by name
---@field wholes table<string, true>  contents that went as a whole, by place and name
---@field names table<string, string>  by what path the model knows a file, by place
---@field owners table<string, string>  the place that a path means to the model
---@field lost table<string, true>    names under which nothing is kept any more
---@field pieces hum.WalkedPiece[]
---@field missed hum.ContextPiece[]   those whose content is lost

--- A buffer is what its file will be: both are one place, of which the last one that was sent counts. An image is a
--- file, by whichever kind it is named.
---@param id string
---@return string
function M.place(id) return (id:gsub('^buffer:(/)', 'file:%1'):gsub('^image:(/)', 'file:%1')) end

---@param piece hum.ContextPiece
---@return boolean  it is all of a file, which has a path
function M.is_file(piece) return piece.tag == 'file' or piece.tag == 'image' end

---@param lost? table<string, true>
---@return hum.Walk
function M.new(lost)
  return { seen = {}, places = {}, wholes = {}, names = {}, owners = {}, lost = lost or {}, pieces = {}, missed = {} }
end

---@param piece hum.ContextPiece
---@return string
local function content_key(piece) return M.place(piece.id) .. '\0' .. (piece.kept or '') end

--- Whether the model has seen a piece's content as a whole, of this source.
---@param walk hum.Walk
---@param piece hum.ContextPiece
---@return boolean
function M.was_whole(walk, piece) return walk.wholes[content_key(piece)] == true end

--- What the model knows now of a piece's source, if it sees that.
---@param walk hum.Walk
---@param id string
---@return hum.SeenSource|nil
function M.visible(walk, id)
  local seen = walk.seen[M.place(id)]
  return seen and not seen.out and seen or nil
end

--- Another source that has the same content for the model now.
---@param walk hum.Walk
---@param piece hum.ContextPiece
---@return hum.ContextPiece|nil
local function twin_of(walk, piece)
  local own, first = M.place(piece.id), nil ---@type string, string|nil
  for place in pairs(walk.places[piece.kept] or {}) do
    if place ~= own and (not first or place < first) then first = place end
  end
  return first and walk.seen[first].piece
end

--- Notes what the model knows of a source from now on.
---@param walk hum.Walk
---@param place string
---@param seen hum.SeenSource
local function set_seen(walk, place, seen)
  local before = walk.seen[place]
  if before and before.kept and walk.places[before.kept] then walk.places[before.kept][place] = nil end
  walk.seen[place] = seen
  if not seen.kept or seen.out or seen.form == 'outline' or seen.form == 'image' then return end
  walk.places[seen.kept] = walk.places[seen.kept] or {}
  walk.places[seen.kept][place] = true
end

--- As what a piece goes here.
---@param walk hum.Walk
---@param piece hum.ContextPiece
---@return hum.ContextForm|'twin'|'lost'
local function form_of(walk, piece)
  local lost, seen = walk.lost, M.visible(walk, piece.id)
  local form = piece.form
  if form == 'gone' then return form end
  if form == 'image' or form == 'outline' then
    local name = piece.sent or piece.kept
    if seen and seen.form == form and seen.piece.sent == piece.sent and seen.kept == piece.kept then return 'same' end
    return name and lost[name] and 'lost' or form
  end
  if seen and seen.kept == piece.kept and seen.form ~= 'outline' then return 'same' end
  if form == 'diff' and seen and seen.kept == piece.base and not lost[piece.sent] then return 'diff' end
  if piece.kept and lost[piece.kept] then return 'lost' end
  return piece.size.bytes > 0 and twin_of(walk, piece) and 'twin' or 'whole'
end

---@param text string
---@return hum.Part
local function text_part(text) return { type = 'text', text = text } end

--- What was made of a source, with words around it: those that it was sent with, once it was.
---@param piece hum.ContextPiece
---@param path fun(name: string): string
---@param head string
---@param tail string
---@return hum.Part[]
local function around_sent(piece, path, head, tail)
  local sent = piece.sent --[[@as string]]
  return { text_part(piece.head or head), { type = 'kept', path = path(sent) }, text_part(piece.tail or tail) }
end

---@type table<string, fun(piece: hum.ContextPiece, walk: hum.Walk, path: fun(name: string): string): hum.Part[]>
local PARTS = {
  whole = function(piece, _, path)
    local head, tail = piece.head, piece.tail
    if piece.form ~= 'whole' or not head or not tail then
      head, tail = wording.whole(piece, piece.closed)
    end
    local kept = piece.kept
    if not kept then return { text_part(head .. tail) } end
    return { text_part(head), { type = 'kept', path = path(kept) }, text_part(tail) }
  end,
  diff = function(piece, _, path) return around_sent(piece, path, wording.diff(piece)) end,
  outline = function(piece, _, path) return around_sent(piece, path, wording.outline(piece)) end,
  image = function(piece, _, path)
    return {
      text_part(piece.head or wording.image(piece)),
      {
        type = 'image',
        path = path(piece.kept --[[@as string]]),
        media = piece.media,
        name = piece.title,
      },
    }
  end,
  gone = function(piece) return { text_part(piece.head or wording.gone(piece)) } end,
  twin = function(piece, walk) return { text_part(wording.twin(piece, assert(twin_of(walk, piece)))) } end,
  same = function() return {} end,
}

---@param piece hum.ContextPiece
---@param form hum.ContextForm|'twin'
---@return integer tokens, integer bytes  of what goes
local function size_of(piece, form)
  if form == 'same' or form == 'twin' or form == 'gone' then return 0, 0 end
  if form == 'whole' then return piece.size.tokens, piece.size.bytes end
  return piece.tokens, piece.bytes
end

---@param walk hum.Walk
---@param piece hum.ContextPiece
---@param form hum.ContextForm|'twin'
---@param turn integer
---@param out boolean
local function note(walk, piece, form, turn, out)
  local place = M.place(piece.id)
  local before = walk.seen[place]
  local tokens, bytes = size_of(piece, form)
  local path = M.is_file(piece) and piece.attributes.path
  if path and not walk.names[place] then
    walk.names[place], walk.owners[path] = path, walk.owners[path] or place
  end
  walk.pieces[#walk.pieces + 1] = { piece = piece, form = form, turn = turn, out = out, tokens = tokens, bytes = bytes }
  if form == 'same' and before and not before.out then
    before.id, before.follows = piece.id, before.follows or piece.follows
    before.forced = before.forced or piece.forced
    return
  end
  set_seen(walk, place, {
    id = piece.id,
    kept = form ~= 'gone' and piece.kept or nil,
    piece = piece,
    form = (form == 'twin' and 'whole' or form) --[[@as hum.ContextForm]],
    follows = piece.follows,
    forced = piece.forced or form ~= 'gone' and before and before.forced or nil,
    turn = turn,
    out = out,
  })
  if form == 'whole' and not out then walk.wholes[content_key(piece)] = true end
end

--- Forms that say something of what the model has seen, and change nothing of that.
local REMARKS = { held = true, back = true }

---@param walk hum.Walk
---@param piece hum.ContextPiece
---@param turn integer
---@param out boolean
---@return hum.Part[]
local function remark(walk, piece, turn, out)
  local seen = walk.seen[M.place(piece.id)]
  if not seen then return {} end
  seen.held = piece.form == 'held'
  walk.pieces[#walk.pieces + 1] = { piece = piece, form = piece.form, turn = turn, out = out, tokens = 0, bytes = 0 }
  if out or seen.out then return {} end
  return { text_part(piece.head or wording[piece.form](piece)), text_part(wording.BETWEEN) }
end

--- Goes over a turn that is left out: what it told the model is known here, but the model does not see it.
---@param walk hum.Walk
---@param record hum.ContextTurn
---@param turn integer
function M.leave_out(walk, record, turn)
  for _, piece in ipairs(record.pieces) do
    if REMARKS[piece.form] and not piece.cut then
      remark(walk, piece, turn, true)
    elseif not piece.cut then
      note(walk, piece, piece.form, turn, true)
    end
  end
end

--- Adds a piece to a walk.
---@param walk hum.Walk
---@param piece hum.ContextPiece
---@param turn integer
---@param path fun(name: string): string
---@return hum.Part[]
function M.piece(walk, piece, turn, path)
  if piece.cut then return {} end
  if REMARKS[piece.form] then return remark(walk, piece, turn, false) end
  local form = form_of(walk, piece)
  if form == 'lost' then
    walk.missed[#walk.missed + 1] = piece -- what the model knew before, it knows still
    return {}
  end
  local parts = PARTS[form](piece, walk, path)
  note(walk, piece, form, turn, false)
  if parts[1] then parts[#parts + 1] = text_part(wording.BETWEEN) end
  return parts
end

--- Goes over a turn: the parts that stand before its text.
---@param walk hum.Walk
---@param record hum.ContextTurn
---@param turn integer  its index
---@param path fun(name: string): string  where something is kept
---@return hum.Part[]
function M.add(walk, record, turn, path)
  local parts = {}
  for _, piece in ipairs(record.pieces) do
    vim.list_extend(parts, M.piece(walk, piece, turn, path))
  end
  return parts
end

return M
