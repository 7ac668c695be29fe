-- Which buffers are completed, and which must never be read by a model: an attached buffer
-- is copied to the helper and may be a part of any prompt.
local config = require('hum.config')

local M = {}

--- In bytes. Longer lines, on average or at the cursor, were not written by hand, and drawing
--- anything in them is slow.
local AVERAGE_LINE, LONGEST_LINE = 1000, 10000

--- Where editors of passwords put what they decrypt.
local SECRET_FOLDERS = { '^/dev/shm/', '/pass%.[^/]+/', '/gopass[-_.%w]*/' }

local forced ---@type hum.CompleteMode|nil  by :Hum complete

---@param mode hum.CompleteMode
function M.override(mode) forced = mode end

---@return hum.CompleteMode|nil  by :Hum complete
function M.overridden() return forced end

---@param buf integer
---@return hum.CompleteMode|nil
local function of_buffer(buf)
  local own = vim.b[buf].hum_complete
  if own == true or own == 1 then
    return 'on'
  elseif own == false or own == 0 then
    return 'off'
  end
  return (own == 'on' or own == 'off' or own == 'manual') and own or nil
end

---@param buf integer
---@return hum.CompleteMode mode
---@return string? why  it is off
function M.mode(buf)
  local own = of_buffer(buf)
  if own then
    return own, own == 'off' and 'set by b:hum_complete' or nil
  elseif forced == 'off' then
    return 'off', 'switched off in this session (see :Hum complete on)'
  end
  local complete = config.get().complete
  local filetype = vim.bo[buf].filetype
  local by_type = complete.filetypes[filetype]
  if by_type == nil and filetype == 'hum' then return 'off', 'this is a chat' end
  by_type = by_type or complete.filetypes['*']
  if by_type then return by_type, by_type == 'off' and 'set by complete.filetypes' or nil end
  local mode = forced or complete.mode
  return mode, mode == 'off' and 'complete.mode is "off" (see :Hum complete on)' or nil
end

--- A pattern without a slash is for the last part of a name.
---@param path string
---@param pattern string
---@return boolean
local function matches(path, pattern)
  local subject = pattern:find('/', 1, true) and path or vim.fs.basename(path)
  return vim.regex([[\c]] .. vim.fn.glob2regpat(pattern)):match_str(subject) ~= nil
end

---@param path string
---@return string? why
local function secret_path(path)
  for _, folder in ipairs(SECRET_FOLDERS) do
    if path:find(folder) then return 'its directory is one where secrets are edited' end
  end
  for _, pattern in ipairs(config.get().complete.exclude) do
    if matches(path, pattern) then return ('complete.exclude contains %s'):format(pattern) end
  end
end

--- What was found of a file. Resolving its name reads from the disk, which may be far away.
---@type table<table, table<string, string|false>>  by configuration, then by name
local verdicts = setmetatable({}, { __mode = 'k' })

---@param name string
---@return string? why
local function secret_file(name)
  local options = config.get()
  local known = verdicts[options] or {}
  verdicts[options] = known
  if known[name] == nil then
    local real = vim.uv.fs_realpath(name)
    known[name] = secret_path(name) or (real and real ~= name and secret_path(real)) or false
  end
  return known[name] or nil
end

---@param buf integer
---@return string? why
local function secret(buf)
  -- Plugins that decrypt files keep the text off the disk by this.
  if not vim.bo[buf].swapfile and vim.go.swapfile then
    return "'noswapfile' is set in this buffer only, as for secrets"
  end
  local name = vim.api.nvim_buf_get_name(buf)
  return name ~= '' and secret_file(name) or nil
end

---@param buf integer
---@return string? why
local function special(buf)
  local options = vim.bo[buf]
  if options.buftype ~= '' then
    return ("its 'buftype' is %s"):format(options.buftype)
  elseif not options.buflisted then
    return 'it is unlisted'
  elseif options.readonly or not options.modifiable then
    return 'it is read-only'
  elseif options.binary then
    return 'it is binary'
  end
end

---@param buf integer
---@return string? why
local function huge(buf)
  local count = vim.api.nvim_buf_line_count(buf)
  local bytes = vim.api.nvim_buf_get_offset(buf, count)
  local limit = config.get().complete.max_size
  if bytes > limit * 1024 then
    return ('it is larger than %d kB (see complete.max_size)'):format(limit)
  elseif bytes > AVERAGE_LINE * count then
    return 'its lines are very long'
  elseif buf == vim.api.nvim_get_current_buf() and #vim.api.nvim_get_current_line() > LONGEST_LINE then
    return 'the line is very long'
  end
end

---@param buf integer
---@return string? why  the buffer must not be attached; nil: it may
function M.refusal(buf) return special(buf) or secret(buf) or huge(buf) end

return M
