-- A program that runs for a reference: what it writes, stdout and stderr in their order, bounded; it ends with its
-- time, or with what it was run for, and so does all that it has started.
local M = {}

--- Of more output the beginning and the end are kept, in bytes: errors stand at either.
M.HEAD, M.TAIL = 16 * 1024, 32 * 1024

--- What does not end when it is told to is killed, in ms.
local GRACE = 2000

---@class hum.ReferenceOutput
---@field code integer     of its exit
---@field signal integer
---@field timed_out boolean
---@field out string       all that was kept
---@field left_out integer  bytes between beginning and end

---@class hum.ReferenceOutputBuffer
---@field add fun(data: string)
---@field text fun(): string, integer

--- Keeps the beginning and the end of a stream, whole lines where there are some.
---@return hum.ReferenceOutputBuffer
local function buffer()
  local head, head_bytes, tail, tail_bytes, dropped = {}, 0, {}, 0, 0
  local first, last = 1, 0 -- of `tail`
  local function add(data)
    if head_bytes < M.HEAD then
      local part = data:sub(1, M.HEAD - head_bytes)
      head[#head + 1], head_bytes = part, head_bytes + #part
      data = data:sub(#part + 1)
    end
    if data == '' then return end
    last = last + 1
    tail[last], tail_bytes = data, tail_bytes + #data
    while tail_bytes - #tail[first] >= M.TAIL do
      dropped, tail_bytes = dropped + #tail[first], tail_bytes - #tail[first]
      tail[first] = nil
      first = first + 1
    end
  end
  local function text()
    local ending = table.concat(tail, '', first, last)
    local more = dropped + math.max(0, #ending - M.TAIL)
    local beginning = table.concat(head)
    if more == 0 then return beginning .. ending, 0 end
    ending = ending:sub(-M.TAIL)
    local from = ending:find('\n', 1, true)
    if from and from < M.TAIL / 2 then
      more, ending = more + from, ending:sub(from + 1)
    end
    local till = beginning:match('^.*()\n') --[[@as integer|nil]]
    if till and till > M.HEAD / 2 then
      more, beginning = more + #beginning - till, beginning:sub(1, till)
    end
    if not vim.endswith(beginning, '\n') then beginning = beginning .. '\n' end
    return ('%s(… %d bytes left out …)\n%s'):format(beginning, more, ending), more
  end
  return { add = add, text = text }
end

--- Windows has no sh(1) to join the streams.
---@param command string
---@return string[]
local function argv(command)
  local shell = vim.split(vim.o.shell, ' ', { trimempty = true })
  local flags = vim.split(vim.o.shellcmdflag, ' ', { trimempty = true })
  local own = vim.list_extend(vim.list_extend({}, shell), flags)
  if vim.fn.has('win32') == 1 then return vim.list_extend(own, { command .. ' 2>&1' }) end
  own[#own + 1] = command
  return vim.list_extend({ 'sh', '-c', 'exec "$@" 2>&1 </dev/null', 'sh' }, own)
end

---@class hum.ReferenceCommand
---@field command string  as the shell takes it
---@field cwd string
---@field timeout integer  (ms); 0: none

--- Runs a command by 'shell', in a group of its own.
---@param what hum.ReferenceCommand
---@param cb fun(err?: string, output?: hum.ReferenceOutput)  scheduled, once
---@return fun() cancel  the command and what it has started end; cb is not called any more
function M.run(what, cb)
  local kept, over, timed_out = buffer(), false, false
  local group, timer, guard ---@type integer|nil, uv.uv_timer_t|nil, integer|nil
  local function kill(signal)
    if group then pcall(vim.uv.kill, vim.fn.has('win32') == 1 and group or -group, signal) end
  end
  local function stop()
    kill('sigterm')
    vim.defer_fn(function() kill('sigkill') end, GRACE)
  end
  local function clear()
    if timer and not timer:is_closing() then timer:close() end
    if guard then pcall(vim.api.nvim_del_autocmd, guard) end
    guard = nil
  end
  local ok, process = pcall(vim.system, argv(what.command), {
    cwd = what.cwd,
    detach = true,
    env = { TERM = 'dumb', NO_COLOR = '1', PAGER = 'cat', GIT_PAGER = 'cat', GIT_TERMINAL_PROMPT = '0' },
    stdout = function(_, data)
      if data and not over then kept.add(data) end
    end,
    stderr = false,
  }, function(done)
    vim.schedule(function()
      group = nil
      clear()
      if over then return end
      over = true
      local text, left_out = kept.text()
      cb(nil, { code = done.code, signal = done.signal, timed_out = timed_out, out = text, left_out = left_out })
    end)
  end)
  if not ok then
    vim.schedule(function()
      if not over then cb(("the command cannot be started: %s\nCheck 'shell'."):format(process)) end
    end)
    return function() over = true end
  end
  group = process.pid
  if what.timeout > 0 then
    timer = assert(vim.uv.new_timer())
    timer:start(what.timeout, 0, function()
      timed_out = true
      vim.schedule(stop)
    end)
  end
  guard = vim.api.nvim_create_autocmd('VimLeavePre', { callback = function() kill('sigkill') end })
  return function()
    if over then return end
    over = true
    stop()
  end
end

return M
