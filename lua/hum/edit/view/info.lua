-- What is said beside a preview, at the end of a line and in one mark each: what the model does and for how long, as
-- long as nothing of the answer says so; what has gone wrong; the number of the hunk at the cursor and what to press.
local clock = require('hum.look.clock')
local counts = require('hum.count')
local glyphs = require('hum.look.glyphs')
local status = require('hum.status')
local wrap = require('hum.wrap')

local M = {}

local api = vim.api

local ns = api.nvim_create_namespace('hum.edit.info')

---@class hum.EditInfo
---@field life? integer   mark
---@field number? integer  mark
---@field stop? fun()     ends the clock
---@field since integer   ms, when the phase began
---@field phase string
---@field said? string      the row and the text that were put last

---@return hum.EditInfo
function M.new() return { since = vim.uv.now(), phase = '' } end

---@param buf integer
---@param row integer
---@return integer
local function within(buf, row) return math.max(0, math.min(row, api.nvim_buf_line_count(buf) - 1)) end

--- What the model is doing, while that is all there is to see.
---@param p hum.edit.Preview
---@param info hum.EditInfo
---@return string
local function doing(p, info)
  local one = status.of(p.buf)
  local seconds = status.elapsed(info.since)
  if p.phase == 'thinking' then return status.word('thinking') .. seconds end
  if p.phase == 'streaming' then return status.word('text') end
  if one and status.is_silent(one) then return status.doing(one) end
  if p.share then return ('%s %d %%%s'):format(status.word('prompt'), math.floor(p.share * 100), seconds) end
  return (p.model and ('waiting for %s'):format((p.model:gsub('%c', ''))) or status.word('waiting')) .. seconds
end

---@param buf integer
---@param row integer
---@return integer cells  that are free behind a line, in the narrowest window
local function room(buf, row)
  local least = nil ---@type integer|nil
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local found = vim.fn.getwininfo(win)[1]
    least = math.min(least or found.width, found.width - found.textoff)
  end
  local line = api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  local cells = #line > 1000 and 1000 or api.nvim_buf_call(buf, function() return vim.fn.strdisplaywidth(line) end)
  least = math.max(least or vim.o.columns, 1)
  local free = least - cells % least - 2
  return free --[[@as integer]]
end

--- Puts a text behind a line: the longest that fits.
---@param buf integer
---@param id integer|nil
---@param row integer
---@param texts string[]
---@param group string
---@return integer|nil id
local function put(buf, id, row, texts, group)
  local free = room(buf, row)
  for i, text in ipairs(texts) do
    if i == #texts or api.nvim_strwidth(text) <= free then
      return api.nvim_buf_set_extmark(buf, ns, row, 0, {
        id = id,
        virt_text = { { ' ' .. text, group } },
        virt_text_pos = 'eol',
        hl_mode = 'combine',
        strict = false,
      })
    end
  end
end

---@param p hum.edit.Preview
---@param info hum.EditInfo
local function take_life(p, info)
  if info.stop then info.stop() end
  info.stop = nil
  if info.life and api.nvim_buf_is_valid(p.buf) then api.nvim_buf_del_extmark(p.buf, ns, info.life) end
  info.life = nil
end

M.no_life = take_life

local SILENT = { waiting = true, thinking = true }

--- Whether it says so already: for a token nothing of it is to be done again.
---@param buf integer
---@param info hum.EditInfo
---@param row integer
---@param text string
---@return boolean
local function is_said(buf, info, row, text)
  local known = info.said
  info.said = row .. text
  if not info.life or known ~= info.said then return false end
  return api.nvim_buf_get_extmark_by_id(buf, ns, info.life, {})[1] == row
end

--- Says what the model does, where the edit has come to; or why it has ended otherwise than well.
---@param p hum.edit.Preview
---@param info hum.EditInfo
function M.life(p, info)
  if info.phase ~= p.phase then
    info.phase, info.since = p.phase, p.since or vim.uv.now()
  end
  if p.gone or p.phase == 'done' then return take_life(p, info) end
  if p.over then
    take_life(p, info)
    local text = p.phase == 'stopped' and 'stopped' or (p.fault and p.fault.message or 'failed')
    local row = within(p.buf, p:row_of(1))
    local mark = glyphs.get().warning .. ' '
    local lines = { mark .. wrap.joined(text), mark .. wrap.cut(wrap.joined(text), math.max(8, room(p.buf, row) - 2)) }
    info.life = put(p.buf, info.life, row, lines, 'HumEditFault')
    return
  end
  local text = doing(p, info)
  local row = within(p.buf, p:row_of(p.reached + 1))
  if is_said(p.buf, info, row, text) then return end
  info.life = put(p.buf, info.life, row, { text .. glyphs.separator() .. ':Hum stop stops it', text }, 'HumEditInfo')
  if SILENT[p.phase] and not info.stop then
    info.stop = clock.watch(p.buf, function()
      if p.gone or p.over then return false end
      M.life(p, info)
    end)
  elseif not SILENT[p.phase] and info.stop then
    info.stop()
    info.stop = nil
  end
end

---@param p hum.edit.Preview
---@param info hum.EditInfo
function M.take(p, info)
  take_life(p, info)
  M.no_number(p.buf, info)
end

---@class hum.HunkNumber
---@field n integer
---@field of integer
---@field goes_on boolean  more may come
---@field conflict boolean
---@field keys? string     "ga accept, gs reject"
---@field attempt? string

--- Says how to go on, at the first line of an edit that has ended.
---@param p hum.edit.Preview
---@param info hum.EditInfo
---@param count integer   of hunks
---@param keys string|nil  what to press
function M.onward(p, info, count, keys)
  local short = counts.of(count, 'hunk')
  local long = keys and short .. glyphs.separator() .. keys or short
  info.number = put(p.buf, info.number, within(p.buf, p:row_of(1)), { long, short }, 'HumEditInfo')
end

--- Says which hunk this is.
---@param buf integer
---@param info hum.EditInfo
---@param row integer
---@param number hum.HunkNumber
function M.number(buf, info, row, number)
  local short = ('%d/%d%s'):format(number.n, number.of, number.goes_on and glyphs.get().ellipsis or '')
  local text = 'hunk ' .. short .. (number.attempt and glyphs.separator() .. number.attempt or '')
  local long = number.keys and text .. glyphs.separator() .. number.keys or text
  local group = number.conflict and 'HumEditFault' or 'HumEditInfo'
  info.number = put(buf, info.number, within(buf, row), { long, text, short }, group)
end

---@param buf integer
---@param info hum.EditInfo
function M.no_number(buf, info)
  if info.number and api.nvim_buf_is_valid(buf) then api.nvim_buf_del_extmark(buf, ns, info.number) end
  info.number = nil
end

return M
