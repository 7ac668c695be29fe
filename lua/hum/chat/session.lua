-- A chat that is open: its request, from the heading of the reply to its end.
local edit = require('hum.chat.text.edit')
local ending = require('hum.chat.reply.ending')
local fold = require('hum.chat.view.fold')
local follow = require('hum.chat.reply.follow')
local format = require('hum.chat.text.format')
local notes = require('hum.chat.view.notes')
local scan = require('hum.chat.text.scan')
local undo = require('hum.chat.reply.undo')
local wait = require('hum.chat.view.wait')

local M = {}

---@class hum.Session
---@field buf integer
---@field request? hum.Request
---@field preparing? boolean    a key or the model is being found out
---@field used integer          when it was last entered, counted
---@field thoughts table<integer, hum.Thought>  by extmark

---@class hum.Thought
---@field since integer   ms
---@field seconds? integer  once it has ended

---@class hum.Request
---@field buf integer
---@field id integer
---@field endpoint string
---@field model string
---@field record hum.UndoRecord
---@field draft string[]   what the user had begun to write next
---@field thought? hum.Thought
---@field waiting boolean
---@field unloaded? boolean

---@class hum.Job
---@field row integer        lines from here on give way to the reply
---@field lines string[]     written before the heading
---@field sent integer       row of the turn that is sent
---@field draft string[]
---@field messages table[]
---@field model string
---@field settings table
---@field resolved hum.Resolved

local sessions = {} ---@type table<integer, hum.Session>
local uses = 0
local ns = vim.api.nvim_create_namespace('hum.session')

--- What the helper writes around thinking.
local PARTS = { thinking = { open = '<think>\n', close = '\n</think>\n\n' } }

---@param buf integer
---@return hum.Session|nil
function M.get(buf) return sessions[buf == 0 and vim.api.nvim_get_current_buf() or buf] end

---@return table<integer, hum.Session>
function M.all() return sessions end

---@return boolean  a reply is coming, in some chat
local function is_busy()
  for _, session in pairs(sessions) do
    if session.request then return true end
  end
  return false
end

--- The chat used last.
---@return hum.Session|nil
function M.latest()
  local latest
  for _, session in pairs(sessions) do
    if vim.api.nvim_buf_is_loaded(session.buf) and (not latest or session.used > latest.used) then latest = session end
  end
  return latest
end

---@param session hum.Session
function M.touch(session)
  uses = uses + 1
  session.used = uses
end

---@param buf integer
---@return hum.Session
function M.new(buf)
  local session = { buf = buf, used = 0, thoughts = {} }
  sessions[buf] = session
  M.touch(session)
  scan.attach(buf)
  scan.listen('chat', function(changed, first, old_last, new_last)
    follow.changed(changed, old_last, new_last)
    undo.changed(changed, first, old_last, new_last)
  end)
  return session
end

--- The text of the chat is going away.
---@param buf integer
function M.drop(buf)
  local session = sessions[buf]
  sessions[buf] = nil
  if session and session.request then
    session.request.unloaded = true
    require('hum.server.client').stop(session.request.id)
  end
  wait.stop(buf)
  follow.stop(buf)
  undo.forget(buf)
  notes.forget(buf)
end

--- Of the thinking part that begins at a row; for its fold.
---@param buf integer
---@param row integer
---@return { running: boolean, since: integer, seconds: integer }|nil
function M.thinking(buf, row)
  local session = sessions[buf]
  if not session or not next(session.thoughts) then return nil end
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, { row, 0 }, { row, -1 }, {})) do
    local thought = session.thoughts[mark[1]]
    if thought then
      local seconds = thought.seconds or math.floor((vim.uv.now() - thought.since) / 1000)
      return { running = thought.seconds == nil, since = thought.since, seconds = seconds }
    end
  end
end

---@param request hum.Request
local function end_thought(request)
  local thought = request.thought
  if thought then
    thought.seconds = math.floor((vim.uv.now() - thought.since) / 1000 + 0.5)
    request.thought = nil
  end
end

---@param session hum.Session
---@param request hum.Request
---@param data table
local function on_part(session, request, data)
  wait.stop(request.buf)
  end_thought(request)
  fold[data.part == 'thinking' and 'wake' or 'rest'](request.buf)
  if data.part == 'thinking' and vim.api.nvim_buf_is_loaded(request.buf) then
    local row = vim.api.nvim_buf_line_count(request.buf) - 1
    local mark = vim.api.nvim_buf_set_extmark(request.buf, ns, row, 0, { right_gravity = false })
    request.thought = { since = vim.uv.now() }
    session.thoughts[mark] = request.thought
  end
  require('hum.events').emit('HumPartStarted', {
    buf = request.buf,
    id = request.id,
    part = data.part,
    ttft_ms = data.ttft_ms,
  })
end

---@param request hum.Request
---@return string
local function group_name(request) return 'hum.request.' .. request.buf end

---@param session hum.Session
---@param request hum.Request
---@param how hum.Ending
local function report(session, request, how)
  if session.request == request then
    session.request = nil
    if sessions[request.buf] then notes.watch(request.buf) end
  end
  if not is_busy() then require('hum.chat.maps').unwatch_ctrl_c() end
  local data = how.data
  require('hum.events').emit('HumRequestFinished', {
    buf = request.buf,
    id = request.id,
    endpoint = request.endpoint,
    model = request.model,
    status = how.name,
    reason = data.reason,
    code = data.code,
    message = data.message,
    hint = data.hint,
    stats = data.stats,
  })
end

---@param session hum.Session
---@param request hum.Request
---@param how hum.Ending
local function on_ending(session, request, how)
  wait.stop(request.buf)
  end_thought(request)
  fold.rest(request.buf)
  local group = vim.api.nvim_create_augroup(group_name(request), {})
  local function try()
    if not ending.finish(request, how) then return false end
    follow.stop(request.buf)
    report(session, request, how)
    return true
  end
  if try() then return end
  -- Textlock: an <expr> mapping waits for a key, say. The text is complete without this.
  vim.api.nvim_create_autocmd('SafeState', { group = group, callback = try })
end

---@param session hum.Session
---@param request hum.Request
---@param name string
---@param data table
local function on_event(session, request, name, data)
  if name == 'part' then
    on_part(session, request, data)
  else
    on_ending(session, request, { name = name, data = data })
  end
end

--- Must edits join the open undo block? Neovim closes blocks of the current buffer outside
--- insert mode, and only those.
---@param buf integer
---@return boolean
local function must_join(buf)
  return buf == vim.api.nvim_get_current_buf() and not vim.api.nvim_get_mode().mode:find('^[iR]')
end

---@param request hum.Request
local function watch(request)
  local buf, client = request.buf, require('hum.server.client')
  local group = vim.api.nvim_create_augroup(group_name(request), {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  notes.unwatch(buf)
  request.record.on_undone = function() client.stop(request.id) end
  on({ 'BufEnter', 'InsertLeave' }, function(event)
    undo.check(request.record)
    if event.event == 'InsertLeave' then undo.insert_left(request.record) end
    client.join(request.id, true)
  end)
  on({ 'BufLeave', 'InsertEnter' }, function() client.join(request.id, false) end)
end

--- Windows that shall follow the reply: the cursor is in the turn that is sent, or below.
---@param buf integer
---@param row integer
---@return integer[]
local function followers(buf, row)
  return vim.tbl_filter(function(win) return vim.api.nvim_win_get_cursor(win)[1] > row end, vim.fn.win_findbuf(buf))
end

---@param buf integer
---@param job hum.Job
---@return hum.UndoRecord|nil record, string|nil err
local function write_heading(buf, job)
  local wins = followers(buf, job.sent)
  local lines = vim.list_extend({}, job.lines)
  vim.list_extend(lines, { '', format.heading('assistant', job.model), '', '' })
  local record = undo.begin(buf)
  local ok, err = pcall(edit.replace, buf, job.row, -1, lines)
  if not ok then return nil, tostring(err) end
  undo.watch(record, job.row, #job.lines + 2, function() M.stop(sessions[buf]) end)
  follow.start(buf, require('hum.config').get().chat.follow)
  follow.to_end(buf, wins)
  return record
end

---@param map table
---@return table  so that an empty one is a map on the other side of the pipe
local function as_map(map) return next(map) == nil and vim.empty_dict() or map end

---@param buf integer
---@param job hum.Job
---@return table spec
local function spec_of(buf, job)
  local resolved = job.resolved
  local endpoint = vim.tbl_extend('force', resolved.endpoint, { headers = as_map(resolved.endpoint.headers) })
  local think = job.settings.think
  if think == nil then think = resolved.think end
  local options = vim.tbl_extend('force', resolved.options or {}, job.settings.options or {})
  return {
    buf = buf,
    join = must_join(buf),
    endpoint = endpoint,
    request = {
      model = job.model,
      messages = job.messages,
      options = as_map(options),
      think = think,
      keep_alive = resolved.keep_alive,
    },
    parts = PARTS,
  }
end

--- Starts a request: the heading is written, the rest comes by itself.
---@param session hum.Session
---@param job hum.Job
---@return boolean|nil ok, string|nil err
function M.start(session, job)
  local buf, client = session.buf, require('hum.server.client')
  local request = {
    buf = buf,
    endpoint = job.resolved.endpoint.name,
    model = job.model,
    draft = job.draft,
  }
  undo.forget(buf)
  local id, why = client.chat(spec_of(buf, job), function(name, data)
    if request.record then on_event(session, request, name, data) end
  end)
  if not id then return nil, why end
  local record, err = write_heading(buf, job)
  if not record then
    client.stop(id)
    return nil, err
  end
  notes.clear_failures(buf)
  request.id, request.record = id, record
  session.request = request
  watch(request)
  require('hum.chat.maps').watch_ctrl_c()
  wait.start(buf, vim.api.nvim_buf_line_count(buf) - 1, job.model)
  if require('hum.config').get().chat.highlight then
    require('hum.chat.view.code').prepare(function() return wait.is_waiting(buf) end)
  end
  require('hum.events').emit('HumRequestStarted', {
    buf = buf,
    id = id,
    endpoint = request.endpoint,
    model = request.model,
  })
  return true
end

---@param session hum.Session
---@return boolean  there was something to stop
function M.stop(session)
  if not session.request then return false end
  require('hum.server.client').stop(session.request.id)
  return true
end

return M
