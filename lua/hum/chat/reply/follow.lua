-- Windows follow a reply while their cursor is at the end of its text. Others stay as
-- they are: text appended to a buffer moves nothing by itself.
local below = require('hum.chat.reply.below')
local guard = require('hum.interrupt').guard
local highlight = require('hum.chat.view.highlight')
local options = require('hum.chat.view.options')
local still = require('hum.chat.reply.still')

local M = {}

---@class hum.Following
---@field follows boolean
---@field count integer            lines of the buffer, up to the reply's last
---@field from? integer            last line before the appends not yet followed
---@field held table<integer, integer>  window to its cursor line when it could not be moved
---@field quarters table<integer, integer>  window to the length of the last line, in quarters of a row

local states = {} ---@type table<integer, hum.Following>  buffers with a stream

--- A frame, in ms.
local FRAME = 16
local in_cmdline = false
local drawing = false

--- Shows the end of a last line that has grown. Neovim does that by itself only in the
--- current window, and only for lines that fit into it.
---@param buf integer
---@param state hum.Following
local function grow(buf, state)
  local current, last = vim.api.nvim_get_current_win(), below.last(buf) + 1
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.api.nvim_win_get_cursor(win)[1] == last and vim.wo[win].wrap then
      local length = vim.fn.col({ last, '$' }, win) - 1
      local quarters = math.floor(4 * length / vim.api.nvim_win_get_width(win))
      if quarters ~= state.quarters[win] then
        state.quarters[win] = quarters
        local tall = quarters >= 4 * vim.api.nvim_win_get_height(win) - 8
        if win ~= current or (tall and vim.api.nvim_get_mode().mode == 'n') then
          vim.api.nvim_win_set_cursor(win, { last, tall and length or 0 })
        end
      end
    end
  end
end

---@param mode string
---@return boolean
local function is_insert(mode) return mode:find('^[iR]') ~= nil end

--- Keeps the cursor where it was while an operator waits, or lines are selected: there,
--- moving would make `dd` delete the reply. Neovim itself moves it on an empty last line.
---@param win integer
---@param row integer
---@param from integer
---@param last integer
---@return integer row
local function hold(win, row, from, last)
  if row == last and row > from then
    vim.api.nvim_win_set_cursor(win, { from, 0 })
    return from
  end
  return row
end

--- Moves the windows that were at the end before the last line break.
---@param buf integer
---@param state hum.Following
---@param from integer
local function move(buf, state, from)
  local current = vim.api.nvim_get_current_win()
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local row = vim.api.nvim_win_get_cursor(win)[1]
    -- A cursor on an empty last line has gone along with the text, but its window has not.
    if (row >= from and row <= state.count) or state.held[win] == row then
      local mode = win == current and vim.api.nvim_get_mode().mode or 'n'
      state.held[win] = nil
      if mode == 'n' then
        vim.api.nvim_win_set_cursor(win, { state.count, 0 })
      elseif not is_insert(mode) then
        state.held[win] = hold(win, row, from, state.count)
      end
    end
  end
end

---@param buf integer
---@param state hum.Following
local function follow(buf, state)
  local from = state.from
  if from then
    guard(move, buf, state, from)
    state.from, state.quarters = nil, {}
  else
    guard(grow, buf, state)
  end
end

--- Called by the helper after each edit with a line break, and after some dozens of bytes
--- without one.
---@param buf integer
function M.lines(buf)
  local state = states[buf]
  if not state then return end
  if state.follows then follow(buf, state) end
  local last = below.last(buf)
  if last + 1 < vim.api.nvim_buf_line_count(buf) then guard(still.keep, buf, last) end
end

--- Windows that follow: their cursor is on the reply's last line.
---@param buf integer
---@return integer[]
function M.windows(buf)
  local last = below.last(buf) + 1
  local state = states[buf]
  if not state or not state.follows then return {} end
  local held = state.held
  return vim.tbl_filter(function(win)
    local row = vim.api.nvim_win_get_cursor(win)[1]
    return row == last or held[win] == row
  end, vim.fn.win_findbuf(buf))
end

--- Puts the cursor of these windows on a line, of the current one only in plain normal mode.
---@param buf integer
---@param wins integer[]
---@param last integer
function M.to(buf, wins, last)
  local current = vim.api.nvim_get_current_win()
  for _, win in ipairs(wins) do
    local shown = vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_buf(win) == buf
    if shown and (win ~= current or vim.api.nvim_get_mode().mode == 'n') then
      vim.api.nvim_win_set_cursor(win, { last, 0 })
    end
  end
end

--- What is written while the user is in the command line is not drawn by itself.
local function draw_soon()
  if drawing then return end
  drawing = true
  vim.defer_fn(function()
    drawing = false
    if in_cmdline then pcall(vim.cmd.redraw) end
  end, FRAME)
end

--- A change of a buffer; for each edit of a stream, so it must be quick.
---@param buf integer
---@param old_last integer  0-based, exclusive
---@param new_last integer
function M.changed(buf, old_last, new_last)
  if in_cmdline then draw_soon() end
  local state = states[buf]
  if not state or old_last == new_last then return end
  local count = below.last(buf) + 1
  if new_last < old_last then
    state.from = nil
  elseif new_last == count then
    state.from = state.from or state.count
  end
  state.count = count
end

---@param buf integer
---@param follows boolean  false: windows stay where they are, but are drawn
function M.start(buf, follows)
  if vim.tbl_isempty(states) then
    in_cmdline = vim.api.nvim_get_mode().mode:sub(1, 1) == 'c'
    local group = vim.api.nvim_create_augroup('hum.follow', {})
    vim.api.nvim_create_autocmd({ 'CmdlineEnter', 'CmdlineLeave' }, {
      group = group,
      callback = function(event) in_cmdline = event.event == 'CmdlineEnter' end,
    })
  end
  states[buf] = {
    follows = follows,
    count = below.last(buf) + 1,
    held = {},
    quarters = {},
  }
  options.stream(buf, true)
end

---@param buf integer
function M.stop(buf)
  if states[buf] then options.stream(buf, false) end
  states[buf] = nil
  still.stop(buf)
  if vim.tbl_isempty(states) then
    in_cmdline = false
    vim.api.nvim_create_augroup('hum.follow', {})
  end
end

highlight.growing_with(function(buf) return states[buf] and below.last(buf) or nil end)

return M
