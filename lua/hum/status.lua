-- The statusline component, and the words for what a job is doing. It keeps what requests report
-- and makes a text of it when a statusline is drawn; it has no timer.
local M = {}

---@class hum.Running
---@field model string
---@field state string  one of WORDS
---@field since integer  ms

local running = {} ---@type table<integer, hum.Running>  by request id

--- By the names that the helper has for them, but for the first: src/job/job.h.
local WORDS = {
  preparing = 'preparing', -- the front's own
  waiting = 'waiting',
  loading = 'loading',
  thinking = 'thinking',
  text = 'writing',
  reading = 'reading',
  stopping = 'stopping',
  ending = 'ending',
}

--- What a job is doing, for users.
---@param state string
---@return string
function M.word(state) return WORDS[state] or state end

local function redraw()
  vim.schedule(function() vim.cmd.redrawstatus({ bang = true }) end)
end

---@param id integer
---@param model string
function M.started(id, model)
  running[id] = { model = model, state = 'waiting', since = vim.uv.now() }
  redraw()
end

---@param id integer
---@param part 'thinking'|'text'
function M.on_part(id, part)
  if running[id] then running[id].state = part end
  redraw()
end

---@param id integer
function M.finished(id)
  running[id] = nil
  redraw()
end

--- Called by hum.events before the autocommands run, so that they see the new state.
---@param name hum.EventName
---@param data table
function M.on_event(name, data)
  if name == 'HumRequestStarted' then
    M.started(data.id, data.model)
  elseif name == 'HumPartStarted' then
    M.on_part(data.id, data.part)
  elseif name == 'HumRequestFinished' then
    M.finished(data.id)
  end
end

--- '' while nothing runs, 'qwen3:8b is thinking', or '3 replies' when several run.
---@return string
function M.text()
  local id, one = next(running)
  if not id then
    return ''
  elseif next(running, id) then
    return ('%d replies'):format(vim.tbl_count(running))
  end
  local text = ('%s is %s'):format(one.model, M.word(one.state))
  if one.state == 'waiting' then
    local seconds = math.floor((vim.uv.now() - one.since) / 1000)
    text = ('waiting for %s'):format(one.model) .. (seconds > 0 and (' %d s'):format(seconds) or '')
  end
  -- Names come from outside, and statuslines give a meaning to "%".
  return (text:gsub('[%%%c]', ''))
end

return M
