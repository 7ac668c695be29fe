-- The statusline component. It keeps what requests report and makes a text of it when a
-- statusline is drawn; it has no timer. Not loaded before a chat is.
local M = {}

---@class hum.Running
---@field model string
---@field state 'waiting'|'thinking'|'text'
---@field since integer  ms

local running = {} ---@type table<integer, hum.Running>  by request id

local WORD = { waiting = 'waits', thinking = 'thinks', text = 'writes' }

local function redraw()
  vim.schedule(function()
    vim.cmd.redrawstatus({ bang = true })
  end)
end

---@param id integer
---@param model string
function M.started(id, model)
  running[id] = { model = model, state = 'waiting', since = vim.uv.now() }
  redraw()
end

---@param id integer
---@param part 'thinking'|'text'
function M.part(id, part)
  if running[id] then
    running[id].state = part
    redraw()
  end
end

---@param id integer
function M.finished(id)
  running[id] = nil
  redraw()
end

---'' while nothing runs, 'qwen3:8b thinks', or '3 replies' when several run.
---@return string
function M.text()
  local id, one = next(running)
  if not id then
    return ''
  elseif next(running, id) then
    return ('%d replies'):format(vim.tbl_count(running))
  end
  local text = ('%s %s'):format(one.model, WORD[one.state])
  if one.state == 'waiting' then
    local seconds = math.floor((vim.uv.now() - one.since) / 1000)
    text = seconds > 0 and ('%s %d s'):format(text, seconds) or text
  end
  return (text:gsub('%%', '%%%%'))
end

return M
