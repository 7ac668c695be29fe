-- Why references are not sent, in words: two lines, what is wrong and what to do.
local notify = require('hum.notify')
local refusal = require('hum.reference.refusal')

local M = {}

--- Why a piece is not sent: what is wrong, and what to do.
---@param piece hum.Piece
---@return string
function M.of(piece)
  local source, ref = piece.source, piece.ref
  if piece.forceable and not piece.cure and ref and not ref.force then
    return refusal.words(ref, source.title, piece.why or '')
  end
  local is_own = source.title == (ref and ref.text)
  local what = is_own and (piece.why or '') or ('%s: %s'):format(source.title, piece.why or '')
  return piece.cure and what .. '\n' .. piece.cure or what
end

---@param piece hum.Piece
---@return boolean
local function is_bad(piece)
  local is_nothing = piece.state == 'empty' and piece.why ~= nil
  return piece.state == 'missing' or piece.state == 'refused' or is_nothing
end

--- The first fault of a reference. Of several files what cannot be sent is left out, unless that is all.
---@param entries hum.ReferenceEntry[]
---@return hum.Piece|nil
local function fault_of(entries)
  local first, good = nil, 0
  for _, entry in ipairs(entries) do
    local bad = entry.piece ~= nil and is_bad(entry.piece)
    if bad and not entry.source.listed then return entry.piece end
    first = first or (bad and entry.piece) or nil
    good = good + (bad and 0 or 1)
  end
  return good == 0 and first or nil
end

--- The first of some references that cannot be sent.
---@param entries hum.ReferenceEntry[][]  by reference
---@return string|nil
function M.first(entries)
  for _, of_one in ipairs(entries) do
    local piece = fault_of(of_one)
    if piece then return M.of(piece) end
  end
end

--- Says what was left out of lists: never without a word.
---@param pieces hum.Piece[]
function M.tell_left_out(pieces)
  local left, notes = {}, {}
  for _, piece in ipairs(pieces) do
    if piece.state == 'refused' or piece.state == 'missing' then
      left[#left + 1] = ('%s (%s)'):format(piece.source.title, piece.why or '')
    end
    local note = piece.note
    -- What is no file of its own is called by its reference.
    if note and piece.ref and not piece.source.path then note = ('%s: %s'):format(piece.ref.text, note) end
    if note and not vim.tbl_contains(notes, note) then notes[#notes + 1] = note end
  end
  if #left > 0 then
    local some = table.concat(vim.list_slice(left, 1, 3), ', ')
    local more = #left > 3 and (' and %d more'):format(#left - 3) or ''
    notes[#notes + 1] = ('%d %s left out: %s%s'):format(#left, #left == 1 and 'file was' or 'files were', some, more)
  end
  for _, note in ipairs(notes) do
    notify.warn('hum: ' .. note)
  end
end

return M
