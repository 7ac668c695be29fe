-- The buffers of files that an answer changes: loaded, and shown nowhere. What is not there yet comes into being when
-- the user writes it.
local bufload = require('hum.bufload')
local notify = require('hum.notify')

local M = {}

local group = vim.api.nvim_create_augroup('hum.apply', {})

---@class hum.ApplyFile
---@field path string
---@field buf integer
---@field is_new boolean    there is no such file
---@field was_listed boolean

--- A file that is written has its folder.
---@param file hum.ApplyFile
local function make_folder_at_write(file)
  vim.api.nvim_clear_autocmds({ group = group, buffer = file.buf })
  vim.api.nvim_create_autocmd('BufWritePre', {
    group = group,
    buffer = file.buf,
    desc = 'hum: create the folder of a new file',
    callback = function(event)
      local folder = vim.fs.dirname(vim.fn.fnamemodify(event.match, ':p'))
      -- Where that fails the write does, too, and Neovim says why.
      if vim.fn.isdirectory(folder) == 0 then pcall(vim.fn.mkdir, folder, 'p') end
    end,
  })
end

--- Text that cannot be read as lines would be damaged.
---@param path string
---@return boolean
local function is_binary(path)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return false end
  local head = vim.uv.fs_read(fd, 8192, 0) or ''
  vim.uv.fs_close(fd)
  local is_wide = head:find('^\255\254') or head:find('^\254\255') -- UTF-16, which has a byte order mark
  return not is_wide and head:find('%z') ~= nil
end

--- The buffer of a file, loaded.
---@param path string
---@return hum.ApplyFile|nil file, string|nil err
function M.open(path)
  local stat, known = vim.uv.fs_stat(path), bufload.named(path)
  local is_loaded = known ~= nil and vim.api.nvim_buf_is_loaded(known)
  if stat and not is_loaded then
    if not vim.uv.fs_access(path, 'R') then return nil, 'it cannot be read' end
    if is_binary(path) then return nil, 'it is a binary file' end
  end
  local buf = known or vim.fn.bufadd(path)
  local was_listed = vim.bo[buf].buflisted
  local ok, err, swap = bufload.load(buf)
  if not ok then return nil, err end
  if swap then
    notify.warn(('hum: %s has a swap file: another Neovim has it open, or crashed'):format(vim.fs.basename(path)))
  end
  -- What others have written meanwhile is read, where Neovim does that without asking.
  if is_loaded and stat and vim.o.autoread and not vim.bo[buf].modified then vim.cmd('silent! checktime ' .. buf) end
  vim.bo[buf].buflisted = true
  local file = { path = path, buf = buf, is_new = stat == nil, was_listed = was_listed }
  if file.is_new then make_folder_at_write(file) end
  return file
end

---@param buf integer
---@return string[]
function M.lines(buf) return vim.api.nvim_buf_get_lines(buf, 0, -1, false) end

--- Leaves no trace of a buffer that was opened for nothing.
---@param file hum.ApplyFile
function M.release(file)
  local buf = file.buf
  if not vim.api.nvim_buf_is_loaded(buf) or vim.bo[buf].modified or #vim.fn.win_findbuf(buf) > 0 then return end
  if file.is_new and not vim.uv.fs_stat(file.path) then
    pcall(vim.api.nvim_buf_delete, buf, {})
  elseif not file.was_listed then
    vim.bo[buf].buflisted = false
  end
end

return M
