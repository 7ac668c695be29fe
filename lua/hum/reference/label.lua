-- What is said behind a reference while it is written: its size, or why it cannot be sent.
local bufload = require('hum.bufload')
local convert = require('hum.reference.convert')
local count = require('hum.count')

local M = {}

---@param tokens integer
---@return string
local function in_tokens(tokens)
  if tokens < 1000 then return count.of(tokens, 'token') end
  if tokens < 10000 then return ('%.1fk tokens'):format(tokens / 1000) end
  return count.short(tokens) .. ' tokens'
end

--- Of a sentence the beginning, without what is in parentheses: a mark is no place for more.
---@param why string
---@return string
local function brief(why)
  why = why:gsub('%s+', ' '):gsub(' %b()', '')
  return vim.fn.strcharlen(why) > 60 and vim.fn.strcharpart(why, 0, 59) .. '…' or why
end

---@param pieces hum.Piece[]
---@return integer tokens, integer sent, integer left, boolean large
function M.summed(pieces)
  local tokens, sent, left, large = 0, 0, 0, false
  for _, piece in ipairs(pieces) do
    if piece.state == 'refused' or piece.state == 'missing' then
      left = left + 1
    else
      tokens, sent = tokens + piece.tokens, sent + 1
      large = large or piece.state == 'large'
    end
  end
  return tokens, sent, left, large
end

---@param piece hum.Piece
---@return string|nil
local function fault_of(piece)
  if piece.state == 'missing' then
    local why = piece.why or ''
    return (why == '' or why:find('^there is no ')) and 'not found' or brief(why)
  end
  if piece.state == 'refused' then return 'refused: ' .. brief(piece.why or '') end
  if piece.state == 'empty' and piece.why then return brief(piece.why) end
end

--- Of a file on the disk: its buffer has changes that are not in it.
---@param piece hum.Piece
---@return boolean
local function is_unsaved(piece)
  local path = vim.startswith(piece.source.id, 'file:') and piece.source.path
  local buf = path and bufload.named(path)
  return buf ~= nil and buf ~= false and vim.bo[buf].modified
end

--- What is said behind a reference.
---@param pieces hum.Piece[]
---@return string text
---@return boolean is_fault
function M.words(pieces)
  local first = pieces[1]
  local fault_text = #pieces == 1 and fault_of(first)
  if fault_text then return fault_text, true end
  if first.state == 'asks' then return 'asks before sending', false end
  local tokens, sent, left, large = M.summed(pieces)
  local parts = {}
  if #pieces > 1 then parts[1] = count.of(sent, 'file') end
  if not first.image or #pieces > 1 then
    parts[#parts + 1] = (first.form == 'outline' and 'outline, ' or '') .. in_tokens(tokens)
  end
  if first.state == 'empty' and #pieces == 1 then parts = { 'empty' } end
  if #pieces == 1 and is_unsaved(first) then parts[#parts + 1] = 'without unsaved changes' end
  if large then parts[#parts + 1] = 'large' end
  if first.source.unsaved then
    parts[#parts + 1] = 'with unsaved changes'
  elseif first.note and not first.image then
    parts[#parts + 1] = 'in part'
  end
  if left > 0 then parts[#parts + 1] = left .. ' left out' end
  return table.concat(parts, ', '), false
end

--- The line of an image: name, pixels, size.
---@param piece hum.Piece
---@return string
function M.image(piece) return ('%s, %s'):format(piece.source.title, convert.words(assert(piece.image))) end

return M
