-- A buffer for a commit message where git has not opened one: writing it commits.
local git = require('hum.git')
local notify = require('hum.notify')

local M = {}

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

---@param buf integer
---@param repository hum.Repository
local function commit(buf, repository)
  local text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n') .. '\n'
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  local at = { repository = repository, cwd = repository.top, stdin = text }
  git.run(at, { 'commit', '--cleanup=strip', '-F', '-' }, function(answer)
    if not answer.ok then
      local why = answer.err ~= '' and answer.err or vim.trim(answer.out):match('[^\n]*$')
      return notify.error('hum: git did not commit: ' .. why)
    end
    notify.info('hum: ' .. (answer.out:match('^[^\n]+') or 'committed'))
    if not vim.api.nvim_buf_is_valid(buf) then return end
    if vim.api.nvim_buf_get_changedtick(buf) == tick then vim.bo[buf].modified = false end
  end)
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
  vim.api.nvim_create_autocmd('BufWriteCmd', { buffer = buf, callback = function() commit(buf, repository) end })
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  return buf
end

return M
