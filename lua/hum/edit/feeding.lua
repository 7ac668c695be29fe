-- What the helper tells of an answer, brought into the model of the edit.
local M = {}

--- What is being written counts no more. What has finished stays what it is.
---@param preview hum.edit.Preview
local function restart(preview)
  preview.open, preview.tail, preview.reached = { at = 1, rows = {} }, '', 0
end

---@param preview hum.edit.Preview
---@param data table
local function hunks(preview, data)
  local open, reset = data.open or {}, data.reset == true
  if data.restart then restart(preview) end
  local finished = {}
  preview:settle()
  for _, one in ipairs(data.finished or {}) do
    finished[#finished + 1] = preview:add(one)
  end
  preview:find(finished)
  local rows = reset and {} or preview.open.rows
  local known = #rows
  vim.list_extend(rows, open.rows or {})
  preview.open = { at = open.at and open.at + 1 or preview.open.at, rows = rows }
  preview.tail, preview.reached = data.tail or preview.tail, data.reached or preview.reached
  preview:enter('streaming')
  preview:tell('fed', { reset = reset, finished = finished, rows = known + 1 })
end

--- It begins anew, in another form.
---@param preview hum.edit.Preview
local function again(preview)
  restart(preview)
  preview:enter('waiting')
  preview:tell('fed', { reset = true, finished = {}, rows = 1 })
end

local PHASES = { done = 'done', error = 'failed', cancelled = 'stopped' }

---@param preview hum.edit.Preview
---@param name 'done'|'error'|'cancelled'
---@param data table
local function ended(preview, name, data)
  preview.over = true
  preview.open, preview.tail = { at = #preview.old + 1, rows = {} }, ''
  preview.answer, preview.fault = data.answer, data.fault
  -- What was stopped or cut takes nothing with it.
  preview.shrunk = data.shrunk and preview:gone_lines() * 3 > #preview.old
  if name == 'error' and not preview.fault then
    preview.fault = { code = data.code, message = data.message, hint = data.hint }
  end
  preview.phase, preview.since = name == 'done' and data.fault and 'refused' or PHASES[name], vim.uv.now()
  preview:tell('over', data)
end

---@param preview hum.edit.Preview
---@param name string
---@param data table
function M.take(preview, name, data)
  if name == 'hunks' then
    hunks(preview, data)
  elseif name == 'part' then
    preview:enter(data.part == 'thinking' and 'thinking' or 'streaming')
  elseif name == 'sent' then
    preview.model = data.model
    preview:tell('phase')
  elseif name == 'progress' then
    preview.share = data.share
    preview:tell('phase')
  elseif name == 'again' then
    again(preview)
  elseif PHASES[name] then
    ended(preview, name --[[@as 'done'|'error'|'cancelled']], data)
  end
end

return M
