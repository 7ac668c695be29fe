-- References in a text that belongs to no chat, such as the instruction of an edit: resolved as in a chat, each time
-- anew, into parts of a message.
local reference = require('hum.reference')
local temporary = require('hum.reference.temporary')
local wording = require('hum.reference.wording')

local M = {}

---@param text string
---@return table  as |hum-protocol| has it
local function text_part(text) return { type = 'text', text = text } end

---@param path string  of what is kept
---@return boolean  it ends with a line break
local function is_closed(path)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return false end
  local stat = vim.uv.fs_fstat(fd)
  local last = stat and stat.size > 0 and vim.uv.fs_read(fd, 1, stat.size - 1)
  vim.uv.fs_close(fd)
  return last == '\n'
end

---@param piece hum.Piece
---@return hum.Worded
local function named(piece)
  local source = piece.source
  return { title = source.title, tag = source.tag, attributes = source.attributes }
end

--- A piece as parts of a message: what it is called, what it holds, and a blank line.
---@param piece hum.Piece
---@param folder string
---@return table[]
local function parts_of(piece, folder)
  local image = piece.image
  if image then
    local path = vim.fs.joinpath(folder, image.kept)
    local part = { type = 'image', path = path, media = image.media, name = piece.source.title }
    return { text_part(wording.image(named(piece)) .. wording.BETWEEN), part }
  end
  local outline = piece.form == 'outline' and piece.outline or nil
  local kept = outline and outline.kept or piece.kept
  local path = kept and vim.fs.joinpath(folder, kept)
  local head, tail = (outline and wording.outline or wording.whole)(named(piece), path and is_closed(path) or nil)
  local content = path and { type = 'kept', path = path } or text_part('')
  return { text_part(head), content, text_part(tail .. wording.BETWEEN) }
end

---@class hum.AttachedParts
---@field parts table[]    of a message, in front of its text; empty: there is no reference
---@field tokens integer   of all of them, as estimated
---@field pieces hum.Piece[]

--- Has the references of some texts resolved.
---@param texts string[]  what the user wrote; a source that several name is there once
---@param where hum.Where
---@param cb fun(err?: string, attached?: hum.AttachedParts)  once, not after a cancel; err: why they cannot be sent
---@return fun() cancel
function M.to(texts, where, cb)
  local refs = {}
  for _, text in ipairs(texts) do
    vim.list_extend(refs, reference.find(vim.split(text, '\n', { plain = true })))
  end
  if #refs == 0 then
    cb(nil, { parts = {}, tokens = 0, pieces = {} })
    return function() end
  end
  local folder = temporary.folder()
  return reference.resolve(refs, where, { folder = folder }, function(err, pieces)
    if not pieces then return cb(err) end
    local sent, parts, tokens = {}, {}, 0
    for _, piece in ipairs(pieces) do
      local is_sent = piece.state == 'ok' or piece.state == 'empty'
      if is_sent and not piece.same then
        sent[#sent + 1], tokens = piece, tokens + piece.tokens
        vim.list_extend(parts, parts_of(piece, folder))
      end
    end
    cb(nil, { parts = parts, tokens = tokens, pieces = sent })
  end)
end

return M
