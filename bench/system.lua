-- What Linux tells about a process.
local M = {}

local function read(path)
  local f = io.open(path)
  if f then
    local text = f:read('*a')
    f:close()
    return text
  end
end

--- CPU time of all threads in nanoseconds; 0 once the process is gone.
---@param pid integer
---@return number
function M.cpu(pid)
  local sum = 0
  for name in vim.fs.dir(('/proc/%d/task'):format(pid)) do
    local text = read(('/proc/%d/task/%s/schedstat'):format(pid, name))
    sum = sum + (tonumber((text or '0'):match('^%d+')) or 0)
  end
  return sum
end

--- Resident memory in kB, its peak, and what of it is the process's own (not files').
---@param pid integer
---@return number? now
---@return number? peak
---@return number? own
function M.memory(pid)
  local text = read(('/proc/%d/status'):format(pid)) or ''
  local function field(name) return tonumber(text:match(name .. ':%s*(%d+)')) end
  return field('VmRSS'), field('VmHWM'), field('RssAnon')
end

---@return string
function M.describe()
  local cpu = (read('/proc/cpuinfo') or ''):match('model name%s*:%s*([^\n]+)') or 'unknown CPU'
  local load = (read('/proc/loadavg') or '?'):match('^%S+')
  return ('%s, %d cores, %s %s; load before the run %s'):format(
    cpu,
    #vim.uv.cpu_info(),
    vim.uv.os_uname().sysname,
    vim.uv.os_uname().release,
    load
  )
end

return M
