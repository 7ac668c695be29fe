-- What a reply that did not come to its end has of the model: without the mark, and without what hum has put there to
-- close what the text left open. Pure: lines in, lines and a turn out.
local block = require('hum.chat.text.block')
local read = require('hum.chat.text.read')

local M = {}

---@class hum.Unfinished  what lines do not tell of a reply that ended
---@field closed boolean   hum has closed what it left open
---@field breaks integer   line breaks behind its last word

---@param lines string[]
---@param last integer
---@return integer  that of the last line up to there that is not blank
local function upto_text(lines, last)
  while last > 1 and not lines[last]:find('%S') do
    last = last - 1
  end
  return last
end

--- What each line of a turn is.
---@param lines string[]
---@return hum.BlockKind[]
local function kinds_of(lines)
  local kinds, id = {}, read.begin(1).id
  for i, line in ipairs(lines) do
    id, kinds[i] = block.next(id, line)
  end
  return kinds
end

local CLOSES = { fence_close = true, think_close = true }

--- Cuts off what hum has put behind a reply. If it is not known whether that has closed it, a line in front of the mark
--- that closes something is hum's: the model has not come to what follows.
---@param lines string[]  of the turn, from its heading on
---@param turn hum.Turn   read from them
---@param unfinished? hum.Unfinished
---@return string[] kept
---@return hum.Turn turn  as far as it goes
function M.read(lines, turn, unfinished)
  local last = upto_text(lines, #lines)
  if turn.mark then
    last = upto_text(lines, last - 1)
    local closes = CLOSES[kinds_of(lines)[last]] and lines[last + 1] ~= ''
    if closes and (not unfinished or unfinished.closed) then last = upto_text(lines, last - 1) end
  end
  local kept = vim.list_slice(lines, 1, last)
  for _ = 1, unfinished and last > 1 and unfinished.breaks or 0 do
    kept[#kept + 1] = ''
  end
  local r = read.begin(turn.row)
  read.lines(r, kept)
  local cut = assert(read.finish(r))
  if unfinished and cut.text ~= '' then cut.text = cut.text .. ('\n'):rep(unfinished.breaks) end
  return kept, cut
end

return M
