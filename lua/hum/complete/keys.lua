-- What is typed in insert mode, sent to the helper: one notification for each state of text
-- and cursor. This runs at every key, so it is written for speed.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local channel = require('hum.complete.channel')
local collect = require('hum.complete.collect')
local draw = require('hum.complete.ghost.draw')
local fault = require('hum.fault')
local ghost = require('hum.complete.ghost')
local helper = require('hum.server.helper')
local interrupt = require('hum.interrupt')
local menu = require('hum.complete.ghost.menu')
local notify = require('hum.notify')

local M = {}

local get_buf = vim.api.nvim_get_current_buf
local get_tick = vim.api.nvim_buf_get_changedtick
local get_cursor = vim.api.nvim_win_get_cursor
local follow, send = ghost.follow, channel.notify

local started = false
local coming = false ---@type boolean  begin() is scheduled
local block = false ---@type boolean  a visual block is inserted: its other lines are made of this one

local here = 0 ---@type integer  the buffer that is typed in, 0 when none is completed
local manual = false
local requested = false ---@type boolean  a suggestion is to come although `manual`
local sideways = false ---@type boolean  'virtualedit': the cursor may be where no text is
local quiet = false ---@type boolean  dismissed: what is on its way comes too late
local tick, row, col = -1, -1, -1 ---@type integer, integer, integer  what was sent last

--- Wraps `fn`: an error of it is reported in a line, and completion pauses.
---@param fn function
local function guarded(fn)
  return function(ev)
    local ok, err = xpcall(fn, debug.traceback, ev)
    if ok then
      return
    elseif interrupt.is_interrupt(err) then
      return interrupt.give_back()
    end
    pcall(M.leave)
    fault.report('completion', tostring(err))
  end
end

---@param kind 'typed'|'followed'|'accepted'|'requested'
local function send_key(kind, serial, length) send('key', here, tick, row, col, kind, serial, length) end

--- Manual mode: only what agrees with a suggestion is sent, and its end.
---@param serial integer
---@param length integer
local function manual_key(serial, length)
  if serial ~= 0 then
    send_key('followed', serial, length)
  elseif requested then
    requested = false
    send('leave', here)
  end
end

--- Takes note of text and cursor as they are now.
---@return boolean  false: they are as they were
local function has_changed()
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

--- Nothing is to be suggested until the next key.
local function pause()
  ghost.drop()
  requested = false
  if tick ~= -1 then
    tick = -1
    send('leave', here)
  end
end

---@param ev? table  of an autocommand
local function on_key(ev)
  if here == 0 then
    return
  elseif ev and ev.buf ~= here then
    return M.leave() -- the other buffer was left under ":noautocmd"
  elseif is_aside() then
    return pause()
  elseif not has_changed() then
    return
  end
  local serial, length = follow(row, col)
  if manual then return manual_key(serial, length) end
  send('key', here, tick, row, col, 'typed', serial, length)
end

M.on_key = guarded(on_key)

attach.on_key(M.on_key)

--- For who runs between keys: what was typed ahead of a mapping has caused no event yet when the
--- mapping runs. Nor has a change of buffers under ":noautocmd".
local function catch_up()
  if here ~= 0 and here ~= get_buf() then return M.leave() end
  on_key()
end

M.catch_up = catch_up

---@return boolean
local function is_inserting() return vim.startswith(vim.api.nvim_get_mode().mode, 'i') end

local function on_menu_change()
  if here ~= 0 and here == get_buf() then ghost.redraw() end
end

--- Begins to complete. Neovim waits for a key in insert mode, which it never does in a macro or
--- in `:normal`.
local function begin()
  coming = false
  if package.loaded['hum.complete.keys'] ~= M then return end -- hum was reloaded, and others complete now
  if block or not is_inserting() then return end
  if here ~= 0 and here ~= get_buf() then M.leave() end
  if here ~= 0 then return end
  -- What is recorded must not depend on what a model happens to say.
  if vim.fn.reg_recording() ~= '' or vim.fn.reg_executing() ~= '' then return end
  local buf = get_buf()
  local mode = allow.mode(buf)
  if mode == 'off' or not attach.ensure(buf) then return end
  here, manual, requested, tick = buf, mode == 'manual', false, -1
  sideways = vim.wo.virtualedit ~= '' or vim.go.virtualedit ~= ''
  draw.prepare()
  menu.listen(guarded(on_menu_change))
  require('hum.complete.backend').renew()
  send('enter', here, vim.api.nvim_buf_line_count(here))
  on_key()
end

--- Scheduled: a macro or `:g` may enter insert mode a thousand times before anything is drawn.
local function on_enter()
  if not coming then
    coming = true
    vim.schedule(guarded(begin))
  end
end

---@param buf integer
---@return boolean  what is typed in this buffer is sent
function M.is_here(buf) return here == buf end

function M.leave()
  block = false
  if here ~= 0 then
    ghost.drop()
    send('leave', here)
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
  collect.start(group, guarded)
  draw.highlight()
  on_enter()
end

--- Something that decides about completion has changed.
function M.renew()
  M.leave()
  attach.review()
  on_enter()
end

--- The user wants a suggestion now. After CTRL-O, insert mode is still to come.
---@param why_not fun(): string  what to say where there are none
function M.request(why_not)
  vim.schedule(guarded(function()
    begin()
    if here ~= 0 then
      has_changed()
      requested, quiet = manual, false
      local serial, length = follow(row, col)
      return send_key('requested', serial, length)
    end
    local why = is_inserting() and why_not() or 'completion works in insert mode only'
    notify.info('hum: ' .. why)
  end))
end

---@param step 1|-1
function M.cycle(step)
  catch_up()
  if here ~= 0 and not is_aside() then
    requested, quiet = manual, false
    send('cycle', here, tick, row, col, step)
  end
end

---@return boolean  there was a suggestion
function M.dismiss()
  catch_up()
  if here == 0 then return false end
  local visible = ghost.is_visible()
  ghost.drop()
  requested, quiet = false, true
  send('leave', here)
  return visible
end

--- A suggestion, or a part of it, has become text.
function M.accepted()
  if has_changed() then
    local serial, length = follow(row, col)
    if manual then return manual_key(serial, length) end
    send_key('accepted', serial, length)
  end
end

---@param buf integer
---@param data hum.Suggestion
function M.on_suggest(buf, data)
  if buf ~= here or quiet or buf ~= get_buf() or not is_inserting() or is_aside() then return end
  if manual and not requested and not ghost.is_visible() then
    return -- it was requested by the source of another plugin
  end
  local cursor = get_cursor(0)
  local now = get_tick(0) == data.tick and cursor[1] - 1 == data.row and cursor[2] == data.col
  ghost.suggest(data, now)
end

helper.on_lost(function()
  ghost.drop()
  here = 0
end)

return M
