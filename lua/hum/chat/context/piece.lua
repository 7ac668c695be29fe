-- What a reference stands for now, as a piece of a chat's context: whole, as what has changed, or not at all, by what
-- the model has seen. Pure.
local walks = require('hum.chat.context.walk')
local wording = require('hum.reference.wording')

local M = {}

---@param source hum.Source
---@return string|nil  its file
local function path_of(source) return source.path or source.id:match('^%a+:(/.*)$') end

---@param piece hum.Piece
---@return hum.ContextPiece  without its form
local function plain(piece)
  local source = piece.source
  local size = { bytes = piece.bytes or 0, lines = piece.lines or 0, tokens = piece.tokens or 0 }
  return {
    id = source.id,
    title = source.title,
    tag = source.tag,
    attributes = source.attributes or {},
    form = 'whole',
    kept = piece.kept,
    bytes = size.bytes,
    lines = size.lines,
    tokens = size.tokens,
    size = size,
    follows = source.follows == true,
    path = path_of(source),
    forced = piece.ref ~= nil and piece.ref.force or nil,
  }
end

---@param place string
---@return string|nil
local function real(place)
  local path = vim.uv.fs_realpath((place:gsub('^file:', '')))
  return path
end

--- A file keeps the path by which the model knows it, wherever Neovim is now; another one that would have the same, of
--- another project, has all of its own.
---@param walk hum.Walk
---@param out hum.ContextPiece
local function name(walk, out)
  local path = walks.is_file(out) and out.attributes.path
  if not path then return end
  local place = walks.place(out.id)
  local known, owner = walk.names[place], walk.owners[path]
  if not known and owner and owner ~= place and real(owner) ~= real(place) then
    known = vim.fn.fnamemodify(out.path or path, ':~')
  end
  if not known or known == path then return end
  out.attributes, out.title = vim.tbl_extend('force', out.attributes, { path = known }), known
end

---@param out hum.ContextPiece
---@param form hum.ContextForm
---@param size { bytes?: integer, lines?: integer, tokens?: integer }
---@return hum.ContextPiece
local function as(out, form, size)
  out.form, out.bytes, out.lines, out.tokens = form, size.bytes or 0, size.lines or 0, size.tokens or 0
  return out
end

--- A diff is sent where it is small, or where the content has been sent as a whole already. One that was made before
--- another reference of the same message has told the model something else of the source is of no use.
---@param walk hum.Walk
---@param out hum.ContextPiece
---@param piece hum.Piece
---@param seen hum.SeenSource
---@return boolean
local function is_diff(walk, out, piece, seen)
  local diff = piece.diff --[[@as hum.PieceDiff|nil]]
  if not diff or not diff.kept or piece.since ~= seen.kept then return false end
  if seen.form == 'outline' or seen.form == 'image' then return false end
  return diff.bytes * 2 <= out.size.bytes or walks.was_whole(walk, out)
end

---@class hum.PieceDiff
---@field kept? string
---@field bytes integer
---@field lines integer
---@field tokens integer

--- A piece as it goes with the next message.
---@param walk hum.Walk
---@param piece hum.Piece  that can be sent
---@param is_closed fun(name: string): boolean  something that is kept ends with a line break
---@return hum.ContextPiece
function M.of(walk, piece, is_closed)
  local out = plain(piece)
  name(walk, out)
  out.closed = out.kept and is_closed(out.kept) or nil
  local seen = walks.visible(walk, out.id)
  if piece.image then
    local image = piece.image
    out.kept = image.kept or piece.kept
    out.media, out.width, out.height = image.media, image.width, image.height
    out.head, out.follows = wording.image(out), false
    return as(out, 'image', out.size)
  elseif piece.form == 'outline' and piece.outline then
    out.sent = piece.outline.kept
    out.head, out.tail = wording.outline(out, is_closed(out.sent))
    return as(out, 'outline', piece.outline)
  elseif seen and seen.kept == out.kept and seen.form ~= 'outline' then
    return as(out, 'same', {})
  elseif seen and piece.diff and is_diff(walk, out, piece, seen) then
    out.base, out.sent = seen.kept, piece.diff.kept
    out.head, out.tail = wording.diff(out, is_closed(out.sent))
    return as(out, 'diff', piece.diff)
  end
  out.head, out.tail = wording.whole(out, out.closed)
  return out
end

--- A line about a source instead of what has changed of it since the model has seen it.
---@param seen hum.SeenSource
---@param form 'gone'|'held'|'back'
---@return hum.ContextPiece
function M.line(seen, form)
  local before = seen.piece
  ---@type hum.ContextPiece
  local out = {
    id = seen.id,
    title = before.title,
    tag = before.tag,
    attributes = before.attributes,
    form = form,
    bytes = 0,
    lines = 0,
    tokens = 0,
    size = { bytes = 0, lines = 0, tokens = 0 },
    follows = before.follows,
    path = before.path,
  }
  out.head = wording[form](out)
  return out
end

return M
