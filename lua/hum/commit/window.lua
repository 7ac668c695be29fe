-- A buffer for a commit message where git has not opened one: writing it commits.
local git = require('hum.git')
local notify = require('hum.notify')

local M = {}

--- How long `:w` waits for git, in ms.
local QUICK = 2000

---@class hum.CommitBuffer
---@field repository hum.Repository
---@field comment string       what comments begin with
---@field committing? boolean  git is at work

local opened = {} ---@type table<integer, hum.CommitBuffer>

---@param buf integer
---@return boolean
local function is_shown(buf) return #vim.fn.win_findbuf(buf) > 0 end

---@param buf integer
---@return boolean
local function is_message(buf) return vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype == 'gitcommit' end

--- The message that is written already: in the current buffer, else in one that can be seen.
---@return integer|nil buf
function M.find()
  local current = vim.api.nvim_get_current_buf()
  if is_message(current) then return current end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if is_message(buf) and is_shown(buf) then return buf end
  end
end

--- What is commented out goes here, not by git: that may take another character for it, if it is to choose one.
---@param buf integer
---@param comment string
---@return string
local function message_of(buf, comment)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  lines = vim.tbl_filter(function(line) return not vim.startswith(line, comment) end, lines)
  return table.concat(lines, '\n') .. '\n'
end

--- Commits. If git is quick enough, the buffer is written when this returns, so that `:wq` closes it; hooks may take
--- longer, and then it is written later.
---@param buf integer
local function commit(buf)
  local own = opened[buf]
  if own.committing then return notify.warn('hum: git is committing already') end
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  local at = { repository = own.repository, stdin = message_of(buf, own.comment) }
  own.committing = true
  -- The text is UTF-8 whatever the repository's messages are in.
  local command = { '-c', 'i18n.commitEncoding=UTF-8', 'commit', '--cleanup=whitespace', '-F', '-' }
  git.run(at, command, function(answer)
    own.committing = nil
    if not answer.ok then
      local why = answer.err ~= '' and answer.err or vim.trim(answer.out):match('[^\n]*$')
      return notify.error('hum: git did not commit: ' .. why)
    end
    notify.info('hum: ' .. (answer.out:match('^[^\n]+') or 'committed'))
    if not vim.api.nvim_buf_is_valid(buf) or vim.api.nvim_buf_get_changedtick(buf) ~= tick then return end
    vim.bo[buf].modified = false
  end)
  vim.wait(QUICK, function() return not own.committing end, 5)
end

--- What is about to be committed, as comments.
---@param buf integer
---@param comment string
---@param status string
local function explain(buf, comment, status)
  local how = '%s :w commits; :q! does not. Lines that start with "%s" are left out.'
  local lines = { '', how:format(comment, comment), comment }
  for line in vim.gsplit(vim.trim(status), '\n') do
    lines[#lines + 1] = (comment .. ' ' .. line):gsub('%s+$', '')
  end
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
end

--- The repository that a buffer which open() has made commits to.
---@param buf integer
---@return hum.Repository|nil
function M.repository(buf) return opened[buf] and opened[buf].repository end

--- Opens a buffer for a message, above or beside the current window as :split does.
---@param repository hum.Repository
---@param comment string
---@param status string  of the working tree, for people
---@param mods? table    window modifiers
---@return integer buf
function M.open(repository, comment, status, mods)
  local name = 'hum://commit/' .. repository.dir
  local known = vim.fn.bufnr('^' .. vim.fn.escape(name, '*?[]{}\\,') .. '$')
  local buf = known > 0 and known or vim.api.nvim_create_buf(false, false)
  vim.cmd.sbuffer({ buf, mods = mods })
  if known > 0 and vim.api.nvim_buf_is_loaded(known) and vim.bo[known].modified then return known end
  if known <= 0 then vim.api.nvim_buf_set_name(buf, name) end
  vim.bo[buf].buftype, vim.bo[buf].bufhidden, vim.bo[buf].swapfile = 'acwrite', 'wipe', false
  explain(buf, comment, status)
  vim.bo[buf].filetype = 'gitcommit'
  vim.bo[buf].modified = false
  local is_watched = opened[buf] ~= nil
  opened[buf] = { repository = repository, comment = comment }
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if is_watched then return buf end
  vim.api.nvim_create_autocmd('BufWriteCmd', { buffer = buf, callback = function() commit(buf) end })
  vim.api.nvim_create_autocmd('BufWipeout', { buffer = buf, callback = function() opened[buf] = nil end })
  return buf
end

return M
