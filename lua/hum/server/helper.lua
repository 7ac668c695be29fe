-- The helper process: found, built, started on first use, greeted, and missed when it
-- dies. One for the whole Neovim; the client sends through its channel.
local config = require('hum.config')
local fault = require('hum.fault')
local log = require('hum.log')
local secret = require('hum.server.secret')
local updated = require('hum.updated')

local M = {}

--- What this side speaks; src/proto.h has the helper's number.
M.PROTOCOL = 10

--- A process that is a hum answers within milliseconds; this many seconds are for a very busy machine.
local READY_WITHIN = 5

---@class hum.HelperState
---@field status 'stopped'|'starting'|'ready'
---@field path? string     of the running executable
---@field channel? integer
---@field version? string  what it said of itself
---@field protocol? integer

---@type hum.HelperState
local state = { status = 'stopped' }

local stderr = {} ---@type string[]  its last words, for the log and the error

local on_lost = {} ---@type (fun(failure: hum.Failure))[]

--- Calls `fn` whenever the helper is gone, with the reason.
---@param fn fun(failure: hum.Failure)
function M.on_lost(fn) on_lost[#on_lost + 1] = fn end

---@return string? path  of the executable, or nil and
---@return string? why   in one sentence with the cure
function M.find()
  local configured = config.get().helper
  local path = vim.fs.joinpath(updated.root(), 'build', 'hum')
  if configured then
    path = vim.fn.expand(configured) --[[@as string]]
  end
  if vim.fn.executable(path) == 1 then
    return path
  elseif configured then
    return nil, ('the helper set in the option "helper" cannot be run: %s'):format(path)
  end
  return nil, ('the helper is not built: run :Hum build, or "make" in %s'):format(updated.root())
end

---@return hum.HelperState  a copy
function M.state() return vim.deepcopy(state) end

--- Forgets the running helper and tells its users why their requests end.
---@param message string
---@param hint string
local function lost(message, hint)
  local channel = state.channel
  state = { status = 'stopped' }
  if channel then
    pcall(vim.fn.jobstop, channel)
    if vim.g.hum_helper == channel then vim.g.hum_helper = nil end
  end
  for _, fn in ipairs(on_lost) do
    fault.guard('the loss of the helper', fn, { code = 'helper', message = message, hint = hint })
  end
end

--- So short that what happened has room beside it in a line of 80 cells.
local AGAIN = 'Try again: a new helper starts.'

--- Whether these modules were replaced by others (`:Lazy reload`), which have a helper of their own.
---@return boolean
local function is_former() return package.loaded['hum.server.helper'] ~= M end

---@param channel integer
---@param code integer
local function on_exit(channel, code)
  if channel ~= state.channel then
    return
  elseif vim.v.exiting ~= vim.NIL then
    state = { status = 'stopped' }
    return
  end
  local words = vim.trim(table.concat(stderr, ' '))
  local how = code > 128 and ('was killed by signal %d'):format(code - 128) or ('exited with status %d'):format(code)
  log.write('error', ('the helper %s %s'):format(how, words))
  lost('the helper ' .. how .. (words ~= '' and ': ' .. words or ''), AGAIN)
end

--- Its channel is closed: it has ended, though its exit has not been told yet.
---@param channel integer
function M.missed(channel)
  if channel == state.channel then lost('the helper has exited', AGAIN) end
end

---@param data string[]
local function on_stderr(_, data)
  for _, line in ipairs(data) do
    if line ~= '' then
      stderr[#stderr + 1] = line
      log.write('warn', 'helper: ' .. line)
    end
  end
  while #stderr > 5 do
    table.remove(stderr, 1)
  end
end

--- Waits for something that the helper is to do, without blocking. The seconds are counted in scheduled calls, one
--- after the other: what the helper has sent is handled before the next one, so a Neovim that was blocked meanwhile
--- does not mistake its own absence for the helper's.
---@param seconds number
---@param is_done fun(): boolean
---@param on_timeout fun()
function M.wait_for(seconds, is_done, on_timeout)
  if is_done() then
    return
  elseif seconds <= 0 then
    return on_timeout()
  end
  vim.defer_fn(function() M.wait_for(seconds - 1, is_done, on_timeout) end, 1000)
end

--- Gives up on a process that has not greeted: it is not a hum.
---@param channel integer
local function expect_ready(channel)
  M.wait_for(
    READY_WITHIN,
    function() return channel ~= state.channel or state.status ~= 'starting' end,
    function()
      lost(
        ('%s does not respond as a hum helper'):format(state.path),
        'Run :Hum build, or correct the option "helper".'
      )
    end
  )
end

--- Starts the helper unless it runs. Never waits for it: what is sent to the channel
--- before it has greeted is kept by the pipe.
---@return integer? channel
---@return string? why
function M.start()
  if state.channel then return state.channel end
  if is_former() then return nil, 'hum was reloaded; try again' end
  -- Timers fire still while Neovim waits for the end of its jobs, and one that is begun then is waited for without end.
  if vim.v.exiting ~= vim.NIL then return nil, 'Neovim is ending' end
  local path, why = M.find()
  if not path then return nil, why end
  stderr = {}
  local ok, channel = pcall(vim.fn.jobstart, { path }, {
    rpc = true,
    clear_env = true,
    env = secret.environment(), -- a key reaches it only with the requests that it is for
    on_exit = on_exit,
    on_stderr = on_stderr,
  })
  if not ok or channel <= 0 then
    return nil, ('the helper %s cannot be started: %s'):format(path, ok and 'jobstart failed' or channel)
  end
  state = { status = 'starting', path = path, channel = channel }
  vim.g.hum_helper = channel
  vim.rpcnotify(channel, 'hello', {
    protocol = M.PROTOCOL,
    log_file = log.prepare(),
    log_level = config.get().log,
  })
  expect_ready(channel)
  return channel
end

--- The helper's greeting.
---@param data { version: string, protocol: integer }
function M.on_ready(data)
  if data.protocol ~= M.PROTOCOL then
    local path = state.path
    return lost(
      ('the helper %s is version %s and speaks protocol %s, this plugin speaks %d'):format(
        path,
        data.version,
        data.protocol,
        M.PROTOCOL
      ),
      updated.is() and updated.CURE or 'Rebuild it with :Hum build, then retry.'
    )
  end
  state.status = 'ready'
  state.version = data.version
  state.protocol = data.protocol
end

--- Ends a helper that hangs: it does not hear a polite request.
function M.replace()
  local channel = state.channel
  if not channel then return end
  local ok, pid = pcall(vim.fn.jobpid, channel)
  if ok then vim.uv.kill(pid, 'sigkill') end
  lost('the helper does not respond and was killed', AGAIN)
end

--- Ends the helper; the next request starts it again.
function M.stop()
  if state.channel then lost('the helper was stopped', 'Retry with :Hum retry.') end
end

-- Modules that were reloaded know nothing of the helper of the former ones, nor of the replies that it writes. So
-- the former ones end both now; an autocommand of a group is how one set of modules reaches the other.
local group = vim.api.nvim_create_augroup('hum.helper', { clear = false })
vim.api.nvim_exec_autocmds('User', { group = group, pattern = 'HumReloaded', modeline = false })
vim.api.nvim_create_autocmd('User', {
  group = vim.api.nvim_create_augroup('hum.helper', {}),
  pattern = 'HumReloaded',
  callback = function()
    if state.channel then lost('hum was reloaded', AGAIN) end
  end,
})

return M
