-- The answer of a chat that is to be applied: the reply at a row, or the last; or one block of it.
local snippets = require('hum.chat.text.snippets')
local turns = require('hum.chat.text.turns')

local M = {}

---@class hum.ApplyAnswer
---@field text string
---@field row integer             of the reply's heading
---@field cut boolean             it is not complete
---@field block? { first: integer, last: integer }  lines of the text, from 1: only what is there counts

--- The reply that a row is in, else the last one above; without a row, or above the first, the last of the chat.
---@param chat integer
---@param row? integer
---@return hum.Turn|nil
local function reply_at(chat, row)
  local last, found
  for _, turn in ipairs(turns.of(chat).turns) do
    if turn.role == 'assistant' then
      last = turn
      if row and turn.row <= row then found = turn end
    end
  end
  return found or last
end

---@param chat integer
---@param one hum.Snippet
---@return string[]
local function raw(chat, one) return vim.api.nvim_buf_get_lines(chat, one.row, one.last + 1, false) end

---@param lines string[]
---@param at integer
---@param part string[]
---@return boolean
local function stands_at(lines, at, part)
  for i, line in ipairs(part) do
    if lines[at + i - 1] ~= line then return false end
  end
  return true
end

--- Where the lines of a block are in the text of its reply, from which thinking is left out. The same lines may be
--- there several times: it is the same one of them.
---@param chat integer
---@param turn hum.Turn
---@param one hum.Snippet
---@return { first: integer, last: integer }|nil
local function place(chat, turn, one)
  local part, nth = raw(chat, one), 0
  for _, other in ipairs(snippets.of(chat)) do
    if other.row >= turn.row and other.row <= one.row and vim.deep_equal(raw(chat, other), part) then nth = nth + 1 end
  end
  local lines = vim.split(turn.text, '\n', { plain = true })
  for at = 1, #lines - #part + 1 do
    if stands_at(lines, at, part) then
      nth = nth - 1
      if nth == 0 then return { first = at, last = at + #part - 1 } end
    end
  end
end

--- The block that is meant: by its number in hum.blocks(), by one of those, or at a row.
---@param chat integer
---@param block integer|hum.Block
---@return hum.Snippet|nil
local function snippet_of(chat, block)
  if type(block) == 'number' then return snippets.of(chat)[block] end
  return snippets.around(chat, block.first - 1)
end

--- The text as the model wrote it, if hum has put the end of a fence behind it: a file without an end may lack lines.
---@param text string
---@return string
local function left_open(text) return (text:gsub('\n%s*[`~]+%s*$', '')) end

---@param chat integer
---@param opts { row?: integer, block?: integer|hum.Block, closed?: fun(row: integer): boolean }
---@return hum.ApplyAnswer|nil answer, string|nil err  its second line is what to do
function M.find(chat, opts)
  local one
  if opts.block then
    one = snippet_of(chat, opts.block)
    if not one then return nil, 'there is no such code block' end
  end
  local turn = reply_at(chat, one and one.row or opts.row)
  if not turn or turn.text == '' then return nil, 'there is no reply yet' end
  local answer = { text = turn.text, row = turn.row, cut = turn.mark ~= nil } ---@type hum.ApplyAnswer
  if not answer.cut and opts.closed and opts.closed(turn.row) then answer.text = left_open(turn.text) end
  if not one then return answer end
  if one.row < turn.row or one.row > turn.last then return nil, 'the code block is not in a reply' end
  answer.block = place(chat, turn, one)
  if not answer.block then
    return nil, 'the code block cannot be applied on its own\n:Hum apply applies the whole reply'
  end
  return answer
end

return M
