-- The mark that shows what is waited for, and for how long. A server may be silent for
-- minutes while it loads a model or reads a prompt.
local lines = require('hum.chat.view.lines')
local scheme = require('hum.look.scheme')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.wait')

---@class hum.Waiting
---@field mark integer
---@field timer uv.uv_timer_t
---@field text string  what is waited for
---@field since integer  ns
---@field due? integer  ns: the server is asked again then
---@field why? string  the reason for that

local waiting = {} ---@type table<integer, hum.Waiting>  by buffer

scheme.start()

---@param buf integer
---@param row integer
---@param text string
---@param why? string  stands above
---@param id? integer
---@return integer
local function show(buf, row, text, why, id)
  return vim.api.nvim_buf_set_extmark(buf, ns, row, 0, {
    id = id,
    virt_text = { { text, 'HumWaiting' } },
    virt_text_pos = 'eol',
    virt_lines = why and lines.of(buf, why, 'HumWaiting'),
    virt_lines_above = true,
    right_gravity = false,
  })
end

--- Removes the mark; nothing happens if there is none.
---@param buf integer
function M.stop(buf)
  local entry = waiting[buf]
  if not entry then return end
  waiting[buf] = nil
  entry.timer:stop()
  entry.timer:close()
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

---@param buf integer
---@return boolean
function M.is_waiting(buf) return waiting[buf] ~= nil end

---@param entry hum.Waiting
---@param now integer  ns
---@return string
local function text_of(entry, now)
  if entry.due and now < entry.due then
    local seconds = math.ceil((entry.due - now) / 1e9)
    return ('asking again in %d s (or :Hum stop)'):format(seconds)
  elseif entry.due then
    entry.since, entry.due, entry.why = entry.due, nil, nil
  end
  local seconds = math.floor((now - entry.since) / 1e9 + 0.1)
  return seconds > 0 and ('%s %d s'):format(entry.text, seconds) or entry.text
end

---@param buf integer
---@param entry hum.Waiting
local function tick(buf, entry)
  if waiting[buf] ~= entry then
    return
  elseif not vim.api.nvim_buf_is_loaded(buf) or package.loaded['hum.chat.view.wait'] ~= M then
    return M.stop(buf)
  end
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, entry.mark, {})
  if at[1] then show(buf, at[1], text_of(entry, vim.uv.hrtime()), entry.why, entry.mark) end
end

---@param buf integer
---@param entry hum.Waiting
local function run(buf, entry)
  entry.timer:stop()
  entry.timer:start(1000, 1000, vim.schedule_wrap(function() tick(buf, entry) end))
end

---@param buf integer
---@param row integer  0-based
---@param text string  what is waited for; the seconds follow it
function M.start(buf, row, text)
  M.stop(buf)
  local entry = {
    mark = show(buf, row, text),
    timer = assert(vim.uv.new_timer()),
    text = text,
    since = vim.uv.hrtime(),
  }
  waiting[buf] = entry
  run(buf, entry)
end

--- The server is asked again in so many seconds: counts them down, then on as before.
---@param buf integer
---@param seconds number
---@param why string
function M.count_down(buf, seconds, why)
  local entry = waiting[buf]
  if not entry then return end
  entry.due = vim.uv.hrtime() + math.floor(seconds * 1e9)
  entry.why = why
  tick(buf, entry)
  run(buf, entry)
end

return M
