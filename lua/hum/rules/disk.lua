-- What is read for rules: by libuv's callbacks, so that Neovim never waits for a disk. All functions but `run` are
-- called in its coroutine, in fast contexts: nothing of `vim.api` or `vim.fn` here.
local M = {}

local uv = vim.uv

--- Bytes of a file, names in a folder, folders within folders, and folders in all: more is no rules.
M.LARGEST = 256 * 1024
local MOST, DEPTH, FOLDERS = 200, 5, 50

---@class hum.RulesText
---@field text? string
---@field why? string  there is none

--- Runs steps in the background.
---@param steps async fun(): any
---@param cb fun(err: string?, result: any)  scheduled, once
---@return fun() cancel  cb is not called any more
function M.run(steps, cb)
  local cancelled = false
  coroutine.wrap(function()
    local ok, result = xpcall(steps, debug.traceback)
    vim.schedule(function()
      if cancelled then return end
      if not ok then return cb(tostring(result)) end
      cb(nil, result)
    end)
  end)()
  return function() cancelled = true end
end

---@async
---@param name string  of an operation of libuv's
---@return any result
local function call(name, ...)
  local co, args, n = assert(coroutine.running()), { ... }, select('#', ...)
  args[n + 1] = function(err, result) coroutine.resume(co, not err and result or nil) end
  local request = uv[name](unpack(args, 1, n + 1))
  if not request then return nil end
  return coroutine.yield()
end

--- Where a path leads.
---@async
---@param path string
---@return string|nil
function M.real(path) return call('fs_realpath', path) end

--- What stands there under that very name: on some disks "agents.md" is found as "AGENTS.md", too.
---@async
---@param folder string
---@param name string  may have slashes
---@return 'file'|'directory'|nil
function M.kind(folder, name)
  local path = folder .. '/' .. name
  local stat = call('fs_lstat', path)
  if not stat then return nil end
  if stat.type == 'link' then
    stat = call('fs_stat', path)
  else
    local real = call('fs_realpath', path)
    if not real or not vim.endswith(real, '/' .. vim.fs.basename(name)) then return nil end
  end
  local kind = stat and stat.type
  return (kind == 'file' or kind == 'directory') and kind or nil
end

---@async
---@param folder string
---@param ending string
---@param depth integer
---@param out { paths: string[], folders: integer }
local function walk(folder, ending, depth, out)
  out.folders = out.folders + 1
  local handle = call('fs_scandir', folder)
  local folders, files = {}, {} ---@type string[], string[]
  for _ = 1, handle and MOST or 0 do
    local name, kind = uv.fs_scandir_next(handle) ---@type string|nil, string|nil
    if not name then break end
    if kind == 'link' then kind = M.kind(folder, name) end
    if kind == 'directory' then folders[#folders + 1] = name end
    if kind == 'file' and vim.endswith(name, ending) then files[#files + 1] = name end
  end
  table.sort(files)
  table.sort(folders)
  for _, name in ipairs(files) do
    table.insert(out.paths, folder .. '/' .. name)
  end
  for _, name in ipairs(folders) do
    if depth < DEPTH and out.folders < FOLDERS then walk(folder .. '/' .. name, ending, depth + 1, out) end
  end
end

--- The files of a folder and below it whose names end so, in order.
---@async
---@param folder string
---@param ending string
---@return string[] paths
function M.files(folder, ending)
  local out = { paths = {}, folders = 0 }
  walk(folder, ending, 1, out)
  return vim.list_slice(out.paths, 1, MOST)
end

--- Whether a text is UTF-8.
---@param text string
---@return boolean
local function is_utf8(text)
  local rest = text
    :gsub('[\194-\223][\128-\191]', '')
    :gsub('[\224-\239][\128-\191][\128-\191]', '')
    :gsub('[\240-\244][\128-\191][\128-\191][\128-\191]', '')
  return not rest:find('[\128-\255]')
end

---@async
---@param fd integer
---@return hum.RulesText
local function read_open(fd)
  local stat = call('fs_fstat', fd)
  if not stat or stat.type ~= 'file' then return { why = 'it is no file' } end
  if stat.size > M.LARGEST then return { why = ('it is larger than %d kB'):format(M.LARGEST / 1024) } end
  local text = call('fs_read', fd, stat.size, 0)
  if not text then return { why = 'it cannot be read' } end
  text = text:gsub('^\239\187\191', ''):gsub('\r\n', '\n')
  if text:find('%z') or not is_utf8(text) then return { why = 'it is no text in UTF-8' } end
  return { text = text }
end

--- Reads a file: a text of a size that makes sense.
---@async
---@param path string
---@return hum.RulesText
function M.read(path)
  -- Not to wait for the other end of a fifo.
  local flags = bit.bor(uv.constants.O_RDONLY, uv.constants.O_NONBLOCK or 0)
  local fd = call('fs_open', path, flags, 0)
  if not fd then return { why = 'it cannot be read' } end
  local found = read_open(fd)
  call('fs_close', fd)
  return found
end

return M
