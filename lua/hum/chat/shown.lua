-- What the model of a chat was shown beside its text: the list of that, and what is taken out of it.
local context = require('hum.chat.context')
local draft = require('hum.chat.draft')
local estimate = require('hum.server.estimate')
local refer = require('hum.chat.refer')

local M = {}

--- The list.
---@param buf integer
---@param cb fun(items: hum.ContextItem[])  once, at once or later
function M.list(buf, cb)
  local message = draft.message(buf)
  if not message then return cb({}) end
  local given = refer.given(message, message.turns, true)
  local dir, remove = draft.temporary()
  given.folder = dir
  local texts = vim.tbl_map(function(turn) return turn.text end, given.turns)
  estimate.of(texts, function(_, sizes)
    context.list(given, sizes or {}, function(items)
      remove()
      cb(items)
    end)
  end)
end

--- The same, waited for.
---@param buf integer
---@return hum.ContextItem[]
function M.wait(buf)
  local found
  M.list(buf, function(items) found = items end)
  vim.wait(60000, function() return found ~= nil end, 5)
  return found or {}
end

M.cut = context.cut

return M
