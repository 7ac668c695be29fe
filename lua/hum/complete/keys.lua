-- What is typed in insert mode, sent to the helper: one notification for each state of text
-- and cursor. This runs at every key, so it is written for speed.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local channel = require('hum.complete.channel')
local collect = require('hum.complete.collect')
local config = require('hum.config')
local draw = require('hum.complete.ghost.draw')
local extras = require('hum.complete.extras')
local fault = require('hum.fault')
local ghost = require('hum.complete.ghost')
local helper = require('hum.server.helper')
local ignored = require('hum.ignored')
local interrupt = require('hum.interrupt')
local menu = require('hum.complete.ghost.menu')
local notify = require('hum.notify')
local scope = require('hum.complete.scope')

local M = {}

local get_buf = vim.api.nvim_get_current_buf
local get_tick = vim.api.nvim_buf_get_changedtick
local get_cursor = vim.api.nvim_win_get_cursor
local follow, send = ghost.follow, channel.notify

--- What may follow:
---
---   off     nothing is completed               coming: insert mode is entered; barred
---   coming  begin() is scheduled               off, shut, open: as it finds the buffer; barred
---   barred  a visual block is inserted: its    off: insert mode is left
---           other lines are made of this one
---   shut    what comes is not shown            open: a key, unless manual; a request
---   open    what comes is shown                shut: dismissed; no text at the cursor; manual and
---                                              what is typed does not agree
---
--- From the last two M.leave() and the end of the helper lead to "off".
---@class hum.Typing
---@field phase 'off'|'coming'|'barred'|'shut'|'open'
---@field buf integer       that is typed in, 0 unless "shut" or "open"
---@field manual boolean    what is not requested is not shown
---@field sideways boolean  'virtualedit': the cursor may be where no text is
---@field hides boolean     a completion menu hides suggestions
---@field unasked boolean   it did so when the latest key was sent, so that nothing was fetched for it
---@field tick integer      what was sent last; -1: nothing that still counts
---@field row integer
---@field col integer
local state = {
  phase = 'off',
  buf = 0,
  manual = false,
  sideways = false,
  hides = true,
  unasked = false,
  tick = -1,
  row = -1,
  col = -1,
}

local started = false

local notice = function() end ---@type fun()

--- Sets what runs when what is suggested may have changed.
---@param fn fun()
function M.on_change(fn) notice = fn end

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

--- Takes note of text and cursor as they are now.
---@return boolean  false: they are as they were
local function has_changed()
  local s, tick, cursor = state, get_tick(0), get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  if tick == s.tick and row == s.row and col == s.col then return false end
  if row ~= s.row then scope.note(s.buf, cursor[1]) end
  s.tick, s.row, s.col = tick, row, col
  return true
end

---@return boolean  what would be suggested now is hidden
local function is_hidden() return state.hides and menu.is_open() end

---@param kind 'typed'|'accepted'|'followed'|'requested'
---@param serial integer
---@param length integer
---@param used? integer
local function send_key(kind, serial, length, used)
  local s = state
  if used then return send('key', s.buf, s.tick, s.row, s.col, kind, serial, length, used) end
  send('key', s.buf, s.tick, s.row, s.col, kind, serial, length)
end

--- Sends what has_changed() noted. In manual mode only what agrees with a suggestion, and its end.
---@param kind 'typed'|'accepted'
local function send_change(kind)
  local s = state
  local serial, length, used = follow(s.row, s.col)
  if not s.manual then
    s.phase, s.unasked = 'open', is_hidden()
    send_key(s.unasked and 'followed' or kind, serial, length, used)
  elseif serial ~= 0 then
    s.phase = 'open'
    send_key('followed', serial, length, used)
  elseif s.phase == 'open' then
    s.phase = 'shut'
    send('leave', s.buf)
  end
end

---@return boolean  the cursor is where no text is
local function is_aside() return state.sideways and vim.fn.getpos('.')[4] > 0 end

--- Nothing is to be suggested until the next key.
local function pause()
  ghost.drop()
  state.phase = 'shut'
  if state.tick ~= -1 then
    state.tick = -1
    send('leave', state.buf)
  end
end

---@param ev? table  of an autocommand
local function on_key(ev)
  if state.buf == 0 then
    return
  elseif ev and ev.buf ~= state.buf then
    return M.leave() -- the other buffer was left under ":noautocmd"
  end
  if ev then menu.heard(ev.event) end
  if is_aside() then
    pause()
  elseif has_changed() or (state.unasked and not is_hidden()) then
    send_change('typed')
  end
  notice()
end

M.on_key = guarded(on_key)

attach.on_key(M.on_key)

---@return boolean  the buffer was left under ":noautocmd"
local function is_elsewhere() return state.buf ~= 0 and state.buf ~= get_buf() end

--- For who runs between keys: what was typed ahead of a mapping has caused no event yet when the
--- mapping runs. Nor has a change of buffers under ":noautocmd".
local function catch_up()
  if is_elsewhere() then return M.leave() end
  on_key()
end

M.catch_up = catch_up

---@return boolean
local function is_inserting() return vim.startswith(vim.api.nvim_get_mode().mode, 'i') end

--- The menu is gone, or another one is there already: what has closed it may be a key that opens the next.
local function ask_again()
  if state.unasked and state.buf ~= 0 and is_inserting() then catch_up() end
end

local function on_menu_change()
  if state.buf == 0 or is_elsewhere() then return end
  ghost.redraw()
  notice()
  if state.unasked and not is_hidden() then vim.schedule(guarded(ask_again)) end
end

local told = {} ---@type table<string, boolean>  files of which the user knows that they are not read

--- A file that is not read as it may hold secrets is told once: nothing else says why nothing is suggested.
---@param buf integer
local function tell(buf)
  local why, is_secret = allow.refusal(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if not why or not is_secret or told[name] then return end
  told[name] = true
  -- The status has the pattern that it fits, for which a line of 80 cells has no room.
  local short = why:gsub(' %("[^"]*"%)$', '')
  notify.info(('hum: no suggestions in "%s": %s (:help hum-secrets)'):format(vim.fs.basename(name), short))
end

attach.on_secret(function(buf)
  if state.buf == buf then M.leave() end
  if vim.api.nvim_buf_is_valid(buf) then tell(buf) end
end)

--- Begins to complete. Neovim waits for a key in insert mode, which it never does in a macro or
--- in `:normal`.
local function begin()
  if package.loaded['hum.complete.keys'] ~= M then return end -- hum was reloaded, and others complete now
  if is_elsewhere() then M.leave() end
  if state.buf ~= 0 or state.phase == 'barred' then return end
  state.phase = 'off'
  -- What is recorded must not depend on what a model happens to say.
  if not is_inserting() or vim.fn.reg_recording() ~= '' or vim.fn.reg_executing() ~= '' then return end
  local buf = get_buf()
  local mode = allow.mode(buf)
  attach.drop_off()
  if mode == 'off' then return end
  collect.seed(buf)
  if not attach.ensure(buf) then return tell(buf) end
  state.phase, state.buf, state.manual, state.tick = 'shut', buf, mode == 'manual', -1
  state.sideways = vim.wo.virtualedit ~= '' or vim.go.virtualedit ~= ''
  state.hides, state.unasked = config.get().complete.menu == 'hide', false
  draw.prepare()
  menu.listen(guarded(on_menu_change))
  require('hum.complete.backend').renew()
  send('enter', buf, vim.api.nvim_buf_line_count(buf))
  on_key()
end

--- Scheduled: a macro or `:g` may enter insert mode a thousand times before anything is drawn.
local function on_enter()
  if is_elsewhere() then M.leave() end
  if state.phase == 'off' then
    state.phase = 'coming'
    vim.schedule(guarded(begin))
  end
end

--- The other lines of a visual block are made of the one that is typed.
local function on_block()
  M.leave()
  state.phase = 'barred'
end

---@param buf integer
---@return boolean  what is typed in this buffer is sent
function M.is_here(buf) return state.buf == buf end

function M.leave()
  if state.phase == 'coming' then return end -- begin() finds out
  if state.buf ~= 0 then
    ghost.drop()
    send('leave', state.buf)
  end
  state.phase, state.buf = 'off', 0
  notice()
end

--- How a plugin that closes blocks leaves: by CTRL-O, or by an operator of `:normal`. It is back before
--- anything else happens.
local ASIDE = { niI = true, no = true }

local function back_or_leave()
  if is_inserting() then return on_menu_change() end
  M.leave()
end

local function on_mode()
  local event = vim.v.event --[[@as { new_mode: string }]]
  if not ASIDE[event.new_mode] then return M.leave() end
  ghost.hide_aside()
  vim.schedule(guarded(back_or_leave))
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
  on('ModeChanged', on_mode, 'i*:[^i]*')
  on('ModeChanged', on_block, '\22*:i*')
  on('BufLeave', M.leave)
  on('OptionSet', on_insert_change, 'paste')
  on('BufWritePost', ignored.forget, '.gitignore')
  ignored.on_answer(guarded(function()
    on_enter()
    collect.renew()
  end))
  on('CompleteChanged', function()
    menu.note(true)
    on_menu_change()
  end)
  on('CompleteDone', function()
    menu.note(false)
    on_menu_change()
  end)
  ghost.listen(on)
  collect.start(group, guarded)
  extras.start(group, guarded)
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
    if state.buf ~= 0 then
      has_changed()
      state.phase = 'open'
      return send_key('requested', follow(state.row, state.col))
    end
    local why = is_inserting() and why_not() or 'completion works in insert mode only'
    notify.info('hum: ' .. why)
  end))
end

---@param step 1|-1
function M.cycle(step)
  catch_up()
  if state.buf ~= 0 and not is_aside() then
    state.phase = 'open'
    send('cycle', state.buf, state.tick, state.row, state.col, step)
  end
end

---@return boolean  there was a suggestion
function M.dismiss()
  catch_up()
  if state.buf == 0 then return false end
  local visible = ghost.is_visible()
  ghost.drop()
  state.phase = 'shut'
  send('leave', state.buf)
  notice()
  return visible
end

--- A suggestion, or a part of it, has become text.
function M.accepted()
  if has_changed() then
    send_change('accepted')
    notice()
  end
end

---@param buf integer
---@param data hum.Suggestion
function M.on_suggest(buf, data)
  if buf ~= state.buf or state.phase ~= 'open' or buf ~= get_buf() or not is_inserting() or is_aside() then return end
  menu.look()
  local cursor = get_cursor(0)
  local now = get_tick(0) == data.tick and cursor[1] - 1 == data.row and cursor[2] == data.col
  ghost.suggest(data, now)
  notice()
end

helper.on_lost(function()
  ghost.drop()
  if state.buf ~= 0 then
    state.phase, state.buf = 'off', 0
  end
end)

return M
