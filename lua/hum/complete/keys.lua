-- What is typed in insert mode, told to the helper: one notification for each state of text
-- and cursor. This runs at every key, so it is written for speed.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local draw = require('hum.complete.ghost.draw')
local ghost = require('hum.complete.ghost')
local link = require('hum.complete.channel')
local menu = require('hum.complete.ghost.menu')

local M = {}

local get_tick = vim.api.nvim_buf_get_changedtick
local get_cursor = vim.api.nvim_win_get_cursor
local follow, tell = ghost.follow, link.tell

local started = false
local coming = false ---@type boolean  begin() is scheduled
local block = false ---@type boolean  a visual block is inserted: its other lines are made of this one

local here = 0 ---@type integer  the buffer that is typed in, 0 when none is completed
local manual = false
local asked = false ---@type boolean  in manual mode: an answer is to come
local sideways = false ---@type boolean  'virtualedit': the cursor may be where no text is
local quiet = false ---@type boolean  dismissed: what is on its way comes too late
local tick, row, col = -1, -1, -1 ---@type integer, integer, integer  what was told last

--- Calls `fn`. An error of it must not come between the user and the text.
---@param fn function
local function guarded(fn)
  return function(ev)
    local ok, err = xpcall(fn, debug.traceback, ev)
    if ok then
      return
    elseif tostring(err):find('Keyboard interrupt', 1, true) then
      return require('hum.interrupt').give_back()
    end
    pcall(M.leave)
    require('hum.log').write('error', 'internal fault in completion: ' .. err)
  end
end

---@param kind 'typed'|'followed'|'accepted'|'asked'
local function told_key(kind, serial, length) tell('key', here, tick, row, col, kind, serial, length) end

--- Manual mode: what agrees with a suggestion is told, and its end.
---@param serial integer
---@param length integer
local function manual_key(serial, length)
  if serial ~= 0 then
    told_key('followed', serial, length)
  elseif asked then
    asked = false
    tell('leave', here)
  end
end

---@return boolean  false: text and cursor are as they were
local function look()
  local now_tick = get_tick(0)
  local cursor = get_cursor(0)
  local now_row, now_col = cursor[1] - 1, cursor[2]
  if now_tick == tick and now_row == row and now_col == col then return false end
  tick, row, col = now_tick, now_row, now_col
  quiet = false
  return true
end

---@return boolean  the cursor is where no text is
local function is_aside() return sideways and vim.fn.getpos('.')[4] > 0 end

--- Nothing is wanted until the next key.
local function pause()
  ghost.drop()
  asked = false
  if tick ~= -1 then
    tick = -1
    tell('leave', here)
  end
end

local function on_key()
  if here == 0 then
    return
  elseif is_aside() then
    return pause()
  elseif not look() then
    return
  end
  local serial, length = follow(row, col)
  if manual then return manual_key(serial, length) end
  tell('key', here, tick, row, col, 'typed', serial, length)
end

M.on_key = guarded(on_key)

--- What was typed ahead of a mapping has not been seen yet when the mapping runs.
M.catch_up = on_key

---@return boolean
local function is_inserting() return vim.startswith(vim.api.nvim_get_mode().mode, 'i') end

local function on_menu_change()
  if here ~= 0 then ghost.redraw() end
end

--- The user is in insert mode and at rest, which a macro or `:normal` never is.
local function begin()
  coming = false
  if here ~= 0 or block or not is_inserting() then return end
  -- What is recorded must not depend on what a model happens to say.
  if vim.fn.reg_recording() ~= '' or vim.fn.reg_executing() ~= '' then return end
  local buf = vim.api.nvim_get_current_buf()
  local mode = allow.mode(buf)
  if mode == 'off' or not attach.ensure(buf) then return end
  here, manual, asked, tick = buf, mode == 'manual', false, -1
  sideways = vim.wo.virtualedit ~= '' or vim.go.virtualedit ~= ''
  draw.prepare()
  menu.listen(guarded(on_menu_change))
  require('hum.complete.backend').renew()
  tell('enter', here, vim.api.nvim_buf_line_count(here))
  on_key()
end

--- Later, because a macro or `:g` may come here a thousand times without being seen.
local function on_enter()
  if not coming then
    coming = true
    vim.schedule(guarded(begin))
  end
end

---@param buf integer
---@return boolean  what is typed in this buffer is told
function M.is_here(buf) return here == buf end

function M.leave()
  block = false
  if here ~= 0 then
    ghost.drop()
    tell('leave', here)
    here = 0
  end
end

local function on_insert_change()
  M.leave()
  on_enter()
end

function M.start()
  if started then return end
  started = true
  local group = vim.api.nvim_create_augroup('hum.complete', {})
  local function on(events, callback, pattern)
    vim.api.nvim_create_autocmd(events, { group = group, pattern = pattern, callback = guarded(callback) })
  end
  on('InsertEnter', on_enter)
  on('InsertChange', on_insert_change)
  -- Not InsertLeave, which CTRL-C goes without.
  on('ModeChanged', M.leave, 'i*:[^i]*')
  on('ModeChanged', function() block = true end, '\22*:i*')
  on('BufLeave', M.leave)
  on('CompleteChanged', function()
    menu.note(true)
    on_menu_change()
  end)
  on('ColorScheme', draw.highlight)
  on('CompleteDone', function()
    menu.note(false)
    on_menu_change()
  end)
  require('hum.complete.collect').start(group, guarded)
  draw.highlight()
  on_enter()
end

--- Something that decides about completion has changed.
function M.renew()
  M.leave()
  attach.review()
  on_enter()
end

--- The user asks for a suggestion. After CTRL-O, insert mode is still to come.
function M.ask()
  vim.schedule(guarded(function()
    begin()
    if here ~= 0 then
      look()
      asked, quiet = manual, false
      local serial, length = follow(row, col)
      return told_key('asked', serial, length)
    end
    local why = is_inserting() and require('hum.complete').status() or 'completion works in insert mode only'
    require('hum.notify').info('hum: ' .. why)
  end))
end

---@param step 1|-1
function M.cycle(step)
  if here ~= 0 and not is_aside() then
    on_key()
    asked, quiet = manual, false
    tell('cycle', here, tick, row, col, step)
  end
end

---@return boolean  there was a suggestion
function M.dismiss()
  if here == 0 then return false end
  on_key()
  local visible = ghost.is_visible()
  ghost.drop()
  asked, quiet = false, true
  tell('leave', here)
  return visible
end

--- A suggestion, or a part of it, has become text.
function M.accepted()
  if look() then
    local serial, length = follow(row, col)
    if manual then return manual_key(serial, length) end
    told_key('accepted', serial, length)
  end
end

---@param buf integer
---@param data hum.Suggest
function M.on_suggest(buf, data)
  if buf ~= here or quiet or buf ~= vim.api.nvim_get_current_buf() or not is_inserting() or is_aside() then return end
  if manual and not asked and not ghost.is_visible() then
    return -- another plugin wants to know
  end
  local cursor = get_cursor(0)
  local now = get_tick(0) == data.tick and cursor[1] - 1 == data.row and cursor[2] == data.col
  ghost.suggest(data, now)
end

function M.lost()
  ghost.drop()
  here = 0
end

return M
