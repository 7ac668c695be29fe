-- Which buffers are completed, and which must never be read by a model: an attached buffer
-- is copied to the helper and may be a part of any prompt.
local config = require('hum.config')
local contents = require('hum.complete.contents')
local ignored = require('hum.ignored')
local sensitive = require('hum.sensitive')

local M = {}

--- In bytes. Longer lines, on average or at the cursor, were not written by hand, and drawing
--- anything in them is slow.
local AVERAGE_LINE, LONGEST_LINE = 1000, 10000

local NOTHING = {} ---@type hum.SensitiveVerdict

--- File types in which nobody wants suggestions, unless they are named in `complete.filetypes`: what is listed in them
--- is only ordered and marked.
local UNWANTED = {
  hum = 'this is a chat',
  gitrebase = 'there is nothing to suggest in a list of commits',
  hghistedit = 'there is nothing to suggest in a list of commits',
  qf = 'there is nothing to suggest in a list of places',
  netrw = 'there is nothing to suggest in a list of files',
  dirvish = 'there is nothing to suggest in a list of files',
}

local BY_MODE = 'complete.mode is "off" (see :Hum complete on)'

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
  if vim.o.paste then
    return 'off', "'paste' is set"
  elseif own then
    return own, own == 'off' and 'set by b:hum_complete' or nil
  elseif forced == 'off' then
    return 'off', 'switched off in this session (see :Hum complete on)'
  end
  local complete = config.get().complete
  local filetype = vim.bo[buf].filetype
  local by_type = complete.filetypes[filetype]
  if by_type == nil and UNWANTED[filetype] then return 'off', UNWANTED[filetype] .. ' (see complete.filetypes)' end
  by_type = by_type or complete.filetypes['*']
  if by_type then return by_type, by_type == 'off' and 'set by complete.filetypes' or nil end
  local mode = forced or complete.mode
  return mode, mode == 'off' and BY_MODE or nil
end

--- Whether the user has switched it off for the buffer, its type or the session. `complete.mode` does not: other
--- plugins may ask for suggestions there. Nor does 'paste', which is soon over.
---@param buf integer
---@return boolean
function M.is_off(buf)
  if vim.o.paste then return false end
  local mode, why = M.mode(buf)
  return mode == 'off' and why ~= BY_MODE
end

--- Why a file must not be read, by its name.
---@param path string
---@return string? why
function M.refusal_of_file(path)
  local options = config.get().complete
  local verdict = sensitive.of_file(path, options.exclude)
  if verdict.why or verdict.allowed then return verdict.why end
  return not options.ignored and ignored.refusal(path) or nil
end

---@param buf integer
---@return string? why
local function secret(buf)
  -- Plugins that decrypt files keep the text off the disk by this.
  if not vim.bo[buf].swapfile and vim.go.swapfile then
    return "'noswapfile' is set in this buffer only, as for secrets"
  end
  local options = config.get().complete
  local name = vim.api.nvim_buf_get_name(buf)
  local verdict = name ~= '' and sensitive.of_file(name, options.exclude) or NOTHING
  if verdict.why or verdict.allowed then return verdict.why end
  return contents.refusal(buf) or (not options.ignored and name ~= '' and ignored.refusal(name) or nil)
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
---@return boolean? is_secret  what it holds may be nobody's business
function M.refusal(buf)
  local why = special(buf) or huge(buf)
  if why then return why end
  why = secret(buf)
  return why, why ~= nil and why ~= ignored.ASKED
end

return M
