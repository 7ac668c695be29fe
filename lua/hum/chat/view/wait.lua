-- The mark that shows what is waited for, and for how long, where the text will come. A server may be silent for
-- minutes while it loads a model or reads a prompt.
local clock = require('hum.chat.view.clock')
local lines = require('hum.chat.view.lines')
local note_rows = require('hum.chat.view.note').rows
local scheme = require('hum.look.scheme')
local status = require('hum.status')
local wrap = require('hum.wrap')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.wait')
local group = vim.api.nvim_create_augroup('hum.wait', {})

---@class hum.Waiting
---@field mark integer
---@field stop fun()    ends its counting
---@field text string   what is waited for, until a request runs that says more
---@field since integer  ms
---@field why? string   the reason for which it is asked again later

local waiting = {} ---@type table<integer, hum.Waiting>  by buffer

scheme.start()

--- The first of these texts that fits, else the last.
---@param room integer
---@param texts string[]
---@return string
local function fitting(room, texts)
  for _, text in ipairs(texts) do
    if vim.fn.strdisplaywidth(text) <= room then return text end
  end
  return texts[#texts]
end

--- What is waited for and for how long; the seconds are never cut.
---@param buf integer
---@param entry hum.Waiting
---@param one? hum.Running
---@return string
local function text_of(buf, entry, one)
  local room = lines.room(buf) - 1
  if one then
    local doing = status.doing(one)
    if status.is_due(one) then return fitting(room, { doing .. ' (or :Hum stop)', doing }) end
    return fitting(room, { one.state == 'waiting' and status.sentence(one) or doing, doing })
  end
  local seconds = status.elapsed(entry.since)
  return wrap.cut(entry.text, room - #seconds) .. seconds
end

---@param buf integer
---@param row integer
---@param entry hum.Waiting
---@return integer
local function show(buf, row, entry)
  local one = status.of(buf)
  local why = one and status.is_due(one) and entry.why or nil
  return vim.api.nvim_buf_set_extmark(buf, ns, row, 0, {
    id = entry.mark ~= 0 and entry.mark or nil,
    virt_text = { { text_of(buf, entry, one), 'HumWaiting' } },
    virt_text_pos = 'eol',
    virt_lines = why and note_rows({ kind = 'warning', title = 'Busy', message = why }, lines.room(buf)),
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
  entry.stop()
  if not vim.api.nvim_buf_is_valid(buf) then return end
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
end

---@param buf integer
---@return boolean
function M.is_waiting(buf) return waiting[buf] ~= nil end

--- Says what holds now: what the server does has changed, or a second has passed.
---@param buf integer
function M.update(buf)
  local entry = waiting[buf]
  if not entry then
    return
  elseif not vim.api.nvim_buf_is_loaded(buf) or package.loaded['hum.chat.view.wait'] ~= M then
    return M.stop(buf)
  end
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, entry.mark, {})
  if at[1] then show(buf, at[1], entry) end
end

--- Shows what is waited for, with the seconds; of a request that runs for the chat, what its server does.
---@param buf integer
---@param row integer  0-based
---@param text string  what is waited for
function M.start(buf, row, text)
  M.stop(buf)
  local entry = { mark = 0, text = text, since = vim.uv.now(), stop = function() end } ---@type hum.Waiting
  waiting[buf] = entry
  entry.mark = show(buf, row, entry)
  entry.stop = clock.watch(buf, M.update)
  -- Where nobody sees it, it stands still.
  vim.api.nvim_create_autocmd('BufWinEnter', { group = group, buffer = buf, callback = function() M.update(buf) end })
end

--- The server is busy and is asked again in some seconds, as hum.status knows: they are counted down.
---@param buf integer
---@param why string
function M.count_down(buf, why)
  local entry = waiting[buf]
  if not entry then return end
  entry.why = why
  M.update(buf)
end

return M
