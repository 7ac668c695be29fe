-- A chat's buffer and its file: what is said is in the file within a second, and all of it when the user leaves.
--
-- The buffer is an ordinary one for Neovim, which reads and writes its file as any other. hum writes that file as well,
-- behind Neovim's back, so that neither the growth of a reply nor its end costs a `:write`. For that it remembers two
-- stats of the file: `seen`, as hum or Neovim left it last, by which the writing of others is told; and `known`, as
-- Neovim's own last reading or writing left it, which `:w` compares with.
local config = require('hum.config')
local disk = require('hum.chat.kept.disk')
local fault = require('hum.fault')
local libc = require('hum.chat.kept.libc')
local making = require('hum.chat.kept.making')
local native = require('hum.chat.kept.native')
local notify = require('hum.notify')
local scan = require('hum.chat.text.scan')
local snapshot = require('hum.chat.kept.snapshot')

local M = {}

---@class hum.KeptFile
---@field buf integer
---@field path string    symlinks followed
---@field wanted boolean the chat has a file, or shall have one
---@field seen? uv.fs_stat.result
---@field known? uv.fs_stat.result
---@field busy boolean   it is being written in the background
---@field soon? boolean  it is about to be made
---@field again boolean  there is more to be written then
---@field timer? uv.uv_timer_t  while a reply streams: for the next time that it is written
---@field due boolean    that is set
---@field pause integer  so long nothing of it is written after the last time, in ms
---@field wrote integer  when that was, as vim.uv.now()
---@field told? string   what is wrong with it, as the user was told

local files = {} ---@type table<integer, hum.KeptFile>
local group = vim.api.nvim_create_augroup('hum.kept', {})

--- What streams is written so long after it has come, in ms: its first words at once, then more and more seldom.
local SOON, PERIOD = 20, 500
--- A new chat of more bytes than that is written so long after its first message was asked for, in ms: writing it would
--- keep the message waiting.
local LARGE, LATER = 256 * 1024, 100
--- Another Neovim that writes the same file is waited for, in ms, so many times.
local PAUSE, TRIES = 5, 40
--- A disk that does not answer is waited for so long before Neovim goes on, in ms: when the user leaves, and when a
--- reply ends.
local PATIENCE, BRIEFLY = 10000, 50

---@param buf integer
---@return string|nil  nil: it is no file's
local function path_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or vim.bo[buf].buftype ~= '' or name:find('^%a[%w+.-]+://') then return nil end
  return vim.uv.fs_realpath(name) or name
end

--- The file of a chat that hum writes.
---@param buf integer
---@return hum.KeptFile|nil
local function kept(buf)
  local k = files[buf]
  if not k or not k.wanted or not vim.api.nvim_buf_is_loaded(buf) then return nil end
  if config.get().chat.keep == false or not vim.o.write or vim.bo[buf].readonly then return nil end
  return k
end

--- Does hum write this chat's file?
---@param buf integer
---@return boolean
function M.keeps(buf) return kept(buf) ~= nil end

-- ---- what the user is told -------------------------------------------------------------------

--- Tells why a chat cannot be saved, once until it works again. There is nothing to do in hum: it tries again with
--- each reply, and before Neovim ends.
---@param k hum.KeptFile
---@param why string
local function tell_failure(k, why)
  if k.told == why then return end
  k.told = why
  notify.error(('hum: the chat cannot be saved: %s (%s)'):format(why, vim.fs.basename(k.path)))
end

-- ---- writing ---------------------------------------------------------------------------------

---@param k hum.KeptFile
local function set_unmodified(k)
  if not k.timer and snapshot.is_whole(k.buf) and vim.bo[k.buf].modified then vim.bo[k.buf].modified = false end
end

---@param k hum.KeptFile
---@param plan hum.SnapshotPlan
---@param done? hum.DiskDone
local function carry_out(k, plan, done)
  local operation = plan.grows and disk.grow or disk.rewrite
  if not plan.grows then disk.sweep(vim.fs.dirname(k.path)) end
  return operation({ path = k.path, seen = assert(k.seen), at = plan.at, tail = plan.tail }, done)
end

--- Notes how the file was left. In any context.
---@param k hum.KeptFile
---@param before hum.Snapshot
---@param stat? uv.fs_stat.result
---@param failure? hum.DiskFault
local function note(k, before, stat, failure)
  k.seen = stat or failure and failure.stat or k.seen
  if failure then snapshot.revert(k.buf, before) end
end

---@param k hum.KeptFile
---@return boolean
local function is_native(k) return not k.seen or not snapshot.is_plain(k.buf) end

--- Saves what has come.
---@param k hum.KeptFile
local function keep_growth(k)
  if not k.timer then return end
  k.due, k.wrote, k.pause = false, vim.uv.now(), math.min(2 * k.pause, PERIOD)
  M.keep(k.buf)
end

--- Sees to it that what has come of a reply is written when it is time. While nothing comes there is nothing to do.
---@param k hum.KeptFile
local function arm(k)
  if not k.timer or k.due or k.busy then return end
  k.due = true
  local pause = math.max(SOON, k.wrote + k.pause - vim.uv.now())
  k.timer:start(pause, 0, vim.schedule_wrap(function() fault.guard('saving a chat', keep_growth, k) end))
end

--- Behind a write in the background.
---@param k hum.KeptFile
---@param failure? hum.DiskFault
local function after(k, failure)
  if files[k.buf] ~= k or not vim.api.nvim_buf_is_loaded(k.buf) then return end
  local ok, why = failure == nil, failure and failure.why ---@type boolean?, string?
  local again = k.again
  k.again = false
  if failure and failure.kind == 'busy' then
    vim.defer_fn(function() M.keep(k.buf) end, PAUSE)
    return
  elseif failure and failure.kind == 'changed' then
    ok, why = making.resolve(k)
    again = ok or false
  end
  if not ok then return tell_failure(k, why or '') end
  k.told = nil
  set_unmodified(k)
  if again then return M.keep(k.buf) end
  if not snapshot.is_whole(k.buf) then arm(k) end
end

--- Saves a chat soon, in the background; nothing if all is in the file.
---@param buf integer
function M.keep(buf)
  local k = kept(buf)
  if not k then return end
  if k.busy then
    k.again = true
    return
  end
  -- What there is no file of is written as a whole: its bytes need not be put together.
  local plan = k.seen and snapshot.plan(buf) or nil
  if not plan and (k.seen or snapshot.is_whole(buf)) then return set_unmodified(k) end
  if is_native(k) then
    if k.seen and k.timer then return end -- the end of the reply will do
    local ok, why = making.write(k)
    if not ok then tell_failure(k, why or '') end
    return
  end
  if not plan then return end
  k.busy = true
  local before = snapshot.begin(buf, plan)
  carry_out(k, plan, function(stat, failure)
    k.busy = false
    note(k, before, stat, failure)
    vim.schedule(function() fault.guard('saving a chat', after, k, failure) end)
  end)
end

--- Waits for what is being written in the background.
---@param k hum.KeptFile
---@param patience? integer
---@return boolean  it is written
local function wait_for(k, patience)
  if k.busy then vim.wait(patience or PATIENCE, function() return not k.busy end, 1, true) end
  return not k.busy
end

---@param k hum.KeptFile
---@param plan hum.SnapshotPlan
---@return boolean|nil ok  nil: not yet
---@return string|nil why  it cannot be written
local function attempt(k, plan)
  if is_native(k) then return making.write(k) end
  local before = snapshot.begin(k.buf, plan)
  local stat, failure = carry_out(k, plan)
  note(k, before, stat, failure)
  if not failure then return true end
  if failure.kind == 'failed' then return nil, failure.why end
  if failure.kind == 'busy' then
    vim.uv.sleep(PAUSE)
    return nil
  end
  local ok, why = making.resolve(k)
  if not ok then return nil, why or failure.why end
end

--- Saves a chat now.
---@param buf integer
---@return boolean ok, string|nil why  nothing to save is well
function M.flush(buf)
  local k = kept(buf)
  if not k then return true end
  local ok, why = wait_for(k), nil ---@type boolean|nil, string|nil
  if not ok then why = 'the disk does not answer' end
  for _ = 1, TRIES do
    local plan = not why and snapshot.plan(buf) or nil
    if not plan then break end
    ok, why = attempt(k, plan)
    if ok then break end
  end
  if snapshot.plan(buf) then
    why = why or 'another Neovim is writing it'
    tell_failure(k, why)
    return false, why
  end
  k.told = nil
  if vim.bo[buf].modified then vim.bo[buf].modified = false end
  return true
end

--- Writes a new chat's file for the first time, before its message leaves: a crash loses nothing of it. A large one
--- follows soon. The user is told if that fails, and it is tried again with what follows.
---@param buf integer
function M.first(buf)
  local k = files[buf]
  if not k then return end
  k.wanted = true
  if vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf)) < LARGE then return M.keep(buf) end
  k.soon = true
  vim.defer_fn(function()
    k.soon = nil
    fault.guard('saving a chat', M.keep, buf)
  end, LATER)
end

-- ---- while a reply streams -------------------------------------------------------------------

---@param k hum.KeptFile
local function stop_timer(k)
  if not k.timer then return end
  k.timer:stop()
  k.timer:close()
  k.timer = nil
end

--- The end of a reply is in the file at once where it only makes it longer, and survives a power failure soon.
---@param k hum.KeptFile
local function finish(k)
  local plan = wait_for(k, BRIEFLY) and not is_native(k) and snapshot.plan(k.buf) or nil
  if plan and plan.grows then
    M.flush(k.buf)
    disk.sync(k.path)
  else
    M.keep(k.buf)
  end
end

--- A reply begins to stream into a chat, or has ended.
---@param buf integer
---@param on boolean
function M.grow(buf, on)
  local k = files[buf]
  if not k then return end
  stop_timer(k)
  if not kept(buf) then return end
  if not on then return finish(k) end
  snapshot.watch(buf)
  k.timer, k.due, k.pause, k.wrote = vim.uv.new_timer(), false, SOON, 0
  if not k.soon then M.keep(buf) end
end

-- Once for each token, as a rule two comparisons.
scan.listen('growth', function(buf)
  local k = files[buf]
  if k then arm(k) end
end)

-- ---- beside Neovim ---------------------------------------------------------------------------

---@param k hum.KeptFile
---@param path string  as an autocommand has it
---@return boolean
local function is_its(k, path) return (vim.uv.fs_realpath(path) or path) == k.path end

--- Neovim has written all of a chat to its file, without autocommands.
---@param buf integer
function M.written(buf)
  if files[buf] then making.take(files[buf]) end
end

--- Has somebody else written a chat's file, or removed it?
---@param buf integer
---@return boolean
function M.is_changed(buf)
  local k = files[buf]
  return k ~= nil and not disk.same(vim.uv.fs_stat(k.path), k.seen)
end

--- Before `:w`: what hum has written since is no reason to ask.
---@param k hum.KeptFile
local function before_write(k)
  wait_for(k)
  local stat = vim.uv.fs_stat(k.path)
  if not stat or not k.known or not disk.same(stat, k.seen) then return end
  if not libc.set_times(k.path, { atime = stat.atime, mtime = k.known.mtime }) then return end
  k.seen = vim.uv.fs_stat(k.path)
end

--- Neovim has found that the file is not as it knows it.
---@param k hum.KeptFile
---@return ''|'reload'|'ask'
local function choose(k)
  if k.busy or disk.same(vim.uv.fs_stat(k.path), k.seen) then return '' end
  local idle = not k.timer and snapshot.is_whole(k.buf) and not vim.bo[k.buf].modified
  return idle and vim.go.autoread and vim.uv.fs_stat(k.path) and 'reload' or 'ask'
end

local on_reread = function(_) end ---@type fun(buf: integer)

--- Sets the function that is called when the file of a chat was read anew while it is open.
---@param fn fun(buf: integer)
function M.on_reread(fn) on_reread = fn end

--- Neovim has read the file anew. Only behind that it tells those who watch the text that all of it has changed.
---@param k hum.KeptFile
local function reread(k)
  making.take(k)
  on_reread(k.buf)
end

--- The buffer has another name.
---@param k hum.KeptFile
local function renamed(k)
  local path = path_of(k.buf)
  if not path then return M.release(k.buf) end
  if path == k.path then return end
  wait_for(k)
  k.path, k.seen, k.known = path, nil, nil
  snapshot.lose(k.buf)
end

--- The text goes.
---@param k hum.KeptFile
local function unload(k)
  M.flush(k.buf)
  if snapshot.is_whole(k.buf) and k.seen then native.write_undo(k.buf, k.path) end
  M.release(k.buf)
end

---@param k hum.KeptFile
local function watch(k)
  local buf = k.buf
  local function on(names, fn)
    vim.api.nvim_create_autocmd(names, {
      group = group,
      buffer = buf,
      callback = function(event)
        if files[buf] == k then fault.guard('keeping a chat', fn, k, event) end
      end,
    })
  end
  local function on_own(names, fn)
    on(names, function(_, event)
      if is_its(k, event.match) then fn(k) end
    end)
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  on_own('BufWritePre', before_write)
  on_own('BufWritePost', making.take)
  local reads, has_read = false, false -- `:doautocmd BufReadPost` reads nothing
  on_own('BufReadPre', function() reads = true end)
  on_own('BufReadPost', function()
    if reads then making.take(k) end
    reads, has_read = false, reads
  end)
  on_own({ 'FileWritePost', 'FileAppendPost' }, function()
    k.seen = vim.uv.fs_stat(k.path)
    snapshot.lose(buf)
  end)
  on('FileChangedShell', function()
    has_read = false
    vim.v.fcs_choice = choose(k)
  end)
  on('FileChangedShellPost', function()
    if has_read then reread(k) end
  end)
  on('BufFilePost', renamed)
  on('BufUnload', unload)
  -- Undone to what was there before hum wrote, which Neovim takes for the file's text.
  on('TextChanged', function()
    if k.wanted and not k.timer and not snapshot.is_whole(buf) then vim.bo[buf].modified = true end
  end)
end

-- Before Neovim looks whether there is anything that was not saved, and before it ends.
vim.api.nvim_create_autocmd({ 'QuitPre', 'ExitPre', 'VimLeavePre' }, {
  group = group,
  callback = function()
    for buf in pairs(files) do
      fault.guard('saving a chat', M.flush, buf)
    end
  end,
})

--- Forgets a chat's file; nothing is written any more.
---@param buf integer
function M.release(buf)
  local k = files[buf]
  if not k then return end
  stop_timer(k)
  files[buf] = nil
  snapshot.forget(buf)
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_clear_autocmds({ group = group, buffer = buf }) end
end

--- Sees to a chat's file from now on: the one that its buffer was read from, or that it is named after.
---@param buf integer
function M.bind(buf)
  M.release(buf)
  local path = path_of(buf)
  if not path then return end
  local stat = vim.uv.fs_stat(path)
  ---@type hum.KeptFile
  local k = {
    buf = buf,
    path = path,
    wanted = stat ~= nil,
    seen = stat,
    known = stat,
    busy = false,
    again = false,
    due = false,
    pause = SOON,
    wrote = 0,
  }
  files[buf] = k
  vim.bo[buf].autoread = false -- else Neovim reads anew what hum writes; see `choose`
  snapshot.take(buf)
  if not stat or vim.bo[buf].modified then
    snapshot.lose(buf)
  elseif snapshot.is_plain(buf) and snapshot.size(buf) ~= stat.size then
    -- It was written while it was read, or has never been read.
    k.seen = nil
    snapshot.lose(buf)
  end
  watch(k)
end

return M
