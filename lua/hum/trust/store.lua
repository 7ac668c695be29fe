-- What the user has allowed, by path and content, in a private file: stdpath('state')/hum/trust.json. Each change reads
-- the file again and renames a new one over it, behind a lock, so that no Neovim undoes what another one has written. A
-- file that somebody else could have written says nothing, and one that cannot be read is put aside.
local log = require('hum.log')
local stores = require('hum.store')

local M = {}

--- So many contents of a path stay allowed, newest first: branches have their own.
local CONTENTS = 8
--- Entries, and bytes of the file: more is no list of the user's.
local MOST, LARGEST = 2000, 4 * 1024 * 1024
--- A lock that is older was left behind; in s. It is waited for in steps of PAUSE ms.
local STALE, PAUSE, TRIES = 10, 20, 100

---@class hum.trust.Entry
---@field what string        'rules', 'prompt', 'persona', 'command'
---@field allowed string[]   hashes, newest first
---@field never? boolean     whatever stands there

---@alias hum.trust.Entries table<string, hum.trust.Entry>  by path, or what else names it

local state = {} ---@type hum.Stored  whose value are the entries
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

---@param value table
---@return hum.trust.Entries|nil  nil: it is not what hum writes
local function valid(value)
  if type(value.paths) ~= 'table' then return nil end
  local entries, count = {}, 0
  for path, one in pairs(value.paths) do
    local entry = type(path) == 'string' and count < MOST and entry_of(one) or nil
    if entry then
      entries[path], count = entry, count + 1
    end
  end
  return entries
end

--- Reads the file if it is another one than it was.
local function refresh()
  local path = M.path()
  if not stores.has_changed(path, state) then return end
  state = stores.read(path, { valid = valid, most = LARGEST, trusted = true })
  if not state.fault then return end
  log.write('warn', ('%s is not used: %s'):format(path, state.fault))
  require('hum.notify').warn(
    ('hum: you will be asked again what you trust: %s is not used: %s'):format(path, state.fault)
  )
end

--- All that is known, with what is still to be written. Not to be changed.
---@return hum.trust.Entries
function M.entries()
  refresh()
  if #pending == 0 then return state.value or {} end
  local entries = vim.deepcopy(state.value or {})
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
  local entries = M.entries()
  pending = {}
  local ok, err = stores.write(path, text_of(entries), state, true)
  state = { stat = ok and vim.uv.fs_stat(path) or nil, value = entries }
  if ok then return end
  require('hum.notify').warn(('hum: you will be asked again: %s'):format(err))
end

---@param tries integer
local function flush(tries)
  if #pending == 0 then return end
  local lock = M.path() .. '.lock'
  pcall(vim.fn.mkdir, vim.fs.dirname(lock), 'p', '0o700')
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
