-- References in the messages of a chat while they are written: completion, and what they stand for behind each.
local complete = require('hum.reference.complete')
local refusal = require('hum.reference.refusal')
local show = require('hum.reference.show')
local unanswered = require('hum.chat.unanswered')
local where = require('hum.reference.where')

local M = {}

--- The rows of what the user has not sent yet.
---@param buf integer
---@return hum.ReferenceRange[]
local function ranges(buf)
  local found = {}
  for _, turn in ipairs(unanswered.turns(buf)) do
    if turn.role == 'user' then found[#found + 1] = { first = turn.row + 1, last = turn.last } end
  end
  return found
end

--- The prompts of a library stand in the first line of a message: `/explain`.
---@param buf integer
---@param line string
---@param row integer
---@return hum.ReferenceMenu|nil
local function slash(buf, line, row)
  local typed = line:match('^/([%w_-]*)$')
  if not typed then return nil end
  for _, range in ipairs(ranges(buf)) do
    local above = row > range.first and vim.api.nvim_buf_get_lines(buf, range.first, row, false) or {}
    if row >= range.first and row <= range.last and not table.concat(above):find('%S') then
      local items = vim.tbl_map(
        function(one) return { word = '/' .. one.word, abbr = '/' .. one.word, info = one.info, goes_on = false } end,
        require('hum.chat.slash').complete(typed, buf) -- all that reads prompts comes with it
      )
      return { col = 0, items = items }
    end
  end
end

--- What a new chat begins with if it is to have the current file: a reference to it, unless that would be refused.
---@return string|nil
function M.of_current()
  local here = where.of({})
  local name = here.code and vim.api.nvim_buf_get_name(here.code.buf) or ''
  if name == '' or name:find('^%a[%w+.-]+://') then return nil end
  local why = refusal.of_name(name, here)
  return (not why or why == refusal.OUTSIDE) and '#buffer' or nil
end

---@param buf integer  a chat
function M.watch(buf)
  local function of() return where.of({ chat = buf, dry = true }) end
  complete.attach(buf, of, function(line, row) return slash(buf, line, row) end)
  show.attach(buf, function() return ranges(buf) end, of)
end

--- A reply begins, or has ended.
---@param buf integer
---@param what 'begun'|'ended'
function M.on_reply(buf, what)
  if what == 'begun' then return show.pause(buf) end
  show.resume(buf)
end

return M
