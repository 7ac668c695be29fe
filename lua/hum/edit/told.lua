-- What is told of an edit: autocommands, messages, and the function of whoever began it.
local events = require('hum.events')
local log = require('hum.log')
local notify = require('hum.notify')
local registry = require('hum.edit.registry')
local view = require('hum.edit.view')

local M = {}

---@class hum.EditResult
---@field buf integer
---@field id integer       of the edit
---@field status 'done'|'error'|'cancelled'
---@field reason? string   of "done": the server's word; of "cancelled": why
---@field code? string     of an error, or what is wrong with the answer
---@field message? string  what happened
---@field hint? string     what to do
---@field hunks integer    so many have finished
---@field stats? hum.Stats

--- Autocommands that tell of hunks.
---@param preview hum.edit.Preview
---@param hunks hum.edit.Hunk[]
function M.hunks(preview, hunks)
  if vim.fn.exists('#User#HumEditHunk') == 0 then return end
  for _, hunk in ipairs(hunks) do
    events.emit('HumEditHunk', vim.tbl_extend('force', registry.public(preview, hunk), { buf = preview.buf }))
  end
end

local STATUS = { done = 'done', refused = 'error', failed = 'error', stopped = 'cancelled' }

---@param preview hum.edit.Preview
---@param data table  of the ending
---@return hum.EditResult
local function result_of(preview, data)
  local fault = preview.fault or {}
  local message = fault.message
  if preview.phase == 'done' and #preview.hunks == 0 then message = 'nothing to change' end
  return {
    buf = preview.buf,
    id = preview.id,
    status = STATUS[preview.phase] or 'done',
    reason = data.reason,
    code = fault.code,
    message = message,
    hint = fault.hint,
    hunks = #preview.hunks,
    stats = data.stats,
  }
end

--- A float may show what the model has said itself.
---@param result hum.EditResult
---@param preview hum.edit.Preview
local function say(result, preview)
  if not result.message then return end
  local text = 'hum: ' .. result.message .. (result.hint and '\n' .. result.hint or '')
  if result.status == 'done' then return notify.info(text) end
  notify.warn(text, { seen = function() return view.shows_words(preview) end })
end

---@param on_done fun(result: hum.EditResult)
---@param result hum.EditResult
local function call(on_done, result)
  local ok, trace = xpcall(on_done, debug.traceback, result)
  if ok then return end
  log.write('error', 'edit: on_done failed: ' .. tostring(trace))
  notify.error(('hum: on_done failed: %s\nsee :Hum log'):format(tostring(trace):match('^[^\n]*')))
end

--- The end of an edit's request, once.
---@param preview hum.edit.Preview
---@param data table  of the ending
function M.over(preview, data)
  local entry = registry.entry(preview)
  if not entry or not entry.on_done and not entry.stop then return end
  local on_done = entry.on_done
  entry.on_done, entry.stop = nil, nil
  local result = result_of(preview, data)
  say(result, preview)
  events.emit('HumEditFinished', vim.deepcopy(result))
  if on_done then call(on_done, result) end
end

return M
