-- What a model has said instead of code, a question, say: in a float at the lines that it is about. It takes no
-- focus, and stays until it is closed or answered.
local float = require('hum.look.float')
local glyphs = require('hum.look.glyphs')
local wrap = require('hum.wrap')

local M = {}

local api = vim.api

local MOST = { width = 76, height = 14 }

---@class hum.Said
---@field win integer
---@field buf integer
---@field preview hum.edit.Preview

--- Faults with which the answer is words for the user.
local WORDS = { prose = true, question = true }

--- Whether a preview has ended with words.
---@param p hum.edit.Preview
---@return boolean
function M.is_due(p)
  local code = p.fault and p.fault.code
  return p.over and not p.gone and WORDS[code] == true and (p.answer or ''):find('%S') ~= nil
end

---@param p hum.edit.Preview
---@param width integer
---@return string[]
local function lines_of(p, width)
  local text = vim.trim((p.answer or ''):gsub('\r', '')):gsub('[%z\1-\9\11-\31]', ' ')
  local lines = {}
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    vim.list_extend(lines, line:find('%S') and wrap.lines(line, width) or { '' })
  end
  return lines
end

--- Below the first line of the range, where the window is that shows it; else in the middle of the screen.
---@param p hum.edit.Preview
---@param count integer  lines
---@param width integer
---@param footer string
---@return vim.api.keyset.win_config
local function place(p, count, width, footer)
  local win = vim.fn.bufwinid(p.buf)
  local row = math.min(p:row_of(1), api.nvim_buf_line_count(p.buf) - 1)
  local at = win ~= -1 and vim.fn.screenpos(win, row + 1, 1) or { row = 0 }
  local config = float.middle(width, math.min(count, MOST.height))
  if at.row > 0 then
    local below, above, wanted = float.rows() - at.row, at.row - 1, config.height --[[@as integer]]
    local is_below = below >= wanted + float.FRAME or below >= above
    local free = (is_below and below or above) - float.FRAME --[[@as integer]]
    config.height = math.max(1, math.min(wanted, free))
    config.anchor = is_below and 'NW' or 'SW'
    config.row = is_below and at.row or at.row - 1
    config.col = math.max(0, math.min(at.col - 1, vim.o.columns - config.width - float.FRAME))
  end
  config.style, config.focusable = 'minimal', true
  config.footer = api.nvim_strwidth(footer) <= config.width and footer or ''
  config.footer_pos = 'center'
  return config
end

---@param p hum.edit.Preview
---@param hint string|nil  what to press
---@return hum.Said
function M.open(p, hint)
  local width = math.max(10, math.min(MOST.width, vim.o.columns - float.FRAME - 2))
  local lines = lines_of(p, width - 2)
  local footer = hint and (' %s '):format(hint) or ''
  while api.nvim_strwidth(footer) > width and footer:find(',', 1, true) do
    footer = footer:gsub(',[^,]*$', ' ')
  end
  local widest = 1
  for i, line in ipairs(lines) do
    lines[i] = ' ' .. line
    widest = math.max(widest, api.nvim_strwidth(lines[i]) + 1)
  end
  local buf = api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = 'wipe'
  api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  local title = (' %s '):format(glyphs.cut(p.model or 'The model', width - 2))
  widest = math.max(widest, math.min(width, api.nvim_strwidth(footer)), api.nvim_strwidth(title))
  local win = float.open_at(buf, function() return place(p, #lines, widest, footer) end, title)
  vim.wo[win][0].wrap = true
  return { win = win, buf = buf, preview = p }
end

---@param said hum.Said
---@return boolean
function M.is_open(said) return api.nvim_win_is_valid(said.win) end

---@param said hum.Said
function M.close(said)
  float.forget(said.win)
  if api.nvim_win_is_valid(said.win) then pcall(api.nvim_win_close, said.win, true) end
end

return M
