-- What the user has allowed, by path and content, in a private file: stdpath('state')/hum/trust.json. Each change reads
-- the file again and renames a new one over it, behind a lock, so that no Neovim undoes what another one has written. A
-- file that somebody else could have written says nothing, and one that cannot be read is put aside.
local aside = require('hum.aside')
local log = require('hum.log')

local M = {}

--- So many contents of a path stay allowed, newest first: branches have their own.
local CONTENTS = 8
--- Entries, and bytes of the file: more is no list of the user's.
local MOST, LARGEST = 2000, 4 * 1024 * 1024
--- The bits of a mode by which others may write.
local OTHERS = 18
--- A lock that is older was left behind; in s. It is waited for in steps of PAUSE ms.
local STALE, PAUSE, TRIES = 10, 20, 100

---@class hum.trust.Entry
---@field what string        'rules', 'prompt', 'persona', 'command'
---@field allowed string[]   hashes, newest first
---@field never? boolean     whatever stands there

---@alias hum.trust.Entries table<string, hum.trust.Entry>  by path, or what else names it

---@type { stat?: uv.fs_stat.result, entries: hum.trust.Entries, fault?: string }
local state = { entries = {} }
local pending = {} ---@type (fun(entries: hum.trust.Entries))[]  changes that are not written yet

---@return string
function M.path()
  return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], 'hum', 'trust.json')
end

---@param value any
---@return boolean
local function is_hash(value) return type(value) == 'string' and #value == 64 and not value:find('[^0-9a-f]') end

---@param value any
---@return hum.trust.Entry|nil  nil: it is none
local function entry_of(value)
  if type(value) ~= 'table' then return nil end
  local hashes = type(value.allowed) == 'table' and vim.islist(value.allowed) and value.allowed or {}
  return {
    what = type(value.what) == 'string' and value.what:match('^%l+$') or 'rules',
    allowed = vim.list_slice(vim.tbl_filter(is_hash, hashes), 1, CONTENTS),
    never = value.never == true or nil,
  }
end

---@param text string
---@return hum.trust.Entries|nil  nil: it is not what hum writes
local function parse(text)
  local ok, value = pcall(vim.json.decode, text, { luanil = { object = true } })
  if not ok or type(value) ~= 'table' or type(value.paths) ~= 'table' then return nil end
  local entries, count = {}, 0
  for path, one in pairs(value.paths) do
    local entry = type(path) == 'string' and count < MOST and entry_of(one) or nil
    if entry then
      entries[path], count = entry, count + 1
    end
  end
  return entries
end

--- Why a file is not the user's word.
---@param stat uv.fs_stat.result
---@return string|nil
local function refusal(stat)
  if stat.type ~= 'file' then return 'it is no file' end
  if stat.size > LARGEST then return 'it is too large' end
  if stat.uid ~= vim.uv.getuid() then return 'it belongs to another user' end
  if bit.band(stat.mode, OTHERS) ~= 0 then return 'others may write to it' end
end

---@param path string
---@param size integer
---@return string|nil
local function read(path, size)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil end
  local text = vim.uv.fs_read(fd, size, 0)
  vim.uv.fs_close(fd)
  return text
end

---@param a? uv.fs_stat.result
---@param b? uv.fs_stat.result
---@return boolean
local function same(a, b)
  if not a or not b then return a == b end
  local at, bt = a.mtime, b.mtime
  return a.ino == b.ino and a.size == b.size and a.mode == b.mode and at.sec == bt.sec and at.nsec == bt.nsec
end

--- Reads the file if it is another one than it was.
local function refresh()
  local path = M.path()
  local stat = vim.uv.fs_stat(path)
  if same(stat, state.stat) then return end
  state = { stat = stat, entries = {} }
  if not stat then return end
  local why = refusal(stat)
  local entries = not why and parse(read(path, stat.size) or '') or nil
  state.entries, state.fault = entries or {}, why or (not entries and 'it cannot be read' or nil)
  if state.fault then
    log.write('warn', ('%s is not used: %s'):format(path, state.fault))
    require('hum.notify').warn(
      ('hum: you are asked again what you trust: %s is not used, %s'):format(path, state.fault)
    )
  end
end

--- All that is known, with what is still to be written. Not to be changed.
---@return hum.trust.Entries
function M.entries()
  refresh()
  if #pending == 0 then return state.entries end
  local entries = vim.deepcopy(state.entries)
  for _, change in ipairs(pending) do
    change(entries)
  end
  return entries
end

-- ---- writing ----------------------------------------------------------------------------------

--- Takes the lock, which is a folder: making one is a single step everywhere.
---@param lock string
---@return boolean
local function take(lock)
  local ok, _, code = vim.uv.fs_mkdir(lock, 448)
  if ok then return true end
  local stat = code == 'EEXIST' and vim.uv.fs_stat(lock) or nil
  if not stat or os.time() - stat.mtime.sec <= STALE then return false end
  vim.uv.fs_rmdir(lock)
  return vim.uv.fs_mkdir(lock, 448) == true
end

---@param entries hum.trust.Entries
---@return string
local function text_of(entries)
  local paths = vim.empty_dict()
  for path, entry in pairs(entries) do
    if entry.never or #entry.allowed > 0 then paths[path] = entry end
  end
  return vim.json.encode({ version = 1, paths = paths })
end

--- Writes what is to be written, over what stands there now.
local function save()
  local path = M.path()
  refresh()
  if state.fault and state.stat then vim.uv.fs_rename(path, path .. '.unused') end
  local entries = M.entries()
  pending = {}
  local ok, err = aside.write(path, text_of(entries), true)
  state = { stat = ok and vim.uv.fs_stat(path) or nil, entries = entries }
  if ok then return end
  require('hum.notify').warn(('hum: you will be asked again: %s'):format(err))
end

---@param tries integer
local function flush(tries)
  if #pending == 0 then return end
  local folder, lock = vim.fs.dirname(M.path()), M.path() .. '.lock'
  pcall(vim.fn.mkdir, folder, 'p', '0o700')
  local taken = take(lock)
  if not taken and tries > 0 and vim.v.exiting == vim.NIL then
    vim.defer_fn(function() flush(tries - 1) end, PAUSE)
    return
  end
  save()
  if taken then vim.uv.fs_rmdir(lock) end
end

--- Changes entries: at once for this Neovim, and in the file as soon as no other one writes it.
---@param fn fun(entries: hum.trust.Entries)
function M.change(fn)
  pending[#pending + 1] = fn
  if #pending == 1 then flush(TRIES) end
end

--- Notes that a content is allowed.
---@param entries hum.trust.Entries
---@param path string
---@param hash string
---@param what string
function M.allow(entries, path, hash, what)
  local before = entries[path] and entries[path].allowed or {}
  local allowed = { hash }
  for _, one in ipairs(before) do
    if one ~= hash and #allowed < CONTENTS then allowed[#allowed + 1] = one end
  end
  entries[path] = { what = what, allowed = allowed }
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  group = vim.api.nvim_create_augroup('hum.trust', {}),
  callback = function() flush(0) end,
})

return M
