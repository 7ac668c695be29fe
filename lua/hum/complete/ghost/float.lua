-- Lines of a suggestion that its window has no room for, in a float: below the window if there is
-- room, else above the cursor's line, which it never covers.
local room = require('hum.complete.ghost.room')
local text = require('hum.look.text')

local M = {}

local api, fn = vim.api, vim.fn

local ns = api.nvim_create_namespace('hum.complete.float')

local buf = nil ---@type integer|nil
local win = nil ---@type integer|nil
local shown = nil ---@type hum.GhostBelow|nil  what is in it

---@return boolean
function M.is_open() return win ~= nil end

--- While text is locked no window may be closed.
function M.close()
  local was = win
  win, shown = nil, nil
  if was and api.nvim_win_is_valid(was) and not pcall(api.nvim_win_close, was, true) then
    vim.schedule(function() pcall(api.nvim_win_close, was, true) end)
  end
end

--- Rows count from 0, on the screen.
---@param count integer  lines
---@return integer? row, integer? height
local function place(count)
  local cursor = fn.screenpos(0, fn.line('.'), fn.col('.')).row
  if cursor == 0 then return nil end -- not seen: the line is folded, say
  local bottom = cursor + room.below()
  local above, below = cursor - 1, vim.o.lines - vim.o.cmdheight - bottom
  local height = math.min(count, math.max(above, below), math.max(1, math.floor(vim.o.lines / 2)))
  if height < 1 then return nil end
  if below >= height then return bottom, height end
  return above - height, height
end

---@param below hum.GhostBelow
---@param height integer
---@param width integer
---@return string[]
local function lines_of(below, height, width)
  local from, out = #below.all - below.hidden, {}
  for i = 1, height do
    out[i] = text.within(text.drawable(below.all[from + i], '', below.stops), width)
  end
  if height == below.hidden then
    local last = out[height] .. (below.cut and '…' or '')
    out[height] = text.within(last .. text.drawable(below.tail, last, below.stops), width)
  else
    local more = (' +%d'):format(below.hidden - height)
    out[height] = text.within(out[height], width - #more) .. more
  end
  return out
end

---@param lines string[]
local function fill(lines)
  if not buf or not api.nvim_buf_is_valid(buf) then
    buf = api.nvim_create_buf(false, true)
    vim.bo[buf].undolevels = -1
  end
  api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  api.nvim_buf_set_extmark(buf, ns, 0, 0, { id = 1, end_row = #lines, hl_group = 'HumGhost', strict = false })
end

---@param config table  of the window
local function open(config)
  if win and api.nvim_win_is_valid(win) then
    api.nvim_win_set_config(win, config)
  else
    config.noautocmd = true
    win = api.nvim_open_win(buf --[[@as integer]], false, config)
    vim.wo[win].winhighlight = 'Normal:HumGhostFloat,NormalFloat:HumGhostFloat'
  end
end

---@param below hum.GhostBelow
local function show(below)
  local row, height = place(below.hidden)
  if not row or not height then return M.close() end
  local window = fn.getwininfo(api.nvim_get_current_win())[1]
  local width = math.max(1, window.width - window.textoff)
  fill(lines_of(below, height, width))
  local above = api.nvim_win_get_config(0).zindex or 40
  open({
    relative = 'editor',
    row = row,
    col = window.wincol - 1 + window.textoff,
    width = width,
    height = height,
    style = 'minimal',
    focusable = false,
    zindex = above + 1,
  })
  shown = below
end

--- Shows what `below` hides, or closes the float.
---@param below hum.GhostBelow|nil
---@return boolean  it is open
function M.show(below)
  if not below or below.hidden == 0 then
    M.close()
  elseif shown ~= below or not win or not api.nvim_win_is_valid(win) then
    -- Text may be locked at this moment: then the number of lines has to do.
    if not pcall(show, below) then M.close() end
  end
  return win ~= nil
end

return M
