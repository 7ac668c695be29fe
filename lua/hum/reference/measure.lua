-- From sources to pieces: the helper reads them, keeps a copy, and says how large they are and what has changed.
local config = require('hum.config')
local convert = require('hum.reference.convert')
local count = require('hum.count')
local gather = require('hum.server.gather')
local refusal = require('hum.reference.refusal')
local slices = require('hum.slices')

local M = {}

---@class hum.Piece
---@field ref? hum.Reference  nil: of check()
---@field source hum.Source
---@field state 'ok'|'missing'|'refused'|'asks'|'large'|'empty'
---@field why? string     what is wrong, in words
---@field cure? string    what to do about it
---@field forceable? boolean  "!" would send it
---@field kept? string    name
---@field bytes integer
---@field lines integer
---@field tokens integer  of what is sent: whole, or the outline
---@field form? 'whole'|'outline'
---@field same? boolean   nothing has changed since it was seen
---@field since? string    what `diff` is held against
---@field diff? table     { kept, text?, bytes, lines, tokens, added, removed }
---@field outline? table  { kept, bytes, tokens }
---@field image? table    { kept, media, width, height, bytes }
---@field note? string    what was left out of it, and why
---@field is_pdf? boolean

---@class hum.ReferenceEntry  a source on its way to be a piece
---@field ref? hum.Reference
---@field source hum.Source
---@field force boolean     nothing is refused
---@field inside boolean    the file is in a folder that belongs to the project
---@field trusted? boolean  the user's list allows it, whatever is in it
---@field watch? boolean    it is followed: what was harmless may be a secret, or large, by now
---@field want? 'whole'|'outline'
---@field since? string
---@field piece? hum.Piece  it is one already
---@field copy? string      a file that is read in place of the source's: what it was converted to
---@field note? string      what was done with it

---@param entry hum.ReferenceEntry
---@param state string
---@param why? string
---@param cure? string
---@return hum.Piece
function M.none(entry, state, why, cure)
  local source = entry.source
  local piece = { ref = entry.ref, source = source, state = state, why = why, cure = cure, note = source.note }
  piece.bytes, piece.lines, piece.tokens = 0, 0, 0
  piece.note = entry.note or piece.note
  return piece --[[@as hum.Piece]]
end

--- One that "!" would send.
---@param entry hum.ReferenceEntry
---@param why string
---@return hum.Piece
function M.refused(entry, why)
  local piece = M.none(entry, 'refused', why)
  piece.forceable = true
  return piece
end

--- What is followed is not to be sent as it has become: the model goes on with what it has seen.
---@param entry hum.ReferenceEntry
---@param why string
---@return hum.Piece
function M.held_back(entry, why)
  if not entry.since then return M.refused(entry, why) end
  local piece = M.none(entry, 'ok')
  piece.same, piece.form, piece.kept = true, 'whole', entry.since
  piece.note = ('%s: what has changed is not sent: %s'):format(entry.source.title, why)
  return piece
end

--- Why what is followed is held back.
---@param entry hum.ReferenceEntry
---@param piece hum.Piece
---@return string|nil
local function holds_back(entry, piece)
  if not entry.watch or piece.same then return nil end
  if piece.image then return 'it is an image' end
  if piece.state == 'refused' then return piece.why end
  if piece.state ~= 'large' then return nil end
  return ('it is large (about %s tokens); name it again to choose what is sent'):format(count.short(piece.tokens))
end

---@param entry hum.ReferenceEntry
---@return table  as |hum-protocol| says
local function item_of(entry)
  local source = entry.source
  return {
    path = entry.copy or source.path,
    buf = source.buf,
    text = source.text,
    name = source.text and source.title or nil,
    first = source.first,
    last = source.last,
    force = (entry.force or entry.inside or entry.copy ~= nil) or nil,
    as_text = entry.force or nil,
    since = entry.since,
    want = entry.want,
  }
end

--- States of the helper that are none of a piece.
---@type table<string, fun(entry: hum.ReferenceEntry, result: table): hum.Piece>
local STATES = {
  outside = function(entry) return M.refused(entry, refusal.OUTSIDE) end,
  binary = function(entry, result)
    local piece = M.refused(entry, refusal.BINARY)
    piece.is_pdf = result.kind == 'pdf' or nil
    return piece
  end,
  missing = function(entry) return M.none(entry, 'missing', 'it is not there any more') end,
  unreadable = function(entry, result)
    return M.none(
      entry,
      'missing',
      'it cannot be read: ' .. (result.why or 'no reason was given'),
      'Check who may read it.'
    )
  end,
  directory = function(entry) return M.none(entry, 'refused', 'it is a directory', 'Name a file in it.') end,
  special = function(entry) return M.none(entry, 'refused', 'it is a device or a pipe', 'Name an ordinary file.') end,
  range = function(entry, result)
    local words = 'it has only %d lines'
    return M.none(entry, 'missing', words:format(result.lines or 0), 'Name lines that are there.')
  end,
}

---@param result table
---@return table|nil
local function image_of(result)
  if result.kind ~= 'image' then return nil end
  return {
    kept = result.kept,
    media = result.media,
    width = result.width,
    height = result.height,
    bytes = result.bytes,
  }
end

--- Tokens that an image has at the least: some models count 256 for each, others one for 750 pixels or so. More must
--- not be claimed: a server that counts less would seem to have cut the prompt.
---@param image table
---@return integer
local function image_tokens(image)
  local pixels = (image.width or 0) * (image.height or 0)
  return pixels == 0 and 256 or math.min(256, math.max(1, math.ceil(pixels / 750)))
end

--- What has changed goes in the place of what is large, unless it is most of that.
---@param result table
---@return boolean
local function is_small_change(result)
  local diff = result.diff
  return diff ~= nil and diff.bytes * 2 <= (result.bytes or 0) and diff.tokens <= config.get().reference.large
end

---@param piece hum.Piece
---@param entry hum.ReferenceEntry
---@param result table
local function set_form(piece, entry, result)
  local large = result.state == 'large' or (piece.tokens > config.get().reference.large and not entry.want)
  if large and entry.want ~= 'whole' and not result.same and not is_small_change(result) then piece.state = 'large' end
  if entry.want == 'outline' and result.outline then
    piece.state, piece.form = 'ok', 'outline'
    piece.tokens = result.outline.tokens
    piece.same = entry.since ~= nil and entry.since == result.outline.kept or nil
    piece.diff = nil
  end
end

---@param entry hum.ReferenceEntry
---@param result table
---@return hum.Piece
local function piece_of(entry, result)
  local special = STATES[result.state]
  if special then return special(entry, result) end
  local is_looked_at = not entry.force and not entry.trusted and not (entry.watch and result.same)
  local secret = is_looked_at and result.head and refusal.of_head(result.head, entry.source.path or entry.source.title)
  if secret then return M.refused(entry, secret) end
  local piece = M.none(entry, 'ok')
  piece.kept, piece.bytes = result.kept, result.bytes or 0
  piece.lines, piece.tokens = result.lines or 0, result.tokens or 0
  piece.same, piece.diff, piece.outline = result.same, result.diff, result.outline
  piece.since = entry.since
  piece.form, piece.image = 'whole', image_of(result)
  if piece.image then
    piece.tokens = image_tokens(piece.image)
  else
    set_form(piece, entry, result)
  end
  if piece.bytes == 0 and not piece.image and piece.state == 'ok' then piece.state = 'empty' end
  return piece
end

--- Has the sources read. An entry that is a piece already is passed over.
---@param entries hum.ReferenceEntry[]
---@param where hum.Where
---@param folder string|nil  where a copy is kept; nil: they are only measured
---@param cb fun(err: string|nil)  scheduled, once
---@return fun() cancel
function M.start(entries, where, folder, cb)
  local asked = vim.tbl_filter(function(entry) return entry.piece == nil end, entries)
  if #asked == 0 then
    cb(nil)
    return function() end
  end
  local spec = { folder = folder, root = where.project, items = vim.tbl_map(item_of, asked) }
  local stops = {} ---@type table<string, fun()>
  local function convert_all()
    stops.convert = convert.start(asked, where, function(any)
      if not any then return cb(nil) end
      stops.again = M.start(asked, where, folder, cb)
    end)
  end
  stops.gather = gather.start(spec, function(err, results)
    if not results then return cb(err and err.message or 'the files could not be read') end
    local function take(entry, i)
      local piece = piece_of(entry, results[i])
      local why = holds_back(entry, piece)
      entry.piece = why and M.held_back(entry, why) or piece
    end
    stops.slices = slices.each(asked, take, convert_all)
  end)
  return function()
    for _, stop in pairs(stops) do
      stop()
    end
  end
end

return M
